//! Migrations: versioned, forward only, under a lock of the database.
//!
//! Nodes of the version before go on working while others are upgraded: a migration first only adds ("expand"),
//! and what nobody needs any more goes in a later one ("contract"). Each says which is the oldest schema that a node
//! may know and still work.

use super::pipeline::{Sql, param};
use super::server::Session;
use crate::StoreError;

struct Migration {
    sql: &'static str,
    /// The oldest schema whose nodes can work with this one.
    oldest: i64,
}

/// The oldest schema of a migration that only nodes that know it can work with.
const ITSELF: i64 = i64::MAX;

/// The migrations, in order; the schema number is how many have run. Never edited after a release.
const MIGRATIONS: &[Migration] = &[
    Migration { sql: include_str!("../../migrations/postgres/0001_init.sql"), oldest: 1 },
    Migration { sql: include_str!("../../migrations/postgres/0002_pictures.sql"), oldest: 1 },
    Migration { sql: include_str!("../../migrations/postgres/0003_idempotency.sql"), oldest: 1 },
    // Older nodes do not write the texts that this one searches.
    Migration { sql: include_str!("../../migrations/postgres/0006_search.sql"), oldest: ITSELF },
    Migration { sql: include_str!("../../migrations/postgres/0007_last_events.sql"), oldest: 1 },
    // Older nodes do not write the values that this one finds.
    Migration { sql: include_str!("../../migrations/postgres/0008_field_values.sql"), oldest: ITSELF },
    Migration { sql: include_str!("../../migrations/postgres/0009_answers.sql"), oldest: 1 },
    // Older nodes do not say whose the answers are that they keep.
    Migration {
        sql: include_str!("../../migrations/postgres/0010_answers_by_workspace.sql"),
        oldest: ITSELF,
    },
    Migration { sql: include_str!("../../migrations/postgres/0011_last_changes.sql"), oldest: 1 },
    Migration { sql: include_str!("../../migrations/postgres/0012_revisions.sql"), oldest: 1 },
    Migration { sql: include_str!("../../migrations/postgres/0013_answer_packs.sql"), oldest: 1 },
];

/// Held while migrating, so that one node at a time does.
const LOCK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(7161130427)";

/// Reads the catalog as any table. Its functions that look up names remember, within a transaction, what was not there
/// before the lock was waited for.
static EXISTS: Sql = Sql {
    text: "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c \
           WHERE c.relname = 'contactd_schema' AND c.relkind = 'r' AND pg_catalog.pg_table_is_visible(c.oid))",
    types: &[],
};

static SCHEMA: Sql = Sql { text: "SELECT version, oldest FROM contactd_schema", types: &[] };

static SET_SCHEMA: Sql = Sql {
    text: "UPDATE contactd_schema SET version = $1, oldest = $2",
    types: &[tokio_postgres::types::Type::INT8, tokio_postgres::types::Type::INT8],
};

const SCHEMA_TABLE: &str = "CREATE TABLE contactd_schema (version bigint NOT NULL, oldest bigint NOT NULL); \
                            INSERT INTO contactd_schema VALUES (0, 0)";

/// Brings the database to the newest schema.
pub(super) async fn run(session: &Session) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if is_usable(schema(session).await?, known)? {
        return Ok(());
    }
    session.run(LOCK, &[], "").await?;
    // Read again: another node may have migrated in between.
    let found = schema(session).await?;
    if !is_usable(found, known)? {
        if found.is_none() {
            session.execute(SCHEMA_TABLE).await?;
        }
        let version = found.map_or(0, |(version, _)| version);
        for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(usize::MAX)) {
            session.execute(migration.sql).await?;
        }
        let oldest = MIGRATIONS.iter().zip(1..).map(|(migration, own)| migration.oldest.min(own)).max();
        session.query(&SET_SCHEMA, vec![param(known), param(oldest.unwrap_or(0))]).await?;
    }
    session.run("", &[], "COMMIT").await?;
    Ok(())
}

/// Whether there is a store in the database.
pub(super) async fn is_there(session: &Session) -> Result<bool, StoreError> {
    Ok(schema(session).await?.is_some())
}

/// The schema and the oldest that works with it; `None` in an empty database.
async fn schema(session: &Session) -> Result<Option<(i64, i64)>, StoreError> {
    let exists = session.query(&EXISTS, Vec::new()).await?;
    let exists = exists.first().map(|row| super::row::get::<bool>(row, 0)).transpose()?;
    if exists != Some(true) {
        return Ok(None);
    }
    let rows = session.query(&SCHEMA, Vec::new()).await?;
    rows.first().map(|row| Ok((super::row::get(row, 0)?, super::row::get(row, 1)?))).transpose()
}

/// Whether the schema can be used as it is; a newer one whose oldest nodes know more than this one cannot be used at
/// all.
fn is_usable(found: Option<(i64, i64)>, known: i64) -> Result<bool, StoreError> {
    let Some((version, oldest)) = found else { return Ok(false) };
    if oldest > known {
        let number = |schema| u32::try_from(schema).unwrap_or(u32::MAX);
        return Err(StoreError::NewerSchema { found: number(version), known: number(known) });
    }
    Ok(version >= known)
}
