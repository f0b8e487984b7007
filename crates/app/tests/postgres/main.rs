//! Work that one server at a time does, where there are several.

#![expect(clippy::unwrap_used, reason = "all of it is test code")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use app::{App, Duty, Options, Settings, Store, SystemClock};
use testkit::{Database, Proxy, Session};
use tokio::task::JoinSet;

const DUTY: Duty = Duty { name: "work", lease: Duration::from_millis(1200) };

/// What happened, in order: whether work began or ended, where, and in which term.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<Entry>>>);

type Entry = (Instant, bool, &'static str, u64);

/// Work that goes on; its end is written down however it ends.
struct Working(Diary, &'static str, u64);

impl Diary {
    fn note(&self, begins: bool, place: &'static str, term: u64) {
        self.0.lock().unwrap().push((Instant::now(), begins, place, term));
    }

    fn start(&self, place: &'static str, term: u64) -> Working {
        self.note(true, place, term);
        Working(self.clone(), place, term)
    }

    fn entries(&self) -> Vec<(bool, &'static str, u64)> {
        self.0.lock().unwrap().iter().map(|(_, begins, place, term)| (*begins, *place, *term)).collect()
    }

    /// When the entry with this number was made.
    async fn wait_for(&self, number: usize) -> Instant {
        let started = Instant::now();
        loop {
            if let Some((at, ..)) = self.0.lock().unwrap().get(number) {
                return *at;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "nothing happens: {:?}", self.entries());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.note(false, self.1, self.2);
    }
}

struct Server {
    app: App,
    tasks: JoinSet<()>,
}

impl Server {
    async fn start(url: &str, place: &'static str, diary: &Diary) -> Self {
        let store = Store::open(&url.parse().unwrap(), Options::default()).await.unwrap();
        let app = App::new(store, Arc::new(SystemClock), Settings::default());
        let mut tasks = JoinSet::new();
        let (own, diary) = (app.clone(), diary.clone());
        tasks.spawn(async move {
            let work = |term| {
                let working = diary.start(place, term);
                async move {
                    let _working = working;
                    std::future::pending::<()>().await;
                }
            };
            own.on_one_server(DUTY, work).await;
        });
        Self { app, tasks }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_works_and_another_takes_over_when_it_closes() {
    let (database, diary) = (Database::postgres(), Diary::default());
    let one = Server::start(&database.argument(), "one", &diary).await;
    diary.wait_for(0).await;
    let two = Server::start(&database.argument(), "two", &diary).await;
    let three = Server::start(&database.argument(), "two", &diary).await;
    tokio::time::sleep(DUTY.lease * 2).await;
    assert_eq!(diary.entries(), [(true, "one", 1)]);
    let closing = Instant::now();
    one.app.close().await;
    let taken = diary.wait_for(2).await;
    assert_eq!(diary.entries(), [(true, "one", 1), (false, "one", 1), (true, "two", 2)]);
    // It did not have to wait for the lease to end.
    assert!(taken - closing < DUTY.lease, "{:?}", taken - closing);
    two.app.close().await;
    three.app.close().await;
    let entries = diary.entries();
    assert!(
        entries.chunks(2).all(|pair| pair[0].0 && pair[1] == (false, pair[0].1, pair[0].2)),
        "{entries:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_takes_over_when_one_is_gone() {
    let (database, diary) = (Database::postgres(), Diary::default());
    let mut one = Server::start(&database.argument(), "one", &diary).await;
    diary.wait_for(0).await;
    let two = Server::start(&database.argument(), "two", &diary).await;
    tokio::time::sleep(DUTY.lease).await;
    // Without a word to the database.
    one.tasks.shutdown().await;
    let gone = diary.wait_for(1).await;
    let taken = diary.wait_for(2).await;
    assert_eq!(diary.entries(), [(true, "one", 1), (false, "one", 1), (true, "two", 2)]);
    let took = taken - gone;
    // It was renewed a third of the lease ago at most, and is asked for every third.
    assert!(took > DUTY.lease / 2 && took < DUTY.lease * 2, "{took:?}");
    two.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_reach_the_database_stops_before_another_begins() {
    let (database, diary) = (Database::postgres(), Diary::default());
    let proxy = Proxy::before(&database.argument()).unwrap();
    let one = Server::start(proxy.url(), "one", &diary).await;
    diary.wait_for(0).await;
    let two = Server::start(&database.argument(), "two", &diary).await;
    // For a moment, which is no reason to stop.
    proxy.break_all();
    tokio::time::sleep(DUTY.lease / 4).await;
    proxy.heal();
    tokio::time::sleep(DUTY.lease).await;
    assert_eq!(diary.entries(), [(true, "one", 1)]);
    proxy.break_all();
    diary.wait_for(2).await;
    assert_eq!(diary.entries(), [(true, "one", 1), (false, "one", 1), (true, "two", 2)]);
    proxy.heal();
    tokio::time::sleep(DUTY.lease).await;
    assert_eq!(diary.entries().len(), 3);
    two.app.close().await;
    diary.wait_for(4).await;
    assert_eq!(diary.entries()[3..], [(false, "two", 2), (true, "one", 3)]);
    one.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_answered_stops_before_another_can_begin() {
    let (database, diary) = (Database::postgres(), Diary::default());
    let one = Server::start(&database.argument(), "one", &diary).await;
    diary.wait_for(0).await;
    let mut session = Session::open(&database.argument());
    session.run("BEGIN; LOCK TABLE leases IN ACCESS EXCLUSIVE MODE");
    let stopped = diary.wait_for(1).await;
    let until = session.run("SELECT extract(epoch FROM until - clock_timestamp()) FROM leases");
    // What is left of the lease now, and was a little more when the work stopped.
    let left: f64 = until.parse().unwrap();
    assert!(left + stopped.elapsed().as_secs_f64() > 0.0, "the work went on for {left} s after the lease");
    session.run("COMMIT");
    diary.wait_for(2).await;
    assert_eq!(diary.entries(), [(true, "one", 1), (false, "one", 1), (true, "one", 1)]);
    one.app.close().await;
}
