//! Changes become visible in the order of their numbers, whichever server made them.

use std::thread;

use testkit::{Connection, Database};

use crate::load::{Home, Load};
use crate::process::Running;

const CHANGES: u64 = 600;

/// Looks at one change after the other, as soon as it is there.
fn follow(server: &Running, key: &str) {
    let bearer = format!("Bearer {key}");
    let mut connection = Connection::open(server.address).unwrap();
    let mut status = |change: u64| {
        let path = format!("/api/v1/changes/{change}");
        connection.request("GET", &path, &[("Authorization", &bearer)], "").unwrap().status
    };
    for change in 1..=CHANGES {
        loop {
            let later = status(change + 1);
            match (status(change), later) {
                (200, _) => break,
                (404, 404) => {}
                (404, 200) => panic!("change {change} was not there when the next one was"),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn no_reader_of_any_server_misses_a_change() {
    let database = Database::postgres();
    let home = Home::make(&database.argument());
    let servers = [home.serve(&[]), home.serve(&[]), home.serve(&[])];
    let contacts = home.contacts(&servers[0], 6);
    let load = Load::start(&home, "load", &servers.each_ref().map(|server| server.address), &contacts, 2);
    thread::scope(|scope| {
        for server in &servers {
            scope.spawn(|| follow(server, &home.key));
        }
    });
    load.stop().check(&home, &servers[1], &contacts);
}
