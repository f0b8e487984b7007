//! Cleaning: ids of what was deleted from the catalog are taken away from the records that carry them, a while after the
//! deletion, by one server at a time; and are given back when the deletion is undone later still.
//!
//! Reads leave out what is gone in any case, so nothing depends on when this is done.

mod give_back;
mod seen;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use model::{Actor, Carried, Catalog, Change, Contact, Dialect, Edit, Facet, Gone, RecordKind, Ref, Span};
use store::{
    Action, AnyOutcome, ContactOrder, ContactQuery, Filter, RecordOrder, RecordQuery, RecordWrite,
    WorkspaceNumber,
};
use uuid::Uuid;

pub(crate) use self::seen::seen;
use crate::terms::Author;
use crate::{App, Duty, Error};

/// The work of one server. Nothing waits for it, so its lease is long, and seldom renewed.
const CLEANING: Duty = Duty { name: "cleaning", lease: Duration::from_secs(60) };

/// After how long what was deleted is cleaned away, unless it is said otherwise.
pub const CLEAN_AFTER: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Records that are written together at most: few places of a writer's queue, and a short batch.
const BATCH: usize = 64;

/// Records that are read together at most.
const PAGE: u32 = 500;

/// After so many records that were looked at, it is noted how far they are.
const NOTED_EVERY: u64 = 5_000;

/// The work rests so many times as long as it took: it has a small share of a writer, whatever that does beside.
const REST: u32 = 3;

/// How long to wait between two rounds at most, and at least.
const ROUNDS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// How many records lost an id of something that is gone.
    pub cleaned: u64,
    /// How many have one again of something that came back.
    pub given_back: u64,
}

impl App {
    /// Cleans while no other server does, until the application is closed.
    pub async fn keep_clean(&self) {
        let (least, most) = ROUNDS;
        // A short while, as in tests, is looked at more often.
        let pause = (self.inner.settings.clean_after / 1000).clamp(least, most);
        self.on_one_server(CLEANING, |_| async move {
            loop {
                match self.clean().await {
                    Ok(done) if done == Cleaned::default() => {}
                    Ok(done) => {
                        tracing::info!(done.cleaned, done.given_back, "cleaned ids of what was deleted");
                    }
                    Err(fault) => tracing::debug!(%fault, "cleaning goes on later"),
                }
                tokio::time::sleep(pause).await;
            }
        })
        .await;
    }

    /// One round over all workspaces: cleans what was deleted long enough ago, and gives back what came back. What a
    /// round does not finish, the next one does, on whichever server.
    ///
    /// # Errors
    /// What the store says; what is done until then stays.
    pub async fn clean(&self) -> Result<Cleaned, Error> {
        let mut done = Cleaned::default();
        for workspace in self.store().list_workspaces().await? {
            let catalog = self.store().catalog(workspace.number).await?;
            for (id, span) in &catalog.returning {
                done.given_back += self.give_back_id(workspace.number, *id, *span).await?;
            }
            for (id, gone) in catalog.gone.iter().filter(|(_, gone)| self.is_due(gone)) {
                done.cleaned += self.clean_id(workspace.number, (*id, gone), &catalog).await?;
            }
        }
        Ok(done)
    }

    fn is_due(&self, gone: &Gone) -> bool {
        let age = self.clock().now().millis().saturating_sub(gone.at.millis());
        !gone.is_done()
            && u128::try_from(age).is_ok_and(|age| age >= self.inner.settings.clean_after.as_millis())
    }

    /// Takes an id away from every record that carries it.
    async fn clean_id(
        &self,
        workspace: WorkspaceNumber,
        (id, gone): (Uuid, &Gone),
        catalog: &Catalog,
    ) -> Result<u64, Error> {
        let job = Job { workspace, id, what: gone.what, facet: gone.what.facet(id, catalog) };
        let span = match gone.cleaned {
            Some(span) => span,
            None if !self.is_carried(&job).await? => {
                self.note(&job, |catalog| catalog.finish_cleaning(id, None)).await?;
                return Ok(0);
            }
            None => Span { after: self.store().last_event(workspace).await?, ..Span::default() },
        };
        // Before anything is cleaned, so that whoever undoes the deletion finds all of it.
        self.note(&job, |catalog| set_span(catalog, id, span)).await?;
        let mut tally = Tally { count: 0, last_event: span.after };
        self.clean_contacts(&job, span, &mut tally).await?;
        for kind in [RecordKind::Company, RecordKind::Task] {
            self.clean_records(&job, kind, &mut tally).await?;
        }
        let until = self.store().last_event(workspace).await?.max(tally.last_event);
        self.note(&job, |catalog| catalog.finish_cleaning(id, Some(until))).await?;
        Ok(tally.count)
    }

    /// Whether any record may carry the id.
    async fn is_carried(&self, job: &Job) -> Result<bool, Error> {
        let Some(filter) = job.filter() else { return Ok(true) };
        let query = ContactQuery { filter: filter.clone(), limit: 1, ..ContactQuery::default() };
        if self.store().list_contacts(job.workspace, &query).await?.total > 0 {
            return Ok(true);
        }
        for kind in [RecordKind::Company, RecordKind::Task] {
            let query = RecordQuery { filter: filter.clone(), limit: 1, ..RecordQuery::default() };
            if self.store().list_records(job.workspace, kind, &query).await?.total > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn clean_contacts(&self, job: &Job, mut span: Span, tally: &mut Tally) -> Result<(), Error> {
        let filter = job.filter().unwrap_or(Filter::All);
        let mut after = span.contacts;
        loop {
            let query = ContactQuery {
                filter: filter.clone(),
                order: ContactOrder::Oldest,
                after: Some(after),
                limit: PAGE,
                ..ContactQuery::default()
            };
            let page = self.store().list_contacts(job.workspace, &query).await?;
            let Some(last) = page.contacts.last() else { return Ok(()) };
            after = last.number;
            let carry: Vec<_> = page.contacts.iter().filter(|each| each.carries(job.what, job.id)).collect();
            for contacts in carry.chunks(BATCH) {
                let forget = |contact: &Contact| job.forget(contact);
                self.write_batch(job, contacts.iter().map(|each| forget(each)).collect(), tally).await?;
            }
            // What the facets tell needs no note: what is done is no more among them.
            if job.facet.is_none() && after - span.contacts >= NOTED_EVERY {
                span.contacts = after;
                self.note(job, |catalog| set_span(catalog, job.id, span)).await?;
            }
        }
    }

    async fn clean_records(&self, job: &Job, kind: RecordKind, tally: &mut Tally) -> Result<(), Error> {
        let filter = job.filter().unwrap_or(Filter::All);
        let mut after = 0;
        loop {
            let query = RecordQuery {
                filter: filter.clone(),
                order: RecordOrder::Oldest,
                after: Some(after),
                offset: 0,
                limit: PAGE,
            };
            let page = self.store().list_records(job.workspace, kind, &query).await?;
            let Some(last) = page.records.last() else { return Ok(()) };
            after = last.number();
            let less = page.records.iter().filter_map(|record| {
                let expected = Some(record.revision());
                let record = Box::new(record.without(job.what, job.id)?);
                Some(Action::Record(RecordWrite::Put { record, expected }))
            });
            let mut less: Vec<_> = less.collect();
            while !less.is_empty() {
                let rest = less.split_off(less.len().min(BATCH));
                self.write_batch(job, less, tally).await?;
                less = rest;
            }
        }
    }

    /// Writes some records, each by an event of its own, and rests. A record that somebody else changed or deleted at the
    /// same time is passed over: it is read with the id left out, as before.
    async fn write_batch(&self, job: &Job, actions: Vec<Action>, tally: &mut Tally) -> Result<(), Error> {
        let started = Instant::now();
        let author = &Author::own(job.workspace, job.actor(CLEANED_BY));
        let writes = actions.into_iter().map(|action| self.write_any(author, action));
        for written in join_all(writes).await {
            match written {
                Ok(outcome) => tally.add(event_of(&outcome)),
                Err(fault) => pass_over(fault)?,
            }
        }
        tokio::time::sleep(started.elapsed() * REST).await;
        Ok(())
    }

    /// Notes how far the work is, if it is still to be done.
    async fn note(&self, job: &Job, edit: impl Fn(&mut Catalog) + Sync) -> Result<(), Error> {
        self.edit_catalog(job.workspace, edit).await.map(drop)
    }
}

/// How the events of cleaning are told from others: by the id of their request, which has no key.
const CLEANED_BY: &str = "cleaning";

/// An id that is to be taken away.
struct Job {
    workspace: WorkspaceNumber,
    id: Uuid,
    what: Carried,
    facet: Option<Facet>,
}

/// What was written so far.
struct Tally {
    count: u64,
    last_event: u64,
}

impl Tally {
    fn add(&mut self, event: Option<u64>) {
        if let Some(event) = event {
            self.count += 1;
            self.last_event = self.last_event.max(event);
        }
    }
}

impl Job {
    /// The records that carry the id; `None` when all must be looked at.
    fn filter(&self) -> Option<Filter> {
        self.facet.clone().map(Filter::Is)
    }

    fn forget(&self, contact: &Contact) -> Action {
        let mut change = Change::default();
        change.push("", Edit::Forget(self.what, self.id));
        Action::Update { contact: Ref::uuid(Dialect::Native, &contact.id.to_string()), change }
    }

    fn actor(&self, word: &str) -> Actor {
        actor(word, self.id)
    }
}

fn actor(word: &str, id: Uuid) -> Actor {
    Actor { key: None, dialect: Dialect::Native, request_id: Some(format!("{word} {id}")) }
}

fn set_span(catalog: &mut Catalog, id: Uuid, span: Span) {
    if let Some(gone) = catalog.gone.get_mut(&id) {
        gone.cleaned = Some(span);
    }
}

fn event_of(outcome: &AnyOutcome) -> Option<u64> {
    match outcome {
        AnyOutcome::Contact(outcome) => outcome.event,
        AnyOutcome::Record(outcome) => outcome.event,
        AnyOutcome::Catalog(_) => None,
    }
}

/// What concerns one record stops nothing; what concerns the store ends the round.
fn pass_over(fault: Error) -> Result<(), Error> {
    match fault {
        Error::NotFound(_) | Error::Rejected(_) | Error::InUse(_) => Ok(()),
        Error::Unavailable(store::StoreError::RecordChanged) => Ok(()),
        fault => Err(fault),
    }
}
