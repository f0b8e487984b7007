//! Every error, as a client sees it.

use app::Scope;
use model::Dialect;
use serde_json::json;
use testkit::Client;

use crate::world::{CONTACTS, JANE, World, line};

#[tokio::test]
async fn every_key_case_has_its_own_answer() {
    let world = World::new().await;
    let test = &world.test;
    let with = |key: &str| world.client.clone().with_key(key);
    let nobody = world.client.clone().anonymous();
    let past = model::Timestamp::from_millis(0);
    let expired = test.key_until(&[], &[], Some(past)).await;
    let revoked = test.revoked_key().await;
    let zingle = test.key(&[], &[Dialect::Zingle]).await;
    let read_only = test.key(&[Scope::Read], &[]).await;
    let foreign = test.foreign_key().await;
    let cases: [(&str, Client, &str); 14] = [
        ("no key", nobody.clone(), r#"401 {"error":"unauthorized","message":"Missing API key."}"#),
        (
            "doubled key header",
            nobody.clone().with_header("x-rolodex-api-key", "demo").with_header("X-Rolodex-Api-Key", "demo"),
            r#"401 {"error":"unauthorized","message":"Malformed API key."}"#,
        ),
        (
            "doubled authorization",
            with("demo").with_header("authorization", "Bearer demo"),
            r#"401 {"error":"unauthorized","message":"Malformed API key."}"#,
        ),
        (
            "empty key",
            nobody.clone().with_header("x-rolodex-api-key", " "),
            r#"401 {"error":"unauthorized","message":"Malformed API key."}"#,
        ),
        (
            "another scheme",
            nobody.clone().with_header("authorization", "Token demo"),
            r#"401 {"error":"unauthorized","message":"Malformed API key."}"#,
        ),
        (
            "no text",
            nobody.clone().with_header("x-rolodex-api-key", "d\u{e9}mo"),
            r#"401 {"error":"unauthorized","message":"Malformed API key."}"#,
        ),
        ("unknown", with("f1e2d3c4"), r#"401 {"error":"unauthorized","message":"Unknown API key."}"#),
        ("expired", with(&expired), r#"401 {"error":"unauthorized","message":"Expired API key."}"#),
        ("revoked", with(&revoked), r#"401 {"error":"unauthorized","message":"Revoked API key."}"#),
        (
            "of another dialect",
            with(&zingle),
            r#"403 {"error":"forbidden","message":"This API key is not for the Rolodex API."}"#,
        ),
        (
            "for reading",
            with(&read_only),
            r#"403 {"error":"forbidden","message":"This API key lacks the scope 'write'."}"#,
        ),
        (
            "of another workspace",
            with(&foreign),
            r#"404 {"error":"not_found","message":"No contact with that id."}"#,
        ),
        (
            "the wrong one in the vendor's header",
            with("demo").with_header("x-rolodex-api-key", "f1e2d3c4"),
            r#"401 {"error":"unauthorized","message":"Unknown API key."}"#,
        ),
        (
            "the wrong one in both",
            with("nobody").with_header("x-rolodex-api-key", "f1e2d3c4"),
            r#"401 {"error":"unauthorized","message":"Unknown API key."}"#,
        ),
    ];
    let before = world.stored().await;
    for (case, client, expected) in cases {
        for (method, body) in [("PUT", r#"{"title":"CTO","tags":["tag_123","tag_456"]}"#), ("DELETE", "")] {
            assert_eq!(line(&client.send(method, JANE, body).await), expected, "{case}: {method}");
        }
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn every_route_needs_a_key() {
    let world = World::new().await;
    let nobody = world.client.clone().anonymous();
    for mount in api_rolodex::MOUNTS {
        for (method, path) in api_rolodex::ROUTES {
            let path = format!("{mount}{}", path.replace("{id}", "contact_67890"));
            let reply = nobody.send(method, &path, "{").await;
            assert_eq!(
                line(&reply),
                r#"401 {"error":"unauthorized","message":"Missing API key."}"#,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_key_for_reading_reads() {
    let world = World::new().await;
    let reader = world.client.clone().with_key(&world.test.key(&[Scope::Read], &[]).await);
    reader.get(JANE).await.expect(200);
    reader.get(CONTACTS).await.expect(200);
    let refused = reader.post(CONTACTS, &json!({"first_name": "Ada"})).await.expect(403);
    assert_eq!(refused["error"], "forbidden");
}

#[tokio::test]
async fn both_mounts_and_both_key_headers_work() {
    let world = World::new().await;
    let nobody = world.client.clone().anonymous();
    for client in [
        nobody.clone().with_header("x-rolodex-api-key", "demo"),
        nobody
            .clone()
            .with_header("X-ROLODEX-API-KEY", "demo")
            .with_header("content-type", "application/json"),
        nobody.clone().with_header("authorization", "Bearer demo"),
    ] {
        for path in ["/user-api/v1/contacts/contact_67890", "/v1/contacts/contact_67890"] {
            assert_eq!(client.get(path).await.expect(200)["data"]["id"], "contact_67890");
        }
    }
}

#[tokio::test]
async fn the_vendors_own_key_header_wins() {
    let world = World::new().await;
    let client = world.client.clone().with_key("nobody").with_header("x-rolodex-api-key", "demo");
    client.get(JANE).await.expect(200);
}

#[tokio::test]
async fn errors_without_a_contact_have_the_same_shape() {
    let world = World::new().await;
    let too_large = format!("{{\"title\":\"{}\"}}", "x".repeat(2 << 20));
    for (method, path, body, expected) in [
        (
            "GET",
            "/user-api/v1/contacts/contact_1",
            "",
            r#"404 {"error":"not_found","message":"No contact with that id."}"#,
        ),
        (
            "GET",
            "/user-api/v1/contacts/%ff",
            "",
            r#"404 {"error":"not_found","message":"No contact with that id."}"#,
        ),
        ("GET", "/", "", r#"404 {"error":"not_found","message":"No such route."}"#),
        ("GET", "/user-api/v1", "", r#"404 {"error":"not_found","message":"No such route."}"#),
        ("GET", "/user-api/v2/contacts", "", r#"404 {"error":"not_found","message":"No such route."}"#),
        (
            "GET",
            "/user-api/v1/contacts/contact_67890/tags",
            "",
            r#"404 {"error":"not_found","message":"No such route."}"#,
        ),
        (
            "GET",
            "/user-api/v1/contacts//",
            "",
            r#"404 {"error":"not_found","message":"No contact with that id."}"#,
        ),
        (
            "PATCH",
            "/user-api/v1/contacts/contact_67890",
            "{}",
            r#"405 {"error":"method_not_allowed","message":"This route does not have that method."}"#,
        ),
        (
            "PUT",
            "/user-api/v1/contacts/",
            "{}",
            r#"405 {"error":"method_not_allowed","message":"This route does not have that method."}"#,
        ),
        (
            "PUT",
            JANE,
            &too_large,
            r#"413 {"error":"payload_too_large","message":"Request body is over 1048576 bytes."}"#,
        ),
        (
            "PUT",
            JANE,
            "[]",
            r#"400 {"error":"invalid_json","message":"Request body must be a JSON object.","details":[{"path":"","message":"the body must be a JSON object"}]}"#,
        ),
        (
            "PUT",
            JANE,
            r#"{"emails":[{}]}"#,
            r#"400 {"error":"invalid_request","message":"Request body failed validation.","details":[{"path":"emails.0.email_address","message":"is required"}]}"#,
        ),
        (
            "PUT",
            JANE,
            r#"{"custom_fields":[{"id":"field_456","value":"x"}]}"#,
            r#"400 {"error":"invalid_reference","message":"A referenced record does not exist.","details":[{"path":"custom_fields.0.value","message":"the custom field 'Stage' has no option x"}]}"#,
        ),
        (
            "GET",
            "/user-api/v1/contacts?limit=0",
            "",
            r#"400 {"error":"invalid_request","message":"Query parameters failed validation.","details":[{"path":"limit","message":"must be a whole number, 1 or more"}]}"#,
        ),
    ] {
        let reply = world.client.send(method, path, body).await;
        assert_eq!(line(&reply), expected, "{method} {path}");
        assert_eq!(reply.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let world = World::new().await;
    for (path, methods) in [(CONTACTS, ["GET", "POST"].as_slice()), (JANE, &["GET", "PUT", "DELETE"])] {
        let reply = world.client.patch(path, &json!({})).await;
        assert_eq!(reply.status.as_u16(), 405);
        let allowed: Vec<_> = reply.header("allow").split(',').map(str::trim).collect();
        for method in methods {
            assert!(allowed.contains(method), "{allowed:?}");
        }
    }
}

#[tokio::test]
async fn what_the_vendor_does_not_have_is_unknown() {
    let world = World::new().await;
    for (method, path, expected) in [
        ("GET", "/user-api/v1/deals", r#"404 {"error":"not_found","message":"No such route."}"#),
        ("GET", "/user-api/v1/contacts/x/notes", r#"404 {"error":"not_found","message":"No such route."}"#),
        (
            "POST",
            "/user-api/v1/workspace-users",
            r#"405 {"error":"method_not_allowed","message":"This route does not have that method."}"#,
        ),
        (
            "DELETE",
            "/user-api/v1/workspace-users/x",
            r#"405 {"error":"method_not_allowed","message":"This route does not have that method."}"#,
        ),
    ] {
        assert_eq!(line(&world.client.send(method, path, "{}").await), expected, "{method} {path}");
    }
}

#[test]
fn temporary_failures_say_when_to_try_again() {
    use axum::response::IntoResponse;
    for (fault, message) in [
        (app::Error::Busy, "Too many requests wait; nothing was changed."),
        (app::Error::Stopping, "The server is stopping; nothing was changed."),
        (
            app::Error::OutcomeUnknown(app::StoreError::Closing),
            "It is unknown whether the change took effect. Read the contact.",
        ),
    ] {
        let response = api_rolodex::Error::from(fault);
        let text = format!("{response:?}");
        assert!(text.contains(message), "{text}");
        let response = response.into_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "1");
    }
    let response = api_rolodex::Error::from(api_kit::Problem::Timeout).into_response();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].as_bytes()), (503, &b"1"[..]));
    for problem in
        [api_kit::Problem::Panic, api_kit::Problem::App(app::Error::Store(app::StoreError::Closing))]
    {
        assert_eq!(api_rolodex::Error::from(problem).into_response().status(), 500);
    }
    assert_eq!(api_rolodex::Error::from(app::Error::InUse("x".into())).into_response().status(), 409);
}
