//! What clients guess that the vendor has not.

use serde_json::json;

use crate::stage::{JOHN_PATH, Stage};

#[tokio::test]
async fn guessed_routes_and_those_not_built_are_not_found() {
    let stage = Stage::new().await;
    for (method, path) in [
        ("GET", "/v1/tags"),
        ("GET", "/v1/funnel-stages"),
        ("GET", "/v1.1/contacts"),
        ("GET", "/v1/users"),
        ("GET", "/v1/templates"),
        ("GET", "/v1/templates/x"),
        ("PATCH", "/v1/templates/x"),
        ("POST", "/v1/messages/send"),
        ("GET", "/v1/messages/status/x"),
        ("DELETE", "/v1/messages/x"),
        ("DELETE", "/v1/messages"),
    ] {
        let reply = stage.kept(method, path, "{}").await;
        assert_eq!(reply.expect(404), json!({"error": "not found"}), "{method} {path}");
    }
}

#[tokio::test]
async fn guessed_parameters_are_ignored() {
    let stage = Stage::new().await;
    for path in ["/v1/contacts", JOHN_PATH, "/v1/teams", "/v1/channels", "/v1/contacts/phone/123456789"] {
        let plain = stage.client.get(path).await.expect(200);
        for query in ["modified_since=2024-01-01T00:00:00Z", "per_page=1", "limit=x&sort=&offset=-1"] {
            assert_eq!(stage.client.get(&format!("{path}?{query}")).await.expect(200), plain, "{query}");
        }
    }
}
