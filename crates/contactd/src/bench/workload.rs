//! What clients ask for, one request after the other: drawn from the contacts at random, the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use model::{Catalog, Change, ContactId, Dialect, Edit, Flag, Ref, TagId, TextMember};
use serde_json::json;

use super::operation::Operation;
use super::records::{Person, STAGES, Tags, alias, mix, pick, tags, values};

/// Contacts of a listed page.
pub(super) const PAGE: u32 = 50;

/// One request. No two updates are the same, so each changes something.
#[derive(Clone, Debug)]
pub(super) enum Request {
    Update(Update),
    /// The contact with this id.
    Get(ContactId),
    /// A page of the contacts with higher numbers than this.
    List(u64),
    /// The contact with this Callbell uuid.
    Lookup(String),
    /// A page of the starred contacts that have this tag.
    Filter(TagId),
    Create(Person),
}

/// All requests of a run.
#[derive(Debug)]
pub(super) struct Workload {
    /// All that were made before the load; in a new workspace they have the numbers from 1 on.
    contacts: Vec<ContactId>,
    tags: Tags,
    next_request: AtomicU64,
    /// How many people were made or are about to be.
    people: AtomicU64,
}

impl Workload {
    /// Without contacts, under the catalog that `records::extend` made; `None` under any other.
    pub(super) fn new(catalog: &Catalog) -> Option<Self> {
        let (next_request, people) = (AtomicU64::new(0), AtomicU64::new(0));
        Some(Self { contacts: Vec::new(), tags: Tags::of(catalog)?, next_request, people })
    }

    /// Adds contacts that were made.
    pub(super) fn add(&mut self, contacts: impl IntoIterator<Item = ContactId>) {
        self.contacts.extend(contacts);
    }

    /// How many contacts there are, also those that a load made.
    pub(super) fn people(&self) -> u64 {
        self.people.load(Ordering::Relaxed)
    }

    /// The `n`th one that was made.
    pub(super) fn known(&self, n: u64) -> Person {
        Person::new(n, &self.tags)
    }

    /// Somebody new.
    pub(super) fn person(&self) -> Person {
        Person::new(self.people.fetch_add(1, Ordering::Relaxed), &self.tags)
    }

    /// The next request; `None` when there are no contacts.
    pub(super) fn next(&self, operation: Operation) -> Option<Request> {
        let n = self.next_request.fetch_add(1, Ordering::Relaxed);
        let mixed = mix(n);
        let contact = pick(&self.contacts, mixed)?;
        let count = self.contacts.len() as u64;
        Some(match operation.single(n) {
            Operation::Update | Operation::Careful => Request::Update(Update {
                contact,
                key: (operation == Operation::Careful).then(|| format!("bench-{n}")),
                job_title: format!("Senior Product Manager {n}"),
                is_starred: mixed >> 40 & 1 == 1,
                tags: self.tags.pair(mixed >> 41),
                lead_score: mixed >> 48 & 1023,
                stage: pick(&STAGES, mixed >> 58)?,
            }),
            Operation::Get | Operation::Mixed => Request::Get(contact),
            // So that the page is full, if there are as many.
            Operation::List => Request::List(mixed % count.saturating_sub(u64::from(PAGE)).max(1)),
            Operation::Lookup => Request::Lookup(alias(mixed % count)),
            Operation::Filter => Request::Filter(self.tags.pair(mixed)[1]),
            Operation::Create => Request::Create(self.person()),
        })
    }
}

/// One update of one contact: title, status, one tag, two custom fields.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) contact: ContactId,
    /// Its idempotency key, if it has one.
    pub(super) key: Option<String>,
    job_title: String,
    is_starred: bool,
    tags: [TagId; 2],
    lead_score: u64,
    stage: &'static str,
}

impl Update {
    /// As the body of `PATCH /api/v1/contacts/{id}`.
    pub(super) fn merge_patch(&self) -> Vec<u8> {
        let patch = json!({
            "job_title": self.job_title,
            "starred": self.is_starred,
            "tags": self.tags.map(|tag| tag.to_string()),
            "values": {"lead_score": self.lead_score, "stage": self.stage},
        });
        patch.to_string().into_bytes()
    }

    /// The same for the store.
    pub(super) fn change(&self) -> Change {
        let mut change = Change::default();
        change.push("job_title", Edit::Text(TextMember::JobTitle, Some(self.job_title.clone())));
        change.push("starred", Edit::Flag(Flag::Starred, self.is_starred));
        change.push("tags", tags(self.tags));
        change.push(
            "values",
            values(vec![("lead_score", json!(self.lead_score)), ("stage", json!(self.stage))]),
        );
        change
    }
}

/// A contact as the store names it when a client does so by id.
pub(super) fn reference(contact: ContactId) -> Ref {
    Ref::uuid(Dialect::Native, &contact.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::records::tests::{after, catalog, made};

    #[test]
    fn every_update_changes_its_contact() {
        let catalog = catalog();
        let mut contact = made(0, &catalog);
        let mut workload = Workload::new(&catalog).unwrap();
        workload.add([contact.id]);
        for _ in 0..100 {
            let Some(Request::Update(update)) = workload.next(Operation::Update) else { panic!() };
            assert_eq!(update.contact, contact.id);
            let (changed, members) = after(&contact, &update.change(), &catalog);
            assert!(members.contains(&"job_title".to_owned()), "{members:?}");
            contact = changed;
        }
    }

    #[test]
    fn without_contacts_nothing_can_be_asked_for() {
        assert!(Workload::new(&catalog()).unwrap().next(Operation::Update).is_none());
        assert!(Workload::new(&Catalog::default()).is_none());
    }

    #[test]
    fn what_is_read_exists_and_what_is_made_is_new() {
        let catalog = catalog();
        let mut workload = Workload::new(&catalog).unwrap();
        workload.add((0..60).map(|n| made(n, &catalog).id));
        let known: Vec<String> = (0..60).map(alias).collect();
        (0..60).for_each(|_| drop(workload.person()));
        for _ in 0..1000 {
            match workload.next(Operation::Mixed).unwrap() {
                Request::Update(Update { contact, .. }) | Request::Get(contact) => {
                    assert!(workload.contacts.contains(&contact));
                }
                Request::List(after) => assert!(after < 10),
                Request::Lookup(text) => assert!(known.contains(&text)),
                Request::Filter(_) => panic!("no part of the mix"),
                Request::Create(person) => {
                    let document = String::from_utf8(person.document()).unwrap();
                    assert!(!known.iter().any(|text| document.contains(text)));
                }
            }
        }
        assert!(workload.people() > 60);
    }
}
