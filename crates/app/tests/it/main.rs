//! Work that one server at a time does, where there is one server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is test code"
)]

mod cleaning;
mod indexing;
mod links;
mod merging;
mod records;
mod retyping;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::{App, Duty, Options, Settings, Store};
use testkit::{Database, FakeClock};

const DUTY: Duty = Duty { name: "work", lease: Duration::from_millis(300) };

async fn app(database: &Database) -> App {
    let store = Store::open(&database.argument().parse().unwrap(), Options::default()).await.unwrap();
    App::new(store, Arc::new(FakeClock::default()), Settings::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_server_works_until_it_closes() {
    let database = Database::new();
    let app = app(&database).await;
    let runs = Arc::new(AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn({
        let (app, runs) = (app.clone(), Arc::clone(&runs));
        async move {
            let work = |term| {
                assert_eq!(term, 1);
                let run = runs.fetch_add(1, Ordering::SeqCst);
                // The first time it is done at once; then it never is.
                async move {
                    if run > 0 {
                        std::future::pending::<()>().await;
                    }
                }
            };
            app.on_one_server(DUTY, work).await;
        }
    });
    while runs.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Longer than the lease, which is kept meanwhile.
    tokio::time::sleep(DUTY.lease * 2).await;
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    app.close().await;
    tasks.join_next().await.unwrap().unwrap();
    app.on_one_server(DUTY, async |_| unreachable!("it is closed")).await;
}
