//! Dry runs, and answers without a body.

use model::Json;
use serde_json::json;
use testkit::{Client, Reply};

use crate::{CONTACTS, JANE, catalog, change, client, create, numbered, path, start};

fn differences(reply: &Reply) -> Json {
    serde_json::from_str(reply.header("contactd-differences")).unwrap()
}

async fn total(client: &Client) -> Json {
    client.get(CONTACTS).await.expect(200)["total"].clone()
}

#[tokio::test]
async fn what_would_come_of_an_update_is_told() {
    let (test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let dry = client.clone().with_header("prefer", "dry-run");
    let events = test.app.writer_stats().events;
    let tried = dry.patch(&path(&jane), &json!({"job_title": "Bo\u{eb}", "city": "Paris"})).await;
    let body = tried.expect(200);
    assert_eq!(
        (&body["job_title"], &body["revision"]),
        (&json!("Boë"), &json!(jane["revision"].as_u64().unwrap() + 1))
    );
    assert_eq!(tried.header("contactd-dry-run"), "true");
    assert_eq!(tried.header("preference-applied"), "dry-run");
    assert_eq!(tried.header("contactd-change"), "");
    let expected = |member: &str, after: &str| json!({"kind": "contact", "id": jane["id"], "member": member, "before": jane[member], "after": after});
    assert_eq!(differences(&tried), json!([expected("job_title", "Boë"), expected("city", "Paris")]));
    assert_eq!(numbered(&client, JANE).await, jane);
    assert_eq!(test.app.writer_stats().events, events);
}

#[tokio::test]
async fn differences_are_those_that_the_change_shows_then() {
    let (test, client) = start().await;
    let create = async |path: &str, body: Json| {
        let made = client.post(&format!("/api/v1/{path}"), &body).await.expect(201);
        format!("/api/v1/{path}/{}", made["id"].as_str().unwrap())
    };
    let jane = numbered(&client, JANE).await;
    for kind in ["number", "date", "datetime", "boolean", "user"] {
        create("fields", json!({"key": kind, "name": kind, "type": kind})).await;
    }
    let tiers =
        json!({"key": "tier", "name": "Tier", "type": "single_select", "options": ["Gold", "Silver"]});
    let tiers = create("fields", tiers).await;
    create("fields", json!({"key": "floor", "name": "Floor", "type": "number", "entity": "company"})).await;
    let acme = create("companies", json!({"name": "Acme", "values": {"floor": 3}})).await;
    let note = create("notes", json!({"body": "Call"})).await;
    let task = create("tasks", json!({"body": "Call"})).await;
    let catalog = catalog(&test).await;
    let user = catalog.users.iter().next().unwrap().id.to_string();
    let at = "2025-01-15T10:30:00.000Z";
    let id_of_acme = acme.rsplit('/').next().unwrap();
    for (path, body) in [
        (
            path(&jane),
            json!({
                "values": {"number": 1.50, "date": "2025-01-15", "datetime": at, "boolean": true, "user": user, "tier": "Gold"},
                "companies": [{"id": id_of_acme, "title": "CTO"}],
                "tags": [], "lists": [], "channels": [], "notes": [],
                "assigned_user": user, "closed_at": at, "blocked_at": at, "opt_in": "opted_out", "starred": true,
                "aliases": {"zingle": ["z-1"]}, "extras": {"acquire": {"clientType": "web"}},
            }),
        ),
        (acme, json!({"values": {"floor": 4.5}, "number_of_employees": 12})),
        (note, json!({"messages": [{"body": "Hello", "author": user}]})),
        (task, json!({"due_at": at, "assignee": user, "contacts": [jane["id"]]})),
        (tiers, json!({"options": ["Gold"], "name": "Level"})),
    ] {
        // What is made gets another id with each request.
        let without_ids = |differences: &Json| {
            let mut shown = differences.clone();
            for row in shown[0]["after"].as_array_mut().into_iter().flatten() {
                row.as_object_mut().into_iter().for_each(|row| drop(row.remove("id")));
            }
            shown
        };
        let in_body = [("prefer", "dry-run; differences=body")];
        let tried = client.send_with("PATCH", &path, body.to_string().into(), &in_body).await.expect(200);
        let done = client.patch(&path, &body).await;
        done.expect(200);
        let changed = client.get(&crate::changes(change(&done))).await.expect(200);
        // Of the record itself; those that keep a link to it would differ, too.
        let of_record = tried["differences"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|each| path.ends_with(each["id"].as_str().unwrap()));
        let told: Json = of_record
            .map(|each| json!({"member": each["member"], "before": each["before"], "after": each["after"]}))
            .collect();
        assert_eq!(without_ids(&told), without_ids(&changed["differences"]), "{path}");
    }
}

#[tokio::test]
async fn differences_are_told_under_the_catalog_that_the_request_makes() {
    let (_test, client) = start().await;
    let made = client.post("/api/v1/fields", &json!({"key": "size", "name": "Size", "type": "text"})).await;
    let field = format!("/api/v1/fields/{}", made.expect(201)["id"].as_str().unwrap());
    let jane = numbered(&client, JANE).await;
    client.patch(&path(&jane), &json!({"values": {"size": "42"}})).await.expect(200);
    let dry = client.clone().with_header("prefer", "dry-run");
    let tried = dry.patch(&field, &json!({"key": "shoe_size", "type": "number"})).await;
    tried.expect(200);
    let told = differences(&tried);
    let of_jane = told.as_array().unwrap().iter().find(|each| each["kind"] == "contact").unwrap();
    let expected = json!({"kind": "contact", "id": jane["id"], "member": "values.shoe_size", "before": "42", "after": 42});
    assert_eq!(*of_jane, expected);
}

#[tokio::test]
async fn the_parameter_is_as_good_as_the_preference() {
    let (_test, client) = start().await;
    let before = total(&client).await;
    let tried = client.post(&format!("{CONTACTS}?dry_run=true"), &json!({"name": {"full": "Zoë"}})).await;
    let number = tried.expect(201)["number"].clone();
    assert_eq!(tried.header("contactd-dry-run"), "true");
    assert_eq!((tried.header("contactd-ignored"), tried.header("preference-applied")), ("", ""));
    assert_eq!(total(&client).await, before);
    // No number was taken.
    assert_eq!(create(&client, &json!({})).await["number"], number);
    let refused = client.post(&format!("{CONTACTS}?dry_run=perhaps"), &json!({})).await.expect(400);
    assert_eq!(refused["detail"], "the query parameter 'dry_run' must be true or false");
    let real = client.post(&format!("{CONTACTS}?dry_run=false"), &json!({})).await;
    real.expect(201);
    assert_eq!(real.header("contactd-ignored"), "");
}

#[tokio::test]
async fn all_differences_stand_in_the_body_when_asked_for() {
    let (_test, client) = start().await;
    let dry = client.clone().with_header("prefer", "dry-run; differences=body");
    let long = "x".repeat(9000);
    let tried = dry.post(CONTACTS, &json!({"description": long, "city": "Paris"})).await;
    let body = tried.expect(200);
    assert_eq!((&body["status"], &body["answer"]["city"]), (&json!(201), &json!("Paris")));
    let members: Vec<_> =
        body["differences"].as_array().unwrap().iter().map(|each| &each["member"]).collect();
    assert!(members.contains(&&json!("description")) && members.contains(&&json!("city")), "{members:?}");
    assert_eq!(tried.header("preference-applied"), "dry-run; differences=body");
    // In the header there is no room for the long one.
    let tried =
        client.clone().with_header("prefer", "dry-run").post(CONTACTS, &json!({"description": long})).await;
    tried.expect(201);
    assert!(!tried.header("contactd-differences-left-out").is_empty());
}

#[tokio::test]
async fn errors_are_those_of_the_request_itself() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let dry = client.clone().with_header("prefer", "dry-run");
    for (method, at, body) in [
        ("PATCH", path(&jane), r#"{"nosuch": 1}"#),
        ("PATCH", format!("{CONTACTS}/00000000-0000-0000-0000-000000000001"), "{}"),
        ("POST", CONTACTS.to_owned(), "{"),
        ("POST", "/api/v1/changes/999999/undo".to_owned(), ""),
        ("DELETE", "/api/v1/tags/00000000-0000-0000-0000-000000000001".to_owned(), ""),
    ] {
        let (tried, real) = (dry.send(method, &at, body).await, client.send(method, &at, body).await);
        assert!(real.status.is_client_error(), "{at}: {}", real.text);
        assert_eq!((tried.status, &tried.text), (real.status, &real.text), "{at}");
    }
}

#[tokio::test]
async fn deletions_catalog_and_undo_are_tried_too() {
    let (_test, client) = start().await;
    let dry = client.clone().with_header("prefer", "dry-run");
    let jane = numbered(&client, JANE).await;
    let tried = dry.delete(&path(&jane)).await;
    assert_eq!(tried.status, 204);
    assert_eq!(differences(&tried), json!([{"kind": "contact", "id": jane["id"], "done": "deleted"}]));
    let number = change(&client.patch(&path(&jane), &json!({"city": "Paris"})).await);
    let tried = dry.post(&format!("{}/undo", crate::changes(number)), &json!({})).await;
    tried.expect(200);
    let undone = differences(&tried);
    assert_eq!((&undone[0]["member"], &undone[0]["before"]), (&json!("city"), &json!("Paris")));
    let tag = dry.post("/api/v1/tags", &json!({"name": "New"})).await;
    tag.expect(201);
    assert_eq!(differences(&tag)[0]["kind"], "tag");
    assert_eq!(client.post("/api/v1/tags", &json!({"name": "New"})).await.status, 201);
    assert_eq!(numbered(&client, JANE).await["city"], "Paris");
}

#[tokio::test]
async fn a_dry_run_takes_no_idempotency_key() {
    let (test, _) = start().await;
    let once = client(&test).with_header("idempotency-key", "a");
    let tried = once.clone().with_header("prefer", "dry-run").post(CONTACTS, &json!({"city": "Paris"})).await;
    tried.expect(201);
    create(&once, &json!({"city": "Rome"})).await;
    let replayed = once.post(CONTACTS, &json!({"city": "Rome"})).await;
    assert_eq!(replayed.header("contactd-replayed"), "true");
}

#[tokio::test]
async fn a_write_can_be_answered_without_a_body() {
    let (_test, client) = start().await;
    let minimal = client.clone().with_header("prefer", "return=minimal");
    let jane = numbered(&client, JANE).await;
    let done = minimal.patch(&path(&jane), &json!({"city": "Paris"})).await;
    assert_eq!((done.status.as_u16(), done.text.as_str(), done.header("content-type")), (204, "", ""));
    assert_eq!(done.header("preference-applied"), "return=minimal");
    let revision = jane["revision"].as_u64().unwrap() + 1;
    assert_eq!(done.header("etag"), format!("\"{revision}\""));
    assert!(change(&done) > 0);
    let made = minimal.post(CONTACTS, &json!({})).await;
    assert_eq!((made.status.as_u16(), made.text.as_str()), (201, ""));
    assert!(made.header("location").starts_with(CONTACTS));
    // What went wrong is told, and reads have their bodies.
    assert!(!minimal.patch(&path(&jane), &json!({"nosuch": 1})).await.text.is_empty());
    assert!(!minimal.get(&path(&jane)).await.text.is_empty());
}

#[tokio::test]
async fn an_answer_that_tells_more_than_a_record_keeps_its_body() {
    let (_test, client) = start().await;
    let minimal = client.clone().with_header("prefer", "return=minimal");
    let (one, other) = (create(&client, &json!({"city": "Rome"})).await, create(&client, &json!({})).await);
    let key = json!({"name": "bot", "workspaces": ["demo"]});
    let key = minimal.post("/api/v1/keys", &key).await.expect(201);
    assert!(key["secret"].is_string());
    let path_of_key = format!("/api/v1/keys/{}", key["id"].as_str().unwrap());
    let merged = json!({"contacts": [other["id"]]});
    let preview = json!({"contacts": [other["id"]], "preview": true});
    let operations = json!({"operations": [{"op": "create", "body": {}}]});
    for (path, body, member) in [
        (format!("{path_of_key}/rotate"), json!({}), "secret"),
        (format!("{CONTACTS}/search"), json!({"q": "Rome"}), "contacts"),
        (format!("{}/merge", path(&one)), preview, "contact"),
        (format!("{}/merge", path(&one)), merged, "differences"),
        (format!("{}/unmerge", path(&one)), json!({}), "restored"),
        ("/api/v1/batch".to_owned(), operations, "results"),
    ] {
        let reply = minimal.post(&path, &body).await;
        assert!(reply.expect(200)[member] != Json::Null, "{path}");
        assert_eq!(reply.header("preference-applied"), "", "{path}");
    }
    let renamed = minimal.patch(&path_of_key, &json!({"name": "robot"})).await;
    assert_eq!((renamed.status.as_u16(), renamed.text.as_str()), (204, ""));
    // A search stores nothing anyway.
    let search = client.clone().with_header("prefer", "dry-run");
    let found = search.post(&format!("{CONTACTS}/search"), &json!({})).await;
    assert_eq!((found.status.as_u16(), found.header("contactd-dry-run")), (200, ""));
}
