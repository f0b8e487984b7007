//! Several nodes at one contact.

use std::collections::BTreeSet;

use model::{Catalog, Edit, EventKind, ItemRef, Set, Tag, TagId, TextMember};
use uuid::Uuid;

use crate::fixture::{all, at, by_id, database, edit, named, write_catalog};
use crate::raw::{assert_sound, nodes};

/// A catalog with tags of these names, made from another one.
pub(crate) fn with_tags(catalog: &Catalog, names: &[&str]) -> Catalog {
    let tag = |(n, name): (usize, &&str)| Tag {
        id: TagId(Uuid::from_u128(n as u128 + 1)),
        number: n as u64 + 1,
        name: (*name).to_owned(),
        background_color: None,
        text_color: None,
        created_at: at(0),
        aliases: Default::default(),
        extras: model::Extras::default(),
    };
    Catalog { tags: names.iter().enumerate().map(tag).collect(), ..catalog.clone() }
}

/// Adds a tag to those that a contact has.
pub(crate) fn tagged(name: &str) -> model::Change {
    edit(Edit::Tags(Set::add(vec![("tags.0".to_owned(), ItemRef::Name(name.to_owned()))])))
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_of_one_contact_by_several_nodes_all_count() {
    const NODES: usize = 3;
    const UPDATES: usize = 210;
    let database = database();
    let nodes = nodes(&database, NODES, 2).await;
    let contact = database.create(&nodes[0], named("Jane")).await.unwrap().contact;
    let updates = (0..UPDATES).map(|n| {
        let change = edit(Edit::Text(TextMember::City, Some(format!("city {n}"))));
        database.update(&nodes[n % NODES], &contact, change)
    });
    let mut events = BTreeSet::new();
    for done in all(updates).await {
        events.insert(done.unwrap().event.unwrap());
    }
    assert_eq!(events, (2..=UPDATES as u64 + 1).collect());
    for node in &nodes {
        assert_eq!(node.get(contact.id).await.unwrap().revision, UPDATES as u64 + 1);
        let history = node.store.history(node.workspace, &by_id(contact.id), None, 1000).await.unwrap();
        let history = history.unwrap();
        assert_eq!(history.len(), UPDATES + 1);
        for pair in history.windows(2) {
            let [(_, newer), (older_seq, older)] = pair else { unreachable!() };
            assert_eq!((newer.previous, newer.revision), (Some(*older_seq), older.revision + 1));
            if older.kind == EventKind::Updated {
                assert_eq!(newer.differences[0].before, older.differences[0].after);
            }
        }
    }
    assert_sound(&nodes[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_several_nodes_add_to_a_set_is_all_there() {
    const TAGS: usize = 40;
    let database = database();
    let nodes = nodes(&database, 2, 2).await;
    let names: Vec<_> = (0..TAGS).map(|n| format!("tag {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let catalog = nodes[0].store.catalog(nodes[0].workspace).await.unwrap();
    write_catalog(&nodes[0].store, nodes[0].workspace, with_tags(&catalog, &names)).await.unwrap();
    let contact = database.create(&nodes[0], named("Jane")).await.unwrap().contact;
    let writes = names.iter().enumerate();
    let writes = writes.map(|(n, name)| database.update(&nodes[n % 2], &contact, tagged(name)));
    assert!(all(writes).await.iter().all(Result::is_ok));
    let contact = nodes[1].get(contact.id).await.unwrap();
    assert_eq!((contact.tags.len(), contact.revision), (TAGS, TAGS as u64 + 1));
}
