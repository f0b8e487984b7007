//! Lists of contacts.

use std::ops::Not as _;

use model::{ContactId, Dialect, Edit, Facet, Flag, ItemRef, Json, Set, Tag, TagId, Team, TeamId};
use store::{Action, ContactOrder, ContactQuery, Filter};
use uuid::Uuid;

use crate::fixture::{Served, all, at, edit, edits, everything, named, served, write_catalog};

async fn numbers(served: &Served, query: &ContactQuery) -> Vec<u64> {
    let page = served.store.list_contacts(served.workspace, query).await.unwrap();
    page.contacts.iter().map(|contact| contact.number).collect()
}

fn extra(name: &str, value: Json) -> Edit {
    Edit::Extra(Dialect::Acquire, name.to_owned(), Some(value))
}

#[tokio::test]
async fn orders_are_exact() {
    let (database, served) = served().await;
    let mut contacts = Vec::new();
    for name in ["bob", "Ärne", "Alice", "alice"] {
        contacts.push(database.create(&served, named(name)).await.unwrap().contact);
    }
    contacts.push(database.create(&served, edit(Edit::Flag(Flag::Starred, true))).await.unwrap().contact);
    for index in [2, 0] {
        database.update(&served, &contacts[index], edit(Edit::Flag(Flag::Starred, true))).await.unwrap();
    }
    for (order, expected) in [
        (ContactOrder::Oldest, [0, 1, 2, 3, 4]),
        (ContactOrder::Newest, [4, 3, 2, 1, 0]),
        (ContactOrder::LastUpdated, [0, 2, 4, 3, 1]),
        (ContactOrder::FirstUpdated, [1, 3, 4, 2, 0]),
        (ContactOrder::Name, [4, 2, 3, 0, 1]),
        (ContactOrder::NameDescending, [1, 0, 2, 3, 4]),
    ] {
        let page = served
            .store
            .list_contacts(served.workspace, &ContactQuery { order, ..everything() })
            .await
            .unwrap();
        let ids: Vec<_> = page.contacts.iter().map(|contact| contact.id).collect();
        assert_eq!(ids, expected.map(|index| contacts[index].id), "{order:?}");
        assert_eq!(page.total, 5);
        let query = ContactQuery { order, offset: 1, limit: 2, ..everything() };
        let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
        let ids: Vec<_> = page.contacts.iter().map(|contact| contact.id).collect();
        assert_eq!(ids, [contacts[expected[1]].id, contacts[expected[2]].id], "{order:?}");
        assert_eq!(page.total, 5);
    }
    database.update(&served, &contacts[0], named("zoe")).await.unwrap();
    let query = ContactQuery { order: ContactOrder::NameDescending, limit: 1, ..everything() };
    let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
    assert_eq!(page.contacts[0].number, 2);
    let query = ContactQuery { order: ContactOrder::Name, offset: 3, limit: 1, ..everything() };
    let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
    assert_eq!(page.contacts[0].id, contacts[0].id);
}

#[tokio::test]
async fn every_page_is_a_part_of_the_whole_list() {
    let (database, served) = served().await;
    for _ in 0..7 {
        database.create(&served, named("x")).await.unwrap();
    }
    for order in [
        ContactOrder::Oldest,
        ContactOrder::Newest,
        ContactOrder::LastUpdated,
        ContactOrder::FirstUpdated,
        ContactOrder::Name,
        ContactOrder::NameDescending,
    ] {
        let numbers = async |offset: usize, limit: u32| {
            let query = ContactQuery { order, offset: offset as u64, limit, ..everything() };
            let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
            assert_eq!(page.total, 7);
            page.contacts.iter().map(|contact| contact.number).collect::<Vec<_>>()
        };
        let whole = numbers(0, 100).await;
        for offset in 0..9 {
            for limit in [0, 1, 2, 3, 7, 100] {
                let expected = whole.iter().skip(offset).take(limit as usize).copied();
                assert_eq!(
                    numbers(offset, limit).await,
                    expected.collect::<Vec<_>>(),
                    "{order:?} {offset} {limit}"
                );
            }
        }
    }
}

#[tokio::test]
async fn totals_are_exact_on_every_page() {
    let (database, served) = served().await;
    let mut contacts = Vec::new();
    for _ in 0..5 {
        contacts.push(database.create(&served, named("x")).await.unwrap().contact);
    }
    database.delete(&served, &contacts[1]).await.unwrap();
    for filter in
        [Filter::All, Filter::And(vec![]), Filter::Is(Facet::HasTeam).not(), Filter::Is(Facet::Every)]
    {
        for (offset, limit, expected) in
            [(0, 0, 0), (0, 3, 3), (0, 4, 4), (0, 9, 4), (3, 3, 1), (4, 2, 0), (99, 2, 0), (u64::MAX, 2, 0)]
        {
            let query = ContactQuery { filter: filter.clone(), offset, limit, ..everything() };
            let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
            assert_eq!((page.contacts.len(), page.total), (expected, 4), "{query:?}");
        }
        // 1, 3, 4 and 5 are left.
        for (order, after, offset, expected) in [
            (ContactOrder::Oldest, 0, 0, &[1, 3][..]),
            (ContactOrder::Oldest, 1, 0, &[3, 4]),
            (ContactOrder::Oldest, 2, 1, &[4, 5]),
            (ContactOrder::Oldest, 4, 0, &[5]),
            (ContactOrder::Oldest, 5, 0, &[]),
            (ContactOrder::Oldest, u64::MAX, 0, &[]),
            (ContactOrder::Newest, u64::MAX, 0, &[5, 4]),
            (ContactOrder::Newest, 3, 0, &[1]),
            (ContactOrder::Newest, 3, 1, &[]),
            (ContactOrder::Newest, 0, 0, &[]),
            (ContactOrder::Name, 3, 0, &[1, 3]),
            (ContactOrder::LastUpdated, 3, 0, &[5, 4]),
        ] {
            let filter = filter.clone();
            let query = ContactQuery { filter, order, after: Some(after), offset, limit: 2, ..everything() };
            let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
            let numbers: Vec<_> = page.contacts.iter().map(|contact| contact.number).collect();
            assert_eq!((numbers.as_slice(), page.total), (expected, 4), "{query:?}");
        }
    }
}

#[tokio::test]
async fn numbers_order_where_ids_do_not() {
    let (database, served) = served().await;
    // Ids rise from one to the next.
    for number in [5, 3, 9, 4] {
        let action = Action::Create { id: database.id(), number: Some(number), change: named("x") };
        served.run(database.write(served.workspace, action)).await.unwrap();
    }
    for (order, expected) in [
        (ContactOrder::Oldest, [3, 4, 5, 9]),
        (ContactOrder::Newest, [9, 5, 4, 3]),
        (ContactOrder::Name, [3, 4, 5, 9]),
    ] {
        assert_eq!(numbers(&served, &ContactQuery { order, ..everything() }).await, expected, "{order:?}");
    }
    let query = ContactQuery { after: Some(4), ..everything() };
    assert_eq!(numbers(&served, &query).await, [5, 9]);
    assert_eq!(numbers(&served, &ContactQuery { order: ContactOrder::Newest, ..query }).await, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_by_number_meets_everybody_once() {
    let (database, served) = served().await;
    for _ in 0..60 {
        database.create(&served, named("before")).await.unwrap();
    }
    let mut writes = tokio::task::JoinSet::new();
    for _ in 0..200 {
        writes.spawn(database.create(&served, named("meanwhile")));
    }
    for (order, start) in [(ContactOrder::Oldest, 0), (ContactOrder::Newest, 61)] {
        let mut walked: Vec<u64> = Vec::new();
        loop {
            let after = Some(walked.last().copied().unwrap_or(start));
            let page = numbers(&served, &ContactQuery { order, after, limit: 7, ..everything() }).await;
            if page.is_empty() {
                break;
            }
            walked.extend(page);
        }
        // Those who come meanwhile stand at the end, or before the start.
        match order {
            ContactOrder::Oldest => assert_eq!(walked, (1..=walked.len() as u64).collect::<Vec<_>>()),
            _ => assert_eq!(walked, (1..=60).rev().collect::<Vec<_>>()),
        }
        assert!(walked.len() >= 60);
    }
    assert!(writes.join_all().await.iter().all(Result::is_ok));
    assert_eq!(numbers(&served, &ContactQuery { limit: 1000, ..everything() }).await.len(), 260);
}

#[tokio::test]
async fn a_filter_of_very_many_parts_is_carried_out() {
    let (database, served) = served().await;
    database.create(&served, edit(extra("clientType", "web".into()))).await.unwrap();
    let part = Filter::Is(Facet::Extra(Dialect::Acquire, "clientType".into(), "web".into()));
    for filter in [Filter::And(vec![part.clone(); 3000]), Filter::Any(vec![part; 3000])] {
        assert_eq!(numbers(&served, &ContactQuery { filter, ..everything() }).await, [1]);
    }
}

#[tokio::test]
async fn filters_choose() {
    let (database, served) = served().await;
    let mut catalog = model::Catalog::clone(&*served.store.catalog(served.workspace).await.unwrap());
    let tags = [TagId(Uuid::from_u128(1)), TagId(Uuid::from_u128(2))];
    let team = TeamId(Uuid::from_u128(3));
    for (tag, number) in tags.into_iter().zip(1..) {
        catalog.tags.push(Tag {
            id: tag,
            number,
            name: format!("tag {number}"),
            background_color: None,
            text_color: None,
            created_at: at(0),
            aliases: Default::default(),
            extras: model::Extras::default(),
        });
    }
    catalog.teams.push(Team {
        id: team,
        number: 1,
        name: "team".to_owned(),
        default: false,
        members: vec![],
        created_at: at(0),
        aliases: Default::default(),
    });
    write_catalog(&served.store, served.workspace, catalog).await.unwrap();
    let tag = |names: &[&str]| {
        let named = |name: &&str| ("tags".to_owned(), ItemRef::Name((*name).to_owned()));
        Edit::Tags(Set::replace(names.iter().map(named).collect()))
    };
    let odd = "clientName";
    for edit in [
        vec![tag(&["tag 1"]), extra("clientType", "web".into())],
        vec![tag(&["tag 2", "tag 1"]), extra(odd, "x".into())],
        vec![Edit::AssignedTeam(Some(ItemRef::Name("team".to_owned()))), extra("clientType", 5.into())],
        vec![extra("clientType", serde_json::json!(["web"])), tag(&["tag 2"])],
    ] {
        database.create(&served, edits(edit)).await.unwrap();
    }
    let acquire = |name: &str, value: &str| {
        Filter::Is(Facet::Extra(Dialect::Acquire, name.to_owned(), value.to_owned()))
    };
    let no = |dialect, name: &str| Filter::Is(Facet::HasExtra(dialect, name.to_owned())).not();
    let any_tag = |tags: &[TagId]| Filter::any_of(tags.iter().map(|tag| Facet::Tag(*tag)));
    for (filter, expected) in [
        (any_tag(&tags[..1]), vec![1, 2]),
        (any_tag(&tags), vec![1, 2, 4]),
        (any_tag(&[]), vec![]),
        (any_tag(&[TagId(Uuid::nil())]), vec![]),
        (Filter::Is(Facet::Team(team)), vec![3]),
        (Filter::Is(Facet::HasTeam).not(), vec![1, 2, 4]),
        (acquire("clientType", "web"), vec![1]),
        (acquire("clientType", "5"), vec![]),
        (acquire("clientType", "we\0b"), vec![]),
        (acquire("clientType", "[\"web\"]"), vec![]),
        (acquire(odd, "x"), vec![2]),
        (Filter::Is(Facet::Extra(Dialect::Zingle, "clientType".into(), "web".into())), vec![]),
        (no(Dialect::Acquire, "clientType"), vec![2]),
        (no(Dialect::Zingle, "clientType"), vec![1, 2, 3, 4]),
        (Filter::And(vec![any_tag(&tags[1..]), Filter::All, acquire(odd, "x")]), vec![2]),
        (Filter::Any(vec![]), vec![]),
        (Filter::Any(vec![acquire("clientType", "web"), no(Dialect::Acquire, "clientType")]), vec![1, 2]),
        (Filter::Any(vec![acquire("clientType", "web"), Filter::All]), vec![1, 2, 3, 4]),
        (
            Filter::And(vec![
                Filter::Any(vec![Filter::Is(Facet::Team(team)), any_tag(&tags[1..])]),
                Filter::Any(vec![acquire(odd, "x"), Filter::And(vec![])]),
                no(Dialect::Acquire, odd),
            ]),
            vec![3, 4],
        ),
        (
            Filter::Any(vec![
                Filter::And(vec![any_tag(&tags), no(Dialect::Acquire, "clientType")]),
                Filter::And(vec![Filter::Is(Facet::Team(team)), Filter::Any(vec![])]),
                acquire("clientType", "web"),
            ]),
            vec![1, 2],
        ),
    ] {
        for order in [ContactOrder::Oldest, ContactOrder::FirstUpdated, ContactOrder::Name] {
            let query = ContactQuery { filter: filter.clone(), order, ..everything() };
            let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
            let numbers: Vec<_> = page.contacts.iter().map(|contact| contact.number).collect();
            assert_eq!(numbers, expected, "{query:?}");
            let count =
                served.store.list_contacts(served.workspace, &ContactQuery { limit: 0, ..query }).await;
            assert_eq!(count.unwrap().total, expected.len() as u64);
        }
    }
}

#[tokio::test]
async fn a_shared_channel_finds_everybody_oldest_first() {
    let (database, served) = served().await;
    let email = model::ChannelKind::Email;
    let change = || {
        let write = model::ChannelWrite::new("email", email.clone(), "Info@example.com");
        edit(Edit::MergeChannels(vec![write]))
    };
    let mut ids: Vec<ContactId> = Vec::new();
    for _ in 0..101 {
        ids.push(database.create(&served, change()).await.unwrap().contact.id);
    }
    let found = served.store.find_by_channel(served.workspace, &email, "info@example.com").await.unwrap();
    assert_eq!(found.iter().map(|contact| contact.id).collect::<Vec<_>>(), ids[..100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_far_down_begin_where_they_should() {
    let (database, served) = served().await;
    let made = all((0..1040).map(|n| database.create(&served, named(&format!("contact {n}"))))).await;
    // Gaps, so that a place is no number.
    let gone = made.iter().step_by(40).map(|made| database.delete(&served, &made.as_ref().unwrap().contact));
    let gone: Vec<_> = gone.collect();
    assert!(all(gone).await.iter().all(Result::is_ok));
    for order in [ContactOrder::Oldest, ContactOrder::Newest, ContactOrder::LastUpdated, ContactOrder::Name] {
        let whole = numbers(&served, &ContactQuery { order, limit: 2000, ..everything() }).await;
        assert_eq!(whole.len(), 1014);
        for (offset, limit) in [(999, 5), (1000, 5), (1001, 5), (1010, 2), (1012, 5), (1014, 5), (5000, 1)] {
            let query = ContactQuery { order, offset, limit, ..everything() };
            let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
            let found: Vec<_> = page.contacts.iter().map(|contact| contact.number).collect();
            let skip = usize::try_from(offset).unwrap();
            let expected: Vec<_> = whole.iter().copied().skip(skip).take(limit as usize).collect();
            assert_eq!((found, page.total), (expected, 1014), "{order:?} {offset}");
        }
    }
}
