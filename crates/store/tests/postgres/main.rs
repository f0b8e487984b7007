//! What only the PostgreSQL backend does: several nodes on one database, leases, and what goes wrong there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the fixture is test code, too"
)]

mod bounds;
mod catalog;
mod counters;
#[expect(dead_code, reason = "it serves the tests of every backend")]
#[path = "../it/fixture.rs"]
mod fixture;
mod lease;
mod load;
mod opening;
mod order;
mod plans;
mod raw;
mod records;
mod requests;
mod same_contact;
#[path = "../sqlite/schema.rs"]
mod schema;
mod sessions;
mod single;
mod tls;
mod upsert;

fn empty() -> testdb::Database {
    testdb::Database::postgres()
}

fn with_schema() -> testdb::Database {
    testdb::Database::postgres_with_schema(fixture::make_schema)
}
