//! Connections that break, hang or are left in a strange state.

use std::time::{Duration, Instant};

use model::{Dialect, OnConflict};
use store::{Location, Options, Store, StoreError};
use testdb::{Cut, Proxy};

use crate::fixture::{Database, Served, aliased, all, by_id, database, everything, named};
use crate::raw::{assert_sound, nodes, session, sql, url, wait_until, waiting};

const OTHERS: &str = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                      AND backend_type = 'client backend'";

/// Opens a database through a proxy, with one writer.
pub(crate) async fn proxied(database: &Database) -> (Proxy, Served) {
    let workspace = database.serve(Options::default()).await.workspace;
    let proxy = Proxy::before(&url(database)).unwrap();
    let options = Options { writers: 1, readers: 1, ..Options::default() };
    let store = Store::open(&proxy.url().parse().unwrap(), options).await.unwrap();
    (proxy, Served { store, workspace })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_whose_commit_is_cut_counts_once() {
    let database = database();
    let (proxy, served) = proxied(&database).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let mut revision = 1;
    for (n, cut) in [Cut::BeforeCommit, Cut::WithCommit, Cut::AfterCommit].into_iter().enumerate() {
        proxy.cut(cut, false);
        let done = database.update(&served, &contact, named(&format!("{cut:?}"))).await.unwrap();
        revision += 1;
        assert_eq!((proxy.cuts(), done.contact.revision), (n + 1, revision), "{cut:?}");
        assert_eq!(done.event, Some(revision));
        assert_eq!(*served.get(contact.id).await.unwrap(), *done.contact);
    }
    let history = served.store.history(served.workspace, &by_id(contact.id), None, 10).await.unwrap();
    assert_eq!(history.unwrap().len(), 4);
    assert_sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_write_whose_commit_is_cut_counts_once() {
    let database = database();
    for cut in [Cut::BeforeCommit, Cut::AfterCommit] {
        let (proxy, served) = proxied(&database).await;
        let again = || proxy.cut(cut, false);
        again();
        let created = database.create(&served, aliased(Dialect::Zingle, &format!("{cut:?}"))).await.unwrap();
        again();
        let deleted = database.delete(&served, &created.contact).await.unwrap();
        again();
        let restored = database.undo(&served, deleted.event.unwrap(), OnConflict::Refuse).await.unwrap();
        again();
        let updated = database.update(&served, &created.contact, named("Jane")).await.unwrap();
        again();
        let undone = database.undo(&served, updated.event.unwrap(), OnConflict::Refuse).await.unwrap();
        let events = [&created, &deleted, &restored, &updated, &undone].map(|done| done.event.unwrap());
        let first = events[0];
        assert_eq!(events, [0, 1, 2, 3, 4].map(|n| first + n));
        assert_eq!(proxy.cuts(), 5);
        assert_sound(&served).await;
    }
}

/// The first try is still under way on the server, after its connection is gone, when the second one begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_try_that_still_runs_is_waited_for() {
    let database = database();
    let (proxy, served) = proxied(&database).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let deleted = database.delete(&served, &contact).await.unwrap().event.unwrap();
    let mut other = session(&database);
    for event in [deleted, deleted + 1] {
        other.run(&format!("BEGIN; SELECT FROM heads WHERE workspace = {} FOR UPDATE", served.workspace.0));
        proxy.cut(Cut::WithCommit, false);
        let mut set = tokio::task::JoinSet::new();
        set.spawn(database.undo(&served, event, OnConflict::Refuse));
        wait_until("no connection is cut", || proxy.cuts() as u64 == event - deleted + 1);
        // Both tries are there now: one waits for the other.
        wait_until("no second try", || waiting(&database) == 2);
        other.run("COMMIT");
        let done = set.join_next().await.unwrap().unwrap().unwrap();
        assert_eq!(done.event, Some(event + 1));
    }
    assert_sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_unknown_is_said_to_be_unknown() {
    let database = database();
    let (proxy, served) = proxied(&database).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    proxy.cut(Cut::AfterCommit, true);
    let started = Instant::now();
    let done = database.update(&served, &contact, named("unknown")).await;
    assert!(matches!(done, Err(StoreError::OutcomeUnknown(_))), "{done:?}");
    // While the database is away, others are told at once.
    let done = database.update(&served, &contact, named("away")).await;
    assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    proxy.heal();
    let done = database.update(&served, &contact, named("back")).await.unwrap();
    assert_eq!((done.contact.revision, done.event), (3, Some(3)));
    assert_eq!(served.get(contact.id).await.unwrap().revision, 3);
    assert_sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_ended_are_made_again() {
    let database = database();
    let nodes = nodes(&database, 1, 2).await;
    let contact = database.create(&nodes[0], named("Jane")).await.unwrap().contact;
    for n in 0..20 {
        let end = || sql(&database, &format!("SELECT count(pg_terminate_backend(pid)) FROM {OTHERS}"));
        if n % 2 == 0 {
            end();
        }
        let writes = (0..10).map(|m| database.update(&nodes[0], &contact, named(&format!("{n} {m}"))));
        let ((), done) = tokio::join!(
            async {
                tokio::task::yield_now().await;
                if n % 2 == 1 {
                    tokio::task::block_in_place(end);
                }
            },
            all(writes)
        );
        assert!(done.iter().all(Result::is_ok), "{done:?}");
    }
    assert_eq!(
        nodes[0].store.find_contact(nodes[0].workspace, &by_id(contact.id)).await.unwrap().unwrap().revision,
        201
    );
    assert_sound(&nodes[0]).await;
}

/// The first of them ends a read in the middle of its transaction.
#[tokio::test(flavor = "multi_thread")]
async fn reads_after_one_that_failed_see_what_is_there() {
    let database = database();
    let served = database.serve(Options { readers: 1, ..Options::default() }).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let broken = database.create(&served, named("broken")).await.unwrap().contact;
    sql(&database, &format!("UPDATE contacts SET format = 99 WHERE id = '{}'", broken.id));
    let page = served.store.list_contacts(served.workspace, &everything()).await;
    assert!(matches!(page, Err(StoreError::Unreadable { .. })), "{page:?}");
    let changed = database.update(&served, &contact, named("Jane Doe")).await.unwrap().contact;
    assert_eq!(served.get(contact.id).await.unwrap(), changed);
    assert_eq!(sql(&database, &format!("SELECT count(*) FROM {OTHERS} AND state LIKE 'idle in%'")), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_for_a_while_is_read() {
    let database = database();
    let nodes = nodes(&database, 1, 1).await;
    let served = &nodes[0];
    let contact = database.create(served, named("Jane")).await.unwrap().contact;
    let switch = |is_read_only: &str| {
        sql(
            &database,
            &format!(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {is_read_only}', \
                 current_database()); END $$"
            ),
        )
    };
    switch("on");
    // It counts for new connections.
    sql(&database, &format!("SELECT count(pg_terminate_backend(pid)) FROM {OTHERS}"));
    let done = database.update(served, &contact, named("x")).await;
    assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
    assert!(matches!(served.store.check().await, Err(StoreError::Unavailable(_))));
    assert_eq!(served.get(contact.id).await.unwrap(), contact);
    let other = database.serve(Options::default()).await;
    assert_eq!(other.get(contact.id).await.unwrap(), contact);
    let mut admin = session(&database);
    admin.run("SET default_transaction_read_only = off");
    admin.run(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = off', \
         current_database()); END $$",
    );
    let done = database.update(served, &contact, named("Jane Doe")).await.unwrap();
    assert_eq!(done.contact.revision, 2);
    served.store.check().await.unwrap();
    database.update(&other, &contact, named("Jane")).await.unwrap();
}

/// As a server does that is frozen: it is connected to, and says nothing.
#[tokio::test]
async fn a_host_that_says_nothing_is_passed_over() {
    let database = database();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = url(&database);
    let (user, place) = url.split_once('@').unwrap();
    let hosts = format!("{user}@{},{place}", silent.local_addr().unwrap());
    let options = Options { writers: 1, readers: 1, ..Options::default() };
    let store = Store::open(&Location::Postgres(hosts), options).await.unwrap();
    store.check().await.unwrap();
    // A copy like that is passed over, too.
    let copy = Location::Postgres(format!("{user}@{}/x", silent.local_addr().unwrap()));
    let served = database.serve(Options { read_from: Some(copy), ..Options::default() }).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    assert_eq!(served.get(contact.id).await.unwrap(), contact);
}
