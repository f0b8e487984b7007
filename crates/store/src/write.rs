//! What can be written, and what comes back.

use std::sync::Arc;

use model::{Actor, Catalog, Change, Contact, ContactId, Difference, OnConflict, Ref, Stamp};

use crate::WorkspaceNumber;

/// One change of one contact, as the writer queues it.
#[derive(Clone, Debug)]
pub struct Write {
    /// The workspace.
    pub workspace: WorkspaceNumber,
    /// Who asks, and through what.
    pub actor: Actor,
    /// The time of the change and the source of its ids.
    pub stamp: Stamp,
    /// What to do.
    pub action: Action,
}

/// What to do to a contact.
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
    /// Deletes a contact. Its event keeps it whole, so that it can be restored under its old ids.
    Delete {
        /// Which.
        contact: Ref,
    },
    /// Takes back an event: an update's differences, a creation (by deleting), a deletion (by restoring).
    Undo {
        /// The event.
        event: u64,
        /// What to do about members that were changed again since.
        on_conflict: OnConflict,
    },
}

/// What came of a write. It is durable.
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
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Made the contact.
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
