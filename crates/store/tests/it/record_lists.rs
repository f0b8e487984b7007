//! Lists of companies, notes and tasks: every order, with filters, and exact totals.

use std::ops::Not as _;

use model::{Company, CompanyId, Document, Facet, RecordKind, TagId, Task, TaskId};
use store::{Action, ContactQuery, Filter, RecordOrder, RecordQuery, RecordWrite};
use uuid::Uuid;

use crate::fixture::{Served, at, own_write, put, served};

const ORDERS: [RecordOrder; 6] = [
    RecordOrder::Oldest,
    RecordOrder::Newest,
    RecordOrder::LastUpdated,
    RecordOrder::FirstUpdated,
    RecordOrder::Name,
    RecordOrder::NameDescending,
];

fn tag(n: u64) -> TagId {
    TagId(Uuid::from_u128(u128::from(n) + 1000))
}

/// Whether a filter holds for a company.
type Holds = Box<dyn Fn(&Company) -> bool>;

async fn list(served: &Served, kind: RecordKind, query: &RecordQuery) -> (Vec<u64>, u64) {
    let page = served.store.list_records(served.workspace, kind, query).await.unwrap();
    (page.records.iter().map(|record| record.number()).collect(), page.total)
}

/// Numbers in the order of a list, told from the companies themselves. Each is as old as its place in `changed`.
fn ordered(companies: &[Company], changed: &[u64], order: RecordOrder) -> Vec<u64> {
    let mut sorted: Vec<&Company> = companies.iter().collect();
    let age = |company: &&Company| changed.iter().rposition(|number| *number == company.number);
    sorted.sort_by_key(|company| company.number);
    match order {
        RecordOrder::Oldest => {}
        RecordOrder::Newest => sorted.reverse(),
        RecordOrder::LastUpdated => sorted.sort_by_key(|company| std::cmp::Reverse(age(company))),
        RecordOrder::FirstUpdated => sorted.sort_by_key(age),
        RecordOrder::Name => sorted.sort_by_key(|company| company.name.to_lowercase()),
        RecordOrder::NameDescending => {
            sorted.sort_by_key(|company| std::cmp::Reverse(company.name.to_lowercase()));
        }
    }
    sorted.iter().map(|company| company.number).collect()
}

#[tokio::test]
async fn companies_are_listed_in_every_order_with_every_filter() {
    let (_database, served) = served().await;
    let (store, workspace) = (&served.store, served.workspace);
    let mut companies = Vec::new();
    let mut changed = Vec::new();
    for n in 1..=60_u64 {
        let company = Company {
            starred: n % 3 == 0,
            tags: (0..3).filter(|bit| n >> bit & 1 == 1).map(tag).collect(),
            ..Company::new(
                CompanyId(Uuid::from_u128(n.into())),
                format!("{} Co {n}", ["b", "A", "ç"][n as usize % 3]),
                at(0),
            )
        };
        let made = put(store, workspace, company, None).await.unwrap();
        companies.push(Company::of(&made.record).unwrap().clone());
        changed.push(n);
    }
    for n in [30, 2, 59] {
        let company = &mut companies[n - 1];
        let renamed = Company { name: "0 first".to_owned(), ..company.clone() };
        let made = put(store, workspace, renamed, Some(1)).await.unwrap();
        *company = Company::of(&made.record).unwrap().clone();
        changed.push(n as u64);
    }
    for n in [10, 20] {
        let id = companies[n - 1].id.0;
        let delete = RecordWrite::Delete { kind: RecordKind::Company, id, expected: 1 };
        store.write(own_write(workspace, Action::Record(delete))).await.unwrap();
    }
    companies.retain(|company| ![10, 20].contains(&company.number));
    let has = |n: u64| move |company: &Company| company.tags.contains(&tag(n));
    let filters: [(Filter, Holds); 4] = [
        (Filter::All, Box::new(|_| true)),
        (Filter::Is(Facet::Starred), Box::new(|company| company.starred)),
        (Filter::Is(Facet::Tag(tag(1))).not(), Box::new(move |company| !has(1)(company))),
        (
            Filter::And(vec![
                Filter::Is(Facet::Tag(tag(0))),
                Filter::any_of([Facet::Tag(tag(1)), Facet::Tag(tag(2))]),
            ]),
            Box::new(move |company| has(0)(company) && (has(1)(company) || has(2)(company))),
        ),
    ];
    for (filter, holds) in filters {
        let found: Vec<_> = companies.iter().filter(|company| holds(company)).cloned().collect();
        for order in ORDERS {
            let numbers = ordered(&found, &changed, order);
            for (offset, limit) in [(0, 5), (4, 7), (20, 100), (1000, 5)] {
                let query =
                    RecordQuery { filter: filter.clone(), order, offset, limit, ..RecordQuery::default() };
                let shown: Vec<_> =
                    numbers.iter().copied().skip(offset as usize).take(limit as usize).collect();
                assert_eq!(
                    list(&served, RecordKind::Company, &query).await,
                    (shown, found.len() as u64),
                    "{query:?}"
                );
            }
        }
    }
    let after = RecordQuery { after: Some(19), limit: 2, ..RecordQuery::default() };
    assert_eq!(list(&served, RecordKind::Company, &after).await, (vec![21, 22], 58));
    // Nothing of another kind, or of contacts, is among them.
    assert_eq!(
        list(&served, RecordKind::Task, &RecordQuery { limit: 9, ..RecordQuery::default() }).await,
        (vec![], 0)
    );
    let tagged = ContactQuery { filter: Filter::Is(Facet::Tag(tag(0))), ..ContactQuery::default() };
    assert_eq!(store.list_contacts(workspace, &tagged).await.unwrap().total, 0);
    let ids = companies.iter().take(3).map(|company| company.id.0).chain([Uuid::nil()]);
    let bulk = store.find_records(workspace, RecordKind::Company, ids).await.unwrap();
    assert_eq!(bulk.len(), 3);
    assert_eq!(store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn tasks_are_listed_by_due_date() {
    let (_database, served) = served().await;
    for (n, due) in [(1, Some(30)), (2, None), (3, Some(10)), (4, Some(20)), (5, Some(10))] {
        let task = Task { due_at: due.map(at), ..Task::new(TaskId(Uuid::from_u128(n)), "call", at(0)) };
        put(&served.store, served.workspace, task, None).await.unwrap();
    }
    let by_date = |order| RecordQuery { order, limit: 9, ..RecordQuery::default() };
    let list = async |order| list(&served, RecordKind::Task, &by_date(order)).await.0;
    assert_eq!(list(RecordOrder::Name).await, [2, 3, 5, 4, 1]);
    assert_eq!(list(RecordOrder::NameDescending).await, [1, 4, 3, 5, 2]);
}
