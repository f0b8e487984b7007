//! Every kind of error, as problem details.

use api_kit::RequestId;
use app::Scope;
use axum::Extension;
use model::{Dialect, Timestamp};
use serde_json::json;
use testkit::{Client, Reply, TestApp};

use crate::{CONTACTS, JANE, client, numbered, path, start};

/// Status, headers that matter, and body.
fn line(case: &str, reply: &Reply) -> String {
    assert_eq!(reply.header("content-type"), "application/problem+json", "{case}");
    let mut line = format!("{case}: {}", reply.status.as_u16());
    for name in ["www-authenticate", "allow", "accept-patch", "retry-after"] {
        if !reply.header(name).is_empty() {
            line.push_str(&format!(" [{name}: {}]", reply.header(name)));
        }
    }
    format!("{line}\n  {}\n", reply.text)
}

async fn keys(test: &TestApp, path: &str) -> String {
    let router = client(test);
    let key = async |scopes: &[Scope], dialects: &[Dialect]| test.key(scopes, dialects).await;
    let past = Timestamp::parse_rfc3339("2025-01-01T00:00:00Z");
    let expired = test.key_until(&[], &[], past).await;
    let reader = key(&[Scope::Read], &[]).await;
    let zingle = key(&[], &[Dialect::Zingle]).await;
    let anonymous = router.clone().anonymous();
    let doubled = router.clone().with_header("authorization", "Bearer demo");
    let basic = anonymous.clone().with_header("authorization", "Basic ZGVtbzpkZW1v");
    let with = |secret: &str| router.clone().with_key(secret);
    let mut text = String::new();
    for (case, client) in [
        ("no key", anonymous),
        ("a doubled header", doubled),
        ("another scheme", basic),
        ("an unknown key", with("nobody")),
        ("an expired key", with(&expired)),
        ("a revoked key", with(&test.revoked_key().await)),
        ("a key of another dialect", with(&zingle)),
        ("a key of another workspace", with(&test.foreign_key().await)),
    ] {
        text += &line(case, &client.get(path).await);
    }
    text + &line("a key that may not write", &with(&reader).patch(path, &json!({"city": "X"})).await)
}

#[tokio::test]
async fn each_key_that_is_not_right_has_its_own_answer() {
    let (test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    assert_eq!(keys(&test, &path(&jane)).await, KEYS);
    assert_eq!(client.get(&path(&jane)).await.expect(200), jane);
}

#[tokio::test]
async fn each_request_that_is_not_right_has_its_own_answer() {
    let (_test, client) = start().await;
    let jane = path(&numbered(&client, JANE).await);
    let body = json!({"city": 1, "tags": ["VIP"], "values": {"stage": "Late", "lead_score": "x"}});
    let mut text = String::new();
    for (case, reply) in [
        ("an unknown contact", client.get("/api/v1/contacts/nobody").await),
        ("an unknown contact, and no JSON", client.send("PATCH", "/api/v1/contacts/nobody", "{").await),
        ("an unknown change", client.get("/api/v1/changes/999").await),
        ("an unknown route", client.get("/api/v1/people").await),
        ("the wrong method", client.put(&jane, &json!({})).await),
        ("a path that is no text", client.get("/api/v1/contacts/%ff").await),
        ("a bad query", client.get("/api/v1/contacts?limit=0").await),
        ("no JSON", client.send("PATCH", &jane, "{\"city\":x}").await),
        ("no object", client.send("PATCH", &jane, "[]").await),
        ("nothing", client.send("PATCH", &jane, "").await),
        ("too much", client.send("PATCH", &jane, vec![b' '; 2 << 20]).await),
        (
            "another media type",
            client.clone().with_header("content-type", "text/csv").patch(&jane, &body).await,
        ),
        ("a refused change", client.patch(&jane, &body).await),
    ] {
        text += &line(case, &reply);
    }
    assert_eq!(text, REQUESTS);
}

#[tokio::test]
async fn a_problem_names_its_request() {
    let test = TestApp::new().await;
    let routes = api_native::routes(test.app.clone()).layer(Extension(RequestId("req-7".to_owned())));
    let client = Client::new(routes).with_key("demo");
    for reply in [client.get("/api/v1/people").await, client.get("/api/v1/contacts/nobody").await] {
        assert_eq!(reply.expect(404)["request_id"], "req-7");
    }
    assert_eq!(client.get(CONTACTS).await.expect(200)["total"], 4);
    let created = client.post(CONTACTS, &json!({})).await;
    let seen = client.get(&format!("/api/v1/changes/{}", crate::change(&created))).await.expect(200);
    assert_eq!(seen["actor"]["request_id"], "req-7");
}

const KEYS: &str = r#"no key: 401 [www-authenticate: Bearer realm="contactd"]
  {"type":"/docs/problems/unauthenticated","title":"A valid API key is required","status":401,"detail":"an API key is required","errors":[]}
a doubled header: 401 [www-authenticate: Bearer realm="contactd", error="invalid_request"]
  {"type":"/docs/problems/unauthenticated","title":"A valid API key is required","status":401,"detail":"the API key cannot be read","errors":[]}
another scheme: 401 [www-authenticate: Bearer realm="contactd", error="invalid_request"]
  {"type":"/docs/problems/unauthenticated","title":"A valid API key is required","status":401,"detail":"the API key cannot be read","errors":[]}
an unknown key: 401 [www-authenticate: Bearer realm="contactd", error="invalid_token"]
  {"type":"/docs/problems/unauthenticated","title":"A valid API key is required","status":401,"detail":"the API key is unknown","errors":[]}
an expired key: 401 [www-authenticate: Bearer realm="contactd", error="invalid_token"]
  {"type":"/docs/problems/unauthenticated","title":"A valid API key is required","status":401,"detail":"the API key has expired","errors":[]}
a revoked key: 401 [www-authenticate: Bearer realm="contactd", error="invalid_token"]
  {"type":"/docs/problems/unauthenticated","title":"A valid API key is required","status":401,"detail":"the API key was revoked","errors":[]}
a key of another dialect: 403
  {"type":"/docs/problems/forbidden","title":"The API key does not allow this","status":403,"detail":"the key is not for the native API","errors":[]}
a key of another workspace: 404
  {"type":"/docs/problems/not-found","title":"There is no such thing","status":404,"detail":"no such contact","errors":[]}
a key that may not write: 403
  {"type":"/docs/problems/forbidden","title":"The API key does not allow this","status":403,"detail":"the key lacks the scope 'write'","errors":[]}
"#;
const REQUESTS: &str = r#"an unknown contact: 404
  {"type":"/docs/problems/not-found","title":"There is no such thing","status":404,"detail":"no such contact","errors":[]}
an unknown contact, and no JSON: 404
  {"type":"/docs/problems/not-found","title":"There is no such thing","status":404,"detail":"no such contact","errors":[]}
an unknown change: 404
  {"type":"/docs/problems/not-found","title":"There is no such thing","status":404,"detail":"no such change","errors":[]}
an unknown route: 404
  {"type":"/docs/problems/not-found","title":"There is no such thing","status":404,"detail":"no such route","errors":[]}
the wrong method: 405 [allow: GET,HEAD,PATCH,DELETE]
  {"type":"/docs/problems/method-not-allowed","title":"The route does not have this method","status":405,"detail":"the route does not have this method","errors":[]}
a path that is no text: 400
  {"type":"/docs/problems/bad-request","title":"The request cannot be read","status":400,"detail":"the path cannot be read","errors":[]}
a bad query: 400
  {"type":"/docs/problems/bad-request","title":"The request cannot be read","status":400,"detail":"the query parameter 'limit' must be a whole number from 1 to 1000","errors":[]}
no JSON: 400
  {"type":"/docs/problems/malformed","title":"The body cannot be read","status":400,"detail":"nothing was stored: city: invalid JSON: expected value at line 1 column 9","errors":[{"member":"city","code":"malformed","message":"invalid JSON: expected value at line 1 column 9"}]}
no object: 400
  {"type":"/docs/problems/malformed","title":"The body cannot be read","status":400,"detail":"nothing was stored: the body must be a JSON object","errors":[{"member":"","code":"malformed","message":"the body must be a JSON object"}]}
nothing: 400
  {"type":"/docs/problems/malformed","title":"The body cannot be read","status":400,"detail":"nothing was stored: the body must be a JSON object","errors":[{"member":"","code":"malformed","message":"the body must be a JSON object"}]}
too much: 413
  {"type":"/docs/problems/too-large","title":"The body is too large","status":413,"detail":"the body has more than 1048576 bytes","errors":[]}
another media type: 415 [accept-patch: application/merge-patch+json, application/json-patch+json, application/json]
  {"type":"/docs/problems/unsupported-media-type","title":"The body has a media type that is not supported","status":415,"detail":"a write must have the Content-Type application/merge-patch+json or application/json-patch+json or application/json","errors":[]}
a refused change: 422
  {"type":"/docs/problems/invalid","title":"The change was refused","status":422,"detail":"nothing was stored: city: must be a string or null (and 3 more)","errors":[{"member":"city","code":"wrong_type","message":"must be a string or null"},{"member":"tags.0","code":"unknown_tag","message":"no tag has the id 'VIP'; give its id, for a name can belong to several"},{"member":"values.stage","code":"unknown_option","message":"'Late' is no option of the field 'Stage'; its options: Growth, Seed"},{"member":"values.lead_score","code":"bad_number","message":"must be a number"}]}
"#;
