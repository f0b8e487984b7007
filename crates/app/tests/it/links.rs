//! Links from their other end: a record and its links are one change.

use std::sync::Arc;

use app::{CHANGE_MAX, Caller, Done, Ends, Error, Filter, Fresh, LinkTo, Missing, RecordQuery, Scope};
use model::{
    Catalog, Company, CompanyId, ContactId, Dialect, Document, Facet, Note, NoteId, OnConflict, RecordKind,
    Ref, Tag, TagId, Task, TaskId, ViolationKind,
};
use testkit::TestApp;
use uuid::Uuid;

use crate::records::{caller, company, contacts, native, native_item, tag};

struct Stage {
    test: TestApp,
    caller: Caller,
    contacts: Vec<ContactId>,
}

impl Stage {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let caller = caller(&test, &[Scope::Write]).await;
        let contacts = contacts(&test, &[1, 2, 3]).await;
        Self { test, caller, contacts }
    }

    async fn note(&self, contacts: &[ContactId]) -> app::WrittenRecord<Note> {
        let make = |id, now, _: &Catalog| Ok(Note::new(NoteId(id), "called", now));
        self.test.app.create_linked(&self.caller, contacts, make).await.unwrap()
    }

    async fn linked(&self, link: LinkTo) -> Vec<ContactId> {
        let ids = self.test.app.linked_contacts(&self.caller, link).await.unwrap();
        ids.into_iter().map(ContactId).collect()
    }

    async fn tagged<D: Document>(&self, tag: TagId) -> Vec<Uuid> {
        let query = RecordQuery { filter: Filter::Is(Facet::Tag(tag)), limit: 10, ..RecordQuery::default() };
        let page = self.test.app.list_records::<D>(&self.caller, &query).await.unwrap();
        page.records.into_iter().map(|record| record.into().id()).collect()
    }

    async fn last_change(&self) -> u64 {
        let mut last = 0;
        while self.test.app.get_change(&self.caller, last + 1).await.is_ok() {
            last += 1;
        }
        last
    }

    async fn undo(&self, change: Option<u64>) -> app::Undone {
        self.test.app.undo(&self.caller, change.unwrap(), OnConflict::Refuse).await.unwrap()
    }
}

fn rename(tag: &mut Tag, _: &Catalog) -> Result<(), model::Rejection> {
    tag.name = "renamed".to_owned();
    Ok(())
}

fn keep<T>(_: &mut T, _: &Catalog) -> Result<(), model::Rejection> {
    Ok(())
}

#[tokio::test]
async fn a_note_and_its_contacts_are_one_change() {
    let stage = Stage::new().await;
    let ids = &stage.contacts;
    let made = stage.note(&ids[..2]).await;
    let link = LinkTo::Note(made.record.id);
    assert_eq!(stage.linked(link).await, ids[..2]);
    let named = native(made.record.id.0);
    let edit = |note: &mut Note, _: &Catalog| {
        note.body = "new".to_owned();
        Ok(())
    };
    let app = &stage.test.app;
    let moved = app.update_linked(&stage.caller, &named, Some(&ids[1..]), edit).await.unwrap();
    assert_eq!((moved.done, moved.record.body.as_str()), (Done::Updated, "new"));
    assert_eq!(stage.linked(link).await, ids[1..]);
    // The number of the change stands for all of it, and so does the number of its undo.
    let undone = stage.undo(moved.change).await;
    assert_eq!((undone.kind, undone.id, undone.done), (RecordKind::Note, made.record.id.0, Done::Updated));
    assert_eq!(stage.linked(link).await, ids[..2]);
    assert_eq!(app.get_record::<Note>(&stage.caller, &named).await.unwrap().record.body, "called");
    stage.undo(undone.change).await;
    assert_eq!(stage.linked(link).await, ids[1..]);
    assert_eq!(app.get_record::<Note>(&stage.caller, &named).await.unwrap().record.body, "new");
    // What is so already is no change; links alone are one, with a number.
    let same = app.update_linked(&stage.caller, &named, Some(&[ids[2], ids[1]]), edit).await.unwrap();
    assert_eq!((same.done, same.change), (Done::Unchanged, None));
    let emptied = app.update_linked(&stage.caller, &named, Some(&[]), keep::<Note>).await.unwrap();
    assert_eq!((emptied.done, emptied.change.is_some()), (Done::Unchanged, true));
    stage.undo(emptied.change).await;
    assert_eq!(stage.linked(link).await, ids[1..]);
    // Undoing the creation takes everything along.
    let other = stage.note(ids).await;
    let undone = stage.undo(other.change).await;
    assert_eq!(undone.done, Done::Deleted);
    assert_eq!(stage.linked(LinkTo::Note(other.record.id)).await, []);
    stage.undo(undone.change).await;
    assert_eq!(stage.linked(LinkTo::Note(other.record.id)).await, *ids);
}

#[tokio::test]
async fn one_part_of_a_change_can_be_undone_alone() {
    let stage = Stage::new().await;
    let made = stage.note(&stage.contacts).await;
    let link = LinkTo::Note(made.record.id);
    let number = made.change.unwrap();
    let part = async |change| stage.test.app.get_change(&stage.caller, change).await.unwrap().part;
    assert_eq!(
        (part(number).await, part(number + 1).await, part(number + 3).await),
        (Some(0), Some(1), Some(3))
    );
    let next = company(&stage.test, &stage.caller, "Acme").await;
    assert_eq!(next.revision, 1);
    assert_eq!(part(number + 4).await, None);
    let undone = stage.undo(Some(number + 2)).await;
    assert_eq!((undone.id, undone.done), (stage.contacts[1].0, Done::Updated));
    assert_eq!(stage.linked(link).await, [stage.contacts[0], stage.contacts[2]]);
    let rest = stage.undo(Some(number)).await;
    assert_eq!((rest.kind, rest.done), (RecordKind::Note, Done::Deleted));
    assert_eq!(stage.linked(link).await, []);
}

#[tokio::test]
async fn a_link_that_stays_keeps_what_it_says() {
    let stage = Stage::new().await;
    let acme = company(&stage.test, &stage.caller, "Acme").await;
    let named = native(acme.id.0);
    let app = &stage.test.app;
    let ids = &stage.contacts;
    app.update_linked(&stage.caller, &named, Some(&ids[..2]), keep::<Company>).await.unwrap();
    let titled = async |place: usize| {
        let named = Ref::uuid(Dialect::Native, &ids[place].to_string());
        let contact = app.get_contact(&stage.caller, &named).await.unwrap().contact;
        contact.companies.iter().find(|link| link.id == acme.id).and_then(|link| link.title.clone())
    };
    let mut change = model::Change::default();
    let write = model::CompanyWrite {
        at: "companies".to_owned(),
        company: named.clone(),
        title: Some(Some("CTO".to_owned())),
        start_date: None,
        active: None,
    };
    change.push("companies", model::Edit::Companies(model::Set::add(vec![write])));
    let contact = Ref::uuid(Dialect::Native, &ids[1].to_string());
    app.update_contact(&stage.caller, contact, change).await.unwrap();
    assert_eq!(titled(1).await.as_deref(), Some("CTO"));
    app.update_linked(&stage.caller, &named, Some(&ids[1..]), keep::<Company>).await.unwrap();
    assert_eq!(titled(1).await.as_deref(), Some("CTO"));
    assert_eq!(stage.linked(LinkTo::Company(acme.id)).await, ids[1..]);
}

#[tokio::test]
async fn a_tag_and_all_that_has_it_are_one_change() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    let acme = company(&stage.test, &stage.caller, "Acme").await.id;
    let make = |id, now, _: &Catalog| Ok(Task::new(TaskId(id), "call", now));
    let task = app.create_record(&stage.caller, make).await.unwrap().record.id;
    let ends =
        Ends { contacts: Some(stage.contacts.clone()), companies: Some(vec![acme]), tasks: Some(vec![task]) };
    let make = |fresh: Fresh, _: &Catalog| {
        Ok(Tag {
            id: TagId(fresh.id),
            number: fresh.number,
            name: "vip".to_owned(),
            background_color: None,
            text_color: None,
            created_at: fresh.now,
            aliases: Default::default(),
            extras: Default::default(),
        })
    };
    let made = app.create_linked_item(&stage.caller, &ends, make).await.unwrap();
    let tag = made.item.id;
    assert_eq!(made.done, Done::Created);
    assert_eq!(stage.linked(LinkTo::Tag(tag)).await, stage.contacts);
    assert_eq!(stage.tagged::<Company>(tag).await, [acme.0]);
    assert_eq!(stage.tagged::<Task>(tag).await, [task.0]);

    let fewer =
        Ends { contacts: Some(vec![stage.contacts[1]]), companies: Some(Vec::new()), ..Ends::default() };
    let changed = app.update_linked_item(&stage.caller, &native_item(tag), &fewer, rename).await.unwrap();
    assert_eq!((changed.done, changed.item.name.as_str()), (Done::Updated, "renamed"));
    assert_eq!(stage.linked(LinkTo::Tag(tag)).await, [stage.contacts[1]]);
    assert_eq!((stage.tagged::<Company>(tag).await, stage.tagged::<Task>(tag).await), (vec![], vec![task.0]));

    let undone = stage.undo(changed.change).await;
    assert_eq!((undone.kind, undone.id), (RecordKind::Tag, tag.0));
    assert_eq!(undone.catalog.tags.get(tag.0).unwrap().name, "vip");
    assert_eq!(stage.linked(LinkTo::Tag(tag)).await, stage.contacts);
    assert_eq!(stage.tagged::<Company>(tag).await, [acme.0]);

    let gone = stage.undo(made.change).await;
    assert_eq!(gone.done, Done::Deleted);
    assert_eq!((stage.linked(LinkTo::Tag(tag)).await, stage.tagged::<Task>(tag).await), (vec![], vec![]));
    let back = stage.undo(gone.change).await;
    assert_eq!((back.kind, back.done), (RecordKind::Tag, Done::Restored));
    assert_eq!(stage.linked(LinkTo::Tag(tag)).await, stage.contacts);
    assert_eq!(app.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn a_link_that_cannot_be_leaves_everything_as_it_is() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    let lead = tag(&stage.test, &stage.caller, "lead").await;
    let note = stage.note(&stage.contacts[..1]).await.record.id;
    let before = stage.last_change().await;
    let nobody = Uuid::nil();
    let named = native_item(lead);
    for (ends, missing) in [
        (
            Ends { contacts: Some(vec![stage.contacts[0], ContactId(nobody)]), ..Ends::default() },
            Missing::Contact,
        ),
        (
            Ends {
                contacts: Some(stage.contacts.clone()),
                companies: Some(vec![CompanyId(nobody)]),
                ..Ends::default()
            },
            Missing::Record(RecordKind::Company),
        ),
        (Ends { tasks: Some(vec![TaskId(nobody)]), ..Ends::default() }, Missing::Record(RecordKind::Task)),
    ] {
        match app.update_linked_item(&stage.caller, &named, &ends, rename).await {
            Err(Error::NotFound(found)) => assert_eq!(found, missing),
            other => panic!("{other:?}"),
        }
    }
    let contacts = [stage.contacts[1], ContactId(nobody)];
    let refused = app.update_linked(&stage.caller, &native(note.0), Some(&contacts), keep::<Note>).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Contact))), "{refused:?}");
    let make = |id, now, _: &Catalog| Ok(Note::new(NoteId(id), "called", now));
    let refused = app.create_linked(&stage.caller, &contacts, make).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Contact))), "{refused:?}");
    let many: Vec<_> = (0..=CHANGE_MAX as u128).map(|id| ContactId(Uuid::from_u128(id))).collect();
    match app.create_linked(&stage.caller, &many, make).await {
        Err(Error::Rejected(rejection)) => {
            assert_eq!(rejection.violations[0].at, "contacts");
            assert!(matches!(rejection.violations[0].kind, ViolationKind::TooLong { max: CHANGE_MAX, .. }));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.last_change().await, before);
    assert_eq!(stage.linked(LinkTo::Note(note)).await, stage.contacts[..1]);
    assert_eq!(app.catalog(&stage.caller).await.unwrap().tags.get(lead.0).unwrap().name, "lead");
}

#[tokio::test]
async fn links_that_are_set_at_the_same_time_end_as_one_of_them() {
    let stage = Arc::new(Stage::new().await);
    let lead = tag(&stage.test, &stage.caller, "lead").await;
    let set = |place: usize| {
        let stage = Arc::clone(&stage);
        async move {
            let contacts = Some(vec![stage.contacts[place]]);
            let ends = Ends { contacts, ..Ends::default() };
            let edit = move |tag: &mut Tag, _: &Catalog| {
                tag.name = format!("lead {place}");
                Ok(())
            };
            stage.test.app.update_linked_item(&stage.caller, &native_item(lead), &ends, edit).await.unwrap();
        }
    };
    tokio::join!(set(0), set(1), set(2));
    let name = stage.test.app.catalog(&stage.caller).await.unwrap().tags.get(lead.0).unwrap().name.clone();
    let place: usize = name.strip_prefix("lead ").unwrap().parse().unwrap();
    assert_eq!(stage.linked(LinkTo::Tag(lead)).await, [stage.contacts[place]]);
}

#[tokio::test]
async fn a_company_or_note_that_is_deleted_leaves_its_contacts_and_comes_back_to_them() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    let ids = &stage.contacts[..2];
    let acme =
        app.create_linked(&stage.caller, ids, |id, now, _| Ok(Company::new(CompanyId(id), "Acme", now)));
    let acme = acme.await.unwrap().record;
    let note = app.create_linked(&stage.caller, ids, |id, now, _| Ok(Note::new(NoteId(id), "said", now)));
    let note = note.await.unwrap().record;
    let links = async |id: &ContactId| {
        let contact = app.get_contact(&stage.caller, &native(id.0)).await.unwrap().contact;
        let is_linked = contact.companies.iter().any(|link| link.id == acme.id);
        (is_linked, contact.notes.contains(&note.id))
    };
    let company = app.delete_record::<Company>(&stage.caller, &native(acme.id.0)).await.unwrap();
    let said = app.delete_record::<Note>(&stage.caller, &native(note.id.0)).await.unwrap();
    for id in ids {
        assert_eq!(links(id).await, (false, false));
    }
    assert_eq!(app.verify().await.unwrap().faults, [""; 0]);
    for (change, id) in [(company.change, acme.id.0), (said.change, note.id.0)] {
        let undone = app.undo(&stage.caller, change.unwrap(), OnConflict::Refuse).await.unwrap();
        assert_eq!((undone.id, undone.done), (id, Done::Restored));
    }
    for id in ids {
        assert_eq!(links(id).await, (true, true));
    }
    assert_eq!(app.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn many_ids_are_looked_up_at_once() {
    let stage = Stage::new().await;
    let app = &stage.test.app;
    let hex = stage.contacts[1].to_string();
    let unknown = Uuid::from_u128(1).to_string();
    let named: Vec<_> = ["contact_67890", &hex, "contact_1", &unknown, "contact_67890"]
        .map(|text| Ref::uuid(Dialect::Rolodex, text))
        .into();
    let found = app.find_contact_ids(&stage.caller, &named).await.unwrap();
    let jane = app.get_contact(&stage.caller, &named[0]).await.unwrap().contact.id;
    assert_eq!(found, [Some(jane), Some(stage.contacts[1]), None, None, Some(jane)]);
    let named = [Ref::number(Dialect::Acquire, "2"), Ref::number(Dialect::Acquire, "999")];
    let found = app.find_contact_ids(&stage.caller, &named).await.unwrap();
    assert_eq!(found, [Some(stage.contacts[1]), None]);

    let acme = company(&stage.test, &stage.caller, "Acme").await.id;
    let gone = company(&stage.test, &stage.caller, "gone").await.id;
    app.delete_record::<Company>(&stage.caller, &native(gone.0)).await.unwrap();
    let named = [native(gone.0), Ref::uuid(Dialect::Rolodex, "company_123"), native(acme.0)];
    let tech = app.get_record::<Company>(&stage.caller, &named[1]).await.unwrap().record.id;
    let found = app.find_record_ids::<Company>(&stage.caller, &named).await.unwrap();
    assert_eq!(found, [None, Some(tech.0), Some(acme.0)]);
    assert_eq!(app.find_record_ids::<Task>(&stage.caller, &named).await.unwrap(), [None, None, None]);
    assert_eq!(app.find_contact_ids(&stage.caller, &[]).await.unwrap(), []);
}

#[tokio::test]
async fn a_change_of_more_records_than_are_read_at_once_is_one() {
    let test = TestApp::with_crowd(1100, app::Compat::Documented).await;
    let caller = caller(&test, &[Scope::Write]).await;
    let lead = tag(&test, &caller, "lead").await;
    let query = app::ContactQuery { limit: 2000, ..app::ContactQuery::default() };
    let page = test.app.list_contacts(&caller, &query).await.unwrap();
    let ids: Vec<ContactId> = page.contacts.iter().map(|contact| contact.id).collect();
    let ends = Ends { contacts: Some(ids.clone()), ..Ends::default() };
    let named = native_item(lead);
    let set = test.app.update_linked_item(&caller, &named, &ends, rename).await.unwrap();
    let linked = async || test.app.linked_contacts(&caller, LinkTo::Tag(lead)).await.unwrap().len();
    assert_eq!((ids.len(), linked().await), (1104, 1104));
    let undone = test.app.undo(&caller, set.change.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((undone.id, linked().await), (lead.0, 0));
    assert_eq!(undone.catalog.tags.get(lead.0).unwrap().name, "lead");
    assert_eq!(test.app.verify().await.unwrap().faults, [""; 0]);
}
