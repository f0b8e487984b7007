//! Workspaces, keys, catalogs, companies and notes.

use model::{Aliases, Catalog, Company, KeyId, Note, Timestamp, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::load::{AliasKind, find_alias, record, uuid};
use super::save::{put_alias, remove_alias};
use crate::backend::Admin;
use crate::{Key, KeyHash, StoreError, Workspace, WorkspaceNumber, document};

/// Carries out one command, or refuses it and leaves no trace.
pub(super) fn run(connection: &Connection, command: &Admin) -> Result<u64, StoreError> {
    match command {
        Admin::Check => Ok(0),
        Admin::CreateWorkspace { id, name, now, catalog } => {
            create_workspace(connection, *id, name, *now, catalog)
        }
        Admin::WriteCatalog(workspace, catalog) => write_catalog(connection, *workspace, catalog),
        Admin::WriteCompany(workspace, company) => write_company(connection, *workspace, company),
        Admin::WriteNote(workspace, note) => write_note(connection, *workspace, note),
        Admin::CreateKey(hash, key) => create_key(connection, hash, key),
        Admin::RevokeKey(id, now) => revoke_key(connection, *id, *now),
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

fn write_catalog(
    connection: &Connection,
    workspace: WorkspaceNumber,
    catalog: &Catalog,
) -> Result<u64, StoreError> {
    let doc = document::write("catalog", catalog)?;
    let sql = "UPDATE catalogs SET revision = ?2, doc = ?3 WHERE workspace = ?1 AND revision = ?2 - 1";
    match connection.execute(sql, params![workspace.0, catalog.revision, doc])? {
        0 => Err(StoreError::CatalogChanged),
        _ => Ok(1),
    }
}

fn write_company(
    connection: &Connection,
    workspace: WorkspaceNumber,
    company: &Company,
) -> Result<u64, StoreError> {
    let id = company.id.0;
    let doc = document::write("company", company)?;
    let sql = "SELECT id FROM companies WHERE workspace = ?1 AND number = ?2";
    let same_number =
        connection.query_row(sql, params![workspace.0, company.number], |row| uuid(row, 0)).optional()?;
    if same_number.is_some_and(|other| other != id) {
        return Err(StoreError::InUse(company.number.to_string()));
    }
    let sql = "SELECT doc FROM companies WHERE workspace = ?1 AND id = ?2";
    let before: Option<Company> = connection
        .query_row(sql, params![workspace.0, id.as_bytes()], |row| record("company", row, 0))
        .optional()?
        .transpose()?;
    let before = before.map(|company| company.aliases).unwrap_or_default();
    move_aliases(connection, AliasKind::Company, workspace, id, (&before, &company.aliases))?;
    let sql = "INSERT INTO companies (workspace, id, number, doc) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (workspace, id) DO UPDATE SET number = excluded.number, doc = excluded.doc";
    connection.execute(sql, params![workspace.0, id.as_bytes(), company.number, doc])?;
    Ok(1)
}

fn write_note(connection: &Connection, workspace: WorkspaceNumber, note: &Note) -> Result<u64, StoreError> {
    let id = note.id.0;
    let doc = document::write("note", note)?;
    let sql = "SELECT doc FROM notes WHERE workspace = ?1 AND id = ?2";
    let before: Option<Note> = connection
        .query_row(sql, params![workspace.0, id.as_bytes()], |row| record("note", row, 0))
        .optional()?
        .transpose()?;
    let before = before.map(|note| note.aliases).unwrap_or_default();
    move_aliases(connection, AliasKind::Note, workspace, id, (&before, &note.aliases))?;
    let sql = "INSERT INTO notes (workspace, id, doc) VALUES (?1, ?2, ?3) \
               ON CONFLICT (workspace, id) DO UPDATE SET doc = excluded.doc";
    connection.execute(sql, params![workspace.0, id.as_bytes(), doc])?;
    Ok(1)
}

/// Brings the aliases of a record from one state to another, unless one of them belongs to another record.
fn move_aliases(
    connection: &Connection,
    kind: AliasKind,
    workspace: WorkspaceNumber,
    id: Uuid,
    (before, after): (&Aliases, &Aliases),
) -> Result<(), StoreError> {
    for (dialect, alias) in after.pairs() {
        let owner = find_alias(connection, kind, (workspace, dialect, alias))?;
        if owner.is_some_and(|owner| owner != id) {
            return Err(StoreError::InUse(alias.to_owned()));
        }
    }
    for (dialect, alias) in before.pairs() {
        remove_alias(connection, kind, &(workspace, dialect, alias.to_owned()), id)?;
    }
    for (dialect, alias) in after.pairs() {
        put_alias(connection, kind, &(workspace, dialect, alias.to_owned()), id)?;
    }
    Ok(())
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
