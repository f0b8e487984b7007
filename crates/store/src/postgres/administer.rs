//! The rare writes that are no changes of records: workspaces, keys, pictures, forgetting requests.

use std::collections::BTreeMap;

use model::{Catalog, Dialect, KeyId, Timestamp, WorkspaceId};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::keys::key_text;
use super::pipeline::{Sql, param};
use super::row::{each, get, unsigned, workspace};
use super::server::Session;
use super::{last_events, pictures, requests, revisions, values};
use crate::backend::{Admin, AliasKind, KeysWanted, integer};
use crate::revision::{Revised, RevisionSave};
use crate::{Authored, Cause, Key, KeyEdit, KeyHash, StoreError, Workspace, WorkspaceNumber, document};

/// Carries out one command in a transaction, or refuses it and leaves no trace.
pub(super) async fn run(session: &Session, command: &Admin) -> Result<u64, StoreError> {
    match command {
        Admin::Check => check(session).await,
        Admin::CreateWorkspace { id, name, authored, catalog, opened_by } => {
            let number = create_workspace(session, *id, name, authored, catalog).await?;
            if let Some(key) = opened_by {
                let open = KeyEdit::Open(WorkspaceNumber(number.cast_signed()), authored.clone());
                edit_keys(session, &[(*key, open)]).await?;
            }
            Ok(number)
        }
        Admin::RenameWorkspace { number, expected, name, authored } => {
            rename_workspace(session, (*number, *expected), name, authored).await
        }
        Admin::CreateKey(hash, key, authored) => {
            insert_key(session, hash, key).await?;
            let made = RevisionSave::of_change(None, key, Cause::Created, authored)?;
            revisions::save(session, &made).await?;
            Ok(1)
        }
        Admin::EditKeys(edits) => edit_keys(session, edits).await,
        Admin::RotateKey { id, expected, hash, until, authored } => {
            rotate_key(session, (*id, *expected), hash, *until, authored).await
        }
        Admin::PutPicture(workspace, picture) => pictures::put(session, *workspace, picture).await,
        Admin::Note(workspace, notes) => last_events::note(session, *workspace, notes).await,
        Admin::FillIndex(workspace, indexed) => values::fill(session, *workspace, *indexed).await,
        Admin::ForgetIndex(workspace, index) => values::forget(session, *workspace, *index).await,
        Admin::RemovePicture(workspace, id) => pictures::remove(session, *workspace, *id).await,
        Admin::ForgetRequests(before, limit) => requests::forget(session, *before, *limit).await,
        Admin::ForgetFirst(workspace, api_key, count) => {
            requests::forget_first(session, *workspace, *api_key, *count).await
        }
    }
}

/// Workspaces that were not renamed since their revisions are kept may have none.
macro_rules! workspace {
    ($rest:literal) => {
        concat!(
            "SELECT number, id, name, created_at, \
             coalesce((SELECT max(revision) FROM revisions r WHERE r.kind = 2 AND r.id = w.id), 1) FROM workspaces w",
            $rest
        )
    };
}

static WORKSPACES: Sql = Sql { text: workspace!(" ORDER BY number"), types: &[] };
static WORKSPACE: Sql = Sql { text: workspace!(" WHERE number = $1"), types: &[Type::INT8] };

pub(super) async fn workspaces(session: &Session) -> Result<Vec<Workspace>, StoreError> {
    each(&session.query(&WORKSPACES, Vec::new()).await?, read_workspace)
}

fn read_workspace(row: &Row) -> Result<Workspace, StoreError> {
    Ok(Workspace {
        number: workspace(row, 0)?,
        id: WorkspaceId(get(row, 1)?),
        name: get(row, 2)?,
        created_at: Timestamp::from_millis(get(row, 3)?),
        revision: unsigned(row, 4)?,
    })
}

static ALL_KEYS: Sql = Sql { text: "SELECT doc FROM keys ORDER BY place", types: &[] };
static KEY_WITH_ID: Sql = Sql { text: "SELECT doc FROM keys WHERE id = $1", types: &[Type::UUID] };
static KEY: Sql = Sql { text: "SELECT doc FROM keys WHERE hash = $1", types: &[Type::BYTEA] };

pub(super) async fn keys(session: &Session, which: KeysWanted) -> Result<Vec<Key>, StoreError> {
    let rows = match which {
        KeysWanted::Hashed(hash) => session.query(&KEY, vec![param(hash.as_slice())]).await?,
        KeysWanted::Numbered(id) => session.query(&KEY_WITH_ID, vec![param(id.0)]).await?,
        KeysWanted::All => session.query(&ALL_KEYS, Vec::new()).await?,
    };
    each(&rows, |row| document::read("key", get(row, 0)?))
}

static CAN_WRITE: Sql =
    Sql { text: "SELECT number FROM workspaces LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED", types: &[] };

/// A database that takes no writes refuses to lock. What others have locked is not waited for.
async fn check(session: &Session) -> Result<u64, StoreError> {
    session.query(&CAN_WRITE, Vec::new()).await.map(|_| 0)
}

static FIND_WORKSPACE: Sql = Sql {
    text: "SELECT id = $1 FROM workspaces WHERE id = $1 OR name = $2 LIMIT 1",
    types: &[Type::UUID, Type::TEXT],
};
static INSERT_WORKSPACE: Sql = Sql {
    text: "INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3) RETURNING number",
    types: &[Type::UUID, Type::TEXT, Type::INT8],
};
static INSERT_HEAD: Sql = Sql {
    text: "INSERT INTO heads (workspace, catalog_revision) VALUES ($1, $2)",
    types: &[Type::INT8, Type::INT8],
};
static INSERT_CATALOG: Sql =
    Sql { text: "INSERT INTO catalogs (workspace, doc) VALUES ($1, $2)", types: &[Type::INT8, Type::TEXT] };

async fn create_workspace(
    session: &Session,
    id: WorkspaceId,
    name: &str,
    authored: &Authored,
    catalog: &Catalog,
) -> Result<u64, StoreError> {
    let doc = document::write("catalog", catalog)?;
    let taken = session.query(&FIND_WORKSPACE, vec![param(id.0), param(name)]).await?;
    if let Some(row) = taken.first() {
        return Err(StoreError::InUse(if get(row, 0)? { id.to_string() } else { name.to_owned() }));
    }
    let created_at = authored.at;
    let row = vec![param(id.0), param(name), param(created_at.millis())];
    let made = session.query(&INSERT_WORKSPACE, row).await?;
    let number: i64 = made.first().map(|row| get(row, 0)).transpose()?.ok_or(StoreError::Closing)?;
    session.query(&INSERT_HEAD, vec![param(number), param(integer(catalog.revision))]).await?;
    session.query(&INSERT_CATALOG, vec![param(number), param(doc)]).await?;
    let made =
        Workspace { number: WorkspaceNumber(number), id, name: name.to_owned(), revision: 1, created_at };
    revisions::save(session, &RevisionSave::of_change(None, &made, Cause::Created, authored)?).await?;
    Ok(number.unsigned_abs())
}

static NAMED_ALIKE: Sql = Sql {
    text: "SELECT number FROM workspaces WHERE name = $2 AND number <> $1",
    types: &[Type::INT8, Type::TEXT],
};
static RENAME_WORKSPACE: Sql = Sql {
    text: "UPDATE workspaces SET name = $2 WHERE number = $1 RETURNING number",
    types: &[Type::INT8, Type::TEXT],
};

/// Locked first, so that the revision which is read then is the last one.
static LOCK_WORKSPACE: Sql =
    Sql { text: "SELECT number FROM workspaces WHERE number = $1 FOR NO KEY UPDATE", types: &[Type::INT8] };

async fn rename_workspace(
    session: &Session,
    (number, expected): (WorkspaceNumber, u64),
    name: &str,
    authored: &Authored,
) -> Result<u64, StoreError> {
    session.query(&LOCK_WORKSPACE, vec![param(number.0)]).await?;
    let found = session.query(&WORKSPACE, vec![param(number.0)]).await?;
    let Some(before) = found.first().map(read_workspace).transpose()? else { return Ok(0) };
    before.check_revision(expected)?;
    if !session.query(&NAMED_ALIKE, vec![param(number.0), param(name)]).await?.is_empty() {
        return Err(StoreError::InUse(name.to_owned()));
    }
    let after = Workspace { name: name.to_owned(), revision: expected + 1, ..before };
    let saves = RevisionSave::of_change(Some(&before), &after, Cause::Updated, authored)?;
    revisions::save(session, &saves).await?;
    Ok(session.query(&RENAME_WORKSPACE, vec![param(number.0), param(name)]).await?.len() as u64)
}

static ALIAS_OWNER: Sql = Sql {
    text: "SELECT id FROM aliases WHERE workspace = $1 AND kind = $2 AND dialect = $3 AND alias = $4",
    types: &[Type::INT8, Type::INT8, Type::TEXT, Type::TEXT],
};

/// Whom an alias names.
pub(super) async fn find_alias(
    session: &Session,
    kind: AliasKind,
    (workspace, dialect, alias): (WorkspaceNumber, Dialect, &str),
) -> Result<Option<Uuid>, StoreError> {
    let key = vec![param(workspace.0), param(kind.number()), param(dialect.as_str()), param(key_text(alias))];
    session.query(&ALIAS_OWNER, key).await?.first().map(|row| get(row, 0)).transpose()
}

static INSERT_KEY: Sql = Sql {
    text: "INSERT INTO keys (hash, id, doc) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id",
    types: &[Type::BYTEA, Type::UUID, Type::TEXT],
};

async fn insert_key(session: &Session, hash: &[u8], key: &Key) -> Result<u64, StoreError> {
    let doc = document::write("key", key)?;
    let made = session.query(&INSERT_KEY, vec![param(hash), param(key.id.0), param(doc)]).await?;
    if made.is_empty() { Err(StoreError::InUse("the key".to_owned())) } else { Ok(1) }
}

// In one order, so that two servers do not wait for each other.
static FIND_KEYS: Sql = Sql {
    text: "SELECT doc, hash FROM keys WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
    types: &[Type::UUID_ARRAY],
};
static UPDATE_KEYS: Sql = Sql {
    text: "UPDATE keys SET doc = new.doc FROM unnest($1, $2) AS new (id, doc) WHERE keys.id = new.id",
    types: &[Type::UUID_ARRAY, Type::TEXT_ARRAY],
};
static REHASH_KEY: Sql = Sql {
    text: "UPDATE keys SET hash = $2, doc = $3 WHERE id = $1",
    types: &[Type::UUID, Type::BYTEA, Type::TEXT],
};
static DELETE_KEY: Sql = Sql { text: "DELETE FROM keys WHERE id = $1", types: &[Type::UUID] };

/// Keys and the hashes of their secrets, which nobody else changes meanwhile.
async fn keys_to_change(session: &Session, ids: Vec<Uuid>) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
    let rows = session.query(&FIND_KEYS, vec![param(ids)]).await?;
    each(&rows, |row| Ok((document::read("key", get(row, 0)?)?, get(row, 1)?)))
}

async fn edit_keys(session: &Session, edits: &[(KeyId, KeyEdit)]) -> Result<u64, StoreError> {
    let found = keys_to_change(session, edits.iter().map(|(id, _)| id.0).collect()).await?;
    let mut keys: BTreeMap<KeyId, Key> = found.into_iter().map(|(key, _)| (key.id, key)).collect();
    let (edited, saves) = KeyEdit::apply_all(edits, &mut keys)?;
    revisions::save(session, &saves).await?;
    let ids: Vec<Uuid> = keys.keys().map(|id| id.0).collect();
    let docs = keys.values().map(|key| document::write("key", key)).collect::<Result<Vec<_>, _>>()?;
    session.query(&UPDATE_KEYS, vec![param(ids), param(docs)]).await?;
    Ok(edited)
}

async fn rotate_key(
    session: &Session,
    (id, expected): (KeyId, u64),
    hash: &KeyHash,
    until: Timestamp,
    authored: &Authored,
) -> Result<u64, StoreError> {
    let Some((mut key, old)) = keys_to_change(session, vec![id.0]).await?.pop() else { return Ok(0) };
    key.check_revision(expected)?;
    if !keys(session, KeysWanted::Hashed(*hash)).await?.is_empty() {
        return Err(StoreError::InUse("the key".to_owned()));
    }
    let (former, saves) = key.rotate(until, authored)?;
    revisions::save(session, &saves).await?;
    session.query(&DELETE_KEY, vec![param(former.id.0)]).await?;
    let doc = document::write("key", &key)?;
    session.query(&REHASH_KEY, vec![param(id.0), param(hash.as_slice()), param(doc)]).await?;
    insert_key(session, &old, &former).await
}
