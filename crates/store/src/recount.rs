//! What stored rows should be: answers and sort keys made again from the records themselves, and records compared with
//! their columns.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};

use model::{Catalog, Contact, Record, RecordKind};
use uuid::Uuid;

use crate::backend::{DOCUMENTS, integer, kind_number};
use crate::last_changes::LastChange;
use crate::numbers::{Chunk, Numbers, chunk};
use crate::sort::StoredKeys;
use crate::texts::{self, SEARCHED, TextKey};
use crate::values::{self, ValueRow};
use crate::{CatalogIndex, StoredIndex, Verified, WorkspaceNumber, document};

/// The answers of all records that were met.
#[derive(Default)]
pub(crate) struct Recount {
    chunks: HashMap<(WorkspaceNumber, Uuid, u64), Chunk>,
    /// The hashes of the searched texts, by workspace, kind and number.
    texts: HashMap<(i64, i64, i64), u64>,
    /// The indexes of values that there are to be.
    indexes: HashMap<WorkspaceNumber, Vec<CatalogIndex>>,
    /// The hashes of the values in them, by workspace, index and number.
    values: HashMap<(WorkspaceNumber, u64, u64), u64>,
    /// The last event of each contact.
    last_events: HashMap<WorkspaceNumber, Vec<u64>>,
    /// When each contact last changed, by its number.
    last_changes: HashMap<(WorkspaceNumber, u64), i64>,
}

/// Compares the stored sort keys of a contact with those that it should have.
pub(crate) fn compare_keys(contact: &Contact, stored: Option<&StoredKeys>, verified: &mut Verified) {
    if stored != Some(&StoredKeys::of(contact)) {
        verified.fault(format!("contact {} has other sort keys than it should", contact.id));
    }
}

impl Recount {
    /// Has the values of contacts counted for the indexes of their catalog.
    pub(crate) fn add_catalog(&mut self, workspace: WorkspaceNumber, catalog: &Catalog) {
        self.indexes.insert(workspace, values::indexes(catalog).collect());
    }

    /// Counts a contact.
    pub(crate) fn add_contact(&mut self, workspace: WorkspaceNumber, contact: &Contact) {
        self.add(workspace, contact.number, contact.facets());
        self.last_changes.insert((workspace, contact.number), contact.updated_at.millis());
        let key = (workspace, RecordKind::Contact, contact.number);
        self.add_text(key, texts::of_contact(contact).as_deref());
        let rows = self.indexes.get(&workspace).into_iter().flatten();
        for ValueRow { workspace, index, value, number } in rows.map(|each| each.row(workspace, contact)) {
            self.values.insert((workspace, index, number), hash(&value));
        }
    }

    /// Counts a record with the ids of what it says yes to.
    fn add(&mut self, workspace: WorkspaceNumber, number: u64, facets: Vec<Uuid>) {
        for facet in facets {
            let key = (workspace, facet, chunk(number));
            self.chunks.entry(key).or_default().insert(number);
        }
    }

    /// Counts the searched text of a record, if it has one.
    fn add_text(&mut self, (workspace, kind, number): TextKey, text: Option<&str>) {
        if let Some(text) = text {
            self.texts.insert((workspace.0, kind_number(kind), integer(number)), hash(text));
        }
    }

    /// Compares a stored searched text with what was counted.
    pub(crate) fn compare_text(&mut self, key: (i64, i64, i64), stored: &str, verified: &mut Verified) {
        if self.texts.remove(&key) != Some(hash(stored)) {
            verified.fault(other_text(key));
        }
    }

    /// Tells what has no searched text, where all are made.
    pub(crate) fn finish_texts(&mut self, verified: &mut Verified) {
        let mut missing: Vec<_> = self.texts.drain().map(|(key, _)| key).collect();
        missing.sort_unstable();
        missing.into_iter().for_each(|key| verified.fault(other_text(key)));
    }

    /// Compares a stored value with what was counted. What is of an index that the catalog does not have is being
    /// forgotten.
    pub(crate) fn compare_value(&mut self, row: &ValueRow, verified: &mut Verified) {
        let mut indexes = self.indexes.get(&row.workspace).into_iter().flatten();
        if indexes.all(|indexed| indexed.index.number != row.index) {
            return;
        }
        let key = (row.workspace, row.index, row.number);
        if self.values.remove(&key) != Some(hash(&row.value)) {
            verified.fault(other_value(key));
        }
    }

    /// Tells what is missing in indexes that have all contacts.
    pub(crate) fn finish_values(&mut self, stored: &[StoredIndex], verified: &mut Verified) {
        let filled: HashSet<_> =
            stored.iter().filter(|each| each.is_filled).map(|each| (each.workspace, each.number)).collect();
        let mut missing: Vec<_> = self.values.drain().map(|(key, _)| key).collect();
        missing.retain(|(workspace, index, _)| filled.contains(&(*workspace, *index)));
        missing.sort_unstable();
        missing.into_iter().for_each(|key| verified.fault(other_value(key)));
    }

    /// Counts the last event of a contact.
    pub(crate) fn add_last(&mut self, workspace: WorkspaceNumber, event: u64) {
        self.last_events.entry(workspace).or_default().push(event);
    }

    /// Compares what lists in the order of last changes are told from with the contacts that were counted.
    pub(crate) fn compare_last(
        &mut self,
        workspace: WorkspaceNumber,
        found: &Numbers,
        verified: &mut Verified,
    ) {
        let counted: Numbers = self.last_events.remove(&workspace).unwrap_or_default().into_iter().collect();
        if counted != *found {
            let WorkspaceNumber(workspace) = workspace;
            verified.fault(format!("the last events of workspace {workspace} are not those of its contacts"));
        }
    }

    /// Compares what searches are told of a contact's last change with what was counted.
    pub(crate) fn compare_change(
        &mut self,
        workspace: WorkspaceNumber,
        LastChange { number, at, .. }: LastChange,
        verified: &mut Verified,
    ) {
        if self.last_changes.remove(&(workspace, number)) != Some(at) {
            verified.fault(other_change((workspace, number)));
        }
    }

    /// Tells whose last change searches are not told of.
    pub(crate) fn finish_changes(&mut self, verified: &mut Verified) {
        let mut missing: Vec<_> = self.last_changes.drain().map(|(key, _)| key).collect();
        missing.sort_unstable();
        missing.into_iter().for_each(|key| verified.fault(other_change(key)));
    }

    /// Compares a stored chunk with what was counted.
    pub(crate) fn compare(
        &mut self,
        (workspace, facet, chunk): (WorkspaceNumber, Uuid, u64),
        stored: Chunk,
        verified: &mut Verified,
    ) {
        let counted = self.chunks.remove(&(workspace, facet, chunk)).unwrap_or_default();
        if counted != stored {
            verified.fault(differs(workspace, facet, chunk));
        }
    }

    /// Tells what was not stored at all.
    pub(crate) fn finish(self, verified: &mut Verified) {
        let mut missing: Vec<_> = self.chunks.into_keys().collect();
        missing.sort_unstable();
        for (workspace, facet, chunk) in missing {
            verified.fault(differs(workspace, facet, chunk));
        }
    }
}

fn hash<T: Hash + ?Sized>(text: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn other_text((workspace, kind, number): (i64, i64, i64)) -> String {
    let kind = SEARCHED.into_iter().find(|each| kind_number(*each) == kind).unwrap_or_default();
    format!("{kind} {number} of workspace {workspace} is not found by its words")
}

fn other_value((WorkspaceNumber(workspace), index, number): (WorkspaceNumber, u64, u64)) -> String {
    format!("contact {number} of workspace {workspace} does not stand in index {index} where its value does")
}

fn other_change((WorkspaceNumber(workspace), number): (WorkspaceNumber, u64)) -> String {
    format!("contact {number} of workspace {workspace} is not found by when it last changed")
}

fn differs(WorkspaceNumber(workspace): WorkspaceNumber, facet: Uuid, chunk: u64) -> String {
    format!("facet {facet} of workspace {workspace} does not say what records {} and later say", chunk << 10)
}

/// A row of the table of records beside contacts, and what its last event says.
pub(crate) struct RecordRow {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) id: Uuid,
    pub(crate) kind: i64,
    pub(crate) number: Option<u64>,
    pub(crate) sort: String,
    pub(crate) doc: String,
    /// Whether its last event is there, and its own.
    pub(crate) is_own_event: bool,
    pub(crate) event_revision: Option<u64>,
}

impl RecordRow {
    /// Tells what is wrong with it, and counts its answers. Yields the record, where there is one.
    pub(crate) fn check(&self, verified: &mut Verified, recount: &mut Recount) -> Option<Record> {
        let id = self.id;
        if !self.is_own_event {
            verified.fault(format!("record {id} names a last event that is not its own"));
        }
        if self.doc.is_empty() {
            return None;
        }
        verified.records += 1;
        let Some(kind) = DOCUMENTS.into_iter().find(|kind| kind_number(*kind) == self.kind) else {
            verified.fault(format!("record {id} is of no kind that has documents"));
            return None;
        };
        let record = match Record::read(kind, &self.doc) {
            Ok(record) => record,
            Err(fault) => {
                verified.fault(format!("{kind} {id} cannot be read: {fault}"));
                return None;
            }
        };
        if self.is_own_event && self.event_revision != Some(record.revision()) {
            verified.fault(format!("{kind} {id} does not have the revision of its last event"));
        }
        if self.number != Some(record.number()) || self.sort != document::sort_record(&record) {
            verified.fault(format!("{kind} {id} is not found where lists look for it"));
        }
        recount.add(self.workspace, record.number(), record.facets());
        let key = (self.workspace, record.kind(), record.number());
        recount.add_text(key, texts::of_record(&record).as_deref());
        Some(record)
    }
}

/// That an alias does not lead to a record.
pub(crate) fn lost_alias(dialect: &str, alias: &str, kind: RecordKind, id: Uuid) -> String {
    format!("the {dialect} id '{alias}' does not lead to {kind} {id}")
}
