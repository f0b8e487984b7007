//! What a batch does to contacts.

use std::sync::Arc;

use model::{
    Aliases, Catalog, Change, CompanyId, Contact, ContactId, Deleted, Dialect, EventKind, Ground, Linked,
    NoteId, Precondition, Record, RecordKind, Ref, Rejection, Violation, ViolationKind,
};
use uuid::Uuid;

use super::batch::{Batch, Happened, Subject, check_number};
use super::saves;
use crate::{Done, Outcome, StoreError, WorkspaceNumber, Write};

impl Batch {
    /// The living contact that a client names: also by an id of one that was merged into it.
    pub(super) fn resolve(&self, workspace: WorkspaceNumber, contact: &Ref) -> Result<ContactId, StoreError> {
        let own = self.contacts.resolve(workspace, contact);
        let is_known = |id: &Uuid| {
            let slot = self.contacts.rows.get(&(workspace, *id));
            // One that cannot be read must not be taken for one that is gone.
            slot.is_some_and(|slot| !matches!(slot.live(), Ok(None)))
        };
        let former = || {
            let id = Contact::former_id(contact.native?);
            self.contacts.aliased(workspace, Dialect::Native, &id).flatten()
        };
        own.filter(is_known).or_else(former).map(ContactId).ok_or(StoreError::NoSuchContact)
    }

    /// The living contact with this id.
    pub(super) fn live(&self, workspace: WorkspaceNumber, id: ContactId) -> Result<Arc<Contact>, StoreError> {
        let slot = self.contacts.rows.get(&(workspace, id.0)).ok_or(StoreError::NoSuchContact)?;
        slot.live()?.cloned().ok_or(StoreError::NoSuchContact)
    }

    pub(super) fn check_revision(
        &self,
        workspace: WorkspaceNumber,
        id: ContactId,
        precondition: Option<&Precondition>,
    ) -> Result<(), StoreError> {
        let Some(precondition) = precondition else { return Ok(()) };
        Ok(precondition.check(self.live(workspace, id)?.revision)?)
    }

    pub(super) fn create(
        &mut self,
        write: &Write,
        id: ContactId,
        number: Option<u64>,
        change: &Change,
    ) -> Result<Outcome, StoreError> {
        let workspace = write.workspace;
        let heads = self.heads.get(&workspace).ok_or(StoreError::NoSuchContact)?;
        let number = number.unwrap_or(heads.now.next_number);
        if let Some(slot) = self.contacts.rows.get(&(workspace, id.0))
            && slot.live()?.is_some()
        {
            return Err(StoreError::InUse(id.to_string()));
        }
        check_number(number)?;
        heads.catalog.check_quota(RecordKind::Contact, heads.now.contact_count + 1)?;
        if self.contacts.numbered(workspace, number).is_some() {
            return Err(StoreError::InUse(number.to_string()));
        }
        let blank = Contact::blank(id, number, write.stamp.now);
        let mut applied = self.apply(write, &blank, change)?;
        self.check_aliases(workspace, &applied.contact, &blank.aliases)?;
        applied.contact.revision = 1;
        let happened = Happened {
            held_back: applied.held_back,
            ..Happened::new(EventKind::Created, applied.differences, None)
        };
        self.put(write, Arc::new(applied.contact), happened)
    }

    /// Changes a contact; `undoes` is the event that the change takes back.
    pub(super) fn update(
        &mut self,
        write: &Write,
        id: ContactId,
        change: &Change,
        undoes: Option<u64>,
    ) -> Result<Outcome, StoreError> {
        let before = self.live(write.workspace, id)?;
        let applied = self.apply(write, &before, change)?;
        if applied.differences.is_empty() {
            let unchanged = self.unchanged(write, before)?;
            return Ok(Outcome { held_back: applied.held_back, ..unchanged });
        }
        self.check_aliases(write.workspace, &applied.contact, &before.aliases)?;
        let happened = Happened {
            held_back: applied.held_back,
            ..Happened::new(EventKind::Updated, applied.differences, undoes)
        };
        self.put(write, Arc::new(applied.contact), happened)
    }

    /// Deletes a contact; `undoes` is the event that made it.
    pub(super) fn delete(
        &mut self,
        write: &Write,
        id: ContactId,
        undoes: Option<u64>,
    ) -> Result<Outcome, StoreError> {
        let contact = self.live(write.workspace, id)?;
        if let Some(policy) = &write.policy {
            policy.check_deletion()?;
        }
        self.put(write, contact, Happened::new(EventKind::Deleted, Vec::new(), undoes))
    }

    pub(super) fn unchanged(&self, write: &Write, contact: Arc<Contact>) -> Result<Outcome, StoreError> {
        Ok(Outcome::unchanged(contact, self.catalog(write.workspace)?))
    }

    /// Refuses the aliases that a contact gets and another contact has.
    fn check_aliases(
        &self,
        workspace: WorkspaceNumber,
        contact: &Contact,
        before: &Aliases,
    ) -> Result<(), StoreError> {
        let Some((dialect, _)) = self.alias_taken(workspace, contact, before) else { return Ok(()) };
        let violation = Violation::new(format!("aliases.{dialect}"), ViolationKind::AliasTaken);
        Err(Rejection::from(violation).into())
    }

    /// An alias that the contact gets and another contact has.
    pub(super) fn alias_taken<'c>(
        &self,
        workspace: WorkspaceNumber,
        contact: &'c Contact,
        before: &Aliases,
    ) -> Option<(Dialect, &'c str)> {
        if contact.aliases == *before {
            return None;
        }
        contact.aliases.pairs().find(|(dialect, text)| {
            let owner = self.contacts.aliased(workspace, *dialect, text).flatten();
            owner.is_some_and(|owner| owner != contact.id.0)
        })
    }

    /// Takes over what happened to a contact: the event, the contact, and what leads to it.
    pub(super) fn put(
        &mut self,
        write: &Write,
        contact: Arc<Contact>,
        happened: Happened,
    ) -> Result<Outcome, StoreError> {
        let (workspace, id) = (write.workspace, contact.id);
        let catalog = self.catalog(workspace)?;
        let is_deleted = happened.kind == EventKind::Deleted;
        let done = Done::from(happened.kind);
        let last_event = self.contacts.rows.get(&(workspace, id.0)).and_then(|slot| slot.last_event);
        let deleted = is_deleted.then(|| Deleted::Contact(Box::new(Contact::clone(&contact))));
        let number = (!is_deleted && contact.updated_at == write.stamp.now).then_some(contact.number);
        let of =
            Subject { kind: RecordKind::Contact, id: id.0, revision: contact.revision, last_event, number };
        let held_back = happened.held_back.clone();
        let (seq, differences) = self.append(write, of, happened, deleted)?;
        let heads = self.heads.get_mut(&workspace).ok_or(StoreError::NoSuchContact)?;
        match done {
            Done::Created | Done::Restored => {
                heads.now.contact_count += 1;
                heads.now.next_number = heads.now.next_number.max(contact.number + 1);
            }
            Done::Deleted => heads.now.contact_count = heads.now.contact_count.saturating_sub(1),
            Done::Updated | Done::Unchanged => {}
        }
        self.set_contact(workspace, &contact, is_deleted, seq);
        Ok(Outcome { held_back, ..Outcome::of((contact, catalog), done, Some(seq), differences) })
    }

    fn set_contact(
        &mut self,
        workspace: WorkspaceNumber,
        contact: &Arc<Contact>,
        is_deleted: bool,
        seq: u64,
    ) {
        let id = contact.id;
        let slot = self.contacts.rows.entry((workspace, id.0)).or_default();
        let after = (!is_deleted).then(|| Arc::clone(contact));
        let before = std::mem::replace(&mut slot.contact, after.clone());
        slot.last_event = Some(seq);
        slot.last_contact = Some(Arc::clone(contact));
        if !std::mem::replace(&mut slot.is_touched, true) {
            self.touched.push((workspace, id.0));
        }
        let (before, after) = (before.as_deref(), after.as_deref());
        if before.is_none() || after.is_none() {
            self.contacts.set_number(workspace, contact.number, after.map(|_| id.0));
        }
        let (gone, new) = saves::leading_id_changes(before, after);
        for (dialect, text) in gone {
            self.contacts.set_alias((workspace, dialect, text.to_owned()), None);
        }
        for (dialect, text) in new {
            self.contacts.set_alias((workspace, dialect, text.to_owned()), Some(id.0));
        }
        if !self.owners.is_empty() {
            let (gone, new) = saves::channel_changes(before, after);
            for (kind, value) in gone {
                if let Some(owners) = self.owners.get_mut(&(workspace, kind.clone(), value.to_owned())) {
                    owners.retain(|owner| *owner != id);
                }
            }
            for (kind, value) in new {
                if let Some(owners) = self.owners.get_mut(&(workspace, kind.clone(), value.to_owned())) {
                    owners.push(id);
                }
            }
        }
    }

    pub(super) fn apply(
        &self,
        write: &Write,
        contact: &Contact,
        change: &Change,
    ) -> Result<model::Applied, StoreError> {
        let catalog = &self.heads.get(&write.workspace).ok_or(StoreError::NoSuchContact)?.catalog;
        let linked = self.linked(write.workspace, contact, change, catalog);
        let policy = write.policy.as_deref();
        Ok(model::apply(contact, change, &Ground { catalog, linked: &linked, stamp: write.stamp, policy })?)
    }

    fn linked(
        &self,
        workspace: WorkspaceNumber,
        contact: &Contact,
        change: &Change,
        catalog: &Catalog,
    ) -> Linked {
        let mut linked = Linked::default();
        // What was deleted may be kept, so that what was read can be written back.
        for named in change.company_refs() {
            let kept =
                |id: Uuid| contact.companies.iter().find(|link| link.id.0 == id).map(|link| link.number);
            if let Some((id, record)) = self.find_record(workspace, RecordKind::Company, named)
                && let Some(number) = record.map(|company| company.number()).or_else(|| kept(id))
            {
                linked.companies.insert(named.clone(), (CompanyId(id), number));
            }
        }
        for named in change.note_refs() {
            if let Some((id, record)) = self.find_record(workspace, RecordKind::Note, named)
                && (record.is_some() || contact.notes.contains(&NoteId(id)))
            {
                linked.notes.insert(named.clone(), NoteId(id));
            }
        }
        for (kind, value) in change.exclusive_channels().filter_map(|write| write.lookup_key(catalog)) {
            // One that has it already may keep it.
            if contact.channels.iter().any(|channel| channel.kind == kind && channel.value == value) {
                continue;
            }
            let key = (workspace, kind, value);
            if let Some(owner) = self.owners.get(&key).and_then(|owners| owners.first()).copied() {
                linked.channel_owners.insert((key.1, key.2), owner);
            }
        }
        linked
    }

    /// The id of the record beside contacts that a client names, and the record, where it lives.
    fn find_record(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        named: &Ref,
    ) -> Option<(Uuid, Option<&Arc<Record>>)> {
        let known = self.records.get(&kind)?;
        let id = known.resolve(workspace, named)?;
        Some((id, known.rows.get(&(workspace, id)).and_then(|slot| slot.record.as_ref())))
    }
}
