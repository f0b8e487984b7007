//! Many writes of contacts in one request: one commit, one change.

use model::{Change, ContactId, Precondition, Ref, Rejection, Violation, ViolationKind};
use store::{Action, AnyOutcome, ContactKey, Scope, StoreError, Together};

use crate::contacts::Written;
use crate::merge::Moved;
use crate::retry::{TRIES, has_changed};
use crate::terms::change_of;
use crate::{App, Caller, Error, Merge, Missing};

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
    All(Vec<Result<Written, NotDone>>, Option<u64>),
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
        let has_merges = operations.iter().any(|each| matches!(each, Ok(Operation::Merge(_))));
        let copy = || operations.iter().map(|each| each.as_ref().ok().cloned()).collect();
        let again: Option<Vec<Operation>> = if has_merges { copy() } else { None };
        let mut done = self.try_batch(caller, operations, together).await?;
        for _ in 1..TRIES {
            match (&done, &again) {
                (BatchDone::Nothing(_, NotDone::Refused(fault)), Some(again)) if has_changed(fault) => {
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
        let (mut plan, mut moved) = (Plan::default(), Moved::default());
        for (place, operation) in operations.into_iter().enumerate() {
            match self.plan_operation(caller, operation, (together, &mut moved)).await {
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
                Ok(AnyOutcome::Contact(outcome)) => note(&mut results, operation, Ok(outcome.into())),
                // What else an operation writes has no answer of its own.
                Ok(AnyOutcome::Record(_) | AnyOutcome::Catalog(_)) => {}
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
        (together, moved): (Together, &mut Moved),
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
                vec![Action::Delete { contact, precondition: caller.precondition(precondition)? }]
            }
            Operation::Merge(merge) => {
                // What is refused moves nothing.
                let mut after = moved.clone();
                let actions = self.merge_actions(caller, &merge, &mut after).await?;
                if actions.len() > 1 && together == Together::Each {
                    // Its tasks follow only if it is carried out.
                    let kind = ViolationKind::NotOneOf(vec!["atomic".to_owned()]);
                    return Err(Error::Rejected(Violation::new("mode", kind).into()));
                }
                *moved = after;
                actions
            }
        })
    }
}

/// What is to be written for which operation, and what is known of each.
#[derive(Default)]
struct Plan {
    actions: Vec<Action>,
    /// The operation of each action.
    of: Vec<usize>,
    results: Vec<Option<Result<Written, NotDone>>>,
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

fn note(
    results: &mut [Option<Result<Written, NotDone>>],
    operation: usize,
    result: Result<Written, NotDone>,
) {
    if let Some(slot) = results.get_mut(operation) {
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
