//! Lists in the order of last changes, far down, and searches for who changed when: where they are told from notes instead of
//! being counted along the log or read from documents.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Contact, ContactId, Edit, Facet, Flag, OnConflict};
use store::{Action, ContactOrder, ContactQuery, Documents, Filter, InstantRange, Outcome, Predicate};

use crate::fixture::{Database, Served, all, at, behind, by_id, edit, everything, named, served};

/// Contacts beyond which a list is far down, and some more.
const MANY: usize = 1300;

/// Who is where in the order of last changes: by last event.
#[derive(Default)]
struct Plain {
    order: BTreeMap<u64, ContactId>,
    last: BTreeMap<ContactId, u64>,
}

impl Plain {
    fn changed(&mut self, outcome: &Outcome) {
        self.gone(outcome.contact.id);
        let event = outcome.event.unwrap();
        self.order.insert(event, outcome.contact.id);
        self.last.insert(outcome.contact.id, event);
    }

    fn gone(&mut self, id: ContactId) {
        if let Some(event) = self.last.remove(&id) {
            self.order.remove(&event);
        }
    }

    /// A page has these contacts, and the last event of the last one.
    #[track_caller]
    fn check_page(&self, page: &Documents, expected: &[ContactId]) {
        let ids: Vec<_> = page.contacts().unwrap().iter().map(|contact| contact.id).collect();
        assert_eq!(ids, expected);
        let last = page.last().unwrap().map(|(contact, event)| (contact.id, event));
        assert_eq!(last, expected.last().map(|id| (*id, Some(self.last[id]))));
    }

    async fn check(&self, served: &Served) {
        let newest: Vec<ContactId> = self.order.values().rev().copied().collect();
        let oldest: Vec<ContactId> = self.order.values().copied().collect();
        for (order, whole) in [(ContactOrder::LastUpdated, newest), (ContactOrder::FirstUpdated, oldest)] {
            let far = whole.len() as u64;
            for offset in [0, 1, 500, 999, 1000, 1001, 1100, far - 7, far - 1, far, far + 9, u64::MAX] {
                for limit in [0, 1, 3, 150] {
                    let query = ContactQuery { order, offset, limit, ..everything() };
                    let page = served.store.list_documents(served.workspace, &query).await.unwrap();
                    let skip = usize::try_from(offset).unwrap();
                    let expected: Vec<_> = whole.iter().copied().skip(skip).take(limit as usize).collect();
                    self.check_page(&page.documents, &expected);
                    assert_eq!(page.total, far, "{order:?} {offset} {limit}");
                    // Whoever goes on behind its last contact finds the next ones, also where nobody counts.
                    if limit == 3
                        && let Some((last, event)) = page.documents.last().unwrap()
                    {
                        let behind = query.place(&last, event);
                        assert!(behind.is_some());
                        let next = ContactQuery { behind, offset: 0, ..query };
                        let page = served.store.list_documents(served.workspace, &next).await.unwrap();
                        let expected: Vec<_> = whole.iter().copied().skip(skip + 3).take(3).collect();
                        self.check_page(&page.documents, &expected);
                    }
                }
            }
        }
        self.check_changes(served).await;
        assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    }

    /// Who changed when is told without a document being asked.
    async fn check_changes(&self, served: &Served) {
        let query = |filter: Filter| ContactQuery { filter, limit: u32::MAX, ..everything() };
        let page = served.store.list_contacts(served.workspace, &query(Filter::All)).await.unwrap();
        let mut instants: Vec<i64> =
            page.contacts.iter().map(|contact| contact.updated_at.millis()).collect();
        assert_eq!(instants.len(), self.last.len());
        instants.sort_unstable();
        let [first, last] = [0, instants.len() - 1].map(|place| instants[place]);
        let middle = instants[instants.len() / 2];
        for (from, until) in [
            (i64::MIN, None),
            (first, Some(first + 1)),
            (last, None),
            (last + 1, None),
            (middle, None),
            (middle, Some(middle + 40)),
            (i64::MIN, Some(middle)),
            (i64::MIN, Some(first)),
            (middle, Some(middle)),
            (i64::MAX, Some(i64::MIN)),
        ] {
            let range = InstantRange { from, until };
            let told = Filter::InRange(range.into(), Predicate::new(|_| panic!("a document was asked")));
            for is_not in [false, true] {
                let filter = if is_not { !told.clone() } else { told.clone() };
                let found = served.store.list_contacts(served.workspace, &query(filter)).await.unwrap();
                let found: Vec<_> = found.contacts.iter().map(|contact| contact.id).collect();
                let is_in = |contact: &&Arc<Contact>| range.contains(contact.updated_at.millis()) != is_not;
                let expected: Vec<_> = page.contacts.iter().filter(is_in).map(|contact| contact.id).collect();
                assert_eq!(found, expected, "{range:?} {is_not}");
            }
        }
    }
}

async fn create(database: &Database, served: &Served, plain: &mut Plain, count: usize) -> Vec<Contact> {
    let created = all((0..count).map(|_| database.create(served, named("x")))).await;
    let outcomes: Vec<Outcome> = created.into_iter().map(Result::unwrap).collect();
    outcomes.iter().for_each(|outcome| plain.changed(outcome));
    outcomes.iter().map(|outcome| Contact::clone(&outcome.contact)).collect()
}

#[tokio::test]
async fn pages_far_down_are_those_of_the_plain_list() {
    let (database, served) = served().await;
    let mut plain = Plain::default();
    let contacts = create(&database, &served, &mut plain, MANY).await;
    plain.check(&served).await;
    // As a generator of numbers that look random.
    let mut state = 7_u64;
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    let mut deletions = Vec::new();
    for round in 0..3 {
        served.store.note_last_events(served.workspace).await.unwrap();
        plain.check(&served).await;
        for step in 0..400 {
            let contact = &contacts[next(contacts.len())];
            let other = &contacts[next(contacts.len())];
            let is_there = |contact: &Contact| plain.last.contains_key(&contact.id);
            match next(10) {
                0 if is_there(contact) => {
                    let outcome = database.delete(&served, contact).await.unwrap();
                    deletions.push(outcome.event.unwrap());
                    plain.gone(contact.id);
                }
                1 if !deletions.is_empty() => {
                    let event = deletions.swap_remove(next(deletions.len()));
                    if let Ok(outcome) = database.undo(&served, event, OnConflict::Refuse).await {
                        plain.changed(&outcome);
                    }
                }
                2 if is_there(contact) && is_there(other) && contact.id != other.id => {
                    let from = vec![("from".to_owned(), by_id(other.id))];
                    let action = Action::Merge {
                        into: by_id(contact.id),
                        from,
                        choices: Vec::new(),
                        precondition: None,
                    };
                    let outcome = served.run(database.write(served.workspace, action)).await.unwrap();
                    plain.gone(other.id);
                    plain.changed(&outcome);
                    if next(2) == 0 {
                        let event = outcome.event.unwrap();
                        let undone = database.undo(&served, event, OnConflict::Refuse).await.unwrap();
                        plain.changed(&undone);
                        // The one that was merged comes back by the event after this.
                        plain.last.insert(other.id, undone.event.unwrap() + 1);
                        plain.order.insert(undone.event.unwrap() + 1, other.id);
                    }
                }
                _ if is_there(contact) => {
                    let name = named(&format!("{round} {step}"));
                    // The clocks of servers differ.
                    let action = Action::Update { contact: by_id(contact.id), change: name };
                    let mut write = database.write(served.workspace, action);
                    if next(3) == 0 {
                        write.stamp.now = at(next(MANY) as u64);
                    }
                    plain.changed(&served.run(write).await.unwrap());
                }
                _ => {}
            }
        }
        plain.check(&served).await;
    }
    // As servers of an older version do, which note the last events alone and append events without numbers: all is
    // noted again, and contacts are asked.
    let without_numbers =
        "UPDATE events SET doc = replace(doc, ',\"number\":', ',\"none\":') WHERE previous IS NOT NULL";
    for sql in ["DELETE FROM last_changes", without_numbers] {
        behind(&database.location(), sql);
    }
    plain.check(&served).await;
    served.store.note_last_events(served.workspace).await.unwrap();
    plain.check(&served).await;
    create(&database, &served, &mut plain, 40).await;
    plain.check(&served).await;
}

#[tokio::test]
async fn where_few_are_left_their_documents_are_asked() {
    let (database, served) = served().await;
    let contacts = create(&database, &served, &mut Plain::default(), 300).await;
    let alone = contacts[7].clone();
    let starred = edit(Edit::Flag(Flag::Starred, true));
    let outcome = database.update(&served, &alone, starred).await.unwrap();
    let since = InstantRange { from: outcome.contact.updated_at.millis(), until: None };
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let holds = Predicate::new(move |contact| {
        count.fetch_add(1, Ordering::Relaxed);
        since.contains(contact.updated_at.millis())
    });
    let changed = Filter::InRange(since.into(), holds);
    let filter = Filter::And(vec![Filter::Is(Facet::Starred), changed]);
    let query = ContactQuery { filter, limit: 10, ..everything() };
    let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
    assert_eq!(page.contacts.iter().map(|contact| contact.id).collect::<Vec<_>>(), [alone.id]);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}
