//! A server is killed without warning, again and again, while another one goes on.

use std::thread;
use std::time::{Duration, Instant};

use testkit::Database;

use crate::load::{Home, Load, Record, Told};

const ROUNDS: u64 = 20;

#[test]
fn every_acknowledged_update_survives_and_the_other_server_goes_on() {
    let database = Database::postgres();
    let home = Home::make(&database.argument());
    let stays = home.serve(&[]);
    let contacts = home.contacts(&stays, 6);
    let mut record = Record::default();
    for round in 0..ROUNDS {
        let killed = home.serve(&[]);
        let servers = [stays.address, killed.address];
        let load = Load::start(&home, &round.to_string(), &servers, &contacts, 3);
        // Different moments of different batches.
        thread::sleep(Duration::from_millis(30 + round * 37 % 61));
        killed.kill();
        let from = Instant::now();
        thread::sleep(Duration::from_millis(100));
        let told = load.stop();
        assert!(told.acknowledged_between(0, from, Instant::now()) > 0, "round {round}: the other one waits");
        record.add(told);
    }
    assert!(record.count(Told::Done) > 20 * 20, "hardly anything was written");
    assert_eq!(record.count(Told::NotStored), 0);
    record.check(&home, &stays, &contacts);
}
