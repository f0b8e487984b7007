//! What a key's write policy holds back, in every dialect.

use model::{Json, OnHeldBack, Rule};
use serde_json::json;
use testkit::{Client, Reply, TestApp};

use crate::process::{Running, complaint, printed};

const SERVICE: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";

/// A Callbell key that may only add tags, a server, and a contact with the tags of Callbell's clients.
#[test]
fn a_chatbot_with_a_policy_adds_tags_and_wipes_none() {
    let database = testkit::Database::new();
    let argument = database.argument();
    printed(&["workspace", "create", "main", "--database", &argument]);
    let key = |args: &[&str]| {
        let base = ["key", "create", "--workspace", "main", "--database", &argument];
        printed(&[&base[..], args].concat()).trim_end().to_owned()
    };
    let all = key(&[]);
    let bot =
        key(&["--dialect", "callbell", "--compat", "observed", "--policy", "tags=add_only", "--name", "bot"]);
    let strict = key(&["--dialect", "callbell", "--policy", "tags=add_only", "--on-held-back", "refuse"]);
    let server = Running::start(&["--database", &argument]);
    for name in ["vip", "lead"] {
        server.request_as(&all, "POST", "/api/v1/tags", &json!({"name": name}).to_string()).expect(201);
    }
    let body = r#"{"source":"whatsapp","identifier":"31612345678","name":"Kim"}"#;
    let made = server.request_as(&bot, "POST", "/callbell/v1/contacts", body).expect(200);
    let contact = format!("/callbell/v1/contacts/{}", made["contact"]["uuid"].as_str().unwrap());
    let reply = server.request_as(&bot, "PATCH", &contact, r#"{"tags":["vip"]}"#);
    assert_eq!(reply.expect(200)["contact"]["tags"], json!(["vip"]));
    assert_eq!(reply.header("contactd-held-back"), "");

    let reply = server.request_as(&bot, "PATCH", &contact, r#"{"tags":["lead"],"name":"Kim Wu"}"#);
    let shown = reply.expect(200)["contact"].clone();
    assert_eq!((&shown["tags"], &shown["name"]), (&json!(["vip", "lead"]), &json!("Kim Wu")));
    assert_eq!(reply.header("contactd-held-back"), "tags");
    let change = reply.header("contactd-change").to_owned();
    let event = server.request_as(&all, "GET", &format!("/api/v1/changes/{change}"), "").expect(200);
    let tags = server.request_as(&all, "GET", "/api/v1/tags?name=lead", "").expect(200);
    assert_eq!(event["held_back"], json!([{"member": "tags", "wanted": [tags["tags"][0]["id"]]}]));
    assert_eq!(event["actor"]["dialect"], "callbell");

    // Nothing is left to store: the answer alone says so.
    let reply = server.request_as(&bot, "PATCH", &contact, r#"{"tags":[]}"#);
    assert_eq!(reply.expect(200)["contact"]["tags"], json!(["vip", "lead"]));
    assert_eq!((reply.header("contactd-held-back"), reply.header("contactd-change")), ("tags", ""));

    let reply = server.request_as(&strict, "PATCH", &contact, r#"{"tags":["lead"],"name":"Joe"}"#);
    assert_eq!(reply.expect(400), json!({"error": {"tags": ["the key's policy protects 'tags'"]}}));
    let shown = server.request_as(&bot, "GET", &contact, "").expect(200);
    assert_eq!(
        (&shown["contact"]["tags"], &shown["contact"]["name"]),
        (&json!(["vip", "lead"]), &json!("Kim Wu"))
    );

    let listed = printed(&["key", "list", "--database", &argument]);
    assert!(listed.contains("  tags=add_only  bot\n"), "{listed}");
    assert!(listed.contains("  tags=add_only,on-held-back=refuse\n"), "{listed}");
    let base = ["key", "create", "--workspace", "main", "--database", &argument];
    let text = complaint(&[&base[..], &["--policy", "tag=add_only"]].concat());
    assert_eq!(text, "error: refused: policy.tag: is not known\n");
    let text = complaint(&[&base[..], &["--policy", "tags=add"]].concat());
    assert!(text.contains("unknown rule 'add'; known: replace, add_only, fill_if_empty, refuse"), "{text}");
}

/// The demo's contact through every API, by a key with a policy.
struct World {
    test: TestApp,
    key: String,
}

impl World {
    async fn new(rules: &[(&str, Rule)]) -> Self {
        let test = TestApp::new().await;
        let key = key(&test, rules).await;
        Self { test, key }
    }

    fn native(&self) -> Client {
        Client::new(api_native::routes(self.test.app.clone())).with_key("demo")
    }

    fn bound(&self, routes: fn(app::App) -> axum::Router) -> Client {
        Client::new(routes(self.test.app.clone())).with_key(&self.key)
    }

    /// A contact with the tags vip and lead: its id, its number.
    async fn contact(&self) -> (String, Json) {
        let tags = self.native().get("/api/v1/tags").await.expect(200)["tags"].clone();
        let ids: Vec<_> = tags.as_array().unwrap().iter().take(2).map(|tag| tag["id"].clone()).collect();
        let body = json!({
            "tags": ids,
            "name": {"full": "Jane Smith"},
            "channels": [{"kind": "email", "value": "jane@example.com"}],
        });
        let made = self.native().post("/api/v1/contacts", &body).await.expect(201);
        (made["id"].as_str().unwrap().to_owned(), made)
    }
}

/// A key that these rules bind.
async fn key(test: &TestApp, rules: &[(&str, Rule)]) -> String {
    let request = app::KeyRequest {
        workspaces: vec![test.workspace.name.clone()],
        policy: rules.iter().map(|(path, rule)| ((*path).to_owned(), *rule)).collect(),
        on_held_back: OnHeldBack::Tell,
        ..app::KeyRequest::default()
    };
    test.app.create_key(None, request).await.unwrap().secret
}

#[track_caller]
fn held_back(reply: &Reply, members: &str) {
    assert_eq!((reply.status.as_u16(), reply.header("contactd-held-back")), (200, members), "{}", reply.text);
}

#[tokio::test]
async fn every_dialect_adds_where_it_may_only_add() {
    let world = World::new(&[("*", Rule::AddOnly)]).await;
    let (id, made) = world.contact().await;
    let hex = id.replace('-', "");
    let zingle = world.bound(api_zingle::routes);
    let tag = made["tags"][0].as_str().unwrap();
    held_back(&zingle.delete(&format!("{SERVICE}/contacts/{id}/labels/{tag}")).await, "tags");
    let channel = made["channels"][0]["id"].as_str().unwrap();
    held_back(&zingle.delete(&format!("{SERVICE}/contacts/{id}/channels/{channel}")).await, "channels");
    held_back(
        &zingle.put(&format!("{SERVICE}/contacts/{id}"), &json!({"first_name": "Joe"})).await,
        "name.first, name.full",
    );
    let acquire = world.bound(api_acquire::routes);
    let body = json!({"fields": {"email": null, "name": "Joe"}});
    let path = format!("/api/v1/crm/objects/contact/{}", made["number"]);
    held_back(&acquire.put(&path, &body).await, "channels, name.first, name.full, name.last");
    let callbell = world.bound(api_callbell::routes);
    held_back(&callbell.patch(&format!("/v1/contacts/{hex}"), &json!({"tags": []})).await, "tags");
    let rolodex = world.bound(api_rolodex::routes);
    let path = format!("/user-api/v1/contacts/contact_{hex}");
    held_back(&rolodex.put(&path, &json!({"first_name": "Jane", "emails": []})).await, "channels");
    let native = world.bound(api_native::routes);
    let reply = native.patch(&format!("/api/v1/contacts/{id}"), &json!({"tags": [], "channels": []})).await;
    held_back(&reply, "channels, tags");
    // Links that are set from the other end.
    let path = format!("/user-api/v1/tags/tag_{}", tag.replace('-', ""));
    held_back(&rolodex.put(&path, &json!({"contacts": []})).await, "tags");
    let now = world.native().get(&format!("/api/v1/contacts/{id}")).await.expect(200);
    for member in ["tags", "channels", "name"] {
        assert_eq!(now[member], made[member]);
    }
}

#[tokio::test]
async fn what_would_take_protected_members_away_with_it_is_refused() {
    let world =
        World::new(&[("tags", Rule::AddOnly), ("deletion", Rule::Refuse), ("notes", Rule::AddOnly)]).await;
    let (id, made) = world.contact().await;
    let native = world.bound(api_native::routes);
    let refused = native.delete(&format!("/api/v1/contacts/{id}")).await.expect(422);
    assert_eq!(refused["errors"][0]["code"], "protected");
    let tag = made["tags"][0].as_str().unwrap();
    let refused = native.delete(&format!("/api/v1/tags/{tag}")).await.expect(422);
    assert_eq!(refused["errors"][0]["message"], "the key's policy protects 'tags'");
    let note = native.post("/api/v1/notes", &json!({"body": "hello"})).await;
    let note = note.expect(201)["id"].as_str().unwrap().to_owned();
    native.delete(&format!("/api/v1/notes/{note}")).await.expect(422);
    let other = world.native().post("/api/v1/contacts", &json!({})).await.expect(201);
    let acquire = world.bound(api_acquire::routes);
    let preview = json!({"contacts": [id], "preview": true});
    let path = format!("/api/v1/contacts/{}/merge", other["id"].as_str().unwrap());
    let refused = native.post(&path, &preview).await.expect(422);
    assert_eq!(refused["errors"][0]["message"], "the key's policy protects 'deletion'");
    let merge = format!("/api/v1/crm/contact/merge/{}", other["number"]);
    let refused = acquire.post(&merge, &json!({"mergeId": [made["number"]]})).await.expect(400);
    assert!(
        refused["message"].as_str().unwrap().contains("the key's policy protects 'deletion'"),
        "{refused}"
    );
    let now = world.native().get(&format!("/api/v1/contacts/{id}")).await.expect(200);
    assert_eq!(now, made);
}

#[tokio::test]
async fn an_undo_is_a_write_too() {
    let world = World::new(&[("tags", Rule::AddOnly), ("deletion", Rule::Refuse)]).await;
    let (id, made) = world.contact().await;
    let native = world.bound(api_native::routes);
    let tags = world.native().get("/api/v1/tags").await.expect(200)["tags"].clone();
    let more = json!({"tags": [made["tags"][0], made["tags"][1], tags[2]["id"]], "city": "Rome"});
    let reply = native.patch(&format!("/api/v1/contacts/{id}"), &more).await;
    assert_eq!(reply.expect(200)["tags"].as_array().unwrap().len(), 3);
    let undo = format!("/api/v1/changes/{}/undo", reply.header("contactd-change"));
    held_back(&native.post(&undo, &json!({})).await, "tags");
    let now = world.native().get(&format!("/api/v1/contacts/{id}")).await.expect(200);
    assert_eq!((&now["city"], now["tags"].as_array().unwrap().len()), (&Json::Null, 3));
    let reply = native.post("/api/v1/contacts", &json!({})).await;
    reply.expect(201);
    let undo = format!("/api/v1/changes/{}/undo", reply.header("contactd-change"));
    native.post(&undo, &json!({})).await.expect(422);
}

#[tokio::test]
async fn what_the_catalog_takes_from_contacts_is_protected_as_they_are() {
    let mut world = World::new(&[]).await;
    let admin = world.native();
    let made = async |kind: &str, body: Json| {
        let made = admin.post(&format!("/api/v1/{kind}"), &body).await.expect(201);
        format!("/api/v1/{kind}/{}", made["id"].as_str().unwrap())
    };
    made("fields", json!({"key": "owner", "name": "Owner", "type": "user"})).await;
    let user = made("users", json!({"email": "ann@example.com"})).await;
    let list = made("lists", json!({"name": "Winter"})).await;
    world.key = key(&world.test, &[("values.owner", Rule::AddOnly), ("lists", Rule::AddOnly)]).await;
    let native = world.bound(api_native::routes);
    let conditions = json!({"conditions": [{"subject": "last_name", "test": "is_set"}]});
    for (refused, path) in
        [(native.delete(&user).await, "values.owner"), (native.patch(&list, &conditions).await, "lists")]
    {
        let message = format!("the key's policy protects '{path}'");
        assert_eq!(refused.expect(422)["errors"][0]["message"], message);
    }
    native.patch(&list, &json!({"description": "cold"})).await.expect(200);
    admin.patch(&list, &conditions).await.expect(200);
    assert_eq!(admin.delete(&user).await.status.as_u16(), 204);
}
