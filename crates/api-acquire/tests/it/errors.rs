//! The whole error matrix: status and body of every case.

use std::fmt::Write;
use std::sync::Arc;

use api_acquire::Error;
use api_kit::Problem;
use app::Scope;
use axum::response::IntoResponse;
use model::{Dialect, Timestamp};
use serde_json::json;
use testkit::Reply;

use crate::support::{CONTACTS, JOHN, example, start, stored};

fn line(text: &mut String, case: &str, reply: &Reply) {
    writeln!(text, "{case}: {} {}", reply.status.as_u16(), reply.text).expect("a text grows");
}

#[tokio::test]
async fn keys() {
    let (test, client) = start().await;
    let past = Timestamp::parse_rfc3339("2025-01-01T00:00:00Z");
    let expired = test.key_until(&[], &[], past).await;
    let revoked = test.revoked_key().await;
    let zingle = test.key(&[], &[Dialect::Zingle]).await;
    let reader = test.key(&[Scope::Read], &[]).await;
    let foreign = test.foreign_key().await;
    let before = stored(&test, "2").await;
    let body = json!({"fields": {"city": "X"}});

    let mut text = String::new();
    for (case, client) in [
        ("no key", client.clone().anonymous()),
        ("doubled", client.clone().with_header("authorization", "Bearer demo")),
        ("basic", client.clone().anonymous().with_header("authorization", "Basic ZGVtbzpkZW1v")),
        ("empty", client.clone().anonymous().with_header("authorization", "Bearer ")),
        ("unknown", client.clone().with_key("nobody")),
        ("expired", client.clone().with_key(&expired)),
        ("revoked", client.clone().with_key(&revoked)),
        ("wrong dialect", client.clone().with_key(&zingle)),
        ("missing scope", client.clone().with_key(&reader)),
        ("other workspace", client.clone().with_key(&foreign)),
    ] {
        line(&mut text, case, &client.put(JOHN, &body).await);
    }
    assert_eq!(stored(&test, "2").await, before);
    assert_eq!(
        text,
        r#"no key: 401 {"message":"Missing or invalid API key.","error":"Missing or invalid API key.","code":"ERROR_UNAUTHORIZED","statusCode":401,"errors":[{"code":"ERROR_UNAUTHORIZED","message":"Missing or invalid API key.","resource":"contact"}]}
doubled: 401 {"message":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","error":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","code":"ERROR_UNAUTHORIZED","statusCode":401,"errors":[{"code":"ERROR_UNAUTHORIZED","message":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","resource":"contact"}]}
basic: 401 {"message":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","error":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","code":"ERROR_UNAUTHORIZED","statusCode":401,"errors":[{"code":"ERROR_UNAUTHORIZED","message":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","resource":"contact"}]}
empty: 401 {"message":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","error":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","code":"ERROR_UNAUTHORIZED","statusCode":401,"errors":[{"code":"ERROR_UNAUTHORIZED","message":"The API key cannot be read: send one header \"Authorization: Bearer {key}\".","resource":"contact"}]}
unknown: 401 {"message":"Missing or invalid API key.","error":"Missing or invalid API key.","code":"ERROR_UNAUTHORIZED","statusCode":401,"errors":[{"code":"ERROR_UNAUTHORIZED","message":"Missing or invalid API key.","resource":"contact"}]}
expired: 401 {"message":"The API key has expired.","error":"The API key has expired.","code":"ERROR_UNAUTHORIZED","statusCode":401,"errors":[{"code":"ERROR_UNAUTHORIZED","message":"The API key has expired.","resource":"contact"}]}
revoked: 401 {"message":"The API key was revoked.","error":"The API key was revoked.","code":"ERROR_UNAUTHORIZED","statusCode":401,"errors":[{"code":"ERROR_UNAUTHORIZED","message":"The API key was revoked.","resource":"contact"}]}
wrong dialect: 403 {"message":"The API key has no permission for this API.","error":"The API key has no permission for this API.","code":"ERROR_UNAUTHORIZED_ACCESS","statusCode":403,"errors":[{"code":"ERROR_UNAUTHORIZED_ACCESS","message":"The API key has no permission for this API.","resource":"contact"}]}
missing scope: 403 {"message":"The API key has no permission for this endpoint.","error":"The API key has no permission for this endpoint.","code":"ERROR_UNAUTHORIZED_ACCESS","statusCode":403,"errors":[{"code":"ERROR_UNAUTHORIZED_ACCESS","message":"The API key has no permission for this endpoint.","resource":"contact"}]}
other workspace: 404 {"message":"No contact with id 2.","error":"No contact with id 2.","code":"ERROR_RECORD_NOT_FOUND","statusCode":404,"errors":[{"code":"ERROR_RECORD_NOT_FOUND","message":"No contact with id 2.","field":"contactId","resource":"contact"}]}
"#
    );
}

#[tokio::test]
async fn requests() {
    let (_test, client) = start().await;
    let mut text = String::new();
    line(&mut text, "unknown contact", &client.get(&format!("{CONTACTS}/999")).await);
    line(&mut text, "no integer", &client.get(&format!("{CONTACTS}/abc")).await);
    line(&mut text, "unknown route", &client.get("/api/v1/crm/tags").await);
    line(&mut text, "wrong method", &client.patch(JOHN, &json!({})).await);
    line(&mut text, "bad parameter", &client.get(&format!("{CONTACTS}?limit=x")).await);
    line(&mut text, "no JSON", &client.send("PUT", JOHN, "{\"fields\":").await);
    line(&mut text, "no object", &client.send("PUT", JOHN, "[]").await);
    line(&mut text, "too large", &client.send("PUT", JOHN, " ".repeat(2 << 20)).await);
    let several = json!({"clientType": "fax", "tags": [99], "fields": {"email": "x", "colour": 1}});
    line(&mut text, "several", &client.put(JOHN, &several).await);
    assert_eq!(
        text,
        r#"unknown contact: 404 {"message":"No contact with id 999.","error":"No contact with id 999.","code":"ERROR_RECORD_NOT_FOUND","statusCode":404,"errors":[{"code":"ERROR_RECORD_NOT_FOUND","message":"No contact with id 999.","field":"contactId","resource":"contact"}]}
no integer: 400 {"message":"\"contactId\" must be an integer.","error":"\"contactId\" must be an integer.","code":"ERROR_INVALID_INPUT","statusCode":400,"errors":[{"code":"ERROR_INVALID_INPUT","message":"\"contactId\" must be an integer.","field":"contactId","resource":"contact"}]}
unknown route: 404 {"message":"No such endpoint.","error":"No such endpoint.","code":"ERROR_INVALID_INPUT","statusCode":404,"errors":[{"code":"ERROR_INVALID_INPUT","message":"No such endpoint.","resource":"contact"}]}
wrong method: 405 {"message":"The endpoint does not have this method.","error":"The endpoint does not have this method.","code":"ERROR_INVALID_INPUT","statusCode":405,"errors":[{"code":"ERROR_INVALID_INPUT","message":"The endpoint does not have this method.","resource":"contact"}]}
bad parameter: 400 {"message":"The query parameter \"limit\" must be a whole number.","error":"The query parameter \"limit\" must be a whole number.","code":"ERROR_INVALID_INPUT","statusCode":400,"errors":[{"code":"ERROR_INVALID_INPUT","message":"The query parameter \"limit\" must be a whole number.","field":"limit","resource":"contact"}]}
no JSON: 400 {"message":"Malformed request body at \"fields\": invalid JSON: EOF while parsing a value at line 1 column 10.","error":"Malformed request body at \"fields\": invalid JSON: EOF while parsing a value at line 1 column 10.","code":"ERROR_INVALID_INPUT","statusCode":400,"errors":[{"code":"ERROR_INVALID_INPUT","message":"Malformed request body at \"fields\": invalid JSON: EOF while parsing a value at line 1 column 10.","field":"fields","resource":"contact"}]}
no object: 400 {"message":"Malformed request body: the body must be a JSON object.","error":"Malformed request body: the body must be a JSON object.","code":"ERROR_INVALID_INPUT","statusCode":400,"errors":[{"code":"ERROR_INVALID_INPUT","message":"Malformed request body: the body must be a JSON object.","resource":"contact"}]}
too large: 413 {"message":"The request body has more than 1048576 bytes.","error":"The request body has more than 1048576 bytes.","code":"ERROR_INVALID_INPUT","statusCode":413,"errors":[{"code":"ERROR_INVALID_INPUT","message":"The request body has more than 1048576 bytes.","resource":"contact"}]}
several: 400 {"message":"\"clientType\" must be one of: web, client, sdk.","error":"\"clientType\" must be one of: web, client, sdk.","code":"ERROR_INVALID_INPUT","statusCode":400,"errors":[{"code":"ERROR_INVALID_INPUT","message":"\"clientType\" must be one of: web, client, sdk.","field":"clientType","resource":"contact"},{"code":"ERROR_INVALID_INPUT","message":"Unknown tag \"99\".","field":"tags.0","resource":"contact"},{"code":"ERROR_INVALID_INPUT","message":"\"fields.email\" must be a valid e-mail address.","field":"fields.email","resource":"contact"},{"code":"ERROR_INVALID_INPUT","message":"Unknown field \"colour\".","field":"fields.colour","resource":"contact"}]}
"#
    );
}

#[tokio::test]
async fn wrong_methods_say_which_are_right() {
    let (_test, client) = start().await;
    assert_eq!(client.patch(JOHN, &json!({})).await.header("allow"), "GET,HEAD,PUT,DELETE");
    assert_eq!(client.delete(CONTACTS).await.header("allow"), "GET,HEAD,POST");
}

#[tokio::test]
async fn faults_of_the_server_say_when_to_try_again() {
    let fault = || app::StoreError::Busy;
    let unknown = app::Error::OutcomeUnknown(app::StoreError::OutcomeUnknown(Arc::new(fault())));
    for (problem, status, retry, words) in [
        (Problem::App(app::Error::Busy), 503, Some("1"), "nothing was stored"),
        (Problem::App(app::Error::Stopping), 503, Some("1"), "nothing was stored"),
        (Problem::App(unknown), 503, Some("1"), "It is unknown whether the change took effect"),
        (Problem::Timeout, 503, Some("1"), "it is unknown whether a change took effect"),
        (Problem::App(app::Error::Store(fault())), 500, None, "Internal server error."),
        (Problem::Panic, 500, None, "Internal server error."),
        (Problem::BodyCut, 400, None, "did not arrive whole"),
        (Problem::App(app::Error::InUse("x".to_owned())), 400, None, "x is in use."),
        (Problem::App(app::Error::WrongWorkspace), 403, None, "no permission for this account"),
    ] {
        let case = problem.to_string();
        let response = Error::from(problem).into_response();
        assert_eq!(response.status().as_u16(), status, "{case}");
        let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        assert_eq!(header, retry, "{case}");
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body in memory");
        let body: model::Json = serde_json::from_slice(&bytes).expect("JSON");
        assert!(body["message"].as_str().is_some_and(|text| text.contains(words)), "{body}");
        assert_eq!((&body["error"], &body["statusCode"]), (&body["message"], &json!(status)), "{case}");
        if status == 500 {
            assert_eq!(body, example("error.server-error.response"), "{case}");
        }
    }
}

#[tokio::test]
async fn a_quota_is_told_as_a_sentence() {
    let (test, client) = start().await;
    let caller = test.app.authenticate("demo", Dialect::Native, None).await.unwrap();
    let set = |catalog: &mut model::Catalog| {
        catalog.quotas.insert(model::RecordKind::Contact, 1);
        Ok(())
    };
    test.app.update_settings(&caller, &model::Precondition::default(), set).await.unwrap();
    let refused = client.post(CONTACTS, &json!({"fields": {"name": "Ann"}})).await.expect(400);
    assert_eq!(refused["message"], "The workspace may have at most 1 records of the kind contact.");
}
