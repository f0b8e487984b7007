//! Which writes make the other ends of links what they are to be.

use std::collections::HashSet;

use model::{
    Change, Company, CompanyWrite, Dialect, Document, Edit, Facet, ItemRef, Record, Ref, Set, Task,
    Violation, ViolationKind,
};
use store::{Action, Filter, RecordQuery, RecordWrite};
use uuid::Uuid;

use super::{CHANGE_MAX, Ends, LinkTo, PAGE};
use crate::{App, Caller, Error, Missing};

impl App {
    /// The writes that link something with these records and no others. A link that stays keeps what it says.
    pub(super) async fn plan(
        &self,
        caller: &Caller,
        link: LinkTo,
        ends: &Ends,
    ) -> Result<Vec<Action>, Error> {
        let mut actions = Vec::new();
        if let Some(contacts) = &ends.contacts {
            let now = self.linked_contacts(caller, link).await?;
            let (gained, lost) = compare(&now, contacts.iter().map(|id| id.0));
            check_count("contacts", gained.len() + lost.len())?;
            actions.extend(gained.into_iter().map(|id| update(id, link.edit(Link::Add))));
            actions.extend(lost.into_iter().map(|id| update(id, link.edit(Link::Remove))));
        }
        if let Some(companies) = &ends.companies {
            let wanted = ("companies", companies.iter().map(|id| id.0));
            let edit = |company: &mut Company, has| match link {
                LinkTo::Tag(tag) => set(&mut company.tags, tag, has),
                LinkTo::List(list) => set(&mut company.lists, list, has),
                LinkTo::Company(_) | LinkTo::Note(_) => {}
            };
            actions.extend(self.plan_records(caller, link, wanted, edit).await?);
        }
        if let Some(tasks) = &ends.tasks {
            let wanted = ("tasks", tasks.iter().map(|id| id.0));
            let edit = |task: &mut Task, has| match link {
                LinkTo::Tag(tag) => set(&mut task.tags, tag, has),
                LinkTo::List(_) | LinkTo::Company(_) | LinkTo::Note(_) => {}
            };
            actions.extend(self.plan_records(caller, link, wanted, edit).await?);
        }
        Ok(actions)
    }

    async fn plan_records<D: Document>(
        &self,
        caller: &Caller,
        link: LinkTo,
        (name, wanted): (&str, impl Iterator<Item = Uuid> + Send),
        edit: impl Fn(&mut D, Link) + Send + Sync,
    ) -> Result<Vec<Action>, Error> {
        let now = self.linked_records(caller, D::KIND, link).await?;
        let (gained, lost) = compare(&now, wanted);
        check_count(name, gained.len() + lost.len())?;
        let mut actions = Vec::new();
        for (ids, has) in [(&gained, Link::Add), (&lost, Link::Remove)] {
            for ids in ids.chunks(PAGE) {
                let found: Vec<D> = self.find_records(caller, ids.iter().copied()).await?;
                // One that is gone in between has the link no more; one that never was cannot gain it.
                if found.len() < ids.len() && has == Link::Add {
                    return Err(Error::NotFound(Missing::Record(D::KIND)));
                }
                for mut document in found {
                    edit(&mut document, has);
                    let record: Box<Record> = Box::new(document.into());
                    let expected = Some(record.revision());
                    record.check()?;
                    actions.push(Action::Record(RecordWrite::Put { record, expected }));
                }
            }
        }
        Ok(actions)
    }

    async fn linked_records(
        &self,
        caller: &Caller,
        kind: model::RecordKind,
        link: LinkTo,
    ) -> Result<Vec<Uuid>, Error> {
        let mut ids = Vec::new();
        let mut after = None;
        loop {
            let filter = Filter::Is(link.facet());
            let query = RecordQuery { filter, after, limit: PAGE as u32, ..RecordQuery::default() };
            let page = self.store().list_records(caller.workspace, kind, &query).await?;
            let Some(last) = page.records.last() else { return Ok(ids) };
            after = Some(last.number());
            ids.extend(page.records.iter().map(|record| record.id()));
        }
    }
}

/// Whether a record gets a link or loses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Add,
    Remove,
}

impl LinkTo {
    pub(super) fn facet(self) -> Facet {
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

/// Refuses more than one change writes.
pub(crate) fn check_count(name: &str, count: usize) -> Result<(), Error> {
    if count <= CHANGE_MAX {
        return Ok(());
    }
    let kind = ViolationKind::TooLong { max: CHANGE_MAX, unit: "items that change at once" };
    Err(Error::Rejected(Violation::new(name, kind).into()))
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
