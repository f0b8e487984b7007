//! The catalog: an event for each item that differs, in the batch of contacts, and undo.

use model::{
    Catalog, EventKind, ItemRef, Items, OnConflict, RecordKind, Ref, Set, Tag, TagId, ViolationKind,
};
use store::{Action, CatalogOutcome, Done, HistoryQuery, StoreError};
use uuid::Uuid;

use crate::fixture::{Database, Served, all, at, edit, named, own_write, served, violation};

fn tag(n: u64, name: &str) -> Tag {
    Tag {
        id: TagId(Uuid::from_u128(n.into())),
        number: n,
        name: name.to_owned(),
        background_color: None,
        text_color: None,
        created_at: at(0),
        aliases: Default::default(),
        extras: model::Extras::default(),
    }
}

impl Served {
    /// Replaces the tags.
    async fn tags(&self, tags: &[(u64, &str)]) -> Result<CatalogOutcome, StoreError> {
        let catalog = self.store.catalog(self.workspace).await.unwrap();
        self.tags_of(&catalog, tags).await
    }

    async fn tags_of(&self, catalog: &Catalog, tags: &[(u64, &str)]) -> Result<CatalogOutcome, StoreError> {
        let tags: Items<Tag> = tags.iter().map(|(n, name)| tag(*n, name)).collect();
        let catalog = Catalog { tags, ..catalog.clone() };
        let write = own_write(self.workspace, Action::Catalog(Box::new(catalog)));
        Ok(self.store.write(write).await?.catalog().unwrap())
    }

    async fn named_tags(&self) -> Vec<String> {
        let catalog = self.store.catalog(self.workspace).await.unwrap();
        catalog.tags.iter().map(|tag| format!("{} {}", tag.number, tag.name)).collect()
    }
}

impl Database {
    async fn undo_item(
        &self,
        served: &Served,
        event: Option<u64>,
        on_conflict: OnConflict,
    ) -> Result<CatalogOutcome, StoreError> {
        let action = Action::Undo { event: event.unwrap(), on_conflict };
        Ok(served.store.write(self.write(served.workspace, action)).await?.catalog().unwrap())
    }
}

fn tagged(name: &str) -> model::Change {
    edit(model::Edit::Tags(Set::add(vec![("tags.0".to_owned(), ItemRef::Name(name.to_owned()))])))
}

#[tokio::test]
async fn each_item_that_differs_is_an_event() {
    let (_database, served) = served().await;
    let made = served.tags(&[(1, "a"), (2, "b")]).await.unwrap();
    let shown: Vec<_> = made.items.iter().map(|item| (item.kind, item.done, item.event)).collect();
    assert_eq!(shown, [(RecordKind::Tag, Done::Created, Some(1)), (RecordKind::Tag, Done::Created, Some(2))]);
    let changed = served.tags(&[(2, "B")]).await.unwrap();
    assert_eq!(changed.catalog.revision, made.catalog.revision + 1);
    let shown: Vec<_> = changed.items.iter().map(|item| (item.id.as_u128(), item.done)).collect();
    assert_eq!(shown, [(1, Done::Deleted), (2, Done::Updated)]);
    let same = served.tags(&[(2, "B")]).await.unwrap();
    assert_eq!((same.items.len(), same.catalog.revision), (0, changed.catalog.revision));
    let late = served.tags_of(&made.catalog, &[]).await;
    assert!(matches!(late, Err(StoreError::CatalogChanged)), "{late:?}");
    let record = Ref::uuid(model::Dialect::Native, &Uuid::from_u128(2).to_string());
    let query = HistoryQuery { kind: RecordKind::Tag, record, before: None, limit: 10 };
    let history = served.store.record_history(served.workspace, &query).await.unwrap().unwrap();
    let kinds: Vec<_> = history.iter().map(|(seq, event)| (*seq, event.kind)).collect();
    assert_eq!(kinds, [(4, EventKind::Updated), (2, EventKind::Created)]);
    assert_eq!(history[0].1.differences[0].member.to_string(), "name");
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn changes_of_items_are_taken_back() {
    let (database, served) = served().await;
    let made = served.tags(&[(1, "a"), (2, "b"), (3, "c")]).await.unwrap();
    let contact = database.create(&served, tagged("b")).await.unwrap().contact;
    let deleted = served.tags(&[(1, "A"), (3, "c")]).await.unwrap();
    assert_eq!(served.named_tags().await, ["1 A", "3 c"]);
    // Nothing was done to the contact, which has the tag again when it comes back.
    assert_eq!(served.get(contact.id).await.unwrap(), contact);
    let restored = database.undo_item(&served, deleted.items[1].event, OnConflict::Refuse).await.unwrap();
    assert_eq!((restored.items[0].done, restored.items.len()), (Done::Restored, 1));
    assert_eq!(served.named_tags().await, ["1 A", "2 b", "3 c"]);
    assert_eq!(served.get(contact.id).await.unwrap(), contact);
    let renamed = database.undo_item(&served, deleted.items[0].event, OnConflict::Refuse).await.unwrap();
    assert_eq!(renamed.items[0].done, Done::Updated);
    let nothing = database.undo_item(&served, deleted.items[0].event, OnConflict::Refuse).await.unwrap();
    assert_eq!((nothing.items[0].done, nothing.items[0].event), (Done::Unchanged, None));
    let gone = database.undo_item(&served, made.items[2].event, OnConflict::Refuse).await.unwrap();
    assert_eq!(gone.items[0].done, Done::Deleted);
    assert_eq!(served.named_tags().await, ["1 a", "2 b"]);
    let again = database.undo_item(&served, made.items[2].event, OnConflict::Overwrite).await;
    assert_eq!(violation(again), ("tag".to_owned(), ViolationKind::ChangedSince));
    served.tags(&[(1, "other"), (2, "b")]).await.unwrap();
    let conflict = database.undo_item(&served, deleted.items[0].event, OnConflict::Refuse).await;
    assert_eq!(violation(conflict), ("name".to_owned(), ViolationKind::ChangedSince));
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

/// All of these are queued while the writer cannot begin, so they are one batch.
#[tokio::test]
async fn later_writes_of_a_batch_see_the_new_catalog() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let catalog = served.store.catalog(served.workspace).await.unwrap();
    let batches = served.store.writer_stats().batches;
    let (held, first) = database.hold(&served, database.update(&served, &contact, named("Joan"))).await;
    let before = database.update(&served, &contact, tagged("new"));
    let replaced = Catalog { tags: [tag(1, "new")].into_iter().collect(), ..Catalog::clone(&catalog) };
    let write = own_write(served.workspace, Action::Catalog(Box::new(replaced)));
    let store = served.store.clone();
    let replace = async move { store.write(write).await };
    let after = database.update(&served, &contact, tagged("new"));
    let release = async {
        while served.store.writer_stats().waiting < 3 {
            tokio::task::yield_now().await;
        }
        held.release();
    };
    let (before, replaced, after, (), first) = tokio::join!(before, replace, after, release, first);
    assert_eq!(first.unwrap().event, Some(2));
    assert_eq!(violation(before).1, ViolationKind::UnknownTag("new".to_owned()));
    let replaced = replaced.unwrap().catalog().unwrap();
    assert_eq!(replaced.items[0].event, Some(3));
    let after = after.unwrap();
    assert_eq!((after.event, after.catalog.revision), (Some(4), catalog.revision + 1));
    assert_eq!(served.store.writer_stats().batches, batches + 2);
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn a_group_is_carried_out_as_a_whole_or_not_at_all() {
    let (database, served) = served().await;
    served.tags(&[(1, "a")]).await.unwrap();
    let mut contacts = Vec::new();
    for name in ["one", "two"] {
        contacts.push(database.create(&served, named(name)).await.unwrap().contact);
    }
    let update = |place: usize, tag: &str| {
        let contact = crate::fixture::by_id(contacts[place].id);
        database.write(served.workspace, Action::Update { contact, change: tagged(tag) })
    };
    let groups = [
        vec![update(0, "a"), update(1, "none")],
        vec![update(1, "a"), update(1, "a")],
        vec![update(0, "none")],
    ];
    let (held, first) = database.hold(&served, database.update(&served, &contacts[0], named("uno"))).await;
    let writes = groups.map(|group| {
        let store = served.store.clone();
        async move { store.write_group(group).await }
    });
    let release = async {
        while served.store.writer_stats().waiting < 3 {
            tokio::task::yield_now().await;
        }
        held.release();
    };
    let (done, (), first) = tokio::join!(all(writes), release, first);
    first.unwrap();
    let shown: Vec<_> = done.iter().map(|done| done.as_ref().map(Vec::len).ok()).collect();
    assert_eq!(shown, [None, Some(2), None]);
    let tags = async |place: usize| served.get(contacts[place].id).await.unwrap().tags.len();
    assert_eq!((tags(0).await, tags(1).await), (0, 1));
    let events = served.store.events_after(served.workspace, 0, 100).await.unwrap();
    let parts: Vec<_> = events.iter().map(|(_, event)| event.part).collect();
    assert_eq!(parts, [None, None, None, None, Some(0)]);
    served.store.write_group(vec![update(0, "a"), update(1, "a"), update(0, "a")]).await.unwrap();
    let events = served.store.events_after(served.workspace, 5, 100).await.unwrap();
    assert_eq!(events.iter().map(|(_, event)| event.part).collect::<Vec<_>>(), [Some(0)]);
    assert_eq!(served.store.write_group(Vec::new()).await.unwrap().len(), 0);
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}
