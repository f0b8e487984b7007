//! Opening, closing, durability, and the bounded log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::{Edit, TextMember};
use store::{Location, Options, Store, StoreError};

use crate::fixture::{all, database, edit, named, served};

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
    let page = served.store.list_contacts(served.workspace, &crate::lists::everything()).await.unwrap();
    assert_eq!(page.total, 300);
    let check: String = database.raw().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[tokio::test]
async fn an_answer_is_in_the_files_at_once() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    // What a crash would leave behind.
    let copy = crate::fixture::database();
    for suffix in ["", "-wal"] {
        let file = |path: std::path::PathBuf| format!("{}{suffix}", path.display());
        std::fs::copy(file(database.path()), file(copy.path())).unwrap();
    }
    let recovered = copy.serve(Options::default()).await;
    assert_eq!(recovered.get(contact.id).await.unwrap(), contact);
}

#[tokio::test]
async fn a_file_is_served_once() {
    let (database, served) = served().await;
    let second = Store::open(&database.location(), Options::default()).await;
    match second.err() {
        Some(StoreError::InUseByOther(path)) => assert_eq!(path, database.path().display().to_string()),
        other => panic!("{other:?}"),
    }
    served.store.close().await;
    let next = Store::open(&database.location(), Options::default()).await.unwrap();
    assert_eq!(next.list_workspaces().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (database, served) = served().await;
    served.store.close().await;
    database.raw().pragma_update(None, "user_version", 99).unwrap();
    for result in [
        Store::open(&database.location(), Options::default()).await,
        Store::open_beside(&database.location()).await,
    ] {
        assert!(matches!(result.err(), Some(StoreError::NewerSchema { found: 99, known: 1 })));
    }
}

#[tokio::test]
async fn a_missing_directory_is_named() {
    let database = database();
    let directory = database.path().with_file_name("missing");
    for location in [Location::Sqlite(directory.join("contacts.db"))] {
        for result in [Store::open(&location, Options::default()).await, Store::open_beside(&location).await]
        {
            match result.err() {
                Some(StoreError::File { path, source }) => {
                    assert_eq!(path, directory.display().to_string());
                    assert_eq!(source.kind(), std::io::ErrorKind::NotFound);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_directory_or_cannot_be_written_is_named() {
    let database = database();
    let file = database.path().with_file_name("file");
    std::fs::write(&file, "").unwrap();
    let result = Store::open(&Location::Sqlite(file.join("contacts.db")), Options::default()).await;
    match result.err() {
        Some(StoreError::File { path, .. }) => assert_eq!(path, file.display().to_string()),
        other => panic!("{other:?}"),
    }
    // Where the lock cannot be written, as in a directory that is read only.
    std::fs::create_dir(database.path().with_file_name("contacts.db.lock")).unwrap();
    let result = Store::open(&database.location(), Options::default()).await;
    assert!(matches!(result.err(), Some(StoreError::File { path, .. }) if path.ends_with(".lock")));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_finishes_what_is_queued() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let (raw, first) = database.hold(&served, database.update(&served, &contact, named("first"))).await;
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
    raw.execute_batch("ROLLBACK").unwrap();
    drop(raw);
    let done = writes.join_all().await;
    closing.join_all().await;
    served.store.close().await;
    assert!(done.iter().all(Result::is_ok));
    let late = database.update(&served, &contact, named("late")).await;
    assert!(matches!(late, Err(StoreError::Closing)), "{late:?}");
    assert!(matches!(served.store.list_keys().await, Err(StoreError::Closing)));
    let log = std::fs::metadata(format!("{}-wal", database.path().display()));
    assert!(log.map_or(0, |log| log.len()) == 0);
    let served = database.serve(Options::default()).await;
    assert_eq!(served.get(contact.id).await.unwrap().revision, 52);
}

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
                let query = crate::lists::everything();
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
    let length = std::fs::metadata(format!("{}-wal", database.path().display())).unwrap().len();
    assert!((1..2 * MAX).contains(&length), "{length}");
    assert!(served.store.writer_stats().log_bytes <= length);
    // It went round several times.
    let written: u64 = database
        .raw()
        .query_row("SELECT sum(length(doc)) FROM events", [], |row| row.get(0))
        .map(|sum: i64| sum.unsigned_abs())
        .unwrap();
    assert!(written > 2 * MAX, "{written}");
}
