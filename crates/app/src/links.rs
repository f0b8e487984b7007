//! Links seen from their other end: which contacts, companies and tasks have a tag, are on a list, belong to a company,
//! have a note. They are kept in the contacts, companies and tasks. A change of a record and of its links is one group of
//! writes: all or none, and undone together.

mod plan;

pub(crate) use self::plan::check_count;

use model::{
    Catalog, CompanyId, ContactId, Document, ListId, NoteId, Record, RecordKind, Ref, Rejection, TagId,
    TaskId, Timestamp, Violation, ViolationKind,
};
use store::{Action, AnyOutcome, ContactQuery, Filter, RecordWrite, Scope};
use uuid::Uuid;

use crate::records::WrittenRecord;
use crate::retry::{has_changed, has_changed_catalog, retried};
use crate::terms::change_of;
use crate::{App, Caller, Error, Missing};

/// What contacts, companies and tasks can name, and what can so be linked with them from its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkTo {
    /// A tag: of contacts, companies and tasks.
    Tag(TagId),
    /// A list: of contacts or of companies.
    List(ListId),
    /// A company: of contacts.
    Company(CompanyId),
    /// A note: of contacts.
    Note(NoteId),
}

/// The records that are to be linked with something, and no others of their kind; `None` leaves those of a kind as they
/// are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Contacts.
    pub contacts: Option<Vec<ContactId>>,
    /// Companies, of a tag or a list.
    pub companies: Option<Vec<CompanyId>>,
    /// Tasks, of a tag.
    pub tasks: Option<Vec<TaskId>>,
}

/// How many records one change writes at most.
pub const CHANGE_MAX: usize = 10_000;

/// How many records are read at once.
const PAGE: usize = 1000;

impl App {
    /// Makes a company or a note and gives it to contacts, all of it or nothing. `make` gets a fresh id and the time.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`] when one of the contacts does not exist; [`Error::Rejected`] with every
    /// violation, also when there are more than [`CHANGE_MAX`] contacts; or what the store says.
    pub async fn create_linked<D: Document>(
        &self,
        caller: &Caller,
        contacts: &[ContactId],
        make: impl FnOnce(Uuid, Timestamp, &Catalog) -> Result<D, Rejection> + Send,
    ) -> Result<WrittenRecord<D>, Error> {
        caller.require(Scope::Write)?;
        let catalog = self.catalog_on(&caller.terms, caller.workspace).await?;
        let record: Record = make(self.clock().fresh_id(), self.clock().now(), &catalog)?.into();
        self.write_linked_record(caller, record, None, &Ends::contacts(contacts)).await
    }

    /// Changes a company or a note and makes the contacts that have it exactly these, all of it or nothing; a link that
    /// stays keeps what it says, such as a title. Without contacts it is [`update_record`](Self::update_record).
    ///
    /// # Errors
    /// As [`update_record`](Self::update_record) and [`create_linked`](Self::create_linked).
    pub async fn update_linked<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
        contacts: Option<&[ContactId]>,
        edit: impl Fn(&mut D, &Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<WrittenRecord<D>, Error> {
        let Some(contacts) = contacts else { return self.update_record(caller, named, edit).await };
        caller.require(Scope::Write)?;
        let ends = Ends::contacts(contacts);
        retried(is_outdated, || self.try_update_linked(caller, named, &ends, &edit)).await
    }

    async fn try_update_linked<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
        ends: &Ends,
        edit: &(impl Fn(&mut D, &Catalog) -> Result<(), Rejection> + Send + Sync),
    ) -> Result<WrittenRecord<D>, Error> {
        let mut document: D = self.find_record(caller.workspace, named).await?;
        let before: Record = document.clone().into();
        let catalog = self.catalog_on(&caller.terms, caller.workspace).await?;
        edit(&mut document, &catalog)?;
        let after: Record = document.into();
        if after.id() != before.id() {
            return Err(Error::InUse(after.id().to_string()));
        }
        self.write_linked_record(caller, after, Some(before.revision()), ends).await
    }

    async fn write_linked_record<D: Document>(
        &self,
        caller: &Caller,
        record: Record,
        expected: Option<u64>,
        ends: &Ends,
    ) -> Result<WrittenRecord<D>, Error> {
        record.check()?;
        let link = LinkTo::of(record.kind(), record.id());
        let put = Action::Record(RecordWrite::Put { record: Box::new(record), expected });
        let outcomes = self.write_linked(caller, put, link, ends).await?;
        let change = change_of(outcomes.len(), &outcomes);
        let record = outcomes.into_iter().next().and_then(AnyOutcome::record);
        let written = WrittenRecord::of(record.ok_or(Error::NotFound(Missing::Record(D::KIND)))?)?;
        Ok(WrittenRecord { change, ..written })
    }

    /// Deletes a company or a note, and takes it from the contacts that have it. More of them than one change writes keep
    /// its id, and have it again when it comes back.
    pub(crate) async fn delete_linked(
        &self,
        caller: &Caller,
        delete: Action,
        link: Option<LinkTo>,
    ) -> Result<Vec<AnyOutcome>, Error> {
        let mut actions = vec![delete];
        actions.extend(self.plan_unlinking(caller, link).await?);
        self.write_group(&caller.into(), actions).await
    }

    /// The writes that take what is deleted from the contacts that have it, if one change may write them all.
    pub(crate) async fn plan_unlinking(
        &self,
        caller: &Caller,
        link: Option<LinkTo>,
    ) -> Result<Vec<Action>, Error> {
        let Some(link) = link else { return Ok(Vec::new()) };
        let query = ContactQuery { filter: Filter::Is(link.facet()), ..ContactQuery::default() };
        let linked = self.store().list_contacts(caller.workspace, &query).await?.total;
        if usize::try_from(linked).is_ok_and(|linked| linked <= CHANGE_MAX) {
            return self.plan_links(caller, Some(link), &Ends::contacts(&[])).await;
        }
        Ok(Vec::new())
    }

    /// Carries out a write of a record and those that its links need; what came of each.
    async fn write_linked(
        &self,
        caller: &Caller,
        write: Action,
        link: Option<LinkTo>,
        ends: &Ends,
    ) -> Result<Vec<AnyOutcome>, Error> {
        let mut actions = vec![write];
        actions.extend(self.plan_links(caller, link, ends).await?);
        self.write_group(&caller.into(), actions).await
    }

    /// The writes that make these the other ends of something's links.
    pub(crate) async fn plan_links(
        &self,
        caller: &Caller,
        link: Option<LinkTo>,
        ends: &Ends,
    ) -> Result<Vec<Action>, Error> {
        let Some(link) = link.filter(|_| !ends.is_empty()) else { return Ok(Vec::new()) };
        if ends.contacts.is_some() {
            self.refuse_dynamic(caller, link).await?;
        }
        self.plan(caller, link, ends).await
    }

    /// Who is on a dynamic list cannot be set.
    async fn refuse_dynamic(&self, caller: &Caller, link: LinkTo) -> Result<(), Error> {
        let LinkTo::List(id) = link else { return Ok(()) };
        let catalog = self.catalog_on(&caller.terms, caller.workspace).await?;
        match catalog.lists.get(id.0).filter(|list| list.is_dynamic()) {
            Some(list) => {
                let kind = ViolationKind::DynamicList(list.name.clone());
                Err(Error::Rejected(Violation::new("contacts", kind).into()))
            }
            None => Ok(()),
        }
    }

    /// The ids of the contacts that have a link, oldest first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn linked_contacts(&self, caller: &Caller, link: LinkTo) -> Result<Vec<Uuid>, Error> {
        caller.note_read();
        let mut ids = Vec::new();
        let mut after = None;
        loop {
            let filter = Filter::Is(link.facet());
            let query = ContactQuery { filter, after, limit: PAGE as u32, ..ContactQuery::default() };
            let page = self.store().list_contacts(caller.workspace, &query).await?;
            let Some(last) = page.contacts.last() else { return Ok(ids) };
            after = Some(last.number);
            ids.extend(page.contacts.iter().map(|contact| contact.id.0));
        }
    }
}

impl Ends {
    /// Whether it leaves everything as it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn contacts(contacts: &[ContactId]) -> Self {
        Self { contacts: Some(contacts.to_vec()), ..Self::default() }
    }
}

impl LinkTo {
    /// What can be linked, by what it is and its id; tasks name their contacts themselves.
    pub(crate) fn of(kind: RecordKind, id: Uuid) -> Option<Self> {
        match kind {
            RecordKind::Tag => Some(Self::Tag(TagId(id))),
            RecordKind::List => Some(Self::List(ListId(id))),
            RecordKind::Company => Some(Self::Company(CompanyId(id))),
            RecordKind::Note => Some(Self::Note(NoteId(id))),
            _ => None,
        }
    }
}

/// Whether a change was planned by what is no more: somebody else wrote in between.
pub(crate) fn is_outdated(fault: &Error) -> bool {
    let is_gone = matches!(fault, Error::NotFound(Missing::Contact));
    is_gone || has_changed(fault) || has_changed_catalog(fault)
}
