//! Writes that come alone are carried out by the thread that has them; what is seen of it is the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::{Dialect, Edit, TextMember, ViolationKind};
use store::{Done, Options, StoreError};

use crate::fixture::{Database, Served, aliased, all, database, edit, named, violation};

/// However slow the disk is.
async fn served() -> (Database, Served) {
    let database = database();
    let options = Options { alone_within: Duration::from_secs(60), ..Options::default() };
    let served = database.serve(options).await;
    (database, served)
}

fn title(text: &str) -> model::Change {
    edit(Edit::Text(TextMember::JobTitle, Some(text.to_owned())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_come_one_after_the_other_do_not_wait_for_the_writers_thread() {
    let (database, served) = served().await;
    let mut contact = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let other = database.create(&served, named("other")).await.unwrap().contact;
    let before = served.store.writer_stats();
    for round in 1..=20 {
        let text = format!("title {round}");
        contact = database.update(&served, &contact, title(&text)).await.unwrap().contact;
        assert_eq!(*served.get(contact.id).await.unwrap(), *contact);
        // What is refused leaves no trace, whoever finds out.
        let refused = database.update(&served, &other, aliased(Dialect::Zingle, "z-1")).await;
        assert_eq!(violation(refused), ("aliases.zingle".to_owned(), ViolationKind::AliasTaken));
        let same = database.update(&served, &contact, title(&text)).await.unwrap();
        assert_eq!((same.done, same.event), (Done::Unchanged, None));
    }
    let after = served.store.writer_stats();
    assert_eq!((after.writes - before.writes, after.events - before.events), (20, 20));
    // Not all of them: the thread may still be about to let go of what it wrote before.
    assert!(after.alone > before.alone, "{after:?}");
    assert_eq!(contact.revision, 21);
    assert_eq!(served.store.verify().await.unwrap().faults, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_that_come_alone_and_writes_that_come_together_are_all_carried_out_once() {
    let (database, served) = served().await;
    let (database, served) = (Arc::new(database), Arc::new(served));
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let done = Arc::new(AtomicU64::new(0));
    for (round, together) in
        [1, 1, 1, 40, 1, 2, 1, 1, 3, 1, 64, 1, 1].into_iter().cycle().take(260).enumerate()
    {
        let updates = (0..together).map(|place| {
            let (database, served, contact, done) =
                (Arc::clone(&database), Arc::clone(&served), Arc::clone(&contact), Arc::clone(&done));
            async move {
                let change = title(&format!("{round} {place}"));
                let outcome = database.update(&served, &contact, change).await.unwrap();
                assert_eq!(outcome.done, Done::Updated);
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
        all(updates).await;
    }
    let stored = served.get(contact.id).await.unwrap();
    assert_eq!(stored.revision, 1 + done.load(Ordering::Relaxed));
    assert_eq!(served.store.writer_stats().waiting, 0);
    assert_eq!(served.store.verify().await.unwrap().faults, Vec::<String>::new());
    served.store.close().await;
    let late = database.update(&served, &contact, title("late")).await;
    assert!(matches!(late, Err(StoreError::Closing)), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_comes_alone_while_another_process_writes_waits_with_the_writers_thread() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    while served.store.writer_stats().alone == 0 {
        let change = title(&database.tick().to_string());
        database.update(&served, &contact, change).await.unwrap();
    }
    // It is pending while it is held, which it could not be if this thread waited for the lock.
    let (held, write) = database.hold(&served, database.update(&served, &contact, title("held"))).await;
    held.release();
    assert_eq!(write.await.unwrap().done, Done::Updated);
}
