//! Migrations: versioned, forward only, under the database's own lock.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// The migrations, in order; the schema number is how many have run. Never edited after a release.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/sqlite/0002_pictures.sql"),
    include_str!("../../migrations/sqlite/0003_idempotency.sql"),
    include_str!("../../migrations/sqlite/0006_search.sql"),
    include_str!("../../migrations/sqlite/0007_last_events.sql"),
    include_str!("../../migrations/sqlite/0008_field_values.sql"),
    include_str!("../../migrations/sqlite/0009_answers.sql"),
    include_str!("../../migrations/sqlite/0011_last_changes.sql"),
    include_str!("../../migrations/sqlite/0012_revisions.sql"),
    include_str!("../../migrations/sqlite/0013_answer_packs.sql"),
];

/// Brings the database to the newest schema.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let known = MIGRATIONS.len();
    if schema(connection)? == known {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    // Read again: another process may have migrated in between.
    let found = schema(&transaction)?;
    if found > known {
        let number = |schema| u32::try_from(schema).unwrap_or(u32::MAX);
        return Err(StoreError::NewerSchema { found: number(found), known: number(known) });
    }
    for migration in MIGRATIONS.iter().skip(found) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// Whether there is a store in the file.
pub(super) fn is_there(connection: &Connection) -> Result<bool, StoreError> {
    Ok(schema(connection)? > 0)
}

fn schema(connection: &Connection) -> Result<usize, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
