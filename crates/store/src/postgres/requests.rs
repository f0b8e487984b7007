//! Requests that are carried out once.

use std::borrow::Cow;

use model::{KeyId, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::pipeline::{Param, Sql, Step, param};
use super::row::{each, get, unsigned, workspace};
use super::server::Session;
use crate::answer_rows;
use crate::backend::integer;
use crate::last_rows::LastRows;
use crate::once::{AnswerSave, ClaimKey, ClaimSave};
use crate::{CarriedOut, Once, StoreError, WorkspaceNumber};

static CLAIMS: Sql = Sql {
    text: "SELECT r.workspace, r.api_key, r.hash, r.step, r.fingerprint \
           FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bigint[]) k (workspace, api_key, hash, step) \
           CROSS JOIN LATERAL (SELECT * FROM requests r WHERE r.workspace = k.workspace \
           AND r.api_key = k.api_key AND r.hash = k.hash AND r.step = k.step LIMIT 1) r",
    types: &[Type::INT8_ARRAY, Type::UUID_ARRAY, Type::UUID_ARRAY, Type::INT8_ARRAY],
};

/// In one order, so that two writers do not wait for each other. A request that another writer carried out meanwhile is
/// an error. The number of an event is known only here, and the places that they get.
static CLAIM: Sql = Sql {
    text: "INSERT INTO requests \
           (workspace, api_key, hash, step, fingerprint, at, event, events, status, headers, body, exact) \
           SELECT k.workspace, k.api_key, k.hash, k.step, k.fingerprint, k.at, h.last_event - k.back, k.events, \
           0, '', '', k.exact FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], \
           $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]) \
           k (workspace, api_key, hash, step, fingerprint, at, back, events, exact) \
           JOIN heads h ON h.workspace = k.workspace ORDER BY k.workspace, k.api_key, k.hash, k.step \
           RETURNING workspace, api_key, hash, step, place",
    types: &[
        Type::INT8_ARRAY,
        Type::UUID_ARRAY,
        Type::UUID_ARRAY,
        Type::INT8_ARRAY,
        Type::UUID_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
    ],
};

/// In the order of the commits, at the end of those of their workspace.
static ANSWER: Sql = Sql {
    text: "INSERT INTO answers (workspace, place, first, status, headers, body) \
           SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[]) \
           ON CONFLICT (workspace, place) DO NOTHING",
    types: &[
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::TEXT_ARRAY,
        Type::BYTEA_ARRAY,
    ],
};

/// Those whose places are not known. One of before there was this table stands with its request.
static ANSWER_ANY: Sql = Sql {
    text: "INSERT INTO answers (workspace, place, status, headers, body) \
           SELECT k.workspace, r.place, k.status, k.headers, k.body \
           FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::bytea[]) \
           k (workspace, api_key, hash, step, status, headers, body) \
           CROSS JOIN LATERAL (SELECT r.place FROM requests r WHERE r.workspace = k.workspace \
           AND r.api_key = k.api_key AND r.hash = k.hash AND r.step = k.step AND r.status = 0 LIMIT 1) r \
           ORDER BY k.workspace, r.place ON CONFLICT (workspace, place) DO NOTHING",
    types: &[
        Type::INT8_ARRAY,
        Type::UUID_ARRAY,
        Type::UUID_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::TEXT_ARRAY,
        Type::BYTEA_ARRAY,
    ],
};

/// With their answers. The places of packs may overlap, so that several may have to be looked into; what stands in one was
/// answered first.
static FIND: Sql = Sql {
    text: "SELECT r.workspace, r.step, r.fingerprint, r.at, r.event, r.events, coalesce(a.status, r.status), \
           coalesce(a.headers, r.headers), coalesce(a.body, r.body), r.exact, r.place, a.first \
           FROM requests r LEFT JOIN answers a ON r.status = 0 AND a.workspace = r.workspace \
           AND a.place >= r.place AND a.place < r.place + $4 AND coalesce(a.first, a.place) <= r.place \
           WHERE r.workspace = ANY($1) AND r.api_key = $2 AND r.hash = $3 ORDER BY a.first",
    types: &[Type::INT8_ARRAY, Type::UUID, Type::UUID, Type::INT8],
};

/// With their answers, and those that came when their requests were being forgotten. A pack goes with the last of its
/// requests: the others are of the same API key and before it, so that they are forgotten before it.
static FORGET: Sql = Sql {
    text: "WITH gone AS (DELETE FROM requests WHERE (workspace, api_key, hash, step) IN \
           (SELECT workspace, api_key, hash, step FROM (SELECT * FROM requests ORDER BY place LIMIT $2) r \
           WHERE at < $1) RETURNING workspace, place), \
           answered AS (DELETE FROM answers a USING gone WHERE a.workspace = gone.workspace AND a.place = gone.place), \
           left_behind AS (DELETE FROM answers a USING workspaces w, LATERAL (SELECT place FROM answers o \
           WHERE o.workspace = w.number AND o.place < (SELECT min(place) FROM requests) ORDER BY o.place LIMIT $2) o \
           WHERE a.workspace = w.number AND a.place = o.place) \
           SELECT place FROM gone",
    types: &[Type::INT8, Type::INT8],
};

static CROWDED: Sql = Sql {
    text: "SELECT workspace, api_key, count(*) FROM requests GROUP BY workspace, api_key HAVING count(*) > $1",
    types: &[Type::INT8],
};

static FORGET_FIRST: Sql = Sql {
    text: "WITH gone AS (DELETE FROM requests WHERE (workspace, api_key, hash, step) IN \
           (SELECT workspace, api_key, hash, step FROM requests WHERE workspace = $1 AND api_key = $2 \
           ORDER BY place LIMIT $3) RETURNING place), \
           answered AS (DELETE FROM answers a USING gone WHERE a.workspace = $1 AND a.place = gone.place) \
           SELECT place FROM gone",
    types: &[Type::INT8, Type::UUID, Type::INT8],
};

/// The columns of the keys.
fn keys<'p>(keys: impl Iterator<Item = ClaimKey> + Clone) -> Vec<Param<'p>> {
    vec![
        param(keys.clone().map(|(workspace, _)| workspace.0).collect::<Vec<i64>>()),
        param(keys.clone().map(|(_, once)| once.api_key.0).collect::<Vec<Uuid>>()),
        param(keys.clone().map(|(_, once)| once.hash).collect::<Vec<Uuid>>()),
        param(keys.map(|(_, once)| i64::from(once.step)).collect::<Vec<i64>>()),
    ]
}

/// Looks for commits.
pub(super) fn claims<'p>(wanted: &[ClaimKey]) -> Step<'p> {
    Step::new(&CLAIMS, keys(wanted.iter().copied()))
}

/// Commits with one thing about each: the fingerprints of those that were looked for, the places of those that were saved.
pub(super) fn keyed<'r, T: FromSql<'r>>(rows: &'r [Row]) -> Result<Vec<(ClaimKey, T)>, StoreError> {
    each(rows, |row| {
        let once = Once { api_key: KeyId(get(row, 1)?), hash: get(row, 2)?, step: step(row, 3)? };
        Ok(((workspace(row, 0)?, once), get(row, 4)?))
    })
}

/// Saves commits, after their events were numbered; `back` is how far an event is from its workspace's last one.
pub(super) fn claim<'p>(
    claims: &[ClaimSave],
    back: impl Fn(WorkspaceNumber, u64) -> i64,
) -> Option<Step<'p>> {
    if claims.is_empty() {
        return None;
    }
    let mut params = keys(claims.iter().map(|claim| claim.key));
    params.extend([
        param(claims.iter().map(|claim| claim.fingerprint).collect::<Vec<Uuid>>()),
        param(claims.iter().map(|claim| claim.at.millis()).collect::<Vec<i64>>()),
        param(claims.iter().map(|claim| Some(back(claim.key.0, claim.event?))).collect::<Vec<Option<i64>>>()),
        param(claims.iter().map(|claim| integer(claim.events)).collect::<Vec<i64>>()),
        param(claims.iter().map(|claim| i64::from(claim.is_exact)).collect::<Vec<i64>>()),
    ]);
    Some(Step::new(&CLAIM, params))
}

/// Saves answers.
pub(super) fn answer<'a>(answers: &'a [AnswerSave], last: &LastRows) -> impl Iterator<Item = Step<'a>> {
    let known = answer_rows::rows(answers.iter().filter_map(|each| Some((last.get(&each.key)?, each))));
    let unknown: Vec<_> = answers.iter().filter(|each| last.get(&each.key).is_none()).collect();
    let of_known = (!known.is_empty()).then(|| {
        let params = vec![
            param(known.iter().map(|row| row.workspace.0).collect::<Vec<i64>>()),
            param(known.iter().map(|row| row.place).collect::<Vec<i64>>()),
            param(known.iter().map(|row| row.first).collect::<Vec<Option<i64>>>()),
            param(known.iter().map(|row| i64::from(row.status)).collect::<Vec<i64>>()),
            param(known.iter().map(|row| row.headers).collect::<Vec<&str>>()),
            param(known.into_iter().map(|row| row.body).collect::<Vec<Cow<'_, [u8]>>>()),
        ];
        Step::new(&ANSWER, params)
    });
    let of_unknown = (!unknown.is_empty()).then(|| {
        let mut params = keys(unknown.iter().map(|each| each.key));
        params.extend([
            param(unknown.iter().map(|each| i64::from(each.answer.status)).collect::<Vec<i64>>()),
            param(unknown.iter().map(|each| each.answer.headers.as_str()).collect::<Vec<&str>>()),
            param(unknown.iter().map(|each| &*each.answer.body).collect::<Vec<&[u8]>>()),
        ]);
        Step::new(&ANSWER_ANY, params)
    });
    of_known.into_iter().chain(of_unknown)
}

/// The commits of the requests with this API key and hash.
pub(super) async fn find(
    session: &Session,
    workspaces: &[WorkspaceNumber],
    api_key: KeyId,
    hash: Uuid,
) -> Result<Vec<CarriedOut>, StoreError> {
    let workspaces: Vec<i64> = workspaces.iter().map(|workspace| workspace.0).collect();
    let params = vec![param(workspaces), param(api_key.0), param(hash), param(answer_rows::SPAN)];
    let rows = session.query(&FIND, params).await?;
    let found = each(&rows, |row| {
        let status = u16::try_from(get::<i64>(row, 6)?).unwrap_or(0);
        let stored = (status, get(row, 7)?, get(row, 8)?);
        Ok(CarriedOut {
            workspace: workspace(row, 0)?,
            step: step(row, 1)?,
            fingerprint: get(row, 2)?,
            at: Timestamp::from_millis(get(row, 3)?),
            event: get::<Option<i64>>(row, 4)?.map(i64::unsigned_abs),
            events: unsigned(row, 5)?,
            is_exact: get::<i64>(row, 9)? != 0,
            answer: answer_rows::answer(stored, get(row, 11)?, get(row, 10)?, hash),
        })
    })?;
    Ok(answer_rows::once_each(found))
}

/// Forgets the first requests, as far as they are of before this time.
pub(super) async fn forget(session: &Session, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let params = vec![param(before.millis()), param(integer(limit))];
    Ok(session.query(&FORGET, params).await?.len() as u64)
}

/// The API keys that have more than so many commits, and how many they have.
pub(super) async fn crowded(
    session: &Session,
    most: u64,
) -> Result<Vec<(WorkspaceNumber, KeyId, u64)>, StoreError> {
    let rows = session.query(&CROWDED, vec![param(integer(most))]).await?;
    each(&rows, |row| Ok((workspace(row, 0)?, KeyId(get(row, 1)?), unsigned(row, 2)?)))
}

/// Forgets so many of the first requests of an API key.
pub(super) async fn forget_first(
    session: &Session,
    workspace: WorkspaceNumber,
    api_key: KeyId,
    count: u64,
) -> Result<u64, StoreError> {
    let params = vec![param(workspace.0), param(api_key.0), param(integer(count))];
    Ok(session.query(&FORGET_FIRST, params).await?.len() as u64)
}

fn step(row: &Row, column: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(get::<i64>(row, column)?).unwrap_or(u32::MAX))
}
