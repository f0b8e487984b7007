//! One batch in memory: what it loaded, the contacts as they become, the rows that it will save.

use std::collections::HashMap;
use std::sync::Arc;

use model::{
    Catalog, Contact, ContactId, Deleted, Difference, Event, EventKind, HeldBack, RecordKind, Rejection,
    Violation, ViolationKind,
};
use uuid::Uuid;

use super::known::Known;
use super::records::RecordSlot;
use super::slot::Slot;
use crate::backend::{Batches, ChannelKey, EventRow, Head};
use crate::once::{ClaimKey, ClaimSave};
use crate::{Action, AnyOutcome, StoreError, WorkspaceNumber, Write, document};

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
    /// How many records of each kind were there before the batch, where a quota was asked for.
    pub(super) counts: HashMap<(WorkspaceNumber, RecordKind), u64>,
    /// How many more of each kind it makes than it deletes.
    pub(super) made: HashMap<(WorkspaceNumber, RecordKind), i64>,
    pub(super) owners: HashMap<ChannelKey, Vec<ContactId>>,
    pub(super) events: HashMap<(WorkspaceNumber, u64), Event>,
    /// The contacts that changed, in the order in which they first did.
    pub(super) touched: Vec<(WorkspaceNumber, Uuid)>,
    /// The other records that did.
    pub(super) touched_records: Vec<(WorkspaceNumber, RecordKind, Uuid)>,
    pub(super) event_rows: Vec<EventRow>,
    /// The commits of requests that are carried out once, which there are already, with their fingerprints.
    pub(super) claimed: HashMap<ClaimKey, Uuid>,
    /// Those that were not looked for.
    pub(super) taken_for_new: Vec<ClaimKey>,
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
    /// The number of the contact, if it is one that lives after it and says that it changed then.
    pub(super) number: Option<u64>,
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
        self.know_aliases_of_record(batches, write).await?;
        self.know_owners(batches, write).await?;
        self.know_holders(batches, std::slice::from_ref(write)).await?;
        self.know_histories(batches, write).await?;
        self.know_count(batches, write).await?;
        let Some(claim) = write.claim else { return Ok(self.act(write)) };
        if let Err(fault) = self.check_claim(write.workspace, claim) {
            return Ok(Err(fault));
        }
        let last_event = |batch: &Self| batch.heads.get(&write.workspace).map(|heads| heads.now.last_event);
        let before = last_event(self);
        let done = self.act(write);
        if done.is_err() && !self.taken_for_new.is_empty() {
            // Perhaps because of what the request itself did when it came before.
            self.know_claims(batches).await?;
            if let Err(fault) = self.check_claim(write.workspace, claim) {
                return Ok(Err(fault));
            }
        }
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
            number: subject.number,
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
