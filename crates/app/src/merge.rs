//! Merging contacts: one stays, the others' ids lead to it; and taking that apart.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use model::{
    Catalog, Contact, ContactId, Dialect, Facet, Native, OnConflict, Precondition, RecordKind, Ref,
    Rejection, Task, TaskId, Violation, ViolationKind,
};
use store::{
    Action, AnyOutcome, Filter, HistoryQuery, MergeChoice, NamedRecord, RecordEdit, RecordQuery, RecordWrite,
    Scope,
};

use crate::chain::{Chain, Step, WALK_MAX};
use crate::contacts::Written;
use crate::records::own;
use crate::retry::{has_changed, retried};
use crate::{App, Caller, Error, Missing, NotUndone, Terms, Undone};

/// Contacts that are merged in one request at most.
pub const MERGED: usize = 100;
/// Tasks of theirs at most, so that all is one group.
const TASKS: usize = 900;

impl Merge {
    /// A merge without choices and conditions.
    pub fn new(into: Ref, from: Vec<(String, Ref)>) -> Self {
        Self { into, from, choices: Vec::new(), precondition: None }
    }
}

/// Contacts that are to be merged into one.
#[derive(Clone, Debug)]
pub struct Merge {
    /// The one that stays.
    pub into: Ref,
    /// The others, each with the member of the client's request that names it.
    pub from: Vec<(String, Ref)>,
    /// What the one that stays is to have of which of them, whatever it has itself.
    pub choices: Vec<MergeChoice>,
    /// What must hold of the revision of the one that stays.
    pub precondition: Option<Box<Precondition>>,
}

impl App {
    /// Merges contacts into one, all of them or none: [`model::merge`] says what becomes of their members. The others
    /// are deleted, and their ids lead to the one that stays. Each comes with the member of the client's request that
    /// names it.
    ///
    /// The change that is returned is the merge: undoing it brings the others back as they were, with their ids. Tasks of
    /// the others become tasks of the one that stays, too, and stay that when the merge is undone.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`] when there is no contact to merge into; [`Error::Rejected`] with every
    /// contact that does not exist, or is the one that stays; or what the store says.
    pub async fn merge_contacts(&self, caller: &Caller, merge: &Merge) -> Result<Written, Error> {
        caller.require(Scope::Write)?;
        // Somebody else may have changed a task that goes along.
        retried(has_changed, || self.try_merge(caller, merge)).await
    }

    async fn try_merge(&self, caller: &Caller, merge: &Merge) -> Result<Written, Error> {
        let actions = self.merge_actions(caller, merge, &mut Moved::default()).await?;
        let merged = self.write_group(&caller.into(), actions).await?.into_iter().next();
        let merged = merged.and_then(AnyOutcome::contact).ok_or(Error::NotFound(Missing::Contact))?;
        Ok(merged.into())
    }

    /// The actions that merge: the merge itself, then what becomes of tasks.
    pub(crate) async fn merge_actions(
        &self,
        caller: &Caller,
        merge: &Merge,
        moved: &mut Moved,
    ) -> Result<Vec<Action>, Error> {
        let Merge { into, from, choices, precondition } = merge.clone();
        let stays = self.store().find_contact(caller.workspace, &into).await?;
        let stays = stays.ok_or(Error::NotFound(Missing::Contact))?;
        if let Some((at, _)) = from.get(MERGED) {
            return Err(too_many(at, MERGED));
        }
        let tasks = self.tasks_to_move(caller, stays.id, &from, moved).await?;
        let precondition = caller.precondition(precondition)?;
        let mut actions = vec![Action::Merge { into, from, choices, precondition }];
        actions.extend(tasks);
        Ok(actions)
    }

    /// What a merge would make of the contact that stays, and what would differ. Nothing is stored.
    ///
    /// # Errors
    /// As [`merge_contacts`](Self::merge_contacts).
    pub async fn preview_merge(&self, caller: &Caller, merge: &Merge) -> Result<Written, Error> {
        let caller = caller.clone().on(Terms::OnTrial(Arc::default()));
        self.merge_contacts(&caller, merge).await
    }

    /// Takes the last merge into a contact apart, or the last one of this other contact into it. Both are as they were
    /// before, with their ids, but that the one that stayed keeps what it got since. `None` when nothing, or not that
    /// contact, was merged into it that is not apart again.
    ///
    /// # Errors
    /// As [`undo`](Self::undo).
    pub async fn unmerge(
        &self,
        caller: &Caller,
        named: &Ref,
        other: Option<&Ref>,
    ) -> Result<Option<Undone>, NotUndone> {
        caller.require(Scope::Write)?;
        let stays = self.store().find_contact(caller.workspace, named).await?;
        let stays = stays.ok_or(Error::NotFound(Missing::Contact))?;
        match self.last_merge(caller, stays.id, other).await? {
            Some(merge) => Ok(Some(self.undo(caller, merge, OnConflict::Skip).await?)),
            None => Ok(None),
        }
    }

    /// The last merge into a contact that is not taken apart.
    ///
    /// # Errors
    /// [`Error::Rejected`] when it may be before so many changes that nobody looks for it there; what the store says.
    async fn last_merge(
        &self,
        caller: &Caller,
        stays: ContactId,
        other: Option<&Ref>,
    ) -> Result<Option<u64>, Error> {
        let record = Ref::uuid(Dialect::Native, &stays.to_string());
        let query = HistoryQuery { kind: RecordKind::Contact, record, before: None, limit: 0 };
        let mut chain = Chain::new(self, caller.workspace, query);
        let mut undone = HashSet::new();
        loop {
            let (number, event) = match chain.step().await? {
                Step::Event(number, event) => (number, event),
                Step::End => return Ok(None),
                Step::TooFar => {
                    let kind = ViolationKind::TooLong { max: WALK_MAX, unit: "changes since the merge" };
                    return Err(Error::Rejected(Violation::new("", kind).into()));
                }
            };
            undone.extend(event.undoes);
            let is_it = |merged: &Contact| other.is_none_or(|other| is_named(merged, other));
            if event.merged.iter().any(is_it) && !undone.contains(&number) {
                return Ok(Some(number));
            }
        }
    }

    /// Makes the tasks of contacts tasks of another one, too.
    async fn tasks_to_move(
        &self,
        caller: &Caller,
        stays: ContactId,
        from: &[(String, Ref)],
        moved: &mut Moved,
    ) -> Result<Vec<Action>, Error> {
        let stays = moved.led_to(stays);
        let mut tasks: Vec<Task> = Vec::new();
        for (at, named) in from {
            // What is missing or is itself is found out where all is carried out.
            let Some(other) = self.store().find_contact(caller.workspace, named).await? else { continue };
            let other = moved.led_to(other.id);
            if other == stays {
                continue;
            }
            let limit = u32::try_from(TASKS + 1).unwrap_or(u32::MAX);
            let query =
                RecordQuery { filter: Filter::Is(Facet::Contact(other)), limit, ..RecordQuery::default() };
            let found = self.list_records::<Task>(caller, &query).await?.records;
            let is_new =
                |task: &Task| !task.contacts.contains(&stays) && !tasks.iter().any(|each| each.id == task.id);
            let found: Vec<Task> = moved.tasks_of(other, found).into_iter().filter(is_new).collect();
            tasks.extend(found);
            if tasks.len() > TASKS {
                return Err(too_many(at, TASKS));
            }
            moved.into.insert(other, stays);
        }
        let mut actions = Vec::with_capacity(tasks.len());
        for mut task in tasks {
            task.contacts.push(stays);
            let record: model::Record = task.clone().into();
            record.check()?;
            actions.push(Action::Record(give(task.id, stays)));
            moved.tasks.insert(task.id, task);
        }
        Ok(actions)
    }
}

/// Makes a task one of a contact, too, whatever else becomes of it before.
fn give(task: TaskId, contact: ContactId) -> RecordWrite {
    let edit = RecordEdit::of(move |task: &mut Task, _: &Catalog| {
        if !task.contacts.contains(&contact) {
            task.contacts.push(contact);
        }
        Ok(())
    });
    let (named, stored) = (own(task.0), Some(task.0));
    RecordWrite::Edit(
        Box::new(NamedRecord { kind: RecordKind::Task, named, stored, precondition: None }),
        edit,
    )
}

/// What the operations of a request that are planned already do, which nobody can read yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved {
    /// Where each contact goes that is merged.
    into: HashMap<ContactId, ContactId>,
    /// The tasks that go with them, and those that are made, as they are then.
    tasks: HashMap<TaskId, Task>,
    /// The tasks that are deleted.
    gone: HashSet<TaskId>,
}

impl Moved {
    /// Notes a task that is made.
    pub(crate) fn note_made(&mut self, task: &Task) {
        self.tasks.insert(task.id, task.clone());
    }

    /// Notes a task that is deleted.
    pub(crate) fn note_gone(&mut self, task: TaskId) {
        self.gone.insert(task);
    }

    /// The contact that another one's ids lead to then.
    fn led_to(&self, mut contact: ContactId) -> ContactId {
        while let Some(next) = self.into.get(&contact) {
            contact = *next;
        }
        contact
    }

    /// The tasks that a contact has then, of which these are stored.
    fn tasks_of(&self, contact: ContactId, stored: Vec<Task>) -> Vec<Task> {
        let moved = self.tasks.values().filter(|task| task.contacts.contains(&contact)).cloned();
        let unmoved = stored.into_iter().filter(|task| !self.tasks.contains_key(&task.id));
        let living = moved.chain(unmoved).filter(|task| !self.gone.contains(&task.id));
        let mut tasks: Vec<Task> = living.collect();
        tasks.sort_unstable_by_key(|task| task.number);
        tasks
    }
}

/// Whether a client means this contact.
fn is_named(contact: &Contact, named: &Ref) -> bool {
    let is_native = match named.native {
        Some(Native::Uuid(id)) => contact.id.0 == id,
        Some(Native::Number(number)) => contact.number == number,
        None => false,
    };
    is_native || contact.aliases.of(named.dialect).contains(&named.text)
}

fn too_many(at: &str, max: usize) -> Error {
    let kind = ViolationKind::TooLong { max, unit: "items" };
    Error::Rejected(Rejection::from(Violation::new(at, kind)))
}
