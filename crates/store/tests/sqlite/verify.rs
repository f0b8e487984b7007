//! What `verify` finds.

use crate::fixture::{named, served};
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
            format!("facet {every} of workspace 1 does not say what records 1024 and later say"),
            format!("facet {every} of workspace 1 does not say what records 0 and later say"),
        ]
    );
}
