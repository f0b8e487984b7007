//! A server that stops in the middle of a batch, holding its locks, does not stop the others.

use std::thread;
use std::time::{Duration, Instant};

use testkit::{Cut, Database, Proxy};

use crate::load::{Home, Load, Told};

const PAUSE: Duration = Duration::from_secs(10);

#[test]
fn a_paused_server_does_not_stop_the_others() {
    let database = Database::postgres();
    let home = Home::make(&database.argument());
    let goes_on = home.serve(&[]);
    let proxy = Proxy::before(&home.database).unwrap();
    let proxied = Home { database: proxy.url().to_owned(), key: home.key.clone() };
    let paused = proxied.serve(&[]);
    let contacts = home.contacts(&goes_on, 3);
    let load = Load::start(&home, "load", &[goes_on.address, paused.address], &contacts, 4);
    thread::sleep(Duration::from_millis(300));
    // Its batch has locked everything that it can, and the database never hears of the commit.
    proxy.cut(Cut::Silence, false);
    while proxy.cuts() == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    paused.signal("STOP");
    let from = Instant::now();
    thread::sleep(PAUSE);
    let to = Instant::now();
    paused.signal("CONT");
    thread::sleep(Duration::from_millis(1500));
    let back = Instant::now();
    let record = load.stop();
    assert!(
        record.longest_wait(0, from, to) < Duration::from_secs(4),
        "{:?}",
        record.longest_wait(0, from, to)
    );
    assert_eq!(record.acknowledged_between(1, from + Duration::from_millis(50), to), 0);
    assert!(record.acknowledged_between(1, to, back) > 0, "the paused one does not go on");
    assert!(record.count(Told::Done) > 100);
    record.check(&home, &goes_on, &contacts);
}
