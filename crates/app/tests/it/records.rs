//! Companies, notes, tasks and the catalog through the application: rights, undo, links from their other end.

use app::{Caller, CompanyLink, ContactLink, Done, Error, Filter, HistoryQuery, Missing, RecordQuery, Scope};
use model::{
    Company, CompanyId, ContactId, Dialect, EventKind, Facet, ItemRef, Note, NoteId, OnConflict, RecordKind,
    Ref, Rejection, Tag, TagId, Task, TaskId, Violation, ViolationKind,
};
use testkit::TestApp;

async fn caller(test: &TestApp, scopes: &[Scope]) -> Caller {
    let secret = test.key(scopes, &[Dialect::Native]).await;
    test.app.authenticate(&secret, Dialect::Native, None).await.unwrap()
}

fn native(id: uuid::Uuid) -> Ref {
    Ref::uuid(Dialect::Native, &id.to_string())
}

async fn company(test: &TestApp, caller: &Caller, name: &str) -> Company {
    let make = |id, now, _: &model::Catalog| Ok(Company::new(CompanyId(id), name, now));
    test.app.create_record(caller, make).await.unwrap().record
}

async fn tag(test: &TestApp, caller: &Caller, name: &str) -> TagId {
    let make = |fresh: app::Fresh, _: &model::Catalog| {
        Ok(Tag {
            id: TagId(fresh.id),
            number: fresh.number,
            name: name.to_owned(),
            background_color: None,
            text_color: None,
            created_at: fresh.now,
            aliases: Default::default(),
            extras: model::Extras::default(),
        })
    };
    test.app.create_item(caller, make).await.unwrap().item.id
}

async fn contacts(test: &TestApp, numbers: &[u64]) -> Vec<ContactId> {
    let reader = caller(test, &[Scope::Read]).await;
    let mut ids = Vec::new();
    for number in numbers {
        let named = Ref::number(Dialect::Acquire, &number.to_string());
        ids.push(test.app.get_contact(&reader, &named).await.unwrap().contact.id);
    }
    ids
}

#[tokio::test]
async fn a_key_that_may_only_read_writes_nothing() {
    let test = TestApp::new().await;
    let reader = caller(&test, &[Scope::Read]).await;
    let writer = caller(&test, &[Scope::Write]).await;
    let made = company(&test, &writer, "Acme").await;
    let named = native(made.id.0);
    let refused = test.app.update_record(&reader, &named, |_: &mut Company, _| Ok(())).await;
    assert!(matches!(refused, Err(Error::MissingScope(Scope::Write))), "{refused:?}");
    let refused = test.app.delete_record::<Company>(&reader, &named).await;
    assert!(matches!(refused, Err(Error::MissingScope(Scope::Write))), "{refused:?}");
    let lead = ItemRef::Id(native(tag(&test, &writer, "lead").await.0));
    let refused = test.app.delete_item::<Tag>(&reader, &lead).await;
    assert!(matches!(refused, Err(Error::MissingScope(Scope::Write))), "{refused:?}");
    assert_eq!(test.app.get_record::<Company>(&reader, &named).await.unwrap().record, made);
}

#[tokio::test]
async fn records_are_made_changed_deleted_and_brought_back() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    let made = company(&test, &caller, "Acme").await;
    let named = native(made.id.0);
    let rename = |company: &mut Company, _: &model::Catalog| {
        company.name = "Acme Ltd".to_owned();
        Ok(())
    };
    let renamed = test.app.update_record(&caller, &named, rename).await.unwrap();
    assert_eq!((renamed.done, renamed.record.revision), (Done::Updated, 2));
    assert_eq!(renamed.differences[0].member.to_string(), "name");
    let refuse = |_: &mut Company, _: &model::Catalog| {
        Err(Rejection::from(Violation::new("name", ViolationKind::Blank)))
    };
    let refused = test.app.update_record(&caller, &named, refuse).await;
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
    let long = |company: &mut Company, _: &model::Catalog| {
        company.name = "x".repeat(model::limits::SHORT_TEXT_CHARS + 1);
        Ok(())
    };
    let refused = test.app.update_record(&caller, &named, long).await;
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
    let deleted = test.app.delete_record::<Company>(&caller, &named).await.unwrap();
    let gone = test.app.get_record::<Company>(&caller, &named).await;
    assert!(matches!(gone, Err(Error::NotFound(Missing::Record(RecordKind::Company)))), "{gone:?}");
    let undone = test.app.undo(&caller, deleted.change.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((undone.kind, undone.id, undone.done), (RecordKind::Company, made.id.0, Done::Restored));
    let query = HistoryQuery { kind: RecordKind::Company, record: named, before: None, limit: 3 };
    let history = test.app.record_history(&caller, query).await.unwrap();
    let kinds: Vec<_> = history.events.iter().map(|(_, event)| event.kind).collect();
    assert_eq!(kinds, [EventKind::Restored, EventKind::Deleted, EventKind::Updated]);
    assert!(history.next.is_some());
    let actor = &history.events[0].1.actor;
    assert_eq!((actor.key, actor.dialect), (Some(caller.key().id), Dialect::Native));
}

#[tokio::test]
async fn changes_at_the_same_time_all_take_effect() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    let made = company(&test, &caller, "").await;
    let named = native(made.id.0);
    let add = |text: &'static str| {
        let (app, caller, named) = (test.app.clone(), caller.clone(), named.clone());
        async move {
            let add = |company: &mut Company, _: &model::Catalog| {
                company.name.push_str(text);
                Ok(())
            };
            app.update_record(&caller, &named, add).await.unwrap();
        }
    };
    tokio::join!(add("a"), add("b"), add("c"), add("d"));
    let name = test.app.get_record::<Company>(&caller, &named).await.unwrap().record.name;
    assert_eq!(name.len(), 4, "{name}");
    let made: Vec<_> = futures(["x", "y", "z"].map(|name| tag(&test, &caller, name))).await;
    let catalog = test.app.catalog(&caller).await.unwrap();
    let mut numbers: Vec<_> = made.iter().map(|id| catalog.tags.get(id.0).unwrap().number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
}

async fn futures<T>([a, b, c]: [impl Future<Output = T>; 3]) -> Vec<T> {
    let (a, b, c) = tokio::join!(a, b, c);
    vec![a, b, c]
}

#[tokio::test]
async fn a_tag_that_is_deleted_comes_back_to_its_contacts() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    let tag = tag(&test, &caller, "lead").await;
    let contacts = contacts(&test, &[1, 2]).await;
    test.app.set_contacts(&caller, ContactLink::Tag(tag), &contacts).await.unwrap();
    let named = ItemRef::Id(native(tag.0));
    let deleted = test.app.delete_item::<Tag>(&caller, &named).await.unwrap();
    assert_eq!((deleted.item.name.as_str(), deleted.done), ("lead", Done::Deleted));
    assert!(deleted.catalog.tags.get(tag.0).is_none());
    let again = test.app.delete_item::<Tag>(&caller, &named).await;
    assert!(matches!(again, Err(Error::NotFound(Missing::Record(RecordKind::Tag)))), "{again:?}");
    let undone = test.app.undo(&caller, deleted.change.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((undone.kind, undone.done), (RecordKind::Tag, Done::Restored));
    assert!(undone.catalog.tags.get(tag.0).is_some());
    let linked = test.app.linked_contacts(&caller, ContactLink::Tag(tag)).await.unwrap();
    assert_eq!(linked, contacts.iter().map(|id| id.0).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_contacts_of_a_note_a_company_and_a_list_are_set_from_there() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    let ids = contacts(&test, &[1, 2, 3]).await;
    let make = |id, now, _: &model::Catalog| Ok(Note::new(NoteId(id), "called", now));
    let note = test.app.create_record(&caller, make).await.unwrap().record.id;
    let acme = company(&test, &caller, "Acme").await.id;
    for link in [ContactLink::Note(note), ContactLink::Company(acme)] {
        let set = test.app.set_contacts(&caller, link, &[ids[1], ids[0], ids[1]]).await.unwrap();
        assert_eq!((set.gained, set.lost, set.changes.len()), (2, 0, 2), "{link:?}");
        let set = test.app.set_contacts(&caller, link, &[ids[2], ids[1]]).await.unwrap();
        assert_eq!((set.gained, set.lost, set.changes.len()), (1, 1, 2), "{link:?}");
        let linked = test.app.linked_contacts(&caller, link).await.unwrap();
        assert_eq!(linked, [ids[1].0, ids[2].0], "{link:?}");
        // One that does not exist: nothing is done to the others.
        let unknown = ContactId(uuid::Uuid::nil());
        let refused = test.app.set_contacts(&caller, link, &[ids[0], unknown]).await;
        assert!(matches!(refused, Err(Error::NotFound(Missing::Contact))), "{refused:?}");
        assert_eq!(test.app.linked_contacts(&caller, link).await.unwrap(), linked, "{link:?}");
        test.app.undo(&caller, set.changes[0], OnConflict::Refuse).await.unwrap();
        assert_eq!(test.app.linked_contacts(&caller, link).await.unwrap(), [ids[1].0], "{link:?}");
    }
}

#[tokio::test]
async fn the_companies_and_tasks_of_a_tag_are_set_from_there() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    let tag = tag(&test, &caller, "vip").await;
    let one = company(&test, &caller, "one").await.id;
    let two = company(&test, &caller, "two").await.id;
    let link = CompanyLink::Tag(tag);
    assert_eq!(test.app.set_companies(&caller, link, &[one, two]).await.unwrap().gained, 2);
    let set = test.app.set_companies(&caller, link, &[two]).await.unwrap();
    assert_eq!((set.gained, set.lost, set.changes.len()), (0, 1, 1));
    let unknown = CompanyId(uuid::Uuid::nil());
    let refused = test.app.set_companies(&caller, link, &[unknown]).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Record(RecordKind::Company)))), "{refused:?}");
    let make = |id, now, _: &model::Catalog| Ok(Task::new(TaskId(id), "call", now));
    let task = test.app.create_record(&caller, make).await.unwrap().record.id;
    assert_eq!(test.app.set_tasks(&caller, tag, &[task]).await.unwrap().gained, 1);
    let query = RecordQuery { filter: Filter::Is(Facet::Tag(tag)), limit: 10, ..RecordQuery::default() };
    let companies = test.app.list_records::<Company>(&caller, &query).await.unwrap();
    assert_eq!((companies.total, companies.records[0].id), (1, two));
    let tasks = test.app.list_records::<Task>(&caller, &query).await.unwrap();
    assert_eq!((tasks.total, tasks.records[0].id), (1, task));
}

#[tokio::test]
async fn a_note_and_its_contacts_are_made_together_or_not_at_all() {
    let test = TestApp::new().await;
    let caller = caller(&test, &[Scope::Write]).await;
    let ids = contacts(&test, &[1, 2]).await;
    let make = |id, now, _: &model::Catalog| Ok(Note::new(NoteId(id), "called", now));
    let made = test.app.create_linked(&caller, &ids, make).await.unwrap();
    let linked = test.app.linked_contacts(&caller, ContactLink::Note(made.record.id)).await.unwrap();
    assert_eq!(linked, [ids[0].0, ids[1].0]);
    let notes = || RecordQuery { limit: 10, ..RecordQuery::default() };
    let before = test.app.list_records::<Note>(&caller, &notes()).await.unwrap().total;
    let unknown = [ids[0], ContactId(uuid::Uuid::nil())];
    let refused = test.app.create_linked(&caller, &unknown, make).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Contact))), "{refused:?}");
    assert_eq!(test.app.list_records::<Note>(&caller, &notes()).await.unwrap().total, before);
    let many = vec![ids[0]; 1001];
    let refused = test.app.create_linked(&caller, &many, make).await;
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
}
