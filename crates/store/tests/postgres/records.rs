//! Records beside contacts, and the catalog, written by two nodes at the same time.

use std::sync::Arc;

use model::{Catalog, Company, CompanyId, Document, Tag};
use store::{Action, StoreError};
use uuid::Uuid;

use crate::fixture::{all, at, database, named, own_write, put};
use crate::raw::{assert_sound, nodes};
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
