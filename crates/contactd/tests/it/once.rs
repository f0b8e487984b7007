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

#[test]
fn of_every_api_an_answer_comes_again_after_kill_9() {
    let kept = Database::new();
    let database = kept.argument();
    printed(&["workspace", "create", "main", "--database", &database]);
    let key =
        printed(&["key", "create", "--workspace", "main", "--database", &database]).trim_end().to_owned();
    let mut server = Running::start(&["--database", &database]);
    let made = server.request_as(&key, "POST", "/api/v1/contacts", "{}").expect(201);
    let (id, number) = (made["id"].as_str().unwrap(), made["number"].as_u64().unwrap());
    let services = server.request_as(&key, "GET", "/zingle/v1/services", "").expect(200);
    let service = services["result"][0]["id"].as_str().unwrap();
    let hex = id.replace('-', "");
    let native = format!("/api/v1/contacts/{id}");
    let updates = [
        ("PATCH", native.clone(), r#"{"name":{"first":"Ann"}}"#),
        ("PATCH", format!("/callbell/v1/contacts/{hex}"), r#"{"name":"Bea"}"#),
        ("PUT", format!("/zingle/v1/services/{service}/contacts/{id}"), r#"{"first_name":"Cid"}"#),
        ("PUT", format!("/acquire/api/v1/crm/objects/contact/{number}"), r#"{"fields":{"name":"Dan"}}"#),
        ("PUT", format!("/rolodex/user-api/v1/contacts/contact_{hex}"), r#"{"first_name":"Eve"}"#),
        ("DELETE", native.clone(), ""),
    ];
    for (method, path, body) in &updates {
        let name = format!("{method}{path}");
        let request = (name.as_str(), *method, path.as_str(), *body);
        let done = send(&server, &key, request);
        // Whether its answer was stored by now, nobody knows.
        server.kill();
        server = Running::start(&["--database", &database]);
        let again = send(&server, &key, request);
        assert!((200..300).contains(&done.status), "{path}: {}", done.text);
        assert_eq!((again.status, &again.text), (done.status, &done.text), "{path}");
        assert_eq!(again.header("contactd-replayed"), "true", "{path}");
        for name in ["etag", "contactd-change", "contactd-ignored", "content-type", "location"] {
            assert_eq!(again.header(name), done.header(name), "{path}: {name}");
        }
    }
    let history = server.request_as(&key, "GET", &format!("{native}/history?limit=100"), "").expect(200);
    assert_eq!(history["changes"].as_array().unwrap().len(), updates.len() + 1);
}
