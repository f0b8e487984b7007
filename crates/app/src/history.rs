//! A contact's history, and undo.

use std::sync::Arc;

use model::{Catalog, Event, OnConflict, Ref};
use store::{Action, Scope};

use crate::{App, Caller, Error, Missing, Written};

/// A page of a contact's history, newest first.
#[derive(Clone, Debug)]
pub struct History {
    /// The events with their numbers.
    pub events: Vec<(u64, Event)>,
    /// Where the next page begins: give it as `before`. `None` on the last page.
    pub next: Option<u64>,
    /// The catalog that ids in the events refer to.
    pub catalog: Arc<Catalog>,
}

/// What an undo did.
pub type Undone = Written;

impl App {
    /// A contact's events, newest first, also after it was deleted: those before `before`, `limit` at most.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], or what the store says.
    pub async fn history(
        &self,
        caller: &Caller,
        contact: &Ref,
        before: Option<u64>,
        limit: usize,
    ) -> Result<History, Error> {
        caller.require(Scope::Read)?;
        let found = self.store().history(caller.workspace, contact, before, limit + 1).await?;
        let mut events = found.ok_or(Error::NotFound(Missing::Contact))?;
        let has_more = events.len() > limit;
        events.truncate(limit);
        let next = has_more.then(|| events.last().map(|(number, _)| *number)).flatten();
        Ok(History { events, next, catalog: self.catalog(caller).await? })
    }

    /// One change.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], or what the store says.
    pub async fn get_change(&self, caller: &Caller, change: u64) -> Result<Event, Error> {
        caller.require(Scope::Read)?;
        let found = self.store().find_event(caller.workspace, change).await?;
        found.ok_or(Error::NotFound(Missing::Change))
    }

    /// Takes a change back: sets the members of an update back, deletes what was created, restores what was
    /// deleted. It is itself a change, and can be undone.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`]; [`Error::Rejected`] when members were changed again since
    /// and `on_conflict` says to refuse then; [`Error::InUse`] when a restored contact's id was taken since.
    pub async fn undo(&self, caller: &Caller, change: u64, on_conflict: OnConflict) -> Result<Undone, Error> {
        caller.require(Scope::Write)?;
        self.write(caller, Action::Undo { event: change, on_conflict }).await
    }
}
