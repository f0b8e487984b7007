//! Filters answer what the contacts themselves say, whatever was done to them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Not as _;
use std::sync::Arc;

use model::search::{Needle, words};
use model::{
    ChannelKind, ChannelWrite, Contact, Edit, Facet, Flag, InstantMember, ItemRef, OnConflict, RecordKind,
    Set, Tag, TagId,
};
use store::{Action, ContactOrder, ContactQuery, Filter, HasText, Rank, Ranking, Sort, SortKey};
use uuid::Uuid;

use crate::fixture::{Database, Served, all, at, edits, everything, name_edit, served, write_catalog};

const TAGS: u128 = 3;

fn tag(n: u128) -> TagId {
    TagId(Uuid::from_u128(n % TAGS + 1))
}

/// Three tags.
async fn with_tags() -> (Database, Served) {
    let (database, served) = served().await;
    let mut catalog = model::Catalog::clone(&*served.store.catalog(served.workspace).await.unwrap());
    for (n, number) in (0..TAGS).zip(1..) {
        catalog.tags.push(Tag {
            id: tag(n),
            number,
            name: format!("tag {n}"),
            background_color: None,
            text_color: None,
            created_at: at(0),
            aliases: Default::default(),
            extras: model::Extras::default(),
        });
    }
    write_catalog(&served.store, served.workspace, catalog).await.unwrap();
    (database, served)
}

/// Says something about the contact, drawn by a number.
fn said(n: u64) -> model::Change {
    let tags = (0..TAGS).filter(|tag| n >> tag & 1 == 1);
    let tags = tags.map(|n| ("tags".to_owned(), ItemRef::Name(format!("tag {n}")))).collect();
    edits([
        name_edit(&format!("{} {n}", n % 7)),
        Edit::Tags(Set::replace(tags)),
        Edit::ReplaceChannels(vec![ChannelWrite::new(
            "email",
            ChannelKind::Email,
            format!("{}@example.com", n % 5),
        )]),
        Edit::Flag(Flag::Starred, n >> 3 & 1 == 1),
        Edit::Instant(InstantMember::ClosedAt, (n >> 4 & 1 == 1).then(|| at(5))),
    ])
}

/// What contacts say, without the store's answers.
fn holds(filter: &Filter, contact: &Contact) -> bool {
    match filter {
        Filter::All => true,
        Filter::And(parts) => parts.iter().all(|part| holds(part, contact)),
        Filter::Any(parts) => parts.iter().any(|part| holds(part, contact)),
        Filter::Not(part) => !holds(part, contact),
        Filter::Is(Facet::Tag(tag)) => contact.tags.contains(tag),
        Filter::Is(Facet::HasTag) => !contact.tags.is_empty(),
        Filter::Is(Facet::Starred) => contact.starred,
        Filter::Is(Facet::Closed) => contact.closed_at.is_some(),
        Filter::HasChannel(kind, value) => {
            contact.channels.iter().any(|channel| channel.kind == *kind && channel.value == *value)
        }
        Filter::HasText(asked) => asked.needle.is_in(&words::of_contact(contact)),
        Filter::Where(_) => contact.number.is_multiple_of(3),
        Filter::InRange(..) => panic!("no index is asked here"),
        Filter::Is(other) => panic!("{other:?} is not asked here"),
    }
}

fn text(text: &str) -> Filter {
    let needle = Needle::new(text).unwrap();
    Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false })
}

/// What only documents tell.
fn third() -> Filter {
    Filter::holds_where(|contact| contact.number % 3 == 0)
}

fn filters() -> Vec<Filter> {
    let is = |facet: Facet| Filter::Is(facet);
    vec![
        is(Facet::Starred),
        is(Facet::Tag(tag(0))),
        is(Facet::Tag(tag(1))).not(),
        is(Facet::HasTag).not(),
        Filter::And(vec![is(Facet::Tag(tag(2))), is(Facet::Starred)]),
        Filter::And(vec![Filter::any_of([Facet::Tag(tag(0)), Facet::Closed]), is(Facet::Starred).not()]),
        Filter::HasChannel(ChannelKind::Email, "3@example.com".to_owned()),
        Filter::HasChannel(ChannelKind::Email, "3@example.com".to_owned()).not(),
        third(),
        text("3"),
        Filter::Any(vec![text("4@example"), third()]),
        Filter::And(vec![text("2").not(), is(Facet::Starred), third()]),
        Filter::And(vec![is(Facet::Starred), third()]).not(),
        // So few that they are sorted, however long the list.
        Filter::And(vec![
            is(Facet::Tag(tag(0))),
            is(Facet::Tag(tag(1))),
            is(Facet::Tag(tag(2))),
            is(Facet::Starred),
            is(Facet::Closed),
        ]),
    ]
}

/// Orders by keys, with what they are: ranks in the order of the keys, and which keys descend.
type Ranks = fn(&Contact) -> Vec<Rank>;

fn sorts() -> Vec<(Vec<Sort>, Ranks, Vec<bool>)> {
    let sort = |key, is_descending| Sort { key, is_descending };
    vec![
        (
            vec![sort(SortKey::FirstName, true)],
            |contact| vec![lower(contact.name.first.as_deref())],
            vec![true],
        ),
        (
            vec![sort(SortKey::Is(Facet::Starred), true), sort(SortKey::LastName, false)],
            |contact| vec![Rank::Number(contact.starred.into()), lower(contact.name.last.as_deref())],
            vec![true, false],
        ),
        (
            vec![sort(SortKey::Document(Ranking::new(modulo)), false), sort(SortKey::CreatedAt, true)],
            |contact| vec![modulo(contact), Rank::Number(contact.created_at.millis())],
            vec![false, true],
        ),
        (vec![sort(SortKey::Number, true)], |contact| vec![number(contact)], vec![true]),
    ]
}

fn lower(text: Option<&str>) -> Rank {
    Rank::Text(text.unwrap_or_default().to_lowercase())
}

fn modulo(contact: &Contact) -> Rank {
    Rank::Number((contact.number % 4).cast_signed())
}

fn number(contact: &Contact) -> Rank {
    Rank::Number(contact.number.cast_signed())
}

/// Compares lists that are ordered by keys with what all contacts say.
async fn assert_sorted(served: &Served, contacts: &[Arc<Contact>], filter: &Filter) {
    for (sort, ranks, descending) in sorts() {
        let mut expected: Vec<_> = contacts.iter().filter(|contact| holds(filter, contact)).collect();
        expected.sort_by(|a, b| {
            let order = ranks(a)
                .into_iter()
                .zip(ranks(b))
                .zip(&descending)
                .map(|((a, b), is_descending)| if *is_descending { b.cmp(&a) } else { a.cmp(&b) });
            order.fold(Ordering::Equal, Ordering::then).then(a.number.cmp(&b.number))
        });
        let expected: Vec<_> = expected.into_iter().map(|contact| contact.number).collect();
        for (offset, limit) in [(0, 7), (expected.len() as u64 / 2, 10_000)] {
            let query =
                ContactQuery { filter: filter.clone(), sort: sort.clone(), offset, limit, ..everything() };
            let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
            let numbers: Vec<_> = page.contacts.iter().map(|each| each.number).collect();
            let skip = usize::try_from(offset).unwrap();
            let shown: Vec<_> = expected.iter().copied().skip(skip).take(limit as usize).collect();
            assert_eq!((numbers, page.total), (shown, expected.len() as u64), "{query:?}");
        }
    }
}

/// Compares every filter in every order with what all contacts say.
async fn assert_right(served: &Served) {
    let mut contacts: BTreeMap<ContactOrderKey, Vec<Arc<Contact>>> = BTreeMap::new();
    for (key, order) in ORDERS.into_iter().enumerate() {
        let query = ContactQuery { order, limit: 10_000, ..everything() };
        let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
        contacts.insert(key, page.contacts);
    }
    assert_sorted(served, &contacts[&0], &Filter::All).await;
    for filter in filters() {
        assert_sorted(served, &contacts[&0], &filter).await;
        for (key, order) in ORDERS.into_iter().enumerate() {
            let expected: Vec<_> = contacts[&key]
                .iter()
                .filter(|contact| holds(&filter, contact))
                .map(|each| each.number)
                .collect();
            for (offset, limit) in [(0, 5), (3, 10), (expected.len() as u64 / 2, 10_000)] {
                let query = ContactQuery { filter: filter.clone(), order, offset, limit, ..everything() };
                let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
                let numbers: Vec<_> = page.contacts.iter().map(|each| each.number).collect();
                let skip = usize::try_from(offset).unwrap();
                let shown: Vec<_> = expected.iter().copied().skip(skip).take(limit as usize).collect();
                assert_eq!((numbers, page.total), (shown, expected.len() as u64), "{query:?}");
            }
        }
    }
    let verified = served.store.verify().await.unwrap();
    assert_eq!(verified.faults, [""; 0]);
}

type ContactOrderKey = usize;

const ORDERS: [ContactOrder; 6] = [
    ContactOrder::Oldest,
    ContactOrder::Newest,
    ContactOrder::LastUpdated,
    ContactOrder::FirstUpdated,
    ContactOrder::Name,
    ContactOrder::NameDescending,
];

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_right_after_every_kind_of_change() {
    let (database, served) = with_tags().await;
    // Numbers in two neighbouring chunks, and one far away.
    let create = |n: u64| {
        let number = if n == 77 { 1 << 50 } else { 960 + n };
        let action = Action::Create { id: database.id(), number: Some(number), change: said(n * 7) };
        served.run(database.write(served.workspace, action))
    };
    let made: Vec<_> = all((0..120).map(create)).await.into_iter().map(Result::unwrap).collect();
    assert_right(&served).await;
    let updated = all((0..90).map(|n| database.update(&served, &made[n].contact, said(n as u64 * 13)))).await;
    assert!(updated.iter().all(Result::is_ok));
    assert_right(&served).await;
    let deleted = all((40..80).map(|n| database.delete(&served, &made[n].contact))).await;
    assert_right(&served).await;
    for outcome in deleted.into_iter().step_by(3) {
        database.undo(&served, outcome.unwrap().event.unwrap(), OnConflict::Refuse).await.unwrap();
    }
    let undone = all(updated.into_iter().flatten().step_by(5).filter_map(|done| done.event).map(|event| {
        // Those that were deleted since cannot be undone.
        database.undo(&served, event, OnConflict::Overwrite)
    }))
    .await;
    assert!(undone.iter().any(Result::is_ok));
    assert_right(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_one_batch_add_up() {
    let (database, served) = with_tags().await;
    let contact = database.create(&served, said(0)).await.unwrap().contact;
    let first = database.update(&served, &contact, said(0b111));
    let (held, waiting) = database.hold(&served, first).await;
    let rest: Vec<_> =
        [0b1_1001, 0b0_0010, 0b0_1010].map(|n| database.update(&served, &contact, said(n))).into();
    let mut meanwhile = tokio::task::JoinSet::new();
    meanwhile.spawn(all(rest));
    while served.store.writer_stats().waiting < 3 {
        tokio::task::yield_now().await;
    }
    held.release();
    waiting.await.unwrap();
    assert!(meanwhile.join_all().await.iter().flatten().all(Result::is_ok));
    assert_right(&served).await;
}
