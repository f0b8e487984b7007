//! Requests straight to the store: the batch writer and the readers without HTTP, keys and rendering.

use anyhow::{Context, ensure};
use app::{Clock, ContactQuery, Filter, Location, Options, SystemClock};
use model::{Actor, ContactId, Dialect, Facet, KeyId, Ref, Stamp};
use store::{Action, Done, Outcome, Store, WorkspaceNumber, Write};

use super::load::Target;
use super::workload::{PAGE, Request, reference};

/// One client of the store.
#[derive(Clone)]
pub(super) struct Raw {
    pub(super) store: Store,
    pub(super) workspace: WorkspaceNumber,
    pub(super) key: KeyId,
}

/// Opens the database in this process.
pub(super) async fn open(location: &Location, batch_max: usize) -> anyhow::Result<Store> {
    let options = Options { batch_max, ..Options::default() };
    Store::open(location, options).await.context("cannot open the database without the server")
}

impl Target for Raw {
    async fn carry_out(&mut self, request: &Request) -> anyhow::Result<()> {
        match request {
            Request::Update(_) | Request::Create(_) => self.write(request).await.map(drop),
            Request::Get(contact) => self.find(&reference(*contact)).await,
            Request::Lookup(uuid) => self.find(&Ref::uuid(Dialect::Callbell, uuid)).await,
            Request::List(after) => {
                ensure!(self.list(Filter::All, Some(*after)).await? > 0, "a page is empty");
                Ok(())
            }
            Request::Filter(tag) => {
                let parts = [Facet::Tag(*tag), Facet::Starred].map(Filter::Is);
                self.list(Filter::And(parts.into()), None).await.map(drop)
            }
        }
    }
}

impl Raw {
    /// Carries out an update or a creation.
    pub(super) async fn write(&self, request: &Request) -> anyhow::Result<Outcome> {
        let (action, expected) = match request {
            Request::Create(person) => {
                let id = ContactId(SystemClock.fresh_id());
                (Action::Create { id, number: None, change: person.change() }, Done::Created)
            }
            Request::Update(update) => {
                let contact = reference(update.contact);
                (Action::Update { contact, change: update.change() }, Done::Updated)
            }
            Request::Get(_) | Request::List(_) | Request::Lookup(_) | Request::Filter(_) => {
                anyhow::bail!("this is no write")
            }
        };
        let request_id = SystemClock.fresh_id().simple().to_string();
        let write = Write {
            workspace: self.workspace,
            actor: Actor { key: Some(self.key), dialect: Dialect::Native, request_id: Some(request_id) },
            stamp: Stamp { now: SystemClock.now(), seed: SystemClock.fresh_id() },
            policy: None,
            claim: None,
            action,
        };
        let outcome = self.store.write(write).await.context("the store refused a write")?.contact();
        let outcome = outcome.context("no contact was written")?;
        ensure!(outcome.done == expected, "a write changed nothing");
        Ok(outcome)
    }

    async fn find(&self, contact: &Ref) -> anyhow::Result<()> {
        let found =
            self.store.find_contact(self.workspace, contact).await.context("the store cannot read")?;
        found.map(drop).context("a contact is missing")
    }

    /// How many contacts the page has.
    async fn list(&self, filter: Filter, after: Option<u64>) -> anyhow::Result<usize> {
        let query = ContactQuery { filter, after, limit: PAGE, ..ContactQuery::default() };
        let page = self.store.list_contacts(self.workspace, &query).await.context("the store cannot list")?;
        Ok(page.contacts.len())
    }
}
