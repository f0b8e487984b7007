//! What a database must be able to do: small and in bulk, so that everything above is written once.
//!
//! Two halves: [`Backend`] reads, any number of calls at a time; [`Batches`] belongs to the one writer.

mod admin;
mod loads;
mod saves;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use model::{ChannelKind, Contact, Event, KeyId, RecordKind};
use uuid::Uuid;

pub(crate) use self::admin::{Admin, Administered};
pub(crate) use self::loads::{
    AliasKey, ChannelKey, Found, Head, Keys, Loaded, StoredContact, StoredRecord, Wanted,
};
pub(crate) use self::saves::{
    Delete, EventRow, FacetSave, HeadSave, Insert, Lookups, RecordSave, Saves, Update,
};
use crate::last_events::Notes;
use crate::revision::RevisedKind;
use crate::{
    CarriedOut, ContactQuery, DocumentPage, HistoryQuery, Key, KeyHash, Picture, RecordPage, RecordQuery,
    StoreError, StoredIndex, Verified, Workspace, WorkspaceNumber,
};

/// Reading. Each call sees one consistent state, and never waits for the writer.
pub(crate) trait Backend: Send + Sync + 'static {
    /// The records with these keys.
    fn load(&self, wanted: Wanted) -> impl Future<Output = Result<Loaded, StoreError>> + Send;

    /// The contacts that have a channel, oldest first.
    fn contacts_with_channel(
        &self,
        workspace: WorkspaceNumber,
        kind: ChannelKind,
        value: String,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Arc<Contact>>, StoreError>> + Send;

    /// A page of contacts.
    fn list_contacts(
        &self,
        workspace: WorkspaceNumber,
        query: ContactQuery,
    ) -> impl Future<Output = Result<DocumentPage, StoreError>> + Send;

    /// A page of records of one kind.
    fn list_records(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        query: RecordQuery,
    ) -> impl Future<Output = Result<RecordPage, StoreError>> + Send;

    /// A record's events, newest first; `None` when there never was such a record.
    fn history(
        &self,
        workspace: WorkspaceNumber,
        query: HistoryQuery,
    ) -> impl Future<Output = Result<Option<Vec<(u64, Event)>>, StoreError>> + Send;

    /// A workspace's events after `after`, oldest first. They become visible in the order of their numbers, so a
    /// reader that goes on after the last one it saw misses none.
    fn events(
        &self,
        workspace: WorkspaceNumber,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(u64, Event)>, StoreError>> + Send;

    /// What is to be noted of a workspace's log, in the next whole chunks of it; `None` when nothing is.
    fn notes(
        &self,
        workspace: WorkspaceNumber,
    ) -> impl Future<Output = Result<Option<Notes>, StoreError>> + Send;

    /// The indexes of values of which anything is stored.
    fn indexes(&self) -> impl Future<Output = Result<Vec<StoredIndex>, StoreError>> + Send;

    /// All workspaces, in the order they were made.
    fn workspaces(&self) -> impl Future<Output = Result<Vec<Workspace>, StoreError>> + Send;

    /// Checks everything that is stored.
    fn verify(&self) -> impl Future<Output = Result<Verified, StoreError>> + Send;

    /// Keys.
    fn keys(&self, which: KeysWanted) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send;

    /// What is kept of a key or workspace, of before this revision: the newest ones first.
    fn revisions(
        &self,
        what: (RevisedKind, Uuid),
        before: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(u64, String)>, StoreError>> + Send;

    /// A picture.
    fn picture(
        &self,
        workspace: WorkspaceNumber,
        id: Uuid,
    ) -> impl Future<Output = Result<Option<Picture>, StoreError>> + Send;

    /// The commits of the requests with this API key and hash, in the order of their steps.
    fn carried_out(
        &self,
        workspaces: Vec<WorkspaceNumber>,
        api_key: KeyId,
        hash: Uuid,
    ) -> impl Future<Output = Result<Vec<CarriedOut>, StoreError>> + Send;

    /// The API keys that have more than so many such commits, and how many they have.
    fn crowded_keys(
        &self,
        most: u64,
    ) -> impl Future<Output = Result<Vec<(WorkspaceNumber, KeyId, u64)>, StoreError>> + Send;

    /// Takes a lease for so long, or keeps it for longer; the term of this holder, or `None` while another node has
    /// it.
    fn take_lease(
        &self,
        name: &str,
        holder: Uuid,
        length: Duration,
    ) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// Lets another node take a lease at once.
    fn give_back_lease(
        &self,
        name: &str,
        holder: Uuid,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Writing: one batch at a time, `begin`, then any number of `administer` or of `load`, then `commit` or
/// `rollback`.
pub(crate) trait Batches: Send {
    /// Whether it waits for a network. One that does not blocks its thread instead: its futures never wait.
    const USES_NETWORK: bool;

    /// While batches are urgent, one that would have to tidy up first, or to wait for others, is [`StoreError::Busy`]
    /// instead of beginning later.
    fn hurry(&mut self, _is_urgent: bool) {}

    /// Begins a batch. Until it ends, nobody else writes what it has loaded.
    fn begin(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Carries out one of the rare writes that are no changes of records, or refuses it and leaves no trace.
    /// Yields the number of the workspace that was made, else how many records were written.
    fn administer(&mut self, command: &Admin) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The records with these keys, as the batch sees them.
    fn load(&mut self, wanted: &Wanted) -> impl Future<Output = Result<Loaded, StoreError>> + Send;

    /// Saves all rows and makes the batch durable.
    fn commit(&mut self, saves: &Saves) -> impl Future<Output = Result<Committed, CommitError>> + Send;

    /// Whether an earlier batch with these rows took effect, whose commit was [`CommitError::Lost`]. Asked in a
    /// batch that has loaded the same records, so that the earlier one has ended.
    fn find_committed(
        &mut self,
        saves: &Saves,
    ) -> impl Future<Output = Result<Option<Committed>, StoreError>> + Send;

    /// Ends a batch that changed nothing, or failed.
    fn rollback(&mut self) -> impl Future<Output = ()> + Send;
}

/// The number of the last event in each workspace, where the database numbered the batch's events as it committed
/// them. [`Head::last_event`] then was a place to count from.
pub(crate) type Committed = Vec<(WorkspaceNumber, u64)>;

/// Why a batch was not committed.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// Saving failed: nothing was stored. [`StoreError::Conflict`] and [`StoreError::Unavailable`] may pass.
    NotStored(StoreError),
    /// The connection broke during the commit: [`Batches::find_committed`] can tell whether it took effect.
    Lost(StoreError),
    /// The commit itself failed: whether it took effect is unknown.
    Unknown(StoreError),
}

/// What an alias names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AliasKind {
    Contact,
    DeletedContact,
    Record(RecordKind),
}

impl AliasKind {
    /// The number that stands in the database.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Contact => 0,
            Self::DeletedContact => 3,
            Self::Record(kind) => kind_number(kind),
        }
    }
}

/// The number of a kind that stands in the database.
pub(crate) fn kind_number(kind: RecordKind) -> i64 {
    match kind {
        RecordKind::Contact => 0,
        RecordKind::Company => 1,
        RecordKind::Note => 2,
        RecordKind::Task => 4,
        RecordKind::Field => 5,
        RecordKind::Tag => 6,
        RecordKind::List => 7,
        RecordKind::User => 8,
        RecordKind::Team => 9,
        RecordKind::ChannelType => 10,
        RecordKind::Inbox => 11,
        RecordKind::Settings => 12,
        RecordKind::Funnel => 13,
        RecordKind::CustomStatus => 14,
        RecordKind::Presence => 15,
        RecordKind::Subscription => 16,
    }
}

/// The kinds of records that have documents of their own.
pub(crate) const DOCUMENTS: [RecordKind; 3] = [RecordKind::Company, RecordKind::Note, RecordKind::Task];

/// A number that a client may have made up, as a database can compare it.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Which keys are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeysWanted {
    /// All, in the order they were made.
    All,
    /// The one whose secret has this hash.
    Hashed(KeyHash),
    /// The one with this id.
    Numbered(KeyId),
}
