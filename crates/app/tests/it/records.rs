//! Companies, notes, tasks and the catalog through the application: rights, changes at the same time, undo.

use app::{Caller, Done, Ends, Error, HistoryQuery, LinkTo, Missing, Scope};
use model::{
    Company, CompanyId, ContactId, Dialect, EventKind, ItemRef, OnConflict, RecordKind, Ref, Rejection, Tag,
    TagId, Violation, ViolationKind,
};
use testkit::TestApp;

pub(crate) async fn caller(test: &TestApp, scopes: &[Scope]) -> Caller {
    let secret = test.key(scopes, &[Dialect::Native]).await;
    test.app.authenticate(&secret, Dialect::Native, None).await.unwrap()
}

pub(crate) fn native(id: uuid::Uuid) -> Ref {
    Ref::uuid(Dialect::Native, &id.to_string())
}

pub(crate) fn native_item(tag: TagId) -> ItemRef {
    ItemRef::Id(native(tag.0))
}

pub(crate) async fn company(test: &TestApp, caller: &Caller, name: &str) -> Company {
    let make = |id, now, _: &model::Catalog| Ok(Company::new(CompanyId(id), name, now));
    test.app.create_record(caller, make).await.unwrap().record
}

pub(crate) async fn tag(test: &TestApp, caller: &Caller, name: &str) -> TagId {
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

pub(crate) async fn contacts(test: &TestApp, numbers: &[u64]) -> Vec<ContactId> {
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
    let ends = Ends { contacts: Some(contacts.clone()), ..Ends::default() };
    test.app.update_linked_item(&caller, &native_item(tag), &ends, |_: &mut Tag, _| Ok(())).await.unwrap();
    let named = native_item(tag);
    let deleted = test.app.delete_item::<Tag>(&caller, &named).await.unwrap();
    assert_eq!((deleted.item.name.as_str(), deleted.done), ("lead", Done::Deleted));
    assert!(deleted.catalog.tags.get(tag.0).is_none());
    let again = test.app.delete_item::<Tag>(&caller, &named).await;
    assert!(matches!(again, Err(Error::NotFound(Missing::Record(RecordKind::Tag)))), "{again:?}");
    let undone = test.app.undo(&caller, deleted.change.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((undone.kind, undone.done), (RecordKind::Tag, Done::Restored));
    assert!(undone.catalog.tags.get(tag.0).is_some());
    let linked = test.app.linked_contacts(&caller, LinkTo::Tag(tag)).await.unwrap();
    assert_eq!(linked, contacts.iter().map(|id| id.0).collect::<Vec<_>>());
}
