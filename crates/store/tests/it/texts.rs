//! Words are found in what records say now: names, channels, companies, notes.

use std::ops::ControlFlow::Continue;
use std::ops::Not as _;
use std::time::Duration;

use model::search::Needle;
use model::{
    ChannelKind, ChannelWrite, Company, CompanyId, CompanyWrite, Dialect, Edit, Facet, Flag, Note, NoteId,
    OnConflict, RecordKind, Ref, Set, TextMember,
};
use store::{
    Action, ContactOrder, ContactQuery, Filter, HasText, Location, Options, Patience, Predicate, RecordWrite,
    Slow, StoreError, move_all,
};
use uuid::Uuid;

use crate::fixture::{
    Database, Served, all, at, behind, edit, edits, everything, name_edit, named, own_write, put, served,
};

fn in_text(kind: RecordKind, text: &str) -> Filter {
    Filter::HasText(HasText { kind, needle: Needle::new(text).unwrap(), is_whole: false })
}

/// The numbers of the contacts that have a word, wherever it is.
async fn found(served: &Served, word: &str) -> Vec<u64> {
    let places = [RecordKind::Contact, RecordKind::Company, RecordKind::Note];
    numbers(served, Filter::Any(places.map(|kind| in_text(kind, word)).into())).await
}

async fn numbers(served: &Served, filter: Filter) -> Vec<u64> {
    let query = ContactQuery { filter, limit: 2000, ..everything() };
    let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
    assert_eq!((page.total, page.is_counted), (page.contacts.len() as u64, true));
    page.contacts.iter().map(|contact| contact.number).collect()
}

async fn sound(served: &Served) {
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

fn company(name: &str) -> Company {
    Company::new(CompanyId(Uuid::from_u128(77)), name, at(0))
}

fn note(body: &str) -> Note {
    Note::new(NoteId(Uuid::from_u128(88)), body, at(0))
}

fn named_by(id: u128) -> Ref {
    Ref::uuid(Dialect::Native, &Uuid::from_u128(id).to_string())
}

/// José Ålund (1) has a note; Joanna Smith (2) an e-mail address, and a company.
async fn people() -> (Database, Served) {
    let (database, served) = served().await;
    put(&served.store, served.workspace, company("Müller & Söhne"), None).await.unwrap();
    put(&served.store, served.workspace, note("Likes Oysters."), None).await.unwrap();
    let noted = Edit::Notes(Set::add(vec![("notes".to_owned(), named_by(88))]));
    database.create(&served, edits([name_edit("José Ålund"), noted])).await.unwrap();
    let channel = ChannelWrite::new("email", ChannelKind::Email, "Jo.Smith@Example.com");
    let at = "companies".to_owned();
    let works = CompanyWrite { at, company: named_by(77), title: None, start_date: None, active: None };
    let joanna = [
        name_edit("Joanna Smith"),
        Edit::ReplaceChannels(vec![channel]),
        Edit::Companies(Set::add(vec![works])),
    ];
    database.create(&served, edits(joanna)).await.unwrap();
    (database, served)
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_names_channels_companies_and_notes() {
    let (_database, served) = people().await;
    for (word, expected) in [
        ("jose", vec![1]),
        ("ÅLUND", vec![1]),
        ("lun", vec![1]),
        ("jo", vec![1, 2]),
        ("J", vec![1, 2]),
        ("oa", vec![]),
        ("oanna smi", vec![2]),
        ("@example.com", vec![2]),
        ("muller", vec![2]),
        ("müller söhne", vec![2]),
        ("oyster", vec![1]),
        ("ike", vec![1]),
        ("nobody", vec![]),
        ("smith joanna", vec![]),
    ] {
        assert_eq!(found(&served, word).await, expected, "{word}");
    }
    assert_eq!(numbers(&served, in_text(RecordKind::Contact, "jo").not()).await, [0; 0]);
    assert_eq!(numbers(&served, in_text(RecordKind::Company, "mul").not()).await, [1]);
    let whole = |name: &str| {
        let needle = Needle::new(name).unwrap();
        Filter::HasText(HasText { kind: RecordKind::Company, needle, is_whole: true })
    };
    assert_eq!(numbers(&served, whole("MULLER SOHNE")).await, [2]);
    assert_eq!(numbers(&served, whole("muller")).await, [0; 0]);
    sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_found_by_the_next_search() {
    let (database, served) = people().await;
    let served = &served;
    let filter = in_text(RecordKind::Contact, "joanna");
    let query = ContactQuery { filter, limit: 2000, ..everything() };
    let joanna = served.store.list_contacts(served.workspace, &query).await.unwrap().contacts[0].clone();
    let renamed = database.update(served, &joanna, named("Zoë Black")).await.unwrap();
    assert_eq!((found(served, "joanna").await, found(served, "zoe").await), (vec![], vec![2]));
    database.undo(served, renamed.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!((found(served, "joanna").await, found(served, "zoe").await), (vec![2], vec![]));
    put(&served.store, served.workspace, company("Acme"), Some(1)).await.unwrap();
    assert_eq!((found(served, "muller").await, found(served, "acm").await), (vec![], vec![2]));
    put(&served.store, served.workspace, note("Prefers beer"), Some(1)).await.unwrap();
    assert_eq!((found(served, "oyster").await, found(served, "beer").await), (vec![], vec![1]));
    let gone = RecordWrite::Delete { kind: RecordKind::Note, id: Uuid::from_u128(88), expected: 2 };
    served.store.write(own_write(served.workspace, Action::Record(gone))).await.unwrap();
    assert_eq!(found(served, "beer").await, [0; 0]);
    let deleted = database.delete(served, &joanna).await.unwrap();
    assert_eq!(found(served, "joanna").await, [0; 0]);
    database.undo(served, deleted.event.unwrap(), OnConflict::Refuse).await.unwrap();
    assert_eq!(found(served, "joanna").await, [2]);
    sound(served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_with_very_large_numbers_are_found() {
    let (database, served) = people().await;
    let large = (1 << 53) - 1;
    let action = Action::Create { id: database.id(), number: Some(large), change: named("Jörg Far") };
    let far = served.run(database.write(served.workspace, action)).await.unwrap().contact;
    assert_eq!((found(&served, "jorg").await, found(&served, "f").await), (vec![large], vec![large]));
    database.update(&served, &far, named("Ada")).await.unwrap();
    assert_eq!((found(&served, "jorg").await, found(&served, "ada").await), (vec![], vec![large]));
    sound(&served).await;
    database.delete(&served, &far).await.unwrap();
    assert_eq!(found(&served, "ada").await, [0; 0]);
    sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_tells_of_texts_that_are_not_as_they_should_be() {
    let (database, served) = people().await;
    let (change, remove) = match database.location() {
        Location::Sqlite(_) => ("UPDATE texts SET text = '  x' WHERE rowid & 1023 = 1", "DELETE FROM texts"),
        Location::Postgres(_) => ("UPDATE texts SET text = '  x' WHERE number = 1", "DELETE FROM texts"),
    };
    let fault = |kind: &str, number| format!("{kind} {number} of workspace 1 is not found by its words");
    behind(&database.location(), change);
    let mut faults = served.store.verify().await.unwrap().faults;
    faults.sort();
    assert_eq!(faults, [fault("company", 1), fault("contact", 1), fault("note", 1)]);
    behind(&database.location(), remove);
    let faults = served.store.verify().await.unwrap().faults;
    assert_eq!(faults, [fault("contact", 1), fault("contact", 2), fault("company", 1), fault("note", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_are_missing_are_made_when_the_store_is_opened() {
    let (database, served) = people().await;
    served.store.close().await;
    drop(served);
    let due = match database.location() {
        Location::Sqlite(_) => "INSERT INTO texts_due VALUES ('contacts', 0), ('records', 0)",
        Location::Postgres(_) => {
            "INSERT INTO texts_due SELECT part, 0, '00000000-0000-0000-0000-000000000000' \
             FROM unnest(ARRAY['contacts', 'records']) part"
        }
    };
    behind(&database.location(), &format!("DELETE FROM texts; {due}"));
    let served = database.serve(Options::default()).await;
    for (word, expected) in [("jose", vec![1]), ("muller", vec![2]), ("oyster", vec![1])] {
        assert_eq!(found(&served, word).await, expected, "{word}");
    }
    sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_a_store_that_was_moved() {
    let (first, served) = people().await;
    served.store.close().await;
    drop(served);
    let second = first.other(testdb::Database::sqlite());
    let third = first.other(crate::empty());
    for (from, to) in [(&first, &second), (&second, &third)] {
        // An empty store that was opened before has nothing to make.
        store::Store::open(&to.location(), Options::default()).await.unwrap().close().await;
        move_all(&from.location(), &to.location(), |_| Continue(())).await.unwrap();
        let served = to.serve(Options::default()).await;
        assert_eq!((found(&served, "jose").await, found(&served, "muller").await), (vec![1], vec![2]));
        sound(&served).await;
        served.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_read_documents_end_when_their_time_is_up() {
    let (_database, served) = people().await;
    let slow = Predicate::new(|_| true).named("city:x");
    let query = |patience| {
        let filter = Filter::And(vec![in_text(RecordKind::Contact, "jo"), Filter::Where(slow.clone())]);
        ContactQuery { filter, patience, ..everything() }
    };
    let list = |query| {
        let (store, workspace) = (served.store.clone(), served.workspace);
        async move { store.list_contacts(workspace, &query).await }
    };
    assert_eq!(list(query(Patience::of(Duration::from_secs(600)))).await.unwrap().total, 2);
    match list(query(Patience::of(Duration::ZERO))).await {
        Err(StoreError::TooSlow(slow)) => {
            let terms = vec!["city:x".to_owned()];
            assert_eq!(slow, Slow::Documents { terms, lacking_index: Vec::new() });
        }
        Err(StoreError::BusyReading) => {}
        other => panic!("{other:?}"),
    }
    // So does what looks for words, which many notes may have.
    let filter = in_text(RecordKind::Contact, "jo");
    let words = ContactQuery { filter, patience: Patience::of(Duration::ZERO), ..everything() };
    let refused = list(words).await;
    let is_text = |terms: &[String]| terms == ["jo"];
    assert!(
        matches!(&refused, Err(StoreError::TooSlow(Slow::Texts(terms))) if is_text(terms)),
        "{refused:?}"
    );
    // What reads no documents does not care.
    let filter = Filter::Is(model::Facet::Every);
    let quick = ContactQuery { filter, patience: Patience::of(Duration::ZERO), ..everything() };
    assert_eq!(list(quick).await.unwrap().total, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_full_reads_no_more_unless_all_are_counted() {
    let (database, served) = served().await;
    let made = all((0..30).map(|n| database.create(&served, named(&format!("n {n}"))))).await;
    assert_eq!(made.len(), 30);
    let even = || Filter::holds_where(|contact| contact.number % 2 == 0);
    for (order, expected) in
        [(store::ContactOrder::Oldest, [12, 14, 16]), (store::ContactOrder::Newest, [8, 6, 4])]
    {
        let query = ContactQuery {
            filter: even(),
            order,
            after: Some(10),
            limit: 3,
            is_uncounted: true,
            ..ContactQuery::default()
        };
        let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
        assert_eq!((page.total, page.is_counted), (3, false));
        assert_eq!(page.contacts.iter().map(|each| each.number).collect::<Vec<_>>(), expected);
        let counted = ContactQuery { is_uncounted: false, ..query };
        let page = served.store.list_contacts(served.workspace, &counted).await.unwrap();
        assert_eq!((page.total, page.is_counted), (15, true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_alike_among_few_and_many() {
    let (database, served) = served().await;
    // Of 1300 contacts 320 are starred, 40 blocked, and one in 13 is called Bob.
    let said = |n: u64| {
        let name = name_edit(if n.is_multiple_of(13) { "Bob Annable" } else { "Anna" });
        let flags = [(Flag::Starred, n <= 320), (Flag::Confirmed, n > 1260)];
        edits([name].into_iter().chain(flags.map(|(flag, is_set)| Edit::Flag(flag, is_set))))
    };
    let made = all((1..=1300).map(|n| database.create(&served, said(n)))).await;
    let numbers_of = |holds: fn(u64) -> bool| {
        let made = made.iter().zip(1..).filter(move |(_, n)| holds(*n));
        let mut numbers: Vec<u64> =
            made.map(|(outcome, _)| outcome.as_ref().unwrap().contact.number).collect();
        numbers.sort_unstable();
        numbers
    };
    let has = |word: &str| {
        let places = [RecordKind::Contact, RecordKind::Company, RecordKind::Note];
        Filter::Any(places.map(|kind| in_text(kind, word)).into())
    };
    let (starred, confirmed) = (|| Filter::Is(Facet::Starred), || Filter::Is(Facet::Confirmed));
    let whole = || {
        let needle = Needle::new("anna").unwrap();
        Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: true })
    };
    for (filter, expected) in [
        (vec![starred(), has("anna")], numbers_of(|n| n <= 320)),
        (vec![starred(), has("bob")], numbers_of(|n| n <= 320 && n % 13 == 0)),
        (vec![has("bob"), starred(), has("anna")], numbers_of(|n| n <= 320 && n % 13 == 0)),
        (vec![confirmed(), has("anna")], numbers_of(|n| n > 1260)),
        (vec![confirmed(), has("bob")], numbers_of(|n| n > 1260 && n % 13 == 0)),
        (vec![confirmed(), has("bob").not()], numbers_of(|n| n > 1260 && n % 13 != 0)),
        (vec![confirmed(), whole()], numbers_of(|n| n > 1260 && n % 13 != 0)),
        (vec![starred(), whole()], numbers_of(|n| n <= 320 && n % 13 != 0)),
        (vec![starred(), confirmed(), has("anna")], Vec::new()),
        (vec![has("bob")], numbers_of(|n| n % 13 == 0)),
        (vec![has("anna"), Filter::holds_where(|contact| contact.number.is_multiple_of(3))], {
            let mut thirds = numbers_of(|_| true);
            thirds.retain(|number| number.is_multiple_of(3));
            thirds
        }),
        (
            vec![Filter::Any(vec![confirmed(), has("bob")]), has("anna")],
            numbers_of(|n| n > 1260 || n % 13 == 0),
        ),
    ] {
        let filter = Filter::And(filter);
        assert_eq!(numbers(&served, filter.clone()).await, expected, "{filter:?}");
        // Page by page, where it need not be counted, it is the same.
        for (order, limit) in [(ContactOrder::Oldest, 30), (ContactOrder::Newest, 170)] {
            let (mut met, mut after) = (Vec::new(), None);
            loop {
                let query = ContactQuery {
                    filter: filter.clone(),
                    order,
                    after,
                    limit,
                    is_uncounted: true,
                    ..ContactQuery::default()
                };
                let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
                assert!(page.contacts.len() <= limit as usize);
                met.extend(page.contacts.iter().map(|contact| contact.number));
                let Some(last) = page.contacts.last() else { break };
                after = Some(last.number);
            }
            if order == ContactOrder::Newest {
                met.reverse();
            }
            assert_eq!(met, expected, "{order:?} {filter:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_searched_writes_no_text() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Jane")).await.unwrap().contact;
    // A text that is gone comes back only when it is written.
    behind(&database.location(), "DELETE FROM texts");
    let titled = edit(Edit::Text(TextMember::JobTitle, Some("CTO".to_owned())));
    database.update(&served, &contact, titled).await.unwrap();
    assert_eq!(found(&served, "jane").await, [0; 0]);
    database.update(&served, &contact, named("Jane B")).await.unwrap();
    assert_eq!(found(&served, "jane").await, [1]);
}
