//! Behind the store's back, and several nodes on one database.

use std::time::{Duration, Instant};

use store::{Location, Options, WorkspaceNumber};
use testdb::Session;

use crate::fixture::{Database, Served};

pub(crate) fn url(database: &Database) -> String {
    match database.location() {
        Location::Postgres(url) => url,
        other => panic!("{other} is no URL"),
    }
}

/// Another connection to the same database.
pub(crate) fn session(database: &Database) -> Session {
    Session::open(&url(database))
}

/// SQL on a connection of its own.
pub(crate) fn sql(database: &Database, text: &str) -> String {
    session(database).run(text)
}

/// So many nodes on one database, each with so many writers.
pub(crate) async fn nodes(database: &Database, count: usize, writers: usize) -> Vec<Served> {
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(database.serve(Options { writers, ..Options::default() }).await);
    }
    nodes
}

/// The same node in another workspace.
pub(crate) fn elsewhere(node: &Served, workspace: WorkspaceNumber) -> Served {
    Served { store: node.store.clone(), workspace }
}

/// How many connections to the database wait for a lock.
pub(crate) fn waiting(database: &Database) -> u64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sql(database, waiting).parse().unwrap()
}

/// Waits until this holds, which it soon must.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Everything that is stored agrees.
pub(crate) async fn assert_sound(node: &Served) {
    assert_eq!(node.store.verify().await.unwrap().faults, [""; 0]);
}

/// Numbers that look random, the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// One below this.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % below
    }
}

/// How many rows of contacts and events all connections read that were open, since the statistics were reset.
pub(crate) fn rows_read(database: &Database) -> u64 {
    // They tell it when they end.
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    wait_until("connections stay open", || sql(database, others) == "0");
    let read = "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables WHERE relname IN ('contacts', 'events')";
    sql(database, read).parse().unwrap()
}
