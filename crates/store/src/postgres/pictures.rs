//! Pictures.

use std::sync::Arc;

use model::Timestamp;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::pipeline::{Sql, param};
use super::row::get;
use super::server::Session;
use crate::backend::kind_number;
use crate::picture::owner_kind;
use crate::{Picture, StoreError, WorkspaceNumber};

static PUT: Sql = Sql {
    text: "INSERT INTO pictures (workspace, id, owner_kind, owner, created_at, media_type, bytes) \
           VALUES ($1, $2, $3, $4, $5, $6, $7)",
    types: &[Type::INT8, Type::UUID, Type::INT8, Type::UUID, Type::INT8, Type::TEXT, Type::BYTEA],
};

pub(super) async fn put(
    session: &Session,
    workspace: WorkspaceNumber,
    picture: &Picture,
) -> Result<u64, StoreError> {
    let params = vec![
        param(workspace.0),
        param(picture.id),
        param(kind_number(picture.owner_kind)),
        param(picture.owner),
        param(picture.created_at.millis()),
        param(picture.media_type.as_str()),
        param(&*picture.bytes),
    ];
    session.query(&PUT, params).await?;
    Ok(1)
}

static REMOVE: Sql = Sql {
    text: "DELETE FROM pictures WHERE workspace = $1 AND id = $2 RETURNING id",
    types: &[Type::INT8, Type::UUID],
};

pub(super) async fn remove(
    session: &Session,
    workspace: WorkspaceNumber,
    id: Uuid,
) -> Result<u64, StoreError> {
    Ok(session.query(&REMOVE, vec![param(workspace.0), param(id)]).await?.len() as u64)
}

static FIND: Sql = Sql {
    text: "SELECT owner_kind, owner, created_at, media_type, bytes FROM pictures \
           WHERE workspace = $1 AND id = $2",
    types: &[Type::INT8, Type::UUID],
};

pub(super) async fn find(
    session: &Session,
    workspace: WorkspaceNumber,
    id: Uuid,
) -> Result<Option<Picture>, StoreError> {
    let rows = session.query(&FIND, vec![param(workspace.0), param(id)]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    // A kind of owner that a later release brought is none of this one's.
    let Some(owner_kind) = owner_kind(get(row, 0)?) else { return Ok(None) };
    Ok(Some(Picture {
        id,
        owner_kind,
        owner: get(row, 1)?,
        created_at: Timestamp::from_millis(get(row, 2)?),
        media_type: get(row, 3)?,
        bytes: Arc::from(get::<&[u8]>(row, 4)?),
    }))
}
