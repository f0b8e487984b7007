//! Workspaces, catalogs and keys.

use std::sync::Arc;

use model::{Catalog, KeyId, WorkspaceId};
use store::{Key, KeyEdit, Store, StoreError};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixture::{all, at, by, in_use, key, named, served, write_catalog};

#[tokio::test]
async fn workspaces_have_unique_ids_and_names() {
    let (database, served) = served().await;
    let store = &served.store;
    let id = WorkspaceId(Uuid::from_u128(77));
    let made = store.create_workspace(id, "second", by(5), &Catalog::default(), None).await.unwrap();
    assert_eq!((made.id, made.name.as_str(), made.created_at), (id, "second", at(5)));
    let same_id = store.create_workspace(id, "third", by(5), &Catalog::default(), None).await;
    assert_eq!(in_use(same_id), id.to_string());
    let other = WorkspaceId(Uuid::from_u128(78));
    assert_eq!(
        in_use(store.create_workspace(other, "second", by(5), &Catalog::default(), None).await),
        "second"
    );
    database.workspace(store, "third").await;
    let all = store.list_workspaces().await.unwrap();
    assert_eq!(
        all.iter().map(|workspace| workspace.name.as_str()).collect::<Vec<_>>(),
        ["first", "second", "third"]
    );
    assert_eq!(all[1], made);
}

#[tokio::test]
async fn a_catalog_is_replaced_only_when_nobody_else_did() {
    let (database, served) = served().await;
    let first = served.store.catalog(served.workspace).await.unwrap();
    let changed = Catalog { default_country: Some("NO".to_owned()), ..Catalog::clone(&first) };
    let stored = write_catalog(&served.store, served.workspace, changed.clone()).await.unwrap();
    assert_eq!(stored.revision, first.revision + 1);
    let late = write_catalog(&served.store, served.workspace, changed).await;
    assert!(matches!(late, Err(StoreError::CatalogChanged)), "{late:?}");
    assert_eq!(served.store.catalog(served.workspace).await.unwrap(), stored);
    let outcome = database.create(&served, named("Jane")).await.unwrap();
    assert!(Arc::ptr_eq(&outcome.catalog, &served.store.catalog(served.workspace).await.unwrap()));
    assert_eq!(outcome.catalog, stored);
}

#[tokio::test]
async fn a_written_catalog_is_read_at_once() {
    let (database, served) = served().await;
    let created = database.create(&served, named("Jane")).await.unwrap();
    let mut last = served.store.catalog(served.workspace).await.unwrap();
    for n in 0..50 {
        let changed = Catalog { default_country: Some(n.to_string()), ..Catalog::clone(&last) };
        let write = async {
            let stored = write_catalog(&served.store, served.workspace, changed).await.unwrap();
            let read = served.store.catalog(served.workspace).await.unwrap();
            assert!(Arc::ptr_eq(&read, &stored), "{n}");
            stored
        };
        // Another write and another reader come at the same time, under whichever catalog they find.
        let update = database.update(&served, &created.contact, named(&format!("Jane {n}")));
        let (read, updated, stored) = tokio::join!(served.store.catalog(served.workspace), update, write);
        read.unwrap();
        updated.unwrap();
        last = served.store.catalog(served.workspace).await.unwrap();
        assert!(Arc::ptr_eq(&last, &stored), "{n}");
    }
}

#[tokio::test]
async fn a_catalog_changed_by_another_process_is_seen_by_the_next_batch() {
    let (database, served) = served().await;
    let first = database.create(&served, named("Jane")).await.unwrap();
    let beside = Store::open_beside(&database.location()).await.unwrap();
    let changed = Catalog { default_country: Some("NO".to_owned()), ..Catalog::clone(&first.catalog) };
    let stored = write_catalog(&beside, served.workspace, changed).await.unwrap();
    let next = database.update(&served, &first.contact, named("Jane")).await.unwrap();
    assert_eq!(next.catalog, stored);
    assert_eq!(served.store.catalog(served.workspace).await.unwrap(), stored);
}

#[tokio::test]
async fn keys_are_found_by_hash_and_revoked_once() {
    let (_database, served) = served().await;
    let store = &served.store;
    let (one, two) = (key(1), Key { compat: None, expires_at: Some(at(9)), ..key(2) });
    store.create_key(&[1; 32], &one, by(1)).await.unwrap();
    store.create_key(&[2; 32], &two, by(1)).await.unwrap();
    in_use(store.create_key(&[1; 32], &key(3), by(1)).await);
    in_use(store.create_key(&[3; 32], &key(1), by(1)).await);
    assert_eq!(store.find_key(&[2; 32]).await.unwrap(), Some(two.clone()));
    assert_eq!(store.find_key(&[3; 32]).await.unwrap(), None);
    let revoke = |id, now, expected| store.edit_keys(vec![(id, KeyEdit::Revoke(expected, by(now)))]);
    assert_eq!(revoke(one.id, 10, 1).await.unwrap(), 1);
    assert!(matches!(revoke(one.id, 20, 1).await, Err(StoreError::RecordChanged)));
    assert_eq!(revoke(one.id, 20, 2).await.unwrap(), 1);
    assert_eq!(revoke(KeyId(Uuid::nil()), 20, 1).await.unwrap(), 0);
    let revoked = Key { revoked_at: Some(at(10)), revision: 2, ..one };
    assert_eq!(store.list_keys().await.unwrap(), [revoked, two]);
}

#[tokio::test]
async fn keys_are_replaced_at_the_revision_that_was_read() {
    let (_database, served) = served().await;
    let store = &served.store;
    let before = key(1);
    store.create_key(&[1; 32], &before, by(1)).await.unwrap();
    let used = vec![(before.id, KeyEdit::Use(at(7))), (before.id, KeyEdit::Use(at(5)))];
    assert_eq!(store.edit_keys(used).await.unwrap(), 2);
    let replace = |name: &str| {
        let new = Key { name: name.to_owned(), ..before.clone() };
        store.edit_keys(vec![(before.id, KeyEdit::Replace(Box::new(new), 1, by(2)))])
    };
    replace("bot").await.unwrap();
    assert!(matches!(replace("other").await, Err(StoreError::RecordChanged)));
    let after = Key { name: "bot".to_owned(), revision: 2, used_at: Some(at(7)), ..before.clone() };
    assert_eq!(store.key(before.id).await.unwrap(), Some(after));
}

#[tokio::test]
async fn a_refused_edit_of_keys_is_nobody_elses_matter() {
    let (database, served) = served().await;
    let store = &served.store;
    let ids = [1, 2].map(|id| key(id).id);
    for id in 1..=2 {
        store.create_key(&[id; 32], &key(id.into()), by(1)).await.unwrap();
    }
    let edit = |edits| {
        let store = store.clone();
        async move { store.edit_keys(edits).await }
    };
    let stale = KeyEdit::Replace(Box::new(Key { name: "stale".to_owned(), ..key(2) }), 7, by(2));
    // One batch: the writer waits with the first write until all are queued.
    let (held, first) = database.hold(&served, database.create(&served, named("Jane"))).await;
    let refused = vec![(ids[0], KeyEdit::Use(at(3))), (ids[1], stale)];
    let used = vec![(ids[0], KeyEdit::Use(at(5))), (ids[1], KeyEdit::Use(at(6)))];
    let mut rest = JoinSet::new();
    rest.spawn(all([edit(refused), edit(used)]));
    while store.writer_stats().waiting < 2 {
        tokio::task::yield_now().await;
    }
    held.release();
    first.await.unwrap();
    let rest = rest.join_all().await.remove(0);
    assert!(matches!(rest[0], Err(StoreError::RecordChanged)), "{rest:?}");
    assert_eq!(rest[1].as_ref().unwrap(), &2);
    let used = [1, 2].map(|id| Key { used_at: Some(at(4 + u64::try_from(id).unwrap())), ..key(id) });
    assert_eq!(store.list_keys().await.unwrap(), used);
}

#[tokio::test]
async fn the_secret_before_a_rotation_works_until_then() {
    let (_database, served) = served().await;
    let store = &served.store;
    let before = key(1);
    store.create_key(&[1; 32], &before, by(1)).await.unwrap();
    store.create_key(&[9; 32], &key(2), by(1)).await.unwrap();
    assert!(store.rotate_key((before.id, 1), &[2; 32], at(50), by(8)).await.unwrap());
    let now = Key { revision: 2, ..before.clone() };
    let found = |hash: u8| async move { store.find_key(&[hash; 32]).await.unwrap() };
    assert_eq!(found(2).await, Some(now.clone()));
    assert_eq!(found(1).await, Some(Key { expires_at: Some(at(50)), ..now.clone() }));
    assert_eq!(store.list_keys().await.unwrap(), [now, key(2)]);
    // What is done to the key holds for its old secret, too; the one before that is gone.
    store.edit_keys(vec![(before.id, KeyEdit::Revoke(2, by(10)))]).await.unwrap();
    assert_eq!(found(1).await.and_then(|key| key.revoked_at), Some(at(10)));
    let stale = store.rotate_key((before.id, 2), &[3; 32], at(60), by(8)).await;
    assert!(matches!(stale, Err(StoreError::RecordChanged)), "{stale:?}");
    assert!(store.rotate_key((before.id, 3), &[3; 32], at(60), by(8)).await.unwrap());
    assert_eq!(found(1).await, None);
    assert_eq!(found(2).await.and_then(|key| key.expires_at), Some(at(60)));
    in_use(store.rotate_key((before.id, 4), &[9; 32], at(70), by(8)).await);
    assert!(!store.rotate_key((KeyId(Uuid::nil()), 1), &[4; 32], at(70), by(8)).await.unwrap());
}

#[tokio::test]
async fn administration_works_beside_a_server() {
    let (database, served) = served().await;
    let beside = Store::open_beside(&database.location()).await.unwrap();
    beside.create_key(&[1; 32], &key(1), by(1)).await.unwrap();
    database.workspace(&beside, "second").await;
    assert_eq!(served.store.find_key(&[1; 32]).await.unwrap(), Some(key(1)));
    assert_eq!(served.store.list_workspaces().await.unwrap().len(), 2);
    let write = database.write(
        served.workspace,
        store::Action::Create { id: database.id(), number: None, change: named("Jane") },
    );
    assert!(matches!(beside.write(write).await, Err(StoreError::Closing)));
    beside.close().await;
    database.create(&served, named("Jane")).await.unwrap();
    served.store.check().await.unwrap();
}

#[tokio::test]
async fn a_sound_database_verifies() {
    let (database, served) = served().await;
    database.create(&served, named("Ada")).await.unwrap();
    let gone = database.create(&served, named("Bob")).await.unwrap().contact;
    database.delete(&served, &gone).await.unwrap();
    let verified = served.store.verify().await.unwrap();
    assert_eq!((verified.contacts, verified.events, verified.faults.len()), (1, 3, 0), "{verified:?}");
}
