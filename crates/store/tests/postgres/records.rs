//! Records beside contacts, and the catalog, written by two nodes at the same time.

use std::sync::Arc;

use model::{Catalog, Company, CompanyId, Document, RecordKind, Tag, ViolationKind};
use store::{Action, RecordQuery, StoreError};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixture::{Served, all, at, database, named, own_write, put, violation};
use crate::raw::{assert_sound, nodes, session, wait_until, waiting};
use crate::same_contact::{tagged, with_tags};

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_number_records_without_gaps_and_repeats() {
    let database = database();
    let nodes = nodes(&database, 2, 2).await;
    let made = all((0..40_usize).map(|n| {
        let (store, workspace) = (nodes[n % 2].store.clone(), nodes[n % 2].workspace);
        let company = Company::new(CompanyId(Uuid::from_u128(n as u128 + 1)), "x", at(0));
        async move { put(&store, workspace, company, None).await.unwrap().record.number() }
    }))
    .await;
    let mut numbers = made;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    assert_sound(&nodes[0]).await;
}

async fn allow_companies(node: &Served, quota: u64) {
    let mut catalog = Catalog::clone(&*node.store.catalog(node.workspace).await.unwrap());
    catalog.quotas.insert(RecordKind::Company, quota);
    node.store.write(own_write(node.workspace, Action::Catalog(Box::new(catalog)))).await.unwrap();
}

async fn companies(node: &Served) -> u64 {
    let query = RecordQuery { limit: 1, ..RecordQuery::default() };
    node.store.list_records(node.workspace, RecordKind::Company, &query).await.unwrap().total
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_make_as_many_records_as_there_may_be_and_no_more() {
    let database = database();
    let nodes = nodes(&database, 2, 2).await;
    for quota in [10, 15, 17] {
        allow_companies(&nodes[0], quota).await;
        let made = all((0..40_usize).map(|n| {
            let (store, workspace) = (nodes[n % 2].store.clone(), nodes[n % 2].workspace);
            let id = CompanyId(Uuid::from_u128(u128::from(quota) * 100 + n as u128));
            async move { put(&store, workspace, Company::new(id, "x", at(0)), None).await }
        }))
        .await;
        for refused in made.into_iter().filter(Result::is_err) {
            assert!(matches!(violation(refused).1, ViolationKind::QuotaReached { .. }));
        }
        assert_eq!(companies(&nodes[1]).await, quota);
    }
    assert_sound(&nodes[0]).await;
}

/// Their numbers, which no two records have, do not keep these apart.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_count_at_the_same_time_take_turns() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    allow_companies(&nodes[0], 1).await;
    // Both know the quota now.
    for node in &nodes {
        let far = Company { number: 1 << 53, ..Company::new(CompanyId(Uuid::from_u128(9)), "x", at(0)) };
        assert_eq!(violation(put(&node.store, node.workspace, far, None).await).0, "number");
    }
    let mut commits = session(&database);
    commits.run("BEGIN; SELECT workspace FROM heads FOR UPDATE");
    let mut writes = JoinSet::new();
    for (n, node) in (1..).zip(&nodes) {
        let (store, workspace) = (node.store.clone(), node.workspace);
        let company = Company { number: n, ..Company::new(CompanyId(Uuid::from_u128(n.into())), "x", at(0)) };
        writes.spawn(async move { put(&store, workspace, company, None).await });
    }
    wait_until("both wait", || waiting(&database) == 2);
    commits.run("COMMIT");
    let (made, refused): (Vec<_>, Vec<_>) = writes.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), companies(&nodes[0]).await), (1, 1));
    for refused in refused {
        assert!(matches!(violation(refused).1, ViolationKind::QuotaReached { .. }));
    }
    assert_sound(&nodes[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_that_read_the_same_record_one_writes_it() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    let company = Company::new(CompanyId(Uuid::from_u128(1)), "x", at(0));
    let made = put(&nodes[0].store, nodes[0].workspace, company, None).await.unwrap();
    let mut read = Company::of(&made.record).unwrap().clone();
    for round in 0..20 {
        let writes = nodes.iter().enumerate().map(|(n, node)| {
            let (store, workspace) = (node.store.clone(), node.workspace);
            let company = Company { name: format!("{round} {n}"), ..read.clone() };
            async move { put(&store, workspace, company.clone(), Some(company.revision)).await }
        });
        let done = all(writes.collect::<Vec<_>>()).await;
        let written: Vec<_> = done.iter().flatten().collect();
        assert_eq!(written.len(), 1, "{done:?}");
        assert!(done.iter().any(|done| matches!(done, Err(StoreError::RecordChanged))), "{done:?}");
        read = Company::of(&written[0].record).unwrap().clone();
    }
    assert_eq!(read.revision, 21);
    assert_sound(&nodes[1]).await;
}

/// One node renames a tag and takes it away again and again, the other gives it to a contact where it can.
#[tokio::test(flavor = "multi_thread")]
async fn catalogs_and_contacts_are_written_at_the_same_time() {
    const ROUNDS: u64 = 30;
    let database = Arc::new(database());
    let nodes = nodes(&database, 2, 1).await;
    let contact = database.create(&nodes[1], named("Jane")).await.unwrap().contact;
    let catalogs = {
        let (store, workspace) = (nodes[0].store.clone(), nodes[0].workspace);
        async move {
            let mut events = 0;
            for round in 0..ROUNDS {
                let name = format!("tag {}", round / 3);
                let tags: &[&str] = if round % 3 == 2 { &[] } else { &[&name] };
                let catalog = store.catalog(workspace).await.unwrap();
                let replaced = Action::Catalog(Box::new(with_tags(&catalog, tags)));
                let done = store.write(own_write(workspace, replaced)).await.unwrap().catalog().unwrap();
                events += done.items.iter().filter(|item| item.event.is_some()).count();
            }
            events
        }
    };
    let contacts = async {
        let mut events = 1;
        for round in 0..ROUNDS {
            let done = database.update(&nodes[1], &contact, tagged(&format!("tag {}", round / 3))).await;
            match done {
                Ok(outcome) => {
                    let tags: Vec<&Tag> = outcome.catalog.tags.iter().collect();
                    assert_eq!(tags.len(), 1, "the catalog that it was written under has the tag");
                    events += usize::from(outcome.event.is_some());
                }
                Err(StoreError::Rejected(_)) => {}
                Err(fault) => panic!("{fault:?}"),
            }
        }
        events
    };
    let (catalogs, contacts) = tokio::join!(catalogs, contacts);
    let log = nodes[0].store.events_after(nodes[0].workspace, 0, 1000).await.unwrap();
    assert_eq!(log.len(), catalogs + contacts);
    let stored: Arc<Catalog> = nodes[1].store.catalog(nodes[1].workspace).await.unwrap();
    assert!(stored.tags.is_empty());
    assert_sound(&nodes[0]).await;
}
