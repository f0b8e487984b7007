//! The history of records, and undo.

use std::sync::Arc;

use model::{Catalog, Contact, Difference, Event, OnConflict, Record, RecordKind, Ref};
use store::{Action, AnyOutcome, Done, HistoryQuery, Scope};
use uuid::Uuid;

use crate::{App, Caller, Error, Missing};

/// How many events are read at once.
const PAGE: u32 = 1000;

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

/// What an undo did, to whatever kind of record.
#[derive(Clone, Debug)]
pub struct Undone {
    /// What the record is.
    pub kind: RecordKind,
    /// Its id.
    pub id: Uuid,
    /// What was done to it.
    pub done: Done,
    /// The number of this change, by which it can be undone; `None` when nothing changed.
    pub change: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// The contact as it is now, or as it was when it was deleted, if it is one.
    pub contact: Option<Arc<Contact>>,
    /// The company, note or task as it is now, or as it was when it was deleted, if it is one.
    pub record: Option<Arc<Record>>,
    /// The catalog as it is now.
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
        let missing = match asked.kind {
            RecordKind::Contact => Missing::Contact,
            kind => Missing::Record(kind),
        };
        let mut events = found.ok_or(Error::NotFound(missing))?;
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
    /// deleted. It is itself a change, and can be undone. The first event of a change that wrote several records stands
    /// for all of it, and all of it is taken back or nothing; its other events each stand for themselves.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`]; [`Error::Rejected`] when members were changed again since
    /// and `on_conflict` says to refuse then; [`Error::InUse`] when a restored contact's id was taken since.
    pub async fn undo(&self, caller: &Caller, change: u64, on_conflict: OnConflict) -> Result<Undone, Error> {
        caller.require(Scope::Write)?;
        let event = self.get_change(caller, change).await?;
        let events = self.events_of(caller, change, &event).await?;
        // What was done last is taken back first.
        let undo = |event| Action::Undo { event, on_conflict };
        let outcomes = self.write_group(&caller.into(), events.into_iter().rev().map(undo).collect()).await?;
        let first = outcomes.iter().find_map(AnyOutcome::event);
        // Of a change what it was about comes first, of an undo last.
        let mut outcomes = outcomes.into_iter();
        let about = if event.undoes.is_some() { outcomes.next() } else { outcomes.next_back() };
        let undone = about.and_then(Undone::of).ok_or(Error::NotFound(Missing::Change))?;
        Ok(Undone { change: first, ..undone })
    }

    /// The events of a change, in their order: those of its group when it is the first of one, else it alone.
    async fn events_of(&self, caller: &Caller, change: u64, event: &Event) -> Result<Vec<u64>, Error> {
        let mut events = vec![change];
        if event.part != Some(0) {
            return Ok(events);
        }
        let mut last = change;
        loop {
            let page = self.store().events_after(caller.workspace, last, PAGE).await?;
            for (number, event) in &page {
                if event.part.map(|part| part as usize) != Some(events.len()) {
                    return Ok(events);
                }
                events.push(*number);
                last = *number;
            }
            if page.is_empty() {
                return Ok(events);
            }
        }
    }
}

impl Undone {
    fn of(outcome: AnyOutcome) -> Option<Self> {
        match outcome {
            AnyOutcome::Contact(outcome) => Some(Self {
                kind: RecordKind::Contact,
                id: outcome.contact.id.0,
                done: outcome.done,
                change: outcome.event,
                differences: outcome.differences,
                contact: Some(outcome.contact),
                record: None,
                catalog: outcome.catalog,
            }),
            AnyOutcome::Record(outcome) => Some(Self {
                kind: outcome.record.kind(),
                id: outcome.record.id(),
                done: outcome.done,
                change: outcome.event,
                differences: outcome.differences,
                contact: None,
                record: Some(outcome.record),
                catalog: outcome.catalog,
            }),
            AnyOutcome::Catalog(outcome) => outcome.items.into_iter().next().map(|item| Self {
                kind: item.kind,
                id: item.id,
                done: item.done,
                change: item.event,
                differences: item.differences,
                contact: None,
                record: None,
                catalog: outcome.catalog,
            }),
        }
    }
}
