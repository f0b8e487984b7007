//! Taking back events.

use model::{
    Company, CompanyId, Dialect, Edit, EventKind, OnConflict, RecordKind, Ref, TextMember, ViolationKind,
};
use store::{Action, Done, RecordWrite, StoreError};

use crate::fixture::{
    aliased, aliases, at, edit, edits, everything, exclusive_email, in_use, name_edit, named, put, served,
    violation,
};

fn city(text: &str) -> model::Change {
    edit(Edit::Text(TextMember::City, Some(text.to_owned())))
}

#[tokio::test]
async fn an_update_is_taken_back_and_done_again() {
    let (database, served) = served().await;
    let created = database.create(&served, city("Rome")).await.unwrap();
    let changed = database.update(&served, &created.contact, city("Oslo")).await.unwrap();
    let undone = database.undo(&served, changed.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((undone.done, undone.contact.city.as_deref()), (Done::Updated, Some("Rome")));
    assert_eq!(undone.contact.revision, 3);
    let event = served.store.find_event(served.workspace, undone.event.unwrap()).await.unwrap().unwrap();
    assert_eq!(
        (event.kind, event.undoes, event.previous),
        (EventKind::Updated, changed.event, changed.event)
    );
    let redone = database.undo(&served, undone.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(redone.contact.city.as_deref(), Some("Oslo"));
    let nothing = database.undo(&served, undone.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((nothing.done, nothing.event), (Done::Unchanged, None));
}

#[tokio::test]
async fn an_update_that_was_overwritten_is_a_conflict() {
    let (database, served) = served().await;
    let contact = database.create(&served, city("Rome")).await.unwrap().contact;
    let event = database.update(&served, &contact, city("Oslo")).await.unwrap().event.unwrap();
    database.update(&served, &contact, city("Bern")).await.unwrap();
    let refused = database.undo(&served, event, OnConflict::Refuse).await;
    assert_eq!(violation(refused), ("city".to_owned(), ViolationKind::ChangedSince));
    assert_eq!(database.undo(&served, event, OnConflict::Skip).await.unwrap().done, Done::Unchanged);
    let forced = database.undo(&served, event, OnConflict::Overwrite).await.unwrap();
    assert_eq!(forced.contact.city.as_deref(), Some("Rome"));
}

#[tokio::test]
async fn a_creation_is_taken_back_by_deleting() {
    let (database, served) = served().await;
    let created = database.create(&served, city("Rome")).await.unwrap();
    let undone = database.undo(&served, created.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((undone.done, &undone.contact), (Done::Deleted, &created.contact));
    assert_eq!(served.get(created.contact.id).await, None);
    let event = served.store.find_event(served.workspace, undone.event.unwrap()).await.unwrap().unwrap();
    assert_eq!((event.kind, event.undoes), (EventKind::Deleted, created.event));
    let again = database.undo(&served, created.event.unwrap(), OnConflict::Overwrite).await;
    assert_eq!(violation(again), ("contact".to_owned(), ViolationKind::ChangedSince));
}

#[tokio::test]
async fn a_creation_with_later_changes_is_a_conflict_until_they_are_taken_back() {
    let (database, served) = served().await;
    let created = database.create(&served, city("Rome")).await.unwrap();
    let changed = database.update(&served, &created.contact, city("Oslo")).await.unwrap();
    let first = created.event.unwrap();
    let refused = database.undo(&served, first, OnConflict::Refuse).await;
    assert_eq!(violation(refused), (String::new(), ViolationKind::ChangedSince));
    assert_eq!(database.undo(&served, first, OnConflict::Skip).await.unwrap().done, Done::Unchanged);
    database.undo(&served, changed.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(database.undo(&served, first, OnConflict::Refuse).await.unwrap().done, Done::Deleted);
}

#[tokio::test]
async fn a_changed_contact_is_deleted_when_its_creation_is_taken_back_all_the_same() {
    let (database, served) = served().await;
    let created = database.create(&served, city("Rome")).await.unwrap();
    database.update(&served, &created.contact, city("Oslo")).await.unwrap();
    let undone = database.undo(&served, created.event.unwrap(), OnConflict::Overwrite).await.unwrap();
    assert_eq!(undone.done, Done::Deleted);
}

#[tokio::test]
async fn a_deletion_is_taken_back_under_the_old_ids() {
    let (database, served) = served().await;
    let change = edits([name_edit("Jane"), Edit::Aliases(Dialect::Zingle, vec!["z-1".into()])]);
    let contact = database.create(&served, change).await.unwrap().contact;
    let contact =
        database.update(&served, &contact, exclusive_email("jane@example.com")).await.unwrap().contact;
    let deleted = database.delete(&served, &contact).await.unwrap();
    let named = Ref::uuid(Dialect::Zingle, "z-1");
    assert_eq!(served.store.find_contact(served.workspace, &named).await.unwrap(), None);
    let email = model::ChannelKind::Email;
    let by_email = || served.store.find_by_channel(served.workspace, &email, "jane@example.com");
    assert_eq!(by_email().await.unwrap(), []);

    let restored = database.undo(&served, deleted.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(restored.done, Done::Restored);
    let mut expected = model::Contact::clone(&contact);
    expected.revision += 1;
    expected.updated_at = restored.contact.updated_at;
    assert_eq!(*restored.contact, expected);
    assert_eq!(served.store.find_contact(served.workspace, &named).await.unwrap().unwrap(), restored.contact);
    assert_eq!(by_email().await.unwrap(), std::slice::from_ref(&restored.contact));
    let event = served.store.find_event(served.workspace, restored.event.unwrap()).await.unwrap().unwrap();
    assert_eq!(
        (event.kind, event.undoes, event.previous),
        (EventKind::Restored, deleted.event, deleted.event)
    );

    let living = database.undo(&served, deleted.event.unwrap(), OnConflict::Overwrite).await;
    assert_eq!(violation(living), ("contact".to_owned(), ViolationKind::ChangedSince));
    let again = database.undo(&served, restored.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(again.done, Done::Deleted);
    let gone = database.undo(&served, restored.event.unwrap(), OnConflict::Refuse).await;
    assert_eq!(violation(gone), ("contact".to_owned(), ViolationKind::ChangedSince));
    let old = database.undo(&served, deleted.event.unwrap(), OnConflict::Overwrite).await;
    assert_eq!(violation(old), (String::new(), ViolationKind::ChangedSince));
    let total = served.store.list_contacts(served.workspace, &everything()).await.unwrap().total;
    assert_eq!(total, 0);
}

#[tokio::test]
async fn a_deletion_stays_when_an_old_id_was_taken() {
    let (database, served) = served().await;
    let contact = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let event = database.delete(&served, &contact).await.unwrap().event.unwrap();
    let taker = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    assert_eq!(in_use(database.undo(&served, event, OnConflict::Refuse).await), "z-1");
    database.delete(&served, &taker).await.unwrap();
    let action = Action::Create { id: database.id(), number: Some(1), change: city("Rome") };
    served.run(database.write(served.workspace, action)).await.unwrap();
    assert_eq!(in_use(database.undo(&served, event, OnConflict::Refuse).await), "1");
}

#[tokio::test]
async fn taking_back_a_lost_alias_needs_it_to_be_free() {
    let (database, served) = served().await;
    let one = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let change = edit(Edit::Aliases(Dialect::Zingle, vec![]));
    let event = database.update(&served, &one, change).await.unwrap().event.unwrap();
    let two = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let refused = database.undo(&served, event, OnConflict::Refuse).await;
    assert_eq!(violation(refused), ("aliases.zingle".to_owned(), ViolationKind::AliasTaken));
    database.delete(&served, &two).await.unwrap();
    let undone = database.undo(&served, event, OnConflict::Refuse).await.unwrap();
    assert_eq!(undone.contact.aliases, aliases(&one));
}

#[tokio::test]
async fn unknown_events_cannot_be_taken_back() {
    let (database, served) = served().await;
    for event in [0, 1, u64::MAX] {
        let result = database.undo(&served, event, OnConflict::Refuse).await;
        assert!(matches!(result, Err(StoreError::NoSuchEvent)), "{result:?}");
        assert_eq!(served.store.find_event(served.workspace, event).await.unwrap(), None);
    }
}

#[tokio::test]
async fn events_of_a_deleted_contact_cannot_be_taken_back() {
    let (database, served) = served().await;
    let contact = database.create(&served, city("Rome")).await.unwrap().contact;
    let event = database.update(&served, &contact, city("Oslo")).await.unwrap().event.unwrap();
    database.delete(&served, &contact).await.unwrap();
    let refused = database.undo(&served, event, OnConflict::Overwrite).await;
    assert_eq!(violation(refused), ("contact".to_owned(), ViolationKind::ChangedSince));
}

#[tokio::test]
async fn what_came_back_goes_again_once_everything_since_was_taken_back() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let deleted = database.delete(&served, &contact).await.unwrap().event.unwrap();
    let back = database.undo(&served, deleted, OnConflict::Refuse).await.unwrap().event.unwrap();
    let updated = database.update(&served, &contact, named("Janet")).await.unwrap().event.unwrap();
    let refused = database.undo(&served, back, OnConflict::Refuse).await;
    assert_eq!(violation(refused), (String::new(), ViolationKind::ChangedSince));
    database.undo(&served, updated, OnConflict::Refuse).await.unwrap();
    let gone = database.undo(&served, back, OnConflict::Refuse).await.unwrap();
    assert_eq!(gone.done, Done::Deleted);
    // The same of a company.
    let company = Company::new(CompanyId(database.id().0), "Acme", at(1));
    let (workspace, store) = (served.workspace, &served.store);
    put(store, workspace, company.clone(), None).await.unwrap();
    let run = async |action| store.write(database.write(workspace, action)).await.unwrap().record().unwrap();
    let undo = |event| Action::Undo { event, on_conflict: OnConflict::Refuse };
    let delete = RecordWrite::Delete { kind: RecordKind::Company, id: company.id.0, expected: 1 };
    let deleted = run(Action::Record(delete)).await.event.unwrap();
    let back = run(undo(deleted)).await;
    let renamed = Company { name: "Apex".to_owned(), ..company.clone() };
    let renamed = put(store, workspace, renamed, Some(back.record.revision())).await.unwrap();
    run(undo(renamed.event.unwrap())).await;
    assert_eq!(run(undo(back.event.unwrap())).await.done, Done::Deleted);
}
