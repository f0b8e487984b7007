//! Taking back an event.

use std::sync::Arc;

use model::{
    Aliases, Change, Contact, Edit, Event, EventKind, OnConflict, Rejection, Violation, ViolationKind,
    difference,
};

use super::batch::{Batch, Happened};
use crate::{Outcome, StoreError, Write};

impl Batch {
    pub(super) fn undo(
        &mut self,
        write: &Write,
        seq: u64,
        on_conflict: OnConflict,
    ) -> Result<Outcome, StoreError> {
        let event = self.events.remove(&(write.workspace, seq)).ok_or(StoreError::NoSuchEvent)?;
        let done = self.undo_event(write, seq, &event, on_conflict);
        // Another write of this batch may name it, too.
        self.events.insert((write.workspace, seq), event);
        done
    }

    fn undo_event(
        &mut self,
        write: &Write,
        seq: u64,
        event: &Event,
        on_conflict: OnConflict,
    ) -> Result<Outcome, StoreError> {
        let slot = self.contacts.rows.get(&(write.workspace, event.contact.0));
        let contact = slot.map(|slot| slot.live()).transpose()?.flatten().cloned();
        let is_last = slot.is_some_and(|slot| slot.last_event == Some(seq));
        match (event.kind, contact) {
            (EventKind::Updated, Some(contact)) => {
                let mut change = Change::default();
                change.push("", Edit::Revert(event.differences.clone(), on_conflict));
                self.update(write, contact.id, &change, Some(seq))
            }
            (EventKind::Created | EventKind::Restored, Some(contact)) => {
                match on_conflict {
                    _ if is_last || is_as_created(event, &contact) => {}
                    OnConflict::Overwrite => {}
                    OnConflict::Skip => return self.unchanged(write, contact),
                    OnConflict::Refuse => return Err(changed_since("")),
                }
                self.delete(write, contact.id, Some(seq))
            }
            (EventKind::Deleted, None) => {
                // A deletion before the last one: what came after it would be lost, with its revisions.
                if !is_last {
                    return Err(changed_since(""));
                }
                let deleted = event.deleted.as_deref().ok_or(StoreError::NoSuchEvent)?;
                self.restore(write, seq, deleted)
            }
            (EventKind::Deleted, Some(_))
            | (EventKind::Created | EventKind::Updated | EventKind::Restored, None) => {
                Err(changed_since("contact"))
            }
        }
    }

    fn restore(&mut self, write: &Write, seq: u64, deleted: &Contact) -> Result<Outcome, StoreError> {
        if self.contacts.numbered(write.workspace, deleted.number).is_some() {
            return Err(StoreError::InUse(deleted.number.to_string()));
        }
        if let Some((_, text)) = self.alias_taken(write.workspace, deleted, &Aliases::default()) {
            return Err(StoreError::InUse(text.to_owned()));
        }
        let mut contact = deleted.clone();
        contact.revision += 1;
        contact.updated_at = write.stamp.now.max(contact.updated_at);
        let happened = Happened { kind: EventKind::Restored, differences: Vec::new(), undoes: Some(seq) };
        self.put(write, Arc::new(contact), happened)
    }
}

/// Whether a contact is what its creation made it, because everything since was taken back.
fn is_as_created(event: &Event, contact: &Contact) -> bool {
    let blank = Contact::blank(contact.id, contact.number, event.at);
    event.kind == EventKind::Created && difference::differences(&blank, contact) == event.differences
}

fn changed_since(at: &str) -> StoreError {
    Rejection::from(Violation::new(at, ViolationKind::ChangedSince)).into()
}
