//! A store with records of every kind, and everything that can be read of one.

use model::{
    Aliases, Catalog, ChannelKind, ChannelWrite, Company, CompanyId, CompanyWrite, Dialect, Edit, KeyId,
    Note, NoteId, OnConflict, Ref, Set, TextMember,
};
use store::{Action, ContactOrder, ContactQuery, Key, KeyEdit, Scope, Store, Workspace, WorkspaceNumber};
use uuid::Uuid;

use crate::fixture::{Database, Served, all, at, by, edit, edits, everything, name_edit, put, write_catalog};

/// More than a page.
pub(super) const CONTACTS: u64 = 1150;

/// Fills a database; its first workspace has records of every kind.
pub(super) async fn fill(database: &Database, served: &Served) {
    let store = &served.store;
    let catalog = Catalog::clone(&store.catalog(served.workspace).await.unwrap());
    let catalog = Catalog { default_country: Some("NO".to_owned()), ..catalog };
    write_catalog(store, served.workspace, catalog).await.unwrap();
    let second =
        Served { store: store.clone(), workspace: database.workspace(store, "Büro – 東京").await };
    for number in 1..=3 {
        put(store, served.workspace, company(number), None).await.unwrap();
        put(store, second.workspace, note(number), None).await.unwrap();
        store
            .create_key(&hash(number), &key(number, &[second.workspace, served.workspace]), by(1))
            .await
            .unwrap();
    }
    store.edit_keys(vec![(key(2, &[]).id, KeyEdit::Revoke(1, by(77)))]).await.unwrap();
    store.rotate_key((key(1, &[]).id, 1), &[0; 32], at(99), by(98)).await.unwrap();
    let is_known = store.rename_workspace((second.workspace, 1), "Büro – 大阪", by(78)).await.unwrap();
    assert!(is_known);
    let made = all((0..CONTACTS).map(|n| database.create(served, person(n)))).await;
    let made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    for outcome in all((0..20).map(|n| database.create(&second, person(n)))).await {
        outcome.unwrap();
    }
    let link = CompanyWrite {
        at: String::new(),
        company: Ref::number(Dialect::Acquire, "2"),
        title: Some(Some("Größte".to_owned())),
        start_date: None,
        active: None,
    };
    database.update(served, &made[3].contact, edit(Edit::Companies(Set::add(vec![link])))).await.unwrap();
    // Deleted, deleted and restored, deleted and made again under the same id, and an alias that went over.
    for place in [5, 6, 7, 8] {
        let deleted = database.delete(served, &made[place].contact).await.unwrap();
        if place == 6 {
            database.undo(served, deleted.event.unwrap(), OnConflict::Refuse).await.unwrap();
        }
    }
    let again = Action::Create { id: made[7].contact.id, number: None, change: person(7) };
    served.run(database.write(served.workspace, again)).await.unwrap();
    let heir = edit(Edit::Aliases(Dialect::Callbell, vec![alias(8)]));
    database.update(served, &made[9].contact, heir).await.unwrap();
    // One chunk: all of the log but its end.
    store.note_last_events(served.workspace).await.unwrap();
}

/// Has a name, an alias, and channels that others have, too.
pub(super) fn person(n: u64) -> model::Change {
    let channel = |kind: ChannelKind, value: String| ChannelWrite::new("channel", kind, value);
    edits([
        name_edit(&format!("Ærø \u{1f600} 'Zoë' \"{}\" \\{n}", n % 9)),
        Edit::Aliases(Dialect::Callbell, vec![alias(n)]),
        Edit::MergeChannels(vec![
            channel(ChannelKind::Email, format!("p{}@example.com", n / 2)),
            channel(ChannelKind::Phone, format!("+47900{n:05}")),
        ]),
        Edit::Text(TextMember::Remarks, Some("x\u{0301}\n\t".repeat(usize::try_from(n % 50).unwrap()))),
    ])
}

fn alias(n: u64) -> String {
    format!("ключ-{n}")
}

fn company(number: u64) -> Company {
    let id = CompanyId(Uuid::from_u128(u128::from(number) << 64));
    let aliases = Aliases::one(Dialect::Rolodex, &format!("company-{number}"));
    Company { number, aliases, ..Company::new(id, format!("Smørbrød & {number}"), at(1)) }
}

pub(super) fn note(number: u64) -> Note {
    let id = NoteId(Uuid::from_u128(u128::from(number) << 64));
    let aliases = Aliases::one(Dialect::Rolodex, &format!("note-{number}"));
    Note { aliases, ..Note::new(id, format!("note {number}\r\n"), at(1)) }
}

/// Later keys have smaller hashes, so that the order in which they were made is another one.
pub(super) fn hash(number: u64) -> [u8; 32] {
    [u8::MAX - u8::try_from(number).unwrap(); 32]
}

pub(super) fn key(number: u64, workspaces: &[WorkspaceNumber]) -> Key {
    Key {
        id: KeyId(Uuid::from_u128(number.into())),
        name: format!("key {number}"),
        workspaces: workspaces.to_vec(),
        scopes: vec![Scope::Write],
        dialects: Dialect::ALL.to_vec(),
        compat: None,
        strict: None,
        policy: None,
        demand_version: false,
        rate: None,
        revision: 1,
        created_at: at(3),
        expires_at: None,
        revoked_at: None,
        used_at: None,
        former_of: None,
    }
}

/// Everything that can be read, a line for each thing.
pub(super) async fn read(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    for key in store.list_keys().await.unwrap() {
        lines.push(format!("{key:?} {:?}", store.key_revisions(key.id, u64::MAX, 9).await.unwrap()));
    }
    for number in 1..=4 {
        lines.push(format!("{:?}", store.find_key(&hash(number)).await.unwrap()));
    }
    for workspace in store.list_workspaces().await.unwrap() {
        let revisions = store.workspace_revisions(workspace.id, u64::MAX, 9).await.unwrap();
        lines.push(format!("{workspace:?} {revisions:?}"));
        read_workspace(store, &workspace, &mut lines).await;
    }
    let verified = store.verify().await.unwrap();
    lines.push(format!("{verified:?}"));
    assert_eq!(verified.faults, [""; 0]);
    lines
}

async fn read_workspace(store: &Store, workspace: &Workspace, lines: &mut Vec<String>) {
    let number = workspace.number;
    lines.push(format!("{:?}", store.catalog(number).await.unwrap()));
    let orders = [
        ContactOrder::Oldest,
        ContactOrder::Newest,
        ContactOrder::FirstUpdated,
        ContactOrder::LastUpdated,
        ContactOrder::Name,
        ContactOrder::NameDescending,
    ];
    for order in orders {
        let query = ContactQuery { order, limit: 5000, ..everything() };
        let page = store.list_contacts(number, &query).await.unwrap();
        lines.push(format!("{order:?} {}", page.total));
        for contact in &page.contacts {
            let whole = if order == ContactOrder::Oldest { format!("{contact:?}") } else { String::new() };
            lines.push(format!("{} {} {whole}", contact.number, contact.id));
        }
    }
    let events = store.events_after(number, 0, 5000).await.unwrap();
    for (seq, event) in &events {
        lines.push(format!("{seq} {event:?}"));
        if seq % 97 == 0 {
            let history = store
                .history(number, &Ref::uuid(Dialect::Native, &event.record.to_string()), None, 100)
                .await
                .unwrap();
            lines.push(format!("{history:?}"));
        }
    }
    for n in 0..12 {
        let named = Ref::uuid(Dialect::Callbell, &alias(n));
        lines.push(format!("{:?}", store.find_contact(number, &named).await.unwrap()));
        lines.push(format!("{:?}", store.history(number, &named, None, 100).await.unwrap()));
        let email = format!("p{n}@example.com");
        let owners = store.find_by_channel(number, &ChannelKind::Email, &email).await.unwrap();
        lines.push(format!("{:?}", owners.iter().map(|contact| contact.id).collect::<Vec<_>>()));
    }
    let companies = (1..=3).map(|n| company(n).id).collect::<Vec<_>>();
    let mut companies = store.find_companies(number, &companies).await.unwrap();
    companies.sort_by_key(|company| company.number);
    let mut notes = store.find_notes(number, &(1..=3).map(|n| note(n).id).collect::<Vec<_>>()).await.unwrap();
    notes.sort_by_key(|note| note.id.0);
    lines.push(format!("{companies:?} {notes:?}"));
}

/// Fails at the first line that differs.
#[track_caller]
pub(super) fn assert_same(one: &[String], other: &[String]) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
    assert_eq!(one.len(), other.len());
}
