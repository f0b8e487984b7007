//! Walking along a record's events, newest first, in pages and up to a bound.

use std::collections::VecDeque;

use model::Event;
use store::{HistoryQuery, WorkspaceNumber};

use crate::{App, Error, Missing};

/// Events of one record that a request reads at most.
pub const WALK_MAX: usize = 10_000;

/// Events that are read at once.
const PAGE: usize = 500;

/// A record's events on the way back.
pub(crate) struct Chain<'a> {
    app: &'a App,
    workspace: WorkspaceNumber,
    /// What is read next; `None` when the chain ends.
    next: Option<HistoryQuery>,
    read: VecDeque<(u64, Event)>,
    walked: usize,
}

/// A step along a chain.
pub(crate) enum Step {
    /// An event, with its number.
    Event(u64, Box<Event>),
    /// There was none before.
    End,
    /// There may be more, but this was enough.
    TooFar,
}

impl<'a> Chain<'a> {
    /// The way back along the events of a record, beginning before the event of the query.
    pub(crate) fn new(app: &'a App, workspace: WorkspaceNumber, query: HistoryQuery) -> Self {
        Self {
            app,
            workspace,
            next: Some(HistoryQuery { limit: PAGE, ..query }),
            read: VecDeque::new(),
            walked: 0,
        }
    }

    /// How many events were given so far.
    pub(crate) fn walked(&self) -> usize {
        self.walked
    }

    /// The next event, which is the one before the last one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there never was such a record, or what the store says.
    pub(crate) async fn step(&mut self) -> Result<Step, Error> {
        if self.walked >= WALK_MAX {
            return Ok(Step::TooFar);
        }
        if self.read.is_empty()
            && let Some(query) = self.next.take()
        {
            let found = self.app.store().record_history(self.workspace, &query).await?;
            let events = found.ok_or(Error::NotFound(Missing::of(query.kind)))?;
            let last = events.last().filter(|_| events.len() == query.limit).map(|(number, _)| *number);
            self.next = last.map(|last| HistoryQuery { before: Some(last), ..query });
            self.read = events.into();
        }
        let Some((number, event)) = self.read.pop_front() else { return Ok(Step::End) };
        self.walked += 1;
        Ok(Step::Event(number, Box::new(event)))
    }
}
