//! The rare writes that are no changes of records: workspaces, keys, pictures.

use model::{Catalog, Dialect, KeyId, Timestamp, WorkspaceId};
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::load::{AliasKind, each, get, integer, key_text, workspace};
use super::pipeline::{Sql, param};
use super::server::Session;
use super::{last_events, pictures};
use crate::backend::Admin;
use crate::{Key, KeyHash, StoreError, Workspace, WorkspaceNumber, document};

/// Carries out one command in a transaction, or refuses it and leaves no trace.
pub(super) async fn run(session: &Session, command: &Admin) -> Result<u64, StoreError> {
    match command {
        Admin::Check => check(session).await,
        Admin::CreateWorkspace { id, name, now, catalog } => {
            create_workspace(session, *id, name, *now, catalog).await
        }
        Admin::CreateKey(hash, key) => create_key(session, hash, key).await,
        Admin::RevokeKey(id, now) => revoke_key(session, *id, *now).await,
        Admin::PutPicture(workspace, picture) => pictures::put(session, *workspace, picture).await,
        Admin::Note(workspace, notes) => last_events::note(session, *workspace, notes).await,
        Admin::RemovePicture(workspace, id) => pictures::remove(session, *workspace, *id).await,
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
static KEY: Sql = Sql { text: "SELECT doc FROM keys WHERE hash = $1", types: &[Type::BYTEA] };

pub(super) async fn keys(session: &Session, hash: Option<&KeyHash>) -> Result<Vec<Key>, StoreError> {
    let rows = match hash {
        Some(hash) => session.query(&KEY, vec![param(hash.as_slice())]).await?,
        None => session.query(&ALL_KEYS, Vec::new()).await?,
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

async fn create_key(session: &Session, hash: &KeyHash, key: &Key) -> Result<u64, StoreError> {
    let doc = document::write("key", key)?;
    let made = session.query(&INSERT_KEY, vec![param(hash.as_slice()), param(key.id.0), param(doc)]).await?;
    if made.is_empty() { Err(StoreError::InUse("the key".to_owned())) } else { Ok(1) }
}

static FIND_KEY: Sql =
    Sql { text: "SELECT doc FROM keys WHERE id = $1 FOR NO KEY UPDATE", types: &[Type::UUID] };
static UPDATE_KEY: Sql =
    Sql { text: "UPDATE keys SET doc = $2 WHERE id = $1", types: &[Type::UUID, Type::TEXT] };

async fn revoke_key(session: &Session, id: KeyId, now: Timestamp) -> Result<u64, StoreError> {
    let rows = session.query(&FIND_KEY, vec![param(id.0)]).await?;
    let Some(row) = rows.first() else { return Ok(0) };
    let mut key: Key = document::read("key", get(row, 0)?)?;
    key.revoked_at = key.revoked_at.or(Some(now));
    session.query(&UPDATE_KEY, vec![param(id.0), param(document::write("key", &key)?)]).await?;
    Ok(1)
}
