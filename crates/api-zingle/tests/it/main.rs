//! The Zingle API as its clients see it: every test goes through the router.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy allows these in tests, but not in what tests share"
)]

mod all_contacts;
mod assignment;
mod attached_labels;
mod avatars;
mod bad_input;
mod camel;
mod catalog;
mod channels;
mod code_table;
mod contact_channels;
mod contact_services;
mod create;
mod custom_fields;
mod errors;
mod events;
mod example_table;
mod examples;
mod fidelity;
mod filters;
mod groups;
mod labels;
mod lists;
mod not_kept;
mod one_value;
mod services;
mod sorting;
mod strict;
mod transport;
mod update;
mod values;
mod walk;

use api_zingle::{CONTRACT, routes, to_camel};
use app::KeyRequest;
use model::{Change, Dialect, Edit, Json, Ref, TextMember};
use testkit::{Client, Reply, TestApp};

const SERVICE: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";
const SERVICE_ID: &str = "aff7bc93-6e28-4e70-8770-defa35cdfc1b";
const CONTACTS: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts";
const CINDY_ID: &str = "f119fe3b-67e2-4b59-b605-5586616978d0";
const CINDY: &str =
    "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts/f119fe3b-67e2-4b59-b605-5586616978d0";

const PHONE: &str = "0a293ea3-4721-433e-a031-610ebcf43255";
const EMAIL: &str = "b71f3d91-da94-412b-8ff1-59a882b63024";
const FIRST_NAME: &str = "56c70519-6c70-40e5-904e-7652e54a07b6";
const TITLE: &str = "84d6a03a-a093-4951-bd12-6551597bbbf4";
const CHECKIN_DATE: &str = "7f6318f4-14ea-4f8c-bde4-c76ed704060a";
const CHECKIN_TIME: &str = "d179ee59-f493-48f2-a63d-7627d1cfdab5";
const ROOM_TYPE: &str = "bc236d3e-077b-4870-8850-36b9f6b981e4";

/// The demo, and a client with its key.
struct Site {
    test: TestApp,
    /// Every answer to it is checked against the description at `/docs`; those in camelCase, with its members renamed.
    client: Client,
}

impl Site {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let client = Client::new(routes(test.app.clone())).with_key("demo");
        let client = client.described_by(&CONTRACT).renamed_where("camel_case=1", to_camel);
        Self { test, client }
    }

    /// The same, whose client may send what the description does not have.
    fn with_odd_requests(self) -> Self {
        Self { client: self.client.with_odd_requests(), ..self }
    }

    /// The same, with each write tried before and sent again afterwards.
    fn on_all_terms(self) -> Self {
        Self { client: self.client.on_all_terms(), ..self }
    }

    /// Cindy, as a client reads her.
    async fn cindy(&self) -> Json {
        self.client.get(CINDY).await.expect(200)["result"].clone()
    }

    /// Changes Cindy.
    async fn put(&self, body: Json) -> Reply {
        self.client.put(CINDY, &body).await
    }

    /// Changes Cindy and gives her.
    async fn updated(&self, body: Json) -> Json {
        self.put(body).await.expect(200)["result"].clone()
    }

    /// Makes a contact.
    async fn created(&self, body: Json) -> Json {
        self.client.post(CONTACTS, &body).await.expect(200)["result"].clone()
    }

    /// Tries to change Cindy: gives status, code and description, and checks that nothing was stored.
    async fn refused(&self, body: Json) -> String {
        self.refused_bytes(body.to_string().into_bytes()).await
    }

    /// The same with any bytes.
    async fn refused_bytes(&self, body: Vec<u8>) -> String {
        self.refused_at("PUT", CINDY, body).await
    }

    /// The same with another route of Cindy's.
    async fn refused_at(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> String {
        let before = (self.cindy().await, self.revision().await, self.events().await);
        let reply = self.client.send(method, path, body).await;
        assert_eq!(before, (self.cindy().await, self.revision().await, self.events().await));
        assert_eq!(reply.header("contactd-change"), "");
        fault(&reply)
    }

    /// Has an outside system own Cindy's name and channels.
    async fn lock_cindy(&self) {
        let mut change = Change::default();
        change.push("", Edit::Text(TextMember::LockedBy, Some("Opera".to_owned())));
        let caller = self.test.app.authenticate("demo", Dialect::Zingle, None).await.unwrap();
        self.test.app.update_contact(&caller, Ref::uuid(Dialect::Zingle, CINDY_ID), change).await.unwrap();
    }

    /// A second service, made for it, and a client whose key opens the demo's and this one.
    async fn second_service(&self) -> (Client, String) {
        let other = self.test.app.create_workspace("Spa").await.unwrap();
        let request = KeyRequest {
            name: "both".to_owned(),
            workspaces: vec![self.test.workspace.name.clone(), other.name.clone(), "demo".to_owned()],
            ..KeyRequest::default()
        };
        let key = self.test.app.create_key(None, request).await.unwrap().secret;
        (self.client.clone().with_key(&key), other.id.to_string())
    }

    async fn revision(&self) -> u64 {
        let caller = self.test.app.authenticate("demo", Dialect::Zingle, None).await.unwrap();
        let view = self.test.app.get_contact(&caller, &Ref::uuid(Dialect::Zingle, CINDY_ID)).await.unwrap();
        view.contact.revision
    }

    async fn events(&self) -> usize {
        let caller = self.test.app.authenticate("demo", Dialect::Zingle, None).await.unwrap();
        let cindy = Ref::uuid(Dialect::Zingle, CINDY_ID);
        self.test.app.history(&caller, &cindy, None, 100).await.unwrap().events.len()
    }

    /// The id of a custom field that the vendor gave none.
    async fn field(&self, code: &str) -> String {
        let path = CONTACTS.replace("contacts", "contact-custom-fields?page_size=100");
        let rows = self.client.get(&path).await.expect(200)["result"].clone();
        let row = rows.as_array().unwrap().iter().find(|row| row["code"] == code).unwrap();
        row["id"].as_str().unwrap().to_owned()
    }
}

/// Status, code and description of a failure, after checking its shape.
#[track_caller]
fn fault(reply: &Reply) -> String {
    let json = reply.json();
    let status = &json["status"];
    assert_eq!(json.as_object().unwrap().len(), 1, "{json}");
    assert_eq!(status["status_code"], reply.status.as_u16(), "{json}");
    assert_eq!(reply.header("content-type"), "application/json");
    let description = status["description"].as_str().unwrap();
    assert!(!description.is_empty());
    let code = status.get("error_code").map_or_else(|| "-".to_owned(), ToString::to_string);
    format!("{} {code} {description}", reply.status.as_u16())
}

/// An example body of the vendor, or one that its clients send.
#[track_caller]
fn example(name: &str) -> Json {
    let path = format!("{}/tests/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"))).unwrap()
}

/// The value of a contact's custom field; null when it has none.
#[track_caller]
fn value<'j>(contact: &'j Json, code: &str) -> &'j Json {
    let values = contact["custom_field_values"].as_array().unwrap();
    values.iter().find(|each| each["custom_field"]["code"] == code).map_or(&Json::Null, |each| &each["value"])
}
