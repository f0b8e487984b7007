//! What came of the commits that an earlier try of a request made, as their events tell.

use std::sync::Arc;

use model::{Contact, Deleted, Event, RecordKind};
use store::{
    Action, AnyOutcome, CarriedOut, CatalogOutcome, Done, ItemOutcome, Outcome, RecordOutcome, RecordWrite,
    WorkspaceNumber, Write,
};

use super::{Once, Repeated};
use crate::records::own;
use crate::{App, Error};

impl App {
    /// What came of the next commit of a request, if an earlier try made it.
    pub(crate) async fn again(
        &self,
        once: &Once,
        writes: &[Write],
    ) -> Result<Option<Vec<AnyOutcome>>, Error> {
        let Some(earlier) = self.next_of_earlier(once).await? else { return Ok(None) };
        let outcomes = self.outcomes_of(earlier, writes).await?;
        once.count(earlier.workspace, earlier.event);
        Ok(Some(outcomes.ok_or(Error::Repeated(Repeated::CarriedOut(once.change())))?))
    }

    /// What the events of a commit tell of each of its writes: all but the first have one each. `None` when they do not
    /// tell.
    async fn outcomes_of(
        &self,
        earlier: &CarriedOut,
        writes: &[Write],
    ) -> Result<Option<Vec<AnyOutcome>>, Error> {
        let mut events = Vec::new();
        for number in earlier.event.into_iter().flat_map(|first| first..first + earlier.events) {
            let Some(event) = self.store().find_event(earlier.workspace, number).await? else {
                return Ok(None);
            };
            events.push((number, event));
        }
        let Some(of_first) = (events.len() + 1).checked_sub(writes.len()) else { return Ok(None) };
        if of_first == 0
            || (of_first > 1 && matches!(writes, [Write { action: Action::Undo { .. }, .. }, _, ..]))
        {
            return Ok(None);
        }
        let (first, others) = events.split_at(of_first);
        let parts = std::iter::once(first).chain(others.chunks(1));
        let mut outcomes = Vec::with_capacity(writes.len());
        for (write, part) in writes.iter().zip(parts) {
            let Some(outcome) = self.outcome_of(write, part).await? else { return Ok(None) };
            outcomes.push(outcome);
        }
        Ok(Some(outcomes))
    }

    async fn outcome_of(&self, write: &Write, events: &[(u64, Event)]) -> Result<Option<AnyOutcome>, Error> {
        let (workspace, catalog) = (write.workspace, self.store().catalog(write.workspace).await?);
        // What was written beside it needs no writing now, so that its events are among those of the first write.
        let is_about = |event: &Event| match &write.action {
            Action::Catalog(_) => event.subject.is_in_catalog(),
            Action::Record(RecordWrite::Put { record, .. }) => event.subject == record.kind(),
            Action::Record(RecordWrite::Delete { kind, .. }) => event.subject == *kind,
            Action::Record(RecordWrite::Edit(named, _) | RecordWrite::Remove(named)) => {
                event.subject == named.kind
            }
            _ => true,
        };
        let events: Vec<_> = events.iter().filter(|(_, event)| is_about(event)).cloned().collect();
        let events = events.as_slice();
        // Of a merge the deletions come first; where one is taken apart, those that come back come last.
        let told = events.iter().find(|(_, event)| event.takes_merge_apart()).or(events.last());
        let Some((number, event)) = told else { return self.unchanged(write).await };
        let (done, differences) = (Done::from(event.kind), event.differences.clone());
        let held_back = event.held_back.clone();
        Ok(match event.subject {
            RecordKind::Contact => {
                let contact = match event.deleted.as_ref().and_then(Deleted::contact) {
                    Some(contact) => Some(Arc::new(contact.clone())),
                    None => self.as_it_left(workspace, event).await?,
                };
                let restored = self.restored(workspace, events).await?.into_boxed_slice();
                contact.map(|contact| {
                    let outcome = Outcome::of((contact, catalog), done, Some(*number), differences);
                    let merged = event.merged.iter().map(|merged| merged.id).collect();
                    AnyOutcome::Contact(Outcome { held_back, merged, restored, ..outcome })
                })
            }
            kind @ (RecordKind::Company | RecordKind::Note | RecordKind::Task) => {
                let record = match &event.deleted {
                    Some(Deleted::Record(record)) => Some(Arc::new((**record).clone())),
                    _ => self.store().find_record(workspace, kind, &own(event.record)).await?,
                };
                let event = Some(*number);
                record.map(|record| {
                    AnyOutcome::Record(RecordOutcome { record, catalog, done, event, differences })
                })
            }
            // What is gone since cannot be shown any more.
            _ if events.iter().any(|(_, event)| {
                event.deleted.is_none() && catalog.item(event.subject, event.record).is_none()
            }) =>
            {
                None
            }
            _ => {
                let item = |(number, event): &(u64, Event)| ItemOutcome {
                    kind: event.subject,
                    id: event.record,
                    done: Done::from(event.kind),
                    event: Some(*number),
                    differences: event.differences.clone(),
                };
                Some(AnyOutcome::Catalog(CatalogOutcome {
                    catalog,
                    items: events.iter().map(item).collect(),
                }))
            }
        })
    }

    /// The contacts that came back with a merge that was taken apart.
    async fn restored(
        &self,
        workspace: WorkspaceNumber,
        events: &[(u64, Event)],
    ) -> Result<Vec<Arc<Contact>>, Error> {
        let mut restored = Vec::new();
        if let [(_, apart), events @ ..] = events
            && apart.takes_merge_apart()
        {
            for (_, event) in events {
                restored.extend(self.as_it_left(workspace, event).await?);
            }
        }
        Ok(restored)
    }

    /// The contact as an event left it, or where that is too long ago, as it is now.
    async fn as_it_left(
        &self,
        workspace: WorkspaceNumber,
        event: &Event,
    ) -> Result<Option<Arc<Contact>>, Error> {
        Ok(match self.contact_after(workspace, event).await? {
            Some(contact) => Some(contact),
            None => self.store().find_contact(workspace, &own(event.record)).await?,
        })
    }

    /// What came of a write that changed nothing.
    async fn unchanged(&self, write: &Write) -> Result<Option<AnyOutcome>, Error> {
        let catalog = self.store().catalog(write.workspace).await?;
        Ok(match &write.action {
            Action::Update { contact, .. } | Action::Merge { into: contact, .. } => {
                let contact = self.store().find_contact(write.workspace, contact).await?;
                contact.map(|contact| AnyOutcome::Contact(Outcome::unchanged(contact, catalog)))
            }
            Action::Record(RecordWrite::Put { record, .. }) => {
                let found =
                    self.store().find_record(write.workspace, record.kind(), &own(record.id())).await?;
                let (done, event, differences) = (Done::Unchanged, None, Vec::new());
                found.map(|record| {
                    AnyOutcome::Record(RecordOutcome { record, catalog, done, event, differences })
                })
            }
            Action::Catalog(_) => Some(AnyOutcome::Catalog(CatalogOutcome { catalog, items: Vec::new() })),
            _ => None,
        })
    }
}
