//! Companies, notes, vendors' ids and exclusive channels.

use std::pin::Pin;

use model::{
    Aliases, ChannelKind, Company, CompanyId, CompanyWrite, ContactId, Dialect, Edit, Note, NoteId, Ref, Set,
    ViolationKind,
};
use store::{Outcome, StoreError};
use uuid::Uuid;

use crate::fixture::{
    Served, aliased, all, at, by_id, edit, edits, exclusive_email, in_use, named, served, violation,
};

fn company(id: u128, number: u64, alias: &str) -> Company {
    Company {
        id: CompanyId(Uuid::from_u128(id)),
        number,
        name: format!("company {number}"),
        created_at: at(0),
        updated_at: None,
        website_url: None,
        aliases: Aliases::one(Dialect::Rolodex, alias),
        extras: Default::default(),
    }
}

fn note(id: u128, alias: &str) -> Note {
    Note {
        id: NoteId(Uuid::from_u128(id)),
        body: "called".to_owned(),
        created_at: at(0),
        updated_at: at(0),
        aliases: Aliases::one(Dialect::Rolodex, alias),
    }
}

fn link(company: Ref) -> model::Change {
    let write =
        CompanyWrite { at: "companies.0".into(), company, title: None, start_date: None, active: None };
    edit(Edit::Companies(Set::add(vec![write])))
}

fn link_note(note: Ref) -> model::Change {
    edit(Edit::Notes(Set::add(vec![("notes.0".into(), note)])))
}

#[tokio::test]
async fn companies_are_found_by_alias_id_and_number() {
    let (database, served) = served().await;
    let (one, two) = (company(1, 10, "r-1"), company(2, 20, "10"));
    for company in [&one, &two] {
        served.store.write_company(served.workspace, company.clone()).await.unwrap();
    }
    for (named, expected) in [
        (Ref::uuid(Dialect::Rolodex, "r-1"), &one),
        (Ref::uuid(Dialect::Rolodex, &one.id.to_string()), &one),
        (Ref::number(Dialect::Acquire, "20"), &two),
        // The alias of the dialect wins over the number.
        (Ref::number(Dialect::Rolodex, "10"), &two),
    ] {
        let contact = database.create(&served, link(named)).await.unwrap().contact;
        assert_eq!((contact.companies[0].id, contact.companies[0].number), (expected.id, expected.number));
    }
    let unknown = database.create(&served, link(Ref::number(Dialect::Acquire, "30"))).await;
    assert_eq!(violation(unknown).1, ViolationKind::UnknownCompany("30".into()));
    let ids = [two.id, CompanyId(Uuid::nil()), one.id, two.id];
    let mut found = served.store.find_companies(served.workspace, &ids).await.unwrap();
    found.sort_by_key(|company| company.number);
    assert_eq!(found, [one, two]);
    assert_eq!(served.store.find_companies(served.workspace, &[]).await.unwrap(), []);
}

#[tokio::test]
async fn companies_change_and_keep_their_ids_apart() {
    let (database, served) = served().await;
    let write = |company: &Company| served.store.write_company(served.workspace, company.clone());
    let mut one = company(1, 10, "r-1");
    write(&one).await.unwrap();
    assert_eq!(in_use(write(&company(2, 10, "r-2")).await), "10");
    assert_eq!(in_use(write(&company(2, 20, "r-1")).await), "r-1");
    one.aliases = Aliases::one(Dialect::Rolodex, "r-3");
    one.name = "renamed".to_owned();
    write(&one).await.unwrap();
    assert_eq!(served.store.find_companies(served.workspace, &[one.id]).await.unwrap(), [one]);
    write(&company(2, 20, "r-1")).await.unwrap();
    let contact = database.create(&served, link(Ref::uuid(Dialect::Rolodex, "r-1"))).await.unwrap().contact;
    assert_eq!(contact.companies[0].number, 20);
}

#[tokio::test]
async fn notes_are_found_by_alias_and_id() {
    let (database, served) = served().await;
    let mut one = note(1, "n-1");
    served.store.write_note(served.workspace, one.clone()).await.unwrap();
    assert_eq!(in_use(served.store.write_note(served.workspace, note(2, "n-1")).await), "n-1");
    one.body = "called twice".to_owned();
    served.store.write_note(served.workspace, one.clone()).await.unwrap();
    for named in ["n-1", &one.id.to_string()] {
        let contact =
            database.create(&served, link_note(Ref::uuid(Dialect::Rolodex, named))).await.unwrap().contact;
        assert_eq!(contact.notes, [one.id]);
    }
    let unknown = database.create(&served, link_note(Ref::number(Dialect::Rolodex, "5"))).await;
    assert_eq!(violation(unknown).1, ViolationKind::UnknownNote("5".into()));
    assert_eq!(
        served.store.find_notes(served.workspace, &[one.id, NoteId(Uuid::nil())]).await.unwrap(),
        [one]
    );
    assert_eq!(served.store.find_notes(served.workspace, &[]).await.unwrap(), []);
}

#[tokio::test]
async fn an_alias_wins_over_a_well_formed_id() {
    let (database, served) = served().await;
    let one = database.create(&served, named("one")).await.unwrap().contact;
    let two = database.create(&served, aliased(Dialect::Acquire, "1")).await.unwrap().contact;
    let find =
        async |named: Ref| served.store.find_contact(served.workspace, &named).await.unwrap().unwrap().id;
    assert_eq!(find(Ref::number(Dialect::Acquire, "1")).await, two.id);
    assert_eq!(find(Ref::number(Dialect::Native, "1")).await, one.id);
    assert_eq!(find(Ref::number(Dialect::Acquire, "2")).await, two.id);
    assert_eq!(
        served
            .store
            .find_contact(served.workspace, &Ref::number(Dialect::Acquire, &u64::MAX.to_string()))
            .await
            .unwrap(),
        None
    );
    let action =
        store::Action::Update { contact: Ref::number(Dialect::Acquire, "1"), change: named("renamed") };
    assert_eq!(served.run(database.write(served.workspace, action)).await.unwrap().contact.id, two.id);
}

/// Every way to name one contact, for a reader and for a writer, and whom it leads to.
#[tokio::test]
async fn a_contact_goes_by_its_aliases_its_id_and_its_number() {
    let (database, served) = served().await;
    let other =
        Served { store: served.store.clone(), workspace: database.workspace(&served.store, "other").await };
    let one = database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    // Its aliases look like the id and the number of the first one.
    let both = edits([
        Edit::Aliases(Dialect::Callbell, vec![one.id.to_string()]),
        Edit::Aliases(Dialect::Acquire, vec!["1".to_owned()]),
    ]);
    let two = database.create(&served, both).await.unwrap().contact;
    let gone = database.create(&served, aliased(Dialect::Zingle, "z-3")).await.unwrap().contact;
    database.delete(&served, &gone).await.unwrap();
    let far = database.create(&other, aliased(Dialect::Zingle, "z-4")).await.unwrap().contact;
    let far_twin = database.create(&other, aliased(Dialect::Zingle, "z-1")).await.unwrap().contact;
    let uuid = Ref::uuid;
    let number = Ref::number;
    let (zingle, acquire, callbell) = (Dialect::Zingle, Dialect::Acquire, Dialect::Callbell);
    let cases = [
        (&served, uuid(zingle, "z-1"), Some(&one)),
        (&served, uuid(zingle, &one.id.to_string()), Some(&one)),
        (&served, number(zingle, "1"), Some(&one)),
        (&served, number(zingle, "z-1"), Some(&one)),
        (&served, uuid(callbell, &one.id.to_string()), Some(&two)),
        (&served, number(acquire, "1"), Some(&two)),
        (&served, number(acquire, "2"), Some(&two)),
        (&served, uuid(zingle, "z-3"), None),
        (&served, by_id(gone.id), None),
        (&served, number(zingle, "3"), None),
        (&served, uuid(acquire, "z-1"), None),
        (&served, uuid(zingle, "z-4"), None),
        (&served, by_id(far.id), None),
        (&served, by_id(ContactId(Uuid::nil())), None),
        (&served, number(zingle, "0"), None),
        (&served, uuid(zingle, ""), None),
        (&other, uuid(zingle, "z-1"), Some(&far_twin)),
        (&other, uuid(zingle, "z-4"), Some(&far)),
        (&other, by_id(far.id), Some(&far)),
        (&other, number(zingle, "1"), Some(&far)),
        (&other, by_id(one.id), None),
    ];
    for (n, (home, reference, expected)) in cases.into_iter().enumerate() {
        let found = home.store.find_contact(home.workspace, &reference).await.unwrap();
        assert_eq!(found.map(|found| found.id), expected.map(|contact| contact.id), "{reference:?}");
        let action = store::Action::Update { contact: reference.clone(), change: named(&format!("{n}")) };
        match (home.run(database.write(home.workspace, action)).await, expected) {
            (Ok(done), Some(expected)) => {
                assert_eq!(done.contact.id, expected.id, "{reference:?}");
                let stored = home.get(expected.id).await.unwrap();
                assert_eq!((stored.name.full.as_deref(), &stored), (Some(&*format!("{n}")), &done.contact));
            }
            (Err(StoreError::NoSuchContact), None) => {}
            (done, _) => panic!("{reference:?}: {done:?}"),
        }
    }
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn an_exclusive_channel_belongs_to_one_contact() {
    let (database, served) = served().await;
    let one = database.create(&served, exclusive_email("a@example.com")).await.unwrap().contact;
    let two = database.create(&served, named("two")).await.unwrap().contact;
    let taken = database.update(&served, &two, exclusive_email("A@example.com")).await;
    assert_eq!(violation(taken).1, ViolationKind::ChannelTaken);
    // Its owner may write it again, and give it up.
    database.update(&served, &one, exclusive_email("a@example.com")).await.unwrap();
    database.update(&served, &one, exclusive_email("b@example.com")).await.unwrap();
    database.update(&served, &two, exclusive_email("a@example.com")).await.unwrap();
    let found =
        served.store.find_by_channel(served.workspace, &ChannelKind::Email, "a@example.com").await.unwrap();
    assert_eq!(found.iter().map(|contact| contact.id).collect::<Vec<_>>(), [two.id]);
}

/// A write that may be queued already.
type Queued = Pin<Box<dyn Future<Output = Result<Outcome, StoreError>> + Send>>;

/// All of these are queued while the writer cannot begin, so they are one batch.
#[tokio::test]
async fn writes_of_one_batch_see_each_other() {
    let (database, served) = served().await;
    let one = database.create(&served, exclusive_email("a@example.com")).await.unwrap().contact;
    let two = database.create(&served, aliased(Dialect::Zingle, "z-2")).await.unwrap().contact;
    let batches = served.store.writer_stats().batches;
    let (held, first) = database.hold(&served, database.update(&served, &one, named("first"))).await;
    let mut writes: Vec<Queued> = vec![first];
    let id = database.id();
    let create = |id, change| {
        served.run(database.write(served.workspace, store::Action::Create { id, number: Some(50), change }))
    };
    let by_alias = |change| {
        let action = store::Action::Update { contact: Ref::uuid(Dialect::Zingle, "z-2"), change };
        served.run(database.write(served.workspace, action))
    };
    let queued: [Queued; 13] = [
        Box::pin(database.update(&served, &two, exclusive_email("a@example.com"))),
        Box::pin(database.update(&served, &one, exclusive_email("b@example.com"))),
        Box::pin(database.update(&served, &two, exclusive_email("a@example.com"))),
        Box::pin(create(id, exclusive_email("b@example.com"))),
        Box::pin(create(id, named("three"))),
        Box::pin(create(database.id(), named("four"))),
        Box::pin(database.update(&served, &two, edit(Edit::Aliases(Dialect::Zingle, vec![])))),
        Box::pin(by_alias(named("nobody"))),
        Box::pin(served.run(database.write(
            served.workspace,
            store::Action::Update { contact: by_id(id), change: aliased(Dialect::Zingle, "z-2") },
        ))),
        Box::pin(by_alias(named("three again"))),
        Box::pin(database.undo(&served, 6, model::OnConflict::Refuse)),
        Box::pin(database.delete(&served, &one)),
        Box::pin(database.update(&served, &one, named("gone"))),
    ];
    writes.extend(queued);
    let release = async {
        while served.store.writer_stats().waiting < 13 {
            tokio::task::yield_now().await;
        }
        held.release();
    };
    let (results, ()) = tokio::join!(all(writes), release);
    let results: Vec<_> = results
        .into_iter()
        .map(|result| result.map(|outcome| outcome.event.unwrap()).map_err(|fault| fault.to_string()))
        .collect();
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(results[0], Ok(3));
    assert_eq!(
        results[1..],
        [
            refused("refused: email: belongs to another contact"),
            Ok(4),
            Ok(5),
            refused("refused: email: belongs to another contact"),
            Ok(6),
            refused("50 is in use"),
            Ok(7),
            refused("no such contact"),
            Ok(8),
            Ok(9),
            refused("no such change"),
            Ok(10),
            refused("no such contact"),
        ]
    );
    assert_eq!(served.store.writer_stats().batches, batches + 2);
    let three = served.get(id).await.unwrap();
    assert_eq!((three.revision, three.name.full.as_deref()), (3, Some("three again")));
    let found =
        served.store.find_contact(served.workspace, &Ref::uuid(Dialect::Zingle, "z-2")).await.unwrap();
    assert_eq!(found.unwrap(), three);
    let owners =
        served.store.find_by_channel(served.workspace, &ChannelKind::Email, "a@example.com").await.unwrap();
    assert_eq!(owners[0].id, two.id);
    assert_eq!(served.get(one.id).await, None);
}

#[tokio::test]
async fn a_name_with_a_nul_leads_nowhere() {
    let (database, served) = served().await;
    database.create(&served, aliased(Dialect::Zingle, "z-1")).await.unwrap();
    let named = Ref::uuid(Dialect::Zingle, "z-1\0");
    assert_eq!(served.store.find_contact(served.workspace, &named).await.unwrap(), None);
    assert_eq!(served.store.history(served.workspace, &named, None, 10).await.unwrap(), None);
    let update = store::Action::Update { contact: named, change: model::Change::default() };
    let updated = served.run(database.write(served.workspace, update)).await;
    assert!(matches!(updated, Err(StoreError::NoSuchContact)), "{updated:?}");
    let found = served.store.find_by_channel(served.workspace, &ChannelKind::Phone, "1\0").await.unwrap();
    assert_eq!(found, []);
}
