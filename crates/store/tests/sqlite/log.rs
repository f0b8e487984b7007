//! The bounded log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::{Edit, TextMember};
use store::Options;

use crate::fixture::{all, database, edit, everything, named};
use crate::raw::{log_length, raw};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_stays_bounded_under_unbroken_load() {
    const MAX: u64 = 2 << 20;
    let database = Arc::new(database());
    let served = Arc::new(database.serve(Options { log_max_bytes: MAX, ..Options::default() }).await);
    let text = "x".repeat(1500);
    let created = all((0..256).map(|_| database.create(&served, named("Jane")))).await;
    let contacts: Arc<Vec<_>> =
        Arc::new(created.into_iter().map(|outcome| outcome.unwrap().contact).collect());
    let is_done = Arc::new(AtomicBool::new(false));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (served, is_done) = (Arc::clone(&served), Arc::clone(&is_done));
        readers.spawn(async move {
            while !is_done.load(Ordering::Relaxed) {
                let query = everything();
                served.store.list_contacts(served.workspace, &query).await.unwrap();
            }
        });
    }
    let writers = (0..32_usize).map(|writer| {
        let (database, served, contacts, text) =
            (Arc::clone(&database), Arc::clone(&served), Arc::clone(&contacts), text.clone());
        async move {
            for round in 0..60 {
                let contact = &contacts[(writer * 8 + round) % 256];
                let change = edit(Edit::Text(TextMember::Remarks, Some(format!("{round} {text}"))));
                database.update(&served, contact, change).await.unwrap();
            }
        }
    });
    all(writers).await;
    is_done.store(true, Ordering::Relaxed);
    readers.join_all().await;
    // The file does not shrink while it is open: its length is the most that there ever was.
    let length = log_length(&database);
    assert!((1..2 * MAX).contains(&length), "{length}");
    assert!(served.store.writer_stats().log_bytes <= length);
    // It went round several times.
    let written: u64 = raw(&database)
        .query_row("SELECT sum(length(doc)) FROM events", [], |row| row.get(0))
        .map(|sum: i64| sum.unsigned_abs())
        .unwrap();
    assert!(written > 2 * MAX, "{written}");
}
