//! Merging contacts: rights, notes and tasks.

use app::{BATCH_MAX, BatchDone, Caller, Error, Merge, Missing, Operation, Scope, Together, Upload};
use model::{Change, ContactId, Dialect, Edit, OnConflict, Ref, Task, TaskId, TextMember};
use testkit::TestApp;

fn number(number: u64) -> Ref {
    Ref::number(Dialect::Acquire, &number.to_string())
}

fn from(numbers: &[u64]) -> Vec<(String, Ref)> {
    numbers.iter().enumerate().map(|(n, each)| (format!("from.{n}"), number(*each))).collect()
}

async fn caller(test: &TestApp, scopes: &[Scope]) -> Caller {
    let secret = test.key(scopes, &[]).await;
    test.app.authenticate(&secret, Dialect::Native, None).await.unwrap()
}

async fn id(test: &TestApp, caller: &Caller, contact: u64) -> ContactId {
    test.app.get_contact(caller, &number(contact)).await.unwrap().contact.id
}

#[tokio::test]
async fn tasks_and_notes_go_to_the_one_that_stays() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    let (john, jane) = (id(&test, &caller, 2).await, id(&test, &caller, 4).await);
    let make = |fresh, now, _: &model::Catalog| {
        let mut task = Task::new(TaskId(fresh), "Call", now);
        task.contacts = vec![jane];
        Ok(task)
    };
    let task = test.app.create_record(&caller, make).await.unwrap().record;
    let merged = test.app.merge_contacts(&caller, &Merge::new(number(2), from(&[4]))).await.unwrap();
    let contact = &merged.view.contact;
    assert_eq!((contact.id, contact.notes.len(), contact.tags.len()), (john, 1, 1));
    let named = Ref::uuid(Dialect::Native, &task.id.0.to_string());
    let moved = test.app.get_record::<Task>(&caller, &named).await.unwrap().record;
    assert_eq!(moved.contacts, [jane, john]);
    assert_eq!(id(&test, &caller, 4).await, john);
    test.app.undo(&caller, merged.change.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(id(&test, &caller, 4).await, jane);
    let view = test.app.get_contact(&caller, &number(4)).await.unwrap();
    assert_eq!((view.contact.notes.len(), view.contact.channels.len()), (1, 3));
}

#[tokio::test]
async fn merges_of_one_batch_move_the_tasks_that_those_before_them_left() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Read, Scope::Write]).await;
    let mut people = Vec::new();
    for _ in 0..5 {
        let made = test.app.create_contact(&caller, Change::default()).await.unwrap();
        people.push(made.view.contact);
    }
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|place: usize| people[place].id);
    let task = async |contacts: Vec<ContactId>| {
        let make = |fresh, now, _: &model::Catalog| {
            Ok(Task { contacts: contacts.clone(), ..Task::new(TaskId(fresh), "Call", now) })
        };
        test.app.create_record(&caller, make).await.unwrap().record.id
    };
    let (both, first) = (task(vec![a, c]).await, task(vec![a]).await);
    let merge = |into: usize, from: usize| {
        let from = vec![("from.0".to_owned(), number(people[from].number))];
        Ok(Operation::Merge(Merge::new(number(people[into].number), from)))
    };
    // A task of both; one whose contact goes on; and one by the id that it had before.
    let operations = vec![merge(1, 0), merge(3, 2), merge(3, 1), merge(4, 0)];
    let done = test.app.run_batch(&caller, operations, Together::AllOrNone).await.unwrap();
    let BatchDone::All(results, Some(change)) = done else { panic!("{done:?}") };
    assert_eq!(results.iter().filter(|each| each.is_ok()).count(), 4, "{results:?}");
    let contacts = async |task: TaskId| {
        let named = Ref::uuid(Dialect::Native, &task.0.to_string());
        test.app.get_record::<Task>(&caller, &named).await.unwrap().record.contacts
    };
    assert_eq!(contacts(both).await, [a, c, b, d, e]);
    assert_eq!(contacts(first).await, [a, b, d, e]);
    // The change is the first event of all, the deletion of the first one that goes.
    let event = test.app.get_change(&caller, change).await.unwrap();
    assert_eq!((event.part, event.record), (Some(0), a.0));
    test.app.undo(&caller, change, OnConflict::Refuse).await.unwrap();
    assert_eq!(contacts(both).await, [a, c]);
    for (person, id) in people.iter().zip([a, b, c, d, e]) {
        assert_eq!(self::id(&test, &caller, person.number).await, id);
    }
}

#[tokio::test]
async fn a_batch_that_merges_is_tried_again_when_a_task_changed_in_between() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Read, Scope::Write]).await;
    for round in 0..20 {
        let mut people = Vec::new();
        for _ in 0..2 {
            let made = test.app.create_contact(&caller, Change::default()).await.unwrap();
            people.push(made.view.contact);
        }
        let make = |fresh, now, _: &model::Catalog| {
            Ok(Task { contacts: vec![people[1].id], ..Task::new(TaskId(fresh), "Call", now) })
        };
        let task = test.app.create_record(&caller, make).await.unwrap().record.id;
        let named = Ref::uuid(Dialect::Native, &task.0.to_string());
        let merge = Merge::new(number(people[0].number), from(&[people[1].number]));
        let merged = test.app.run_batch(&caller, vec![Ok(Operation::Merge(merge))], Together::AllOrNone);
        let renamed = test.app.update_record(&caller, &named, |task: &mut Task, _| {
            task.body = format!("Call {round}");
            Ok(())
        });
        let (merged, renamed) = tokio::join!(merged, renamed);
        renamed.unwrap();
        assert!(matches!(&merged, Ok(BatchDone::All(..))), "{merged:?}");
        let task = test.app.get_record::<Task>(&caller, &named).await.unwrap().record;
        assert_eq!((task.body, task.contacts.len()), (format!("Call {round}"), 2));
    }
}

#[tokio::test]
async fn a_picture_goes_to_the_one_that_stays_and_is_served_on() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Read, Scope::Write]).await;
    let mut made = Vec::new();
    for _ in 0..2 {
        made.push(test.app.create_contact(&caller, Change::default()).await.unwrap().view.contact);
    }
    let [into, other] =
        [&made[0], &made[1]].map(|contact| Ref::uuid(Dialect::Native, &contact.id.to_string()));
    let upload = Upload::read([&b"GIF89a\x02\x00\x03\x00"[..], &[0; 10]].concat()).unwrap();
    let shown = test.app.set_contact_picture(&caller, &other, (upload, "https://here")).await.unwrap();
    let url = shown.view.contact.image_url.clone().unwrap();
    let (workspace, name) = url.strip_prefix("https://here/pictures/").unwrap().split_once('/').unwrap();
    let merged = test
        .app
        .merge_contacts(&caller, &Merge::new(into.clone(), vec![("from.0".to_owned(), other)]))
        .await
        .unwrap();
    assert_eq!(merged.view.contact.image_url.as_deref(), Some(&*url));
    assert!(test.app.picture(workspace, name).await.unwrap().is_some());
    test.app.clear_contact_picture(&caller, into).await.unwrap();
    assert!(test.app.picture(workspace, name).await.unwrap().is_none());
}

#[tokio::test]
async fn a_merge_needs_the_right_to_write_and_what_it_names() {
    let test = TestApp::new().await;
    let reader = caller(&test, &[Scope::Read]).await;
    let refused = test.app.merge_contacts(&reader, &Merge::new(number(2), from(&[4]))).await;
    assert!(matches!(refused, Err(Error::MissingScope(Scope::Write))), "{refused:?}");
    let writer = caller(&test, &[Scope::Write]).await;
    let refused = test.app.merge_contacts(&writer, &Merge::new(number(99), from(&[4]))).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Contact))), "{refused:?}");
    let refused =
        test.app.merge_contacts(&writer, &Merge::new(number(2), from(&[4, 2, 99]))).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "refused: from.1: is the contact that it is to be merged into; from.2: no contact '99'"
    );
    let many: Vec<u64> = (0..101).collect();
    let refused = test.app.merge_contacts(&writer, &Merge::new(number(2), from(&many))).await.unwrap_err();
    assert_eq!(refused.to_string(), "refused: from.100: must have at most 100 items");
    assert_eq!(test.app.get_contact(&reader, &number(4)).await.unwrap().contact.number, 4);
}

#[tokio::test]
async fn contacts_of_another_workspace_are_not_merged() {
    let test = TestApp::new().await;
    let secret = test.foreign_key().await;
    let foreign = test.app.authenticate(&secret, Dialect::Native, None).await.unwrap();
    let refused = test.app.merge_contacts(&foreign, &Merge::new(number(2), from(&[4]))).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Contact))), "{refused:?}");
}

#[tokio::test]
async fn a_merge_before_too_many_changes_is_not_said_to_be_none() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    test.app.merge_contacts(&caller, &Merge::new(number(2), from(&[4]))).await.unwrap();
    let update = |n: usize| {
        let mut change = Change::default();
        change.push("city", Edit::Text(TextMember::City, Some(n.to_string())));
        Ok(Operation::Update(number(2), change))
    };
    for _ in 0..10 {
        let updates = (0..BATCH_MAX).map(update).collect();
        assert!(test.app.run_batch(&caller, updates, Together::AllOrNone).await.is_ok());
    }
    let refused = test.app.unmerge(&caller, &number(2), None).await.unwrap_err();
    assert_eq!(refused.error.to_string(), "refused: : must have at most 10000 changes since the merge");
    let none = test.app.unmerge(&caller, &number(3), None).await.unwrap();
    assert!(none.is_none());
}
