//! The files: what a crash leaves, what cannot be opened, what closing leaves.

use std::path::PathBuf;

use store::{Location, Options, Store, StoreError};

use crate::fixture::{database, named, served};
use crate::raw::{log_length, path, raw};
use crate::schema::newest_schema;

#[tokio::test]
async fn an_answer_is_in_the_files_at_once() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    // What a crash would leave behind.
    let copy = crate::fixture::database();
    for suffix in ["", "-wal"] {
        let file = |path: PathBuf| format!("{}{suffix}", path.display());
        std::fs::copy(file(path(&database)), file(path(&copy))).unwrap();
    }
    let recovered = copy.serve(Options::default()).await;
    assert_eq!(recovered.get(contact.id).await.unwrap(), contact);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (database, served) = served().await;
    served.store.close().await;
    raw(&database).pragma_update(None, "user_version", 99).unwrap();
    for result in [
        Store::open(&database.location(), Options::default()).await,
        Store::open_beside(&database.location()).await,
    ] {
        let known = newest_schema("sqlite");
        assert!(
            matches!(result.err(), Some(StoreError::NewerSchema { found: 99, known: told }) if told as usize == known)
        );
    }
}

#[tokio::test]
async fn a_database_of_schema_1_gets_what_came_later() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    served.store.close().await;
    let old = raw(&database);
    old.execute_batch(
        "DROP TABLE pictures; DROP TABLE requests; DROP TABLE answers; DROP TABLE texts; DROP TABLE far_texts; \
         DROP TABLE texts_due; DROP TABLE last_events; DROP TABLE last_changes; DROP TABLE revisions; DROP TABLE field_values; DROP TABLE value_indexes; \
         PRAGMA user_version = 1",
    )
    .unwrap();
    drop(old);
    // Commands that run while no server does leave the texts to it.
    let beside = Store::open_beside(&database.location()).await.unwrap();
    assert_eq!(beside.verify().await.unwrap().faults, [""; 0]);
    beside.close().await;
    let texts = || {
        raw(&database)
            .query_row("SELECT group_concat(text) FROM texts", [], |row| row.get::<_, Option<String>>(0))
    };
    assert_eq!(texts(), Ok(None));
    let again = database.serve(Options::default()).await;
    assert_eq!(texts(), Ok(Some("  jane".to_owned())));
    assert_eq!(again.get(contact.id).await.unwrap(), contact);
    for sql in ["SELECT count(*) FROM pictures", "SELECT count(*) FROM requests"] {
        assert_eq!(raw(&database).query_row(sql, [], |row| row.get::<_, i64>(0)), Ok(0));
    }
    assert_eq!(again.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn a_missing_directory_is_named() {
    let database = database();
    let directory = path(&database).with_file_name("missing");
    let location = Location::Sqlite(directory.join("contacts.db"));
    for result in [Store::open(&location, Options::default()).await, Store::open_beside(&location).await] {
        match result.err() {
            Some(StoreError::File { path, source }) => {
                assert_eq!(path, directory.display().to_string());
                assert_eq!(source.kind(), std::io::ErrorKind::NotFound);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_no_directory_or_cannot_be_written_is_named() {
    let database = database();
    let file = path(&database).with_file_name("file");
    std::fs::write(&file, "").unwrap();
    let result = Store::open(&Location::Sqlite(file.join("contacts.db")), Options::default()).await;
    match result.err() {
        Some(StoreError::File { path, .. }) => assert_eq!(path, file.display().to_string()),
        other => panic!("{other:?}"),
    }
    // Where the lock cannot be written, as in a directory that is read only.
    std::fs::create_dir(path(&database).with_file_name("contacts.db.lock")).unwrap();
    let result = Store::open(&database.location(), Options::default()).await;
    assert!(matches!(result.err(), Some(StoreError::File { path, .. }) if path.ends_with(".lock")));
}

#[tokio::test]
async fn closing_leaves_one_sound_file() {
    let (database, served) = served().await;
    database.create(&served, named("Jane")).await.unwrap();
    assert!(log_length(&database) > 0);
    served.store.close().await;
    assert_eq!(log_length(&database), 0);
    let check: String = raw(&database).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[tokio::test]
async fn a_file_is_served_once() {
    let (database, served) = served().await;
    let second = Store::open(&database.location(), Options::default()).await;
    match second.err() {
        Some(StoreError::InUseByOther(place)) => assert_eq!(place, database.location().to_string()),
        other => panic!("{other:?}"),
    }
    served.store.close().await;
    let next = Store::open(&database.location(), Options::default()).await.unwrap();
    assert_eq!(next.list_workspaces().await.unwrap().len(), 1);
}
