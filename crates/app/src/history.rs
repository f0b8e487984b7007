//! The history of records.

use std::sync::Arc;

use model::{Catalog, Event, RecordKind, Ref};
use store::{HistoryQuery, Scope};

use crate::{App, Caller, Error, Missing};

/// A page of a record's history, newest first.
#[derive(Clone, Debug)]
pub struct History {
    /// The events with their numbers.
    pub events: Vec<(u64, Event)>,
    /// Where the next page begins: give it as `before`. `None` on the last page.
    pub next: Option<u64>,
    /// The catalog that ids in the events refer to.
    pub catalog: Arc<Catalog>,
}

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
        let query = HistoryQuery { kind: RecordKind::Contact, record: contact.clone(), before, limit };
        self.record_history(caller, query).await
    }

    /// The events of any kind of record, newest first, also after it was deleted.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`], also when nothing ever happened to it; or what the store says.
    pub async fn record_history(&self, caller: &Caller, query: HistoryQuery) -> Result<History, Error> {
        caller.require(Scope::Read)?;
        let limit = query.limit;
        let asked = HistoryQuery { limit: limit.saturating_add(1), ..query };
        let found = self.store().record_history(caller.workspace, &asked).await?;
        let mut events = found.ok_or(Error::NotFound(Missing::of(asked.kind)))?;
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
}
