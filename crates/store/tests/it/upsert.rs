//! Changing the contact that has a key, or making it; groups of which some are refused.

use model::{
    Change, ChannelKind, ChannelWrite, Dialect, Edit, OnConflict, Precondition, Revisions, TextMember,
};
use store::{Action, ContactKey, Done, Outcome, StoreError, Together};

use crate::fixture::{Database, Served, all, at, by_id, edit, edits, everything, named, served, violation};

fn city(text: &str) -> Edit {
    Edit::Text(TextMember::City, Some(text.to_owned()))
}

fn email(value: &str) -> ChannelWrite {
    ChannelWrite { is_composed: true, ..ChannelWrite::new("email", ChannelKind::Email, value) }
}

fn upsert(database: &Database, by: ContactKey, change: Change) -> Action {
    Action::Upsert { by: Box::new(by), id: database.id(), change }
}

/// As `app` writes it: with the channel that is the key.
fn by_email(database: &Database, value: &str, text: &str) -> Action {
    let change = edits([city(text), Edit::MergeChannels(vec![email(value)])]);
    upsert(database, ContactKey::Channel(email(value)), change)
}

fn by_alias(database: &Database, alias: &str, text: &str) -> Action {
    upsert(database, ContactKey::Alias(Dialect::Zingle, alias.to_owned()), edit(city(text)))
}

async fn write(database: &Database, served: &Served, action: Action) -> Result<Outcome, StoreError> {
    served.run(database.write(served.workspace, action)).await
}

#[tokio::test]
async fn the_first_makes_and_the_next_change_also_in_one_batch() {
    let (database, served) = served().await;
    let (held, first) = {
        let action = by_email(&database, "a@x", "0");
        database.hold(&served, served.run(database.write(served.workspace, action))).await
    };
    let writes = (1..6).flat_map(|n| {
        let text = n.to_string();
        [by_email(&database, "A@x", &text), by_alias(&database, "z-1", &text)]
    });
    let writes: Vec<_> = writes.map(|action| served.run(database.write(served.workspace, action))).collect();
    let release = async {
        while served.store.writer_stats().waiting < 10 {
            tokio::task::yield_now().await;
        }
        held.release();
    };
    let (done, (), first) = tokio::join!(all(writes), release, first);
    let contacts: std::collections::HashSet<_> =
        done.iter().map(|done| done.as_ref().unwrap().contact.id).collect();
    assert_eq!(contacts.len(), 2);
    assert!(contacts.contains(&first.unwrap().contact.id));
    let created = done.iter().filter(|done| done.as_ref().unwrap().done == Done::Created);
    assert_eq!(created.count(), 1, "by the alias");
    let page = served.store.list_contacts(served.workspace, &everything()).await.unwrap();
    assert_eq!(page.total, 2);
    assert!(page.contacts.iter().all(|contact| contact.revision >= 5), "none is lost");
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn a_key_of_several_contacts_names_none() {
    let (database, served) = served().await;
    for _ in 0..2 {
        database.create(&served, edit(Edit::MergeChannels(vec![email("desk@x")]))).await.unwrap();
    }
    let refused = write(&database, &served, by_email(&database, "desk@x", "Rome")).await;
    assert!(matches!(refused, Err(StoreError::Several)), "{refused:?}");
    assert_eq!(served.store.last_event(served.workspace).await.unwrap(), 2);
}

#[tokio::test]
async fn a_key_leads_to_the_contact_that_was_merged_and_to_none_that_was_deleted() {
    let (database, served) = served().await;
    let stays = database.create(&served, named("Jane")).await.unwrap().contact;
    let other = write(&database, &served, by_alias(&database, "z-1", "Rome")).await.unwrap().contact;
    let from = vec![("from".to_owned(), by_id(other.id))];
    let merge = Action::Merge { into: by_id(stays.id), from, choices: Vec::new(), precondition: None };
    write(&database, &served, merge).await.unwrap();
    let found = write(&database, &served, by_alias(&database, "z-1", "Oslo")).await.unwrap();
    assert_eq!((found.done, found.contact.id), (Done::Updated, stays.id));
    let made = write(&database, &served, by_email(&database, "a@x", "Rome")).await.unwrap().contact;
    database.delete(&served, &made).await.unwrap();
    let again = write(&database, &served, by_email(&database, "a@x", "Rome")).await.unwrap();
    assert_eq!(again.done, Done::Created);
    assert_ne!(again.contact.id, made.id);
}

#[tokio::test]
async fn a_precondition_says_whether_there_may_be_one() {
    let (database, served) = served().await;
    let with = |is, is_not| {
        let precondition = Some(Box::new(Precondition { is, is_not }));
        let change = Change { precondition, ..edit(city("Rome")) };
        upsert(&database, ContactKey::Alias(Dialect::Native, "a".to_owned()), change)
    };
    let refused = write(&database, &served, with(Some(Revisions::Any), None)).await;
    assert_eq!(violation(refused).1, model::ViolationKind::OtherRevision(0));
    write(&database, &served, with(None, Some(Revisions::Any))).await.unwrap();
    let refused = write(&database, &served, with(None, Some(Revisions::Any))).await;
    assert_eq!(violation(refused).1, model::ViolationKind::OtherRevision(1));
}

#[tokio::test]
async fn of_a_group_the_refused_ones_stop_all_or_only_themselves() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    let update = |text: &str| Action::Update { contact: by_id(contact.id), change: edit(city(text)) };
    let gone = || Action::Delete { contact: by_id(database.id()), precondition: None };
    let group = || {
        let actions = [update("Rome"), gone(), update("Oslo"), by_email(&database, "a@x", "Rome")];
        actions.map(|action| database.write(served.workspace, action)).to_vec()
    };
    let refused = served.store.write_group(group()).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::InGroup { place: 1, fault } if matches!(**fault, StoreError::NoSuchContact)),
        "{refused:?}"
    );
    assert_eq!(served.store.last_event(served.workspace).await.unwrap(), 1);
    let done = served.store.write_batch(group(), Together::Each).await.unwrap();
    let shown: Vec<_> =
        done.iter().map(|done| done.as_ref().ok().and_then(|outcome| outcome.event())).collect();
    assert_eq!(shown, [Some(2), None, Some(3), Some(4)]);
    let events = served.store.events_after(served.workspace, 1, 9).await.unwrap();
    assert_eq!(events.iter().map(|(_, event)| event.part).collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
    assert_eq!(served.get(contact.id).await.unwrap().city.as_deref(), Some("Oslo"));
}

#[tokio::test]
async fn a_group_of_many_is_taken_back_as_a_whole() {
    let (database, served) = served().await;
    let mut writes = Vec::new();
    for n in 0..1500 {
        let change = edits([city("Rome"), Edit::MergeChannels(vec![email(&format!("{n}@x"))])]);
        let action = Action::Create { id: database.id(), number: None, change };
        writes.push(database.write(served.workspace, action));
    }
    let made = served.store.write_group(writes).await.unwrap();
    let undo = async |events: Vec<u64>| {
        let undo = |event: &u64| {
            let action = Action::Undo { event: *event, on_conflict: OnConflict::Refuse };
            database.write(served.workspace, action)
        };
        served.store.write_group(events.iter().rev().map(undo).collect()).await
    };
    let undone = undo(made.iter().filter_map(store::AnyOutcome::event).collect()).await.unwrap();
    let count = async || served.store.list_contacts(served.workspace, &everything()).await.unwrap().total;
    assert_eq!(count().await, 0);
    undo(undone.iter().filter_map(store::AnyOutcome::event).collect()).await.unwrap();
    assert_eq!(count().await, 1500);
    // One that was changed since stops all of it.
    let page = served.store.list_contacts(served.workspace, &everything()).await.unwrap();
    database.update(&served, &page.contacts[0], edit(city("Oslo"))).await.unwrap();
    let refused = undo(made.iter().filter_map(store::AnyOutcome::event).collect()).await;
    assert!(matches!(refused, Err(StoreError::InGroup { place: 1499, .. })), "{:?}", refused.err());
    assert_eq!(count().await, 1500);
    assert!(page.contacts.iter().all(|contact| contact.created_at > at(0)));
}
