//! How many records of each kind there may be.

use model::Json;
use serde_json::json;
use testkit::Client;

use crate::{CONTACTS, change, changes, create, path, refusals, start};

const SETTINGS: &str = "/api/v1/settings";

/// How many records of a kind there are.
async fn used(client: &Client, kind: &str) -> u64 {
    client.get("/api/v1/limits").await.expect(200)["quotas"][kind]["used"].as_u64().unwrap()
}

/// Lets the workspace have so many more records of a kind than it has.
async fn allow(client: &Client, kind: &str, more: u64) -> u64 {
    let quota = used(client, kind).await + more;
    let settings = client.patch(SETTINGS, &json!({"quotas": {kind: quota}})).await.expect(200);
    assert_eq!(settings["quotas"][kind], quota);
    quota
}

#[tokio::test]
async fn no_more_contacts_are_made_than_may_be() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let quota = allow(&client, "contact", 1).await;
    let ada = create(&client, &json!({"name": {"full": "Ada"}})).await;
    let refused = client.post(CONTACTS, &json!({})).await;
    assert_eq!(refusals(&refused, 422), [" quota_reached"]);
    let message = refused.json()["errors"][0]["message"].clone();
    assert_eq!(message, format!("the workspace may have at most {quota} records of the kind contact"));
    let by = client.put("/api/v1/contacts/by/email/new@example.com", &json!({})).await;
    assert_eq!(refusals(&by, 422), [" quota_reached"]);
    // What is there is changed as ever, and an undo meets no quota.
    client.patch(&path(&ada), &json!({"city": "London"})).await.expect(200);
    let deleted = client.delete(&path(&ada)).await;
    assert_eq!(deleted.status.as_u16(), 204);
    create(&client, &json!({"name": {"full": "Bob"}})).await;
    client.post(&format!("{}/undo", changes(change(&deleted))), &json!({})).await.expect(200);
    assert_eq!(used(&client, "contact").await, quota + 1);
}

#[tokio::test]
async fn of_a_batch_only_what_fits_is_made() {
    let (_test, client) = start().await;
    allow(&client, "contact", 2).await;
    let operations = vec![json!({"op": "create", "body": {}}); 3];
    let atomic = json!({"mode": "atomic", "operations": operations});
    client.post("/api/v1/batch", &atomic).await.expect(422);
    let each = json!({"mode": "each", "operations": operations});
    let done = client.post("/api/v1/batch", &each).await.expect(200);
    let statuses: Vec<_> =
        done["results"].as_array().unwrap().iter().map(|each| each["status"].clone()).collect();
    assert_eq!(statuses, [201, 201, 422]);
}

#[tokio::test]
async fn everything_beside_contacts_has_quotas_too() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    for (kind, path, body) in [
        ("tag", "/api/v1/tags", json!({"name": "one"})),
        ("list", "/api/v1/lists", json!({"name": "one"})),
        ("note", "/api/v1/notes", json!({"body": "one"})),
        ("task", "/api/v1/tasks", json!({"body": "one"})),
        ("company", "/api/v1/companies", json!({"name": "one"})),
    ] {
        allow(&client, kind, 1).await;
        let made = client.post(path, &body).await.expect(201);
        let mut other = body.clone();
        for (_, text) in other.as_object_mut().unwrap() {
            *text = json!("two");
        }
        assert_eq!(refusals(&client.post(path, &other).await, 422), [" quota_reached"], "{kind}");
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        client.patch(&one, &other).await.expect(200);
        client.patch(SETTINGS, &json!({"quotas": {kind: null}})).await.expect(200);
        client.post(path, &body).await.expect(201);
    }
    assert_eq!(client.get(SETTINGS).await.expect(200)["quotas"], json!({}));
}

#[tokio::test]
async fn quotas_are_settings_with_history_and_undo() {
    let (_test, client) = start().await;
    let before = client.get(SETTINGS).await.expect(200);
    let reply = client.patch(SETTINGS, &json!({"quotas": {"contact": 5, "tag": 20_000}})).await;
    assert_eq!(reply.expect(200)["quotas"], json!({"contact": 5, "tag": 20_000}));
    let limits = client.get("/api/v1/limits").await.expect(200);
    let max = |kind: &str| limits["quotas"][kind]["max"].clone();
    // The catalog's own bound holds in any case.
    assert_eq!(
        [max("contact"), max("tag"), max("field"), max("note")],
        [json!(5), json!(10_000), json!(10_000), Json::Null]
    );
    client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await.expect(200);
    assert_eq!(client.get(SETTINGS).await.expect(200)["quotas"], before["quotas"]);
    // Each kind by itself.
    let first = client.patch(SETTINGS, &json!({"quotas": {"contact": 5}})).await;
    client.patch(SETTINGS, &json!({"quotas": {"tag": 6}})).await.expect(200);
    client.post(&format!("{}/undo", changes(change(&first))), &json!({})).await.expect(200);
    assert_eq!(client.get(SETTINGS).await.expect(200)["quotas"], json!({"tag": 6}));
    for (quotas, expected) in [
        (json!({"contact": -1}), "quotas.contact wrong_type"),
        (json!({"contact": 1.5}), "quotas.contact wrong_type"),
        (json!({"contacts": 1}), "quotas.contacts unknown_member"),
        (json!({"settings": 1}), "quotas.settings unknown_member"),
        (json!([]), "quotas wrong_type"),
    ] {
        let refused = client.patch(SETTINGS, &json!({"quotas": quotas})).await;
        assert_eq!(refusals(&refused, 422), [expected]);
    }
}
