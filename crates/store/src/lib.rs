//! Where contacts, and the records beside them, are kept: one batch writer with one commit for all that waits, an append-only event log,
//! readers beside it. The only crate that names a database driver.
//!
//! The entry point is [`Store`]; [`move_all`] takes everything to another database. An answer from [`Store::write`] means that the change is durable.

mod backend;
mod catalogs;
mod database;
mod document;
mod error;
mod filter;
mod key;
mod last_events;
mod location;
mod numbers;
mod picture;
mod postgres;
mod query;
mod queue;
mod recount;
mod select;
mod sort;
mod sqlite;
mod stats;
mod store;
mod transfer;
mod workspace;
mod write;
mod writer;

pub use error::StoreError;
pub use filter::{Filter, Predicate};
pub use key::{Compat, Key, KeyHash, Scope};
pub use location::{Location, LocationError};
pub use picture::Picture;
pub use query::{
    ContactOrder, ContactPage, ContactQuery, HistoryQuery, RecordOrder, RecordPage, RecordQuery,
};
pub use sort::{Rank, Ranking, Sort, SortKey};
pub use stats::{Verified, WriterStats};
pub use store::{Options, Store};
pub use transfer::{MoveError, Moved, MovedTable, Progress, Stage, move_all};
pub use workspace::{Workspace, WorkspaceNumber};
pub use write::{
    Action, AnyOutcome, CatalogOutcome, Done, ItemOutcome, Outcome, RecordOutcome, RecordWrite, Write,
};
