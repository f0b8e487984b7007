//! Many writes of contacts, companies, notes and tasks in one request: one commit, one change.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{
    Change, ContactId, Document as _, Native, Precondition, Record, RecordKind, Ref, Rejection, Task, TaskId,
    Violation, ViolationKind,
};
use store::{
    Action, AnyOutcome, ContactKey, NamedRecord, RecordEdit, RecordOutcome, RecordWrite, Scope, StoreError,
    Together,
};
use uuid::Uuid;

use crate::contacts::Written;
use crate::links::{check_count, is_outdated};
use crate::merge::Moved;
use crate::retry::{TRIES, has_changed};
use crate::terms::change_of;
use crate::{App, Caller, Error, LinkTo, Merge, Missing};

/// Operations of one batch at most.
pub const BATCH_MAX: usize = 1000;

/// One operation of a batch.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Makes a contact.
    Create(Change),
    /// Changes one.
    Update(Ref, Change),
    /// Changes the one that has a key, or makes it.
    Upsert(ContactKey, Change),
    /// Deletes one, if its revision is what it is to be.
    Delete(Ref, Option<Box<Precondition>>),
    /// Merges some into one.
    Merge(Merge),
    /// Writes a company, a note or a task.
    Record(RecordOperation),
}

/// An operation on a company, a note or a task.
#[derive(Clone, Debug)]
pub enum RecordOperation {
    /// Makes it.
    Create(Box<Record>),
    /// Changes the one of this kind that is named so, if its revision is what it is to be.
    Update(RecordKind, Ref, Option<Box<Precondition>>, RecordEdit),
    /// Deletes it, if its revision is what it is to be, and takes it from its contacts.
    Delete(RecordKind, Ref, Option<Box<Precondition>>),
}

/// What came of an operation that was carried out.
#[derive(Clone, Debug)]
pub enum OperationDone {
    /// A contact was written.
    Contact(Written),
    /// A company, a note or a task was.
    Record(RecordOutcome),
}

/// Why an operation was not carried out.
#[derive(Debug)]
pub enum NotDone {
    /// As for a request of its own.
    Refused(Error),
    /// Several contacts have its key.
    Several,
}

/// What came of a batch.
#[derive(Debug)]
pub enum BatchDone {
    /// What came of each operation, in their order, and the number of the change that all of them are.
    All(Vec<Result<OperationDone, NotDone>>, Option<u64>),
    /// Nothing was stored, because of the operation at this place.
    Nothing(usize, NotDone),
}

impl App {
    /// Carries out operations in their order, each on what those before it left, in one commit. All of them are one
    /// change, so one undo takes them back. An operation may already be known to be refused.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::Rejected`] when there are more than [`BATCH_MAX`]; what the store says of all of
    /// them.
    pub async fn run_batch(
        &self,
        caller: &Caller,
        operations: Vec<Result<Operation, Error>>,
        together: Together,
    ) -> Result<BatchDone, Error> {
        caller.require(Scope::Write)?;
        if operations.len() > BATCH_MAX {
            let kind = ViolationKind::TooLong { max: BATCH_MAX, unit: "operations" };
            return Err(Error::Rejected(Violation::new("operations", kind).into()));
        }
        let is_planned = |each: &_| matches!(each, Ok(Operation::Merge(_) | Operation::Record(_)));
        let copy = || operations.iter().map(|each| each.as_ref().ok().cloned()).collect();
        let again: Option<Vec<Operation>> = if operations.iter().any(is_planned) { copy() } else { None };
        let mut done = self.try_batch(caller, operations, together).await?;
        for _ in 1..TRIES {
            match (&done, &again) {
                (BatchDone::Nothing(place, NotDone::Refused(fault)), Some(again))
                    if has_changed(fault) || is_record(again.get(*place)) && is_outdated(fault) =>
                {
                    let operations = again.iter().cloned().map(Ok).collect();
                    done = self.try_batch(caller, operations, together).await?;
                }
                _ => break,
            }
        }
        Ok(done)
    }

    async fn try_batch(
        &self,
        caller: &Caller,
        operations: Vec<Result<Operation, Error>>,
        together: Together,
    ) -> Result<BatchDone, Error> {
        let stored = self.stored_records(caller, &operations).await?;
        let (mut plan, mut before) = (Plan::default(), Before { stored, ..Before::default() });
        for (place, operation) in operations.into_iter().enumerate() {
            match self.plan_operation(caller, operation, (together, &mut before)).await {
                Ok(actions) => plan.add(actions),
                Err(error) if together == Together::AllOrNone => {
                    return Ok(BatchDone::Nothing(place, NotDone::Refused(error)));
                }
                Err(error) => plan.refuse(error),
            }
        }
        let Plan { actions, of, mut results } = plan;
        let outcomes = self.write_together(&caller.into(), actions, together).await?;
        let change = change_of(outcomes.len(), outcomes.iter().flatten());
        for (action, outcome) in outcomes.into_iter().enumerate() {
            let Some(operation) = of.get(action).copied() else { continue };
            match outcome {
                Err(StoreError::InGroup { place, fault }) => {
                    let operation = of.get(place).copied().unwrap_or_default();
                    return Ok(BatchDone::Nothing(operation, NotDone::from(*fault)));
                }
                Err(fault) => note(&mut results, operation, Err(fault.into())),
                Ok(AnyOutcome::Contact(outcome)) => {
                    note(&mut results, operation, Ok(OperationDone::Contact(outcome.into())));
                }
                Ok(AnyOutcome::Record(outcome)) => {
                    note(&mut results, operation, Ok(OperationDone::Record(outcome)));
                }
                Ok(AnyOutcome::Catalog(_)) => {}
            }
        }
        let missing = || Err(NotDone::Refused(Error::NotFound(Missing::Contact)));
        let results = results.into_iter().map(|result| result.unwrap_or_else(missing)).collect();
        Ok(BatchDone::All(results, change))
    }

    /// The actions of an operation.
    async fn plan_operation(
        &self,
        caller: &Caller,
        operation: Result<Operation, Error>,
        (together, before): (Together, &mut Before),
    ) -> Result<Vec<Action>, Error> {
        let checked = |change: &Change| match change.violations.as_slice() {
            [] => Ok(()),
            violations => Err(Error::Rejected(Rejection { violations: violations.to_vec() })),
        };
        Ok(match operation? {
            Operation::Create(mut change) => {
                checked(&change)?;
                change.read_ahead();
                vec![Action::Create { id: ContactId(self.clock().fresh_id()), number: None, change }]
            }
            Operation::Update(contact, mut change) => {
                checked(&change)?;
                change.read_ahead();
                change.precondition = caller.precondition(change.precondition)?;
                vec![Action::Update { contact, change }]
            }
            Operation::Upsert(by, mut change) => {
                checked(&change)?;
                change.precondition = caller.precondition_of_upsert(change.precondition)?;
                let catalog = self.store().catalog(caller.workspace).await?;
                vec![self.upsert(by, change, &catalog)]
            }
            Operation::Delete(contact, precondition) => {
                before.deleted.push(contact.clone());
                vec![Action::Delete { contact, precondition: caller.precondition(precondition)? }]
            }
            Operation::Merge(merge) => {
                // What is refused moves nothing.
                let mut after = before.moved.clone();
                let actions = self.merge_actions(caller, &merge, &mut after).await?;
                // Its tasks follow only if it is carried out.
                check_mode(&actions, together)?;
                before.moved = after;
                actions
            }
            Operation::Record(operation) => self.plan_record(caller, operation, (together, before)).await?,
        })
    }

    async fn plan_record(
        &self,
        caller: &Caller,
        operation: RecordOperation,
        (together, before): (Together, &mut Before),
    ) -> Result<Vec<Action>, Error> {
        let (kind, named, precondition, edit) = match operation {
            RecordOperation::Create(record) => {
                record.check()?;
                if let Some(task) = Task::of(&record) {
                    before.moved.note_made(task);
                }
                return Ok(vec![Action::Record(RecordWrite::Put { record, expected: None })]);
            }
            RecordOperation::Update(kind, named, precondition, edit) => {
                (kind, named, precondition, Some(edit))
            }
            RecordOperation::Delete(kind, named, precondition) => (kind, named, precondition, None),
        };
        let stored = before.stored.get(&(kind, named.clone())).copied();
        let named = Box::new(NamedRecord { kind, named, stored, precondition });
        let Some(edit) = edit else {
            let unlinking = self.plan_unlinking(caller, stored.and_then(|id| LinkTo::of(kind, id))).await?;
            let mut actions = vec![Action::Record(RecordWrite::Remove(named))];
            actions.extend(self.of_living(caller, unlinking, before).await?);
            // It is taken from its contacts only if it is deleted.
            check_mode(&actions, together)?;
            if let (RecordKind::Task, Some(id)) = (kind, stored) {
                before.moved.note_gone(TaskId(id));
            }
            before.unlinking += actions.len() - 1;
            check_count("operations", before.unlinking)?;
            return Ok(actions);
        };
        Ok(vec![Action::Record(RecordWrite::Edit(named, edit))])
    }

    /// The ids of the companies, notes and tasks that operations name, in one look-up for each kind.
    async fn stored_records(
        &self,
        caller: &Caller,
        operations: &[Result<Operation, Error>],
    ) -> Result<HashMap<(RecordKind, Ref), Uuid>, Error> {
        let mut named: BTreeMap<RecordKind, Vec<Ref>> = BTreeMap::new();
        for operation in operations {
            if let Ok(Operation::Record(
                RecordOperation::Update(kind, record, ..) | RecordOperation::Delete(kind, record, _),
            )) = operation
            {
                named.entry(*kind).or_default().push(record.clone());
            }
        }
        let mut stored = HashMap::new();
        for (kind, named) in named {
            let ids = self.store().find_record_ids(caller.workspace, kind, &named).await?;
            let found = named.into_iter().zip(ids);
            stored.extend(found.filter_map(|(record, id)| Some(((kind, record), id?))));
        }
        Ok(stored)
    }

    /// Those of these updates whose contacts no operation before deletes.
    async fn of_living(
        &self,
        caller: &Caller,
        mut updates: Vec<Action>,
        before: &Before,
    ) -> Result<Vec<Action>, Error> {
        if !updates.is_empty() && !before.deleted.is_empty() {
            let deleted = self.store().find_contact_ids(caller.workspace, &before.deleted).await?;
            let deleted: HashSet<Uuid> = deleted.into_iter().flatten().map(|id| id.0).collect();
            updates.retain(|update| match update {
                Action::Update { contact: Ref { native: Some(Native::Uuid(id)), .. }, .. } => {
                    !deleted.contains(id)
                }
                _ => true,
            });
        }
        Ok(updates)
    }
}

/// What the operations that are planned already do, which nobody can read yet, and what they all name.
#[derive(Default)]
struct Before {
    /// The ids of companies, notes and tasks that were stored before.
    stored: HashMap<(RecordKind, Ref), Uuid>,
    /// What merges do.
    moved: Moved,
    /// The contacts that are deleted.
    deleted: Vec<Ref>,
    /// From how many contacts something is taken, because it is deleted.
    unlinking: usize,
}

fn is_record(operation: Option<&Operation>) -> bool {
    matches!(operation, Some(Operation::Record(_)))
}

/// Refuses what is several writes where each may fail alone.
fn check_mode(actions: &[Action], together: Together) -> Result<(), Error> {
    if actions.len() > 1 && together == Together::Each {
        let kind = ViolationKind::NotOneOf(vec!["atomic".to_owned()]);
        return Err(Error::Rejected(Violation::new("mode", kind).into()));
    }
    Ok(())
}

/// What is to be written for which operation, and what is known of each.
#[derive(Default)]
struct Plan {
    actions: Vec<Action>,
    /// The operation of each action.
    of: Vec<usize>,
    results: Vec<Option<Result<OperationDone, NotDone>>>,
}

impl Plan {
    fn add(&mut self, actions: Vec<Action>) {
        self.of.extend(actions.iter().map(|_| self.results.len()));
        self.actions.extend(actions);
        self.results.push(None);
    }

    fn refuse(&mut self, error: Error) {
        self.results.push(Some(Err(NotDone::Refused(error))));
    }
}

/// Notes what came of the first write of an operation; what else it writes has no answer of its own.
fn note(
    results: &mut [Option<Result<OperationDone, NotDone>>],
    operation: usize,
    result: Result<OperationDone, NotDone>,
) {
    if let Some(slot @ None) = results.get_mut(operation) {
        *slot = Some(result);
    }
}

impl From<StoreError> for NotDone {
    fn from(fault: StoreError) -> Self {
        match fault {
            StoreError::Several => Self::Several,
            fault => Self::Refused(fault.into()),
        }
    }
}
