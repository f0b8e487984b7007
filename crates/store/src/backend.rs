//! What a database must be able to do: small and in bulk, so that everything above is written once.
//!
//! Two halves: [`Backend`] reads, any number of calls at a time; [`Batches`] belongs to the one writer.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use model::{
    Catalog, ChannelKind, Company, Contact, ContactId, Dialect, Event, KeyId, Note, Ref, Timestamp,
    WorkspaceId,
};
use uuid::Uuid;

use crate::numbers::Chunk;
use crate::sort::StoredKeys;
use crate::{ContactPage, ContactQuery, Key, KeyHash, StoreError, Verified, Workspace, WorkspaceNumber};

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
    ) -> impl Future<Output = Result<ContactPage, StoreError>> + Send;

    /// A contact's events before `before`, newest first; `None` when there never was such a contact.
    fn history(
        &self,
        workspace: WorkspaceNumber,
        contact: Ref,
        before: Option<u64>,
        limit: usize,
    ) -> impl Future<Output = Result<Option<Vec<(u64, Event)>>, StoreError>> + Send;

    /// A workspace's events after `after`, oldest first. They become visible in the order of their numbers, so a
    /// reader that goes on after the last one it saw misses none.
    fn events(
        &self,
        workspace: WorkspaceNumber,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(u64, Event)>, StoreError>> + Send;

    /// All workspaces, in the order they were made.
    fn workspaces(&self) -> impl Future<Output = Result<Vec<Workspace>, StoreError>> + Send;

    /// Checks everything that is stored.
    fn verify(&self) -> impl Future<Output = Result<Verified, StoreError>> + Send;

    /// The key with this hash, or all keys in the order they were made.
    fn keys(&self, hash: Option<KeyHash>) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send;

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
    /// Whether it waits for a network. The thread of one that does not is woken with less work.
    const USES_NETWORK: bool;

    /// Begins a batch. Until it ends, nobody else writes what it has loaded.
    fn begin(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Carries out one of the rare writes that are no changes of contacts, or refuses it and leaves no trace.
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

/// Keys of records to load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Workspaces whose [`Head`] is wanted.
    pub(crate) heads: Vec<WorkspaceNumber>,
    /// Workspaces in which contacts are to be made: their next number is taken.
    pub(crate) numbering: Vec<WorkspaceNumber>,
    /// Workspaces whose catalog is wanted.
    pub(crate) catalogs: Vec<WorkspaceNumber>,
    /// Contacts.
    pub(crate) contacts: Keys,
    /// Contacts that may have been deleted, and are to be made or restored.
    pub(crate) deleted: Vec<(WorkspaceNumber, Uuid)>,
    /// Companies.
    pub(crate) companies: Keys,
    /// Notes.
    pub(crate) notes: Keys,
    /// Channels whose owners are wanted.
    pub(crate) channels: Vec<ChannelKey>,
    /// How many owners of each channel at most.
    pub(crate) owners_max: usize,
    /// Events.
    pub(crate) events: Vec<(WorkspaceNumber, u64)>,
}

/// What an alias names; the number stands in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AliasKind {
    Contact = 0,
    Company = 1,
    Note = 2,
    DeletedContact = 3,
}

/// A number that a client may have made up, as a database can compare it.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A vendor's id of a record.
pub(crate) type AliasKey = (WorkspaceNumber, Dialect, String);

/// A channel.
pub(crate) type ChannelKey = (WorkspaceNumber, ChannelKind, String);

/// Keys of records of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    /// By a vendor's id.
    pub(crate) aliases: Vec<AliasKey>,
    /// By number.
    pub(crate) numbers: Vec<(WorkspaceNumber, u64)>,
    /// By id.
    pub(crate) ids: Vec<(WorkspaceNumber, Uuid)>,
}

/// What [`Wanted`] named. Look-ups that may fail stand in the order of their keys.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// The heads; unknown workspaces are left out.
    pub(crate) heads: Vec<(WorkspaceNumber, Head)>,
    /// The catalogs; unknown workspaces are left out.
    pub(crate) catalogs: Vec<(WorkspaceNumber, Catalog)>,
    /// The contacts.
    pub(crate) contacts: Found<StoredContact>,
    /// The last events of those that were deleted.
    pub(crate) deleted: Vec<(WorkspaceNumber, Uuid, u64)>,
    /// The companies.
    pub(crate) companies: Found<Company>,
    /// The notes.
    pub(crate) notes: Found<Note>,
    /// The owners of each channel, in the order of their ids.
    pub(crate) owners: Vec<Vec<ContactId>>,
    /// The events.
    pub(crate) events: Vec<Option<Event>>,
}

/// Records of one kind.
#[derive(Debug)]
pub(crate) struct Found<T> {
    /// Whom each alias names.
    pub(crate) aliases: Vec<Option<Uuid>>,
    /// Whom each number names.
    pub(crate) numbers: Vec<Option<Uuid>>,
    /// The records, each once, however often it was named.
    pub(crate) rows: Vec<(WorkspaceNumber, Uuid, T)>,
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self { aliases: Vec::new(), numbers: Vec::new(), rows: Vec::new() }
    }
}

/// A contact as it is stored.
#[derive(Debug)]
pub(crate) struct StoredContact {
    /// The backend's own handle on the row; 0 where the contact's key is one.
    pub(crate) row: i64,
    /// The number of the contact's last event.
    pub(crate) last_event: u64,
    /// The contact, or why it cannot be read.
    pub(crate) contact: Result<Contact, serde_json::Error>,
}

/// The counters of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The revision of its catalog.
    pub(crate) catalog_revision: u64,
    /// The number that the next contact gets.
    pub(crate) next_number: u64,
    /// How many contacts it has.
    pub(crate) contact_count: u64,
    /// The number of its last event, 0 when it has none; or a number above all of them, where events get theirs
    /// with the commit.
    pub(crate) last_event: u64,
}

/// All rows that a batch changes. The parts are saved in the order they stand here.
#[derive(Debug, Default)]
pub(crate) struct Saves {
    /// Contacts that are gone.
    pub(crate) deletes: Vec<Delete>,
    /// Lookup rows that are gone.
    pub(crate) stale: Lookups,
    /// Contacts that changed.
    pub(crate) updates: Vec<Update>,
    /// Contacts that are new, or back.
    pub(crate) inserts: Vec<Insert>,
    /// Lookup rows that are new.
    pub(crate) fresh: Lookups,
    /// Answers of contacts that changed, in the order of their keys.
    pub(crate) facets: Vec<FacetSave>,
    /// Sort keys that changed, by the number of the contact; `None` where it is gone.
    pub(crate) sort_keys: Vec<((WorkspaceNumber, u64), Option<StoredKeys>)>,
    /// Events.
    pub(crate) events: Vec<EventRow>,
    /// The workspaces of the events.
    pub(crate) heads: Vec<HeadSave>,
}

impl Saves {
    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// What a batch does to a workspace's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeadSave {
    pub(crate) workspace: WorkspaceNumber,
    /// The revision of the catalog that the batch ran under.
    pub(crate) catalog_revision: u64,
    /// How many events it appends.
    pub(crate) events: u64,
    /// How many contacts it makes beyond those it deletes.
    pub(crate) contacts: i64,
    /// The number that the next contact gets, where contacts were made.
    pub(crate) next_number: Option<u64>,
}

/// Rows that lead to contacts.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// Vendors' ids.
    pub(crate) aliases: Vec<(AliasKey, ContactId)>,
    /// Channels.
    pub(crate) channels: Vec<(ChannelKey, ContactId)>,
}

/// What a batch does to the answers that the contacts of a chunk give to one question.
#[derive(Debug)]
pub(crate) struct FacetSave {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) facet: Uuid,
    pub(crate) chunk: u64,
    /// Those that now say yes.
    pub(crate) yes: Chunk,
    /// Those that no more do.
    pub(crate) no: Chunk,
}

/// A contact that is gone. It stays known, with its aliases, to those who ask for its history.
#[derive(Debug)]
pub(crate) struct Delete {
    pub(crate) workspace: WorkspaceNumber,
    /// `None` when the contact was never stored, because the same batch made it.
    pub(crate) row: Option<i64>,
    pub(crate) contact: Arc<Contact>,
    pub(crate) last_event: u64,
}

/// A contact that changed.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) id: ContactId,
    pub(crate) row: i64,
    /// Its name to order by, when that changed.
    pub(crate) name: Option<String>,
    pub(crate) last_event: u64,
    pub(crate) doc: String,
}

/// A contact that is new, or back.
#[derive(Debug)]
pub(crate) struct Insert {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) contact: Arc<Contact>,
    /// Whether it was deleted before: then what was kept for its history goes.
    pub(crate) was_deleted: bool,
    pub(crate) name: String,
    pub(crate) last_event: u64,
    pub(crate) doc: String,
}

/// An event to append.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) seq: u64,
    pub(crate) contact: ContactId,
    pub(crate) previous: Option<u64>,
    pub(crate) doc: String,
}

/// The writes that are no changes of contacts.
#[derive(Debug)]
pub(crate) enum Admin {
    /// Nothing: whether the writer works.
    Check,
    /// Makes a workspace.
    CreateWorkspace { id: WorkspaceId, name: String, now: Timestamp, catalog: Arc<Catalog> },
    /// Stores a catalog whose revision is one more than that of the stored one.
    WriteCatalog(WorkspaceNumber, Arc<Catalog>),
    /// Stores a company.
    WriteCompany(WorkspaceNumber, Company),
    /// Stores a note.
    WriteNote(WorkspaceNumber, Note),
    /// Stores a key.
    CreateKey(KeyHash, Key),
    /// Revokes a key.
    RevokeKey(KeyId, Timestamp),
}
