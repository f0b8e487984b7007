//! Requests that are carried out once.

use std::sync::Arc;

use model::{KeyId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use uuid::Uuid;

use super::load::uuid;
use crate::backend::Saves;
use crate::once::{AnswerSave, ClaimKey};
use crate::{CarriedOut, KeptAnswer, StoreError, WorkspaceNumber};

/// Which of these commits there are, with their fingerprints.
pub(super) fn claims(
    connection: &Connection,
    keys: &[ClaimKey],
) -> Result<Vec<(ClaimKey, Uuid)>, StoreError> {
    let mut found = Vec::new();
    for (workspace, once) in keys {
        let sql = "SELECT fingerprint FROM requests \
                   WHERE workspace = ?1 AND api_key = ?2 AND hash = ?3 AND step = ?4";
        let key = params![workspace.0, once.api_key.0.as_bytes(), once.hash.as_bytes(), once.step];
        let mut statement = connection.prepare_cached(sql)?;
        let fingerprint = statement.query_row(key, |row| uuid(row, 0)).optional()?;
        found.extend(fingerprint.map(|fingerprint| ((*workspace, *once), fingerprint)));
    }
    Ok(found)
}

pub(super) fn save(connection: &Connection, saves: &Saves) -> Result<(), StoreError> {
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
    }
    answers(connection, &saves.answers)
}

/// Keeps answers in the order of their commits, so that they go to the end of their table, whose pages then are written once.
fn answers(connection: &Connection, answers: &[AnswerSave]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(answers.len());
    for save in answers {
        let sql = "SELECT row FROM requests \
                   WHERE workspace = ?1 AND api_key = ?2 AND hash = ?3 AND step = ?4";
        let (workspace, once) = &save.key;
        let key = params![workspace.0, once.api_key.0.as_bytes(), once.hash.as_bytes(), once.step];
        let row = connection.prepare_cached(sql)?.query_row(key, |row| row.get::<_, i64>(0)).optional()?;
        rows.extend(row.map(|row| (row, &*save.answer)));
    }
    rows.sort_by_key(|(row, _)| *row);
    for (row, answer) in rows {
        let sql = "INSERT INTO answers (row, status, headers, body) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (row) DO NOTHING";
        let mut statement = connection.prepare_cached(sql)?;
        statement.execute(params![row, answer.status, answer.headers, &*answer.body])?;
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
    // Answers of before there was a table of them stand beside their requests.
    let sql = "SELECT r.step, r.fingerprint, r.at, r.event, r.events, coalesce(a.status, r.status), \
               coalesce(a.headers, r.headers), coalesce(a.body, r.body), r.exact \
               FROM requests r LEFT JOIN answers a ON a.row = r.row \
               WHERE r.workspace = ?1 AND r.api_key = ?2 AND r.hash = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = Vec::new();
    for workspace in workspaces {
        let rows = statement
            .query_map(params![workspace.0, api_key.0.as_bytes(), hash.as_bytes()], |row| {
                read(*workspace, row)
            })?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_unstable_by_key(|each| each.step);
    Ok(found)
}

fn read(workspace: WorkspaceNumber, row: &Row<'_>) -> rusqlite::Result<CarriedOut> {
    let status = row.get(5)?;
    let answer = match status {
        0 => None,
        status => {
            let body = Arc::from(row.get_ref(7)?.as_blob()?);
            Some(KeptAnswer { status, headers: row.get(6)?, body })
        }
    };
    Ok(CarriedOut {
        workspace,
        step: row.get(0)?,
        fingerprint: uuid(row, 1)?,
        at: Timestamp::from_millis(row.get(2)?),
        event: row.get(3)?,
        events: row.get(4)?,
        is_exact: row.get(8)?,
        answer,
    })
}

/// Forgets the first requests, as far as they are of before this time.
pub(super) fn forget(connection: &Connection, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM requests \
               WHERE row IN (SELECT row FROM requests ORDER BY row LIMIT ?2) AND at < ?1 RETURNING row";
    remove(connection, sql, params![before.millis(), limit])
}

/// Removes requests with their answers; how many.
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
