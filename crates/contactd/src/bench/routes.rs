//! What single requests take, asked one after the other: pages of every API's list of contacts, near its beginning and
//! near its end, finding somebody, a filtered list, searches, renaming a tag that many have; and the searches that compare
//! values once more when the field is filterable.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use app::{App, Settings, SystemClock};
use hyper::Method;
use model::{Catalog, Field, Json};
use serde::Serialize;
use serde_json::json;

use super::child::Server;
use super::http::{self, Connection};
use super::raw;
use super::records::Person;
use super::session::{Session, usual_batch};
use super::statistics::Latencies;

/// How often each request is sent, after once that does not count.
const TIMES: u32 = 30;

/// What a request took.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    /// Method and path.
    pub(crate) request: String,
    pub(crate) p50_ms: f64,
    pub(crate) max_ms: f64,
    pub(crate) answer_bytes: usize,
}

/// A request that is sent again and again.
struct Ask {
    name: &'static str,
    method: Method,
    path: String,
    /// The body of the `n`th one.
    body: fn(u32) -> Option<Json>,
}

impl Ask {
    fn get(name: &'static str, path: String) -> Self {
        Self { name, method: Method::GET, path, body: |_| None }
    }
}

impl Session<'_> {
    /// Asks for each of them on one connection.
    pub(super) async fn routes(&self) -> anyhow::Result<Vec<Route>> {
        self.show("single requests");
        let contacts = self.seeded.workload.people();
        let person = self.seeded.workload.known(contacts / 2);
        let mut routes = Vec::new();
        let (server, mut connection) = self.connected().await?;
        for ask in asks(&mut connection, contacts, &person).await? {
            routes.push(time(&mut connection, ask).await?);
        }
        drop(connection);
        server.stop().await?;
        self.show("making a field filterable");
        self.make_filterable().await?;
        self.show("single requests");
        let (server, mut connection) = self.connected().await?;
        for ask in asks_of_index(&person) {
            routes.push(time(&mut connection, ask).await?);
        }
        drop(connection);
        server.stop().await?;
        Ok(routes)
    }

    async fn connected(&self) -> anyhow::Result<(Server, Connection)> {
        let server = Server::start(self.database.location(), usual_batch()).await?;
        let connections = http::connect(server.address(), 1, &self.seeded.secret).await?;
        let connection = connections.into_iter().next().context("there is no connection")?;
        Ok((server, connection))
    }

    /// In this process, so that it is known when the index has all contacts.
    async fn make_filterable(&self) -> anyhow::Result<()> {
        let store = raw::open(self.database.location(), usual_batch()).await?;
        let app = App::new(store.clone(), Arc::new(SystemClock), Settings::default());
        let edit = |catalog: &mut Catalog| {
            let mut fields: Vec<_> = catalog.fields.iter().cloned().collect();
            fields.retain(|field| field.key == "lead_score");
            fields.into_iter().for_each(|field| catalog.fields.put(Field { filterable: true, ..field }));
        };
        app.edit_catalog(self.seeded.workspace, edit).await.context("cannot make the field filterable")?;
        app.index_values().await.context("cannot index its values")?;
        app.close().await;
        store.close().await;
        Ok(())
    }
}

/// A search for contacts.
fn search(text: &str) -> String {
    let text = text.replace(' ', "%20").replace('>', "%3E").replace('=', "%3D").replace('"', "%22");
    format!("/api/v1/contacts?limit=50&q={text}")
}

/// What an index of values tells.
fn asks_of_index(person: &Person) -> Vec<Ask> {
    let (first, last) = (person.first, person.last);
    let named = search(&format!("{first} {last}"));
    let get = Ask::get;
    vec![
        get("filterable: a value of a hundredth", search("lead_score=42")),
        get("filterable: values of a fifth", search("lead_score>79")),
        get("filterable: a name and values", search(&format!("{last} starred lead_score>79"))),
        get("filterable: a whole name and a number", search(&format!("{first} {last} lead_score>500"))),
        get("filterable: all, by the field", "/api/v1/contacts?limit=50&sort=-lead_score".to_owned()),
        get("filterable: a whole name, by the field", format!("{named}&sort=-lead_score")),
    ]
}

/// All that is asked for; what a dialect calls a workspace and tags is looked up first.
async fn asks(connection: &mut Connection, contacts: u64, person: &Person) -> anyhow::Result<Vec<Ask>> {
    let services = found(connection, "/zingle/v1/services").await?;
    let service = text(&services, "/result/0/id")?;
    let labels =
        found(connection, &format!("/zingle/v1/services/{service}/contact-labels?page_size=100")).await?;
    // Every contact has the first one; the others are those of one in sixteen.
    let label = text(&labels, "/result/1/id")?;
    let tags = found(connection, "/rolodex/user-api/v1/tags?limit=1").await?;
    let tag = text(&tags, "/data/0/id")?;
    let (first, last) = (person.first, person.last);
    let label_name = text(&labels, "/result/1/display_name")?;
    let contact = found(connection, &search(person.email())).await?;
    let contact = text(&contact, "/contacts/0/id")?;
    // Of nine tenths of the contacts, in pages of 100.
    let (offset, page) = (contacts * 9 / 10, contacts * 9 / 1000 + 1);
    let zingle = format!("/zingle/v1/services/{service}/contacts");
    let rolodex = "/rolodex/user-api/v1/contacts?limit=100\
                   &include=emails,phone_numbers,companies,tags,lists,notes,custom_fields";
    let acquire = "/acquire/api/v1/crm/objects/contact?limit=100";
    let [hundredth, half] = [100, 2].map(|part| format!("{acquire}&page={}", contacts / 100 / part));
    let hundredth = text(&found(connection, &hundredth).await?, "/data/list/0/dateUpdated")?;
    let half = text(&found(connection, &half).await?, "/data/list/0/dateUpdated")?;
    let changed = |since: &str| format!("updated>={since}");
    let counted = |text: &str| format!("{}&total=true", search(text));
    let get = Ask::get;
    Ok(vec![
        get("native, first page", "/api/v1/contacts?limit=100".to_owned()),
        get("native, at 9/10", format!("/api/v1/contacts?limit=100&after=o{offset}")),
        get("Zingle, first page", format!("{zingle}?page_size=100")),
        get("Zingle, at 9/10", format!("{zingle}?page_size=100&page={page}")),
        get("Zingle, all services, at 9/10", format!("/zingle/v1/contacts?page_size=100&page={page}")),
        get("Acquire, first page", acquire.to_owned()),
        // Pages count from 0.
        get("Acquire, at 9/10", format!("{acquire}&page={}", page - 1)),
        get("Callbell, first page", "/callbell/v1/contacts?include_field_types=true".to_owned()),
        // The last one that may be asked for, if there are so many.
        get("Callbell, page 500", "/callbell/v1/contacts?page=500&include_field_types=true".to_owned()),
        get("Rolodex, first page", rolodex.to_owned()),
        get("Rolodex, at 9/10", format!("{rolodex}&offset={offset}")),
        get("by phone", format!("/callbell/v1/contacts/phone/{}", person.phone().trim_start_matches('+'))),
        get("by e-mail", format!("{zingle}?channel_value={}", person.email())),
        get(
            "Zingle, label and starred, by last name",
            format!("{zingle}?page_size=100&label_id={label}&is_starred=1&sort_field=last_name"),
        ),
        get("search: a whole name", search(&format!("{first} {last}"))),
        get("search: the beginning of a word", search(first.get(..3).unwrap_or(first))),
        get("search: a name, a tag, a flag", search(&format!("{last} tag:\"{label_name}\" starred"))),
        get("search: a value of a hundredth", search("lead_score=42")),
        get("search: values of a fifth", search("lead_score>79")),
        get("search: a name and values", search(&format!("{last} starred lead_score>79"))),
        get("search: a whole name and a number", search(&format!("{first} {last} lead_score>500"))),
        get(
            "search: a whole name, by a field",
            format!("{}&sort=-lead_score", search(&format!("{first} {last}"))),
        ),
        get("search: changed, the last hundredth", search(&changed(&hundredth))),
        get("the same, counted", counted(&changed(&hundredth))),
        get("search: changed, the last half, counted", counted(&changed(&half))),
        get("search: a whole name, changed", search(&format!("{first} {last} {}", changed(&hundredth)))),
        get("search: numbers, the last hundredth", search(&format!("number>{}", contacts * 99 / 100))),
        get("history of a contact", format!("/api/v1/contacts/{contact}/history?limit=50")),
        Ask {
            name: "a tag is renamed",
            method: Method::PUT,
            path: format!("/rolodex/user-api/v1/tags/{tag}"),
            body: |n| Some(json!({ "name": format!("renamed {n}") })),
        },
    ])
}

async fn time(connection: &mut Connection, ask: Ask) -> anyhow::Result<Route> {
    let Ask { name, method, path, body } = ask;
    let mut latencies = Latencies::new()?;
    let mut answer_bytes = 0;
    for n in 0..=TIMES {
        let body = body(n).map(|body| body.to_string());
        let started = Instant::now();
        let answer =
            connection.ask(&method, &path, body).await.with_context(|| format!("{name}: {method} {path}"))?;
        if n > 0 {
            latencies.record(started.elapsed());
        }
        answer_bytes = answer.len();
    }
    let (p50_ms, max_ms) = (latencies.percentile_ms(0.5), latencies.percentile_ms(1.0));
    Ok(Route { name, request: format!("{method} {path}"), p50_ms, max_ms, answer_bytes })
}

async fn found(connection: &mut Connection, path: &str) -> anyhow::Result<Json> {
    let answer = connection.ask(&Method::GET, path, None).await.with_context(|| format!("GET {path}"))?;
    serde_json::from_slice(&answer).with_context(|| format!("GET {path} gave no JSON"))
}

fn text(json: &Json, pointer: &str) -> anyhow::Result<String> {
    let text = json.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    ensure!(!text.is_empty(), "there is no {pointer}");
    Ok(text.to_owned())
}
