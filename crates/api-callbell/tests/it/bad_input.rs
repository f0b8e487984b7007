//! Input that no client should send: each is refused by name and stores nothing.

use model::Json;
use serde_json::json;

use crate::stage::{JOHN_PATH, Stage};

/// The `error` of a body for both routes that take one.
async fn refused(stage: &Stage, body: &[u8]) -> Json {
    let error = stage.refused(body).await;
    let reply = stage.kept("POST", "/v1/contacts", body).await;
    assert_eq!(reply.expect(400), json!({ "error": error }));
    error
}

#[tokio::test]
async fn bodies_that_are_no_json_objects() {
    let stage = Stage::new().await;
    let object = json!("the body must be a JSON object");
    for body in ["[]", "[{\"name\":\"x\"}]", "null", "1", "\"x\"", "true"] {
        assert_eq!(refused(&stage, body.as_bytes()).await, object, "{body}");
    }
    for body in ["x", "{", "{} {}", "{'name':'x'}", "name=x", "{\"name\":\"x\",}", "\u{feff}{}", "NaN"] {
        let error = refused(&stage, body.as_bytes()).await;
        assert!(error.to_string().contains("invalid JSON: "), "{body}: {error}");
    }
}

#[tokio::test]
async fn json_that_would_lose_something() {
    let stage = Stage::new().await;
    for (body, expected) in [
        (&br#"{"name":"a","name":"b"}"#[..], json!({"name": ["is given twice"]})),
        (
            br#"{"custom_fields":{"Status":"Active","Status":"Inactive"}}"#,
            json!({"custom_fields": ["'Status' is given twice"]}),
        ),
        (br#"{"name":"a\u0000b"}"#, json!({"name": ["must not contain the character NUL"]})),
        (br#"{"tags":["lead","\u0000"]}"#, json!({"tags": ["'1' must not contain the character NUL"]})),
    ] {
        assert_eq!(refused(&stage, body).await, expected);
    }
    let error = refused(&stage, b"{\"name\":\"\xff\"}").await;
    assert!(error["name"][0].as_str().unwrap().starts_with("invalid JSON: "), "{error}");
    let deep = format!(r#"{{"name":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    let error = refused(&stage, deep.as_bytes()).await;
    let text = error["name"][0].as_str().unwrap();
    assert!(text.ends_with("must not be nested deeper than 64 levels"), "{text}");
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    let stage = Stage::new().await;
    let body = json!({"name": "x".repeat(2 << 20)}).to_string();
    for (method, path) in [("PATCH", JOHN_PATH), ("POST", "/v1/contacts")] {
        let reply = stage.kept(method, path, body.clone()).await;
        assert_eq!(reply.expect(413), json!({"error": "the body has more than 1048576 bytes"}));
    }
}

#[tokio::test]
async fn a_wrong_type_of_any_member() {
    let stage = Stage::new().await;
    let samples = [json!(null), json!(true), json!(7), json!("x"), json!([]), json!([1]), json!({"x": 1})];
    // Member, and which of the samples it takes.
    for (member, taken) in [
        ("name", [false, false, false, true, false, false, false]),
        ("tags", [false, false, false, false, true, false, false]),
        ("custom_fields", [false, false, false, false, false, false, false]),
        ("assigned_user", [true, false, false, false, false, false, false]),
        ("unassign_user", [false, true, false, false, false, false, false]),
        ("team_uuid", [false, false, false, false, false, false, false]),
        ("bot_status", [false, false, false, false, false, false, false]),
        ("note", [true, false, false, true, false, false, false]),
    ] {
        for (sample, is_taken) in samples.iter().zip(taken) {
            let body = json!({ member: sample }).to_string();
            if is_taken {
                assert_eq!(
                    stage.client.send("PATCH", JOHN_PATH, body).await.status,
                    200,
                    "{member} {sample}"
                );
            } else {
                let error = stage.refused(body).await;
                let names: Vec<_> = error.as_object().unwrap().keys().collect();
                assert_eq!(names, [member], "{sample}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn overlong_texts_and_lists() {
    let stage = Stage::new().await;
    let error = stage.refused(json!({"name": "x".repeat(1001)}).to_string()).await;
    assert_eq!(error, json!({"name": ["must be at most 1000 characters"]}));
    let error = stage.refused(json!({"mystery": "x".repeat(65_536)}).to_string()).await;
    assert_eq!(error, json!({"mystery": ["must be at most 65536 bytes"]}));
    let many: serde_json::Map<_, _> = (0..300).map(|n| (format!("m{n}"), json!(n))).collect();
    let error = stage.refused(Json::Object(many).to_string()).await;
    assert_eq!(error, json!({"extras": ["must be at most 200 items"]}));
    let many: Vec<_> = (0..5000).map(|n| format!("tag {n}")).collect();
    let error = stage.refused(json!({ "tags": many }).to_string()).await;
    assert_eq!(error, json!({"tags": ["must be at most 1000 items"]}));
    let many: serde_json::Map<_, _> = (0..1001).map(|n| (format!("m{n}"), json!(n))).collect();
    let error = stage.refused(json!({ "custom_fields": many }).to_string()).await;
    assert_eq!(error, json!({"custom_fields": ["must be at most 1000 items"]}));
}

#[tokio::test]
async fn ids_of_every_wrong_kind() {
    let stage = Stage::new().await;
    let digits = "1".repeat(10_000);
    for id in [
        "%00",
        "..%2F",
        "%2e%2e",
        "%ff",
        "3",
        "-1",
        "phone",
        "f119fe3b-67e2-4b59-b605-5586616978d0",
        "contact_67890",
        "contact_414a6d692bd645ed803f2e7ce360d4c8",
        "%7B414a6d69-2bd6-45ed-803f-2e7ce360d4c8%7D",
        "00000000000000000000000000000000",
        "%F0%9F%98%80",
        &digits,
    ] {
        for method in ["GET", "PATCH", "DELETE"] {
            let body = if method == "PATCH" { "{\"name\":\"x\"}" } else { "" };
            let reply = stage.kept(method, &format!("/v1/contacts/{id}"), body).await;
            assert_eq!(reply.expect(404), json!({"error": "contact not found"}), "{method} {id:.50}");
        }
    }
    // Without an id it is the list.
    let reply = stage.kept("PATCH", "/v1/contacts/", "{}").await;
    assert_eq!(reply.expect(405), json!({"error": "method not allowed"}));
}

#[tokio::test]
async fn an_unknown_contact_comes_before_a_bad_body() {
    let stage = Stage::new().await;
    for body in ["no json", "{\"tags\":null}", "{\"tags\":[\"foo\"]}", ""] {
        let reply = stage.kept("PATCH", "/v1/contacts/00000000000000000000000000000000", body).await;
        assert_eq!(reply.expect(404), json!({"error": "contact not found"}), "{body}");
    }
}

#[tokio::test]
async fn another_workspace_has_no_such_contact() {
    let stage = Stage::new().await;
    let other = stage.client_with(&stage.test.foreign_key().await);
    for method in ["GET", "PATCH", "DELETE"] {
        let body = if method == "PATCH" { "{\"name\":\"x\"}" } else { "" };
        let reply = other.send(method, JOHN_PATH, body).await;
        assert_eq!(reply.expect(404), json!({"error": "contact not found"}), "{method}");
    }
    assert_eq!(stage.john().await["name"], "John Doe");
}
