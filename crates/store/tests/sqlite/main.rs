//! What only the SQLite backend does: files, the log, what is stored as which text.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the fixture is test code, too"
)]

mod alone;
mod answers;
mod files;
#[expect(dead_code, reason = "it serves the tests of every backend")]
#[path = "../it/fixture.rs"]
mod fixture;
mod last_events;
mod log;
mod raw;
mod records;
mod schema;
mod verify;

fn empty() -> testdb::Database {
    testdb::Database::sqlite()
}

fn with_schema() -> testdb::Database {
    empty()
}
