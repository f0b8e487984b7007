//! The rare writes that are no changes of records: workspaces, keys, pictures, forgetting requests.

use std::collections::BTreeMap;

use model::{Catalog, Dialect, KeyId, Timestamp, WorkspaceId};
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::keys::key_text;
use super::pipeline::{Sql, param};
use super::row::{each, get, workspace};
use super::server::Session;
use super::{last_events, pictures, requests, values};
use crate::backend::{Admin, AliasKind, KeysWanted, integer};
use crate::{Key, KeyEdit, KeyHash, StoreError, Workspace, WorkspaceNumber, document};

/// Carries out one command in a transaction, or refuses it and leaves no trace.
pub(super) async fn run(session: &Session, command: &Admin) -> Result<u64, StoreError> {
    match command {
        Admin::Check => check(session).await,
        Admin::CreateWorkspace { id, name, now, catalog } => {
            create_workspace(session, *id, name, *now, catalog).await
        }
        Admin::RenameWorkspace { number, name } => rename_workspace(session, *number, name).await,
        Admin::CreateKey(hash, key) => create_key(session, hash, key).await,
        Admin::EditKeys(edits) => edit_keys(session, edits).await,
        Admin::RotateKey { id, expected, hash, until } => {
            rotate_key(session, (*id, *expected), hash, *until).await
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

static WORKSPACES: Sql =
    Sql { text: "SELECT number, id, name, created_at FROM workspaces ORDER BY number", types: &[] };

pub(super) async fn workspaces(session: &Session) -> Result<Vec<Workspace>, StoreError> {
    each(&session.query(&WORKSPACES, Vec::new()).await?, |row| {
        Ok(Workspace {
            number: workspace(row, 0)?,
            id: WorkspaceId(get(row, 1)?),
            name: get(row, 2)?,
            created_at: Timestamp::from_millis(get(row, 3)?),
        })
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
    now: Timestamp,
    catalog: &Catalog,
) -> Result<u64, StoreError> {
    let doc = document::write("catalog", catalog)?;
    let taken = session.query(&FIND_WORKSPACE, vec![param(id.0), param(name)]).await?;
    if let Some(row) = taken.first() {
        return Err(StoreError::InUse(if get(row, 0)? { id.to_string() } else { name.to_owned() }));
    }
    let made = session.query(&INSERT_WORKSPACE, vec![param(id.0), param(name), param(now.millis())]).await?;
    let number: i64 = made.first().map(|row| get(row, 0)).transpose()?.ok_or(StoreError::Closing)?;
    session.query(&INSERT_HEAD, vec![param(number), param(integer(catalog.revision))]).await?;
    session.query(&INSERT_CATALOG, vec![param(number), param(doc)]).await?;
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

async fn rename_workspace(session: &Session, number: WorkspaceNumber, name: &str) -> Result<u64, StoreError> {
    if !session.query(&NAMED_ALIKE, vec![param(number.0), param(name)]).await?.is_empty() {
        return Err(StoreError::InUse(name.to_owned()));
    }
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

async fn create_key(session: &Session, hash: &[u8], key: &Key) -> Result<u64, StoreError> {
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
    let edited = KeyEdit::apply_all(edits, &mut keys)?;
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
) -> Result<u64, StoreError> {
    let Some((key, old)) = keys_to_change(session, vec![id.0]).await?.pop() else { return Ok(0) };
    key.check_revision(expected)?;
    if !keys(session, KeysWanted::Hashed(*hash)).await?.is_empty() {
        return Err(StoreError::InUse("the key".to_owned()));
    }
    let (key, former) = key.rotated(until);
    session.query(&DELETE_KEY, vec![param(former.id.0)]).await?;
    let doc = document::write("key", &key)?;
    session.query(&REHASH_KEY, vec![param(id.0), param(hash.as_slice()), param(doc)]).await?;
    create_key(session, &old, &former).await
}
