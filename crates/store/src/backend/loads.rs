//! What a batch loads: the keys that it names, and the rows that they lead to.

use std::collections::{BTreeMap, HashSet};

use model::{Catalog, ChannelKind, ContactId, Dialect, Event, Native, Record, RecordKind, Ref};
use uuid::Uuid;

use crate::once::ClaimKey;
use crate::{Document, StoreError, WorkspaceNumber};

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
    /// Records beside contacts, by their kind; of what stands in the catalog, where their history ends.
    pub(crate) records: BTreeMap<RecordKind, Keys>,
    /// Those of them that are to be written.
    pub(crate) locks: Vec<(WorkspaceNumber, RecordKind, Uuid)>,
    /// Kinds of which records are to be made: their largest number is wanted.
    pub(crate) last_numbers: Vec<(WorkspaceNumber, RecordKind)>,
    /// Kinds of which there may be only so many, and of which records are to be made: how many there are is wanted. Until
    /// the batch ends, no other one that wants this makes any.
    pub(crate) counts: Vec<(WorkspaceNumber, RecordKind)>,
    /// Channels whose owners are wanted.
    pub(crate) channels: Vec<ChannelKey>,
    /// How many owners of each channel at most.
    pub(crate) owners_max: usize,
    /// Events.
    pub(crate) events: Vec<(WorkspaceNumber, u64)>,
    /// Commits of requests that are carried out once.
    pub(crate) claims: Vec<ClaimKey>,
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

impl Keys {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.aliases.is_empty() && self.numbers.is_empty() && self.ids.is_empty()
    }
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
    /// The records beside contacts.
    pub(crate) records: BTreeMap<RecordKind, Found<StoredRecord>>,
    /// The largest number of each kind, also of those that were deleted.
    pub(crate) last_numbers: Vec<(WorkspaceNumber, RecordKind, u64)>,
    /// How many records of each kind there are.
    pub(crate) counts: Vec<(WorkspaceNumber, RecordKind, u64)>,
    /// The owners of each channel, in the order of their ids.
    pub(crate) owners: Vec<Vec<ContactId>>,
    /// The events.
    pub(crate) events: Vec<Option<Event>>,
    /// The commits that there are, with their fingerprints.
    pub(crate) claims: Vec<(ClaimKey, Uuid)>,
    /// They were not looked for, because most are new: if one is there, saving it is a [`StoreError::Conflict`].
    pub(crate) are_taken_for_new: bool,
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

impl<T> Found<T> {
    /// Whom each reference names, when these and no others were looked up: an alias wins over a well-formed id of ours.
    pub(crate) fn ids(self, named: &[Ref]) -> Vec<Option<Uuid>> {
        let living: HashSet<Uuid> = self.rows.iter().map(|(_, id, _)| *id).collect();
        let (mut aliases, mut numbers) = (self.aliases.into_iter(), self.numbers.into_iter());
        let ids = named.iter().map(|each| {
            let alias = aliases.next().flatten();
            let own = match each.native {
                Some(Native::Uuid(id)) => Some(id),
                Some(Native::Number(_)) => numbers.next().flatten(),
                None => None,
            };
            alias.or(own).filter(|id| living.contains(id))
        });
        ids.collect()
    }
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
    /// The contact, still to be read.
    pub(crate) document: Document,
}

/// A record beside contacts as it is stored.
#[derive(Debug)]
pub(crate) struct StoredRecord {
    /// The number of the record's last event.
    pub(crate) last_event: u64,
    /// The record; `None` when it was deleted or stands in the catalog.
    pub(crate) record: Option<Record>,
}

impl StoredRecord {
    /// From its columns; an empty document is none.
    pub(crate) fn read(kind: RecordKind, last_event: u64, doc: &str) -> Result<Self, StoreError> {
        let record = (!doc.is_empty()).then(|| Record::read(kind, doc)).transpose();
        let record = record.map_err(|source| StoreError::Unreadable { what: kind.as_str(), source })?;
        Ok(Self { last_event, record })
    }
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
