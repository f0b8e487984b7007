//! The counters of a workspace, which every batch locks: what is done without them, so that nobody waits for it.

use store::Options;
use tokio::task::JoinSet;

use crate::fixture::{all, database, named};
use crate::raw::{assert_sound, session, sql, wait_until, waiting};

#[tokio::test(flavor = "multi_thread")]
async fn last_events_are_noted_while_somebody_has_the_counters() {
    let database = database();
    let served = database.serve(Options::default()).await;
    for done in all((0..1100).map(|_| database.create(&served, named("x")))).await {
        done.unwrap();
    }
    let mut other = session(&database);
    other.run("BEGIN; SELECT FROM heads FOR UPDATE");
    served.store.note_last_events(served.workspace).await.unwrap();
    assert_eq!(sql(&database, "SELECT count(*) FROM last_events"), "1");
    other.run("ROLLBACK");
    assert_sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_notes_last_events_at_a_time() {
    let database = database();
    let served = database.serve(Options::default()).await;
    for done in all((0..1100).map(|_| database.create(&served, named("x")))).await {
        done.unwrap();
    }
    let mut other = session(&database);
    let key = (0x6e6f_7465_i64 << 32) | served.workspace.0;
    other.run(&format!("BEGIN; SELECT pg_advisory_xact_lock({key})"));
    served.store.note_last_events(served.workspace).await.unwrap();
    assert_eq!(sql(&database, "SELECT count(*) FROM last_events"), "0", "it is left to the other one");
    other.run("ROLLBACK");
    served.store.note_last_events(served.workspace).await.unwrap();
    assert_eq!(sql(&database, "SELECT count(*) FROM last_events"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_saved_before_the_counters_are_waited_for() {
    let database = database();
    let served = database.serve(Options { writers: 1, ..Options::default() }).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let mut other = session(&database);
    let saved = "SELECT count(*) FROM pg_locks \
                 WHERE relation = 'texts'::regclass AND mode = 'RowExclusiveLock' AND granted";
    // One contact that is changed alone has statements of its own.
    for is_new in [false, true] {
        other.run("BEGIN; SELECT FROM heads FOR UPDATE");
        let mut set = JoinSet::new();
        if is_new {
            set.spawn(database.create(&served, named("Ann")));
        } else {
            set.spawn(database.update(&served, &contact, named("Bea")));
        }
        wait_until("nobody waits", || waiting(&database) == 1);
        assert_eq!(sql(&database, saved), "1");
        other.run("ROLLBACK");
        set.join_all().await.remove(0).unwrap();
    }
    assert_sound(&served).await;
}
