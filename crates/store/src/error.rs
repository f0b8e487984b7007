//! What can go wrong in the store.

use std::sync::Arc;

use model::{RecordKind, Rejection};
use serde::de::Error as _;

use crate::Slow;

/// What a database driver says.
pub(crate) type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No contact has this key.
    #[error("no such contact")]
    NoSuchContact,
    /// More than one contact has this key, so that none is meant.
    #[error("several contacts have this key")]
    Several,
    /// No other record of this kind has this key.
    #[error("no such {0}")]
    NoSuchRecord(RecordKind),
    /// No event has this number.
    #[error("no such change")]
    NoSuchEvent,
    /// The change was refused; nothing was stored.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The contact cannot be created or restored, because its id or its number is in use; nor restored, because
    /// one of its aliases is. A new contact's aliases are [`Rejected`](Self::Rejected) like any other member.
    #[error("{0} is in use")]
    InUse(String),
    /// Somebody else changed or made the record in between; load it again.
    #[error("the record was changed in between")]
    RecordChanged,
    /// Somebody else changed the catalog in between; load it again.
    #[error("the catalog was changed in between")]
    CatalogChanged,
    /// A write of a group that is carried out as a whole cannot be; nothing was stored.
    #[error("write {place} of a group")]
    InGroup {
        /// Its place among the writes, from 0.
        place: usize,
        /// Why.
        #[source]
        fault: Box<StoreError>,
    },
    /// The request was carried out already, or is by another server at this moment; nothing was stored.
    #[error("the request was carried out already")]
    CarriedOut {
        /// Whether it asked for the same.
        is_same: bool,
    },
    /// Choosing or ordering the contacts of a list took too long.
    #[error("choosing and ordering so many contacts takes too long")]
    TooSlow(Slow),
    /// Too many lists that read documents wait.
    #[error("too many lists that read many contacts are asked for")]
    BusyReading,
    /// Too many writes wait; nothing was stored.
    #[error("too many writes wait")]
    Busy,
    /// The store is closing; nothing was stored.
    #[error("the store is closing")]
    Closing,
    /// The commit failed, and whether it took effect is unknown.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown(#[source] Arc<StoreError>),
    /// Another node was at the same records, again and again; nothing was stored.
    #[error("other nodes write the same records")]
    Conflict(#[source] Cause),
    /// The database cannot be reached, or does not take writes; nothing was stored.
    #[error("the database is not available")]
    Unavailable(#[source] Cause),
    /// The URL of a PostgreSQL database says something that cannot be done.
    #[error("the database's URL is not right: {0}")]
    Url(String),
    /// Another process serves this database.
    #[error("another contactd serves {0}")]
    InUseByOther(String),
    /// A move of a whole store into this database has not ended.
    #[error(
        "unfinished move from {0}: run the same `contactd move` again, or delete this database and make a new one"
    )]
    UnfinishedMove(String),
    /// The database was made by a newer contactd.
    #[error("the database has schema {found}, this contactd knows {known} at most")]
    NewerSchema {
        /// The schema of the database.
        found: u32,
        /// The newest schema that this build knows.
        known: u32,
    },
    /// A stored record cannot be read.
    #[error("a stored {what} cannot be read")]
    Unreadable {
        /// Which kind of record.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// SQLite failed.
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL failed.
    #[error("the database failed")]
    Postgres(#[source] Cause),
    /// A file cannot be used.
    #[error("cannot use {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl StoreError {
    /// Why a write could not be carried out, whether or not it stood in a group.
    #[must_use]
    pub fn alone(self) -> Self {
        match self {
            Self::InGroup { fault, .. } => *fault,
            fault => fault,
        }
    }

    /// The same error once more, for another caller of the batch that it failed.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::NoSuchContact => Self::NoSuchContact,
            Self::Several => Self::Several,
            Self::NoSuchRecord(kind) => Self::NoSuchRecord(*kind),
            Self::NoSuchEvent => Self::NoSuchEvent,
            Self::RecordChanged => Self::RecordChanged,
            Self::Rejected(rejection) => Self::Rejected(rejection.clone()),
            Self::InUse(what) => Self::InUse(what.clone()),
            Self::CatalogChanged => Self::CatalogChanged,
            Self::InGroup { place, fault } => Self::InGroup { place: *place, fault: Box::new(fault.copy()) },
            Self::CarriedOut { is_same } => Self::CarriedOut { is_same: *is_same },
            Self::TooSlow(slow) => Self::TooSlow(slow.clone()),
            Self::BusyReading => Self::BusyReading,
            Self::Busy => Self::Busy,
            Self::Closing => Self::Closing,
            Self::OutcomeUnknown(fault) => Self::OutcomeUnknown(Arc::clone(fault)),
            Self::Conflict(fault) => Self::Conflict(Arc::clone(fault)),
            Self::Unavailable(fault) => Self::Unavailable(Arc::clone(fault)),
            Self::Postgres(fault) => Self::Postgres(Arc::clone(fault)),
            Self::Url(text) => Self::Url(text.clone()),
            Self::InUseByOther(path) => Self::InUseByOther(path.clone()),
            Self::UnfinishedMove(place) => Self::UnfinishedMove(place.clone()),
            Self::NewerSchema { found, known } => Self::NewerSchema { found: *found, known: *known },
            Self::Unreadable { what, source } => {
                Self::Unreadable { what, source: serde_json::Error::custom(source) }
            }
            Self::Sqlite(rusqlite::Error::SqliteFailure(code, text)) => {
                Self::Sqlite(rusqlite::Error::SqliteFailure(*code, text.clone()))
            }
            Self::Sqlite(fault) => {
                let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR);
                Self::Sqlite(rusqlite::Error::SqliteFailure(code, Some(fault.to_string())))
            }
            Self::File { path, source } => {
                let source = std::io::Error::new(source.kind(), source.to_string());
                Self::File { path: path.clone(), source }
            }
        }
    }
}
