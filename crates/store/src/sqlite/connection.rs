//! Connections and the lock file.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::StoreError;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Writing and checkpoints.
    Write,
    /// Reading only.
    Read,
}

/// How long a connection waits for another process's lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than the statements of any one connection.
const CACHED_STATEMENTS: usize = 64;

/// Opens a connection; one for writing makes the file when it does not exist.
pub(super) fn open(path: &Path, access: Access) -> Result<Connection, StoreError> {
    // Without SQLITE_OPEN_URI, a path that begins with `file:` is just a path.
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
    if access == Access::Write {
        check_directory(path)?;
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "mmap_size", 0)?;
    // Plans do not depend on bound values, so statements are planned once instead of for every batch.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    match access {
        Access::Write => {
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "synchronous", "full")?;
            connection.pragma_update(None, "cache_size", -16_384)?;
        }
        Access::Read => {
            super::list::add_is_chosen(&connection)?;
            connection.pragma_update(None, "query_only", true)?;
            connection.pragma_update(None, "cache_size", -4_096)?;
        }
    }
    Ok(connection)
}

/// The path with this after its file name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The database itself would only say that it cannot open the file.
fn check_directory(path: &Path) -> Result<(), StoreError> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let fault = |source| StoreError::File { path: parent.display().to_string(), source };
    let is_directory = std::fs::metadata(parent).map_err(fault)?.is_dir();
    is_directory.then_some(()).ok_or_else(|| fault(std::io::ErrorKind::NotADirectory.into()))
}

/// Keeps a second server off the file. The operating system releases it when the process ends.
#[derive(Debug)]
pub(super) struct FileLock {
    file: File,
}

/// A process that is being started has the file, too, until it runs its program, so that closing it is not enough.
impl Drop for FileLock {
    fn drop(&mut self) {
        if let Err(fault) = self.file.unlock() {
            tracing::debug!(%fault, "the lock of the database is given back later");
        }
    }
}

impl FileLock {
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        check_directory(path)?;
        let lock_path = beside(path, ".lock");
        let fault = |source| StoreError::File { path: lock_path.display().to_string(), source };
        let file = File::options().create(true).append(true).open(&lock_path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUseByOther(path.display().to_string())),
            Err(TryLockError::Error(source)) => Err(fault(source)),
        }
    }
}
