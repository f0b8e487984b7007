//! Values of filterable fields and members are found in their order, whatever was done to contacts and the catalog.

use std::ops::ControlFlow::Continue;
use std::ops::Not as _;

use model::value::order::{self, FIRST_KEY};
use model::{
    Aliases, Change, Contact, Decimal, Dialect, Edit, Entity, Extras, Facet, Field, FieldId, FieldType,
    FilterableMember, Flag, IndexOf, InstantMember, ItemRef, NamePart, OnConflict, ReadValue, Set,
    TextMember, Timestamp, Value, ValueWrite, value,
};
use serde_json::{Value as Json, json};
use store::{
    Action, CatalogIndex, ContactOrder, ContactQuery, Filter, Location, Options, Predicate, Rank, Ranking,
    Sort, SortKey, StoredIndex, ValueRange, move_all,
};
use uuid::Uuid;

use crate::fixture::{Database, Served, all, at, behind, edits, everything, served, write_catalog};

const SCORE: FieldId = FieldId(Uuid::from_u128(0x5c04e));
const CITY: FieldId = FieldId(Uuid::from_u128(0xc17));

const MEMBERS: [FilterableMember; 4] = [
    FilterableMember::LastName,
    FilterableMember::City,
    FilterableMember::CreatedAt,
    FilterableMember::ClosedAt,
];

/// Has these fields and members, filterable or not; the indexes that follow, the city's and the score's first.
pub(crate) async fn with_fields(served: &Served, kind: FieldType, filterable: bool) -> Vec<CatalogIndex> {
    let mut catalog = model::Catalog::clone(&*served.store.catalog(served.workspace).await.unwrap());
    for (id, number, key, kind) in [(SCORE, 1, "score", kind), (CITY, 2, "city", FieldType::Text)] {
        catalog.fields.put(Field {
            id,
            number,
            key: key.to_owned(),
            name: key.to_owned(),
            kind,
            entity: Entity::Contact,
            system: None,
            options: Vec::new(),
            former_options: Vec::new(),
            filterable,
            created_at: at(0),
            aliases: Aliases::default(),
            extras: Extras::default(),
        });
    }
    catalog.filterable_members = MEMBERS.into_iter().filter(|_| filterable).collect();
    write_catalog(&served.store, served.workspace, catalog).await.unwrap();
    indexes(served).await
}

async fn indexes(served: &Served) -> Vec<CatalogIndex> {
    let catalog = served.store.catalog(served.workspace).await.unwrap();
    catalog.indexes.iter().map(|(of, index)| CatalogIndex { of: *of, index: *index }).collect()
}

pub(crate) fn value_edit(key: &str, json: Json) -> Edit {
    let read: ReadValue = |json, field, catalog| value::read(json, field, catalog, Dialect::Native);
    let write = ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json };
    Edit::Values(Set::add(vec![write]), read)
}

/// Says something about the contact, drawn by a number: sometimes nothing.
fn said(n: u64) -> Change {
    let score = if n.is_multiple_of(5) { Json::Null } else { json!(n % 11) };
    let city = if n.is_multiple_of(7) { json!("") } else { json!(format!("City {}", n % 3)) };
    let text = |kind: &str, parts: u64| match n % parts {
        0 => None,
        1 => Some(String::new()),
        part => Some(format!("{kind} {part}")),
    };
    edits([
        value_edit("score", score),
        value_edit("city", city),
        Edit::Flag(Flag::Starred, n.is_multiple_of(4)),
        Edit::Name(NamePart::Last, text("Ö", 5)),
        Edit::Text(TextMember::City, text("Town", 6)),
        Edit::Instant(InstantMember::CreatedAt, Some(Timestamp::from_millis((n % 8).cast_signed() - 3))),
        Edit::Instant(InstantMember::ClosedAt, (!n.is_multiple_of(3)).then(|| at(n % 10))),
    ])
}

fn score(contact: &Contact) -> Option<String> {
    match contact.values.get(&SCORE) {
        Some(Value::Number(number)) => Some(order::key(&number.order_key())),
        _ => None,
    }
}

/// A score of at least this, and of less than that.
pub(crate) fn scored(index: u64, from: &str, until: Option<&str>) -> Filter {
    let key = |text: &str| order::key(&Decimal::parse(text).unwrap().order_key());
    let (from, until) = (key(from), until.map(key));
    let range = ValueRange { index, from: from.clone(), until: until.clone() };
    let holds = move |contact: &Contact| {
        score(contact).is_some_and(|own| own >= from && until.as_ref().is_none_or(|until| own < *until))
    };
    Filter::InRange(range.into(), Predicate::new(holds))
}

fn in_city(index: u64, city: &'static str) -> Filter {
    let from = order::text_key(city);
    let range = ValueRange { index, from: from.clone(), until: Some(order::next_key(from)) };
    let holds = move |contact: &Contact| matches!(contact.values.get(&CITY), Some(Value::Text(own)) if **own == *city);
    Filter::InRange(range.into(), Predicate::new(holds))
}

/// Those whose value in an index has a key from this one up to that one.
fn keyed(CatalogIndex { of, index }: CatalogIndex, from: String, until: Option<String>) -> Filter {
    let range = ValueRange { index: index.number, from: from.clone(), until: until.clone() };
    let holds = move |contact: &Contact| {
        let own = contact.order_key(of, index.kind);
        own >= from && until.as_ref().is_none_or(|until| own < *until)
    };
    Filter::InRange(range.into(), Predicate::new(holds))
}

/// What is asked of members: whether they say something, and say just this, or more.
fn about_members(indexes: &[CatalogIndex]) -> Vec<Filter> {
    let mut filters = Vec::new();
    for indexed in indexes.iter().filter(|each| matches!(each.of, IndexOf::Member(_))) {
        let keys = match indexed.index.kind {
            FieldType::Datetime => [Timestamp::from_millis(-1), at(4)].map(order::instant_key),
            _ => ["o 3", "TOWN 2"].map(order::text_key),
        };
        for from in keys {
            filters.push(keyed(*indexed, from.clone(), Some(order::next_key(from.clone()))));
            filters.push(keyed(*indexed, FIRST_KEY.to_owned(), Some(from.clone())));
            filters.push(keyed(*indexed, from, None).not());
        }
        filters.push(keyed(*indexed, FIRST_KEY.to_owned(), None));
    }
    filters
}

/// The same, as the index alone tells.
fn told(filter: &Filter) -> Filter {
    match filter {
        Filter::InRange(range, _) => {
            Filter::InRange(range.clone(), Predicate::new(|_| panic!("a document was asked")))
        }
        Filter::And(parts) => Filter::And(parts.iter().map(told).collect()),
        Filter::Not(part) => told(part).not(),
        other => other.clone(),
    }
}

/// The same, as documents alone tell.
fn by_documents(filter: &Filter) -> Filter {
    match filter {
        Filter::InRange(_, holds) => Filter::Where(holds.clone()),
        Filter::And(parts) => Filter::And(parts.iter().map(by_documents).collect()),
        Filter::Not(part) => by_documents(part).not(),
        other => other.clone(),
    }
}

async fn numbers(served: &Served, filter: Filter) -> Vec<u64> {
    let query = ContactQuery { filter, limit: 1000, ..everything() };
    let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
    page.contacts.iter().map(|contact| contact.number).collect()
}

async fn sound(served: &Served) {
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

/// Compares what indexes tell with what documents say.
async fn assert_right(served: &Served, is_filled: bool) {
    let indexes = indexes(served).await;
    let number = |id| indexes.iter().find(|each| each.of == IndexOf::Field(id)).unwrap().index.number;
    let (scores, cities) = (number(SCORE), number(CITY));
    let any = || scored(scores, "-5", None);
    let members = about_members(&indexes);
    assert_eq!(members.len(), MEMBERS.len() * 7);
    let fields = [
        any(),
        any().not(),
        scored(scores, "3", Some("8")),
        scored(scores, "10", None).not(),
        scored(scores, "8", Some("3")),
        in_city(cities, "City 1"),
        Filter::And(vec![in_city(cities, "City 2"), Filter::Is(Facet::Starred), scored(scores, "5", None)]),
    ];
    for filter in members.into_iter().chain(fields) {
        let expected = numbers(served, by_documents(&filter)).await;
        assert_eq!(numbers(served, filter.clone()).await, expected, "{filter:?}");
        if is_filled {
            assert_eq!(numbers(served, told(&filter)).await, expected, "{filter:?}");
        }
    }
    assert!(!numbers(served, any()).await.is_empty());
    sound(served).await;
}

pub(crate) async fn fill(served: &Served) -> u64 {
    let mut count = 0;
    for indexed in indexes(served).await {
        loop {
            match served.store.fill_index(served.workspace, indexed).await.unwrap() {
                0 => break,
                some => count += some,
            }
        }
    }
    count
}

fn stored(served: &Served, number: u64, is_filled: bool) -> StoredIndex {
    StoredIndex { workspace: served.workspace, number, is_filled }
}

async fn people() -> (Database, Served) {
    let (database, served) = served().await;
    with_fields(&served, FieldType::Number, false).await;
    let made = all((0..90).map(|n| database.create(&served, said(n)))).await;
    assert!(made.iter().all(Result::is_ok));
    (database, served)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_tells_what_documents_say() {
    let (database, served) = people().await;
    with_fields(&served, FieldType::Number, true).await;
    // Before it is filled, and whatever is written meanwhile.
    assert_right(&served, false).await;
    let query = ContactQuery { limit: 1000, ..everything() };
    let everybody = served.store.list_contacts(served.workspace, &query).await.unwrap().contacts;
    let change = async |from: u64| {
        let of = |n: u64| everybody[usize::try_from(n).unwrap()].clone();
        let updates = (from..from + 20).map(|n| database.update(&served, &of(n), said(n * 3 + 1)));
        let updates: Vec<_> = all(updates.collect::<Vec<_>>()).await;
        let deleted: Vec<_> =
            all((from..from + 8).map(|n| database.delete(&served, &of(n))).collect::<Vec<_>>()).await;
        all((0..10).map(|n| database.create(&served, said(n * 17 + from))).collect::<Vec<_>>()).await;
        let undone = deleted.into_iter().step_by(2).chain(updates.into_iter().skip(10).step_by(3));
        // Some said the same again.
        for event in undone.filter_map(|outcome| outcome.unwrap().event) {
            database.undo(&served, event, OnConflict::Overwrite).await.unwrap();
        }
    };
    change(0).await;
    assert_right(&served, false).await;
    assert!(fill(&served).await >= 2 * 90);
    assert_eq!(fill(&served).await, 0);
    assert_right(&served, true).await;
    change(30).await;
    assert_right(&served, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_gone_is_forgotten_and_never_comes_back() {
    let (database, served) = people().await;
    let old = with_fields(&served, FieldType::Number, true).await;
    assert!(fill(&served).await > 0);
    let all_of = |indexes: &[CatalogIndex], is_filled| -> Vec<_> {
        indexes.iter().map(|each| stored(&served, each.index.number, is_filled)).collect()
    };
    assert_eq!(served.store.list_indexes().await.unwrap(), all_of(&old, true));
    assert_eq!(with_fields(&served, FieldType::Number, false).await, []);
    // What is written now is in no index.
    let first =
        served.store.list_contacts(served.workspace, &everything()).await.unwrap().contacts[0].clone();
    let tenth = || edits([value_edit("score", json!(10))]);
    database.update(&served, &first, tenth()).await.unwrap();
    let new = with_fields(&served, FieldType::Number, true).await;
    assert!(
        new.len() == old.len()
            && new.iter().all(|new| old.iter().all(|old| new.index.number > old.index.number))
    );
    // The old ones tell nothing of it, and are asked no more.
    assert_right(&served, false).await;
    fill(&served).await;
    assert_right(&served, true).await;
    for indexed in &old {
        while served.store.forget_index(served.workspace, indexed.index.number).await.unwrap() > 0 {}
    }
    assert_eq!(served.store.list_indexes().await.unwrap(), all_of(&new, true));
    let gone = scored(old[1].index.number, "0", None);
    assert_eq!(numbers(&served, gone.clone()).await, numbers(&served, by_documents(&gone)).await);
    assert_right(&served, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_stand_before_an_index_is_begun_are_forgotten_too() {
    let (database, served) = people().await;
    let indexes = with_fields(&served, FieldType::Number, true).await;
    database.create(&served, said(1)).await.unwrap();
    let all: Vec<_> = indexes.iter().map(|each| stored(&served, each.index.number, false)).collect();
    assert_eq!(served.store.list_indexes().await.unwrap(), all);
    with_fields(&served, FieldType::Number, false).await;
    for index in all {
        assert_eq!(served.store.forget_index(served.workspace, index.number).await.unwrap(), 1);
        assert_eq!(served.store.forget_index(served.workspace, index.number).await.unwrap(), 0);
    }
    assert_eq!(served.store.list_indexes().await.unwrap(), []);
    sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_type_makes_another_index() {
    let (_database, served) = people().await;
    let before = with_fields(&served, FieldType::Number, true).await;
    fill(&served).await;
    let after = with_fields(&served, FieldType::Date, true).await;
    let kept = |indexes: &[CatalogIndex], id| {
        indexes.iter().find(|each| each.of == IndexOf::Field(id)).unwrap().index
    };
    assert_eq!(kept(&before, CITY), kept(&after, CITY));
    assert_eq!(before[2..], after[2..]);
    assert_ne!(kept(&before, SCORE).number, kept(&after, SCORE).number);
    assert!(fill(&served).await > 0);
    // Scores are no dates.
    let every = |index| {
        Filter::InRange(
            ValueRange { index, from: FIRST_KEY.to_owned(), until: None }.into(),
            Predicate::new(|_| false),
        )
    };
    assert_eq!(numbers(&served, every(kept(&after, SCORE).number)).await, [0; 0]);
    assert!(!numbers(&served, every(kept(&after, CITY).number)).await.is_empty());
    sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn few_contacts_are_read_rather_than_many_values_found() {
    let (database, served) = served().await;
    let score = with_fields(&served, FieldType::Number, true).await[1];
    let scored_one = |starred| edits([value_edit("score", json!(1)), Edit::Flag(Flag::Starred, starred)]);
    all((0..250).map(|n| database.create(&served, scored_one(n == 7)))).await;
    fill(&served).await;
    let filter = || Filter::And(vec![Filter::Is(Facet::Starred), scored(score.index.number, "1", None)]);
    assert_eq!(numbers(&served, filter()).await.len(), 1);
    assert_eq!(numbers(&served, filter().not()).await.len(), 249);
    // It is the document that was asked: this one says no.
    let range = ValueRange { index: score.index.number, from: FIRST_KEY.to_owned(), until: None };
    let never = Filter::InRange(range.into(), Predicate::new(|_| false));
    assert_eq!(numbers(&served, Filter::And(vec![Filter::Is(Facet::Starred), never.clone()])).await, [0; 0]);
    assert_eq!(numbers(&served, never).await.len(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_tells_of_values_that_are_not_as_they_should_be() {
    let (database, served) = people().await;
    let score = with_fields(&served, FieldType::Number, true).await[1];
    fill(&served).await;
    sound(&served).await;
    let index = score.index.number;
    let fault = |number: u64| {
        format!("contact {number} of workspace 1 does not stand in index {index} where its value does")
    };
    let faults = async || served.store.verify().await.unwrap().faults;
    behind(
        &database.location(),
        &format!("DELETE FROM field_values WHERE value_index = {index} AND number = 2"),
    );
    assert_eq!(faults().await, [fault(2)]);
    let other = match database.location() {
        Location::Sqlite(_) => "x'ff'",
        Location::Postgres(_) => "'\\xff'",
    };
    let change =
        format!("UPDATE field_values SET value = {other} WHERE value_index = {index} AND number = 3");
    behind(&database.location(), &change);
    assert_eq!(faults().await, [fault(3), fault(2)]);
    // What is not filled may lack values, but has no wrong ones.
    behind(&database.location(), "UPDATE value_indexes SET last_number = 0");
    assert_eq!(faults().await, [fault(3)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_moved_fills_its_indexes_again() {
    let (first, served) = people().await;
    with_fields(&served, FieldType::Number, true).await;
    fill(&served).await;
    served.store.close().await;
    drop(served);
    let second = first.other(testdb::Database::sqlite());
    let third = first.other(crate::empty());
    for (from, to) in [(&first, &second), (&second, &third)] {
        move_all(&from.location(), &to.location(), |_| Continue(())).await.unwrap();
        let served = to.serve(Options::default()).await;
        assert_eq!(served.store.list_indexes().await.unwrap(), []);
        assert_right(&served, false).await;
        assert!(fill(&served).await > 0);
        assert_right(&served, true).await;
        served.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_orders_as_documents_do() {
    let (database, served) = people().await;
    let indexes = with_fields(&served, FieldType::Number, true).await;
    let (city, score) = (indexes[0], indexes[1]);
    fill(&served).await;
    let first =
        served.store.list_contacts(served.workspace, &everything()).await.unwrap().contacts[0].clone();
    database.update(&served, &first, edits([value_edit("score", json!(-7))])).await.unwrap();
    let by_index = |indexed: CatalogIndex| SortKey::Value(indexed);
    let by_document = |indexed: CatalogIndex| {
        let CatalogIndex { of, index } = indexed;
        let rank = move |contact: &Contact| match of {
            IndexOf::Member(FilterableMember::CreatedAt) => Rank::Number(contact.created_at.millis()),
            IndexOf::Member(FilterableMember::ClosedAt) => {
                contact.closed_at.map_or(Rank::Nothing, |at| Rank::Number(at.millis()))
            }
            IndexOf::Member(_) => match contact.order_key(of, index.kind) {
                key if key.is_empty() => Rank::Nothing,
                key => Rank::Text(key),
            },
            IndexOf::Field(_) => Rank::Text(contact.order_key(of, index.kind)),
        };
        SortKey::Document(Ranking::new(rank))
    };
    let starred = || Filter::Is(Facet::Starred);
    let unindexed = |indexed: CatalogIndex| SortKey::unindexed(indexed.of, indexed.index.kind);
    for (indexed, is_descending) in indexes.iter().flat_map(|each| [(*each, false), (*each, true)]) {
        for filter in [Filter::All, starred(), starred().not(), in_city(city.index.number, "City 1")] {
            let query = |key, behind, offset| ContactQuery {
                filter: filter.clone(),
                sort: vec![Sort { key, is_descending }],
                behind,
                offset,
                limit: 7,
                ..everything()
            };
            let page = async |query: ContactQuery| {
                let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
                let numbers: Vec<_> = page.contacts.iter().map(|contact| contact.number).collect();
                let behind = page.contacts.last().and_then(|last| query.place(last, None));
                (numbers, page.total, behind)
            };
            let (mut behind, mut met) = (None, 0);
            loop {
                let told = page(query(by_index(indexed), behind.clone(), 0)).await;
                assert_eq!(told, page(query(by_document(indexed), behind.clone(), 0)).await);
                assert_eq!(told, page(query(unindexed(indexed), behind.clone(), 0)).await);
                assert_eq!(told.0, page(query(by_index(indexed), None, met)).await.0);
                met += told.0.len() as u64;
                assert!(met <= told.1);
                if told.0.is_empty() {
                    assert_eq!(met, told.1);
                    break;
                }
                behind = told.2;
            }
        }
    }
    // Of two keys, and of an index that is gone, documents tell.
    let both = vec![
        Sort { key: by_index(city), is_descending: false },
        Sort { key: by_index(score), is_descending: true },
    ];
    let documents = both.iter().zip([city, score]);
    let documents =
        documents.map(|(sort, indexed)| Sort { key: by_document(indexed), ..sort.clone() }).collect();
    let numbers = async |sort| {
        let page = served.store.list_contacts(served.workspace, &ContactQuery { sort, ..everything() }).await;
        page.unwrap().contacts.iter().map(|contact| contact.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(both).await, numbers(documents).await);
    let alone = |key| vec![Sort { key, is_descending: false }];
    with_fields(&served, FieldType::Number, false).await;
    for indexed in indexes {
        let expected = numbers(alone(by_document(indexed))).await;
        assert_eq!(numbers(alone(by_index(indexed))).await, expected);
        while served.store.forget_index(served.workspace, indexed.index.number).await.unwrap() > 0 {}
        assert_eq!(numbers(alone(by_index(indexed))).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn far_numbers_are_found_and_ordered_too() {
    let (database, served) = served().await;
    let score = with_fields(&served, FieldType::Number, true).await[1];
    let create = |number: u64, score: u64| {
        let change = edits([value_edit("score", json!(score))]);
        served.run(
            database
                .write(served.workspace, Action::Create { id: database.id(), number: Some(number), change }),
        )
    };
    for (number, score) in [(1, 5), (1 << 52, 4), (3, 6)] {
        create(number, score).await.unwrap();
    }
    fill(&served).await;
    assert_eq!(numbers(&served, scored(score.index.number, "5", None)).await, [1, 3]);
    let sort = vec![Sort { key: SortKey::Value(score), is_descending: false }];
    let page =
        served.store.list_contacts(served.workspace, &ContactQuery { sort, ..everything() }).await.unwrap();
    assert_eq!(page.contacts.iter().map(|each| each.number).collect::<Vec<_>>(), [1 << 52, 1, 3]);
    sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_need_not_be_counted_have_the_same_contacts() {
    let (database, served) = people().await;
    let indexes = with_fields(&served, FieldType::Number, true).await;
    let (city, score) = (indexes[0], indexes[1]);
    fill(&served).await;
    let many =
        all((0..700).map(|n| database.create(&served, edits([value_edit("score", json!(n + 100))])))).await;
    assert!(many.iter().all(Result::is_ok));
    let (city, score) = (city.index.number, score.index.number);
    for filter in [
        scored(score, "0", None),
        scored(score, "3", Some("5")),
        // Beyond those that are looked at first.
        scored(score, "750", None),
        Filter::And(vec![in_city(city, "City 1"), scored(score, "2", None)]),
        Filter::And(vec![Filter::Is(Facet::Starred).not(), scored(score, "700", Some("703"))]),
    ] {
        let expected = numbers(&served, by_documents(&filter)).await;
        for (order, limit) in [(ContactOrder::Oldest, 10), (ContactOrder::Newest, 300)] {
            let (mut met, mut after) = (Vec::new(), None);
            loop {
                let query = ContactQuery { filter: filter.clone(), order, after, limit, ..everything() };
                let query = ContactQuery { is_uncounted: true, ..query };
                let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
                met.extend(page.contacts.iter().map(|contact| contact.number));
                let Some(last) = page.contacts.last() else { break };
                after = Some(last.number);
            }
            met.sort_unstable();
            assert_eq!(met, expected, "{order:?} {filter:?}");
        }
    }
}
