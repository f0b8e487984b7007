//! contactd's own API, over its routes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that does not find what it needs has failed"
)]

mod bad_input;
mod bad_items;
mod batch;
mod batch_records;
mod by_key;
mod channels;
mod contacts;
mod contract;
mod dry_run;
mod errors;
mod filterable;
mod filters;
mod history;
mod json_patch;
mod keys;
mod lists;
mod merging;
mod once;
mod options;
mod past;
mod patch;
mod preconditions;
mod quotas;
mod resources;
mod retyping;
mod revisions;
mod search;
mod search_model;
mod shape;
mod undo;

use std::sync::Arc;

use app::Caller;
use model::{Catalog, Dialect, Item, ItemRef, Items, Json};
use testkit::{Client, Reply, TestApp};

const CONTACTS: &str = "/api/v1/contacts";
/// The number of the fullest contact of the demo: Jane Smith.
const JANE: u64 = 4;

async fn start() -> (TestApp, Client) {
    let test = TestApp::new().await;
    let client = client(&test);
    (test, client)
}

fn client(test: &TestApp) -> Client {
    Client::new(api_native::routes(test.app.clone())).described_by(&api_native::CONTRACT).with_key("demo")
}

fn path(contact: &Json) -> String {
    format!("{CONTACTS}/{}", contact["id"].as_str().expect("a contact has an id"))
}

fn changes(number: u64) -> String {
    format!("/api/v1/changes/{number}")
}

async fn numbered(client: &Client, number: u64) -> Json {
    let list = client.get(CONTACTS).await.expect(200);
    let contacts = list["contacts"].as_array().expect("contacts").clone();
    contacts.into_iter().find(|each| each["number"] == number).expect("a contact with this number")
}

async fn create(client: &Client, body: &Json) -> Json {
    client.post(CONTACTS, body).await.expect(201)
}

/// The number of the change that a write made.
#[track_caller]
fn change(reply: &Reply) -> u64 {
    reply.header("contactd-change").parse().unwrap_or_else(|_| panic!("no change: {}", reply.text))
}

async fn caller(test: &TestApp, dialect: Dialect) -> Caller {
    test.app.authenticate("demo", dialect, Some("req-1".to_owned())).await.expect("the demo's key")
}

async fn catalog(test: &TestApp) -> Arc<Catalog> {
    test.app.catalog(&caller(test, Dialect::Native).await).await.expect("the demo's catalog")
}

/// The id of a catalog item as the API shows it, by name.
#[track_caller]
fn id_of<T: Item>(items: &Items<T>, name: &str) -> String {
    items.find(&ItemRef::Name(name.to_owned())).expect("a known name").id().to_string()
}

/// Each violation of a problem: `member code`.
#[track_caller]
fn refusals(reply: &Reply, status: u16) -> Vec<String> {
    let problem = reply.expect(status);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let text = |json: &Json| json.as_str().expect("a text").to_owned();
    let errors = problem["errors"].as_array().expect("errors");
    errors.iter().map(|each| format!("{} {}", text(&each["member"]), text(&each["code"]))).collect()
}

/// Each body is refused with these violations (`member code; member code`), on update and on creation, and
/// leaves no trace.
async fn refused<B: ToString, E: AsRef<str>>(
    client: &Client,
    status: u16,
    cases: impl IntoIterator<Item = (B, E)>,
) {
    let jane = numbered(client, JANE).await;
    let history = client.get(&format!("{}/history", path(&jane))).await.expect(200);
    for (body, expected) in cases {
        let body = body.to_string();
        for (method, path) in [("PATCH", path(&jane)), ("POST", CONTACTS.to_owned())] {
            let reply = client.send(method, &path, body.as_str()).await;
            assert_eq!(refusals(&reply, status).join("; "), expected.as_ref(), "{body}");
            assert_eq!(reply.header("contactd-change"), "");
        }
    }
    assert_eq!(client.get(&path(&jane)).await.expect(200), jane);
    assert_eq!(client.get(&format!("{}/history", path(&jane))).await.expect(200), history);
    assert_eq!(client.get(CONTACTS).await.expect(200)["total"], 4);
}
