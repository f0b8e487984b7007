//! One contact alone has statements of its own: what happens between them.

use model::{Dialect, Edit, Ref, ViolationKind};
use store::{Action, ContactOrder, ContactQuery, Options, Outcome, StoreError};
use tokio::task::JoinSet;

use crate::fixture::{
    Database, Served, aliased, by_id, database, edit, everything, exclusive_email, named, violation,
    write_catalog,
};
use crate::raw::{assert_sound, nodes, rows_read, session, sql, wait_until, waiting};
use crate::same_contact::{tagged, with_tags};

fn by_alias(
    database: &Database,
    node: &Served,
    alias: &str,
) -> impl Future<Output = Result<Outcome, StoreError>> + use<> {
    let update = Action::Update { contact: Ref::uuid(Dialect::Zingle, alias), change: named("by alias") };
    node.run(database.write(node.workspace, update))
}

/// It is loaded while another node holds the counters, under the catalog that this one replaces.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_in_flight_is_carried_out_again_under_the_new_catalog() {
    let database = database();
    let nodes = nodes(&database, 1, 1).await;
    let served = &nodes[0];
    let catalog = served.store.catalog(served.workspace).await.unwrap();
    let old = write_catalog(&served.store, served.workspace, with_tags(&catalog, &["old"])).await.unwrap();
    let contact = database.create(served, named("Jane")).await.unwrap().contact;
    let mut other = session(&database);
    for (tag, revision) in [("old", old.revision), ("new", old.revision + 1)] {
        other.run(&format!(
            "BEGIN; UPDATE heads SET catalog_revision = catalog_revision + 1; UPDATE catalogs SET doc = \
             replace(replace(doc, '\"old\"', '\"new\"'), '\"revision\":{revision}', '\"revision\":{}')",
            revision + 1
        ));
        let mut set = JoinSet::new();
        set.spawn(database.update(served, &contact, tagged(tag)));
        wait_until("the update does not wait", || waiting(&database) == 1);
        other.run("COMMIT");
        let done = set.join_next().await.unwrap().unwrap();
        if tag == "old" {
            assert_eq!(violation(done).1, ViolationKind::UnknownTag("old".to_owned()));
        } else {
            let done = done.unwrap();
            assert_eq!((done.event, done.contact.revision), (Some(3), 2));
            assert_eq!((done.contact.tags.len(), done.catalog.revision), (1, old.revision + 2));
        }
    }
    assert_sound(served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_that_is_moved_while_its_contact_is_waited_for_leads_to_its_new_contact() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    let one = database.create(&nodes[0], aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let two = database.create(&nodes[0], named("two")).await.unwrap().contact;
    let mut other = session(&database);
    other.run(&format!("BEGIN; SELECT FROM contacts WHERE id = '{}' FOR UPDATE", one.id));
    let mut set = JoinSet::new();
    set.spawn(database.update(&nodes[0], &one, edit(Edit::Aliases(Dialect::Zingle, vec![]))));
    wait_until("nobody waits", || waiting(&database) == 1);
    let mut second = JoinSet::new();
    second.spawn(by_alias(&database, &nodes[1], "z-1"));
    wait_until("the second one does not wait", || waiting(&database) == 2);
    other.run("COMMIT");
    assert_eq!(set.join_all().await.remove(0).unwrap().contact.id, one.id);
    let done = second.join_all().await.remove(0);
    assert!(matches!(done, Err(StoreError::NoSuchContact)), "{done:?}");
    database.update(&nodes[0], &two, aliased(Dialect::Zingle, "z-1")).await.unwrap();
    assert_eq!(by_alias(&database, &nodes[1], "z-1").await.unwrap().contact.id, two.id);
    assert_sound(&nodes[0]).await;
}

/// Another node had locked the contact when it was loaded: it is seen as that node left it.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_was_waited_for_is_seen_as_it_is_then() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    let contact = database.create(&nodes[0], aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let mut other = session(&database);
    other.run(&format!("BEGIN; SELECT FROM contacts WHERE id = '{}' FOR UPDATE", contact.id));
    let city = Edit::Text(model::TextMember::City, Some("Bern".to_owned()));
    let (mut first, mut second) = (JoinSet::new(), JoinSet::new());
    first.spawn(database.update(&nodes[0], &contact, edit(city)));
    wait_until("nobody waits", || waiting(&database) == 1);
    second.spawn(by_alias(&database, &nodes[1], "z-1"));
    wait_until("the second one does not wait", || waiting(&database) == 2);
    other.run("COMMIT");
    let (first, second) = (first.join_all().await.remove(0), second.join_all().await.remove(0));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!([first.contact.revision, second.contact.revision], [2, 3]);
    assert_eq!(second.contact.city.as_deref(), Some("Bern"));
    assert_sound(&nodes[0]).await;
}

/// What reads and writes single contacts and pages, in every way that is planned once.
async fn touch(database: &Database, served: &Served, contact: &model::Contact) {
    let (store, workspace) = (&served.store, served.workspace);
    for reference in
        [by_id(contact.id), Ref::number(Dialect::Acquire, "1"), Ref::uuid(Dialect::Zingle, "z-1")]
    {
        assert_eq!(store.find_contact(workspace, &reference).await.unwrap().unwrap().id, contact.id);
        let change = named(&format!("{}", database.tick()));
        let update = Action::Update { contact: reference, change };
        served.run(database.write(workspace, update)).await.unwrap();
    }
    for order in
        [ContactOrder::Oldest, ContactOrder::Newest, ContactOrder::Name, ContactOrder::NameDescending]
    {
        for after in [None, Some(1)] {
            let query = ContactQuery { order, after, limit: 2, ..everything() };
            store.list_contacts(workspace, &query).await.unwrap();
        }
    }
    let email = model::ChannelKind::Email;
    assert_eq!(store.find_by_channel(workspace, &email, "a@example.com").await.unwrap().len(), 1);
    let history = store.history(workspace, &by_id(contact.id), None, 3).await.unwrap().unwrap();
    let (last, _) = history.last().unwrap();
    store.history(workspace, &by_id(contact.id), Some(*last), 3).await.unwrap().unwrap();
    store.find_event(workspace, *last).await.unwrap().unwrap();
    store.events_after(workspace, 0, 2).await.unwrap();
}

/// Plans are kept, so those that were made while there was one contact must be good for many.
#[tokio::test(flavor = "multi_thread")]
async fn plans_that_were_made_for_few_contacts_are_good_for_many() {
    const MANY: u64 = 3000;
    const TIMES: u64 = 20;
    let database = database();
    let served = database.serve(Options { writers: 1, readers: 1, ..Options::default() }).await;
    for table in ["contacts", "events"] {
        sql(&database, &format!("ALTER TABLE {table} SET (autovacuum_enabled = off)"));
    }
    let contact = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    database.update(&served, &contact, exclusive_email("a@example.com")).await.unwrap();
    touch(&database, &served, &contact).await;
    let more = "INSERT INTO contacts SELECT workspace, gen_random_uuid(), number + n, last_event, format, 'x' || n, doc \
                FROM contacts, generate_series(1, $) n";
    sql(&database, &more.replace('$', &MANY.to_string()));
    let more = "INSERT INTO events SELECT workspace, seq + 1000000 + n, record, previous, doc \
                FROM events, generate_series(1, $) n WHERE seq = 1";
    sql(&database, &more.replace('$', &MANY.to_string()));
    sql(&database, "SELECT pg_stat_reset()");
    for _ in 0..TIMES {
        touch(&database, &served, &contact).await;
    }
    served.store.close().await;
    drop(served);
    let read = rows_read(&database);
    assert!((TIMES..TIMES * 200).contains(&read), "{read} rows were read");
}
