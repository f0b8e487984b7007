//! What every backend must do. Each test makes its own database; the fixture says which kind.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the fixture is test code, too"
)]

mod admin;
mod catalogs;
mod facets;
mod few;
mod fixture;
mod history;
mod last_events;
mod lists;
mod merging;
mod moving;
mod opening;
mod pictures;
mod record_lists;
mod records;
mod references;
mod requests;
mod revisions;
mod texts;
mod undo;
mod upsert;
mod values;
mod writing;

fn empty() -> testdb::Database {
    testdb::Database::new()
}

fn with_schema() -> testdb::Database {
    testdb::Database::with_schema(fixture::make_schema)
}
