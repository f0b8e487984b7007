//! Opening: migrations, schemas of other releases, and the ways to write a URL.

use model::{Contact, KeyId};
use store::{Action, Claim, KeptAnswer, Location, Once, Options, Store, StoreError, Write};
use uuid::Uuid;

use crate::fixture::{all, by_id, database, everything, named};
use crate::raw::{assert_sound, nodes, session, sql, url, wait_until, waiting};
use crate::schema::newest_schema;

const GOLDEN: &str = include_str!("../golden/contact.v1.json");

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_together_migrate_once() {
    let database = database();
    let opens = (0..8).map(|n| {
        let location = database.location();
        async move {
            match n % 4 {
                0 => Store::open_beside(&location).await,
                _ => Store::open(&location, Options { writers: 1, ..Options::default() }).await,
            }
        }
    });
    let opened = all(opens).await;
    for each in &opened {
        assert!(each.is_ok(), "{:?}", each.as_ref().err());
    }
    assert_eq!(
        sql(&database, "SELECT count(*), max(version) FROM contactd_schema"),
        format!("1|{}", newest_schema("postgres"))
    );
    let served = database.serve(Options::default()).await;
    database.create(&served, named("Jane")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_waits_for_the_one_that_runs() {
    let database = database();
    let mut other = session(&database);
    other.run("BEGIN; SELECT pg_advisory_xact_lock(7161130427)");
    let mut set = tokio::task::JoinSet::new();
    let location = database.location();
    set.spawn(async move { Store::open(&location, Options::default()).await.map(drop) });
    wait_until("it does not wait", || waiting(&database) == 1);
    assert_eq!(sql(&database, "SELECT to_regclass('contactd_schema') IS NULL"), "t");
    other.run("COMMIT");
    set.join_next().await.unwrap().unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_served_while_this_release_can() {
    let database = database();
    let served = database.serve(Options::default()).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let known = newest_schema("postgres");
    let (found, oldest) = (known + 5, known + 1);
    sql(&database, &format!("UPDATE contactd_schema SET version = {found}, oldest = 1"));
    let newer = database.serve(Options::default()).await;
    assert_eq!(newer.get(contact.id).await.unwrap(), contact);
    database.update(&newer, &contact, named("Jane Doe")).await.unwrap();
    sql(&database, &format!("UPDATE contactd_schema SET oldest = {oldest}"));
    for refused in [
        Store::open(&database.location(), Options::default()).await.map(drop),
        Store::open_beside(&database.location()).await.map(drop),
    ] {
        let told = match refused {
            Err(StoreError::NewerSchema { found, known }) => (found as usize, known as usize),
            other => panic!("{other:?}"),
        };
        assert_eq!(told, (found, known));
    }
    assert_eq!(sql(&database, "SELECT version, oldest FROM contactd_schema"), format!("{found}|{oldest}"));
}

#[tokio::test]
async fn a_database_of_schema_1_gets_what_came_later() {
    let database = database();
    let served = database.serve(Options::default()).await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    served.store.close().await;
    sql(&database, "DROP TABLE pictures");
    let made = "requests, answers, texts, texts_due, last_events, last_changes, revisions, field_values, value_indexes";
    sql(&database, &format!("DROP TABLE {made}"));
    sql(&database, "UPDATE contactd_schema SET version = 1, oldest = 1");
    let again = database.serve(Options::default()).await;
    assert_eq!(again.get(contact.id).await.unwrap(), contact);
    assert_eq!(sql(&database, "SELECT count(*) FROM pictures"), "0");
    assert_eq!(sql(&database, "SELECT count(*) FROM requests"), "0");
    assert_eq!(sql(&database, "SELECT text FROM texts"), "  jane");
    assert_eq!(again.store.verify().await.unwrap().faults, [""; 0]);
    let schema = sql(&database, "SELECT version, oldest FROM contactd_schema");
    // Nodes of before the last but three would not say whose answers are.
    let newest = newest_schema("postgres");
    assert_eq!(schema, format!("{newest}|{}", newest - 3));
}

#[tokio::test]
async fn answers_of_before_they_had_a_workspace_are_found() {
    let database = database();
    let served = database.serve(Options::default()).await;
    let once = |hash| Once { api_key: KeyId(Uuid::nil()), hash: Uuid::from_u128(hash), step: 0 };
    for hash in [1, 2] {
        let claim = Some(Claim { once: once(hash), fingerprint: Uuid::nil(), is_exact: true });
        let action = Action::Create { id: database.id(), number: None, change: named("Jane") };
        served.run(Write { claim, ..database.write(served.workspace, action) }).await.unwrap();
        let answer = KeptAnswer { status: 201, headers: String::new(), body: b"Jane".as_slice().into() };
        served.store.keep_answer(served.workspace, once(hash), answer).await.unwrap();
    }
    served.store.close().await;
    // One whose request was forgotten.
    sql(&database, "DELETE FROM requests WHERE place = (SELECT max(place) FROM requests)");
    sql(&database, "DROP TABLE last_changes, revisions");
    sql(&database, "ALTER TABLE answers DROP COLUMN workspace, DROP COLUMN first");
    sql(&database, "ALTER TABLE answers ADD CONSTRAINT answers_pkey PRIMARY KEY (place)");
    sql(&database, "UPDATE contactd_schema SET version = 7, oldest = 6");
    let again = database.serve(Options::default()).await;
    let found = async |hash| {
        let once = once(hash);
        again.store.find_carried_out(&[again.workspace], once.api_key, once.hash).await.unwrap()
    };
    assert_eq!(found(1).await[0].answer.as_ref().map(|answer| answer.status), Some(201));
    assert_eq!(found(2).await, []);
    assert_eq!(sql(&database, "SELECT count(*) FROM answers"), "1");
}

#[tokio::test]
async fn format_1_is_read_and_written_as_it_is() {
    let database = database();
    let served = database.serve(Options::default()).await;
    let contact: Contact = serde_json::from_str(GOLDEN).unwrap();
    let action = Action::Create { id: contact.id, number: Some(contact.number), change: named("Jane") };
    served.run(database.write(served.workspace, action)).await.unwrap();
    session(&database).run(&format!("UPDATE contacts SET format = 1, doc = $golden${GOLDEN}$golden$"));
    assert_eq!(*served.get(contact.id).await.unwrap(), contact);
    database.update(&served, &contact, named("Jane")).await.unwrap();
    let row = sql(&database, "SELECT format, doc FROM contacts");
    let (format, doc) = row.split_once('|').unwrap();
    let written: serde_json::Value = serde_json::from_str(doc).unwrap();
    let mut expected: serde_json::Value = serde_json::from_str(GOLDEN).unwrap();
    for member in ["revision", "updated_at"] {
        expected[member] = written[member].clone();
    }
    expected["name"] = serde_json::json!({"full": "Jane", "first": "Jane"});
    assert_eq!((format, written), ("1", expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_need_not_be_prepared() {
    let database = database();
    let location: Location = format!("{}?prepare=false", url(&database)).parse().unwrap();
    let store = Store::open(&location, Options::default()).await.unwrap();
    let workspace = database.workspace(&store, "first").await;
    let served = crate::fixture::Served { store, workspace };
    let created = all((0..20).map(|n| database.create(&served, named(&format!("contact {n}"))))).await;
    let contact = created.into_iter().map(Result::unwrap).next().unwrap().contact;
    let updates = (0..20).map(|n| database.update(&served, &contact, named(&format!("name {n}"))));
    assert!(all(updates).await.iter().all(Result::is_ok));
    let deleted = database.delete(&served, &contact).await.unwrap();
    let undone = database.undo(&served, deleted.event.unwrap(), model::OnConflict::Refuse).await.unwrap();
    assert_eq!(undone.contact.revision, 22);
    assert_eq!(*served.get(contact.id).await.unwrap(), *undone.contact);
    let page = served.store.list_contacts(workspace, &everything()).await.unwrap();
    assert_eq!((page.total, page.contacts.len()), (20, 20));
    let history = served.store.history(workspace, &by_id(contact.id), None, 100).await.unwrap().unwrap();
    assert_eq!(history.len(), 23);
    assert_sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_served_by_as_many_as_like() {
    let database = database();
    let nodes = nodes(&database, 3, 1).await;
    let contact = database.create(&nodes[0], named("Jane")).await.unwrap().contact;
    for node in &nodes {
        assert_eq!(node.get(contact.id).await.unwrap(), contact);
    }
}
