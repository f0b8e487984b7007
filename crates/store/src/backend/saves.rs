//! What a batch saves: the rows of records, look-ups, answers, events and counters.

use std::sync::Arc;

use model::{Catalog, Contact, ContactId, RecordKind};
use uuid::Uuid;

use super::{AliasKey, ChannelKey};
use crate::WorkspaceNumber;
use crate::numbers::Chunk;
use crate::once::{AnswerSave, ClaimSave};
use crate::sort::StoredKeys;
use crate::texts::TextSave;
use crate::values::ValueRow;

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
    /// Records beside contacts that changed.
    pub(crate) records: Vec<RecordSave>,
    /// Answers of records that changed, in the order of their keys.
    pub(crate) facets: Vec<FacetSave>,
    /// Sort keys that changed, by the number of the contact; `None` where it is gone.
    pub(crate) sort_keys: Vec<((WorkspaceNumber, u64), Option<StoredKeys>)>,
    /// Searched texts that changed.
    pub(crate) texts: Vec<TextSave>,
    /// Values in indexes that are gone, in their order.
    pub(crate) stale_values: Vec<ValueRow>,
    /// Values in indexes that are new, in their order.
    pub(crate) fresh_values: Vec<ValueRow>,
    /// Events.
    pub(crate) events: Vec<EventRow>,
    /// The workspaces of the events.
    pub(crate) heads: Vec<HeadSave>,
    /// Commits of requests that are carried out once, in the order of their keys.
    pub(crate) claims: Vec<ClaimSave>,
    /// Answers to such requests.
    pub(crate) answers: Vec<AnswerSave>,
}

impl Saves {
    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.claims.is_empty() && self.answers.is_empty()
    }
}

/// What a batch does to a workspace's counters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeadSave {
    pub(crate) workspace: WorkspaceNumber,
    /// The revision of the catalog that the batch found.
    pub(crate) catalog_revision: u64,
    /// The catalog that the batch puts in its place.
    pub(crate) catalog: Option<Arc<Catalog>>,
    /// How many events it appends.
    pub(crate) events: u64,
    /// How many contacts it makes beyond those it deletes.
    pub(crate) contacts: i64,
    /// The number that the next contact gets, where contacts were made.
    pub(crate) next_number: Option<u64>,
}

/// Rows that lead to records.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// Vendors' ids of contacts.
    pub(crate) aliases: Vec<(AliasKey, ContactId)>,
    /// Vendors' ids of other records.
    pub(crate) of_records: Vec<(RecordKind, AliasKey, Uuid)>,
    /// Channels.
    pub(crate) channels: Vec<(ChannelKey, ContactId)>,
}

/// What a batch does to the answers that the records of a chunk give to one question.
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

/// A record beside contacts that is new, changed or gone; or the end of the history of what stands in the catalog.
#[derive(Debug)]
pub(crate) struct RecordSave {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) kind: RecordKind,
    pub(crate) id: Uuid,
    /// Whether it has no row yet.
    pub(crate) is_new: bool,
    pub(crate) number: Option<u64>,
    pub(crate) sort: String,
    pub(crate) last_event: u64,
    /// Empty when there is none.
    pub(crate) doc: String,
}

/// An event to append.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) seq: u64,
    pub(crate) record: Uuid,
    pub(crate) previous: Option<u64>,
    pub(crate) doc: String,
}
