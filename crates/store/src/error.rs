//! What can go wrong in the store.

use model::Rejection;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No contact has this key.
    #[error("no such contact")]
    NoSuchContact,
    /// No event has this number.
    #[error("no such change")]
    NoSuchEvent,
    /// The change was refused; nothing was stored.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The contact cannot be created or restored: its id, its number or one of its aliases is in use.
    #[error("{0} is in use")]
    InUse(String),
    /// Somebody else changed the catalog in between; load it again.
    #[error("the catalog was changed in between")]
    CatalogChanged,
    /// Too many writes wait; nothing was stored.
    #[error("too many writes wait")]
    Busy,
    /// The store is closing; nothing was stored.
    #[error("the store is closing")]
    Closing,
    /// The commit failed, and whether it took effect is unknown.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown(#[source] std::sync::Arc<StoreError>),
    /// Another process serves this database.
    #[error("another contactd serves {0}")]
    InUseByOther(String),
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
