//! The events of a contact.

use model::{Dialect, Edit, EventKind, Ref, TextMember};

use crate::fixture::{aliased, by_id, edit, named, served};

#[tokio::test]
async fn history_is_paged_newest_first() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let other = database.create(&served, named("Other")).await.unwrap().contact;
    for n in 0..4 {
        let change = || edit(Edit::Text(TextMember::City, Some(format!("city {n}"))));
        database.update(&served, &contact, change()).await.unwrap();
        database.update(&served, &other, change()).await.unwrap();
    }
    let page = async |before, limit| {
        let events = served.store.history(served.workspace, &by_id(contact.id), before, limit).await.unwrap();
        events.unwrap().into_iter().map(|(seq, _)| seq).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 10).await, [9, 7, 5, 3, 1]);
    assert_eq!(page(None, 2).await, [9, 7]);
    assert_eq!(page(Some(7), 2).await, [5, 3]);
    // An event of another contact is a place in time as well.
    assert_eq!(page(Some(6), 2).await, [5, 3]);
    assert_eq!(page(Some(u64::MAX), 1).await, [9]);
    assert_eq!(page(Some(1), 2).await, Vec::<u64>::new());
    assert_eq!(page(None, 0).await, Vec::<u64>::new());
}

#[tokio::test]
async fn a_deleted_contact_keeps_its_history_under_every_id() {
    let (database, served) = served().await;
    let contact = database.create(&served, aliased(Dialect::Callbell, "c-1")).await.unwrap().contact;
    database.delete(&served, &contact).await.unwrap();
    let history = async |named: &Ref| {
        let events = served.store.history(served.workspace, named, None, 10).await.unwrap();
        events.map(|events| events.into_iter().map(|(_, event)| event.kind).collect::<Vec<_>>())
    };
    let alias = Ref::uuid(Dialect::Callbell, "c-1");
    for named in [&by_id(contact.id), &alias, &Ref::number(Dialect::Acquire, "1")] {
        assert_eq!(history(named).await, Some(vec![EventKind::Deleted, EventKind::Created]), "{named:?}");
    }
    // Whoever takes the id over is found by it from then on.
    database.create(&served, aliased(Dialect::Callbell, "c-1")).await.unwrap();
    assert_eq!(history(&alias).await, Some(vec![EventKind::Created]));
    assert_eq!(history(&Ref::uuid(Dialect::Zingle, "c-1")).await, None);
    assert_eq!(history(&by_id(database.id())).await, None);
}

#[tokio::test]
async fn a_contact_made_again_under_its_id_continues_its_history() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    database.delete(&served, &contact).await.unwrap();
    let action = store::Action::Create { id: contact.id, number: None, change: named("Jane again") };
    let again = served.run(database.write(served.workspace, action)).await.unwrap().contact;
    assert_eq!((again.number, again.revision), (2, 1));
    let history =
        served.store.history(served.workspace, &by_id(contact.id), None, 10).await.unwrap().unwrap();
    let kinds: Vec<_> = history.into_iter().map(|(_, event)| event.kind).collect();
    assert_eq!(kinds, [EventKind::Created, EventKind::Deleted, EventKind::Created]);
}
