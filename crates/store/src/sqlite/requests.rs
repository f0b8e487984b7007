//! Requests that are carried out once.

use model::{KeyId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use uuid::Uuid;

use super::load::uuid;
use super::seen::Seen;
use crate::answer_rows;
use crate::backend::Saves;
use crate::last_rows::LastRows;
use crate::once::{AnswerSave, ClaimKey};
use crate::{CarriedOut, StoreError, WorkspaceNumber};

/// In each part of the index that there is, what has a hash.
macro_rules! in_parts {
    ($columns:literal, $from:literal, $condition:literal) => {
        concat!(
            "WITH RECURSIVE parts (part) AS (SELECT (SELECT min(row) FROM requests) >> 8 UNION ALL \
             SELECT (SELECT min(row) FROM requests WHERE row >= (part + 1) << 8) >> 8 FROM parts \
             WHERE part IS NOT NULL) SELECT ",
            $columns,
            " FROM parts CROSS JOIN requests r ON r.row >> 8 = part AND r.api_key = ?2 AND r.hash = ?3 ",
            $from,
            " WHERE r.workspace = ?1",
            $condition
        )
    };
}

const ONE: &str = in_parts!("r.row, r.fingerprint", "", " AND r.step = ?4");

/// Answers of before there was a table of them stand beside their requests.
/// The places of packs may overlap, so that several may have to be looked into; what stands in one was answered first.
const ALL: &str = in_parts!(
    "r.step, r.fingerprint, r.at, r.event, r.events, coalesce(a.status, r.status), \
     coalesce(a.headers, r.headers), coalesce(a.body, r.body), r.exact, r.row, a.first",
    "LEFT JOIN answers a ON a.row >= r.row AND a.row < r.row + ?4 AND coalesce(a.first, a.row) <= r.row",
    " ORDER BY a.first IS NULL"
);

/// Which of these commits there are, with their fingerprints.
pub(super) fn claims(
    connection: &Connection,
    keys: &[ClaimKey],
    seen: Option<&Seen>,
) -> Result<Vec<(ClaimKey, Uuid)>, StoreError> {
    let mut found = Vec::new();
    for key in keys.iter().filter(|(_, once)| seen.is_none_or(|seen| !seen.is_new(once.api_key, once.hash))) {
        found.extend(find_one(connection, key)?.map(|(_, fingerprint)| (*key, fingerprint)));
    }
    Ok(found)
}

/// The row of a commit, and its fingerprint.
fn find_one(
    connection: &Connection,
    (workspace, once): &ClaimKey,
) -> Result<Option<(i64, Uuid)>, StoreError> {
    let key = params![workspace.0, once.api_key.0.as_bytes(), once.hash.as_bytes(), once.step];
    let mut statement = connection.prepare_cached(ONE)?;
    Ok(statement.query_row(key, |row| Ok((row.get(0)?, uuid(row, 1)?))).optional()?)
}

pub(super) fn save(connection: &Connection, saves: &Saves, last: &mut LastRows) -> Result<(), StoreError> {
    for claim in &saves.claims {
        let sql = "INSERT INTO requests \
                   (workspace, api_key, hash, step, fingerprint, at, event, events, status, headers, body, exact) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, '', x'', ?9)";
        let (workspace, once) = &claim.key;
        connection.prepare_cached(sql)?.execute(params![
            workspace.0,
            once.api_key.0.as_bytes(),
            once.hash.as_bytes(),
            once.step,
            claim.fingerprint.as_bytes(),
            claim.at.millis(),
            claim.event,
            claim.events,
            claim.is_exact,
        ])?;
        if once.step == 0 {
            last.add(claim.key, connection.last_insert_rowid());
        }
    }
    answers(connection, &saves.answers, last)
}

/// Keeps answers in the order of their commits, so that they go to the end of their table, whose pages then are written
/// once.
fn answers(connection: &Connection, answers: &[AnswerSave], last: &mut LastRows) -> Result<(), StoreError> {
    let mut placed = Vec::with_capacity(answers.len());
    for save in answers {
        let row = match last.get(&save.key) {
            Some(row) => Some(row),
            None => find_one(connection, &save.key)?.map(|(row, _)| row),
        };
        placed.extend(row.map(|row| (row, save)));
    }
    for row in answer_rows::rows(placed) {
        // Its request may be forgotten already.
        let sql = "INSERT INTO answers (row, first, status, headers, body) \
                   SELECT row, ?3, ?4, ?5, ?6 FROM requests WHERE row = ?1 AND hash = ?2 \
                   ON CONFLICT (row) DO NOTHING";
        let mut statement = connection.prepare_cached(sql)?;
        statement.execute(params![
            row.place,
            row.hash.as_bytes(),
            row.first,
            row.status,
            row.headers,
            row.body
        ])?;
    }
    Ok(())
}

/// The commits of the requests with this API key and hash.
pub(super) fn find(
    connection: &Connection,
    workspaces: &[WorkspaceNumber],
    api_key: KeyId,
    hash: Uuid,
) -> Result<Vec<CarriedOut>, StoreError> {
    let mut statement = connection.prepare_cached(ALL)?;
    let mut found = Vec::new();
    for workspace in workspaces {
        let rows = statement.query_map(
            params![workspace.0, api_key.0.as_bytes(), hash.as_bytes(), answer_rows::SPAN],
            |row| read(*workspace, hash, row),
        )?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(answer_rows::once_each(found))
}

/// A commit of a request with this hash, with a row that may have its answer.
fn read(workspace: WorkspaceNumber, hash: Uuid, row: &Row<'_>) -> rusqlite::Result<CarriedOut> {
    let stored = (row.get(5)?, row.get_ref(6)?.as_str()?, row.get_ref(7)?.as_blob()?);
    Ok(CarriedOut {
        workspace,
        step: row.get(0)?,
        fingerprint: uuid(row, 1)?,
        at: Timestamp::from_millis(row.get(2)?),
        event: row.get(3)?,
        events: row.get(4)?,
        is_exact: row.get(8)?,
        answer: answer_rows::answer(stored, row.get(10)?, row.get(9)?, hash),
    })
}

/// Forgets the first requests, as far as they are of before this time.
pub(super) fn forget(connection: &Connection, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM requests \
               WHERE row IN (SELECT row FROM requests ORDER BY row LIMIT ?2) AND at < ?1 RETURNING row";
    remove(connection, sql, params![before.millis(), limit])
}

/// Removes requests with their answers; how many. A pack goes with the last of its requests: the others are of the same
/// API key and before it, so that they go before it.
fn remove(connection: &Connection, sql: &str, key: &[&dyn ToSql]) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(key, |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut statement = connection.prepare_cached("DELETE FROM answers WHERE row = ?1")?;
    for row in &rows {
        statement.execute([row])?;
    }
    Ok(rows.len() as u64)
}

/// The API keys that have more than so many commits, and how many they have.
pub(super) fn crowded(
    connection: &Connection,
    most: u64,
) -> Result<Vec<(WorkspaceNumber, KeyId, u64)>, StoreError> {
    let sql = "SELECT workspace, api_key, count(*) FROM requests GROUP BY workspace, api_key \
               HAVING count(*) > ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((WorkspaceNumber(row.get(0)?), KeyId(uuid(row, 1)?), row.get(2)?));
    Ok(statement.query_map([most], read)?.collect::<Result<_, _>>()?)
}

/// Forgets so many of the first requests of an API key. They are looked for from the beginning of the table (the `+`
/// keeps the index out), where those are of a key that has very many.
pub(super) fn forget_first(
    connection: &Connection,
    workspace: WorkspaceNumber,
    api_key: KeyId,
    count: u64,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM requests WHERE row IN (SELECT row FROM requests \
               WHERE +workspace = ?1 AND +api_key = ?2 ORDER BY row LIMIT ?3) RETURNING row";
    remove(connection, sql, params![workspace.0, api_key.0.as_bytes(), count])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::migrate;

    #[test]
    fn a_hash_is_looked_for_in_the_index_of_each_part() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::run(&mut connection).unwrap();
        for sql in [ONE, ALL] {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let unbound = vec![rusqlite::types::Null; statement.parameter_count()];
            let rows =
                statement.query_map(rusqlite::params_from_iter(unbound), |row| row.get::<_, String>(3));
            let plan: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
            let expected = "SEARCH r USING INDEX requests_by_part (<expr>=? AND api_key=? AND hash=?)";
            assert!(plan.iter().any(|step| step == expected), "{plan:?}");
        }
    }
}
