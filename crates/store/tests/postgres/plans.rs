//! How the server looks up keys in tables of which it knows nothing yet.

use futures_util::future::join_all;
use model::Dialect;
use store::Action;

use crate::fixture::{aliased, served};
use crate::raw::{sql, wait_until};

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
