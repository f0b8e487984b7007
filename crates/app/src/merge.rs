//! Merging contacts: one stays, the others' ids lead to it.

use model::{Change, ContactId, Facet, Ref, Rejection, Task, Violation, ViolationKind};
use store::{Action, AnyOutcome, Filter, RecordQuery, RecordWrite, Scope, StoreError};

use crate::contacts::Written;
use crate::records::TRIES;
use crate::{App, Caller, Error, Missing};

/// Contacts that are merged in one request at most.
const MERGED: usize = 100;
/// Tasks of theirs at most, so that all is one group.
const TASKS: usize = 900;

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
    pub async fn merge_contacts(
        &self,
        caller: &Caller,
        into: &Ref,
        from: Vec<(String, Ref)>,
    ) -> Result<Written, Error> {
        caller.require(Scope::Write)?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_merge(caller, into, from.clone()).await {
                Err(Error::Unavailable(StoreError::RecordChanged)) if tries < TRIES => {}
                merged => return merged,
            }
        }
    }

    async fn try_merge(
        &self,
        caller: &Caller,
        into: &Ref,
        from: Vec<(String, Ref)>,
    ) -> Result<Written, Error> {
        let stays = self.store().find_contact(caller.workspace, into).await?;
        let stays = stays.ok_or(Error::NotFound(Missing::Contact))?;
        if let Some((at, _)) = from.get(MERGED) {
            return Err(too_many(at, MERGED));
        }
        let tasks = self.tasks_to_move(caller, stays.id, &from).await?;
        // A change of nothing, at the revision that the one must have which stays.
        let precondition = caller.precondition(None)?;
        let checked = precondition.map(|precondition| Action::Update {
            contact: into.clone(),
            change: Change { precondition: Some(precondition), ..Change::default() },
        });
        let place = usize::from(checked.is_some());
        let mut actions: Vec<_> = checked.into_iter().collect();
        actions.push(Action::Merge { into: into.clone(), from });
        actions.extend(tasks);
        let merged = self.write_group(&caller.into(), actions).await?.into_iter().nth(place);
        let merged = merged.and_then(AnyOutcome::contact).ok_or(Error::NotFound(Missing::Contact))?;
        Ok(merged.into())
    }

    /// Makes the tasks of contacts tasks of another one, too.
    async fn tasks_to_move(
        &self,
        caller: &Caller,
        stays: ContactId,
        from: &[(String, Ref)],
    ) -> Result<Vec<Action>, Error> {
        let mut tasks: Vec<Task> = Vec::new();
        for (at, named) in from {
            // What is missing is found out where all is carried out.
            let Some(other) = self.store().find_contact(caller.workspace, named).await? else { continue };
            let limit = u32::try_from(TASKS + 1).unwrap_or(u32::MAX);
            let filter = Filter::Is(Facet::Contact(other.id));
            let query = RecordQuery { filter, limit, ..RecordQuery::default() };
            let found = self.list_records::<Task>(caller, &query).await?.records;
            let is_new =
                |task: &Task| !task.contacts.contains(&stays) && !tasks.iter().any(|each| each.id == task.id);
            let found: Vec<Task> = found.into_iter().filter(is_new).collect();
            tasks.extend(found);
            if tasks.len() > TASKS {
                return Err(too_many(at, TASKS));
            }
        }
        let moved = tasks.into_iter().map(|mut task| {
            task.contacts.push(stays);
            let expected = Some(task.revision);
            let record: Box<model::Record> = Box::new(task.into());
            record.check()?;
            Ok(Action::Record(RecordWrite::Put { record, expected }))
        });
        moved.collect()
    }
}

fn too_many(at: &str, max: usize) -> Error {
    let kind = ViolationKind::TooLong { max, unit: "items" };
    Error::Rejected(Rejection::from(Violation::new(at, kind)))
}
