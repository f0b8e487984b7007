//! Opening, closing, durability.

use store::{Options, StoreError};

use crate::fixture::{all, database, everything, named, served};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_reopening() {
    let database = database();
    let served = database.serve(Options::default()).await;
    let created = all((0..300).map(|n| database.create(&served, named(&format!("contact {n}"))))).await;
    drop(served);
    let served = database.serve(Options::default()).await;
    for outcome in created {
        let contact = outcome.unwrap().contact;
        assert_eq!(served.get(contact.id).await.unwrap(), contact);
    }
    let page = served.store.list_contacts(served.workspace, &everything()).await.unwrap();
    assert_eq!(page.total, 300);
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_finishes_what_is_queued() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let (held, first) = database.hold(&served, database.update(&served, &contact, named("first"))).await;
    let mut writes = tokio::task::JoinSet::new();
    writes.spawn(first);
    for n in 0..50 {
        writes.spawn(database.update(&served, &contact, named(&format!("name {n}"))));
    }
    while served.store.writer_stats().waiting < 50 {
        tokio::task::yield_now().await;
    }
    let mut closing = tokio::task::JoinSet::new();
    closing.spawn({
        let store = served.store.clone();
        async move { store.close().await }
    });
    held.release();
    let done = writes.join_all().await;
    closing.join_all().await;
    served.store.close().await;
    assert!(done.iter().all(Result::is_ok));
    let late = database.update(&served, &contact, named("late")).await;
    assert!(matches!(late, Err(StoreError::Closing)), "{late:?}");
    assert!(matches!(served.store.list_keys().await, Err(StoreError::Closing)));
    let served = database.serve(Options::default()).await;
    assert_eq!(served.get(contact.id).await.unwrap().revision, 52);
}
