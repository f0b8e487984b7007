//! Requests with an idempotency key and a server that is killed.

use std::thread;

use testkit::{Database, HttpReply};

use crate::process::{Running, printed};

const ROUNDS: usize = 10;

fn send(server: &Running, key: &str, (name, method, path, body): (&str, &str, &str, &str)) -> HttpReply {
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Idempotency-Key", name)];
    server.request(method, path, &headers, body)
}

fn events(server: &Running, key: &str, path: &str) -> usize {
    let history = server.request_as(key, "GET", &format!("{path}/history?limit=1000"), "").expect(200);
    history["changes"].as_array().unwrap().len()
}

#[test]
fn an_answer_outlives_kill_9_and_comes_again_byte_for_byte() {
    let kept = Database::new();
    let database = kept.argument();
    printed(&["workspace", "create", "main", "--database", &database]);
    let key =
        printed(&["key", "create", "--workspace", "main", "--database", &database]).trim_end().to_owned();
    let mut server = Running::start(&["--database", &database]);
    for round in 0..ROUNDS {
        let (create, update, delete) = (format!("c{round}"), format!("u{round}"), format!("d{round}"));
        let body = format!(r#"{{"source":"whatsapp","identifier":"5731927547{round:02}","name":"Zoë"}}"#);
        let create = (create.as_str(), "POST", "/callbell/v1/contacts", body.as_str());
        let made = send(&server, &key, create);
        let path = format!("/api/v1/contacts/{}", made.expect(200)["contact"][0]["uuid"].as_str().unwrap());
        let update = (update.as_str(), "PATCH", path.as_str(), r#"{"job_title":"Boss"}"#);
        let updated = send(&server, &key, update);
        server.kill();
        server = Running::start(&["--database", &database]);
        // Somebody changes it again before the client that heard nothing asks again.
        server.request_as(&key, "PATCH", &path, r#"{"job_title":"Chief"}"#).expect(200);
        for (before, again) in [(&made, send(&server, &key, create)), (&updated, send(&server, &key, update))]
        {
            assert_eq!(again.header("contactd-replayed"), "true", "{}", again.text);
            assert_eq!((again.status, &again.bytes), (before.status, &before.bytes));
            for name in ["etag", "contactd-change", "content-type"] {
                assert_eq!(again.header(name), before.header(name), "{name}");
            }
        }
        assert_eq!(events(&server, &key, &path), 3);
        let delete = (delete.as_str(), "DELETE", path.as_str(), "");
        let deleted = send(&server, &key, delete);
        assert_eq!(deleted.status, 204, "{}", deleted.text);
        server.kill();
        server = Running::start(&["--database", &database]);
        let again = send(&server, &key, delete);
        assert_eq!((again.status, again.header("contactd-replayed")), (204, "true"));
        assert_eq!(again.header("contactd-change"), deleted.header("contactd-change"));
    }
    drop(server);
    let verified = printed(&["verify", "--database", &database]);
    assert!(verified.contains("ok"), "{verified}");
}

#[test]
fn of_twenty_requests_at_once_one_is_carried_out() {
    let kept = Database::new();
    let database = kept.argument();
    printed(&["workspace", "create", "main", "--database", &database]);
    let key =
        printed(&["key", "create", "--workspace", "main", "--database", &database]).trim_end().to_owned();
    let server = Running::start(&["--database", &database]);
    let made = server.request_as(&key, "POST", "/api/v1/contacts", "{}").expect(201);
    let path = format!("/api/v1/contacts/{}", made["id"].as_str().unwrap());
    let replies: Vec<_> = thread::scope(|scope| {
        let send = || send(&server, &key, ("one", "PATCH", &path, r#"{"job_title":"Boss"}"#));
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let answered: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert!(replies.iter().all(|reply| [200, 409].contains(&reply.status)), "{replies:?}");
    let first: Vec<_> =
        answered.iter().filter(|reply| reply.header("contactd-replayed").is_empty()).collect();
    assert_eq!(first.len(), 1);
    assert!(answered.iter().all(|reply| reply.bytes == first[0].bytes));
    assert_eq!(events(&server, &key, &path), 2);
}
