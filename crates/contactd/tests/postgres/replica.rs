//! Reads from a copy of the database that follows it.

use std::time::{Duration, Instant};

use testkit::Cluster;

use crate::load::Home;
use crate::process::Running;

/// Waits until a contact is shown with this title.
fn wait_for(home: &Home, server: &Running, contact: &str, title: &str) {
    let started = Instant::now();
    loop {
        let reply = home.get(server, contact);
        if reply.status == 200 && reply.json()["job_title"] == title {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{}", reply.text);
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn contacts_are_read_from_a_copy_while_it_is_there() {
    let primary = Cluster::start().unwrap();
    let name = primary.create_database();
    let home = Home::make(&primary.url(&name));
    let mut replica = Cluster::following(&primary).unwrap();
    let server = home.serve(&["--read-database", &replica.url(&name)]);
    let contact = home.contact(&server);
    home.set(&server, &contact, "one").expect(200);
    wait_for(&home, &server, &contact, "one");
    // A copy that is behind shows where it is read.
    replica.sql("postgres", "SELECT pg_wal_replay_pause()");
    assert_eq!(home.set(&server, &contact, "two").expect(200)["job_title"], "two");
    assert_eq!(home.get(&server, &contact).expect(200)["job_title"], "one");
    assert_eq!(home.titles(&server, &contact), ["one"]);
    // What it cannot know yet is decided by the database itself.
    assert_eq!(home.set(&server, &contact, "three").expect(200)["revision"].as_u64(), Some(4));
    replica.sql("postgres", "SELECT pg_wal_replay_resume()");
    wait_for(&home, &server, &contact, "three");
    replica.stop_fast();
    // A request may meet a connection that was just ended.
    let _ = home.get(&server, &contact);
    home.set(&server, &contact, "four").expect(200);
    assert_eq!(home.get(&server, &contact).expect(200)["job_title"], "four");
    assert_eq!(home.titles(&server, &contact), ["one", "two", "three", "four"]);
    replica.start_again();
    wait_for(&home, &server, &contact, "four");
    let started = Instant::now();
    loop {
        replica.sql("postgres", "SELECT pg_wal_replay_pause()");
        let title = format!("{:?}", started.elapsed());
        home.set(&server, &contact, &title).expect(200);
        if home.get(&server, &contact).expect(200)["job_title"] != title.as_str() {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "the copy is not read again");
        replica.sql("postgres", "SELECT pg_wal_replay_resume()");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(server.request("GET", "/readyz", &[], "").status, 200);
}
