//! Behind the store's back.

use std::path::PathBuf;

use rusqlite::Connection;
use store::Location;

use crate::fixture::Database;

pub(crate) fn path(database: &Database) -> PathBuf {
    match database.location() {
        Location::Sqlite(path) => path,
        other => panic!("{other} is no file"),
    }
}

pub(crate) fn raw(database: &Database) -> Connection {
    Connection::open(path(database)).unwrap()
}

/// How long the log's file is; nothing when there is none.
pub(crate) fn log_length(database: &Database) -> u64 {
    std::fs::metadata(format!("{}-wal", path(database).display())).map_or(0, |log| log.len())
}
