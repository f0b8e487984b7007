//! Moving a whole store: to a file, and back to the kind of database that is under test.

mod records;

use std::ops::ControlFlow::{self, Break, Continue};

use model::{ContactId, Dialect, Edit, KeyId, OnConflict, Ref, TextMember};
use store::{Location, MoveError, Moved, Options, Progress, Stage, Store, StoreError, move_all};
use testdb::Session;
use uuid::Uuid;

use self::records::{CONTACTS, assert_same, fill, hash, key, note, read};
use crate::fixture::{Database, Held, all, behind, by, database, edit, named, put, served};
use crate::pictures::picture;
use crate::requests;

async fn moved(from: &Database, to: &Database) -> Moved {
    move_all(&from.location(), &to.location(), |_| Continue(())).await.unwrap()
}

/// Moves until this says stop; why it ended.
async fn fault(
    from: &Location,
    to: &Location,
    watch: impl FnMut(Progress) -> ControlFlow<()> + Send + 'static,
) -> MoveError {
    match move_all(from, to, watch).await {
        Err(fault) => fault,
        Ok(moved) => panic!("it was moved: {moved:?}"),
    }
}

/// Stops once so many records of a table are copied.
fn until(table: &'static str, records: u64) -> impl FnMut(Progress) -> ControlFlow<()> + Send {
    let mut begun = None;
    move |progress: Progress| {
        if progress.table != table || progress.stage != Stage::Copying {
            return Continue(());
        }
        let begun = *begun.get_or_insert(progress.done);
        if progress.done >= begun + records { Break(()) } else { Continue(()) }
    }
}

fn records(moved: &Moved, table: &str) -> u64 {
    moved.tables.iter().find(|each| each.name == table).unwrap().records
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_moved_there_and_back() {
    let (first, served) = served().await;
    fill(&first, &served).await;
    let pictures = [1, 2].map(|n| picture(n, 3 << 20));
    for picture in &pictures {
        served.store.put_picture(served.workspace, picture.clone()).await.unwrap();
    }
    for hash in 1..=3 {
        let write = requests::create(&first, &served, "once");
        served.run(requests::claimed(write, requests::claim(hash, 0, 1))).await.unwrap();
    }
    let once = requests::claim(2, 0, 1).once;
    served.store.keep_answer(served.workspace, once, requests::answer("ключ")).await.unwrap();
    // One writer has them, which packs them.
    for hash in [1, 3] {
        let once = requests::claim(hash, 0, 1).once;
        served.store.keep_answer_later(served.workspace, once, requests::answer("замок")).await.unwrap();
    }
    let expected = read(&served.store).await;
    served.store.close().await;
    let served = first.serve(Options::default()).await;
    let mut carried_out = Vec::new();
    for hash in 1..=3 {
        carried_out.extend(requests::found(&served, hash).await);
    }
    assert_eq!(carried_out.iter().filter(|commit| commit.answer.is_some()).count(), 3);
    served.store.close().await;
    let file = first.other(testdb::Database::sqlite());
    let there = moved(&first, &file).await;
    assert_eq!(records(&there, "pictures"), 2);
    assert_eq!(records(&there, "requests"), 3);
    assert_eq!(records(&there, "answers"), 2);
    assert_eq!(records(&there, "contacts"), CONTACTS - 2 + 20 + 3);
    assert_eq!(records(&there, "last_events"), 1);
    assert_eq!(records(&there, "last_changes"), 1);
    assert_eq!(records(&there, "tombstones"), 2);
    assert_eq!(records(&there, "revisions"), 2 + 1 + 3 + 2);
    assert_eq!(
        there.tables.iter().map(|table| table.name).collect::<Vec<_>>(),
        [
            "workspaces",
            "catalogs",
            "contacts",
            "tombstones",
            "aliases",
            "channels",
            "facets",
            "sort_keys",
            "records",
            "events",
            "last_events",
            "last_changes",
            "pictures",
            "requests",
            "answers",
            "revisions",
            "keys"
        ]
    );
    let served = file.serve(Options::default()).await;
    assert_same(&read(&served.store).await, &expected);
    served.store.close().await;
    let last = file.other(crate::empty());
    let back = moved(&file, &last).await;
    assert_eq!(back, there);
    let served = last.serve(Options::default()).await;
    assert_same(&read(&served.store).await, &expected);
    for commit in carried_out.into_iter().zip(1..) {
        assert_eq!(requests::found(&served, commit.1).await, [commit.0]);
    }
    let next = requests::create(&last, &served, "next");
    served.run(requests::claimed(next, requests::claim(4, 0, 1))).await.unwrap();
    for picture in pictures {
        let found = served.store.find_picture(served.workspace, picture.id).await.unwrap();
        assert!(found == Some(picture));
    }
    served.store.close().await;
    // The source is as it was.
    assert_eq!(moved(&first, &file.other(testdb::Database::sqlite())).await, there);
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_goes_on_with_the_next_numbers() {
    let (first, served) = served().await;
    fill(&first, &served).await;
    served.store.close().await;
    let file = first.other(testdb::Database::sqlite());
    moved(&first, &file).await;
    let last = file.other(crate::empty());
    moved(&file, &last).await;
    for database in [&file, &last] {
        let served = database.serve(Options { writers: 1, ..Options::default() }).await;
        let before = served.store.events_after(served.workspace, 0, 5000).await.unwrap().len();
        let made = database.create(&served, named("next")).await.unwrap();
        // One more than the last contact, which was made again under the id of an earlier one.
        assert_eq!(made.contact.number, CONTACTS + 2);
        assert_eq!(made.event, Some(before as u64 + 1));
        // An event that was moved can be taken back.
        let named = Ref::uuid(Dialect::Callbell, "ключ-1000");
        let history = served.store.history(served.workspace, &named, None, 10).await.unwrap().unwrap();
        let undone = database.undo(&served, history[0].0, OnConflict::Refuse).await.unwrap();
        assert_eq!(undone.done, store::Done::Deleted);
        assert_eq!(database.workspace(&served.store, "third").await.0, 3);
        served.store.create_key(&hash(9), &key(9, &[served.workspace]), by(1)).await.unwrap();
        let last_key = served.store.list_keys().await.unwrap().pop().unwrap();
        assert_eq!(last_key.id, KeyId(Uuid::from_u128(9)));
        assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_interrupted_goes_on_where_it_stopped() {
    let (first, served) = served().await;
    fill(&first, &served).await;
    let expected = read(&served.store).await;
    served.store.close().await;
    let to = first.other(crate::empty());
    let (from, target) = (first.location(), to.location());
    let mut done = 0;
    for (table, records) in [("workspaces", 0), ("contacts", 1000), ("channels", 2000), ("events", 1000)] {
        let stopped = fault(&from, &target, until(table, records)).await;
        assert!(matches!(stopped, MoveError::Stopped), "{stopped:?}");
        for opened in [Store::open(&target, Options::default()).await, Store::open_beside(&target).await] {
            let refused = opened.err().unwrap();
            assert!(matches!(&refused, StoreError::UnfinishedMove(place) if *place == from.to_string()));
            assert!(refused.to_string().contains("run the same `contactd move` again"), "{refused}");
        }
        // The next run begins with what is there.
        let (tell, told) = std::sync::mpsc::channel();
        fault(&from, &target, move |progress| {
            tell.send(progress).unwrap();
            Break(())
        })
        .await;
        let begun = told.recv().unwrap();
        assert_eq!((begun.stage, begun.table), (Stage::Copying, table));
        assert!(begun.done > done || table == "workspaces", "{begun:?}");
        done = begun.done;
    }
    // All is copied, and not yet compared.
    let watch = |progress: Progress| {
        if progress.stage == Stage::Comparing { Break(()) } else { Continue(()) }
    };
    assert!(matches!(fault(&from, &target, watch).await, MoveError::Stopped));
    assert!(Store::open(&target, Options::default()).await.is_err());
    // Nor can it be moved on.
    let third = testdb::Database::sqlite().argument().parse().unwrap();
    let refused = fault(&target, &third, |_| Continue(())).await;
    assert!(
        matches!(&refused, MoveError::Source { fault: StoreError::UnfinishedMove(_), .. }),
        "{refused:?}"
    );
    moved(&first, &to).await;
    let served = to.serve(Options::default()).await;
    assert_same(&read(&served.store).await, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_stay_small_when_documents_are_large() {
    let (first, served) = served().await;
    let large = || edit(Edit::Text(TextMember::Remarks, Some("\u{1f600}".repeat(65_536))));
    for made in all((0..40).map(|_| first.create(&served, large()))).await {
        made.unwrap();
    }
    served.store.close().await;
    let file = first.other(testdb::Database::sqlite());
    let last = first.other(crate::empty());
    for (from, to) in [(&first, &file), (&file, &last)] {
        let mut before = 0;
        // 16 times 256 KB are 4 MB.
        let watch = move |progress: Progress| {
            let is_large = ["contacts", "events"].contains(&progress.table);
            assert!(!is_large || progress.done < before + 2 * 20, "{progress:?}");
            before = progress.done;
            Continue(())
        };
        let there = move_all(&from.location(), &to.location(), watch).await.unwrap();
        assert_eq!(records(&there, "contacts"), 40);
    }
}

#[tokio::test]
async fn a_database_in_use_is_no_target() {
    let (first, one) = served().await;
    for to in [first.other(testdb::Database::sqlite()), first.other(crate::empty())] {
        let other = to.serve(Options::default()).await;
        other.store.close().await;
        let refused = fault(&first.location(), &to.location(), |_| Continue(())).await;
        // The source is served, which matters only on SQLite.
        match refused {
            MoveError::Source { fault: StoreError::InUseByOther(_), .. } => {}
            other => assert!(matches!(other, MoveError::NotEmpty { table: "workspaces", .. }), "{other:?}"),
        }
    }
    one.store.close().await;
    let itself = fault(&first.location(), &first.location(), |_| Continue(())).await;
    assert!(matches!(itself, MoveError::SamePlace(_)), "{itself:?}");
}

#[tokio::test]
async fn a_target_with_a_part_of_another_store_is_refused() {
    let (first, one) = served().await;
    one.store.close().await;
    let second = first.other(crate::empty());
    second.serve(Options::default()).await.store.close().await;
    let to = database();
    fault(&first.location(), &to.location(), |_| Break(())).await;
    let refused = fault(&second.location(), &to.location(), |_| Continue(())).await;
    let place = first.location().to_string();
    assert!(matches!(&refused, MoveError::OtherMove { other, .. } if *other == place), "{refused:?}");
    moved(&first, &to).await;
}

#[tokio::test]
async fn what_is_no_store_is_no_source() {
    let to: Location = testdb::Database::sqlite().argument().parse().unwrap();
    let nothing = database();
    let refused = fault(&nothing.location(), &to, |_| Continue(())).await;
    assert!(matches!(&refused, MoveError::NoStore(_)), "{refused:?}");
    if let Location::Sqlite(path) = nothing.location() {
        assert!(!path.exists(), "a mistyped path makes no database");
    }
    // One without anything in it.
    Store::open(&nothing.location(), Options::default()).await.unwrap().close().await;
    let to = database();
    let refused = fault(&nothing.location(), &to.location(), |_| Continue(())).await;
    assert!(matches!(&refused, MoveError::NothingToMove(_)), "{refused:?}");
    Store::open(&to.location(), Options::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_was_used_in_between_is_found_out() {
    let (first, served) = served().await;
    fill(&first, &served).await;
    served.store.close().await;
    let to = first.other(crate::empty());
    fault(&first.location(), &to.location(), until("events", 0)).await;
    let served = first.serve(Options::default()).await;
    put(&served.store, served.workspace, note(9), None).await.unwrap();
    served.store.close().await;
    let refused = fault(&first.location(), &to.location(), |_| panic!("it goes on")).await;
    assert!(matches!(refused, MoveError::SourceChanged(_)), "{refused:?}");
    assert!(matches!(
        Store::open(&to.location(), Options::default()).await.err(),
        Some(StoreError::UnfinishedMove(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_the_same_stays_closed() {
    let (first, served) = served().await;
    fill(&first, &served).await;
    served.store.close().await;
    for (damage, table) in [
        ("UPDATE contacts SET doc = doc || ' ' WHERE number = 1", "contacts"),
        ("DELETE FROM tombstones", "tombstones"),
        ("UPDATE aliases SET alias = 'else' WHERE kind = 1 AND alias = 'company-1'", "aliases"),
        ("DELETE FROM channels WHERE value = 'p1@example.com'", "channels"),
        ("UPDATE workspaces SET next_number = next_number + 1", "workspaces"),
    ] {
        for place in [testdb::Database::sqlite(), crate::empty()] {
            let to = first.other(place);
            let target = to.location();
            let mut is_done = false;
            let refused = fault(&first.location(), &to.location(), move |progress| {
                if progress.table == "events" && !std::mem::replace(&mut is_done, true) {
                    behind(&target, damage);
                }
                Continue(())
            })
            .await;
            assert!(
                matches!(&refused, MoveError::Different { table: found, .. } if *found == table),
                "{refused:?}"
            );
            let opened = Store::open(&to.location(), Options::default()).await;
            assert!(matches!(opened.err(), Some(StoreError::UnfinishedMove(_))));
        }
    }
}

#[tokio::test]
async fn a_file_that_is_served_is_not_moved() {
    let first = database().other(testdb::Database::sqlite());
    let served = first.serve(Options::default()).await;
    let to = database();
    let refused = fault(&first.location(), &to.location(), |_| Continue(())).await;
    assert!(matches!(&refused, MoveError::Source { fault: StoreError::InUseByOther(_), .. }), "{refused:?}");
    served.store.close().await;
    moved(&first, &to).await;
    // Nor is one moved into that is.
    let served = to.serve(Options::default()).await;
    if let Location::Sqlite(_) = to.location() {
        let refused = fault(&first.location(), &to.location(), |_| Continue(())).await;
        assert!(
            matches!(&refused, MoveError::Target { fault: StoreError::InUseByOther(_), .. }),
            "{refused:?}"
        );
    }
    served.store.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_to_the_source_meanwhile() {
    let (first, served) = served().await;
    fill(&first, &served).await;
    served.store.close().await;
    let to = first.other(testdb::Database::sqlite());
    let source = first.location();
    let mut tries = 0;
    let watch = move |progress: Progress| {
        if progress.done > 0 && progress.table == "records" {
            tries += 1;
            refuses_writes(&source);
        }
        if progress.stage == Stage::Comparing && progress.table == "keys" {
            assert!(tries >= 3, "before and after the records were copied, and when they are compared");
        }
        Continue(())
    };
    move_all(&first.location(), &to.location(), watch).await.unwrap();
    let served = first.serve(Options::default()).await;
    first.create(&served, named("after")).await.unwrap();
}

/// Whether every way of writing waits.
fn refuses_writes(location: &Location) {
    match location {
        Location::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.busy_timeout(std::time::Duration::ZERO).unwrap();
            connection.execute_batch("BEGIN IMMEDIATE").unwrap_err();
        }
        Location::Postgres(url) => {
            let mut session = Session::open(url);
            session.run("SET lock_timeout = 1; CREATE TEMP TABLE refused (what text)");
            for write in [
                "UPDATE heads SET last_event = last_event",
                "INSERT INTO workspaces (id, name, created_at) VALUES (gen_random_uuid(), ''x'', 0)",
                "UPDATE workspaces SET next_number = next_number",
                "UPDATE catalogs SET doc = doc",
                "UPDATE records SET doc = doc",
                "UPDATE keys SET doc = doc",
            ] {
                session.run(&format!(
                    "DO $$ BEGIN EXECUTE '{write}'; EXCEPTION WHEN lock_not_available \
                     THEN INSERT INTO refused VALUES ('it'); END $$"
                ));
            }
            assert_eq!(session.run("SELECT count(*) FROM refused"), "6");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_the_move_waits_is_moved() {
    let (first, served) = served().await;
    let contact = first.create(&served, named("before")).await.unwrap().contact;
    served.store.close().await;
    let (from, to) = (first.location(), first.other(testdb::Database::sqlite()));
    let mut held = match first.lock() {
        Held::Sqlite(connection) => {
            connection.execute_batch("UPDATE contacts SET name = 'later'").unwrap();
            Held::Sqlite(connection)
        }
        Held::Postgres(mut session) => {
            session.run("UPDATE heads SET last_event = last_event; UPDATE contacts SET name = 'later'");
            Held::Postgres(session)
        }
    };
    let target = to.location();
    let moving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(move_all(&from, &target, |_| Continue(())))
    });
    match &mut held {
        // Which of both is first is seen nowhere.
        Held::Sqlite(connection) => connection.execute_batch("COMMIT").unwrap(),
        Held::Postgres(session) => {
            let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareLock'";
            while session.run(waiting) == "0" {}
            session.run("COMMIT");
        }
    }
    moving.join().unwrap().unwrap();
    let Location::Sqlite(path) = to.location() else { panic!("a file") };
    let sql = "SELECT id, name FROM contacts";
    let (id, name): ([u8; 16], String) = rusqlite::Connection::open(path)
        .unwrap()
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!((ContactId(Uuid::from_bytes(id)), name.as_str()), (contact.id, "later"));
}

/// SQLite has no such setting.
#[tokio::test(flavor = "multi_thread")]
async fn poolers_that_know_no_prepared_statements_do() {
    let (first, served) = served().await;
    fill(&first, &served).await;
    served.store.close().await;
    let to = first.other(crate::empty());
    let unprepared = |database: &Database| match database.location() {
        Location::Postgres(url) => Location::Postgres(format!("{url}?prepare=false")),
        file @ Location::Sqlite(_) => file,
    };
    let there = move_all(&unprepared(&first), &unprepared(&to), |_| Continue(())).await.unwrap();
    assert_eq!(records(&there, "contacts"), CONTACTS - 2 + 20);
}
