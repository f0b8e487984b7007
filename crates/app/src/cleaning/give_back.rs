//! Giving ids back that were cleaned away, of what came back since: the events that took them away are undone.

use std::time::Instant;

use futures_util::future::join_all;
use model::{Event, OnConflict, Span};
use store::{Action, WorkspaceNumber};
use uuid::Uuid;

use super::{BATCH, CLEANED_BY, NOTED_EVERY, PAGE, REST, actor, event_of, pass_over};
use crate::terms::Author;
use crate::{App, Error};

/// How the events of giving back are told from others.
const GIVEN_BACK_BY: &str = "cleaning undone";

impl App {
    /// Gives an id back to the records that it was taken away from. What was changed again since stays as it is.
    pub(super) async fn give_back_id(
        &self,
        workspace: WorkspaceNumber,
        id: Uuid,
        mut span: Span,
    ) -> Result<u64, Error> {
        let cleaned_by = actor(CLEANED_BY, id);
        let is_cleaning = |event: &Event| event.actor == cleaned_by;
        let (mut count, mut noted) = (0, span.after);
        // What was still cleaned when the deletion was undone ended before this.
        let until = match span.until {
            Some(until) => until,
            None => self.store().last_event(workspace).await?,
        };
        while span.after < until {
            let events = self.store().events_after(workspace, span.after, PAGE).await?;
            // A copy of the database that is read may be behind: the next round goes on.
            let Some((last, _)) = events.last() else { return Ok(count) };
            span.after = *last;
            let numbers: Vec<_> =
                events.iter().filter(|(_, event)| is_cleaning(event)).map(|(number, _)| *number).collect();
            for events in numbers.chunks(BATCH) {
                count += self.undo_cleaning(workspace, id, events).await?;
            }
            if span.after - noted >= NOTED_EVERY {
                noted = span.after;
                let far = |catalog: &mut model::Catalog| {
                    if let Some(known) = catalog.returning.get_mut(&id) {
                        *known = span;
                    }
                };
                self.edit_catalog(workspace, far).await?;
            }
        }
        let done = |catalog: &mut model::Catalog| {
            catalog.returning.remove(&id);
        };
        self.edit_catalog(workspace, done).await?;
        Ok(count)
    }

    async fn undo_cleaning(
        &self,
        workspace: WorkspaceNumber,
        id: Uuid,
        events: &[u64],
    ) -> Result<u64, Error> {
        let started = Instant::now();
        let author = &Author::own(workspace, actor(GIVEN_BACK_BY, id));
        let undo = |event: &u64| {
            self.write_any(author, Action::Undo { event: *event, on_conflict: OnConflict::Skip })
        };
        let mut count = 0;
        for undone in join_all(events.iter().map(undo)).await {
            match undone {
                Ok(outcome) => count += u64::from(event_of(&outcome).is_some()),
                Err(fault) => pass_over(fault)?,
            }
        }
        tokio::time::sleep(started.elapsed() * REST).await;
        Ok(count)
    }
}
