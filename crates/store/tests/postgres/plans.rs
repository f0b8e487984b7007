//! How the server looks up keys in tables of which it knows nothing yet.

use futures_util::future::join_all;
use model::Dialect;
use store::{Action, ContactOrder, ContactQuery};

use crate::fixture::{aliased, named, served};
use crate::raw::{rows_read, sql, wait_until};

/// What is prepared for empty tables must do for those that grow: a plan that reads all aliases for each batch makes
/// the first large import of a database take hours.
#[tokio::test]
async fn a_table_that_was_empty_is_still_looked_up_by_key() {
    const BATCHES: usize = 4;
    const CONTACTS: usize = 200;
    let (database, node) = served().await;
    for batch in 0..BATCHES {
        let create = |n| {
            let change = aliased(Dialect::Native, &format!("{batch} {n}"));
            let action = Action::Create { id: database.id(), number: None, change };
            node.run(database.write(node.workspace, action))
        };
        for made in join_all((0..CONTACTS).map(create)).await {
            made.unwrap();
        }
    }
    node.store.close().await;
    let of_aliases = |column: &str| {
        let all = "FROM pg_stat_user_indexes WHERE indexrelname = 'aliases_pkey'";
        let text = sql(&database, &format!("SELECT coalesce(sum({column}), 0) {all}"));
        text.parse::<usize>().unwrap_or_else(|_| panic!("{column}: {text}"))
    };
    // Counted when the connections have ended.
    wait_until("every key is looked up", || of_aliases("idx_scan") >= BATCHES * CONTACTS);
    // Nobody had these aliases, so no entry was read but those that were made, to see that they are new.
    let read = of_aliases("idx_tup_read");
    assert!(read <= BATCHES * CONTACTS, "{read} entries were read");
}

/// That few events are the last ones of their contacts, as statistics may say, is no reason to read all contacts for a page.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_last_changes_reads_its_own_contacts() {
    const MANY: u64 = 3000;
    const PAGES: u64 = 5;
    let (database, node) = served().await;
    let contact = database.create(&node, named("Jane")).await.unwrap().contact;
    let more = "WITH made AS (INSERT INTO contacts (workspace, id, number, last_event, format, name, doc) \
                SELECT workspace, gen_random_uuid(), number + n, last_event + n, format, name, doc \
                FROM contacts, generate_series(1, $) n RETURNING workspace, id, last_event) \
                INSERT INTO events (workspace, seq, record, doc) \
                SELECT workspace, last_event + e, id, (SELECT doc FROM events LIMIT 1) \
                FROM made, unnest(ARRAY[0, 100000, 200000]) e";
    sql(&database, &more.replace('$', &MANY.to_string()));
    // Of each contact the first event counts as its last one, so most events are not.
    sql(&database, "ANALYZE contacts, events");
    sql(&database, "SELECT pg_stat_reset()");
    let query = ContactQuery { order: ContactOrder::FirstUpdated, limit: 10, ..ContactQuery::default() };
    for _ in 0..PAGES {
        let page = node.store.list_contacts(node.workspace, &query).await.unwrap();
        assert_eq!((page.contacts.len(), page.contacts[0].id), (10, contact.id));
    }
    node.store.close().await;
    drop(node);
    let read = rows_read(&database);
    assert!((PAGES * 10..PAGES * 100).contains(&read), "{read} rows were read");
}
