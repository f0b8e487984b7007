//! On what terms a request writes: for good, once however often it comes, or only on trial; and in whose name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use model::{Actor, Catalog, ContactId, Difference, Policy, RecordKind};
use store::{
    Action, AnyOutcome, CatalogOutcome, Done, Outcome, RecordOutcome, StoreError, Together, WorkspaceNumber,
    Write,
};
use uuid::Uuid;

use crate::caller::HeldBackPaths;
use crate::once::Once;
use crate::{App, Caller, Error, Missing};

/// On what terms a request writes.
#[derive(Clone, Debug, Default)]
pub enum Terms {
    /// For good.
    #[default]
    ForGood,
    /// For good, but once, however often it comes.
    Once(Arc<Once>),
    /// Not at all: only what would come of it is found out.
    OnTrial(Arc<Trial>),
}

/// A request that stores nothing, and what would come of it.
#[derive(Debug, Default)]
pub struct Trial {
    state: Mutex<TrialState>,
}

#[derive(Debug, Default)]
struct TrialState {
    /// What was tried already, so that what follows finds it done.
    writes: Vec<Vec<Write>>,
    tried: Vec<(WorkspaceNumber, Tried)>,
    /// As they would be after what was tried.
    catalogs: HashMap<WorkspaceNumber, Arc<Catalog>>,
}

/// What would be done to a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// What it is.
    pub kind: RecordKind,
    /// Its id; of the settings of a workspace, nil.
    pub id: Uuid,
    /// What would be done.
    pub done: Done,
    /// What would differ.
    pub differences: Vec<Difference>,
}

impl Trial {
    /// What would be done to each record, in order, with the catalog as it would be after all of it; what would stay as
    /// it is is left out.
    pub fn tried(&self) -> Vec<(Tried, Arc<Catalog>)> {
        let TrialState { tried, catalogs, .. } = &*self.state();
        let differs = tried.iter().filter(|(_, tried)| tried.done != Done::Unchanged);
        differs
            .filter_map(|(workspace, tried)| Some((tried.clone(), catalogs.get(workspace)?.clone())))
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, TrialState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note<'o>(
        &self,
        workspace: WorkspaceNumber,
        writes: Vec<Write>,
        outcomes: impl Iterator<Item = &'o AnyOutcome>,
    ) {
        let mut state = self.state();
        for outcome in outcomes {
            let (tried, catalog) = tried(outcome);
            state.tried.extend(tried.into_iter().map(|tried| (workspace, tried)));
            state.catalogs.insert(workspace, Arc::clone(catalog));
        }
        state.writes.push(writes);
    }
}

/// What would be done by a write, and the catalog after it.
fn tried(outcome: &AnyOutcome) -> (Vec<Tried>, &Arc<Catalog>) {
    let tried = match outcome {
        AnyOutcome::Contact(outcome) => {
            let beside = |id: ContactId, done| Tried {
                kind: RecordKind::Contact,
                id: id.0,
                done,
                differences: Vec::new(),
            };
            let merged = outcome.merged.iter().map(|id| beside(*id, Done::Deleted));
            let itself = beside(outcome.contact.id, outcome.done);
            let itself = Tried { differences: outcome.differences.clone(), ..itself };
            let restored = outcome.restored.iter().map(|contact| beside(contact.id, Done::Restored));
            // As their events would follow each other.
            merged.chain([itself]).chain(restored).collect()
        }
        AnyOutcome::Record(outcome) => vec![Tried {
            kind: outcome.record.kind(),
            id: outcome.record.id(),
            done: outcome.done,
            differences: outcome.differences.clone(),
        }],
        AnyOutcome::Catalog(outcome) => {
            let items = outcome.items.iter().map(|item| Tried {
                kind: item.kind,
                id: item.id,
                done: item.done,
                differences: item.differences.clone(),
            });
            items.collect()
        }
    };
    let (AnyOutcome::Contact(Outcome { catalog, .. })
    | AnyOutcome::Record(RecordOutcome { catalog, .. })
    | AnyOutcome::Catalog(CatalogOutcome { catalog, .. })) = outcome;
    (tried, catalog)
}

/// In whose name something is written, where, and on what terms.
#[derive(Clone, Debug)]
pub(crate) struct Author {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) actor: Actor,
    pub(crate) terms: Terms,
    /// What it may do to contacts, where it may not do everything.
    policy: Option<Arc<Policy>>,
    /// Where is told what that held back.
    held_back: Option<HeldBackPaths>,
}

impl Author {
    /// Without a caller.
    pub(crate) fn own(workspace: WorkspaceNumber, actor: Actor) -> Self {
        Self { workspace, actor, terms: Terms::ForGood, policy: None, held_back: None }
    }

    fn tell_held_back(&self, outcome: &AnyOutcome) {
        if let (Some(told), AnyOutcome::Contact(outcome)) = (&self.held_back, outcome) {
            told.add(outcome);
        }
    }
}

/// Why a group was not carried out.
#[derive(Debug)]
pub(crate) struct GroupFailed {
    /// At which of its writes, from 0, if it was one.
    pub(crate) place: Option<usize>,
    /// Why.
    pub(crate) error: Error,
}

impl From<StoreError> for GroupFailed {
    fn from(fault: StoreError) -> Self {
        let place = if let StoreError::InGroup { place, .. } = &fault { Some(*place) } else { None };
        Self { place, error: fault.into() }
    }
}

impl From<Error> for GroupFailed {
    fn from(error: Error) -> Self {
        Self { place: None, error }
    }
}

impl From<GroupFailed> for Error {
    fn from(failed: GroupFailed) -> Self {
        failed.error
    }
}

impl From<&Caller> for Author {
    fn from(caller: &Caller) -> Self {
        Self {
            workspace: caller.workspace,
            actor: caller.actor(),
            terms: caller.terms.clone(),
            policy: caller.policy().cloned(),
            held_back: caller.held_back().cloned(),
        }
    }
}

/// The number of the change that some writes are: of several, the first event of their group, also where that is one
/// which a write has beside the one that it tells of.
pub(crate) fn change_of<'o>(
    writes: usize,
    outcomes: impl IntoIterator<Item = &'o AnyOutcome>,
) -> Option<u64> {
    let first = outcomes.into_iter().find(|outcome| outcome.event().is_some())?;
    if writes > 1 { first.first_event() } else { first.event() }
}

impl App {
    /// Carries out one write on its author's terms.
    pub(crate) async fn write_any(&self, author: &Author, action: Action) -> Result<AnyOutcome, Error> {
        let write = self.write_of(author, action);
        let outcome = match &author.terms {
            Terms::ForGood => self.store().write(write).await?,
            Terms::Once(once) => self.write_once(once, write).await?,
            terms @ Terms::OnTrial(_) => {
                let outcomes = self.write_all(terms, vec![write]).await?;
                outcomes.into_iter().next().ok_or(Error::NotFound(Missing::Change))?
            }
        };
        author.tell_held_back(&outcome);
        Ok(outcome)
    }

    /// Carries out writes on their author's terms, all of them or none.
    pub(crate) async fn write_group(
        &self,
        author: &Author,
        actions: Vec<Action>,
    ) -> Result<Vec<AnyOutcome>, Error> {
        Ok(self.try_group(author, actions).await?)
    }

    /// The same; where it fails, it is told at which of them.
    pub(crate) async fn try_group(
        &self,
        author: &Author,
        actions: Vec<Action>,
    ) -> Result<Vec<AnyOutcome>, GroupFailed> {
        let writes = self.writes_of(author, actions);
        let outcomes = self.write_all(&author.terms, writes).await?;
        outcomes.iter().for_each(|outcome| author.tell_held_back(outcome));
        Ok(outcomes)
    }

    /// Carries out writes on their author's terms, of which each may fail alone where they need not all be carried out:
    /// what came of each.
    pub(crate) async fn write_together(
        &self,
        author: &Author,
        actions: Vec<Action>,
        together: Together,
    ) -> Result<Vec<Result<AnyOutcome, StoreError>>, Error> {
        if let Terms::Once(once) = &author.terms {
            // Which of them failed is in no event.
            self.refuse_again(once).await?;
        }
        let writes = self.writes_of(author, actions);
        let outcomes = self.write_on(&author.terms, writes, together).await?;
        outcomes.iter().flatten().for_each(|outcome| author.tell_held_back(outcome));
        Ok(outcomes)
    }

    /// The catalog as an author finds it: after what was only tried.
    pub(crate) async fn catalog_on(
        &self,
        terms: &Terms,
        workspace: WorkspaceNumber,
    ) -> Result<Arc<Catalog>, Error> {
        if let Terms::OnTrial(trial) = terms
            && let Some(catalog) = trial.state().catalogs.get(&workspace)
        {
            return Ok(Arc::clone(catalog));
        }
        Ok(self.store().catalog(workspace).await?)
    }

    fn write_of(&self, author: &Author, action: Action) -> Write {
        let (workspace, actor) = (author.workspace, author.actor.clone());
        let policy = author.policy.clone();
        Write { workspace, actor, stamp: self.stamp(), policy, claim: None, action }
    }

    fn writes_of(&self, author: &Author, actions: Vec<Action>) -> Vec<Write> {
        actions.into_iter().map(|action| self.write_of(author, action)).collect()
    }

    /// Carries out all of these writes or none, or finds what an earlier try of the request made of them.
    ///
    /// Seldom, and much: the future has no type of its own, so that it is compiled once and takes little room in others.
    fn write_all<'a>(
        &'a self,
        terms: &'a Terms,
        writes: Vec<Write>,
    ) -> BoxFuture<'a, Result<Vec<AnyOutcome>, GroupFailed>> {
        Box::pin(async move {
            if let Terms::Once(once) = terms
                && let Some(outcomes) = self.again(once, &writes).await?
            {
                return Ok(outcomes);
            }
            let outcomes = self.write_on(terms, writes, Together::AllOrNone).await?;
            Ok(outcomes.into_iter().collect::<Result<_, _>>()?)
        })
    }

    /// The next commit of a request: what came of each write, or why none of them was carried out.
    async fn write_on(
        &self,
        terms: &Terms,
        mut writes: Vec<Write>,
        together: Together,
    ) -> Result<Vec<Result<AnyOutcome, StoreError>>, StoreError> {
        let Some(workspace) = writes.first().map(|write| write.workspace) else { return Ok(Vec::new()) };
        match terms {
            Terms::ForGood => self.store().write_batch(writes, together).await,
            Terms::Once(once) => {
                writes.iter_mut().for_each(|write| write.claim = Some(once.next_claim()));
                let outcomes = self.store().write_batch(writes, together).await?;
                // What was refused whole is no commit.
                if outcomes.iter().any(Result::is_ok) {
                    once.note(workspace, outcomes.iter().flatten().find_map(AnyOutcome::event));
                }
                Ok(outcomes)
            }
            Terms::OnTrial(trial) => {
                let mut all = trial.state().writes.clone();
                all.push(writes.clone());
                let outcomes = self.store().rehearse(&all, together).await?;
                trial.note(workspace, writes, outcomes.iter().flatten());
                Ok(outcomes)
            }
        }
    }
}
