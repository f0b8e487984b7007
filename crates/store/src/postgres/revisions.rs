//! What keys and workspaces were.

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::pipeline::{Sql, param};
use super::row::{each, get, unsigned};
use super::server::Session;
use crate::StoreError;
use crate::backend::integer;
use crate::revision::{RevisedKind, RevisionSave};

static SAVE: Sql = Sql {
    text: "INSERT INTO revisions (kind, id, revision, doc) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    types: &[Type::INT8, Type::UUID, Type::INT8, Type::TEXT],
};

static FORGET: Sql = Sql {
    text: "DELETE FROM revisions WHERE kind = $1 AND id = $2 AND revision <= $3",
    types: &[Type::INT8, Type::UUID, Type::INT8],
};

static FIND: Sql = Sql {
    text: "SELECT revision, doc FROM revisions WHERE kind = $1 AND id = $2 AND revision < $3 \
           ORDER BY revision DESC LIMIT $4",
    types: &[Type::INT8, Type::UUID, Type::INT8, Type::INT8],
};

/// Saves what is not there yet, and forgets what is too old.
pub(super) async fn save(session: &Session, saves: &[RevisionSave]) -> Result<(), StoreError> {
    for save in saves {
        let kind = save.kind.number();
        let row = vec![param(kind), param(save.id), param(integer(save.revision)), param(save.doc.as_str())];
        session.query(&SAVE, row).await?;
        if save.too_old() > 0 {
            session.query(&FORGET, vec![param(kind), param(save.id), param(integer(save.too_old()))]).await?;
        }
    }
    Ok(())
}

/// Those of before this one, the newest first.
pub(super) async fn find(
    session: &Session,
    (kind, id): (RevisedKind, Uuid),
    before: u64,
    limit: u32,
) -> Result<Vec<(u64, String)>, StoreError> {
    let rows = session
        .query(&FIND, vec![param(kind.number()), param(id), param(integer(before)), param(i64::from(limit))])
        .await?;
    each(&rows, |row| Ok((unsigned(row, 0)?, get(row, 1)?)))
}
