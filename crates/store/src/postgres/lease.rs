//! Leases: work that one node at a time does. Only the database's clock counts.

use std::time::Duration;

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::pipeline::{Sql, param};
use super::row::unsigned;
use super::server::Session;
use crate::StoreError;
use crate::backend::integer;

static TAKE: Sql = Sql {
    text: "INSERT INTO leases (name, holder, term, until) \
           VALUES ($1, $2, 1, now() + $3 * interval '1 millisecond') \
           ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, \
           term = leases.term + (leases.holder <> excluded.holder)::int \
           WHERE leases.holder = excluded.holder OR leases.until < now() RETURNING term",
    types: &[Type::TEXT, Type::UUID, Type::INT8],
};

static GIVE_BACK: Sql = Sql {
    text: "UPDATE leases SET until = '-infinity' WHERE name = $1 AND holder = $2",
    types: &[Type::TEXT, Type::UUID],
};

/// Takes a lease, or keeps it for longer; its term, unless another node has it.
pub(super) async fn take(
    session: &Session,
    name: &str,
    holder: Uuid,
    length: Duration,
) -> Result<Option<u64>, StoreError> {
    let millis = integer(u64::try_from(length.as_millis()).unwrap_or(u64::MAX));
    let rows = session.query(&TAKE, vec![param(name), param(holder), param(millis)]).await?;
    rows.first().map(|row| unsigned(row, 0)).transpose()
}

/// Lets another node have it at once.
pub(super) async fn give_back(session: &Session, name: &str, holder: Uuid) -> Result<(), StoreError> {
    session.query(&GIVE_BACK, vec![param(name), param(holder)]).await.map(drop)
}
