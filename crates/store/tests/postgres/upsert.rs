//! The same key on several nodes at once: one contact comes of it.

use std::sync::Arc;

use model::{ChannelKind, ChannelWrite, Dialect, Edit, TextMember};
use store::{Action, ContactKey, Done, Outcome, StoreError};

use crate::fixture::{Database, all, database, edits, everything};
use crate::raw::{assert_sound, nodes};

const NODES: usize = 3;
const ROUNDS: usize = 12;

fn upsert(database: &Database, by: ContactKey, text: String) -> Action {
    let mut change = edits([Edit::Text(TextMember::City, Some(text))]);
    if let ContactKey::Channel(write) = &by {
        change.push("by", Edit::MergeChannels(vec![write.clone()]));
    }
    Action::Upsert { by: Box::new(by), id: database.id(), change }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_on_all_nodes_one_makes_the_contact() {
    let database = Arc::new(database());
    let nodes = nodes(&database, NODES, 2).await;
    let mut writes = Vec::new();
    for n in 0..ROUNDS * NODES {
        let node = &nodes[n % NODES];
        let keys = [
            ContactKey::Channel(ChannelWrite::new("by", ChannelKind::Email, "ada@example.com")),
            ContactKey::Alias(Dialect::Zingle, "z-1".to_owned()),
        ];
        for by in keys {
            let action = upsert(&database, by, n.to_string());
            writes.push(node.run(database.write(node.workspace, action)));
        }
    }
    let done: Vec<Result<Outcome, StoreError>> = all(writes).await;
    let created = done.iter().filter(|done| done.as_ref().unwrap().done == Done::Created).count();
    assert_eq!(created, 2);
    let page = nodes[0].store.list_contacts(nodes[0].workspace, &everything()).await.unwrap();
    assert_eq!(page.total, 2);
    let revisions: Vec<_> = page.contacts.iter().map(|contact| contact.revision).collect();
    assert_eq!(revisions, [(ROUNDS * NODES) as u64; 2], "none is lost");
    assert_sound(&nodes[0]).await;
}
