//! Each shared member written through each API that can, and read through all five: `docs/dialects.md` is what came of it.
//!
//! `UPDATE=1 cargo test -p contactd --test it matrix` writes the page anew.

mod gone;
mod members;

use std::fmt::Write as _;
use std::path::Path;

use model::Json;
use serde_json::json;
use testkit::{Client, Reply, TestApp};

use self::members::{Member, members};

/// The five APIs, in the order of the columns.
const APIS: [&str; 5] = ["Zingle", "Acquire", "Callbell", "Rolodex", "native"];

const SERVICE: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";
const INCLUDE: &str = "?include=emails,phone_numbers,companies,custom_fields,tags,lists,notes";

/// What is shown where an API does not have a member.
const ABSENT: &str = "–";

/// A client for each API, and the catalog that writes need ids of.
struct World {
    test: TestApp,
    clients: [Client; 5],
    catalog: Json,
}

/// A contact under the ids that the APIs know it by.
struct Contact {
    uuid: String,
    number: String,
}

impl World {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let client = |router| Client::new(router).with_key("demo");
        let clients = [
            client(api_zingle::routes(test.app.clone())),
            client(api_acquire::routes(test.app.clone())),
            client(api_callbell::routes(test.app.clone())),
            client(api_rolodex::routes(test.app.clone())),
            client(api_native::routes(test.app.clone())),
        ];
        let mut catalog = json!({});
        for kind in ["fields", "tags", "lists", "users", "teams", "companies"] {
            let list = clients[4].get(&format!("/api/v1/{kind}?limit=1000")).await.expect(200);
            catalog[kind] = list[kind].clone();
        }
        Self { test, clients, catalog }
    }

    /// The member of an item of the catalog that is called so.
    fn of(&self, kind: &str, name: &str, member: &str) -> Json {
        let items = self.catalog[kind].as_array().expect("a kind");
        let found = items.iter().find(|item| ["name", "email", "key"].iter().any(|each| item[*each] == name));
        found.unwrap_or_else(|| panic!("no {name} among {kind}"))[member].clone()
    }

    fn id(&self, kind: &str, name: &str) -> String {
        self.of(kind, name, "id").as_str().expect("an id").to_owned()
    }

    /// An option's id, by its value.
    fn option(&self, field: &str, value: &str) -> String {
        let options = self.of("fields", field, "options");
        let found = options.as_array().expect("options").iter().find(|option| option["value"] == value);
        found.expect("an option")["id"].as_str().expect("an id").to_owned()
    }

    async fn contact(&self) -> Contact {
        let made = self.clients[4].post("/api/v1/contacts", &json!({})).await.expect(201);
        Contact { uuid: made["id"].as_str().expect("an id").to_owned(), number: made["number"].to_string() }
    }

    async fn write(&self, api: usize, contact: &Contact, body: &Json) -> Reply {
        let path = contact.paths()[api].clone();
        if let Some(route) = body["POST"].as_str() {
            return self.clients[api].post(&format!("{path}{route}"), &body["body"]).await;
        }
        match api {
            0 | 1 | 3 => self.clients[api].put(&path, body).await,
            _ => self.clients[api].patch(&path, body).await,
        }
    }

    /// The contact as each API shows it.
    async fn read(&self, contact: &Contact) -> [Json; 5] {
        let mut shown = [Json::Null, Json::Null, Json::Null, Json::Null, Json::Null];
        for ((n, path), client) in contact.paths().iter().enumerate().zip(&self.clients) {
            let include = if n == 3 { INCLUDE } else { "" };
            let answer = client.get(&format!("{path}{include}")).await.expect(200);
            shown[n] = match n {
                0 => answer["result"].clone(),
                2 => answer["contact"][0].clone(),
                4 => answer,
                _ => answer["data"].clone(),
            };
        }
        shown
    }
}

impl Contact {
    fn paths(&self) -> [String; 5] {
        let hex = self.uuid.replace('-', "");
        [
            format!("{SERVICE}/contacts/{}", self.uuid),
            format!("/api/v1/crm/objects/contact/{}", self.number),
            format!("/v1/contacts/{hex}"),
            format!("/user-api/v1/contacts/contact_{hex}"),
            format!("/api/v1/contacts/{}", self.uuid),
        ]
    }
}

/// The rows of a member: one for each API that can write it.
async fn rows(world: &World, member: &Member) -> String {
    let mut rows = String::new();
    for (api, body) in member.writes.iter().enumerate() {
        let Some(body) = body else { continue };
        let contact = world.contact().await;
        let before = world.read(&contact).await;
        world.write(api, &contact, body).await.expect(200);
        let after = world.read(&contact).await;
        let _ = write!(rows, "| {} | {} |", member.name, APIS[api]);
        for (n, read) in member.reads.iter().enumerate() {
            let shown = read.as_ref().map(|read| (read(&before[n]), read(&after[n])));
            let text = match shown {
                None => ABSENT.to_owned(),
                Some((before, after)) => {
                    // A member that an API has must show what was written, or the table says nothing.
                    assert_ne!(before, after, "{} through {} in {}", member.name, APIS[api], APIS[n]);
                    format!("`{}`", after.to_string().replace('|', "\\|"))
                }
            };
            let _ = write!(rows, " {text} |");
        }
        rows.push('\n');
    }
    assert!(!rows.is_empty(), "{}", member.name);
    rows
}

const HEAD: &str = "\
# One record, five APIs

What a test wrote through each API that can write a member (`Written`), and how each of the five then showed it; – where an
API does not have the member. Made by `contactd/tests/it/matrix.rs`, which fails when this page and what it sees differ.
Values are JSON, as they stand in the answers; lists of records are shown by their names.

";

#[tokio::test]
async fn the_page_of_dialects_is_what_they_show() {
    let world = World::new().await;
    let mut page = HEAD.to_owned();
    let _ = writeln!(page, "| Member | Written | {} |", APIS.join(" | "));
    let _ = writeln!(page, "|---|---|{}", "---|".repeat(APIS.len()));
    for member in members(&world) {
        page.push_str(&rows(&world, &member).await);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/dialects.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("the page is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = page.lines().zip(committed.lines()).find(|(seen, written)| seen != written);
    assert!(
        page == committed,
        "docs/dialects.md is not what is seen; UPDATE=1 writes it anew. The first line that differs (seen, written): \
         {differing:#?}"
    );
}
