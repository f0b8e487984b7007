//! Events become visible in the order of their numbers, whoever writes them: no reader that goes on after the last
//! one it saw misses one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use model::{ContactId, Edit, Event, TextMember};
use store::{Store, WorkspaceNumber};

use crate::fixture::{Database, Served, all, by_id, database, edit, named};
use crate::raw::{Dice, assert_sound, elsewhere, nodes};

const NODES: usize = 3;
const TASKS: usize = 4;
const WRITES: usize = 60;
const CONTACTS: usize = 6;
/// In each of both workspaces, with the creation of its contacts.
const EVENTS: usize = (NODES * TASKS * WRITES) / 2 + CONTACTS;

/// Reads a workspace's events in pages of changing size until all are there, and stops now and then.
async fn follow(store: Store, workspace: WorkspaceNumber, seed: u64) -> Vec<(u64, Event)> {
    let mut dice = Dice::new(seed);
    let mut events: Vec<(u64, Event)> = Vec::new();
    while events.len() < EVENTS {
        let last = events.last().map_or(0, |(seq, _)| *seq);
        let limit = u32::try_from(1 + dice.roll(9)).unwrap();
        let page = store.events_after(workspace, last, limit).await.unwrap();
        for (seq, event) in page {
            assert_eq!(seq, events.len() as u64 + 1, "a number was not there yet when a later one was");
            events.push((seq, event));
        }
        if dice.roll(4) == 0 {
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
    }
    events
}

/// Updates contacts in both workspaces in turns; the numbers of its events with what they must hold.
async fn write(
    database: Arc<Database>,
    homes: [Served; 2],
    contacts: Arc<[Vec<ContactId>; 2]>,
    seed: u64,
) -> Vec<(WorkspaceNumber, u64, ContactId, u64)> {
    let mut dice = Dice::new(seed);
    let mut written = Vec::new();
    for n in 0..WRITES {
        let home = &homes[n % 2];
        let contact = home.get(contacts[n % 2][dice.roll(CONTACTS)]).await.unwrap();
        let change = edit(Edit::Text(TextMember::City, Some(format!("{seed} {n}"))));
        let done = database.update(home, &contact, change).await.unwrap();
        written.push((home.workspace, done.event.unwrap(), contact.id, done.contact.revision));
    }
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_misses_an_event_of_any_node() {
    let database = Arc::new(database());
    let nodes = nodes(&database, NODES, 2).await;
    let second = database.workspace(&nodes[0].store, "second").await;
    let homes = |node: &Served| [elsewhere(node, node.workspace), elsewhere(node, second)];
    let mut contacts = [Vec::new(), Vec::new()];
    for (home, contacts) in homes(&nodes[0]).iter().zip(&mut contacts) {
        for n in 0..CONTACTS {
            contacts.push(database.create(home, named(&format!("{n}"))).await.unwrap().contact.id);
        }
    }
    let contacts = Arc::new(contacts);
    let mut readers = tokio::task::JoinSet::new();
    for (n, home) in nodes.iter().flat_map(homes).enumerate() {
        readers
            .spawn(async move { (home.workspace, follow(home.store, home.workspace, n as u64 + 100).await) });
    }
    let writers = (0..NODES * TASKS)
        .map(|n| write(Arc::clone(&database), homes(&nodes[n % NODES]), Arc::clone(&contacts), n as u64 + 1));
    let written: Vec<_> = all(writers).await.into_iter().flatten().collect();
    for home in homes(&nodes[1]) {
        readers.spawn(async move { (home.workspace, follow(home.store, home.workspace, 7).await) });
    }
    let logs = readers.join_all().await;
    let of = |workspace| logs.iter().find(|(each, _)| *each == workspace).map(|(_, log)| log).unwrap();
    for (workspace, log) in &logs {
        assert_eq!(log, of(*workspace));
        let mut chains: HashMap<ContactId, (u64, u64)> = HashMap::new();
        for (seq, event) in log {
            let before = chains.insert(event.contact().unwrap(), (*seq, event.revision));
            assert_eq!(event.previous, before.map(|(seq, _)| seq));
            assert_eq!(event.revision, before.map_or(1, |(_, revision)| revision + 1));
        }
    }
    for (workspace, seq, contact, revision) in written {
        let (_, event) = &of(workspace)[usize::try_from(seq).unwrap() - 1];
        assert_eq!((event.contact().unwrap(), event.revision), (contact, revision));
    }
    for (n, home) in homes(&nodes[2]).iter().enumerate() {
        let mut events = 0;
        for id in &contacts[n] {
            let history = home.store.history(home.workspace, &by_id(*id), None, 10_000).await.unwrap();
            events += history.unwrap().len();
        }
        assert_eq!(events, EVENTS);
    }
    assert_sound(&nodes[0]).await;
}
