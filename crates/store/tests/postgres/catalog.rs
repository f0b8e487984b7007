//! A catalog that is replaced on one node counts on all of them.

use std::time::{Duration, Instant};

use model::{Dialect, ViolationKind};

use crate::fixture::{Database, Served, aliased, all, database, named, violation, write_catalog};
use crate::raw::{nodes, session, sql, wait_until, waiting};
use crate::same_contact::{tagged, with_tags};

async fn replace(node: &Served, tags: &[&str]) -> u64 {
    let catalog = node.store.catalog(node.workspace).await.unwrap();
    write_catalog(&node.store, node.workspace, with_tags(&catalog, tags)).await.unwrap().revision
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_write_on_another_node_is_under_the_new_catalog() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    let contact = database.create(&nodes[1], named("Jane")).await.unwrap().contact;
    for round in 0..10 {
        let name = format!("tag {round}");
        replace(&nodes[0], &[&name]).await;
        database.update(&nodes[1], &contact, tagged(&name)).await.unwrap();
        replace(&nodes[0], &[]).await;
        let refused = database.update(&nodes[1], &contact, tagged(&name)).await;
        assert_eq!(violation(refused).1, ViolationKind::UnknownTag(name));
    }
}

/// Has a write load what it needs, and wait before it saves, while something else happens.
async fn meanwhile<T>(
    database: &Database,
    node: &Served,
    change: model::Change,
    happens: impl AsyncFnOnce() -> T,
) -> (Result<store::Outcome, store::StoreError>, T) {
    let contact = database.create(node, named("Jane")).await.unwrap().contact;
    let mut other = session(database);
    // Somebody else is about to take the alias that the write takes.
    other.run(&format!(
        "BEGIN; INSERT INTO aliases VALUES ({}, 0, 'zingle', 'z-1', gen_random_uuid())",
        node.workspace.0
    ));
    let mut set = tokio::task::JoinSet::new();
    let mut both = aliased(Dialect::Zingle, "z-1");
    both.edits.extend(change.edits);
    set.spawn(database.update(node, &contact, both));
    wait_until("the write does not wait", || waiting(database) == 1);
    let happened = happens().await;
    other.run("ROLLBACK");
    (set.join_next().await.unwrap().unwrap(), happened)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_in_flight_is_carried_out_again_under_the_new_catalog() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    replace(&nodes[0], &["old"]).await;
    let change = tagged("old");
    let (done, revision) =
        meanwhile(&database, &nodes[1], change, async || replace(&nodes[0], &["old", "new"]).await).await;
    let done = done.unwrap();
    assert_eq!((done.catalog.revision, done.contact.revision), (revision, 2));
    let events = nodes[0].store.events_after(nodes[0].workspace, 0, 100).await.unwrap();
    // Those of the tags come before and between.
    assert_eq!(events.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_in_flight_does_not_write_what_the_new_catalog_lacks() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    replace(&nodes[0], &["old"]).await;
    let (done, _) =
        meanwhile(&database, &nodes[1], tagged("old"), async || replace(&nodes[0], &["new"]).await).await;
    assert_eq!(violation(done).1, ViolationKind::UnknownTag("old".to_owned()));
    let events = nodes[0].store.events_after(nodes[0].workspace, 0, 100).await.unwrap();
    // Those of the tags come before and after.
    let contacts: Vec<_> = events.iter().filter_map(|(_, event)| event.contact()).collect();
    assert_eq!((events.len(), contacts.len()), (3, 1));
    let contact = nodes[0].get(contacts[0]).await.unwrap();
    assert_eq!((contact.revision, contact.aliases.is_empty()), (1, true));
}

/// How long it takes until a node's readers see a catalog that another node has just replaced.
async fn seen_after(reader: &Served, writer: &Served, name: &str) -> Duration {
    // Just looked up, so that it is good for a second.
    reader.store.catalog(reader.workspace).await.unwrap();
    let revision = replace(writer, &[name]).await;
    let started = Instant::now();
    while reader.store.catalog(reader.workspace).await.unwrap().revision != revision {
        assert!(started.elapsed() < Duration::from_secs(10), "it is never seen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    started.elapsed()
}

const LISTENERS: &str = "SELECT count(*) FROM pg_stat_activity \
                         WHERE datname = current_database() AND query LIKE 'LISTEN contactd%'";

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_another_node_are_told() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    wait_until("they do not listen", || sql(&database, LISTENERS) == "2");
    for n in 0..5 {
        let took = seen_after(&nodes[1], &nodes[0], &format!("{n}")).await;
        assert!(took < Duration::from_millis(500), "it took {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_are_not_told_look_within_a_second() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    wait_until("they do not listen", || sql(&database, LISTENERS) == "2");
    let stop = LISTENERS.replace("count(*)", "count(pg_terminate_backend(pid))");
    assert_eq!(sql(&database, &stop), "2");
    wait_until("they still listen", || sql(&database, LISTENERS) == "0");
    let took = seen_after(&nodes[1], &nodes[0], "unheard").await;
    assert!(took < Duration::from_millis(1300), "it took {took:?}");
    wait_until("they do not listen again", || sql(&database, LISTENERS) == "2");
    let took = seen_after(&nodes[1], &nodes[0], "heard").await;
    assert!(took < Duration::from_millis(500), "it took {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_nodes_replaces_a_catalog() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    let catalog = nodes[0].store.catalog(nodes[0].workspace).await.unwrap();
    let writes = nodes.iter().map(|node| {
        let (store, workspace, catalog) = (node.store.clone(), node.workspace, with_tags(&catalog, &["new"]));
        async move { write_catalog(&store, workspace, catalog).await }
    });
    let done = all(writes.collect::<Vec<_>>()).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    assert!(done.iter().any(|done| matches!(done, Err(store::StoreError::CatalogChanged))), "{done:?}");
}
