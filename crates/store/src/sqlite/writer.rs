//! The writing half on SQLite. Its futures never wait: they block the thread that writes.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::connection::{BUSY_TIMEOUT, FileLock};
use super::log::Log;
use super::seen::Seen;
use super::{administer, load, requests, save};
use crate::StoreError;
use crate::backend::{Admin, Batches, CommitError, Committed, Loaded, Saves, Wanted};
use crate::last_rows::LastRows;

/// The connection that writes.
pub(crate) struct SqliteWriter {
    connection: Connection,
    log: Option<Arc<Log>>,
    /// Whether a batch begins at once or not at all.
    is_urgent: bool,
    /// What the file may know of requests; only where this process is its server.
    seen: Option<Arc<Seen>>,
    last_rows: LastRows,
    lock: Option<FileLock>,
}

impl SqliteWriter {
    pub(super) fn serving(
        mut connection: Connection,
        log: Arc<Log>,
        seen: Arc<Seen>,
        lock: FileLock,
    ) -> Result<Self, StoreError> {
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        let watched = Arc::clone(&log);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, frames| {
            watched.grew_to(u64::try_from(frames).unwrap_or(0));
            Ok(())
        }))?;
        let mut writer = Self::beside(connection);
        (writer.log, writer.seen, writer.lock) = (Some(log), Some(seen), Some(lock));
        Ok(writer)
    }

    pub(super) fn beside(connection: Connection) -> Self {
        let last_rows = LastRows::default();
        Self { connection, log: None, is_urgent: false, seen: None, last_rows, lock: None }
    }

    fn run(&self, statement: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(statement)?.execute([])?;
        Ok(())
    }
}

impl Batches for SqliteWriter {
    const USES_NETWORK: bool = false;

    fn hurry(&mut self, is_urgent: bool) {
        self.is_urgent = is_urgent;
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        let begun = if self.is_urgent {
            if self.log.as_ref().is_some_and(|log| log.is_due()) {
                return Err(StoreError::Busy);
            }
            self.connection.busy_timeout(Duration::ZERO)?;
            let begun = self.run("BEGIN IMMEDIATE");
            self.connection.busy_timeout(BUSY_TIMEOUT)?;
            begun
        } else {
            if let Some(log) = &self.log {
                log.keep_bounded();
            }
            self.run("BEGIN IMMEDIATE")
        };
        match begun {
            Err(StoreError::Sqlite(fault)) if fault.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                Err(StoreError::Busy)
            }
            begun => begun,
        }
    }

    async fn administer(&mut self, command: &Admin) -> Result<u64, StoreError> {
        administer::run(&self.connection, command)
    }

    async fn load(&mut self, wanted: &Wanted) -> Result<Loaded, StoreError> {
        load::load(&self.connection, wanted, self.seen.as_deref())
    }

    async fn commit(&mut self, saves: &Saves) -> Result<Committed, CommitError> {
        if let Some(seen) = &self.seen {
            seen.add(&saves.claims);
        }
        save::save(&self.connection, saves).map_err(CommitError::NotStored)?;
        requests::save(&self.connection, saves, &mut self.last_rows).map_err(CommitError::NotStored)?;
        self.run("COMMIT").map_err(CommitError::Unknown)?;
        Ok(Committed::new())
    }

    /// Never asked: no commit in a file is lost. One that failed may still come back with the log after a crash,
    /// so that nobody knows.
    async fn find_committed(&mut self, _: &Saves) -> Result<Option<Committed>, StoreError> {
        Err(StoreError::Closing)
    }

    async fn rollback(&mut self) {
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(fault) = self.run("ROLLBACK") {
            tracing::error!(%fault, "a batch could not be rolled back");
        }
    }
}

impl Drop for SqliteWriter {
    fn drop(&mut self) {
        if let Some(log) = &self.log
            && let Err(fault) = log.empty()
        {
            tracing::warn!(%fault, "the log could not be emptied; the next start reads it");
        }
    }
}
