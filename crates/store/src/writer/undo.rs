//! Taking back an event.

use std::sync::Arc;

use model::{
    Aliases, Catalog, CatalogItem, Change, Contact, Deleted, Dialect, Edit, Event, EventKind, Native,
    OnConflict, Record, RecordKind, Rejection, Violation, ViolationKind, difference, value,
};

use super::batch::{Batch, Happened};
use crate::{AnyOutcome, CatalogOutcome, Outcome, RecordOutcome, StoreError, Write};

impl Batch {
    pub(super) fn undo(
        &mut self,
        write: &Write,
        seq: u64,
        on_conflict: OnConflict,
    ) -> Result<AnyOutcome, StoreError> {
        let event = self.events.remove(&(write.workspace, seq)).ok_or(StoreError::NoSuchEvent)?;
        let done = match event.subject {
            RecordKind::Contact => self.undo_event(write, seq, &event, on_conflict).map(AnyOutcome::Contact),
            RecordKind::Company | RecordKind::Note | RecordKind::Task => {
                self.undo_record_event(write, seq, &event, on_conflict).map(AnyOutcome::Record)
            }
            _ => self.undo_item_event(write, seq, &event, on_conflict).map(AnyOutcome::Catalog),
        };
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
        let slot = self.contacts.rows.get(&(write.workspace, event.record));
        let contact = slot.map(|slot| slot.live()).transpose()?.flatten().cloned();
        let is_last = slot.is_some_and(|slot| slot.last_event == Some(seq));
        match (event.kind, contact) {
            (EventKind::Updated, Some(contact)) if !event.merged.is_empty() => {
                self.undo_merge(write, (seq, event), &contact, on_conflict)
            }
            (EventKind::Updated, Some(contact)) => {
                if event.takes_merge_apart() {
                    return self.undo_unmerge(write, (seq, event), &contact, on_conflict);
                }
                self.update(write, contact.id, &reverting(event, on_conflict), Some(seq))
            }
            (EventKind::Created | EventKind::Restored, Some(contact)) => {
                let is_as_made =
                    is_last || is_as_created(event, &contact) || self.is_as_restored(write, event, &contact);
                if may_delete(is_as_made, on_conflict)? {
                    self.delete(write, contact.id, Some(seq))
                } else {
                    self.unchanged(write, contact)
                }
            }
            (EventKind::Deleted, None) => {
                // A deletion before the last one: what came after it would be lost, with its revisions.
                if !is_last {
                    return Err(changed_since(""));
                }
                // One that was merged comes back when the merge is taken back, which takes its ids from the other.
                let former = Contact::former_id(Native::Uuid(event.record));
                if self.contacts.aliased(write.workspace, Dialect::Native, &former).flatten().is_some() {
                    return Err(changed_since("former"));
                }
                let deleted = event.deleted.as_ref().and_then(Deleted::contact);
                let deleted = deleted.ok_or(StoreError::NoSuchEvent)?;
                self.restore(write, seq, deleted)
            }
            (EventKind::Deleted, Some(_))
            | (EventKind::Created | EventKind::Updated | EventKind::Restored, None) => {
                Err(changed_since("contact"))
            }
        }
    }

    /// Whether a contact is what it was when it came back, because everything since was taken back.
    fn is_as_restored(&self, write: &Write, event: &Event, contact: &Contact) -> bool {
        let deleted = self.deletion_taken_back(write, event).and_then(Deleted::contact);
        deleted.is_some_and(|deleted| difference::differences(deleted, contact).is_empty())
    }

    /// What came back with an event that took a deletion back.
    fn deletion_taken_back(&self, write: &Write, event: &Event) -> Option<&Deleted> {
        let deletion = event.undoes.filter(|_| event.kind == EventKind::Restored)?;
        self.events.get(&(write.workspace, deletion))?.deleted.as_ref()
    }

    pub(super) fn restore(
        &mut self,
        write: &Write,
        seq: u64,
        deleted: &Contact,
    ) -> Result<Outcome, StoreError> {
        if self.contacts.numbered(write.workspace, deleted.number).is_some() {
            return Err(StoreError::InUse(deleted.number.to_string()));
        }
        if let Some((_, text)) = self.alias_taken(write.workspace, deleted, &Aliases::default()) {
            return Err(StoreError::InUse(text.to_owned()));
        }
        let mut contact = deleted.clone();
        value::settle(&mut contact.values, &*self.catalog(write.workspace)?);
        contact.revision += 1;
        contact.updated_at = write.stamp.now.max(contact.updated_at);
        self.put(write, Arc::new(contact), Happened::new(EventKind::Restored, Vec::new(), Some(seq)))
    }
}

/// Undo of what happened to companies, notes, tasks and the catalog.
impl Batch {
    fn undo_record_event(
        &mut self,
        write: &Write,
        seq: u64,
        event: &Event,
        on_conflict: OnConflict,
    ) -> Result<RecordOutcome, StoreError> {
        let kind = event.subject;
        let record = self.live_record(write.workspace, kind, event.record);
        let slot = self.record_slot(write.workspace, kind, event.record);
        let is_last = slot.is_some_and(|slot| slot.last_event == Some(seq));
        match (event.kind, record) {
            (EventKind::Updated, Some(record)) => {
                let reverted = record.reverted(&event.differences, on_conflict)?;
                self.update_record(write, &record, reverted, Some(seq))
            }
            (EventKind::Created | EventKind::Restored, Some(record)) => {
                let is_as_made = match self.deletion_taken_back(write, event) {
                    Some(Deleted::Record(deleted)) => Record::differences(Some(deleted), &record).is_empty(),
                    Some(_) => false,
                    None => Record::differences(None, &record) == event.differences,
                };
                if may_delete(is_last || is_as_made, on_conflict)? {
                    self.delete_record(write, record, Some(seq))
                } else {
                    self.unchanged_record(write, record)
                }
            }
            (EventKind::Deleted, None) => match &event.deleted {
                Some(Deleted::Record(deleted)) if is_last => self.restore_record(write, seq, deleted),
                _ => Err(changed_since("")),
            },
            (EventKind::Deleted, Some(_))
            | (EventKind::Created | EventKind::Updated | EventKind::Restored, None) => {
                Err(changed_since(kind.as_str()))
            }
        }
    }

    fn undo_item_event(
        &mut self,
        write: &Write,
        seq: u64,
        event: &Event,
        on_conflict: OnConflict,
    ) -> Result<CatalogOutcome, StoreError> {
        let key = (event.subject, event.record);
        let before = self.catalog(write.workspace)?;
        let mut catalog = Catalog::clone(&before);
        let is_last = self.last_item_event(write.workspace, key.0, key.1) == Some(seq);
        match (event.kind, before.item(key.0, key.1)) {
            (EventKind::Updated, _) => {
                let found = catalog.revert_item(key, &event.differences, on_conflict)?;
                found.ok_or_else(|| changed_since(key.0.as_str()))?;
            }
            (EventKind::Created | EventKind::Restored, Some(item)) => {
                if !may_delete(is_last || Self::is_item_as_created(&item, event), on_conflict)? {
                    return self.unchanged_item(write, key);
                }
                catalog.remove_item(key.0, key.1);
            }
            (EventKind::Deleted, None) => match &event.deleted {
                Some(Deleted::Item(item)) if is_last => catalog.put_item(CatalogItem::clone(item)),
                _ => return Err(changed_since("")),
            },
            (EventKind::Deleted, Some(_)) | (EventKind::Created | EventKind::Restored, None) => {
                return Err(changed_since(key.0.as_str()));
            }
        }
        let changes = catalog.changes_since(&before);
        if changes.is_empty() {
            return self.unchanged_item(write, key);
        }
        self.put_catalog(write, catalog, changes, Some(seq))
    }
}

/// Whether what an event made is to be deleted; `is_as_made` when nothing happened to it since.
fn may_delete(is_as_made: bool, on_conflict: OnConflict) -> Result<bool, StoreError> {
    match on_conflict {
        _ if is_as_made => Ok(true),
        OnConflict::Overwrite => Ok(true),
        OnConflict::Skip => Ok(false),
        OnConflict::Refuse => Err(changed_since("")),
    }
}

/// Whether a contact is what its creation made it, because everything since was taken back.
fn is_as_created(event: &Event, contact: &Contact) -> bool {
    let blank = Contact::blank(contact.id, contact.number, event.at);
    event.kind == EventKind::Created && difference::differences(&blank, contact) == event.differences
}

/// The change that takes back what an event did.
pub(super) fn reverting(event: &Event, on_conflict: OnConflict) -> Change {
    let mut change = Change::default();
    change.push("", Edit::Revert(event.differences.clone(), on_conflict));
    change
}

pub(super) fn changed_since(at: &str) -> StoreError {
    Rejection::from(Violation::new(at, ViolationKind::ChangedSince)).into()
}
