//! Requests with an idempotency key.

use app::{KEPT_FOR, Scope};
use model::Dialect;
use serde_json::json;
use testkit::{Client, Reply, TestApp};

use crate::{CONTACTS, change, client, create, path, start};

/// The same client with an idempotency key.
fn keyed(test: &TestApp, key: &str) -> Client {
    client(test).with_header("idempotency-key", key)
}

fn is_replayed(reply: &Reply) -> bool {
    reply.header("contactd-replayed") == "true"
}

#[tokio::test]
async fn an_answer_is_given_again_byte_for_byte() {
    let (test, _) = start().await;
    let once = keyed(&test, "a");
    let body = json!({"name": {"full": "Zoë"}});
    let made = once.post(CONTACTS, &body).await;
    let id = path(&made.expect(201));
    client(&test).patch(&id, &json!({"job_title": "Boss"})).await.expect(200);
    let again = once.post(CONTACTS, &body).await;
    assert!(is_replayed(&again) && !is_replayed(&made));
    assert_eq!((again.status, &again.bytes), (made.status, &made.bytes));
    for name in ["etag", "location", "contactd-change", "content-type"] {
        assert_eq!(again.header(name), made.header(name), "{name}");
        assert!(!made.header(name).is_empty(), "{name}");
    }
    // In quotes, as the draft has it, it is the same key.
    assert!(is_replayed(&keyed(&test, "\"a\"").post(CONTACTS, &body).await));
    // Reads do not know it.
    assert_eq!(once.get(&id).await.expect(200)["job_title"], "Boss");
}

#[tokio::test]
async fn a_request_with_a_key_takes_one_off_the_rate_and_each_answer_tells_its_own() {
    let (test, admin) = start().await;
    let body = json!({"workspaces": ["demo"], "rate": {"requests": 4, "per": "hour"}});
    let key = admin.post("/api/v1/keys", &body).await.expect(201);
    let slow = admin.with_key(key["secret"].as_str().unwrap());
    let once = slow.clone().with_header("idempotency-key", "a");
    let left = |reply: &Reply| reply.header("ratelimit").split(';').nth(1).unwrap_or_default().to_owned();
    let (first, again) = (json!({"city": "Rome"}), json!({"city": "Oslo"}));
    let replies = [
        (once.post(CONTACTS, &first).await, 201, "r=3"),
        (once.post(CONTACTS, &first).await, 201, "r=2"),
        (once.post(CONTACTS, &again).await, 422, "r=1"),
        (slow.clone().with_header("if-match", "none").get(CONTACTS).await, 400, "r=0"),
        (once.post(CONTACTS, &first).await, 429, "r=0"),
    ];
    for (n, (reply, status, rate)) in replies.iter().enumerate() {
        assert_eq!((reply.status.as_u16(), left(reply).as_str()), (*status, *rate), "{n}: {}", reply.text);
    }
    assert_eq!(replies.iter().filter(|(reply, ..)| is_replayed(reply)).count(), 1);
    assert_eq!(client(&test).get(CONTACTS).await.expect(200)["total"], 5);
}

#[tokio::test]
async fn keys_and_workspaces_are_written_once() {
    let (test, admin) = start().await;
    let body = json!({"workspaces": ["demo"]});
    let keys = async || admin.get("/api/v1/keys").await.expect(200)["keys"].as_array().unwrap().len();
    let before = keys().await;
    let reply = keyed(&test, "a").post("/api/v1/keys", &body).await;
    let one = format!("/api/v1/keys/{}", reply.expect(201)["id"].as_str().unwrap());
    assert_eq!((reply.header("contactd-ignored"), keys().await), ("", before + 1));
    // No secret is kept, so that nobody gets it again.
    let again = keyed(&test, "a").post("/api/v1/keys", &body).await;
    assert_eq!(again.expect(409)["type"], "/docs/problems/carried-out");
    let other = keyed(&test, "a").post("/api/v1/keys", &json!({"workspaces": ["demo"], "name": "x"})).await;
    assert_eq!(other.expect(422)["type"], "/docs/problems/idempotency-key-reused");
    assert_eq!(keys().await, before + 1);
    let rotate = format!("{one}/rotate");
    keyed(&test, "b").post(&rotate, &json!({})).await.expect(200);
    keyed(&test, "b").post(&rotate, &json!({})).await.expect(409);
    assert_eq!(admin.get(&one).await.expect(200)["revision"], 2);

    let made = keyed(&test, "c").post("/api/v1/workspaces", &json!({"name": "Spa"})).await;
    let at = made.header("location").to_owned();
    let rename = json!({"name": "Pool"});
    let undo = format!("{one}/history/3/undo");
    let bot = json!({"name": "bot"});
    for (key, send) in [("d", "patch"), ("e", "rename"), ("f", "undo"), ("g", "revoke")] {
        let client = keyed(&test, key);
        let mut replies = Vec::new();
        for _ in 0..2 {
            replies.push(match send {
                "patch" => client.patch(&one, &bot).await,
                "rename" => client.patch(&at, &rename).await,
                "undo" => client.post(&undo, &json!({})).await,
                _ => client.delete(&one).await,
            });
        }
        assert!(replies.iter().all(|reply| reply.status.is_success()), "{send}: {}", replies[1].text);
        assert_eq!((is_replayed(&replies[0]), is_replayed(&replies[1])), (false, true), "{send}");
        assert_eq!(
            (&replies[0].text, replies[0].header("etag")),
            (&replies[1].text, replies[1].header("etag"))
        );
    }
    assert_eq!(admin.get(&one).await.expect(200)["revision"], 5);
    assert_eq!(admin.get(&at).await.expect(200)["revision"], 2);
    let again = keyed(&test, "c").post("/api/v1/workspaces", &json!({"name": "Spa"})).await;
    assert!(is_replayed(&again) && again.text == made.text, "{}", again.text);
    // What changes nothing can run again.
    let same = keyed(&test, "h");
    same.patch(&at, &rename).await.expect(200);
    assert!(!is_replayed(&same.patch(&at, &rename).await));
    // What was refused stored nothing, and is asked anew.
    keyed(&test, "i").patch(&at, &json!({"name": "demo"})).await.expect(409);
    admin.patch(&at, &json!({"name": "Beach"})).await.expect(200);
    assert_eq!(
        keyed(&test, "i").patch(&at, &json!({"name": "demo"})).await.expect(409)["type"],
        "/docs/problems/in-use"
    );
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let (test, _) = start().await;
    let once = keyed(&test, "a");
    let contact = create(&once, &json!({"name": {"full": "Jane"}})).await;
    let at = path(&contact);
    for reply in [
        once.post(CONTACTS, &json!({"name": {"full": "John"}})).await,
        once.post(&format!("{CONTACTS}?x=1"), &json!({"name": {"full": "Jane"}})).await,
        once.patch(&at, &json!({"name": {"full": "Jane"}})).await,
        once.delete(&at).await,
    ] {
        assert_eq!(reply.expect(422)["type"], "/docs/problems/idempotency-key-reused");
    }
    // Another API key has its own.
    let other = test.key(&[Scope::Write], &[Dialect::Native]).await;
    let other = Client::new(api_native::routes(test.app.clone()))
        .with_key(&other)
        .with_header("idempotency-key", "a");
    create(&other, &json!({"name": {"full": "John"}})).await;
}

/// What is refused, or needs no writing, because of what the request did before, is answered as it was then.
#[tokio::test]
async fn what_the_request_itself_did_does_not_stand_in_its_way() {
    let (test, client) = start().await;
    let contact = create(&client, &json!({"city": "Rome"})).await;
    let at = path(&contact);
    let revision = contact["revision"].as_u64().unwrap();
    let once = |key: &str| keyed(&test, key).with_header("if-match", &format!("\"{revision}\""));
    let patch = json!({"city": "Oslo"});
    let first = once("a").patch(&at, &patch).await;
    first.expect(200);
    let other = client.post("/api/v1/tags", &json!({"name": "New"})).await.expect(201);
    let tag = format!("/api/v1/tags/{}", other["id"].as_str().unwrap());
    let gone = keyed(&test, "b").delete(&tag).await;
    assert_eq!(gone.status, 204);
    // Under another key it is another request, which finds what was done.
    once("c").patch(&at, &patch).await.expect(412);
    keyed(&test, "d").delete(&tag).await.expect(404);
    let events = test.app.writer_stats().events;
    for _ in 0..2 {
        let again = once("a").patch(&at, &patch).await;
        assert!(is_replayed(&again));
        assert_eq!((again.expect(200), again.header("etag")), (first.expect(200), first.header("etag")));
        let again = keyed(&test, "b").delete(&tag).await;
        assert!(is_replayed(&again));
        assert_eq!((again.status.as_u16(), change(&again)), (204, change(&gone)));
    }
    // What would be refused anyway is refused for its key first.
    for refused in [
        once("a").patch(&at, &json!({"city": 7})).await,
        once("a").patch(&tag, &json!({"name": "Newer"})).await,
        keyed(&test, "b").delete(&at).await,
    ] {
        assert_eq!(refused.expect(422)["type"], "/docs/problems/idempotency-key-reused");
    }
    assert_eq!(test.app.writer_stats().events, events);
}

/// Of several operations some fail; which is in no event, so that the answer alone tells.
#[tokio::test]
async fn a_batch_of_which_some_failed_is_answered_again() {
    let (test, client) = start().await;
    let contact = create(&client, &json!({})).await;
    let once = keyed(&test, "a");
    let body = json!({"mode": "each", "operations": [
        {"op": "create", "body": {"city": "Rome"}},
        {"op": "update", "id": uuid::Uuid::max(), "body": {"city": "Oslo"}},
        {"op": "update", "id": contact["id"], "body": {"city": "Oslo"}},
    ]});
    let first = once.post("/api/v1/batch", &body).await;
    first.expect(200);
    let events = test.app.writer_stats().events;
    let again = once.post("/api/v1/batch", &body).await;
    assert!(is_replayed(&again));
    assert_eq!((again.expect(200), test.app.writer_stats().events), (first.expect(200), events));
}

#[tokio::test]
async fn what_was_refused_is_tried_anew() {
    let (test, client) = start().await;
    let contact = create(&client, &json!({})).await;
    let once = keyed(&test, "a");
    let body = json!({"aliases": {"callbell": ["abc"]}});
    create(&client, &body).await;
    once.patch(&path(&contact), &body).await.expect(422);
    let owner = test.app.authenticate("demo", Dialect::Callbell, None).await.unwrap();
    let named = model::Ref { dialect: Dialect::Callbell, text: "abc".to_owned(), native: None };
    test.app.delete_contact(&owner, named).await.unwrap();
    let done = once.patch(&path(&contact), &body).await;
    done.expect(200);
    assert!(!is_replayed(&done));
    assert!(is_replayed(&once.patch(&path(&contact), &body).await));
}

#[tokio::test]
async fn keys_that_are_none_are_named() {
    let (test, _) = start().await;
    let long = "x".repeat(256);
    for (key, reason) in [
        ("", "must not be empty"),
        ("\"\"", "must not be empty"),
        ("a b", "must be visible ASCII"),
        ("a\tb", "must be visible ASCII"),
        ("é", "must be visible ASCII"),
        (&long, "must have 255 bytes at most"),
        (&"x".repeat(10 << 10), "must have 255 bytes at most"),
    ] {
        let refused = keyed(&test, key).post(CONTACTS, &json!({})).await.expect(400);
        assert_eq!(refused["detail"], format!("the header 'Idempotency-Key' {reason}"), "{key}");
    }
    let twice = keyed(&test, "a").with_header("idempotency-key", "a");
    assert_eq!(twice.post(CONTACTS, &json!({})).await.status, 400);
    create(&keyed(&test, &"x".repeat(255)), &json!({})).await;
    // Without a key of the API nothing is said of the other one.
    let anonymous = client(&test).anonymous().with_header("idempotency-key", "a");
    assert_eq!(anonymous.post(CONTACTS, &json!({})).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_at_once_one_is_carried_out() {
    let (test, _) = start().await;
    let events = test.app.writer_stats().events;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let once = keyed(&test, "a");
        requests.spawn(async move { once.post(CONTACTS, &json!({"name": {"full": "Jane"}})).await });
    }
    let (mut made, mut replayed) = (Vec::new(), Vec::new());
    while let Some(reply) = requests.join_next().await {
        let reply = reply.unwrap();
        match reply.status.as_u16() {
            201 if is_replayed(&reply) => replayed.push(reply.bytes),
            201 => made.push(reply.bytes),
            _ => assert_eq!(reply.expect(409)["type"], "/docs/problems/in-flight"),
        }
    }
    assert_eq!((made.len(), test.app.writer_stats().events - events), (1, 1));
    assert!(replayed.iter().all(|bytes| *bytes == made[0]));
}

#[tokio::test]
async fn a_request_in_flight_keeps_its_key() {
    let (test, _) = start().await;
    let caller = test.app.authenticate("demo", Dialect::Native, None).await.unwrap();
    let in_flight = test.app.begin_once(&caller, "a", &[b"something"]).unwrap();
    // It asks for something else.
    let refused = keyed(&test, "a").post(CONTACTS, &json!({})).await;
    assert_eq!(refused.expect(422)["type"], "/docs/problems/idempotency-key-reused");
    let same = test.app.begin_once(&caller, "a", &[b"something"]);
    assert!(matches!(same, Err(app::Error::Repeated(app::Repeated::InFlight))), "{same:?}");
    drop(in_flight);
    create(&keyed(&test, "a"), &json!({})).await;
}

#[tokio::test]
async fn requests_are_forgotten_after_a_day() {
    let (test, _) = start().await;
    let once = keyed(&test, "a");
    create(&once, &json!({})).await;
    assert_eq!(test.app.forget_old_requests().await.unwrap(), 0);
    assert!(is_replayed(&once.post(CONTACTS, &json!({})).await));
    test.clock.advance_ms(i64::try_from(KEPT_FOR.as_millis()).unwrap());
    test.clock.advance_ms(1);
    assert_eq!(test.app.forget_old_requests().await.unwrap(), 1);
    assert!(!is_replayed(&once.post(CONTACTS, &json!({})).await));
}

/// As after a crash between the change and the keeping of its answer: the row is there, and no answer.
mod after_a_crash {
    use super::*;
    use app::Terms;
    use model::{Change, Edit, Ref, TextMember};

    /// Carries out a request as its handler does, and goes away before the answer is kept.
    async fn begun(
        test: &TestApp,
        asked: (&str, &str, &str),
        write: impl AsyncFnOnce(app::Caller) -> u64,
    ) -> u64 {
        let caller = test.app.authenticate("demo", Dialect::Native, None).await.unwrap();
        let (method, path, body) = asked;
        let asked = ["native", method, path, "", "", body].map(str::as_bytes);
        let once = test.app.begin_once(&caller, "a", &asked).unwrap();
        write(caller.on(Terms::Once(once))).await
    }

    fn titled(title: &str) -> Change {
        let mut change = Change::default();
        change.push("job_title", Edit::Text(TextMember::JobTitle, Some(title.to_owned())));
        change
    }

    /// Where other servers may be at the request, it counts as in flight for a minute.
    fn wait(test: &TestApp) {
        test.clock.advance_ms(61_000);
    }

    #[tokio::test]
    async fn an_update_is_answered_and_not_done_again() {
        let (test, client) = start().await;
        let contact = create(&client, &json!({})).await;
        let at = path(&contact);
        let named = Ref::uuid(Dialect::Native, contact["id"].as_str().unwrap());
        let body = r#"{"job_title":"Boss"}"#;
        let number = begun(&test, ("PATCH", &at, body), async |caller| {
            test.app.update_contact(&caller, named, titled("Boss")).await.unwrap().change.unwrap()
        })
        .await;
        wait(&test);
        let events = test.app.writer_stats().events;
        let done = keyed(&test, "a").send("PATCH", &at, body).await;
        assert_eq!((done.expect(200)["job_title"].as_str(), change(&done)), (Some("Boss"), number));
        // Nothing was carried out now; the answer may have been heard before.
        assert!(is_replayed(&done));
        let again = keyed(&test, "a").send("PATCH", &at, body).await;
        assert!(is_replayed(&again));
        assert_eq!(again.bytes, done.bytes);
        assert_eq!(test.app.writer_stats().events, events);
    }

    #[tokio::test]
    async fn a_field_that_got_another_type_with_its_values_is_answered() {
        let (test, client) = start().await;
        let field = json!({"key": "size", "name": "Size", "type": "text"});
        let field = client.post("/api/v1/fields", &field).await.expect(201);
        let contact = create(&client, &json!({"values": {"size": "7"}})).await;
        let at = format!("/api/v1/fields/{}", field["id"].as_str().unwrap());
        let body = r#"{"type":"number"}"#;
        let named = model::ItemRef::id_text(Dialect::Native, field["id"].as_str().unwrap());
        let number = begun(&test, ("PATCH", &at, body), async |caller| {
            let retype = |field: &mut model::Field, _: &model::Catalog| {
                field.kind = model::FieldType::Number;
                Ok(())
            };
            test.app.update_item(&caller, &named, retype).await.unwrap().change.unwrap()
        })
        .await;
        wait(&test);
        let done = keyed(&test, "a").send("PATCH", &at, body).await;
        assert_eq!((done.expect(200)["type"].as_str(), change(&done)), (Some("number"), number));
        assert_eq!(client.get(&path(&contact)).await.expect(200)["values"], json!({"size": 7}));
    }

    #[tokio::test]
    async fn an_answer_shows_the_contact_as_it_was_then() {
        for later in ["PATCH", "DELETE", "merge"] {
            let (test, client) = start().await;
            let contact = create(&client, &json!({"city": "Rome"})).await;
            let at = path(&contact);
            let named = Ref::uuid(Dialect::Native, contact["id"].as_str().unwrap());
            let body = r#"{"job_title":"Boss"}"#;
            let number = begun(&test, ("PATCH", &at, body), async |caller| {
                test.app.update_contact(&caller, named, titled("Boss")).await.unwrap().change.unwrap()
            })
            .await;
            let then = client.get(&at).await;
            wait(&test);
            if later == "merge" {
                let other = create(&client, &json!({"city": "Oslo"})).await;
                let merge = json!({"contacts": [contact["id"]]});
                client.post(&format!("{}/merge", path(&other)), &merge).await.expect(200);
            } else {
                client.send(later, &at, r#"{"city":"Paris","job_title":null}"#).await;
                client.send(later, &at, r#"{"city":null}"#).await;
            }
            let done = keyed(&test, "a").send("PATCH", &at, body).await;
            assert_eq!(done.expect(200), then.expect(200), "{later}");
            assert_eq!((done.header("etag"), change(&done)), (then.header("etag"), number), "{later}");
        }
    }

    #[tokio::test]
    async fn a_creation_is_answered_with_what_was_made() {
        let (test, client) = start().await;
        let body = r#"{"job_title":"Boss"}"#;
        let number = begun(&test, ("POST", CONTACTS, body), async |caller| {
            test.app.create_contact(&caller, titled("Boss")).await.unwrap().change.unwrap()
        })
        .await;
        wait(&test);
        let total = client.get(CONTACTS).await.expect(200)["total"].clone();
        let done = keyed(&test, "a").send("POST", CONTACTS, body).await;
        done.expect(201);
        assert_eq!(change(&done), number);
        assert_eq!(client.get(CONTACTS).await.expect(200)["total"], total);
    }

    #[tokio::test]
    async fn a_deletion_says_that_it_was_carried_out() {
        let (test, client) = start().await;
        let contact = create(&client, &json!({})).await;
        let at = path(&contact);
        let named = Ref::uuid(Dialect::Native, contact["id"].as_str().unwrap());
        let number = begun(&test, ("DELETE", &at, ""), async |caller| {
            test.app.delete_contact(&caller, named).await.unwrap().change.unwrap()
        })
        .await;
        wait(&test);
        let done = keyed(&test, "a").delete(&at).await;
        // The handler finds the deletion, and answers as it did.
        assert_eq!((done.status.as_u16(), change(&done)), (204, number));
        assert!(is_replayed(&keyed(&test, "a").delete(&at).await));
    }

    #[tokio::test]
    async fn an_item_is_answered_with_the_one_that_was_made() {
        let (test, client) = start().await;
        let body = r#"{"name":"New"}"#;
        let mut id = String::new();
        let number = begun(&test, ("POST", "/api/v1/tags", body), async |caller| {
            let made = test.app.create_item(&caller, |fresh, _| {
                Ok(model::Tag {
                    id: model::TagId(fresh.id),
                    number: fresh.number,
                    name: "New".to_owned(),
                    background_color: None,
                    text_color: None,
                    created_at: fresh.now,
                    aliases: Default::default(),
                    extras: Default::default(),
                })
            });
            let made = made.await.unwrap();
            id = made.item.id.to_string();
            made.change.unwrap()
        })
        .await;
        wait(&test);
        let done = keyed(&test, "a").send("POST", "/api/v1/tags", body).await;
        assert_eq!((done.expect(201)["id"].as_str(), change(&done)), (Some(id.as_str()), number));
        assert_eq!(client.get(&format!("/api/v1/tags/{id}")).await.expect(200)["name"], "New");
    }

    #[tokio::test]
    async fn what_cannot_run_again_says_which_change_it_was() {
        let (test, client) = start().await;
        let tag = client.post("/api/v1/tags", &json!({"name": "New"})).await.expect(201);
        let (id, at) = (tag["id"].as_str().unwrap(), format!("/api/v1/tags/{}", tag["id"].as_str().unwrap()));
        let named = model::ItemRef::Id(Ref::uuid(Dialect::Native, id));
        let number = begun(&test, ("DELETE", &at, ""), async |caller| {
            test.app.delete_item::<model::Tag>(&caller, &named).await.unwrap().change.unwrap()
        })
        .await;
        wait(&test);
        let lost = keyed(&test, "a").delete(&at).await;
        assert_eq!(lost.expect(409)["type"], "/docs/problems/carried-out");
        assert_eq!(change(&lost), number);
        assert!(lost.text.contains(&format!("as change {number}")), "{}", lost.text);
    }
}
