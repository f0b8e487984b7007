//! Databases for tests: an empty one of the backend under test, and PostgreSQL servers that belong to one test.
//! It uses none of the other crates, so that their tests can use it.

mod cluster;
mod database;
mod databases;
mod guard;
mod place;
mod proxy;
mod psql;
mod schema;

pub use cluster::Cluster;
pub use database::Database;
pub use proxy::{Cut, Proxy};
pub use psql::Session;
