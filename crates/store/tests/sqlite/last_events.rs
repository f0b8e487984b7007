//! That last events are noted by the store itself.

use std::time::{Duration, Instant};

use crate::fixture::{all, named, served};
use crate::raw::raw;

#[tokio::test]
async fn many_events_are_noted_without_being_asked() {
    let (database, served) = served().await;
    let raw = raw(&database);
    let noted =
        || -> u64 { raw.query_row("SELECT count(*) FROM last_events", [], |row| row.get(0)).unwrap() };
    let created = all((0..1024).map(|_| database.create(&served, named("x")))).await;
    for round in 0..7 {
        let name = format!("{round}");
        assert_eq!(noted(), 0, "{round}");
        let contacts = created.iter().map(|outcome| outcome.as_ref().unwrap().contact.clone());
        all(contacts.map(|contact| database.update(&served, &contact, named(&name)))).await;
    }
    // These were 8192 events, of which the last one ends no chunk: the first has the number 1.
    let started = Instant::now();
    while noted() == 0 {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing is noted");
        tokio::task::yield_now().await;
    }
    assert_eq!(noted(), 8);
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    // Of the last chunk, in which all of them last changed.
    raw.execute("UPDATE last_changes SET first_at = first_at + 1 WHERE chunk = 7", []).unwrap();
    let faults = served.store.verify().await.unwrap().faults;
    assert!(faults.iter().any(|fault| fault.contains("is not found by when it last changed")), "{faults:?}");
}
