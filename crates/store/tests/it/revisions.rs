//! What keys and workspaces were.

use model::{Catalog, KeyId, Timestamp, WorkspaceId};
use store::{Asked, Authored, Cause, Key, KeyEdit, REVISIONS_MAX, Revision, Store, StoreError, Workspace};
use uuid::Uuid;

use crate::fixture::{at, behind, by, in_use, key, served};
use crate::requests::{answer, claim, found};

async fn of_key(store: &Store, id: KeyId) -> Vec<(u64, Cause, Option<Timestamp>, Key)> {
    let found = store.key_revisions(id, u64::MAX, 2000).await.unwrap();
    let row = |(number, Revision { cause, authored, state }): (u64, Revision<Key>)| {
        (number, cause, authored.map(|authored| authored.at), state)
    };
    found.into_iter().map(row).collect()
}

#[tokio::test]
async fn each_change_of_a_key_is_kept_with_who_made_it() {
    let (_database, served) = served().await;
    let store = &served.store;
    let made = key(1);
    store.create_key(&[1; 32], &made, by(1)).await.unwrap();
    store.edit_keys(vec![(made.id, KeyEdit::Use(at(2)))]).await.unwrap();
    let bot = Key { name: "bot".to_owned(), ..made.clone() };
    let authored = Authored { undoes: Some(7), ..by(3) };
    store
        .edit_keys(vec![(made.id, KeyEdit::Replace(Box::new(bot.clone()), 1, authored.clone()))])
        .await
        .unwrap();
    store.rotate_key((made.id, 2), &[2; 32], at(50), by(4)).await.unwrap();
    store.edit_keys(vec![(made.id, KeyEdit::Revoke(3, by(5)))]).await.unwrap();
    // What came to nothing leaves no trace.
    store.edit_keys(vec![(made.id, KeyEdit::Revoke(4, by(6)))]).await.unwrap();
    store.edit_keys(vec![(made.id, KeyEdit::Revoke(3, by(6)))]).await.unwrap_err();
    in_use(store.create_key(&[2; 32], &key(2), by(6)).await);
    let bot = |revision| Key { revision, ..bot.clone() };
    let expected = [
        (4, Cause::Revoked, Some(at(5)), Key { revoked_at: Some(at(5)), ..bot(4) }),
        (3, Cause::Rotated, Some(at(4)), bot(3)),
        (2, Cause::Updated, Some(at(3)), bot(2)),
        (1, Cause::Created, Some(at(1)), made.clone()),
    ];
    assert_eq!(of_key(store, made.id).await, expected);
    assert_eq!(of_key(store, key(2).id).await, []);
    let part = store.key_revisions(made.id, 3, 1).await.unwrap();
    assert_eq!(part.len(), 1);
    assert_eq!((part[0].0, part[0].1.authored.as_ref()), (2, Some(&authored)));
}

#[tokio::test]
async fn what_an_older_key_was_before_its_first_change_is_kept() {
    let (database, served) = served().await;
    let store = &served.store;
    let made = key(1);
    store.create_key(&[1; 32], &made, by(1)).await.unwrap();
    behind(&database.location(), "DELETE FROM revisions");
    let bot = Key { name: "bot".to_owned(), ..made.clone() };
    store.edit_keys(vec![(made.id, KeyEdit::Replace(Box::new(bot.clone()), 1, by(2)))]).await.unwrap();
    let expected =
        [(2, Cause::Updated, Some(at(2)), Key { revision: 2, ..bot }), (1, Cause::Known, None, made.clone())];
    assert_eq!(of_key(store, made.id).await, expected);
}

#[tokio::test]
async fn the_oldest_revisions_are_forgotten() {
    let (_database, served) = served().await;
    let store = &served.store;
    let made = key(1);
    store.create_key(&[1; 32], &made, by(1)).await.unwrap();
    let edit = |revision: u64| {
        let new = Key { name: format!("after {revision}"), ..made.clone() };
        (made.id, KeyEdit::Replace(Box::new(new), revision, by(2)))
    };
    store.edit_keys((1..=REVISIONS_MAX + 4).map(edit).collect()).await.unwrap();
    let numbers: Vec<_> = of_key(store, made.id).await.into_iter().map(|(number, ..)| number).collect();
    let last = REVISIONS_MAX + 5;
    assert_eq!(numbers, (last - REVISIONS_MAX + 1..=last).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_workspace_is_renamed_at_the_revision_that_was_read() {
    let (database, served) = served().await;
    let store = &served.store;
    let second = database.workspace(store, "second").await;
    let rename = |expected, name| store.rename_workspace((second, expected), name, by(2));
    in_use(rename(1, "first").await);
    assert!(rename(1, "spa").await.unwrap());
    let stale = rename(1, "other").await;
    assert!(matches!(stale, Err(StoreError::RecordChanged)), "{stale:?}");
    assert!(!store.rename_workspace((store::WorkspaceNumber(77), 1), "x", by(2)).await.unwrap());
    let Workspace { id, name, revision, .. } = store.list_workspaces().await.unwrap().remove(1);
    assert_eq!((name.as_str(), revision), ("spa", 2));
    let names = |found: Vec<(u64, Revision<String>)>| -> Vec<_> {
        found.into_iter().map(|(number, revision)| (number, revision.cause, revision.state)).collect()
    };
    let found = store.workspace_revisions(id, u64::MAX, 10).await.unwrap();
    let expected = [(2, Cause::Updated, "spa".to_owned()), (1, Cause::Created, "second".to_owned())];
    assert_eq!(names(found), expected);
    // One that was made before revisions were kept is at its first.
    behind(&database.location(), "DELETE FROM revisions");
    assert_eq!(store.list_workspaces().await.unwrap()[1].revision, 1);
    assert!(rename(1, "beach").await.unwrap());
    let found = store.workspace_revisions(id, u64::MAX, 10).await.unwrap();
    let expected = [(2, Cause::Updated, "beach".to_owned()), (1, Cause::Known, "spa".to_owned())];
    assert_eq!(names(found), expected);
    assert_eq!(store.workspace_revisions(WorkspaceId(Uuid::nil()), u64::MAX, 10).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_kept_is_verified() {
    let (database, served) = served().await;
    let store = &served.store;
    let made = key(1);
    store.create_key(&[1; 32], &made, by(1)).await.unwrap();
    store.edit_keys(vec![(made.id, KeyEdit::Use(at(2)))]).await.unwrap();
    let faults = async || store.verify().await.unwrap().faults;
    assert_eq!(faults().await, [""; 0]);
    let name = r#"UPDATE revisions SET doc = replace(doc, '"name":"key 1"', '"name":"key 2"')"#;
    behind(&database.location(), name);
    assert_eq!(faults().await, [format!("key {} is not what its last revision says", made.id)]);
    behind(&database.location(), "UPDATE revisions SET doc = '{}' WHERE kind = 2");
    let faults = faults().await;
    assert!(faults.len() == 2 && faults[1].contains("revision 1 cannot be read"), "{faults:?}");
}

#[tokio::test]
async fn a_change_that_a_request_makes_is_made_once() {
    let (database, served) = served().await;
    let store = &served.store;
    let second = database.workspace(store, "second").await;
    let made = key(1);
    store.create_key(&[1; 32], &made, by(1)).await.unwrap();
    let asked = |claim| Asked { authored: by(2), claim: Some((served.workspace, claim)) };
    let rename = |claim, revision| store.rename_workspace((second, revision), "spa", asked(claim));
    assert!(rename(claim(1, 0, 1), 1).await.unwrap());
    for (again, same) in [(claim(1, 0, 1), true), (claim(1, 0, 2), false)] {
        let refused = rename(again, 2).await;
        assert!(matches!(refused, Err(StoreError::CarriedOut { is_same }) if is_same == same), "{refused:?}");
    }
    let [row] = found(&served, 1).await.try_into().unwrap();
    assert_eq!((row.event, row.events, row.at, row.answer), (None, 0, at(2), None));
    store.keep_answer(served.workspace, claim(1, 0, 1).once, answer("spa")).await.unwrap();
    assert_eq!(found(&served, 1).await[0].answer, Some(answer("spa")));

    // What is refused, or finds nothing, is not known.
    assert!(matches!(rename(claim(2, 0, 1), 7).await, Err(StoreError::RecordChanged)));
    let claim_of = |hash| Some((served.workspace, claim(hash, 0, 1)));
    let revoke = |id, hash| store.edit_key(id, KeyEdit::Revoke(1, by(3)), claim_of(hash));
    assert!(!revoke(KeyId(Uuid::nil()), 2).await.unwrap());
    assert_eq!(found(&served, 2).await, []);
    // Two at once: one is carried out, whichever.
    let (one, other) = tokio::join!(revoke(made.id, 2), revoke(made.id, 2));
    let done = [&one, &other].into_iter().filter(|done| matches!(done, Ok(true))).count();
    assert_eq!(done, 1, "{one:?} {other:?}");
    assert_eq!(found(&served, 2).await.len(), 1);
    assert_eq!(of_key(store, made.id).await.len(), 2);
}

#[tokio::test]
async fn a_key_opens_the_workspace_that_it_makes() {
    let (database, served) = served().await;
    let store = &served.store;
    let made = key(1);
    store.create_key(&[1; 32], &made, by(1)).await.unwrap();
    let id = WorkspaceId(Uuid::from_u128(77));
    let catalog = Catalog::default();
    let make = |name| store.create_workspace(id, name, by(2), &catalog, Some(made.id));
    in_use(make("first").await);
    let second = make("second").await.unwrap().number;
    let open = Key { workspaces: vec![served.workspace, second], revision: 2, ..made.clone() };
    assert_eq!(store.key(made.id).await.unwrap(), Some(open.clone()));
    assert_eq!(of_key(store, made.id).await[0], (2, Cause::Updated, Some(at(2)), open));
    database.workspace(store, "third").await;
    assert_eq!(of_key(store, made.id).await.len(), 2);
}
