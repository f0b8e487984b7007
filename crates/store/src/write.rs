//! What can be written, and what comes back.

use std::sync::Arc;

use model::{
    Actor, Catalog, Change, ChannelWrite, Contact, ContactId, Dialect, Difference, Document, HeldBack,
    Member, OnConflict, Policy, Precondition, Record, RecordKind, Ref, Rejection, Stamp,
};
use uuid::Uuid;

use crate::{Claim, WorkspaceNumber};

/// One write, as the writer queues it.
#[derive(Clone, Debug)]
pub struct Write {
    /// The workspace.
    pub workspace: WorkspaceNumber,
    /// Who asks, and through what.
    pub actor: Actor,
    /// The time of the change and the source of its ids.
    pub stamp: Stamp,
    /// What the key that asks may do to contacts, where it may not do everything.
    pub policy: Option<Arc<Policy>>,
    /// The request that it carries out once, if it is one.
    pub claim: Option<Claim>,
    /// What to do.
    pub action: Action,
}

/// What a refused write of a group means for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// None of them is carried out.
    AllOrNone,
    /// They are carried out without it.
    Each,
}

/// What to do: to a contact, where nothing else is said.
#[derive(Clone, Debug)]
pub enum Action {
    /// Makes a contact: the change is applied to an empty one.
    Create {
        /// The new contact's id.
        id: ContactId,
        /// The number it should have; `None` takes the next one.
        number: Option<u64>,
        /// What it should be.
        change: Change,
    },
    /// Changes a contact.
    Update {
        /// Which.
        contact: Ref,
        /// How.
        change: Change,
    },
    /// Changes the contact that has a key, or makes one with it when there is none. Of two at once, one finds what the
    /// other made.
    Upsert {
        /// The key.
        by: Box<ContactKey>,
        /// A new contact's id.
        id: ContactId,
        /// How, or what it should be.
        change: Change,
    },
    /// Deletes a contact. Its event keeps it whole, so that it can be restored under its old ids.
    Delete {
        /// Which.
        contact: Ref,
        /// What must hold of its revision.
        precondition: Option<Box<Precondition>>,
    },
    /// Merges contacts into one: they are deleted, and their ids lead to it. Taking back its event brings them back.
    Merge {
        /// The one that stays.
        into: Ref,
        /// The others, each with the member of the client's request that names it.
        from: Vec<(String, Ref)>,
        /// What the one that stays is to have of which of them.
        choices: Vec<MergeChoice>,
        /// What must hold of the revision of the one that stays.
        precondition: Option<Box<Precondition>>,
    },
    /// Takes back an event: an update's differences, a creation (by deleting), a deletion (by restoring).
    Undo {
        /// The event.
        event: u64,
        /// What to do about members that were changed again since.
        on_conflict: OnConflict,
    },
    /// Writes a company, a note or a task.
    Record(RecordWrite),
    /// Puts a catalog in the place of the one whose revision it has. What differs is found out, and is an event for
    /// each item.
    Catalog(Box<Catalog>),
}

/// Members that the contact that stays is to have of one of those that are merged.
#[derive(Clone, Debug)]
pub struct MergeChoice {
    /// The member of the client's request that says so.
    pub at: String,
    /// The members.
    pub members: Vec<Member>,
    /// Whose.
    pub of: Ref,
}

/// What a contact is found by, beside its own id. Several contacts may have the same.
#[derive(Clone, Debug)]
pub enum ContactKey {
    /// An id that a vendor gave it.
    Alias(Dialect, String),
    /// One of its channels, by kind and value.
    Channel(ChannelWrite),
}

/// What to do to a company, a note or a task.
#[derive(Clone, Debug)]
pub enum RecordWrite {
    /// Stores one.
    Put {
        /// What it should be. Its revision and the time of its last change are set by the writer; so is the number, of
        /// one that is changed, and of a new one that has the number 0.
        record: Box<Record>,
        /// The revision at which it was read; `None` for a new one.
        expected: Option<u64>,
    },
    /// Deletes one. Its event keeps it whole, so that it can be restored under its old ids.
    Delete {
        /// What it is.
        kind: RecordKind,
        /// Which.
        id: Uuid,
        /// The revision at which it was read.
        expected: u64,
    },
    /// Changes one that is read in the batch: as the writes before it left it.
    Edit(Box<NamedRecord>, RecordEdit),
    /// Deletes one that is read in the batch.
    Remove(Box<NamedRecord>),
}

/// A company, a note or a task that a client names, and that is read in the batch.
#[derive(Clone, Debug)]
pub struct NamedRecord {
    /// What it is.
    pub kind: RecordKind,
    /// How the client names it.
    pub named: Ref,
    /// Its id, by which it is locked, if it was stored when the write was planned.
    pub stored: Option<Uuid>,
    /// What must hold of its revision.
    pub precondition: Option<Box<Precondition>>,
}

/// What a change makes of a company, a note or a task, under the catalog that it meets.
#[derive(Clone)]
pub struct RecordEdit(pub(crate) Arc<EditRecord>);

type EditRecord = dyn Fn(&mut Record, &Catalog) -> Result<(), Rejection> + Send + Sync;

impl RecordEdit {
    /// What this function makes of records of a kind; it may be called more than once.
    pub fn of<D: Document>(
        edit: impl Fn(&mut D, &Catalog) -> Result<(), Rejection> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(move |record, catalog| {
            let Some(mut document) = D::of(record).cloned() else { return Ok(()) };
            edit(&mut document, catalog)?;
            *record = document.into();
            Ok(())
        }))
    }
}

impl std::fmt::Debug for RecordEdit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordEdit")
    }
}

/// What came of a write. It is durable.
#[derive(Clone, Debug)]
pub enum AnyOutcome {
    /// A contact was written.
    Contact(Outcome),
    /// A company, a note or a task was.
    Record(RecordOutcome),
    /// The catalog was.
    Catalog(CatalogOutcome),
}

impl AnyOutcome {
    /// What came of the write of a contact.
    pub fn contact(self) -> Option<Outcome> {
        if let Self::Contact(outcome) = self { Some(outcome) } else { None }
    }

    /// What came of the write of a company, a note or a task.
    pub fn record(self) -> Option<RecordOutcome> {
        if let Self::Record(outcome) = self { Some(outcome) } else { None }
    }

    /// What came of the write of the catalog.
    pub fn catalog(self) -> Option<CatalogOutcome> {
        if let Self::Catalog(outcome) = self { Some(outcome) } else { None }
    }

    /// The number of its event, of several items the first one's; `None` when nothing changed.
    pub fn event(&self) -> Option<u64> {
        match self {
            Self::Contact(outcome) => outcome.event,
            Self::Record(outcome) => outcome.event,
            Self::Catalog(outcome) => outcome.items.iter().find_map(|item| item.event),
        }
    }

    /// The number of the first event that was appended for it; `None` when nothing changed.
    pub fn first_event(&self) -> Option<u64> {
        let preceding = if let Self::Contact(outcome) = self { outcome.merged.len() } else { 0 };
        self.event().map(|event| event.saturating_sub(preceding as u64))
    }

    /// Makes it the outcome of a write that was only rehearsed.
    pub(crate) fn forget_events(&mut self) {
        match self {
            Self::Contact(outcome) => outcome.event = None,
            Self::Record(outcome) => outcome.event = None,
            Self::Catalog(outcome) => outcome.items.iter_mut().for_each(|item| item.event = None),
        }
    }

    /// The numbers of its events.
    pub(crate) fn events_mut(&mut self) -> Vec<&mut u64> {
        match self {
            Self::Contact(outcome) => outcome.event.iter_mut().collect(),
            Self::Record(outcome) => outcome.event.iter_mut().collect(),
            Self::Catalog(outcome) => {
                outcome.items.iter_mut().filter_map(|item| item.event.as_mut()).collect()
            }
        }
    }
}

/// What came of the write of a company, a note or a task.
#[derive(Clone, Debug)]
pub struct RecordOutcome {
    /// The record as it is now, or as it was when it was deleted.
    pub record: Arc<Record>,
    /// The catalog that it was written under.
    pub catalog: Arc<Catalog>,
    /// What was done.
    pub done: Done,
    /// The number of the event; `None` when nothing changed.
    pub event: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// What came of the write of a catalog.
#[derive(Clone, Debug)]
pub struct CatalogOutcome {
    /// The catalog as it is now.
    pub catalog: Arc<Catalog>,
    /// What was done to its items; nothing when nothing differed.
    pub items: Vec<ItemOutcome>,
}

/// What was done to an item of the catalog, or to the settings of the workspace.
#[derive(Clone, Debug)]
pub struct ItemOutcome {
    /// What it is.
    pub kind: RecordKind,
    /// Its id; of the settings, nil.
    pub id: Uuid,
    /// What was done.
    pub done: Done,
    /// The number of the event; `None` when nothing changed.
    pub event: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// What came of the write of a contact.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The contact as it is now, or as it was when it was deleted.
    pub contact: Arc<Contact>,
    /// The catalog that it was written under.
    pub catalog: Arc<Catalog>,
    /// What was done.
    pub done: Done,
    /// The number of the event; `None` when nothing changed.
    pub event: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What the policy of the key held back.
    pub held_back: Vec<HeldBack>,
    /// The contacts that were merged into this one: the events of their deletions come just before that one.
    pub merged: Box<[ContactId]>,
    /// The contacts that came back, where a merge was taken apart.
    pub restored: Box<[Arc<Contact>]>,
}

impl Outcome {
    /// What came of a write that changed nothing.
    pub fn unchanged(contact: Arc<Contact>, catalog: Arc<Catalog>) -> Self {
        Self::of((contact, catalog), Done::Unchanged, None, Vec::new())
    }

    /// What came of a write that nothing was held back of.
    pub fn of(
        (contact, catalog): (Arc<Contact>, Arc<Catalog>),
        done: Done,
        event: Option<u64>,
        differences: Vec<Difference>,
    ) -> Self {
        let (held_back, merged, restored) = (Vec::new(), Box::default(), Box::default());
        Self { contact, catalog, done, event, differences, held_back, merged, restored }
    }
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Made the record.
    Created,
    /// Changed it.
    Updated,
    /// Nothing: it was like this already.
    Unchanged,
    /// Deleted it.
    Deleted,
    /// Brought it back.
    Restored,
}

impl From<model::EventKind> for Done {
    fn from(kind: model::EventKind) -> Self {
        match kind {
            model::EventKind::Created => Self::Created,
            model::EventKind::Updated => Self::Updated,
            model::EventKind::Deleted => Self::Deleted,
            model::EventKind::Restored => Self::Restored,
        }
    }
}
