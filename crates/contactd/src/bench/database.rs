//! The database of a run: a file in a folder that is removed in the end, or an empty one that the user names.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use app::Location;
use tempfile::TempDir;

use crate::cli::BenchArgs;
use crate::config::location;

/// Where it is.
pub(super) struct Database {
    location: Location,
    /// Removed when dropped.
    folder: Option<TempDir>,
}

impl Database {
    /// The one that the options name; made later, by opening it.
    pub(super) fn of(args: &BenchArgs) -> anyhow::Result<Self> {
        if let Some(text) = &args.database {
            return match location(text)? {
                location @ Location::Postgres(_) => Ok(Self { location, folder: None }),
                Location::Sqlite(_) => {
                    Err(anyhow!("hint: --database-folder says where to make an SQLite file")
                        .context("--database must be the URL of a PostgreSQL database"))
                }
            };
        }
        let folder = temporary(args.database_folder.as_deref())?;
        Ok(Self { location: Location::Sqlite(folder.path().join("bench.db")), folder: Some(folder) })
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    /// The folder that it is in, if it is in one.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(TempDir::path)
    }

    /// What kind of database it is.
    pub(super) fn kind(&self) -> &'static str {
        match self.location {
            Location::Sqlite(_) => "SQLite",
            Location::Postgres(_) => "PostgreSQL",
        }
    }

    /// The length of its file, if it is one.
    pub(super) fn bytes(&self) -> anyhow::Result<Option<u64>> {
        let Location::Sqlite(path) = &self.location else { return Ok(None) };
        Ok(Some(std::fs::metadata(path).context("cannot see the database")?.len()))
    }

    /// Its write-ahead log, if that is a file.
    pub(super) fn log(&self) -> Option<PathBuf> {
        let Location::Sqlite(path) = &self.location else { return None };
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        Some(name.into())
    }
}

fn temporary(parent: Option<&Path>) -> anyhow::Result<TempDir> {
    let made = match parent {
        Some(parent) => TempDir::with_prefix_in("contactd-bench-", parent),
        None => TempDir::with_prefix("contactd-bench-"),
    };
    made.map_err(|fault| {
        anyhow!("hint: --database-folder names a folder that exists and is writable")
            .context(fault)
            .context("cannot make a folder for the database")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_is_named_with_a_hint() {
        let fault = temporary(Some(Path::new("/no/such/folder"))).unwrap_err();
        assert!(fault.chain().any(|cause| cause.to_string().contains("/no/such/folder")), "{fault:?}");
        assert!(fault.chain().any(|cause| cause.to_string().starts_with("hint: ")), "{fault:?}");
    }
}
