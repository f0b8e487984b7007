//! Use cases that are neither HTTP nor storage: who may do what, contacts, the records beside them, the catalog, their
//! history, keys, workspaces, imports, the demo. Time and fresh ids enter here ([`Clock`]).
//!
//! The entry point is [`App`]: every dialect calls it with a [`Caller`] that it got from
//! [`App::authenticate`].

mod batch;
mod caller;
mod catalog;
mod chain;
mod cleaning;
mod clock;
mod contacts;
mod conversion;
pub mod demo;
mod duty;
mod dynamic;
mod error;
mod history;
mod import;
mod indexing;
mod keys;
mod links;
mod merge;
mod once;
mod past;
mod pictures;
mod rates;
mod reach;
mod records;
mod retry;
mod revisions;
pub mod search;
mod since;
mod starter;
mod terms;
mod undo;
mod upsert;
mod wanted;
mod workspaces;

use std::sync::Arc;
use std::time::Duration;

pub use batch::{BATCH_MAX, BatchDone, NotDone, Operation, OperationDone, RecordOperation};
pub use caller::{Caller, HeldBackPaths};
pub use catalog::{Fresh, WrittenItem};
pub use chain::WALK_MAX;
pub use cleaning::{CLEAN_AFTER, Cleaned};
pub use clock::{Clock, SystemClock};
pub use contacts::{ContactList, DocumentList, DocumentView, View, Written};
pub use duty::Duty;
pub use error::{BadKey, Error, Missing};
pub use history::History;
pub use import::{Import, Storing};
pub use indexing::Indexed;
pub use keys::{IssuedKey, KeyRequest};
pub use links::{CHANGE_MAX, Ends, LinkTo};
pub use merge::{MERGED, Merge};
pub use once::{ANSWER_BYTES, KEPT_FOR, KEPT_MAX, Once, Repeated};
pub use past::{Moment, Origins, Past};
pub use pictures::{PICTURE_BYTES, Upload};
pub use rates::Allowance;
pub use reach::Reached;
pub use records::{RecordList, RecordView, WrittenRecord};
pub use revisions::{Revised, Revisions};
pub use since::Since;
pub use store::{
    Authored, Behind, Cause, Compat, ContactKey, ContactOrder, ContactQuery, Documents, Done, Filter,
    HistoryQuery, InstantRange, KeptAnswer, Key, Location, LocationError, MergeChoice, Options, Patience,
    Period, Picture, REVISIONS_MAX, Rank, Ranking, Rate, RecordEdit, RecordOrder, RecordOutcome, RecordQuery,
    Revision, Scope, Slow, Sort, SortKey, Store, StoreError, Together, Verified, Workspace, WorkspaceNumber,
    WriterStats,
};
pub use undo::{LaterEdit, NotUndone, Undone};
pub use upsert::{Keyed, channel_key};

pub use wanted::Wanted;

pub use terms::{Terms, Trial, Tried};

use crate::duty::Duties;
use crate::keys::KeyCache;
use crate::once::InFlight;
use crate::rates::Rates;
use crate::workspaces::WorkspaceCache;

/// Settings of the whole server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which of two contradicting wire shapes keys get that do not say it themselves.
    pub compat: Compat,
    /// Whether what a vendor's pages do not have is refused for keys that do not say it themselves.
    pub strict: bool,
    /// After how long the ids of what was deleted from the catalog are cleaned away from records.
    pub clean_after: Duration,
    /// Where clients reach the server.
    pub public_url: PublicUrl,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            compat: Compat::default(),
            strict: false,
            clean_after: CLEAN_AFTER,
            public_url: PublicUrl::default(),
        }
    }
}

/// Where clients reach the server, for what answers link to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PublicUrl {
    /// At the host that they name, through HTTP.
    #[default]
    Http,
    /// At the host that they name, through HTTPS.
    Https,
    /// At this URL, without a slash at its end.
    At(String),
}

/// The application; clones share it.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Settings,
    keys: KeyCache,
    rates: Rates,
    workspaces: WorkspaceCache,
    duties: Duties,
    in_flight: Arc<InFlight>,
}

impl App {
    /// An application on an open store.
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                clock,
                settings,
                keys: KeyCache::default(),
                rates: Rates::default(),
                workspaces: WorkspaceCache::default(),
                duties: Duties::default(),
                in_flight: Arc::default(),
            }),
        }
    }

    /// An id that nothing has, for what a record holds.
    pub fn fresh_id(&self) -> uuid::Uuid {
        self.clock().fresh_id()
    }

    /// The time now, for what a record holds.
    pub fn now(&self) -> model::Timestamp {
        self.clock().now()
    }

    /// Where a client that named this host reaches the server: a URL without a slash at its end.
    pub fn public_url(&self, host: Option<&str>) -> String {
        let host = host.unwrap_or("localhost");
        match &self.inner.settings.public_url {
            PublicUrl::Http => format!("http://{host}"),
            PublicUrl::Https => format!("https://{host}"),
            PublicUrl::At(url) => url.clone(),
        }
    }

    /// Whether the store answers and takes writes.
    ///
    /// # Errors
    /// What the store says.
    pub async fn check(&self) -> Result<(), Error> {
        Ok(self.store().check().await?)
    }

    /// Checks everything that is stored.
    ///
    /// # Errors
    /// What the store says, beyond what [`Verified`] tells.
    pub async fn verify(&self) -> Result<Verified, Error> {
        Ok(self.store().verify().await?)
    }

    /// What the writer has done so far.
    pub fn writer_stats(&self) -> WriterStats {
        self.store().writer_stats()
    }

    /// Ends what this server does for all of them, lets queued writes finish and closes the store.
    pub async fn close(&self) {
        self.inner.duties.close().await;
        self.store().close().await;
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    fn stamp(&self) -> model::Stamp {
        model::Stamp { now: self.clock().now(), seed: self.clock().fresh_id() }
    }
}
