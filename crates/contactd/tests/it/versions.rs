//! Versions and rates, in every dialect: entity tags, preconditions, keys that must name a revision, keys that ask too often.

use app::{KeyRequest, Rate};
use axum::Router;
use model::Json;
use serde_json::json;
use testkit::{Client, TestApp};

/// An API: its routes, and how a contact is named and renamed in it.
struct Api {
    name: &'static str,
    routes: fn(app::App) -> Router,
    method: &'static str,
    path: String,
    body: fn(&str) -> Json,
}

struct World {
    test: TestApp,
    native: Client,
    id: String,
    number: u64,
}

impl World {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let native = Client::new(api_native::routes(test.app.clone())).with_key("demo");
        let made = native.post("/api/v1/contacts", &json!({"name": {"first": "Kim"}})).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        Self { test, native, id, number: made["number"].as_u64().unwrap() }
    }

    fn apis(&self) -> [Api; 5] {
        let (id, hex) = (&self.id, self.id.replace('-', ""));
        [
            Api {
                name: "native",
                routes: api_native::routes,
                method: "PATCH",
                path: format!("/api/v1/contacts/{id}"),
                body: |name| json!({"name": {"first": name}}),
            },
            Api {
                name: "zingle",
                routes: api_zingle::routes,
                method: "PUT",
                path: format!("/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts/{id}"),
                body: |name| json!({"first_name": name}),
            },
            Api {
                name: "acquire",
                routes: api_acquire::routes,
                method: "PUT",
                path: format!("/api/v1/crm/objects/contact/{}", self.number),
                body: |name| json!({"fields": {"name": name}}),
            },
            Api {
                name: "callbell",
                routes: api_callbell::routes,
                method: "PATCH",
                path: format!("/v1/contacts/{hex}"),
                body: |name| json!({"name": name}),
            },
            Api {
                name: "rolodex",
                routes: api_rolodex::routes,
                method: "PUT",
                path: format!("/user-api/v1/contacts/contact_{hex}"),
                body: |name| json!({"first_name": name}),
            },
        ]
    }

    fn client(&self, api: &Api, key: &str) -> Client {
        Client::new((api.routes)(self.test.app.clone())).with_key(key)
    }

    async fn key(&self, request: KeyRequest) -> String {
        let workspaces = vec![self.test.workspace.name.clone()];
        self.test.app.create_key(None, KeyRequest { workspaces, ..request }).await.unwrap().secret
    }
}

/// Where each API says what went wrong.
fn told(api: &str, body: &Json) -> String {
    let text = match api {
        "native" => &body["detail"],
        "zingle" => &body["status"]["description"],
        "acquire" | "rolodex" => &body["message"],
        _ => &body["error"],
    };
    text.as_str().unwrap_or_else(|| panic!("{api}: {body}")).to_owned()
}

#[tokio::test]
async fn a_contact_has_its_revision_as_entity_tag_and_changes_at_it_only() {
    let world = World::new().await;
    for (n, api) in (1..).zip(world.apis()) {
        let client = world.client(&api, "demo");
        let tag = format!("\"{n}\"");
        let shown = client.get(&api.path).await;
        assert_eq!((shown.status.as_u16(), shown.header("etag")), (200, tag.as_str()), "{}", api.name);
        let known = client.clone().with_header("if-none-match", &tag).get(&api.path).await;
        assert_eq!(
            (known.status.as_u16(), known.header("etag"), known.text.as_str()),
            (304, tag.as_str(), "")
        );
        let stale = client.clone().with_header("if-match", "\"0\", \"77\"");
        assert_eq!(stale.get(&api.path).await.status.as_u16(), 412, "{}", api.name);
        let body = (api.body)(api.name).to_string();
        let reply = stale.send(api.method, &api.path, body.clone()).await;
        let told = told(api.name, &reply.expect(412));
        assert!(
            told.contains(&format!("the record is at revision {n}"))
                || told.contains(&format!("The record is at revision {n}")),
            "{told}"
        );
        assert_eq!(stale.delete(&api.path).await.status.as_u16(), 412, "{}", api.name);
        let malformed =
            client.clone().with_header("if-match", "7").send(api.method, &api.path, body.clone()).await;
        assert_eq!(malformed.status.as_u16(), 400, "{}: {}", api.name, malformed.text);
        let right = client.with_header("if-match", &tag).send(api.method, &api.path, body).await;
        assert_eq!((right.status.as_u16(), right.header("etag")), (200, format!("\"{}\"", n + 1).as_str()));
        assert_eq!(right.header("contactd-ignored"), "");
    }
}

#[tokio::test]
async fn a_key_that_must_name_a_revision_cannot_write_without() {
    let world = World::new().await;
    let key = world.key(KeyRequest { demand_version: true, ..KeyRequest::default() }).await;
    for (n, api) in (1..).zip(world.apis()) {
        let client = world.client(&api, &key);
        let body = (api.body)(api.name).to_string();
        let reply = client.send(api.method, &api.path, body.clone()).await;
        assert!(told(api.name, &reply.expect(428)).contains("must name the revision"), "{}", reply.text);
        assert_eq!(client.delete(&api.path).await.status.as_u16(), 428, "{}", api.name);
        let any = client.clone().with_header("if-match", "*").send(api.method, &api.path, body.clone()).await;
        assert_eq!(any.status.as_u16(), 428, "any revision is none");
        let right =
            client.with_header("if-match", &format!("\"{n}\"")).send(api.method, &api.path, body).await;
        assert_eq!(right.status.as_u16(), 200, "{}: {}", api.name, right.text);
    }
    let acquire = world.client(&world.apis()[2], &key);
    let merge = format!("/api/v1/crm/contact/merge/{}", world.number);
    assert_eq!(acquire.post(&merge, &json!({"mergeId": [1]})).await.status.as_u16(), 428);
    let stale = acquire.with_header("if-match", "\"1\"");
    assert_eq!(stale.post(&merge, &json!({"mergeId": [1]})).await.status.as_u16(), 412);
}

#[tokio::test]
async fn who_knew_another_revision_is_told_what_happened_since() {
    let world = World::new().await;
    let path = format!("/api/v1/contacts/{}", world.id);
    for city in ["Rome", "Paris"] {
        world.native.patch(&path, &json!({"city": city, "state": city})).await.expect(200);
    }
    world.native.patch(&path, &json!({"state": null})).await.expect(200);
    let stale = world.native.clone().with_header("if-match", "\"1\"");
    let reply = stale.patch(&path, &json!({"city": "Oslo"})).await;
    let problem = reply.expect(412);
    assert_eq!((reply.header("etag"), &problem["revision"]), ("\"4\"", &json!(4)));
    assert_eq!(problem["differences"], json!([{"member": "city", "before": null, "after": "Paris"}]));
    let unknown = world.native.clone().with_header("if-match", "\"99\"");
    assert_eq!(unknown.patch(&path, &json!({"city": "Oslo"})).await.expect(412).get("differences"), None);
}

#[tokio::test]
async fn a_precondition_without_effect_is_told() {
    let world = World::new().await;
    let api = &world.apis()[2];
    for name in ["if-match", "if-none-match"] {
        let client = world.client(api, "demo").with_header(name, "\"1\"");
        let body = json!({"name": name, "color": "#000000", "type": ["contact"]});
        let reply = client.post("/api/v1/crm/tag", &body).await;
        let told = (reply.status.as_u16(), reply.header("contactd-ignored"));
        assert_eq!(told, (200, name), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let world = World::new().await;
    for api in world.apis() {
        let rate: Rate = "2/hour".parse().unwrap();
        let client =
            world.client(&api, &world.key(KeyRequest { rate: Some(rate), ..KeyRequest::default() }).await);
        for left in [1, 0] {
            let reply = client.get(&api.path).await;
            assert_eq!(reply.status.as_u16(), 200, "{}", api.name);
            assert_eq!(reply.header("ratelimit-policy"), "\"key\";q=2;w=3600");
            assert_eq!(reply.header("ratelimit"), format!("\"key\";r={left};t=1800"));
        }
        let reply = client.get(&api.path).await;
        assert!(
            told(api.name, &reply.expect(429)).contains("more requests")
                || told(api.name, &reply.json()).contains("too many requests"),
            "{}",
            reply.text
        );
        let wait: u64 = reply.header("retry-after").parse().unwrap();
        assert!((1..=1800).contains(&wait), "{wait}");
        assert!(reply.header("ratelimit").starts_with("\"key\";r=0;t="), "{}", reply.header("ratelimit"));
    }
}
