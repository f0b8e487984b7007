//! The rare writes that are no changes of records: workspaces, keys, pictures, forgetting requests.

use std::collections::BTreeMap;

use model::{Catalog, KeyId, Timestamp, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::load::{record, uuid};
use super::{last_events, pictures, requests, revisions, values};
use crate::backend::{Admin, KeysWanted};
use crate::revision::{Revised, RevisionSave};
use crate::{Authored, Cause, Key, KeyEdit, KeyHash, StoreError, Workspace, WorkspaceNumber, document};

/// Carries out one command, or refuses it and leaves no trace.
pub(super) fn run(connection: &Connection, command: &Admin) -> Result<u64, StoreError> {
    match command {
        Admin::Check => Ok(0),
        Admin::CreateWorkspace { id, name, authored, catalog, opened_by } => {
            let number = create_workspace(connection, *id, name, authored, catalog)?;
            if let Some(key) = opened_by {
                let open = KeyEdit::Open(WorkspaceNumber(number.cast_signed()), authored.clone());
                edit_keys(connection, &[(*key, open)])?;
            }
            Ok(number)
        }
        Admin::RenameWorkspace { number, expected, name, authored } => {
            rename_workspace(connection, (*number, *expected), name, authored)
        }
        Admin::CreateKey(hash, key, authored) => {
            insert_key(connection, hash, key)?;
            revisions::save(connection, &RevisionSave::of_change(None, key, Cause::Created, authored)?)?;
            Ok(1)
        }
        Admin::EditKeys(edits) => edit_keys(connection, edits),
        Admin::RotateKey { id, expected, hash, until, authored } => {
            rotate_key(connection, (*id, *expected), hash, *until, authored)
        }
        Admin::PutPicture(workspace, picture) => pictures::put(connection, *workspace, picture),
        Admin::Note(workspace, notes) => last_events::note(connection, *workspace, notes),
        Admin::FillIndex(workspace, indexed) => values::fill(connection, *workspace, *indexed),
        Admin::ForgetIndex(workspace, index) => values::forget(connection, *workspace, *index),
        Admin::RemovePicture(workspace, id) => pictures::remove(connection, *workspace, *id),
        Admin::ForgetRequests(before, limit) => requests::forget(connection, *before, *limit),
        Admin::ForgetFirst(workspace, api_key, count) => {
            requests::forget_first(connection, *workspace, *api_key, *count)
        }
    }
}

/// Workspaces that were not renamed since their revisions are kept may have none.
macro_rules! workspace {
    () => {
        "SELECT number, id, name, created_at, coalesce((SELECT max(revision) FROM revisions r WHERE r.kind = 2 AND r.id = w.id), 1) \
         FROM workspaces w"
    };
}

pub(super) fn workspaces(connection: &Connection) -> Result<Vec<Workspace>, StoreError> {
    let mut statement = connection.prepare_cached(concat!(workspace!(), " ORDER BY number"))?;
    let rows = statement.query_map([], workspace)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn workspace(row: &Row<'_>) -> rusqlite::Result<Workspace> {
    Ok(Workspace {
        number: WorkspaceNumber(row.get(0)?),
        id: WorkspaceId(uuid(row, 1)?),
        name: row.get(2)?,
        created_at: Timestamp::from_millis(row.get(3)?),
        revision: row.get(4)?,
    })
}

pub(super) fn keys(connection: &Connection, which: KeysWanted) -> Result<Vec<Key>, StoreError> {
    let read = |row: &Row<'_>| record("key", row, 0);
    match which {
        KeysWanted::Hashed(hash) => {
            let mut statement = connection.prepare_cached("SELECT doc FROM keys WHERE hash = ?1")?;
            statement.query_row([hash], read).optional()?.into_iter().collect()
        }
        KeysWanted::Numbered(id) => Ok(key(connection, id)?.into_iter().collect()),
        KeysWanted::All => {
            let mut statement = connection.prepare_cached("SELECT doc FROM keys ORDER BY row")?;
            statement.query_map([], read)?.map(|row| row?).collect()
        }
    }
}

fn create_workspace(
    connection: &Connection,
    id: WorkspaceId,
    name: &str,
    authored: &Authored,
    catalog: &Catalog,
) -> Result<u64, StoreError> {
    let doc = document::write("catalog", catalog)?;
    let taken = "SELECT id = ?1 FROM workspaces WHERE id = ?1 OR name = ?2";
    let taken = connection.query_row(taken, params![id.0.as_bytes(), name], |row| row.get(0)).optional()?;
    if let Some(is_id) = taken {
        return Err(StoreError::InUse(if is_id { id.to_string() } else { name.to_owned() }));
    }
    let sql = "INSERT INTO workspaces (id, name, created_at) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![id.0.as_bytes(), name, authored.at.millis()])?;
    let number = connection.last_insert_rowid();
    let made = Workspace {
        number: WorkspaceNumber(number),
        id,
        name: name.to_owned(),
        revision: 1,
        created_at: authored.at,
    };
    revisions::save(connection, &RevisionSave::of_change(None, &made, Cause::Created, authored)?)?;
    let sql = "INSERT INTO catalogs (workspace, revision, doc) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![number, catalog.revision, doc])?;
    Ok(number.unsigned_abs())
}

fn rename_workspace(
    connection: &Connection,
    (number, expected): (WorkspaceNumber, u64),
    name: &str,
    authored: &Authored,
) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(concat!(workspace!(), " WHERE number = ?1"))?;
    let Some(before) = statement.query_row([number.0], workspace).optional()? else { return Ok(0) };
    before.check_revision(expected)?;
    let sql = "SELECT 1 FROM workspaces WHERE name = ?2 AND number <> ?1";
    if connection.prepare_cached(sql)?.exists(params![number.0, name])? {
        return Err(StoreError::InUse(name.to_owned()));
    }
    let after = Workspace { name: name.to_owned(), revision: expected + 1, ..before };
    revisions::save(connection, &RevisionSave::of_change(Some(&before), &after, Cause::Updated, authored)?)?;
    let sql = "UPDATE workspaces SET name = ?2 WHERE number = ?1";
    Ok(connection.execute(sql, params![number.0, name])? as u64)
}

fn insert_key(connection: &Connection, hash: &KeyHash, key: &Key) -> Result<u64, StoreError> {
    let doc = document::write("key", key)?;
    let sql = "INSERT INTO keys (hash, id, doc) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    match connection.execute(sql, params![hash, key.id.0.as_bytes(), doc])? {
        0 => Err(StoreError::InUse("the key".to_owned())),
        _ => Ok(1),
    }
}

fn key(connection: &Connection, id: KeyId) -> Result<Option<Key>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT doc FROM keys WHERE id = ?1")?;
    statement.query_row([id.0.as_bytes()], |row| record("key", row, 0)).optional()?.transpose()
}

fn edit_keys(connection: &Connection, edits: &[(KeyId, KeyEdit)]) -> Result<u64, StoreError> {
    let mut keys = BTreeMap::new();
    for (id, _) in edits {
        keys.extend(key(connection, *id)?.map(|key| (*id, key)));
    }
    let (edited, saves) = KeyEdit::apply_all(edits, &mut keys)?;
    revisions::save(connection, &saves)?;
    for (id, key) in &keys {
        let sql = "UPDATE keys SET doc = ?2 WHERE id = ?1";
        connection.execute(sql, params![id.0.as_bytes(), document::write("key", key)?])?;
    }
    Ok(edited)
}

fn rotate_key(
    connection: &Connection,
    (id, expected): (KeyId, u64),
    hash: &KeyHash,
    until: Timestamp,
    authored: &Authored,
) -> Result<u64, StoreError> {
    let Some(mut key) = key(connection, id)? else { return Ok(0) };
    key.check_revision(expected)?;
    if !keys(connection, KeysWanted::Hashed(*hash))?.is_empty() {
        return Err(StoreError::InUse("the key".to_owned()));
    }
    let (former, saves) = key.rotate(until, authored)?;
    revisions::save(connection, &saves)?;
    connection.execute("DELETE FROM keys WHERE id = ?1", [former.id.0.as_bytes()])?;
    let sql = "SELECT hash FROM keys WHERE id = ?1";
    let old: KeyHash = connection.query_row(sql, [id.0.as_bytes()], |row| row.get(0))?;
    let sql = "UPDATE keys SET hash = ?2, doc = ?3 WHERE id = ?1";
    connection.execute(sql, params![id.0.as_bytes(), hash, document::write("key", &key)?])?;
    insert_key(connection, &old, &former)
}
