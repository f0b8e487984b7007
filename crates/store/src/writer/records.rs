//! Writing companies, notes and tasks in a batch.

use std::sync::Arc;

use model::{Deleted, Dialect, EventKind, Record, RecordKind, Rejection, Violation, ViolationKind};
use uuid::Uuid;

use super::batch::{Batch, Happened, Subject, check_number};
use super::saves;
use crate::backend::StoredRecord;
use crate::{Done, NamedRecord, RecordEdit, RecordOutcome, RecordWrite, StoreError, WorkspaceNumber, Write};

/// A record beside contacts that lives, or once did; or where the history ends of what stands in the catalog.
#[derive(Default)]
pub(super) struct RecordSlot {
    /// Whether it has a row.
    pub(super) is_stored: bool,
    /// As it is stored.
    pub(super) before: Option<Arc<Record>>,
    /// As it is now; `None` when it was deleted.
    pub(super) record: Option<Arc<Record>>,
    /// As it last was, also when it was deleted.
    pub(super) last_record: Option<Arc<Record>>,
    pub(super) last_event: Option<u64>,
    is_touched: bool,
}

impl From<StoredRecord> for RecordSlot {
    fn from(stored: StoredRecord) -> Self {
        let record = stored.record.map(Arc::new);
        Self {
            is_stored: true,
            before: record.clone(),
            record,
            last_event: Some(stored.last_event),
            ..Self::default()
        }
    }
}

impl Batch {
    pub(super) fn write_record(
        &mut self,
        write: &Write,
        asked: &RecordWrite,
    ) -> Result<RecordOutcome, StoreError> {
        let (kind, id, expected) = match asked {
            RecordWrite::Put { record, expected } => (record.kind(), record.id(), *expected),
            RecordWrite::Delete { kind, id, expected } => (*kind, *id, Some(*expected)),
            RecordWrite::Edit(named, edit) => {
                let before = self.named_record(write.workspace, named)?;
                let record = self.edited(write.workspace, &before, edit)?;
                return self.update_record(write, &before, record, None);
            }
            RecordWrite::Remove(named) => {
                let record = self.named_record(write.workspace, named)?;
                return self.delete_record(write, record, None);
            }
        };
        let current = self.live_record(write.workspace, kind, id);
        match (&current, expected) {
            (None, None) => {}
            (Some(record), Some(expected)) if record.revision() == expected => {}
            (None, Some(_)) => return Err(StoreError::NoSuchRecord(kind)),
            (Some(_), _) => return Err(StoreError::RecordChanged),
        }
        let put =
            if let RecordWrite::Put { record, .. } = asked { Some(Record::clone(record)) } else { None };
        match (put, current) {
            (Some(record), Some(before)) => self.update_record(write, &before, record, None),
            (Some(record), None) => self.create_record(write, record),
            (None, Some(record)) => self.delete_record(write, record, None),
            (None, None) => Err(StoreError::NoSuchRecord(kind)),
        }
    }

    /// The living record that a client names, if its revision is what it is to be.
    pub(super) fn named_record(
        &self,
        workspace: WorkspaceNumber,
        named: &NamedRecord,
    ) -> Result<Arc<Record>, StoreError> {
        let missing = || StoreError::NoSuchRecord(named.kind);
        let known = self.records.get(&named.kind).ok_or_else(missing)?;
        let id = known.resolve(workspace, &named.named).ok_or_else(missing)?;
        let slot = known.rows.get(&(workspace, id)).ok_or_else(missing)?;
        let record = slot.record.clone().ok_or_else(missing)?;
        if slot.is_stored && named.stored != Some(id) {
            // It got the name since, and is not locked.
            return Err(StoreError::RecordChanged);
        }
        if let Some(precondition) = &named.precondition {
            precondition.check(record.revision())?;
        }
        Ok(record)
    }

    /// What an edit makes of a record.
    pub(super) fn edited(
        &self,
        workspace: WorkspaceNumber,
        before: &Record,
        edit: &RecordEdit,
    ) -> Result<Record, StoreError> {
        let mut record = before.clone();
        (edit.0)(&mut record, &*self.catalog(workspace)?)?;
        if record.id() != before.id() {
            return Err(StoreError::InUse(record.id().to_string()));
        }
        record.check()?;
        Ok(record)
    }

    /// The living record with this id.
    pub(super) fn live_record(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        id: Uuid,
    ) -> Option<Arc<Record>> {
        self.record_slot(workspace, kind, id)?.record.clone()
    }

    pub(super) fn record_slot(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        id: Uuid,
    ) -> Option<&RecordSlot> {
        self.records.get(&kind)?.rows.get(&(workspace, id))
    }

    fn create_record(&mut self, write: &Write, mut record: Record) -> Result<RecordOutcome, StoreError> {
        record.settle_values(&*self.catalog(write.workspace)?);
        let (workspace, kind, id) = (write.workspace, record.kind(), record.id());
        if self.record_slot(workspace, kind, id).is_some() {
            // It was deleted: its number and its history are another record's.
            return Err(StoreError::InUse(id.to_string()));
        }
        let last = self.last_numbers.get(&(workspace, kind)).copied().unwrap_or(0);
        let number = if record.number() == 0 { last + 1 } else { record.number() };
        check_number(number)?;
        self.check_record_quota(workspace, kind)?;
        if self.records.get(&kind).and_then(|known| known.numbered(workspace, number)).is_some() {
            return Err(StoreError::InUse(number.to_string()));
        }
        self.check_record_aliases(workspace, &record)?;
        record.number_and_revise(number, 1);
        let differences = Record::differences(None, &record);
        self.put_record(write, Arc::new(record), Happened::new(EventKind::Created, differences, None))
    }

    /// Passes if there may be one more record of a kind.
    fn check_record_quota(&self, workspace: WorkspaceNumber, kind: RecordKind) -> Result<(), StoreError> {
        let Some(stored) = self.counts.get(&(workspace, kind)) else { return Ok(()) };
        let made = self.made.get(&(workspace, kind)).copied().unwrap_or_default();
        let count = stored.saturating_add_signed(made);
        Ok(self.catalog(workspace)?.check_quota(kind, count + 1)?)
    }

    /// Changes a record; `undoes` is the event that the change takes back.
    pub(super) fn update_record(
        &mut self,
        write: &Write,
        before: &Arc<Record>,
        mut record: Record,
        undoes: Option<u64>,
    ) -> Result<RecordOutcome, StoreError> {
        record.settle_values(&*self.catalog(write.workspace)?);
        let differences = Record::differences(Some(before), &record);
        if differences.is_empty() {
            return self.unchanged_record(write, Arc::clone(before));
        }
        self.check_record_aliases(write.workspace, &record)?;
        record.number_and_revise(before.number(), before.revision() + 1);
        record.touch(write.stamp.now.max(before.updated_at()));
        self.put_record(write, Arc::new(record), Happened::new(EventKind::Updated, differences, undoes))
    }

    /// Deletes a record; `undoes` is the event that made it.
    pub(super) fn delete_record(
        &mut self,
        write: &Write,
        record: Arc<Record>,
        undoes: Option<u64>,
    ) -> Result<RecordOutcome, StoreError> {
        if let Some(policy) = &write.policy {
            policy.check_deletion_of(&record)?;
        }
        self.put_record(write, record, Happened::new(EventKind::Deleted, Vec::new(), undoes))
    }

    /// Brings a deleted record back under its old ids.
    pub(super) fn restore_record(
        &mut self,
        write: &Write,
        undoes: u64,
        deleted: &Record,
    ) -> Result<RecordOutcome, StoreError> {
        if let Some((_, text)) = self.record_alias_taken(write.workspace, deleted) {
            return Err(StoreError::InUse(text.to_owned()));
        }
        let mut record = deleted.clone();
        record.settle_values(&*self.catalog(write.workspace)?);
        record.number_and_revise(deleted.number(), deleted.revision() + 1);
        record.touch(write.stamp.now.max(deleted.updated_at()));
        let happened = Happened::new(EventKind::Restored, Vec::new(), Some(undoes));
        self.put_record(write, Arc::new(record), happened)
    }

    pub(super) fn unchanged_record(
        &self,
        write: &Write,
        record: Arc<Record>,
    ) -> Result<RecordOutcome, StoreError> {
        let catalog = self.catalog(write.workspace)?;
        Ok(RecordOutcome { record, catalog, done: Done::Unchanged, event: None, differences: Vec::new() })
    }

    /// Refuses the aliases that a record gets and another one has.
    fn check_record_aliases(&self, workspace: WorkspaceNumber, record: &Record) -> Result<(), StoreError> {
        let Some((dialect, _)) = self.record_alias_taken(workspace, record) else { return Ok(()) };
        let violation = Violation::new(format!("aliases.{dialect}"), ViolationKind::AliasTaken);
        Err(Rejection::from(violation).into())
    }

    fn record_alias_taken<'r>(
        &self,
        workspace: WorkspaceNumber,
        record: &'r Record,
    ) -> Option<(Dialect, &'r str)> {
        let known = self.records.get(&record.kind())?;
        record.aliases().pairs().find(|(dialect, text)| {
            let owner = known.aliased(workspace, *dialect, text).flatten();
            owner.is_some_and(|owner| owner != record.id())
        })
    }

    /// Takes over what happened to a record: the event, the record, and what leads to it.
    fn put_record(
        &mut self,
        write: &Write,
        record: Arc<Record>,
        happened: Happened,
    ) -> Result<RecordOutcome, StoreError> {
        let (workspace, kind, id) = (write.workspace, record.kind(), record.id());
        let catalog = self.catalog(workspace)?;
        let done = Done::from(happened.kind);
        let is_deleted = happened.kind == EventKind::Deleted;
        let last_event = self.record_slot(workspace, kind, id).and_then(|slot| slot.last_event);
        let deleted = is_deleted.then(|| Deleted::Record(Box::new(Record::clone(&record))));
        let of = Subject { kind, id, revision: record.revision(), last_event, number: None };
        let (seq, differences) = self.append(write, of, happened, deleted)?;
        self.touch(workspace, kind, id, seq);
        *self.made.entry((workspace, kind)).or_default() += match done {
            Done::Created | Done::Restored => 1,
            Done::Deleted => -1,
            Done::Updated | Done::Unchanged => 0,
        };
        let last = self.last_numbers.entry((workspace, kind)).or_default();
        *last = record.number().max(*last);
        let known = self.records.entry(kind).or_default();
        let slot = known.rows.entry((workspace, id)).or_default();
        let after = (!is_deleted).then(|| Arc::clone(&record));
        let before = std::mem::replace(&mut slot.record, after.clone());
        slot.last_record = Some(Arc::clone(&record));
        known.set_number(workspace, record.number(), Some(id));
        let (gone, new) = saves::alias_changes(
            before.as_deref().map(Record::aliases),
            after.as_deref().map(Record::aliases),
        );
        for (dialect, text) in gone {
            known.set_alias((workspace, dialect, text.to_owned()), None);
        }
        for (dialect, text) in new {
            known.set_alias((workspace, dialect, text.to_owned()), Some(id));
        }
        Ok(RecordOutcome { record, catalog, done, event: Some(seq), differences })
    }

    /// Notes the last event of a record beside contacts, or of what stands in the catalog.
    pub(super) fn touch(&mut self, workspace: WorkspaceNumber, kind: RecordKind, id: Uuid, seq: u64) {
        let slot = self.records.entry(kind).or_default().rows.entry((workspace, id)).or_default();
        slot.last_event = Some(seq);
        if !std::mem::replace(&mut slot.is_touched, true) {
            self.touched_records.push((workspace, kind, id));
        }
    }
}
