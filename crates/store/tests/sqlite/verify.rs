//! What `verify` finds.

use model::{Aliases, Company, CompanyId, Dialect, KeyId, RecordKind};
use store::{Action, Claim, Once, Write};
use uuid::Uuid;

use crate::fixture::{at, named, put, served};
use crate::raw::raw;

#[tokio::test]
async fn a_damaged_database_does_not_verify() {
    let (database, served) = served().await;
    let contact = database.create(&served, named("Ada")).await.unwrap().contact;
    let gone = database.create(&served, named("Bob")).await.unwrap().contact;
    database.delete(&served, &gone).await.unwrap();
    let damage = raw(&database);
    damage.execute("UPDATE contacts SET last_event = 2", []).unwrap();
    damage.execute("UPDATE workspaces SET contact_count = 9", []).unwrap();
    damage.execute("UPDATE facets SET chunk = 1", []).unwrap();
    let faults = served.store.verify().await.unwrap().faults;
    let every = model::Facet::Every.id();
    assert_eq!(
        faults,
        [
            format!("contact {} names a last event that is not its own", contact.id.0),
            "workspace 1 counts 9 contacts and has 1".to_owned(),
            "the last events of workspace 1 are not those of its contacts".to_owned(),
            format!("facet {every} of workspace 1 does not say what records 1024 and later say"),
            format!("facet {every} of workspace 1 does not say what records 0 and later say"),
        ]
    );
}

#[tokio::test]
async fn damaged_records_beside_contacts_do_not_verify() {
    let (database, served) = served().await;
    let mut ids = Vec::new();
    for n in 1..=4_u128 {
        let company = Company {
            aliases: Aliases::one(Dialect::Rolodex, &n.to_string()),
            ..Company::new(CompanyId(Uuid::from_u128(n)), "Acme", at(0))
        };
        ids.push(put(&served.store, served.workspace, company, None).await.unwrap().record.id());
    }
    let sound = served.store.verify().await.unwrap();
    assert_eq!((sound.records, sound.events, sound.faults.len()), (4, 4, 0), "{sound:?}");
    let damage = raw(&database);
    damage.execute("UPDATE records SET last_event = 1 WHERE number = 2", []).unwrap();
    damage.execute("UPDATE records SET sort = 'zebra' WHERE number = 3", []).unwrap();
    damage.execute("UPDATE records SET doc = '{}' WHERE number = 4", []).unwrap();
    damage.execute("DELETE FROM aliases WHERE alias = '1'", []).unwrap();
    let mut faults = served.store.verify().await.unwrap().faults;
    faults.sort();
    let every = model::Facet::Every.id_for(RecordKind::Company);
    let mut expected = [
        format!("the rolodex id '1' does not lead to company {}", ids[0]),
        format!("record {} names a last event that is not its own", ids[1]),
        format!("company {} is not found where lists look for it", ids[2]),
        format!("company {} cannot be read: missing field `id` at line 1 column 2", ids[3]),
        "company 4 of workspace 1 is not found by its words".to_owned(),
        format!("facet {every} of workspace 1 does not say what records 0 and later say"),
    ];
    expected.sort();
    assert_eq!(faults, expected);
}

#[tokio::test]
async fn a_request_whose_event_is_lost_does_not_verify() {
    let (database, served) = served().await;
    let once = Once { api_key: KeyId(Uuid::nil()), hash: Uuid::nil(), step: 0 };
    let action = Action::Create { id: database.id(), number: None, change: named("Ada") };
    let write = database.write(served.workspace, action);
    let claim = Some(Claim { once, fingerprint: Uuid::nil(), is_exact: false });
    served.run(Write { claim, ..write }).await.unwrap();
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    raw(&database).execute("UPDATE requests SET event = 2", []).unwrap();
    let faults = served.store.verify().await.unwrap().faults;
    assert_eq!(faults, ["a request names the events from 2 on, which are not there"]);
}
