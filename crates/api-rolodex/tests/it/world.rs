//! The demo's records, a client, and what the tests ask of them again and again.

use std::sync::Arc;

use api_rolodex::{CONTRACT, routes};
use model::{Contact, Dialect, Json, Ref};
use testkit::{Client, Reply, TestApp};

/// The contact of the vendor's examples.
pub(crate) const JANE: &str = "/user-api/v1/contacts/contact_67890";
/// The same with every relationship.
pub(crate) const JANE_WHOLE: &str = "/user-api/v1/contacts/contact_67890?include=emails,phone_numbers,companies,custom_fields,tags,lists,notes";
pub(crate) const CONTACTS: &str = "/user-api/v1/contacts";
pub(crate) const RELATIONSHIPS: [&str; 7] =
    ["emails", "phone_numbers", "companies", "custom_fields", "tags", "lists", "notes"];

pub(crate) struct World {
    pub(crate) test: TestApp,
    pub(crate) client: Client,
}

/// What is stored: Jane, how often she changed, and how many contacts there are.
#[derive(Debug, PartialEq)]
pub(crate) struct Stored {
    jane: Arc<Contact>,
    events: usize,
    total: Json,
}

impl World {
    pub(crate) async fn new() -> Self {
        let test = TestApp::new().await;
        let client = Client::new(routes(test.app.clone())).with_key("demo").described_by(&CONTRACT);
        Self { test, client }
    }

    /// Puts a body to Jane; the answer with every relationship.
    #[track_caller]
    pub(crate) fn put(&self, body: Json) -> impl Future<Output = Json> {
        let client = self.client.clone();
        async move { client.put(JANE_WHOLE, &body).await.expect(200)["data"].clone() }
    }

    /// Jane with every relationship.
    pub(crate) async fn jane(&self) -> Json {
        self.client.get(JANE_WHOLE).await.expect(200)["data"].clone()
    }

    /// A contact's record.
    pub(crate) async fn record(&self, id: &str) -> Arc<Contact> {
        let caller = self.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
        self.test.app.get_contact(&caller, &Ref::uuid(Dialect::Rolodex, id)).await.unwrap().contact
    }

    pub(crate) async fn stored(&self) -> Stored {
        let caller = self.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
        let jane = Ref::uuid(Dialect::Rolodex, "contact_67890");
        let history = self.test.app.history(&caller, &jane, None, 100).await.unwrap();
        let list = self.client.get(CONTACTS).await.expect(200);
        Stored {
            jane: self.record("contact_67890").await,
            events: history.events.len(),
            total: list["pagination"]["total"].clone(),
        }
    }

    /// Sends a body that must be refused with 400: nothing is stored; gives the error and its details as text.
    pub(crate) async fn refused(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> String {
        let before = self.stored().await;
        let reply = self.client.send(method, path, body).await;
        let json = reply.expect(400);
        assert_eq!(reply.header("contactd-change"), "");
        assert_eq!(self.stored().await, before, "stored all the same: {json}");
        brief(&json)
    }

    /// Puts to Jane what must be refused.
    pub(crate) async fn refused_put(&self, body: Json) -> String {
        self.refused("PUT", JANE, body.to_string()).await
    }
}

/// An error as `code: path message; path message`.
pub(crate) fn brief(json: &Json) -> String {
    let details = json["details"].as_array().cloned().unwrap_or_default();
    let lines: Vec<_> = details
        .iter()
        .map(|each| format!("{} {}", each["path"].as_str().unwrap(), each["message"].as_str().unwrap()))
        .collect();
    format!("{}: {}", json["error"].as_str().unwrap(), lines.join("; "))
}

/// Status and body in one line.
pub(crate) fn line(reply: &Reply) -> String {
    format!("{} {}", reply.status.as_u16(), reply.text)
}

/// One member of every row of a list.
pub(crate) fn column(rows: &Json, name: &str) -> Vec<Json> {
    rows.as_array().unwrap().iter().map(|row| row[name].clone()).collect()
}
