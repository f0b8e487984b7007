//! Pages that need not be counted come of the first contacts of their order, and are the same as of a list that is.

use std::ops::Not as _;

use model::search::Needle;
use model::{Edit, Facet, FieldType, Flag, RecordKind};
use serde_json::json;
use store::{ContactOrder, ContactQuery, Filter, HasText, Sort, SortKey};

use crate::fixture::{Served, all, edits, everything, name_edit, served};
use crate::values::{fill, scored, value_edit, with_fields};

/// More than are looked at in one round.
const CONTACTS: u64 = 4500;

fn in_text(text: &str) -> Filter {
    let needle = Needle::new(text).unwrap();
    Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false })
}

/// The numbers of a list, in one page where all are counted.
async fn counted(served: &Served, query: &ContactQuery) -> Vec<u64> {
    let query = ContactQuery { limit: 10_000, ..query.clone() };
    let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
    assert!(page.is_counted);
    page.contacts.iter().map(|contact| contact.number).collect()
}

/// The same, page by page, where they need not be.
async fn paged(served: &Served, query: &ContactQuery, limit: u32) -> Vec<u64> {
    let mut query = ContactQuery { limit, is_uncounted: true, ..query.clone() };
    let mut met = Vec::new();
    loop {
        let page = served.store.list_documents(served.workspace, &query).await.unwrap();
        let contacts = page.documents.contacts().unwrap();
        met.extend(contacts.iter().map(|contact| contact.number));
        let Some((last, last_event)) = page.documents.last().unwrap() else { return met };
        query.after = Some(last.number);
        query.behind = query.place(&last, last_event);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_first_few_are_those_of_the_whole_list() {
    let (database, served) = served().await;
    let [_, score, ..] = with_fields(&served, FieldType::Number, true).await[..] else {
        panic!("no indexes")
    };
    let said = |n: u64| {
        let name = name_edit(if n.is_multiple_of(89) { "Bob" } else { "Anna" });
        let starred = Edit::Flag(Flag::Starred, n.is_multiple_of(4));
        edits([name, starred, value_edit("score", json!(n * 7 % 1000))])
    };
    for hundred in 0..CONTACTS / 100 {
        let numbers = hundred * 100..(hundred + 1) * 100;
        for made in all(numbers.map(|n| database.create(&served, said(n)))).await {
            made.unwrap();
        }
    }
    fill(&served).await;
    let third = || Filter::holds_where(|contact| contact.number.is_multiple_of(3));
    let starred = || Filter::Is(Facet::Starred);
    let by_score = |is_descending| vec![Sort { key: SortKey::Value(score), is_descending }];
    let orders = [
        (ContactOrder::Oldest, vec![]),
        (ContactOrder::Newest, vec![]),
        (ContactOrder::Name, vec![]),
        (ContactOrder::NameDescending, vec![]),
        (ContactOrder::LastUpdated, vec![]),
        (ContactOrder::FirstUpdated, vec![]),
        (ContactOrder::Oldest, by_score(false)),
        (ContactOrder::Oldest, by_score(true)),
    ];
    for filter in [
        in_text("bob"),
        Filter::And(vec![in_text("bob"), third()]),
        Filter::And(vec![starred(), in_text("bob").not()]),
        Filter::Any(vec![in_text("bob"), Filter::And(vec![starred(), in_text("ann"), third()])]),
        in_text("nobody"),
        Filter::And(vec![scored(score.index.number, "10", Some("400")), in_text("bob")]),
        Filter::And(vec![scored(score.index.number, "10", Some("15")), in_text("an"), starred()]),
    ] {
        for (order, sort) in &orders {
            let query =
                ContactQuery { filter: filter.clone(), order: *order, sort: sort.clone(), ..everything() };
            let expected = counted(&served, &query).await;
            for limit in [50, 400] {
                assert_eq!(paged(&served, &query, limit).await, expected, "{order:?} {sort:?} {filter:?}");
            }
        }
    }
}
