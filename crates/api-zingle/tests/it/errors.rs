//! Every kind of failure, and its answer.

use app::Scope;
use axum::http::header;
use model::{Dialect, Json, Timestamp};
use serde_json::json;
use testkit::{Client, Reply};

use crate::{CINDY, CINDY_ID, CONTACTS, Site, example, fault};

#[tokio::test]
async fn the_error_matrix() {
    let site = Site::new().await;
    let anonymous = site.client.clone().anonymous();
    let keyed = |key: &str| site.client.clone().with_key(key);
    let expired = site
        .test
        .key_until(&[Scope::Read], &[], Some(Timestamp::parse_rfc3339("2025-01-15T12:45:00Z").unwrap()))
        .await;
    let revoked = site.test.revoked_key().await;
    let wrong_dialect = site.test.key(&[], &[Dialect::Callbell]).await;
    let reader = site.test.key(&[Scope::Read], &[]).await;
    let foreign = site.test.foreign_key().await;
    let unknown = format!("{CONTACTS}/nope");
    let star = json!({"is_starred": true});
    let twice = anonymous
        .clone()
        .with_header("authorization", "Bearer demo")
        .with_header("authorization", "Bearer demo");
    let rows = [
        ("no key", anonymous.get(CINDY).await),
        ("two keys", twice.get(CINDY).await),
        ("no Basic", anonymous.clone().with_header("authorization", "Basic ???").get(CINDY).await),
        ("unknown key", keyed("nobody").put(CINDY, &star).await),
        ("expired key", keyed(&expired).get(CINDY).await),
        ("revoked key", keyed(&revoked).get(CINDY).await),
        ("other API's key", keyed(&wrong_dialect).get(CINDY).await),
        ("read-only key", keyed(&reader).put(CINDY, &star).await),
        ("other service's key", keyed(&foreign).get(CINDY).await),
        ("unknown service", site.client.get(&CINDY.replace("aff7bc93", "bff7bc93")).await),
        ("no service id", site.client.get(&CINDY.replace("aff7bc93", "x")).await),
        ("unknown contact", site.client.put(&unknown, &star).await),
        ("unknown contact, bad body", site.client.send("PUT", &unknown, "{").await),
        ("unknown route", site.client.get("/v1/nope").await),
        ("route not built", site.client.post(&format!("{}/settings/x", crate::SERVICE), &json!({})).await),
        ("wrong method", site.client.patch(CINDY, &star).await),
        ("bad JSON", site.client.send("PUT", CINDY, "{").await),
        ("bad flag", site.client.put(CINDY, &json!({"is_starred": 1})).await),
        ("bad page size", site.client.get(&format!("{CONTACTS}?page_size=1001")).await),
        ("large body", site.client.send("PUT", CINDY, vec![b' '; 2 << 20]).await),
    ];
    let table: Vec<_> = rows.iter().map(|(name, reply)| format!("{name}: {}", fault(reply))).collect();
    let expected = [
        "no key: 401 2601 Authentication failed: an API key is required",
        "two keys: 401 2601 Authentication failed: the API key cannot be read",
        "no Basic: 401 2601 Authentication failed: the API key cannot be read",
        "unknown key: 401 2601 Authentication failed: the API key is unknown",
        "expired key: 401 2601 Authentication failed: the API key has expired",
        "revoked key: 401 2601 Authentication failed: the API key was revoked",
        "other API's key: 403 2602 Permission denied: the key is not for the zingle API",
        "read-only key: 403 2602 Permission denied: the key lacks the scope 'write'",
        "other service's key: 403 2602 Permission denied: the key does not open this workspace",
        "unknown service: 404 2800 Service not found",
        "no service id: 404 2800 Service not found",
        "unknown contact: 404 3000 Contact not found",
        "unknown contact, bad body: 404 3000 Contact not found",
        "unknown route: 404 - Not found",
        "route not built: 404 - Not found",
        "wrong method: 405 - Method not allowed",
        "bad JSON: 400 2604 Invalid body content: invalid JSON: EOF while parsing an object at line 1 column 1",
        "bad flag: 400 3004 Invalid value for is_starred: is_starred: must be true or false",
        "bad page size: 400 2611 Invalid page_size requested: the query parameter 'page_size' must be a whole \
         number from 1 to 1000",
        "large body: 413 2604 Invalid body content: the body has more than 1048576 bytes",
    ];
    assert_eq!(table, expected);
    let bodies = rows.iter().map(|(_, reply)| reply.text.as_str()).collect::<Vec<_>>();
    assert_eq!(
        bodies[0],
        r#"{"status":{"text":"Unauthorized","status_code":401,"description":"Authentication failed: an API key is required","error_code":2601}}"#
    );
    assert!(site.cindy().await["is_starred"] == json!(false));
}

/// Like an example but for what the description adds.
#[track_caller]
fn is_like(reply: &Reply, name: &str) {
    let (mut answer, example) = (reply.json(), example(name));
    let description = answer["status"]["description"].take();
    let expected = example["status"]["description"].as_str().unwrap();
    assert!(description.as_str().unwrap().starts_with(expected), "{description}");
    answer["status"]["description"] = json!(expected);
    assert_eq!(answer, example);
}

#[tokio::test]
async fn errors_are_like_the_examples() {
    let site = Site::new().await;
    let values = |element: Json| json!({"custom_field_values": [element]});
    let foreign = site.client.clone().with_key(&site.test.foreign_key().await);
    is_like(&site.client.clone().anonymous().get("/v1").await, "errors.authentication_failed.response");
    is_like(&foreign.get(CONTACTS).await, "errors.permission_denied.response");
    let nobody = site.client.put(&format!("{CONTACTS}/nope"), &json!({})).await;
    is_like(&nobody, "errors.contact_not_found.response");
    let unknown = site.put(values(json!({"custom_field_id": "nope", "value": "x"}))).await;
    is_like(&unknown, "errors.custom_field_not_found.response");
    let option = site.put(values(json!({"custom_field_id": crate::ROOM_TYPE, "value": "x"}))).await;
    is_like(&option, "errors.option_invalid.response");
    is_like(&site.put(json!({"is_starred": "yes"})).await, "errors.invalid_is_starred.response");
    is_like(&site.put(json!([])).await, "errors.invalid_json.response");
    is_like(&site.client.get(&format!("{CONTACTS}?page_size=0")).await, "errors.page_size.response");
    is_like(&site.client.get("/v1/nope").await, "errors.unknown_route.response");
    let method = site.client.patch(CINDY, &json!({})).await;
    is_like(&method, "errors.method_not_allowed.response");
    assert!(method.header(header::ALLOW.as_str()).contains("PUT"), "{:?}", method.headers);
}

#[tokio::test]
async fn another_services_contact_is_as_good_as_missing() {
    let site = Site::new().await;
    let other = site.client.clone().with_key(&site.test.foreign_key().await);
    let service = site.test.app.find_workspace("other").await.unwrap().id;
    let path = |id: &str| format!("/v1/services/{service}/contacts/{id}");
    let missing = other.get(&path("nope")).await;
    for reply in [
        other.get(&path(CINDY_ID)).await,
        other.put(&path(CINDY_ID), &json!({"is_starred": true})).await,
        other.delete(&path(CINDY_ID)).await,
    ] {
        assert_eq!((reply.status, &reply.text), (missing.status, &missing.text));
    }
    assert_eq!(site.cindy().await["is_starred"], false);
}

#[tokio::test]
async fn every_method_that_a_route_lacks_is_405() {
    let site = Site::new().await;
    for (method, path) in [
        ("POST", "/v1"),
        ("PUT", CONTACTS),
        ("DELETE", CONTACTS),
        ("POST", CINDY),
        ("PATCH", CINDY),
        ("OPTIONS", CINDY),
    ] {
        let reply = site.client.send(method, path, "{}").await;
        assert_eq!(fault(&reply), "405 - Method not allowed", "{method} {path}");
        assert!(!reply.header("allow").is_empty(), "{method} {path}");
    }
}

#[tokio::test]
async fn path_ids_of_every_wrong_kind_are_not_found() {
    let site = Site::new().await;
    let before = site.client.get(CONTACTS).await.expect(200);
    let digits = "9".repeat(10_000);
    for id in ["%00", "..%2F", "%2e%2e", &digits, "%ff", "%F0%9F%98%80", "1", "null", " ".trim(), "a%20b"] {
        for path in [format!("{CONTACTS}/{id}"), CONTACTS.replace("aff7bc93-6e28-4e70-8770-defa35cdfc1b", id)]
        {
            for method in ["GET", "PUT", "DELETE"] {
                let reply = site.client.send(method, &path, "{}").await;
                let told = fault(&reply);
                assert!(told.starts_with("404 ") || told.starts_with("405 "), "{method} {path:.80}: {told}");
            }
        }
    }
    assert_eq!(site.client.get(CONTACTS).await.expect(200), before);
}

#[tokio::test]
async fn a_clash_of_ids_and_an_unknown_outcome_have_answers_too() {
    use api_kit::Problem;
    use axum::response::IntoResponse;
    use http_body_util::BodyExt;

    for (problem, expected) in [
        (Problem::App(app::Error::Busy), "503 too many requests wait"),
        (Problem::App(app::Error::Stopping), "503 the server is stopping"),
        (Problem::Timeout, "503 the request took too long; it is unknown whether a change took effect"),
        (
            Problem::App(app::Error::OutcomeUnknown(app::StoreError::Busy)),
            "503 it is unknown whether the change took effect",
        ),
        (Problem::App(app::Error::InUse("the alias".to_owned())), "409 the alias"),
        (Problem::Panic, "500 Internal server error"),
        (Problem::BodyCut, "400 the body did not arrive whole"),
    ] {
        let response = api_zingle::Error::from(problem).into_response();
        let status = response.status().as_u16();
        let retry = response.headers().get("retry-after").cloned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json: Json = serde_json::from_slice(&bytes).unwrap();
        let (code, text) = expected.split_once(' ').unwrap();
        assert_eq!(status.to_string(), code);
        assert_eq!(retry.is_some(), status == 503, "{expected}");
        assert!(json["status"]["description"].as_str().unwrap().ends_with(text), "{json}");
    }
}

#[tokio::test]
async fn a_key_in_the_wrong_place_is_no_key() {
    let site = Site::new().await;
    let client = Client::new(api_zingle::routes(site.test.app.clone()));
    let reply = client.with_header("x-api-key", "demo").get(&format!("{CINDY}?key=demo")).await;
    assert_eq!(fault(&reply), "401 2601 Authentication failed: an API key is required");
}
