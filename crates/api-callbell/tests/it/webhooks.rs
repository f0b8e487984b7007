//! The webhook.

use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::stage::{Stage, example};

const SUBSCRIBE: &str = "/v1/webhooks/subscribe";
const UNSUBSCRIBE: &str = "/v1/webhooks/unsubscribe";

#[tokio::test]
async fn the_documented_webhook_is_subscribed() {
    let stage = Stage::new().await.on_all_terms();
    let reply = stage.client.post(SUBSCRIBE, &example("webhooks.subscribe.request")).await;
    let answer = reply.expect(200);
    // The example's answer has one of the two that its request asks for.
    let mut documented = example("webhooks.subscribe.response");
    documented["webhook"]["subscriptions"] = json!(["message_created", "contact_created"]);
    assert_has(&answer, &documented, &["webhook.createdAt"]);
    assert_eq!(answer["webhook"]["createdAt"], "2025-01-15 12:45:00 +0000");
    assert_ne!(reply.header("contactd-change"), "");
}

#[tokio::test]
async fn subscribing_again_changes_the_one_webhook() {
    let stage = Stage::new().await.on_all_terms();
    let first = stage.client.post(SUBSCRIBE, &example("webhooks.subscribe.request")).await.expect(200);
    stage.test.clock.advance_ms(60_000);
    let all = [
        "contact_created",
        "contact_updated",
        "contact_deleted",
        "conversation_opened",
        "conversation_closed",
        "message_created",
        "message_status_updated",
        "agent_status_updated",
        "agent_session_updated",
        "team_membership_updated",
    ];
    let twice = [&all[..], &all[..1]].concat();
    let body = json!({"url": "http://10.0.0.1:8080/x?secret=1", "subscriptions": twice});
    let second = stage.client.post(&format!("{SUBSCRIBE}/"), &body).await;
    let expected = json!({
        "url": body["url"], "subscriptions": all, "createdAt": first["webhook"]["createdAt"], "enabled": true
    });
    assert_eq!(second.expect(200)["webhook"], expected);
    let same = stage.client.post(SUBSCRIBE, &body).await;
    assert_eq!((same.expect(200), same.header("contactd-change")), (second.json(), ""));
    let catalog = stage.test.app.catalog(&stage.caller().await).await.unwrap();
    assert_eq!(catalog.subscriptions.len(), 1);
}

#[tokio::test]
async fn unsubscribing_destroys_the_webhook() {
    let stage = Stage::new().await.on_all_terms();
    let none = stage.client.delete(UNSUBSCRIBE).await;
    assert_eq!(none.expect(404), json!({"error": "webhook not found"}));
    stage.client.post(SUBSCRIBE, &example("webhooks.subscribe.request")).await.expect(200);
    let reply = stage.client.delete(UNSUBSCRIBE).await;
    assert_eq!(reply.expect(200), example("webhooks.unsubscribe.response"));
    stage.client.delete(UNSUBSCRIBE).await.expect(404);
    let change = reply.header("contactd-change").parse().unwrap();
    stage.test.app.undo(&stage.caller().await, change, model::OnConflict::Refuse).await.unwrap();
    stage.client.delete(&format!("{UNSUBSCRIBE}/")).await.expect(200);
}

#[tokio::test]
async fn subscriptions_need_a_url_and_events() {
    let stage = Stage::new().await.on_all_terms();
    let missing = "must be present and not empty";
    for (body, expected) in [
        ("", json!({"url": [missing], "subscriptions": [missing]})),
        (r#"{"url":"","subscriptions":[]}"#, json!({"url": [missing], "subscriptions": [missing]})),
        (r#"{"url":"my-app.com","subscriptions":["message_created"]}"#, json!({"url": ["must be a URL"]})),
        (
            r#"{"url":"http://localhost:3000/x","subscriptions":["message_created"]}"#,
            json!({"url": ["must not be localhost"]}),
        ),
        (
            r#"{"url":"https://a.b","subscriptions":["x","message_created","y"]}"#,
            json!({"subscriptions": ["unknown event 'x'", "unknown event 'y'"]}),
        ),
        (
            r#"{"url":1,"subscriptions":"message_created"}"#,
            json!({"url": ["must be a string"], "subscriptions": ["must be an array of strings"]}),
        ),
        (
            r#"{"url":"https://a.b","subscriptions":[1]}"#,
            json!({"subscriptions": ["must be an array of strings"]}),
        ),
        ("[]", json!("the body must be a JSON object")),
    ] {
        let reply = stage.kept("POST", SUBSCRIBE, body).await;
        assert_eq!(reply.expect(400), json!({ "error": expected }), "{body}");
    }
    let long = json!({"url": format!("https://{}", "x".repeat(2048)), "subscriptions": ["contact_created"]});
    let reply = stage.kept("POST", SUBSCRIBE, long.to_string()).await;
    assert_eq!(reply.expect(400), json!({"error": {"url": ["must be at most 2048 characters"]}}));
    stage.client.delete(UNSUBSCRIBE).await.expect(404);
}

#[tokio::test]
async fn no_event_was_sent() {
    let stage = Stage::new().await.on_all_terms();
    stage.client.post(SUBSCRIBE, &example("webhooks.subscribe.request")).await.expect(200);
    stage.patch(json!({"name": "Ann"})).await;
    let path = "/v1/webhooks/events";
    for query in ["", "?status=failed", "?status=success&items=5&subscriptions=message_created&page=1"] {
        let answer = stage.client.get(&format!("{path}{query}")).await.expect(200);
        assert_eq!(answer, json!({"webhook_events": [], "meta": {"page": 1, "pages": 1}}), "{query}");
    }
    let mut documented = example("webhooks.events.response");
    documented["webhook_events"] = json!([]);
    assert_same_shape(&stage.client.get(path).await.expect(200), &documented);
    for (query, name, reason) in [
        ("status=x", "status", "must be one of: failed, success"),
        ("items=0", "items", "must be a whole number, 1 or more"),
        ("page=x", "page", "must be a whole number, 1 or more"),
    ] {
        let reply = stage.client.get(&format!("{path}?{query}")).await;
        assert_eq!(reply.expect(400), json!({"error": {name: [reason]}}));
    }
}
