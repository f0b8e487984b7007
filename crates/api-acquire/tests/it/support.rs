//! What the tests share: the demo behind this dialect's routes, the vendor's examples, and looking at what is
//! stored.

use api_acquire::{CONTRACT, routes};
use model::{Dialect, Json, Ref};
use serde_json::json;
use testkit::{Client, TestApp};

/// The collection.
pub(crate) const CONTACTS: &str = "/api/v1/crm/objects/contact";
/// The contact of the vendor's examples.
pub(crate) const JOHN: &str = "/api/v1/crm/objects/contact/2";
/// A contact of another vendor's examples, with two e-mail addresses, a company, a tag and a value.
pub(crate) const JANE: &str = "/api/v1/crm/objects/contact/4";

/// The demo and a client with its key.
pub(crate) async fn start() -> (TestApp, Client) {
    let test = TestApp::new().await;
    let client = Client::new(routes(test.app.clone())).described_by(&CONTRACT).with_key("demo");
    (test, client)
}

/// A body of the vendor's examples.
pub(crate) fn example(name: &str) -> Json {
    let path = format!("{}/tests/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    serde_json::from_str(&text).expect("examples are JSON")
}

/// The `data` of a contact, as a get shows it.
pub(crate) async fn data(client: &Client, path: &str) -> Json {
    client.get(path).await.expect(200)["data"].clone()
}

/// Changes a contact, which must succeed, and gives the answer's `data`.
pub(crate) async fn put(client: &Client, path: &str, body: Json) -> Json {
    client.put(path, &body).await.expect(200)["data"].clone()
}

/// Changes `fields` of John, which must succeed, and gives the answer's `fields`.
pub(crate) async fn put_fields(client: &Client, fields: Json) -> Json {
    put(client, JOHN, json!({ "fields": fields })).await["fields"].clone()
}

/// The `fields` of John.
pub(crate) async fn fields(client: &Client) -> Json {
    data(client, JOHN).await["fields"].clone()
}

/// A contact as the record holds it, and how many events it has.
pub(crate) async fn stored(test: &TestApp, number: &str) -> (model::Contact, usize) {
    let caller = test.app.authenticate("demo", Dialect::Native, None).await.expect("the demo's key");
    let id = Ref::number(Dialect::Native, number);
    let view = test.app.get_contact(&caller, &id).await.expect("a known contact");
    let history = test.app.history(&caller, &id, None, 1000).await.expect("a known contact");
    ((*view.contact).clone(), history.events.len())
}

/// Changes a contact as another dialect would.
pub(crate) async fn edit_elsewhere(test: &TestApp, number: &str, edits: Vec<model::Edit>) {
    let caller = test.app.authenticate("demo", Dialect::Native, None).await.expect("the demo's key");
    let mut change = model::Change::default();
    for edit in edits {
        change.push("elsewhere", edit);
    }
    let id = Ref::number(Dialect::Native, number);
    test.app.update_contact(&caller, id, change).await.expect("a good change");
}

/// Everything that the dialect shows of the workspace, to see that bad input stored nothing.
pub(crate) async fn everything(client: &Client) -> Vec<Json> {
    let mut all = Vec::new();
    for path in [
        "crm/objects/contact?limit=100&relations=company",
        "crm/objects/company?limit=100&relations=contacts",
        "crm/objects/object-field?limit=100",
        "crm/objects/note?limit=100",
        "crm/tag",
    ] {
        all.push(client.get(&format!("/api/v1/{path}")).await.expect(200));
    }
    all
}

/// Sends a request that must be refused with this status for this member, and checks that nothing was stored.
pub(crate) async fn refuse(
    client: &Client,
    (method, path): (&str, &str),
    body: Json,
    (status, field): (u16, &str),
) -> Json {
    let before = everything(client).await;
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let answer = client.send(method, path, text).await.expect(status);
    assert_eq!(answer["statusCode"], json!(status), "{method} {path} {body}");
    assert_eq!(answer["errors"][0]["field"], json!(field), "{method} {path} {body}: {answer}");
    assert_eq!((&answer["message"], &answer["error"]), (&answer["errors"][0]["message"], &answer["message"]));
    assert_eq!(everything(client).await, before, "{method} {path} {body}");
    answer
}
