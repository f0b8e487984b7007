//! Links seen from their other end: the contacts, companies and tasks that name what an answer shows.

use std::collections::HashMap;
use std::sync::Arc;

use api_kit::{Call, Problem};
use app::{ContactQuery, Filter, RecordQuery};
use model::{Company, Contact, Document, Facet, Task};
use uuid::Uuid;

use crate::page::{Include, Relationship};
use crate::wire::linked;
use crate::{Error, Rolodex};

/// How many contacts, companies or tasks an answer links at most. Far above what one request can set, so that no
/// client writes back a set that was cut.
pub(crate) const LINKED: usize = 20_000;
/// How many are read at once.
const CHUNK: u32 = 1_000;

/// Contacts, companies and tasks by what they name; oldest first.
#[derive(Debug, Default)]
pub(crate) struct Links {
    contacts: HashMap<Uuid, Vec<Arc<Contact>>>,
    companies: HashMap<Uuid, Vec<Company>>,
    tasks: HashMap<Uuid, Vec<Task>>,
}

impl Links {
    /// What names some records, as far as the answer carries it: one list each, however many records.
    pub(crate) async fn find(
        call: &Call<Rolodex>,
        rows: impl IntoIterator<Item = Facet>,
        include: &Include,
    ) -> Result<Self, Error> {
        let rows: Vec<Facet> = rows.into_iter().collect();
        let mut links = Self::default();
        if rows.is_empty() {
            return Ok(links);
        }
        if include.has(Relationship::Contacts) {
            links.contacts = contacts(call, &rows).await?;
        }
        if include.has(Relationship::Companies) {
            let named = |company: &Company| {
                let tags = company.tags.iter().map(|id| id.0);
                tags.chain(company.lists.iter().map(|id| id.0)).collect()
            };
            links.companies = records(call, &rows, named).await?;
        }
        if include.has(Relationship::Tasks) {
            let named = |task: &Task| task.tags.iter().map(|id| id.0).collect();
            links.tasks = records(call, &rows, named).await?;
        }
        Ok(links)
    }

    /// The contacts that name a record.
    pub(crate) fn contacts(&self, id: Uuid) -> Vec<linked::Contact<'_>> {
        self.contacts.get(&id).into_iter().flatten().map(|each| linked::Contact::from(&**each)).collect()
    }

    /// The companies that name a record.
    pub(crate) fn companies(&self, id: Uuid) -> Vec<linked::Company<'_>> {
        self.companies.get(&id).into_iter().flatten().map(linked::Company::from).collect()
    }

    /// The tasks that name a record.
    pub(crate) fn tasks(&self, id: Uuid) -> Vec<linked::Task<'_>> {
        self.tasks.get(&id).into_iter().flatten().map(linked::Task::from).collect()
    }
}

async fn contacts(call: &Call<Rolodex>, rows: &[Facet]) -> Result<HashMap<Uuid, Vec<Arc<Contact>>>, Error> {
    let mut found = HashMap::new();
    let mut count = 0;
    let mut after = None;
    loop {
        let filter = Filter::any_of(rows.iter().cloned());
        let query = ContactQuery { filter, after, limit: CHUNK, ..ContactQuery::default() };
        let page = call.app.list_contacts(&call.caller, &query).await?;
        check(page.total, rows)?;
        let Some(last) = page.contacts.last() else { return Ok(found) };
        after = Some(last.number);
        count += page.contacts.len();
        let memberships = call.app.memberships(&page.catalog);
        let is_dynamic = |id: &Uuid| page.catalog.lists.get(*id).is_some_and(model::List::is_dynamic);
        for contact in page.contacts {
            let mut named = contact.facets();
            named.retain(|id| !is_dynamic(id));
            named.extend(memberships.of(&contact, &page.catalog).into_iter().map(|id| id.0));
            share(&mut found, rows, &named, &contact);
        }
        if count >= LINKED {
            return Ok(found);
        }
    }
}

async fn records<D: Document>(
    call: &Call<Rolodex>,
    rows: &[Facet],
    named: impl Fn(&D) -> Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<D>>, Error> {
    let mut found = HashMap::new();
    let mut offset = 0;
    loop {
        let filter = Filter::any_of(rows.iter().cloned());
        let query = RecordQuery { filter, offset, limit: CHUNK, ..RecordQuery::default() };
        let page = call.app.list_records::<D>(&call.caller, &query).await?;
        check(page.total, rows)?;
        offset += page.records.len() as u64;
        for record in &page.records {
            share(&mut found, rows, &named(record), record);
        }
        if page.records.is_empty() || offset >= LINKED as u64 {
            return Ok(found);
        }
    }
}

/// Of several records none may be shown with a part of its links, which a client could write back as the whole.
fn check(total: u64, rows: &[Facet]) -> Result<(), Problem> {
    if total <= LINKED as u64 || rows.len() == 1 {
        return Ok(());
    }
    let reason = format!("names more than {LINKED} records on this page; ask for a smaller limit");
    Err(Problem::BadQuery { name: "include", reason })
}

fn share<T: Clone>(found: &mut HashMap<Uuid, Vec<T>>, rows: &[Facet], named: &[Uuid], record: &T) {
    for id in rows.iter().map(Facet::id).filter(|id| named.contains(id)) {
        found.entry(id).or_default().push(record.clone());
    }
}
