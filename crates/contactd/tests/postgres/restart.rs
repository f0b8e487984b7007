//! The database server is stopped, killed and started again under load.

use std::thread;
use std::time::{Duration, Instant};

use testkit::{Cluster, Connection};

use crate::load::{Home, Load, Record, Told, told};
use crate::process::Running;

/// Waits until updates work again.
fn until_it_works(home: &Home, server: &Running, contact: &str) {
    let started = Instant::now();
    while told(&home.set(server, contact, "it works")) != Told::Done {
        assert!(started.elapsed() < Duration::from_secs(10), "it does not work again");
    }
}

#[test]
fn a_restart_costs_no_update() {
    let mut cluster = Cluster::start().unwrap();
    let home = Home::make(&cluster.url(&cluster.create_database()));
    let server = home.serve(&[]);
    let (contacts, other) = (home.contacts(&server, 6), home.contact(&server));
    let mut record = Record::default();
    for (n, stop) in [Cluster::stop_fast, Cluster::kill].into_iter().enumerate() {
        let load = Load::start(&home, &n.to_string(), &[server.address], &contacts, 4);
        thread::sleep(Duration::from_millis(300));
        stop(&mut cluster);
        cluster.start_again();
        until_it_works(&home, &server, &other);
        thread::sleep(Duration::from_millis(200));
        let told = load.stop();
        assert!(told.count(Told::Done) > 20);
        record.add(told);
    }
    record.check(&home, &server, &contacts);
}

#[test]
fn while_the_database_is_away_every_api_says_so() {
    let mut cluster = Cluster::start().unwrap();
    let home = Home::make(&cluster.url(&cluster.create_database()));
    let server = home.serve(&[]);
    let contact = home.contact(&server);
    let load = Load::start(&home, "load", &[server.address], std::slice::from_ref(&contact), 2);
    thread::sleep(Duration::from_millis(200));
    cluster.kill();
    let bearer = format!("Bearer {}", home.key);
    let paths = [
        ("GET", "/api/v1/contacts"),
        ("PATCH", "/api/v1/contacts/1"),
        ("PATCH", "/callbell/v1/contacts/1"),
        ("PUT", "/acquire/api/v1/crm/objects/contact/1"),
        ("PUT", "/rolodex/user-api/v1/contacts/1"),
        ("PUT", "/zingle/v1/services/1/contacts/1"),
    ];
    // What is in memory is good for a second.
    thread::sleep(Duration::from_millis(1100));
    for (method, path) in paths {
        let mut connection = Connection::open(server.address).unwrap();
        let reply = connection.request(method, path, &[("Authorization", &bearer)], "{}").unwrap();
        assert_eq!((reply.status, reply.header("retry-after")), (503, "1"), "{path}: {}", reply.text);
    }
    assert_eq!(server.request("GET", "/readyz", &[], "").status, 503);
    assert_eq!(server.request("GET", "/healthz", &[], "").status, 200);
    thread::sleep(Duration::from_secs(5));
    cluster.start_again();
    until_it_works(&home, &server, &contact);
    assert_eq!(server.request("GET", "/readyz", &[], "").status, 200);
    let record = load.stop();
    assert!(record.count(Told::NotStored) > 0 && record.count(Told::Done) > 0);
    assert_eq!(home.get(&server, &contact).status, 200);
    home.verify();
}
