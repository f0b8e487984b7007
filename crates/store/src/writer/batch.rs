//! One batch in memory: what it loaded, the contacts as they become, the rows that it will save.

use std::collections::HashMap;
use std::sync::Arc;

use model::{
    Aliases, Catalog, Change, CompanyId, Contact, ContactId, Deleted, Dialect, Difference, Event, EventKind,
    Ground, HeldBack, Linked, NoteId, Precondition, Record, RecordKind, Ref, Rejection, Violation,
    ViolationKind,
};
use uuid::Uuid;

use super::known::Known;
use super::records::RecordSlot;
use super::saves;
use super::slot::Slot;
use crate::backend::{Batches, ChannelKey, EventRow, Head};
use crate::once::{ClaimKey, ClaimSave};
use crate::{Action, AnyOutcome, Done, Outcome, StoreError, WorkspaceNumber, Write, document};

/// The largest number of a record: what every JSON reader takes as an exact integer.
const NUMBER_MAX: u64 = (1 << 53) - 1;

/// The state of a batch.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) heads: HashMap<WorkspaceNumber, Heads>,
    pub(super) contacts: Known<Slot>,
    /// Records beside contacts, by their kind; of what stands in the catalog, where its history ends.
    pub(super) records: HashMap<RecordKind, Known<RecordSlot>>,
    /// The largest number of each kind.
    pub(super) last_numbers: HashMap<(WorkspaceNumber, RecordKind), u64>,
    pub(super) owners: HashMap<ChannelKey, Vec<ContactId>>,
    pub(super) events: HashMap<(WorkspaceNumber, u64), Event>,
    /// The contacts that changed, in the order in which they first did.
    pub(super) touched: Vec<(WorkspaceNumber, Uuid)>,
    /// The other records that did.
    pub(super) touched_records: Vec<(WorkspaceNumber, RecordKind, Uuid)>,
    pub(super) event_rows: Vec<EventRow>,
    /// The commits of requests that are carried out once, which there are already, with their fingerprints.
    pub(super) claimed: HashMap<ClaimKey, Uuid>,
    pub(super) claims: Vec<ClaimSave>,
    /// The group that is carried out, and the place that its next event has in it.
    group: Option<(usize, u32)>,
    /// The commit that this group is.
    pub(super) claim_of_group: Option<ClaimKey>,
}

/// A workspace's counters before the batch and now, and its catalog.
pub(super) struct Heads {
    pub(super) before: Head,
    pub(super) now: Head,
    pub(super) catalog: Arc<Catalog>,
}

/// What an event tells beside the record.
pub(super) struct Happened {
    pub(super) kind: EventKind,
    pub(super) differences: Vec<Difference>,
    /// What the policy of the key held back.
    pub(super) held_back: Vec<HeldBack>,
    pub(super) undoes: Option<u64>,
    /// The contacts that were merged into the one that it is about.
    pub(super) merged: Vec<Contact>,
}

impl Happened {
    /// What happened to one record; `undoes` is the event that it takes back.
    pub(super) fn new(kind: EventKind, differences: Vec<Difference>, undoes: Option<u64>) -> Self {
        Self { kind, differences, held_back: Vec::new(), undoes, merged: Vec::new() }
    }
}

/// What an event is about.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub(super) kind: RecordKind,
    pub(super) id: Uuid,
    /// Its revision after the event.
    pub(super) revision: u64,
    /// Its last event before this one.
    pub(super) last_event: Option<u64>,
}

impl Batch {
    /// What is carried out from now on belongs to this group, or to none.
    pub(super) fn enter(&mut self, group: Option<usize>) {
        if self.group.map(|(group, _)| group) != group {
            self.group = group.map(|group| (group, 0));
            self.claim_of_group = None;
        }
    }

    pub(super) fn is_in_group(&self) -> bool {
        self.group.is_some()
    }

    /// Carries out one write. The outer error fails the whole batch, the inner one only this write, of which
    /// then nothing remains.
    pub(super) async fn carry_out(
        &mut self,
        batches: &mut impl Batches,
        write: &Write,
    ) -> Result<Result<AnyOutcome, StoreError>, StoreError> {
        self.know_aliases(batches, write).await?;
        self.know_owners(batches, write).await?;
        self.know_holders(batches, std::slice::from_ref(write)).await?;
        self.know_histories(batches, write).await?;
        let Some(claim) = write.claim else { return Ok(self.act(write)) };
        if let Err(fault) = self.check_claim(write.workspace, claim) {
            return Ok(Err(fault));
        }
        let last_event = |batch: &Self| batch.heads.get(&write.workspace).map(|heads| heads.now.last_event);
        let before = last_event(self);
        let done = self.act(write);
        if done.is_ok() {
            let after = last_event(self);
            self.note_claim(write, claim, before.unwrap_or_default()..after.unwrap_or_default());
        }
        Ok(done)
    }

    fn act(&mut self, write: &Write) -> Result<AnyOutcome, StoreError> {
        match &write.action {
            Action::Create { id, number, change } => {
                self.create(write, *id, *number, change).map(AnyOutcome::Contact)
            }
            Action::Update { contact, change } => self
                .resolve(write.workspace, contact)
                .and_then(|id| self.update(write, id, change, None))
                .map(AnyOutcome::Contact),
            Action::Upsert { by, id, change } => self.upsert(write, by, *id, change).map(AnyOutcome::Contact),
            Action::Delete { contact, precondition } => self
                .resolve(write.workspace, contact)
                .and_then(|id| self.check_revision(write.workspace, id, precondition.as_deref()).map(|()| id))
                .and_then(|id| self.delete(write, id, None))
                .map(AnyOutcome::Contact),
            Action::Merge { into, from, choices, precondition } => self
                .resolve(write.workspace, into)
                .and_then(|id| self.check_revision(write.workspace, id, precondition.as_deref()).map(|()| id))
                .and_then(|id| self.merge(write, id, from, choices))
                .map(AnyOutcome::Contact),
            Action::Undo { event, on_conflict } => self.undo(write, *event, *on_conflict),
            Action::Record(record) => self.write_record(write, record).map(AnyOutcome::Record),
            Action::Catalog(catalog) => self.write_catalog(write, catalog).map(AnyOutcome::Catalog),
        }
    }

    /// The catalogs under which the batch ran.
    pub(super) fn catalogs(&self) -> impl Iterator<Item = (WorkspaceNumber, &Arc<Catalog>)> {
        self.heads.iter().map(|(workspace, heads)| (*workspace, &heads.catalog))
    }

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

    fn check_revision(
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
        let of = Subject { kind: RecordKind::Contact, id: id.0, revision: contact.revision, last_event };
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

    /// Appends an event; yields its number, and the differences back.
    pub(super) fn append(
        &mut self,
        write: &Write,
        subject: Subject,
        happened: Happened,
        deleted: Option<Deleted>,
    ) -> Result<(u64, Vec<Difference>), StoreError> {
        let (workspace, previous) = (write.workspace, subject.last_event);
        let part = self.group.as_mut().map(|(_, next)| {
            *next += 1;
            *next - 1
        });
        let event = Event {
            subject: subject.kind,
            record: subject.id,
            kind: happened.kind,
            revision: subject.revision,
            at: write.stamp.now,
            actor: write.actor.clone(),
            differences: happened.differences,
            held_back: happened.held_back,
            deleted,
            merged: happened.merged,
            undoes: happened.undoes,
            part,
            previous,
        };
        let doc = document::write("event", &event)?;
        let heads = self.heads.get_mut(&workspace).ok_or(StoreError::NoSuchContact)?;
        heads.now.last_event += 1;
        let seq = heads.now.last_event;
        self.event_rows.push(EventRow { workspace, seq, record: subject.id, previous, doc });
        Ok((seq, event.differences))
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

    pub(super) fn catalog(&self, workspace: WorkspaceNumber) -> Result<Arc<Catalog>, StoreError> {
        self.heads.get(&workspace).map(|heads| Arc::clone(&heads.catalog)).ok_or(StoreError::NoSuchContact)
    }
}

/// Refuses a number that no record may have.
pub(super) fn check_number(number: u64) -> Result<(), StoreError> {
    if (1..=NUMBER_MAX).contains(&number) {
        return Ok(());
    }
    let kind = ViolationKind::OutOfRange { min: 1, max: NUMBER_MAX.cast_signed() };
    Err(Rejection::from(Violation::new("number", kind)).into())
}
