//! What keys and workspaces were.

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::StoreError;
use crate::revision::{RevisedKind, RevisionSave};

/// Saves what is not there yet, and forgets what is too old.
pub(super) fn save(connection: &Connection, saves: &[RevisionSave]) -> Result<(), StoreError> {
    for save in saves {
        let sql =
            "INSERT INTO revisions (kind, id, revision, doc) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let (kind, id) = (save.kind.number(), save.id.as_bytes());
        connection.prepare_cached(sql)?.execute(params![kind, id, save.revision, save.doc])?;
        let sql = "DELETE FROM revisions WHERE kind = ?1 AND id = ?2 AND revision <= ?3";
        connection.prepare_cached(sql)?.execute(params![kind, id, save.too_old()])?;
    }
    Ok(())
}

/// Those of before this one, the newest first.
pub(super) fn find(
    connection: &Connection,
    (kind, id): (RevisedKind, Uuid),
    before: u64,
    limit: u32,
) -> Result<Vec<(u64, String)>, StoreError> {
    let sql = "SELECT revision, doc FROM revisions WHERE kind = ?1 AND id = ?2 AND revision < ?3 \
               ORDER BY revision DESC LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![kind.number(), id.as_bytes(), before, limit], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
