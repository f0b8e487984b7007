//! Killed without warning under concurrent updates, again and again: what was acknowledged is there.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use model::Json;
use testkit::{Connection, Database};

use crate::process::{Running, printed};

const ROUNDS: u64 = 50;
const WRITERS: u64 = 8;

/// What a writer knows when its server is gone.
struct Known {
    contact: String,
    /// The last number that was acknowledged, and the number of its change.
    acknowledged: Option<(u64, u64)>,
    /// The last number that was sent.
    sent: u64,
}

#[test]
fn every_acknowledged_update_survives_kill_9() {
    let kept = Database::new();
    let database = kept.argument();
    printed(&["workspace", "create", "main", "--database", &database]);
    let key =
        printed(&["key", "create", "--workspace", "main", "--database", &database]).trim_end().to_owned();
    let mut known: Vec<Known> = {
        let server = Running::start(&["--database", &database]);
        let make = |_| {
            let made = server.request_as(&key, "POST", "/api/v1/contacts", "{}").expect(201);
            Known { contact: made["id"].as_str().unwrap().to_owned(), acknowledged: None, sent: 0 }
        };
        (0..WRITERS).map(make).collect()
    };
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let server = Running::start(&["--database", &database]);
        for writer in &known {
            check(&server, &key, writer);
        }
        let is_stopping = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = known
            .into_iter()
            .map(|writer| {
                // Here, not in the thread, which may begin when the server is killed already.
                let connection = server.connect();
                let (key, is_stopping) = (key.clone(), Arc::clone(&is_stopping));
                thread::spawn(move || write(connection, &key, writer, &is_stopping))
            })
            .collect();
        // Different moments of different batches: 5 to 126 ms, spread over the rounds.
        thread::sleep(Duration::from_millis(5 + round * 37 % 122));
        is_stopping.store(true, Ordering::SeqCst);
        server.kill();
        known = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        acknowledged = known.iter().filter_map(|each| each.acknowledged).map(|(number, _)| number).sum();
    }
    assert!(acknowledged > ROUNDS * WRITERS, "hardly anything was written: {acknowledged}");
    let server = Running::start(&["--database", &database]);
    known.iter().for_each(|writer| check(&server, &key, writer));
    drop(server);
    let verified = printed(&["verify", "--database", &database]);
    assert!(verified.contains("ok"), "{verified}");
}

/// Writes rising numbers until the server is gone.
fn write(mut connection: Connection, key: &str, mut known: Known, is_stopping: &AtomicBool) -> Known {
    let bearer = format!("Bearer {key}");
    let path = format!("/api/v1/contacts/{}", known.contact);
    loop {
        known.sent += 1;
        let body = format!("{{\"job_title\":\"{}\"}}", known.sent);
        match connection.request("PATCH", &path, &[("Authorization", &bearer)], &body) {
            Ok(reply) => {
                assert_eq!(reply.status, 200, "{}", reply.text);
                let change = reply.header("contactd-change").parse().unwrap();
                known.acknowledged = Some((known.sent, change));
            }
            Err(fault) => {
                assert!(is_stopping.load(Ordering::SeqCst), "an answer failed without a kill: {fault}");
                return known;
            }
        }
    }
}

/// The contact has the last acknowledged number, or the one that was in flight; the last acknowledged change
/// is in the log; and the history goes back to the beginning without a gap.
fn check(server: &Running, key: &str, known: &Known) {
    let path = format!("/api/v1/contacts/{}", known.contact);
    let contact = server.request_as(key, "GET", &path, "").expect(200);
    let number = contact["job_title"].as_str().map_or(0, |text| text.parse::<u64>().unwrap());
    let (acknowledged, change) = known.acknowledged.unwrap_or_default();
    assert!((acknowledged..=known.sent).contains(&number), "{acknowledged} {number} {}", known.sent);
    if known.acknowledged.is_some() {
        let event = server.request_as(key, "GET", &format!("/api/v1/changes/{change}"), "").expect(200);
        let after: HashMap<&str, &Json> = event["differences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|each| (each["member"].as_str().unwrap(), &each["after"]))
            .collect();
        assert_eq!(after["job_title"].as_str(), Some(acknowledged.to_string().as_str()));
    }
    let history = server.request_as(key, "GET", &format!("{path}/history?limit=1000"), "").expect(200);
    let revisions: Vec<u64> = history["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["revision"].as_u64().unwrap())
        .collect();
    assert_eq!(revisions.first(), contact["revision"].as_u64().as_ref());
    assert!(revisions.windows(2).all(|pair| pair[0] == pair[1] + 1), "{revisions:?}");
}
