//! Merging contacts, and taking that back.

use std::sync::Arc;

use model::{
    Contact, Dialect, Edit, EventKind, Native, OnConflict, OnHeldBack, Policy, Ref, Rule, TextMember,
    Violation, ViolationKind,
};
use store::{Action, Done, Outcome, StoreError, Write};

use crate::fixture::{
    Database, Served, aliased, by_id, edit, edits, name_edit, served, violation, violations,
};

fn city(text: &str) -> model::Change {
    edit(Edit::Text(TextMember::City, Some(text.to_owned())))
}

fn number(contact: &Contact) -> Ref {
    Ref::number(Dialect::Acquire, &contact.number.to_string())
}

fn uuid(contact: &Contact) -> Ref {
    Ref::uuid(Dialect::Rolodex, &format!("contact_{}", contact.id.hex()))
}

async fn merge(
    database: &Database,
    served: &Served,
    into: &Contact,
    from: &[&Contact],
) -> Result<Outcome, StoreError> {
    let from = from.iter().enumerate().map(|(n, other)| (format!("from.{n}"), number(other))).collect();
    let action = Action::Merge { into: by_id(into.id), from, choices: Vec::new(), precondition: None };
    served.run(database.write(served.workspace, action)).await
}

async fn found(served: &Served, named: &Ref) -> Option<u64> {
    let found = served.store.find_contact(served.workspace, named).await.unwrap();
    found.map(|contact| contact.number)
}

/// Jane stays; Janet has a city and an id that Zingle gave.
async fn two(database: &Database, served: &Served) -> (Arc<Contact>, Arc<Contact>) {
    let jane = database.create(served, edits([name_edit("Jane")])).await.unwrap().contact;
    let alias = Edit::Aliases(Dialect::Zingle, vec!["z-1".to_owned()]);
    let city = Edit::Text(TextMember::City, Some("Rome".to_owned()));
    let janet = database.create(served, edits([name_edit("Janet"), alias, city])).await.unwrap().contact;
    (jane, janet)
}

#[tokio::test]
async fn every_id_of_a_merged_contact_leads_to_the_one_that_stays() {
    let (database, served) = served().await;
    let (jane, janet) = two(&database, &served).await;
    let merged = merge(&database, &served, &jane, &[&janet]).await.unwrap();
    assert_eq!((merged.done, merged.contact.id), (Done::Updated, jane.id));
    assert_eq!(
        (merged.contact.name.full.as_deref(), merged.contact.city.as_deref()),
        (Some("Jane"), Some("Rome"))
    );
    assert_eq!(merged.contact.revision, 2);
    let zingle = Ref::uuid(Dialect::Zingle, "z-1");
    for named in [number(&janet), uuid(&janet), zingle, number(&jane), uuid(&jane)] {
        assert_eq!(found(&served, &named).await, Some(jane.number), "{named:?}");
    }
    // Writes find it, too, also several of one batch.
    let action = Action::Update { contact: number(&janet), change: city("Oslo") };
    let updated = served.run(database.write(served.workspace, action)).await.unwrap();
    assert_eq!((updated.contact.id, updated.contact.city.as_deref()), (jane.id, Some("Oslo")));
    // No other contact may take the id.
    let taken = database.create(&served, aliased(Dialect::Zingle, "z-1")).await;
    assert_eq!(violation(taken), ("aliases.zingle".to_owned(), ViolationKind::AliasTaken));
    served.store.verify().await.unwrap();
}

#[tokio::test]
async fn a_merge_is_one_change_that_is_taken_back() {
    let (database, served) = served().await;
    let (jane, janet) = two(&database, &served).await;
    let merged = merge(&database, &served, &jane, &[&janet]).await.unwrap();
    let event = served.store.find_event(served.workspace, merged.event.unwrap()).await.unwrap().unwrap();
    assert_eq!((event.kind, event.record), (EventKind::Updated, jane.id.0));
    assert_eq!(event.merged, [(*janet).clone()]);
    assert_eq!((&*merged.merged, merged.restored.len()), ([janet.id].as_slice(), 0));
    let undone = database.undo(&served, merged.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((undone.contact.city.as_deref(), undone.contact.former.is_empty()), (None, true));
    let back = served.get(janet.id).await.unwrap();
    assert_eq!((&*undone.merged, &*undone.restored), ([].as_slice(), [Arc::clone(&back)].as_slice()));
    assert_eq!((back.city.as_deref(), back.revision), (Some("Rome"), 2));
    assert_eq!(back.aliases, janet.aliases);
    for named in [number(&janet), uuid(&janet), Ref::uuid(Dialect::Zingle, "z-1")] {
        assert_eq!(found(&served, &named).await, Some(janet.number), "{named:?}");
    }
    assert_eq!(found(&served, &number(&jane)).await, Some(jane.number));
    let history = served.store.history(served.workspace, &number(&janet), None, 9).await.unwrap().unwrap();
    let kinds: Vec<_> = history.iter().map(|(_, event)| event.kind).collect();
    assert_eq!(kinds, [EventKind::Restored, EventKind::Deleted, EventKind::Created]);
    let twice = database.undo(&served, merged.event.unwrap(), OnConflict::Overwrite).await;
    assert_eq!(violation(twice), ("former".to_owned(), ViolationKind::ChangedSince));
    let merged = merge(&database, &served, &jane, &[&janet]).await.unwrap();
    assert_eq!(merged.contact.city.as_deref(), Some("Rome"));
    let verified = served.store.verify().await.unwrap();
    assert_eq!(verified.faults, [] as [String; 0]);
}

#[tokio::test]
async fn what_was_taken_apart_is_merged_again_by_undoing_that_and_so_on() {
    let (database, served) = served().await;
    let (jane, janet) = two(&database, &served).await;
    let merged = merge(&database, &served, &jane, &[&janet]).await.unwrap();
    let mut last = merged.event.unwrap();
    for round in 0..3 {
        let apart = database.undo(&served, last, OnConflict::Refuse).await.unwrap();
        assert_eq!(found(&served, &number(&janet)).await, Some(janet.number), "{round}");
        // Neither may have lost anything, and both may have got something: here the one that stays.
        let note = edit(Edit::Text(TextMember::Remarks, Some(format!("round {round}"))));
        database.update(&served, &jane, note).await.unwrap();
        let again = database.undo(&served, apart.event.unwrap(), OnConflict::Refuse).await.unwrap();
        assert_eq!(again.contact.city.as_deref(), Some("Rome"));
        assert_eq!(again.contact.remarks.as_deref(), Some(format!("round {round}").as_str()));
        for named in [number(&janet), uuid(&janet), Ref::uuid(Dialect::Zingle, "z-1")] {
            assert_eq!(found(&served, &named).await, Some(jane.number), "{named:?}");
        }
        let event = served.store.find_event(served.workspace, again.event.unwrap()).await.unwrap().unwrap();
        assert_eq!(
            (event.undoes, event.merged.len(), &*again.merged),
            (apart.event, 1, [janet.id].as_slice())
        );
        last = again.event.unwrap();
    }
    let verified = served.store.verify().await.unwrap();
    assert_eq!(verified.faults, [] as [String; 0]);
}

#[tokio::test]
async fn one_that_changed_since_it_was_taken_apart_is_merged_again_only_if_that_is_said() {
    let (database, served) = served().await;
    let (jane, janet) = two(&database, &served).await;
    let merged = merge(&database, &served, &jane, &[&janet]).await.unwrap();
    let apart =
        database.undo(&served, merged.event.unwrap(), OnConflict::Refuse).await.unwrap().event.unwrap();
    database.update(&served, &janet, city("Oslo")).await.unwrap();
    let refused = database.undo(&served, apart, OnConflict::Refuse).await;
    assert_eq!(violation(refused), ("former".to_owned(), ViolationKind::ChangedSince));
    let again = database.undo(&served, apart, OnConflict::Overwrite).await.unwrap();
    assert_eq!(again.contact.city.as_deref(), Some("Rome"));
    // What it had got is not lost: it comes back with it.
    database.undo(&served, again.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(served.get(janet.id).await.unwrap().city.as_deref(), Some("Oslo"));
    let twice = database.undo(&served, apart, OnConflict::Skip).await;
    assert_eq!(violation(twice), ("former".to_owned(), ViolationKind::ChangedSince));
    database.delete(&served, &janet).await.unwrap();
    let gone = database.undo(&served, apart, OnConflict::Overwrite).await;
    assert_eq!(violation(gone), ("former".to_owned(), ViolationKind::ChangedSince));
}

#[tokio::test]
async fn neither_a_merge_nor_its_undo_is_taken_back_in_part() {
    let (database, served) = served().await;
    let (jane, janet) = two(&database, &served).await;
    let job = |text: &str| Edit::Text(TextMember::JobTitle, Some(text.to_owned()));
    database.update(&served, &janet, edit(job("CTO"))).await.unwrap();
    let rules = ["city", "job_title"].map(|path| (path.to_owned(), Rule::FillIfEmpty));
    let policy = Arc::new(Policy::new(rules.into(), OnHeldBack::Tell, &[]).unwrap());
    let undo_under_it = |event| {
        let undo = Action::Undo { event, on_conflict: OnConflict::Overwrite };
        let write = database.write(served.workspace, undo);
        served.run(Write { policy: Some(Arc::clone(&policy)), ..write })
    };
    let protected =
        ["city", "job_title"].map(|path| Violation::new(path, ViolationKind::Protected(path.to_owned())));
    let merged = merge(&database, &served, &jane, &[&janet]).await.unwrap().event.unwrap();
    assert_eq!(violations(undo_under_it(merged).await), protected);
    let apart = database.undo(&served, merged, OnConflict::Refuse).await.unwrap().event.unwrap();
    let city = Edit::Text(TextMember::City, Some("Oslo".to_owned()));
    database.update(&served, &jane, edits([city, job("CEO")])).await.unwrap();
    assert_eq!(violations(undo_under_it(apart).await), protected);
    assert_eq!(found(&served, &number(&janet)).await, Some(janet.number), "it is still apart");
}

#[tokio::test]
async fn what_changed_since_a_merge_stays_or_is_a_conflict() {
    let (database, served) = served().await;
    let (jane, janet) = two(&database, &served).await;
    let merged = merge(&database, &served, &jane, &[&janet]).await.unwrap().event.unwrap();
    database.update(&served, &jane, city("Oslo")).await.unwrap();
    let refused = database.undo(&served, merged, OnConflict::Refuse).await;
    assert_eq!(violation(refused), ("city".to_owned(), ViolationKind::ChangedSince));
    assert_eq!(found(&served, &by_id(janet.id)).await, Some(jane.number), "it is still merged");
    let undone = database.undo(&served, merged, OnConflict::Skip).await.unwrap();
    assert_eq!(undone.contact.city.as_deref(), Some("Oslo"));
    assert_eq!(served.get(janet.id).await.unwrap().city.as_deref(), Some("Rome"));
}

#[tokio::test]
async fn a_merged_contact_does_not_come_back_alone() {
    let (database, served) = served().await;
    let (jane, _) = two(&database, &served).await;
    // One that no vendor gave an id.
    let other = database.create(&served, city("Rome")).await.unwrap().contact;
    let merged = merge(&database, &served, &jane, &[&other]).await.unwrap().event.unwrap();
    let deletion = served.store.find_event(served.workspace, merged - 1).await.unwrap().unwrap();
    assert_eq!((deletion.kind, deletion.record), (EventKind::Deleted, other.id.0));
    let refused = database.undo(&served, merged - 1, OnConflict::Overwrite).await;
    assert_eq!(violation(refused), ("former".to_owned(), ViolationKind::ChangedSince));
    assert_eq!(found(&served, &number(&other)).await, Some(jane.number));
}

#[tokio::test]
async fn several_are_merged_and_what_was_merged_before_follows() {
    let (database, served) = served().await;
    let mut all = Vec::new();
    for name in ["a", "b", "c", "d"] {
        all.push(database.create(&served, city(name)).await.unwrap().contact);
    }
    merge(&database, &served, &all[1], &[&all[0]]).await.unwrap();
    // Named twice, and by an id that was merged before.
    let merged = merge(&database, &served, &all[2], &[&all[3], &all[0], &all[1]]).await.unwrap();
    for contact in &all {
        assert_eq!(found(&served, &number(contact)).await, Some(all[2].number));
        assert_eq!(found(&served, &uuid(contact)).await, Some(all[2].number));
    }
    let undone = database.undo(&served, merged.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(undone.contact.city.as_deref(), Some("c"));
    assert_eq!(found(&served, &number(&all[0])).await, Some(all[1].number));
    assert_eq!(found(&served, &number(&all[3])).await, Some(all[3].number));
    let verified = served.store.verify().await.unwrap();
    assert_eq!(verified.faults, [] as [String; 0]);
}

#[tokio::test]
async fn a_merge_that_is_refused_changes_nothing() {
    let (database, served) = served().await;
    let (jane, janet) = two(&database, &served).await;
    let itself = merge(&database, &served, &jane, &[&janet, &jane]).await;
    assert_eq!(violation(itself), ("from.1".to_owned(), ViolationKind::SameContact));
    let missing = Contact::blank(database.id(), 99, model::Timestamp::default());
    let unknown = merge(&database, &served, &jane, &[&janet, &missing]).await;
    assert_eq!(violation(unknown), ("from.1".to_owned(), ViolationKind::UnknownContact("99".to_owned())));
    let nowhere = merge(&database, &served, &missing, &[&janet]).await;
    assert!(matches!(nowhere, Err(StoreError::NoSuchContact)), "{nowhere:?}");
    assert_eq!(
        (served.get(jane.id).await.unwrap(), served.get(janet.id).await.unwrap()),
        (jane.clone(), janet.clone())
    );
    let nothing = merge(&database, &served, &jane, &[]).await.unwrap();
    assert_eq!((nothing.done, nothing.event), (Done::Unchanged, None));
    // By its own id from before a merge it is itself, too.
    merge(&database, &served, &jane, &[&janet]).await.unwrap();
    let itself = merge(&database, &served, &jane, &[&janet]).await;
    assert_eq!(violation(itself), ("from.0".to_owned(), ViolationKind::SameContact));
    assert_eq!(Contact::former_id(Native::Number(7)), "merged-7");
}
