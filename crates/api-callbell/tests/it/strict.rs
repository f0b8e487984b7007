//! Strict keys: what the vendor does not document is refused and named. Other keys: what is not used is told.

use api_kit::contract::Support;
use serde_json::json;
use testkit::Client;

use crate::stage::{JOHN_PATH, Stage};

async fn strict() -> (Stage, Client) {
    let stage = Stage::new().await;
    let client = stage.client_with(&stage.test.strict_key().await);
    (stage, client)
}

#[tokio::test]
async fn a_strict_key_is_told_which_call_there_is_not() {
    let (stage, client) = strict().await;
    for (method, path) in [("GET", "/v1/tags"), ("GET", "/v1/funnel-stages"), ("GET", "/v1.1/contacts")] {
        let error = format!("not found: the vendor documents no call {method} {path}");
        assert_eq!(client.send(method, path, "").await.expect(404), json!({ "error": error }));
        assert_eq!(stage.client.send(method, path, "").await.expect(404), json!({"error": "not found"}));
        assert_eq!(
            stage.client.clone().anonymous().get(path).await.expect(404),
            json!({"error": "not found"})
        );
    }
}

#[tokio::test]
async fn a_strict_key_is_told_which_parameter_there_is_not() {
    let (stage, client) = strict().await;
    let refused = client.get("/v1/contacts?modified_since=2024-01-01&page=1").await.expect(400);
    assert_eq!(refused, json!({"error": {"modified_since": ["is not documented"]}}));
    client.get("/v1/contacts?page=1&tags[]=lead&include_field_types=true").await.expect(200);

    let lenient = stage.client.get("/v1/contacts?modified_since=2024-01-01&page=1&per%20page=2").await;
    lenient.expect(200);
    assert_eq!(lenient.header("contactd-ignored"), "modified_since, per+page");
    assert_eq!(stage.client.get("/v1/contacts?page=1&source=x").await.header("contactd-ignored"), "");
    let failed = stage.client.get("/v1/contacts?modified_since=2024-01-01&page=x").await;
    failed.expect(400);
    assert_eq!(failed.header("contactd-ignored"), "");
}

#[tokio::test]
async fn a_strict_key_is_told_which_members_there_are_not() {
    let (stage, client) = strict().await;
    let body = json!({"name": "New", "avatarUrl": "x", "custom_fields": {"City": "Rome"}, "colour": "red"});
    let events = stage.events().await;
    let refused = client.patch(JOHN_PATH, &body).await.expect(400);
    assert_eq!(refused, json!({"error": {"avatarUrl": ["is not known"], "colour": ["is not known"]}}));
    assert_eq!(stage.events().await, events);

    let reply =
        stage.client.patch(JOHN_PATH, &json!({"name": "New", "avatarUrl": "x", "colour": "red"})).await;
    reply.expect(200);
    // What is not known is kept, so only what has no effect is told.
    assert_eq!(reply.header("contactd-ignored"), "avatarUrl");
}

#[tokio::test]
async fn members_of_other_bodies_that_have_no_effect_are_told() {
    let stage = Stage::new().await;
    let path = format!("{JOHN_PATH}/conversation/note");
    let reply = stage.client.post(&path, &json!({"text": "Hello", "colour": "red"})).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-ignored"), "colour");
}

#[tokio::test]
async fn a_strict_key_may_do_all_that_is_documented() {
    let (_, client) = strict().await;
    for row in api_callbell::CONTRACT.table.routes.iter().filter(|row| row.support != Support::Unsupported) {
        let path: Vec<_> =
            row.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let reply = client.send(&row.method, &path.join("/"), "{}").await;
        assert!(!reply.text.contains("documents no call"), "{} {}: {}", row.method, row.path, reply.text);
    }
}
