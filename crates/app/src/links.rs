//! Links seen from their other end: which contacts, companies and tasks have a tag, are on a list, belong to a company,
//! have a note. They are kept in the contacts, companies and tasks, so setting them changes those, a group in one batch:
//! all or none.

use std::collections::HashSet;

use model::{
    Catalog, Change, Company, CompanyId, CompanyWrite, ContactId, Dialect, Document, Edit, Facet, ItemRef,
    ListId, NoteId, Record, Ref, Rejection, Set, TagId, Task, TaskId, Timestamp, Violation, ViolationKind,
};
use store::{Action, AnyOutcome, ContactQuery, Filter, RecordQuery, RecordWrite, Scope, StoreError, Write};
use uuid::Uuid;

use crate::records::{TRIES, WrittenRecord};
use crate::{App, Caller, Error, Missing};

/// What contacts can be linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactLink {
    /// A tag.
    Tag(TagId),
    /// A list of contacts.
    List(ListId),
    /// A company.
    Company(CompanyId),
    /// A note.
    Note(NoteId),
}

/// What companies can be linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompanyLink {
    /// A tag.
    Tag(TagId),
    /// A list of companies.
    List(ListId),
}

/// What setting links changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// How many records have the link that had it not.
    pub gained: usize,
    /// How many have it no more.
    pub lost: usize,
    /// The numbers of the changes, by which they can be undone.
    pub changes: Vec<u64>,
}

/// Records that are read, and changed together, at most. Larger sets are changed in several groups.
pub(crate) const GROUP: usize = 1000;

impl App {
    /// Makes the contacts that have a link exactly these. A link that stays keeps what it says, such as a title.
    ///
    /// Up to 1000 changes are all carried out or none; more of them are carried out so many at a time.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`] when one of the contacts does not exist; [`Error::Rejected`], also
    /// for a dynamic list; or what the store says.
    pub async fn set_contacts(
        &self,
        caller: &Caller,
        link: ContactLink,
        contacts: &[ContactId],
    ) -> Result<Linked, Error> {
        caller.require(Scope::Write)?;
        if let ContactLink::List(id) = link {
            let catalog = self.store().catalog(caller.workspace).await?;
            if let Some(list) = catalog.lists.get(id.0).filter(|list| list.is_dynamic()) {
                let kind = ViolationKind::DynamicList(list.name.clone());
                return Err(Error::Rejected(Violation::new("contacts", kind).into()));
            }
        }
        let now = self.linked_contacts(caller, link).await?;
        let (gained, lost) = compare(&now, contacts.iter().map(|id| id.0));
        let gain = |id: &Uuid| update(*id, link.edit(Link::Add));
        let lose = |id: &Uuid| update(*id, link.edit(Link::Remove));
        let actions = gained.iter().map(gain).chain(lost.iter().map(lose)).collect();
        let changes = self.write_groups(caller, actions).await?;
        Ok(Linked { gained: gained.len(), lost: lost.len(), changes })
    }

    /// Makes the companies that have a link exactly these, as [`set_contacts`](Self::set_contacts) does.
    ///
    /// # Errors
    /// As [`set_contacts`](Self::set_contacts).
    pub async fn set_companies(
        &self,
        caller: &Caller,
        link: CompanyLink,
        companies: &[CompanyId],
    ) -> Result<Linked, Error> {
        let wanted: Vec<Uuid> = companies.iter().map(|id| id.0).collect();
        match link {
            CompanyLink::Tag(tag) => {
                let tags = |company: &mut Company, has| set(&mut company.tags, tag, has);
                self.set_records(caller, Facet::Tag(tag), &wanted, tags).await
            }
            CompanyLink::List(list) => {
                let lists = |company: &mut Company, has| set(&mut company.lists, list, has);
                self.set_records(caller, Facet::List(list), &wanted, lists).await
            }
        }
    }

    /// Makes the tasks that have a tag exactly these, as [`set_contacts`](Self::set_contacts) does.
    ///
    /// # Errors
    /// As [`set_contacts`](Self::set_contacts).
    pub async fn set_tasks(&self, caller: &Caller, tag: TagId, tasks: &[TaskId]) -> Result<Linked, Error> {
        let tags = |task: &mut Task, has| set(&mut task.tags, tag, has);
        let wanted: Vec<Uuid> = tasks.iter().map(|id| id.0).collect();
        self.set_records(caller, Facet::Tag(tag), &wanted, tags).await
    }

    /// Makes a company or a note and gives it to contacts, all of it or nothing. `make` gets a fresh id and the time.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`] when one of the contacts does not exist; [`Error::Rejected`] with every
    /// violation, also when there are more than 1000 contacts; or what the store says.
    pub async fn create_linked<D: Document>(
        &self,
        caller: &Caller,
        contacts: &[ContactId],
        make: impl FnOnce(Uuid, Timestamp, &Catalog) -> Result<D, Rejection> + Send,
    ) -> Result<WrittenRecord<D>, Error> {
        caller.require(Scope::Write)?;
        let catalog = self.store().catalog(caller.workspace).await?;
        let record: Box<Record> =
            Box::new(make(self.clock().fresh_id(), self.clock().now(), &catalog)?.into());
        record.check()?;
        if contacts.len() > GROUP {
            let kind = ViolationKind::TooLong { max: GROUP, unit: "items" };
            return Err(Error::Rejected(Violation::new("contacts", kind).into()));
        }
        let link = match &*record {
            Record::Company(company) => Some(ContactLink::Company(company.id)),
            Record::Note(note) => Some(ContactLink::Note(note.id)),
            // Tasks name their contacts themselves.
            Record::Task(_) => None,
        };
        let mut actions = vec![Action::Record(RecordWrite::Put { record, expected: None })];
        if let Some(link) = link {
            let (ids, _) = compare(&[], contacts.iter().map(|id| id.0));
            actions.extend(ids.into_iter().map(|id| update(id, link.edit(Link::Add))));
        }
        let made = self.write_group(caller, actions).await?.into_iter().next();
        let made = made.and_then(AnyOutcome::record).ok_or(Error::NotFound(Missing::Record(D::KIND)))?;
        WrittenRecord::of(made)
    }

    /// The ids of the contacts that have a link, oldest first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn linked_contacts(&self, caller: &Caller, link: ContactLink) -> Result<Vec<Uuid>, Error> {
        let mut ids = Vec::new();
        let mut after = None;
        loop {
            let filter = Filter::Is(link.facet());
            let query = ContactQuery { filter, after, limit: GROUP as u32, ..ContactQuery::default() };
            let page = self.store().list_contacts(caller.workspace, &query).await?;
            let Some(last) = page.contacts.last() else { return Ok(ids) };
            after = Some(last.number);
            ids.extend(page.contacts.iter().map(|contact| contact.id.0));
        }
    }

    async fn set_records<D: Document>(
        &self,
        caller: &Caller,
        facet: Facet,
        wanted: &[Uuid],
        edit: impl Fn(&mut D, Link) + Send + Sync,
    ) -> Result<Linked, Error> {
        caller.require(Scope::Write)?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_set_records(caller, &facet, wanted, &edit).await {
                Err(Error::Unavailable(StoreError::RecordChanged)) if tries < TRIES => {}
                done => return done,
            }
        }
    }

    async fn try_set_records<D: Document>(
        &self,
        caller: &Caller,
        facet: &Facet,
        wanted: &[Uuid],
        edit: &(impl Fn(&mut D, Link) + Send + Sync),
    ) -> Result<Linked, Error> {
        let mut now = Vec::new();
        let mut after = None;
        loop {
            let filter = Filter::Is(facet.clone());
            let query = RecordQuery { filter, after, limit: GROUP as u32, ..RecordQuery::default() };
            let page = self.store().list_records(caller.workspace, D::KIND, &query).await?;
            let Some(last) = page.records.last() else { break };
            after = Some(last.number());
            now.extend(page.records.iter().map(|record| record.id()));
        }
        let (gained, lost) = compare(&now, wanted.iter().copied());
        let mut actions = Vec::new();
        for (ids, link) in [(&gained, Link::Add), (&lost, Link::Remove)] {
            for ids in ids.chunks(GROUP) {
                let found: Vec<D> = self.find_records(caller, ids.iter().copied()).await?;
                // One that is gone in between has the link no more; one that never was cannot gain it.
                if found.len() < ids.len() && link == Link::Add {
                    return Err(Error::NotFound(Missing::Record(D::KIND)));
                }
                for mut document in found {
                    edit(&mut document, link);
                    let record: Box<Record> = Box::new(document.into());
                    let expected = Some(record.revision());
                    record.check()?;
                    actions.push(Action::Record(RecordWrite::Put { record, expected }));
                }
            }
        }
        let changes = self.write_groups(caller, actions).await?;
        Ok(Linked { gained: gained.len(), lost: lost.len(), changes })
    }

    /// Carries out writes in groups, and gives the numbers of their changes.
    async fn write_groups(&self, caller: &Caller, actions: Vec<Action>) -> Result<Vec<u64>, Error> {
        let mut changes = Vec::new();
        let mut actions = actions.into_iter();
        loop {
            let group: Vec<Action> = actions.by_ref().take(GROUP).collect();
            if group.is_empty() {
                return Ok(changes);
            }
            let outcomes = self.write_group(caller, group).await?;
            changes.extend(outcomes.iter().filter_map(|outcome| match outcome {
                AnyOutcome::Contact(outcome) => outcome.event,
                AnyOutcome::Record(outcome) => outcome.event,
                AnyOutcome::Catalog(_) => None,
            }));
        }
    }

    pub(crate) async fn write_group(
        &self,
        caller: &Caller,
        actions: Vec<Action>,
    ) -> Result<Vec<AnyOutcome>, Error> {
        let write = |action| Write {
            workspace: caller.workspace,
            actor: caller.actor(),
            stamp: self.stamp(),
            action,
        };
        Ok(self.store().write_group(actions.into_iter().map(write).collect()).await?)
    }
}

/// Whether a record gets a link or loses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Add,
    Remove,
}

impl ContactLink {
    fn facet(self) -> Facet {
        match self {
            Self::Tag(id) => Facet::Tag(id),
            Self::List(id) => Facet::List(id),
            Self::Company(id) => Facet::Company(id),
            Self::Note(id) => Facet::Note(id),
        }
    }

    /// What is done to a contact that gets the link, or loses it.
    fn edit(self, link: Link) -> Edit {
        match self {
            Self::Tag(id) => Edit::Tags(link.set(("tags".to_owned(), ItemRef::Id(native(id.0))))),
            Self::List(id) => Edit::Lists(link.set(("lists".to_owned(), ItemRef::Id(native(id.0))))),
            Self::Note(id) => Edit::Notes(link.set(("notes".to_owned(), native(id.0)))),
            Self::Company(id) => Edit::Companies(link.set(CompanyWrite {
                at: "companies".to_owned(),
                company: native(id.0),
                title: None,
                start_date: None,
                active: None,
            })),
        }
    }
}

impl Link {
    fn set<T>(self, item: T) -> Set<T> {
        match self {
            Self::Add => Set::add(vec![item]),
            Self::Remove => Set::remove(vec![item]),
        }
    }
}

fn update(contact: Uuid, edit: Edit) -> Action {
    let mut change = Change::default();
    change.push("", edit);
    Action::Update { contact: native(contact), change }
}

/// A record by its id.
fn native(id: Uuid) -> Ref {
    Ref::uuid(Dialect::Native, &id.to_string())
}

/// Those that are wanted and not there, each once, and those that are there and not wanted.
fn compare(now: &[Uuid], wanted: impl Iterator<Item = Uuid>) -> (Vec<Uuid>, Vec<Uuid>) {
    let there: HashSet<Uuid> = now.iter().copied().collect();
    let mut seen = HashSet::new();
    let wanted: Vec<Uuid> = wanted.filter(|id| seen.insert(*id)).collect();
    let gained = wanted.into_iter().filter(|id| !there.contains(id)).collect();
    (gained, now.iter().copied().filter(|id| !seen.contains(id)).collect())
}

fn set<T: PartialEq>(ids: &mut Vec<T>, id: T, link: Link) {
    match link {
        Link::Add if !ids.contains(&id) => ids.push(id),
        Link::Add => {}
        Link::Remove => ids.retain(|each| *each != id),
    }
}
