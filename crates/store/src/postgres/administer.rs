//! Workspaces, keys, catalogs, companies and notes.

use model::{Aliases, Catalog, Company, Dialect, KeyId, Note, Timestamp, WorkspaceId};
use serde::de::DeserializeOwned;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::listen;
use super::load::{AliasKind, each, get, integer, key_text, workspace};
use super::pipeline::{Sql, param};
use super::save::{self, PUT_ALIASES, REMOVE_ALIASES};
use super::server::Session;
use crate::backend::Admin;
use crate::{Key, KeyHash, StoreError, Workspace, WorkspaceNumber, document};

/// Carries out one command in a transaction, or refuses it and leaves no trace.
pub(super) async fn run(session: &Session, command: &Admin) -> Result<u64, StoreError> {
    match command {
        Admin::Check => check(session).await,
        Admin::CreateWorkspace { id, name, now, catalog } => {
            create_workspace(session, *id, name, *now, catalog).await
        }
        Admin::WriteCatalog(workspace, catalog) => write_catalog(session, *workspace, catalog).await,
        Admin::WriteCompany(workspace, company) => write_company(session, *workspace, company).await,
        Admin::WriteNote(workspace, note) => write_note(session, *workspace, note).await,
        Admin::CreateKey(hash, key) => create_key(session, hash, key).await,
        Admin::RevokeKey(id, now) => revoke_key(session, *id, *now).await,
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

static NEXT_REVISION: Sql = Sql {
    text: "UPDATE heads SET catalog_revision = $2 WHERE workspace = $1 AND catalog_revision = $2 - 1 \
           RETURNING workspace",
    types: &[Type::INT8, Type::INT8],
};
static UPDATE_CATALOG: Sql =
    Sql { text: "UPDATE catalogs SET doc = $2 WHERE workspace = $1", types: &[Type::INT8, Type::TEXT] };

async fn write_catalog(
    session: &Session,
    workspace: WorkspaceNumber,
    catalog: &Catalog,
) -> Result<u64, StoreError> {
    let doc = document::write("catalog", catalog)?;
    let next = vec![param(workspace.0), param(integer(catalog.revision))];
    if session.query(&NEXT_REVISION, next).await?.is_empty() {
        return Err(StoreError::CatalogChanged);
    }
    session.query(&UPDATE_CATALOG, vec![param(workspace.0), param(doc)]).await?;
    listen::tell(session, workspace).await?;
    Ok(1)
}

static COMPANY_OF_NUMBER: Sql = Sql {
    text: "SELECT id FROM companies WHERE workspace = $1 AND number = $2",
    types: &[Type::INT8, Type::INT8],
};
static FIND_COMPANY: Sql = Sql {
    text: "SELECT doc FROM companies WHERE workspace = $1 AND id = $2 FOR NO KEY UPDATE",
    types: &[Type::INT8, Type::UUID],
};
static PUT_COMPANY: Sql = Sql {
    text: "INSERT INTO companies (workspace, id, number, doc) VALUES ($1, $2, $3, $4) \
           ON CONFLICT (workspace, id) DO UPDATE SET number = excluded.number, doc = excluded.doc",
    types: &[Type::INT8, Type::UUID, Type::INT8, Type::TEXT],
};

async fn write_company(
    session: &Session,
    workspace: WorkspaceNumber,
    company: &Company,
) -> Result<u64, StoreError> {
    let id = company.id.0;
    let doc = document::write("company", company)?;
    let number = integer(company.number);
    let same_number = session.query(&COMPANY_OF_NUMBER, vec![param(workspace.0), param(number)]).await?;
    if let Some(row) = same_number.first()
        && get::<Uuid>(row, 0)? != id
    {
        return Err(StoreError::InUse(company.number.to_string()));
    }
    let before: Option<Company> = stored(session, &FIND_COMPANY, "company", workspace, id).await?;
    let before = before.map(|company| company.aliases).unwrap_or_default();
    move_aliases(session, AliasKind::Company, workspace, id, (&before, &company.aliases)).await?;
    session.query(&PUT_COMPANY, vec![param(workspace.0), param(id), param(number), param(doc)]).await?;
    Ok(1)
}

static FIND_NOTE: Sql = Sql {
    text: "SELECT doc FROM notes WHERE workspace = $1 AND id = $2 FOR NO KEY UPDATE",
    types: &[Type::INT8, Type::UUID],
};
static PUT_NOTE: Sql = Sql {
    text: "INSERT INTO notes (workspace, id, doc) VALUES ($1, $2, $3) \
           ON CONFLICT (workspace, id) DO UPDATE SET doc = excluded.doc",
    types: &[Type::INT8, Type::UUID, Type::TEXT],
};

async fn write_note(session: &Session, workspace: WorkspaceNumber, note: &Note) -> Result<u64, StoreError> {
    let id = note.id.0;
    let doc = document::write("note", note)?;
    let before: Option<Note> = stored(session, &FIND_NOTE, "note", workspace, id).await?;
    let before = before.map(|note| note.aliases).unwrap_or_default();
    move_aliases(session, AliasKind::Note, workspace, id, (&before, &note.aliases)).await?;
    session.query(&PUT_NOTE, vec![param(workspace.0), param(id), param(doc)]).await?;
    Ok(1)
}

async fn stored<T: DeserializeOwned>(
    session: &Session,
    sql: &'static Sql,
    what: &'static str,
    workspace: WorkspaceNumber,
    id: Uuid,
) -> Result<Option<T>, StoreError> {
    let rows = session.query(sql, vec![param(workspace.0), param(id)]).await?;
    rows.first().map(|row| document::read(what, get(row, 0)?)).transpose()
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
    let key = vec![param(workspace.0), param(kind as i64), param(dialect.as_str()), param(key_text(alias))];
    session.query(&ALIAS_OWNER, key).await?.first().map(|row| get(row, 0)).transpose()
}

/// Brings the aliases of a record from one state to another, unless one of them belongs to another record.
async fn move_aliases(
    session: &Session,
    kind: AliasKind,
    workspace: WorkspaceNumber,
    id: Uuid,
    (before, after): (&Aliases, &Aliases),
) -> Result<(), StoreError> {
    for (dialect, alias) in after.pairs() {
        let owner = find_alias(session, kind, (workspace, dialect, alias)).await?;
        if owner.is_some_and(|owner| owner != id) {
            return Err(StoreError::InUse(alias.to_owned()));
        }
    }
    let rows = |aliases: &'_ Aliases| -> Vec<_> {
        aliases.pairs().map(|(dialect, alias)| (workspace, dialect.as_str(), alias.to_owned(), id)).collect()
    };
    for (sql, rows) in [(&REMOVE_ALIASES, rows(before)), (&PUT_ALIASES, rows(after))] {
        let rows =
            rows.iter().map(|(workspace, dialect, alias, id)| (*workspace, *dialect, alias.as_str(), *id));
        if let Some(step) = save::aliases(sql, kind, &rows.collect::<Vec<_>>()) {
            session.run("", &[step], "").await?;
        }
    }
    Ok(())
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
