//! Everything at once, on several nodes: nobody waits for each other in a circle, and nobody gives up.

use std::sync::Arc;

use model::{Change, ContactId, Dialect, Edit, OnConflict, TextMember};
use store::{Action, Outcome, StoreError};

use crate::fixture::{
    Database, Served, aliased, all, by_id, database, edit, edits, exclusive_email, name_edit, named,
};
use crate::raw::{Dice, assert_sound, elsewhere, nodes, sql, wait_until};

const NODES: usize = 3;
const TASKS: usize = 20;
const STEPS: usize = 20;
/// Contacts in each workspace: the first half get e-mail addresses, the other half is deleted and restored.
const CONTACTS: usize = 20;
const EMAILS: usize = 6;
const ALIASES: usize = 8;

/// What was asked was done, or there was a reason that the client can understand.
fn assert_fine(done: &Result<Outcome, StoreError>) {
    let is_fine = matches!(
        done,
        Ok(_) | Err(StoreError::NoSuchContact | StoreError::Rejected(_) | StoreError::InUse(_))
    );
    assert!(is_fine, "{done:?}");
}

async fn work(database: Arc<Database>, homes: [Served; 2], contacts: Arc<[Vec<ContactId>; 2]>, seed: usize) {
    let mut dice = Dice::new(seed as u64 + 1);
    let mut undoable = [Vec::new(), Vec::new()];
    for n in 0..STEPS {
        let place = n % 2;
        let home = &homes[place];
        let (with_email, others) = contacts[place].split_at(CONTACTS / 2);
        let other = others[dice.roll(others.len())];
        let email = format!("{}@example.com", dice.roll(EMAILS));
        let alias = format!("alias {}", dice.roll(ALIASES));
        let city = |text: String| edit(Edit::Text(TextMember::City, Some(text)));
        let update = |id: ContactId, change: Change| Action::Update { contact: by_id(id), change };
        let create = |change| Action::Create { id: database.id(), number: None, change };
        let action = match dice.roll(10) {
            0 | 1 => update(contacts[place][dice.roll(CONTACTS)], city(format!("{seed} {n}"))),
            2 | 3 => update(with_email[dice.roll(with_email.len())], exclusive_email(&email)),
            4 => update(other, aliased(Dialect::Zingle, &alias)),
            5 => update(
                other,
                edits([name_edit("Two"), Edit::Aliases(Dialect::Acquire, vec![alias.clone(), "x".into()])]),
            ),
            6 => create(edits([name_edit("New"), Edit::Aliases(Dialect::Zingle, vec![alias])])),
            7 => create(exclusive_email(&email)),
            8 => Action::Delete { contact: by_id(other), precondition: None },
            _ => match undoable[place].pop() {
                Some(event) => Action::Undo { event, on_conflict: OnConflict::Overwrite },
                None => update(other, city(format!("{seed} {n} undone"))),
            },
        };
        let is_undoable = match &action {
            Action::Update { contact, .. } => *contact == by_id(other),
            Action::Delete { .. } => true,
            Action::Create { .. }
            | Action::Upsert { .. }
            | Action::Merge { .. }
            | Action::Undo { .. }
            | Action::Record(_)
            | Action::Catalog(_) => false,
        };
        let done = home.run(database.write(home.workspace, action)).await;
        assert_fine(&done);
        if let (true, Ok(Outcome { event: Some(event), .. })) = (is_undoable, &done) {
            undoable[place].push(*event);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_do_not_stand_in_each_others_way() {
    let database = Arc::new(database());
    let nodes = nodes(&database, NODES, 4).await;
    let second = database.workspace(&nodes[0].store, "second").await;
    let homes = |node: &Served| [elsewhere(node, node.workspace), elsewhere(node, second)];
    let mut contacts = [Vec::new(), Vec::new()];
    for (home, contacts) in homes(&nodes[0]).iter().zip(&mut contacts) {
        for n in 0..CONTACTS {
            contacts.push(database.create(home, named(&format!("{n}"))).await.unwrap().contact.id);
        }
    }
    let contacts = Arc::new(contacts);
    let tasks = (0..NODES * TASKS)
        .map(|n| work(Arc::clone(&database), homes(&nodes[n % NODES]), Arc::clone(&contacts), n));
    all(tasks).await;
    assert_sound(&nodes[0]).await;
    let owners = "SELECT coalesce(max(count), 0) FROM (SELECT count(*) FROM channels GROUP BY workspace, kind, value) c";
    assert_eq!(sql(&database, owners), "1");
    for node in &nodes {
        node.store.close().await;
    }
    drop(nodes);
    // Connections tell what they counted when they end.
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    wait_until("connections stay open", || sql(&database, others) == "0");
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(sql(&database, deadlocks), "0");
}
