//! Pictures.

use std::sync::Arc;

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::load::uuid;
use crate::backend::kind_number;
use crate::picture::owner_kind;
use crate::{Picture, StoreError, WorkspaceNumber};

pub(super) fn put(
    connection: &Connection,
    workspace: WorkspaceNumber,
    picture: &Picture,
) -> Result<u64, StoreError> {
    let sql = "INSERT INTO pictures (workspace, id, owner_kind, owner, created_at, media_type, bytes) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        workspace.0,
        picture.id.as_bytes(),
        kind_number(picture.owner_kind),
        picture.owner.as_bytes(),
        picture.created_at.millis(),
        picture.media_type,
        &*picture.bytes,
    ])?;
    Ok(1)
}

pub(super) fn remove(
    connection: &Connection,
    workspace: WorkspaceNumber,
    id: Uuid,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM pictures WHERE workspace = ?1 AND id = ?2";
    Ok(connection.prepare_cached(sql)?.execute(params![workspace.0, id.as_bytes()])? as u64)
}

pub(super) fn find(
    connection: &Connection,
    workspace: WorkspaceNumber,
    id: Uuid,
) -> Result<Option<Picture>, StoreError> {
    let sql = "SELECT owner_kind, owner, created_at, media_type, bytes FROM pictures \
               WHERE workspace = ?1 AND id = ?2";
    let read = |row: &rusqlite::Row<'_>| {
        // A kind of owner that a later release brought is none of this one's.
        let Some(owner_kind) = owner_kind(row.get(0)?) else { return Ok(None) };
        Ok(Some(Picture {
            id,
            owner_kind,
            owner: uuid(row, 1)?,
            created_at: Timestamp::from_millis(row.get(2)?),
            media_type: row.get(3)?,
            bytes: Arc::from(row.get_ref(4)?.as_blob()?),
        }))
    };
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![workspace.0, id.as_bytes()], read).optional()?.flatten())
}
