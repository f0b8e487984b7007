//! The rare writes that are no changes of records: workspaces, keys, pictures.

use model::{Catalog, KeyId, Timestamp, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::load::{record, uuid};
use super::{last_events, pictures};
use crate::backend::Admin;
use crate::{Key, KeyHash, StoreError, Workspace, WorkspaceNumber, document};

/// Carries out one command, or refuses it and leaves no trace.
pub(super) fn run(connection: &Connection, command: &Admin) -> Result<u64, StoreError> {
    match command {
        Admin::Check => Ok(0),
        Admin::CreateWorkspace { id, name, now, catalog } => {
            create_workspace(connection, *id, name, *now, catalog)
        }
        Admin::CreateKey(hash, key) => create_key(connection, hash, key),
        Admin::RevokeKey(id, now) => revoke_key(connection, *id, *now),
        Admin::PutPicture(workspace, picture) => pictures::put(connection, *workspace, picture),
        Admin::Note(workspace, notes) => last_events::note(connection, *workspace, notes),
        Admin::RemovePicture(workspace, id) => pictures::remove(connection, *workspace, *id),
    }
}

pub(super) fn workspaces(connection: &Connection) -> Result<Vec<Workspace>, StoreError> {
    let sql = "SELECT number, id, name, created_at FROM workspaces ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Workspace {
            number: WorkspaceNumber(row.get(0)?),
            id: WorkspaceId(uuid(row, 1)?),
            name: row.get(2)?,
            created_at: Timestamp::from_millis(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn keys(connection: &Connection, hash: Option<&KeyHash>) -> Result<Vec<Key>, StoreError> {
    let read = |row: &Row<'_>| record("key", row, 0);
    match hash {
        Some(hash) => {
            let mut statement = connection.prepare_cached("SELECT doc FROM keys WHERE hash = ?1")?;
            statement.query_row([hash], read).optional()?.into_iter().collect()
        }
        None => {
            let mut statement = connection.prepare_cached("SELECT doc FROM keys ORDER BY row")?;
            statement.query_map([], read)?.map(|row| row?).collect()
        }
    }
}

fn create_workspace(
    connection: &Connection,
    id: WorkspaceId,
    name: &str,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<u64, StoreError> {
    let doc = document::write("catalog", catalog)?;
    let taken = "SELECT id = ?1 FROM workspaces WHERE id = ?1 OR name = ?2";
    let taken = connection.query_row(taken, params![id.0.as_bytes(), name], |row| row.get(0)).optional()?;
    if let Some(is_id) = taken {
        return Err(StoreError::InUse(if is_id { id.to_string() } else { name.to_owned() }));
    }
    let sql = "INSERT INTO workspaces (id, name, created_at) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![id.0.as_bytes(), name, now.millis()])?;
    let number = connection.last_insert_rowid();
    let sql = "INSERT INTO catalogs (workspace, revision, doc) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![number, catalog.revision, doc])?;
    Ok(number.unsigned_abs())
}

fn create_key(connection: &Connection, hash: &KeyHash, key: &Key) -> Result<u64, StoreError> {
    let doc = document::write("key", key)?;
    let sql = "INSERT INTO keys (hash, id, doc) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    match connection.execute(sql, params![hash, key.id.0.as_bytes(), doc])? {
        0 => Err(StoreError::InUse("the key".to_owned())),
        _ => Ok(1),
    }
}

fn revoke_key(connection: &Connection, id: KeyId, now: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT doc FROM keys WHERE id = ?1";
    let key: Option<Key> =
        connection.query_row(sql, [id.0.as_bytes()], |row| record("key", row, 0)).optional()?.transpose()?;
    let Some(mut key) = key else { return Ok(0) };
    key.revoked_at = key.revoked_at.or(Some(now));
    let sql = "UPDATE keys SET doc = ?2 WHERE id = ?1";
    connection.execute(sql, params![id.0.as_bytes(), document::write("key", &key)?])?;
    Ok(1)
}
