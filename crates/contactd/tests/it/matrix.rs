//! Each shared member written through each API that can, and read through all five: `docs/dialects.md` is what came of it.
//!
//! `UPDATE=1 cargo test -p contactd --test it matrix` writes the page anew.

mod fields;
mod gone;
mod members;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use model::Json;
use serde_json::json;
use testkit::{Client, Reply, TestApp};

use self::members::{Member, members};

/// The five APIs, in the order of the columns.
const APIS: [&str; 5] = ["Zingle", "Acquire", "Callbell", "Rolodex", "native"];

const SERVICE: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";
const INCLUDE: &str = "?include=emails,phone_numbers,companies,custom_fields,tags,lists,notes";

/// Fields of the types that the demo has none of.
const FIELDS: [(&str, &str, &str); 4] = [
    ("starts_at", "Starts At", "datetime"),
    ("home_page", "Home Page", "url"),
    ("second_phone", "Second Phone", "phone"),
    ("minder", "Minder", "user"),
];

/// What is shown where an API does not have a member.
const ABSENT: &str = "–";

/// A client for each API, and the catalog that writes need ids of.
struct World {
    test: TestApp,
    clients: [Client; 5],
    catalog: Json,
    phones: AtomicU32,
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
        // Of types that the demo has no field of, and a group of those who fulfil a condition.
        for (key, name, kind) in FIELDS {
            let field = json!({"name": name, "type": kind, "key": key});
            clients[4].post("/api/v1/fields", &field).await.expect(201);
        }
        let group = json!({"display_name": "Stardusts", "condition_boolean_operator": "AND", "conditions": [{
            "comparison_source": "{CONTACT.LAST_NAME}", "comparison_method_code": "string_contains",
            "comparison_value": "stardust",
        }]});
        clients[0].post(&format!("{SERVICE}/contact-groups"), &group).await.expect(200);
        let mut catalog = json!({});
        for kind in ["fields", "tags", "lists", "users", "teams", "companies"] {
            let list = clients[4].get(&format!("/api/v1/{kind}?limit=1000")).await.expect(200);
            catalog[kind] = list[kind].clone();
        }
        Self { test, clients, catalog, phones: AtomicU32::default() }
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

    /// A number that nobody has yet.
    fn fresh_phone(&self) -> String {
        format!("+316111111{:02}", self.phones.fetch_add(1, Ordering::Relaxed))
    }

    async fn contact(&self) -> Contact {
        let made = self.clients[4].post("/api/v1/contacts", &json!({})).await.expect(201);
        Contact::of(&made)
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
    fn of(native: &Json) -> Self {
        Self { uuid: native["id"].as_str().expect("an id").to_owned(), number: native["number"].to_string() }
    }

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

/// What each API shows after a member was written.
type Row = [Option<Json>; 5];

impl World {
    /// What an update of a member through an API shows.
    async fn updated(&self, (api, body): (usize, &Json), member: &Member) -> Row {
        let contact = self.contact().await;
        let before = self.read(&contact).await;
        self.write(api, &contact, body).await.expect(200);
        let after = self.read(&contact).await;
        self.delete(&contact).await;
        shown(member, api, [&before, &after])
    }

    /// What a creation through an API shows, compared with one that says as little as it may.
    async fn created(&self, (api, body): (usize, &Json), member: &Member) -> Row {
        let bare = self.create(api, &json!({})).await;
        let contact = self.create(api, body).await;
        let (before, after) = (self.read(&bare).await, self.read(&contact).await);
        self.delete(&bare).await;
        self.delete(&contact).await;
        shown(member, api, [&before, &after])
    }

    /// Some channels can be had by one contact only.
    async fn delete(&self, contact: &Contact) {
        let reply = self.clients[4].delete(&contact.paths()[4]).await;
        assert_eq!(reply.status, 204, "{}", reply.text);
    }

    async fn create(&self, api: usize, body: &Json) -> Contact {
        let (path, bare) = match api {
            // Whom its clients create is confirmed unless they say otherwise.
            0 => (format!("{SERVICE}/contacts"), json!({"is_confirmed": false})),
            1 => ("/api/v1/crm/objects/contact".to_owned(), json!({})),
            2 => (
                "/v1/contacts".to_owned(),
                json!({"source": "whatsapp", "identifier": self.fresh_phone(), "name": "Nobody"}),
            ),
            3 => ("/user-api/v1/contacts".to_owned(), json!({"first_name": "Nobody"})),
            _ => ("/api/v1/contacts".to_owned(), json!({})),
        };
        let mut whole = bare;
        let members = body.as_object().expect("members").iter();
        members.for_each(|(name, value)| whole[name] = value.clone());
        let reply = self.clients[api].post(&path, &whole).await;
        assert!(reply.status.is_success(), "{}: {}", APIS[api], reply.text);
        let newest = self.clients[4].get("/api/v1/contacts?order=newest&limit=1").await.expect(200);
        Contact::of(&newest["contacts"][0])
    }
}

fn shown(member: &Member, api: usize, [before, after]: [&[Json; 5]; 2]) -> Row {
    std::array::from_fn(|n| {
        let read = member.reads[n].as_ref()?;
        let (before, after) = (read(&before[n]), read(&after[n]));
        // A member that an API has must show what was written, or the table says nothing.
        assert_ne!(before, after, "{} through {} in {}", member.name, APIS[api], APIS[n]);
        Some(after)
    })
}

/// The rows of a member: one for each API that can write it, in an update and in a creation; two where these are not
/// shown alike.
async fn rows(world: &World, member: &Member) -> String {
    let mut rows = String::new();
    for (api, body) in member.writes.iter().enumerate() {
        let Some(body) = body else { continue };
        let (has_update, has_creation) = (body["created"].is_null(), body["POST"].is_null());
        let updated = if has_update { Some(world.updated((api, body), member).await) } else { None };
        let created = match has_creation {
            true => {
                Some(world.created((api, if has_update { body } else { &body["created"] }), member).await)
            }
            false => None,
        };
        let (updated, created) = match (updated, created) {
            (Some(updated), Some(created)) if updated == created => {
                write_row(&mut rows, member.name, APIS[api], &updated);
                continue;
            }
            different => different,
        };
        for (row, how) in [(updated, "update"), (created, "creation")] {
            if let Some(row) = row {
                write_row(&mut rows, member.name, &format!("{}, {how}", APIS[api]), &row);
            }
        }
    }
    assert!(!rows.is_empty(), "{}", member.name);
    rows
}

fn write_row(rows: &mut String, member: &str, written: &str, row: &Row) {
    let _ = write!(rows, "| {member} | {written} |");
    for shown in row {
        let text = shown
            .as_ref()
            .map_or(ABSENT.to_owned(), |json| format!("`{}`", json.to_string().replace('|', "\\|")));
        let _ = write!(rows, " {text} |");
    }
    rows.push('\n');
}

const HEAD: &str = "\
# One record, five APIs

What a test wrote through each API that can write a member (`Written`), and how each of the five then showed it; – where an
API does not have the member. Each was written by an update and in a creation; where an API can do only one of the two, or
they are shown differently, the row says which. Made by `contactd/tests/it/matrix.rs`, which fails when this page and what it sees differ.
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
