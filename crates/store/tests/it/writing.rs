//! Creating, changing and deleting contacts, in batches.

use model::{Change, ContactId, Dialect, Edit, EventKind, Flag, Ref, TextMember, ViolationKind};
use store::{Action, Done, Options, StoreError};

use crate::fixture::{
    Served, aliased, all, by_id, database, edit, edits, in_use, name_edit, named, served, violation,
};

#[tokio::test]
async fn a_contact_is_created_changed_and_deleted() {
    let (database, served) = served().await;
    let created = database.create(&served, named("Jane Smith")).await.unwrap();
    assert_eq!((created.done, created.contact.revision, created.contact.number), (Done::Created, 1, 1));
    assert_eq!(created.differences.len(), 3);
    let changed = database.update(&served, &created.contact, named("Jane Doe")).await.unwrap();
    assert_eq!((changed.done, changed.contact.revision), (Done::Updated, 2));
    assert_eq!(*served.get(created.contact.id).await.unwrap(), *changed.contact);
    let deleted = database.delete(&served, &created.contact).await.unwrap();
    assert_eq!((deleted.done, &deleted.contact), (Done::Deleted, &changed.contact));
    assert_eq!(served.get(created.contact.id).await, None);
    assert_eq!([created.event, changed.event, deleted.event], [Some(1), Some(2), Some(3)]);
    for result in [
        database.update(&served, &created.contact, named("x")).await,
        database.delete(&served, &created.contact).await,
    ] {
        assert!(matches!(result, Err(StoreError::NoSuchContact)), "{result:?}");
    }
}

#[tokio::test]
async fn an_empty_contact_has_revision_one_and_an_event() {
    let (database, served) = served().await;
    let created = database.create(&served, Change::default()).await.unwrap();
    assert_eq!((created.contact.revision, created.event), (1, Some(1)));
    assert_eq!(served.get(created.contact.id).await.unwrap().revision, 1);
}

#[tokio::test]
async fn what_changes_nothing_stores_nothing() {
    let (database, served) = served().await;
    let created = database.create(&served, named("Jane")).await.unwrap();
    let before = served.store.writer_stats();
    let again = database.update(&served, &created.contact, named("Jane")).await.unwrap();
    assert_eq!((again.done, again.event), (Done::Unchanged, None));
    assert_eq!(again.contact, created.contact);
    let refused =
        database.update(&served, &created.contact, edit(Edit::Aliases(Dialect::Zingle, vec!["".into()])));
    assert_eq!(violation(refused.await).1, ViolationKind::Blank);
    let after = served.store.writer_stats();
    assert_eq!((before.batches, before.events), (after.batches, after.events));
}

#[tokio::test]
async fn numbers_are_never_used_again() {
    let (database, served) = served().await;
    let create = |number| {
        let action = Action::Create { id: database.id(), number, change: Change::default() };
        served.run(database.write(served.workspace, action))
    };
    assert_eq!(create(None).await.unwrap().contact.number, 1);
    assert_eq!(create(Some(40)).await.unwrap().contact.number, 40);
    let last = create(None).await.unwrap().contact;
    assert_eq!(last.number, 41);
    database.delete(&served, &last).await.unwrap();
    assert_eq!(create(None).await.unwrap().contact.number, 42);
    assert_eq!(create(Some(7)).await.unwrap().contact.number, 7);
    assert_eq!(create(None).await.unwrap().contact.number, 43);
    for number in [0, 1 << 53, u64::MAX] {
        assert!(
            matches!(violation(create(Some(number)).await), (at, ViolationKind::OutOfRange { .. }) if at == "number")
        );
    }
}

#[tokio::test]
async fn what_is_in_use_cannot_be_created_again() {
    let (database, served) = served().await;
    let first = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let create = |id: ContactId, number, change| {
        served.run(database.write(served.workspace, Action::Create { id, number, change }))
    };
    assert_eq!(in_use(create(first.id, None, Change::default()).await), first.id.to_string());
    assert_eq!(in_use(create(database.id(), Some(1), Change::default()).await), "1");
    assert!(create(database.id(), None, aliased(Dialect::Acquire, "z-1")).await.is_ok());
}

#[tokio::test]
async fn an_alias_of_another_contact_is_refused() {
    let (database, served) = served().await;
    let one = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let two = database.create(&served, named("two")).await.unwrap().contact;
    let refused = database.update(&served, &two, aliased(Dialect::Zingle, "z-1")).await;
    assert_eq!(violation(refused), ("aliases.zingle".to_owned(), ViolationKind::AliasTaken));
    let refused = database.create(&served, aliased(Dialect::Zingle, "z-1")).await;
    assert_eq!(violation(refused), ("aliases.zingle".to_owned(), ViolationKind::AliasTaken));
    database.update(&served, &one, edit(Edit::Aliases(Dialect::Zingle, vec![]))).await.unwrap();
    database.update(&served, &two, aliased(Dialect::Zingle, "z-1")).await.unwrap();
    let found =
        served.store.find_contact(served.workspace, &Ref::uuid(Dialect::Zingle, "z-1")).await.unwrap();
    assert_eq!(found.unwrap().id, two.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_share_commits() {
    let (database, served) = served().await;
    let created = all((0..64).map(|n| database.create(&served, named(&format!("contact {n}"))))).await;
    let contacts: Vec<_> = created.into_iter().map(|outcome| outcome.unwrap().contact).collect();
    let mut numbers: Vec<_> = contacts.iter().map(|contact| contact.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=64).collect::<Vec<_>>());
    let before = served.store.writer_stats();
    let updates = (0..1000).map(|n| {
        let text = Some(format!("title {n}"));
        database.update(&served, &contacts[n % 64], edit(Edit::Text(TextMember::JobTitle, text)))
    });
    let updated: Vec<_> = all(updates).await.into_iter().map(Result::unwrap).collect();
    let after = served.store.writer_stats();
    assert_eq!(after.writes - before.writes, 1000);
    assert_eq!(after.events - before.events, 1000);
    assert!(after.batches - before.batches < 500, "{} batches", after.batches - before.batches);
    assert_eq!(after.waiting, 0);
    let mut events: Vec<_> = updated.iter().filter_map(|outcome| outcome.event).collect();
    events.sort_unstable();
    assert_eq!(events, (65..=1064).collect::<Vec<_>>());
    for contact in contacts {
        let (_, last) =
            served.store.history(served.workspace, &by_id(contact.id), None, 1).await.unwrap().unwrap()[0]
                .clone();
        assert_eq!(last.revision, served.get(contact.id).await.unwrap().revision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_updates_of_one_contact_all_count() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let updates = (0..200).map(|n| {
        let change = edit(Edit::Text(TextMember::City, Some(format!("city {n}"))));
        database.update(&served, &contact, change)
    });
    assert!(all(updates).await.iter().all(Result::is_ok));
    let contact = served.get(contact.id).await.unwrap();
    assert_eq!(contact.revision, 201);
    let history =
        served.store.history(served.workspace, &by_id(contact.id), None, 1000).await.unwrap().unwrap();
    assert_eq!(history.len(), 201);
    for (pair, revision) in history.windows(2).zip((2..=201).rev()) {
        let [(_, newer), (older_seq, older)] = pair else { unreachable!() };
        assert_eq!(newer.previous, Some(*older_seq));
        assert_eq!((newer.revision, older.revision), (revision, revision - 1));
        if older.kind == EventKind::Updated {
            assert_eq!(newer.differences[0].before, older.differences[0].after);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_write_does_not_disturb_its_batch() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let writes = (0..100).map(|n| {
        let change = match n % 2 {
            0 => edit(Edit::Text(TextMember::City, Some(format!("city {n}")))),
            _ => edits([Edit::Flag(Flag::Starred, true), Edit::Aliases(Dialect::Zingle, vec!["".into()])]),
        };
        database.update(&served, &contact, change)
    });
    let results = all(writes).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 50);
    let contact = served.get(contact.id).await.unwrap();
    assert_eq!((contact.revision, contact.starred), (51, false));
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let database = database();
    let served = database.serve(Options { queue_max: 1, ..Options::default() }).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    // The writer cannot get on with its batch, so the queue fills.
    let held = database.lock();
    let mut writes = tokio::task::JoinSet::new();
    for n in 0..3 {
        writes.spawn(database.update(&served, &contact, named(&format!("name {n}"))));
    }
    let first = writes.join_next().await.unwrap().unwrap();
    assert!(matches!(first, Err(StoreError::Busy)), "{first:?}");
    held.release();
    let rest = writes.join_all().await;
    assert!(rest.iter().any(Result::is_ok));
    assert!(database.update(&served, &contact, named("last")).await.is_ok());
}

#[tokio::test]
async fn unknown_workspaces_have_no_contacts() {
    let (database, mut served) = served().await;
    served.workspace = store::WorkspaceNumber(99);
    let result = database.create(&served, named("Jane")).await;
    assert!(matches!(result, Err(StoreError::NoSuchContact)), "{result:?}");
    assert!(matches!(served.store.catalog(served.workspace).await, Err(StoreError::NoSuchContact)));
}

#[tokio::test]
async fn workspaces_do_not_see_each_other() {
    let (database, served) = served().await;
    let other =
        Served { workspace: database.workspace(&served.store, "other").await, store: served.store.clone() };
    let change = || edits([name_edit("Jane"), Edit::Aliases(Dialect::Zingle, vec!["z-1".into()])]);
    let here = database.create(&served, change()).await.unwrap();
    let there = database.create(&other, change()).await.unwrap();
    assert_eq!((here.contact.number, there.contact.number), (1, 1));
    assert_eq!((here.event, there.event), (Some(1), Some(1)));
    for (served, contact) in [(&served, &here.contact), (&other, &there.contact)] {
        for named in
            [Ref::uuid(Dialect::Zingle, "z-1"), Ref::number(Dialect::Acquire, "1"), by_id(contact.id)]
        {
            let found = served.store.find_contact(served.workspace, &named).await.unwrap().unwrap();
            assert_eq!(found.id, contact.id);
        }
    }
    assert_eq!(other.get(here.contact.id).await, None);
    database.delete(&served, &here.contact).await.unwrap();
    assert!(other.get(there.contact.id).await.is_some());
}
