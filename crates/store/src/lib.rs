//! Where contacts, and the records beside them, are kept: one batch writer with one commit for all that waits, an append-only event log,
//! readers beside it. The only crate that names a database driver.
//!
//! The entry point is [`Store`]; [`move_all`] takes everything to another database. An answer from [`Store::write`] means that the change is durable.

mod answer_rows;
mod answers;
mod backend;
mod catalogs;
mod database;
mod document;
mod documents;
mod error;
mod few;
mod filter;
mod key;
mod last_changes;
mod last_events;
mod last_rows;
mod location;
mod numbers;
mod once;
mod pending;
mod picture;
mod postgres;
mod predicate;
mod query;
mod queue;
mod recount;
mod revision;
mod select;
mod sort;
mod sqlite;
mod stats;
mod store;
mod texts;
mod transfer;
mod values;
mod workspace;
mod write;
mod writer;

pub use documents::{Document, Documents};
pub use error::StoreError;
pub use filter::{Filter, HasText};
pub use key::{Compat, Key, KeyEdit, KeyHash, Period, Rate, Scope};
pub use last_changes::InstantRange;
pub use location::{Location, LocationError};
pub use once::{CarriedOut, Claim, KeptAnswer, Once};
pub use picture::Picture;
pub use predicate::{Predicate, Slow};
pub use query::{
    Behind, ContactOrder, ContactPage, ContactQuery, DocumentPage, HistoryQuery, Patience, RecordOrder,
    RecordPage, RecordQuery,
};
pub use revision::{Asked, Authored, Cause, REVISIONS_MAX, Revision};
pub use sort::{Rank, Ranking, Sort, SortKey};
pub use stats::{Verified, WriterStats};
pub use store::{Options, Store};
pub use transfer::{MoveError, Moved, MovedTable, Progress, Stage, move_all};
pub use values::{AskedRange, CatalogIndex, StoredIndex, ValueRange};
pub use workspace::{Workspace, WorkspaceNumber};
pub use write::{
    Action, AnyOutcome, CatalogOutcome, ContactKey, Done, ItemOutcome, MergeChoice, NamedRecord, Outcome,
    RecordEdit, RecordOutcome, RecordWrite, Together, Write,
};
