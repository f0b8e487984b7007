//! The error matrix: every case with its status and body, as text.

use app::Scope;
use model::{Dialect, Timestamp};
use testkit::Reply;

use crate::stage::{JOHN_PATH, Stage};

fn line(case: &str, reply: &Reply) -> String {
    let extra: String = ["allow", "retry-after"]
        .into_iter()
        .filter(|name| !reply.header(name).is_empty())
        .map(|name| format!(" [{name}: {}]", reply.header(name)))
        .collect();
    format!("{case}: {} {}{extra}\n", reply.status.as_u16(), reply.text)
}

#[tokio::test]
async fn each_key_case_has_its_own_answer() {
    let stage = Stage::new().await;
    let anonymous = stage.client.clone().anonymous();
    let header = |value: &str| anonymous.clone().with_header("authorization", value);
    let app = &stage.test;
    let all = &[Scope::Write][..];
    let expired = app.key_until(all, &[], Timestamp::parse_rfc3339("2025-01-15T12:44:59Z")).await;
    let wrong = app.key(all, &[Dialect::Zingle]).await;
    let reader = app.key(&[Scope::Read], &[]).await;
    let mut matrix = String::new();
    for (case, client) in [
        ("no key", anonymous.clone()),
        ("no scheme", header("demo")),
        ("another scheme", header("Basic ZGVtbw==")),
        ("empty", header("Bearer ")),
        ("doubled", stage.client.clone().with_header("authorization", "Bearer demo")),
        ("unknown", stage.client_with("nobody")),
        ("expired", stage.client_with(&expired)),
        ("revoked", stage.client_with(&app.revoked_key().await)),
        ("wrong dialect", stage.client_with(&wrong)),
        ("may only read", stage.client_with(&reader)),
        ("another workspace", stage.client_with(&app.foreign_key().await)),
    ] {
        let reply = client.send("PATCH", JOHN_PATH, r#"{"name":"Eve"}"#).await;
        matrix.push_str(&line(case, &reply));
    }
    assert_eq!(matrix, KEYS);
    assert_eq!(stage.john().await["name"], "John Doe");
    assert_eq!(stage.client_with(&reader).get(JOHN_PATH).await.status, 200);
    for (method, path) in [("POST", "/v1/contacts"), ("DELETE", JOHN_PATH)] {
        assert_eq!(stage.client_with(&reader).send(method, path, "").await.status, 403, "{method}");
    }
}

const KEYS: &str = r#"no key: 401 {"error":"not authorized"}
no scheme: 401 {"error":"not authorized: the API key cannot be read"}
another scheme: 401 {"error":"not authorized: the API key cannot be read"}
empty: 401 {"error":"not authorized: the API key cannot be read"}
doubled: 401 {"error":"not authorized: the API key cannot be read"}
unknown: 401 {"error":"not authorized"}
expired: 401 {"error":"not authorized: the API key has expired"}
revoked: 401 {"error":"not authorized: the API key was revoked"}
wrong dialect: 403 {"error":"not authorized: the key is not for the callbell API"}
may only read: 403 {"error":"not authorized: the key lacks the scope 'write'"}
another workspace: 404 {"error":"contact not found"}
"#;

#[tokio::test]
async fn each_error_has_its_status_and_body() {
    let stage = Stage::new().await;
    let unknown = "/v1/contacts/00000000000000000000000000000000";
    let mut matrix = String::new();
    for (case, method, path, body) in [
        ("unknown contact", "GET", unknown, ""),
        ("unreadable id", "GET", "/v1/contacts/%ff", ""),
        ("unknown route", "GET", "/v1/nothing", ""),
        ("no version", "GET", "/contacts", ""),
        ("route not built", "GET", "/v1/templates", ""),
        ("wrong method on all", "PATCH", "/v1/contacts", "{}"),
        ("wrong method on one", "PUT", JOHN_PATH, "{}"),
        ("no json", "PATCH", JOHN_PATH, "x"),
        ("no object", "PATCH", JOHN_PATH, "[]"),
        ("broken member", "PATCH", JOHN_PATH, r#"{"name":tru}"#),
        ("wrong type", "PATCH", JOHN_PATH, r#"{"name":1}"#),
        ("two wrong", "PATCH", JOHN_PATH, r#"{"note":1,"tags":["a","b"]}"#),
        ("missing", "POST", "/v1/contacts", "{}"),
        ("taken", "POST", "/v1/contacts", r#"{"source":"whatsapp","identifier":"123456789","name":"x"}"#),
        ("bad page", "GET", "/v1/contacts?page=0", ""),
        ("page limit", "GET", "/v1/contacts?page=501", ""),
        ("bad cursor", "GET", "/v1/contacts?after=x", ""),
    ] {
        matrix.push_str(&line(case, &stage.kept(method, path, body).await));
    }
    assert_eq!(matrix, ERRORS);
}

const ERRORS: &str = r#"unknown contact: 404 {"error":"contact not found"}
unreadable id: 404 {"error":"contact not found"}
unknown route: 404 {"error":"not found"}
no version: 404 {"error":"not found"}
route not built: 404 {"error":"not found"}
wrong method on all: 405 {"error":"method not allowed"} [allow: GET,HEAD,POST]
wrong method on one: 405 {"error":"method not allowed"} [allow: GET,HEAD,PATCH,DELETE]
no json: 400 {"error":"invalid JSON: expected value at line 1 column 1"}
no object: 400 {"error":"the body must be a JSON object"}
broken member: 400 {"error":{"name":["invalid JSON: expected ident at line 1 column 12"]}}
wrong type: 400 {"error":{"name":["must be a string"]}}
two wrong: 400 {"error":{"note":["must be a string or null"],"tags":["tag 'a' does not exist","tag 'b' does not exist"]}}
missing: 400 {"error":{"source":["must be present and not empty"],"identifier":["must be present and not empty"],"name":["must be present and not empty"]}}
taken: 400 {"error":{"identifier":["has already been taken"]}}
bad page: 400 {"error":{"page":["must be a whole number, 1 or more"]}}
page limit: 400 {"error":"Pagination limit exceeded"}
bad cursor: 400 {"error":"Invalid pagination cursor"}
"#;

#[tokio::test]
async fn faults_of_the_server_say_whether_something_was_stored() {
    use api_callbell::Error;
    use api_kit::Problem;
    use axum::response::IntoResponse;
    use http_body_util::BodyExt;

    let unknown = app::Error::OutcomeUnknown(app::StoreError::Busy);
    let mut matrix = String::new();
    for problem in [
        Problem::App(app::Error::Busy),
        Problem::App(app::Error::Stopping),
        Problem::App(unknown),
        Problem::App(app::Error::Store(app::StoreError::CatalogChanged)),
        Problem::App(app::Error::InUse("the id 'x'".to_owned())),
        Problem::App(app::Error::WrongWorkspace),
        Problem::BodyCut,
        Problem::Timeout,
        Problem::Panic,
    ] {
        let (parts, body) = Error::from(problem).into_response().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let retry = parts.headers.get("retry-after").map(|value| value.to_str().unwrap());
        matrix.push_str(&format!("{} {text} {retry:?}\n", parts.status.as_u16()));
    }
    assert_eq!(matrix, FAULTS);
}

const FAULTS: &str = r#"503 {"error":"too many requests wait, try again"} Some("1")
503 {"error":"the server is stopping, try again"} Some("1")
503 {"error":"it is unknown whether the change took effect"} Some("1")
500 {"error":"internal server error"} None
400 {"error":"the id 'x' is in use"} None
403 {"error":"not authorized: the key does not open this workspace"} None
400 {"error":"the body did not arrive whole"} None
504 {"error":"the request took too long; it is unknown whether the change took effect"} Some("1")
500 {"error":"internal server error"} None
"#;
