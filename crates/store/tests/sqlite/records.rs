//! The stored document: what was written by any release can be read by this one.

use model::{Contact, Event, Record, RecordKind};
use store::{Action, Options};

use crate::fixture::{Database, Served, by_id, database, named};
use crate::raw::raw;

const GOLDEN: &str = include_str!("../golden/contact.v1.json");

/// Puts a document into the database as a release with that format would have.
async fn stored(database: &Database, format: u32, doc: &str) -> Served {
    let served = database.serve(Options::default()).await;
    let contact: Contact = serde_json::from_str(GOLDEN).unwrap();
    let action = Action::Create { id: contact.id, number: Some(contact.number), change: named("Jane") };
    served.run(database.write(served.workspace, action)).await.unwrap();
    served.store.close().await;
    raw(database).execute("UPDATE contacts SET format = ?1, doc = ?2", (format, doc)).unwrap();
    database.serve(Options::default()).await
}

#[tokio::test]
async fn format_1_is_read_and_written_as_it_is() {
    let database = database();
    let served = stored(&database, 1, GOLDEN).await;
    let contact: Contact = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(*served.get(contact.id).await.unwrap(), contact);
    database.update(&served, &contact, named("Jane")).await.unwrap();
    let read = "SELECT format, doc FROM contacts";
    let row: (u32, String) =
        raw(&database).query_row(read, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let written: serde_json::Value = serde_json::from_str(&row.1).unwrap();
    let mut expected: serde_json::Value = serde_json::from_str(GOLDEN).unwrap();
    for (member, value) in [("revision", &written["revision"]), ("updated_at", &written["updated_at"])] {
        expected[member] = value.clone();
    }
    expected["name"] = serde_json::json!({"full": "Jane", "first": "Jane"});
    assert_eq!((row.0, written), (1, expected));
}

#[tokio::test]
async fn a_document_that_cannot_be_read_harms_only_itself() {
    let database = database();
    let contact: Contact = serde_json::from_str(GOLDEN).unwrap();
    for (format, doc) in [(2, GOLDEN), (1, "{}")] {
        let database = crate::fixture::database();
        let served = stored(&database, format, doc).await;
        let found = served.store.find_contact(served.workspace, &by_id(contact.id)).await;
        assert!(matches!(found, Err(store::StoreError::Unreadable { what: "contact", .. })), "{found:?}");
        let (broken, fine) = tokio::join!(
            database.update(&served, &contact, named("x")),
            database.create(&served, named("y")),
        );
        assert!(matches!(broken, Err(store::StoreError::Unreadable { .. })), "{broken:?}");
        fine.unwrap();
    }
    drop(database);
}

/// Their documents, and that of an event, as this release writes them. Later members are left out while they are empty,
/// so that these stay readable and writable as they are.
#[test]
fn records_beside_contacts_are_read_and_written_as_they_are() {
    let json = |golden: &str| -> serde_json::Value { serde_json::from_str(golden).unwrap() };
    for (kind, golden) in [
        (RecordKind::Company, include_str!("../golden/company.v1.json")),
        (RecordKind::Note, include_str!("../golden/note.v1.json")),
        (RecordKind::Task, include_str!("../golden/task.v1.json")),
    ] {
        assert_eq!(Record::read(kind, golden).unwrap().to_json().unwrap(), json(golden));
    }
    let golden = include_str!("../golden/event.v1.json");
    let event: Event = serde_json::from_str(golden).unwrap();
    assert_eq!(serde_json::to_value(event).unwrap(), json(golden));
}
