//! Keys, workspaces, settings, limits.

use app::{KeyRequest, Scope};
use model::{Dialect, Json};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::client;

const KEYS: &str = "/api/v1/keys";

struct World {
    test: TestApp,
    admin: Client,
}

impl World {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let admin = client(&test).on_all_terms();
        Self { test, admin }
    }

    fn with(&self, key: &str) -> Client {
        self.admin.clone().with_key(key)
    }

    /// A key like this one, made by the demo's: its path, its secret.
    async fn made(&self, key: Json) -> (String, String) {
        let made = self.admin.post(KEYS, &key).await.expect(201);
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        (format!("{KEYS}/{}", text("id")), text("secret"))
    }
}

#[tokio::test]
async fn a_key_is_made_shown_once_restricted_and_revoked() {
    let world = World::new().await;
    let body = json!({
        "name": "bot",
        "workspaces": ["demo"],
        "dialects": ["callbell", "native"],
        "policy": {"tags": "add_only", "values.*": "fill_if_empty"},
        "rate": {"requests": 600, "per": "minute"},
        "demand_version": true,
    });
    let reply = world.admin.post(KEYS, &body).await;
    let made = reply.expect(201);
    assert_eq!((reply.header("etag"), reply.header("cache-control")), ("\"1\"", "no-store"));
    let path = reply.header("location").to_owned();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("ctd_"));
    assert_eq!(made["rate"], json!({"requests": 600, "per": "minute", "burst": 600}));
    assert_eq!(made["scopes"], json!(["read", "write"]));
    let shown = world.admin.get(&path).await.expect(200);
    assert_eq!(shown.get("secret"), None);
    assert_eq!(shown["policy"], json!({"tags": "add_only", "values.*": "fill_if_empty"}));
    let listed = world.admin.get(KEYS).await.expect(200);
    assert_eq!(listed["keys"][1], shown);
    assert_eq!(
        world.admin.clone().with_header("if-none-match", "\"1\"").get(&path).await.status.as_u16(),
        304
    );

    // What was read can be sent back; rules are merged.
    let mut patch = shown.clone();
    patch["policy"] = json!({"tags": null, "lists": "refuse"});
    patch["rate"] = Json::Null;
    patch["scopes"] = json!(["read"]);
    let reply = world.admin.clone().with_header("if-match", "\"1\"").patch(&path, &patch).await;
    let changed = reply.expect(200);
    assert_eq!(reply.header("etag"), "\"2\"");
    assert_eq!(changed["policy"], json!({"lists": "refuse", "values.*": "fill_if_empty"}));
    let stale =
        world.admin.clone().with_header("if-match", "\"1\"").patch(&path, &json!({"name": "x"})).await;
    assert_eq!(stale.expect(412)["revision"], 2);
    world.with(secret).post("/api/v1/contacts", &json!({})).await.expect(403);

    assert_eq!(world.admin.delete(&path).await.status.as_u16(), 204);
    assert_eq!(world.with(secret).get("/api/v1/contacts").await.status.as_u16(), 401);
    assert_ne!(world.admin.get(&path).await.expect(200)["revoked_at"], Json::Null);
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_all_told() {
    let world = World::new().await;
    let body = json!({
        "workspaces": ["demo"],
        "scopes": ["all"],
        "dialects": [],
        "policy": {"tags": "add"},
        "rate": {"requests": 0, "per": "second"},
        "colour": "red",
    });
    let refused = world.admin.post(KEYS, &body).await.expect(422);
    let members: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|each| each["member"].clone()).collect();
    assert_eq!(members, ["scopes", "dialects", "policy.tags", "rate", "colour"]);
    let body = json!({"workspaces": ["demo"], "policy": {"tag": "add_only", "values.nothing": "refuse"}});
    let refused = world.admin.post(KEYS, &body).await.expect(422);
    assert_eq!(refused["errors"][0]["member"], "policy.tag");
    assert_eq!(refused["errors"][1]["member"], "policy.values.nothing");
    world.admin.post(KEYS, &json!({"workspaces": ["nowhere"]})).await.expect(404);
    world.admin.post(KEYS, &json!({})).await.expect(422);
    world.admin.get(&format!("{KEYS}/x")).await.expect(404);
}

#[tokio::test]
async fn a_rotated_key_has_a_new_secret_and_the_old_one_for_a_while() {
    let world = World::new().await;
    let (path, old) = world.made(json!({"workspaces": ["demo"]})).await;
    let rotated = world.admin.post(&format!("{path}/rotate"), &json!({"overlap": 3600})).await.expect(200);
    let new = rotated["secret"].as_str().unwrap();
    for secret in [&old, new] {
        world.with(secret).get("/api/v1/contacts").await.expect(200);
    }
    world.admin.post(&format!("{path}/rotate"), &json!({"overlap": -1})).await.expect(422);
    world.admin.post(&format!("{path}/rotate"), &json!({})).await.expect(200);
    assert_eq!(world.with(new).get("/api/v1/contacts").await.status.as_u16(), 401, "without an overlap");
    assert_eq!(world.admin.get(KEYS).await.expect(200)["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_revoked_key_gets_no_other_secret() {
    let world = World::new().await;
    let (path, _) = world.made(json!({"workspaces": ["demo"]})).await;
    assert_eq!(world.admin.delete(&path).await.status.as_u16(), 204);
    let refused = world.admin.post(&format!("{path}/rotate"), &json!({})).await;
    assert_eq!(crate::refusals(&refused, 422), [" unusable"]);
    assert!(!refused.text.contains("ctd_"));
}

#[tokio::test]
async fn a_key_is_rotated_and_revoked_at_the_revision_that_was_read() {
    let world = World::new().await;
    let (path, secret) = world.made(json!({"workspaces": ["demo"]})).await;
    let stale = world.admin.clone().with_header("if-match", "\"99\"");
    stale.post(&format!("{path}/rotate"), &json!({})).await.expect(412);
    assert_eq!(stale.send("DELETE", &path, "").await.status.as_u16(), 412);
    world.with(&secret).get("/api/v1/contacts").await.expect(200);
    let read = world.admin.get(&path).await;
    let fresh = world.admin.clone().with_header("if-match", read.header("etag"));
    assert_eq!(fresh.send("DELETE", &path, "").await.status.as_u16(), 204);
}

#[tokio::test]
async fn of_two_that_read_the_same_revision_of_a_key_one_changes_it() {
    let world = World::new().await;
    // As they come: what is tried first would see what the other did.
    let admin = client(&world.test);
    let rotate = async |client: Client, path: String| {
        client.post(&format!("{path}/rotate"), &json!({})).await.status.as_u16()
    };
    let revoke = async |client: Client, path: String| client.send("DELETE", &path, "").await.status.as_u16();
    for round in 0..8 {
        let (path, _) = world.made(json!({"workspaces": ["demo"]})).await;
        let client = || admin.clone().with_header("if-match", "\"1\"");
        let (one, other) = tokio::join!(rotate(client(), path.clone()), rotate(client(), path.clone()));
        assert!(matches!((one, other), (200, 412) | (412, 200)), "{round}: {one}, {other}");
        let client = || admin.clone().with_header("if-match", "\"2\"");
        let (one, other) = tokio::join!(revoke(client(), path.clone()), rotate(client(), path.clone()));
        assert!(matches!((one, other), (204, 412) | (412, 200)), "{round}: {one}, {other}");
    }
}

#[tokio::test]
async fn the_rule_of_a_field_stays_with_it() {
    let world = World::new().await;
    let field = json!({"key": "score", "name": "Score", "type": "number"});
    let field =
        world.admin.post("/api/v1/fields", &field).await.expect(201)["id"].as_str().unwrap().to_owned();
    let policy = json!({"values.score": "fill_if_empty"});
    let (path, secret) = world.made(json!({"workspaces": ["demo"], "policy": policy})).await;
    let bot = world.with(&secret);
    let contact = world.admin.post("/api/v1/contacts", &json!({"values": {"score": 1}})).await.expect(201);
    let contact = format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap());
    let field = format!("/api/v1/fields/{field}");
    let held_back = async |key: &str| {
        let reply = bot.patch(&contact, &json!({"values": {key: 2}})).await;
        reply.expect(200);
        reply.header("contactd-held-back").to_owned()
    };
    assert_eq!(held_back("score").await, "values.score");
    world.admin.patch(&field, &json!({"key": "points"})).await.expect(200);
    let named = world.admin.patch(&path, &json!({"name": "bot"})).await.expect(200);
    assert_eq!(named["policy"], policy);
    assert_eq!(held_back("points").await, "values.points");
    // Changed, it names the field as it is called now.
    let changed = world.admin.patch(&path, &json!({"policy": {"city": "refuse"}})).await.expect(200);
    assert_eq!(changed["policy"], json!({"values.points": "fill_if_empty", "city": "refuse"}));
    assert_eq!(held_back("points").await, "values.points");
    assert_eq!(world.admin.send("DELETE", &field, "").await.status.as_u16(), 204);
    world.admin.patch(&path, &json!({"policy": {"city": null}})).await.expect(200);
}

#[tokio::test]
async fn a_key_gives_no_more_than_it_has_and_sees_no_other_workspaces() {
    let world = World::new().await;
    let foreign = world.test.foreign_key().await;
    let keys = world.test.app.list_keys(None).await.unwrap();
    let foreign_id = keys.last().unwrap().id;
    let (path, secret) = world
        .made(json!({
            "workspaces": ["demo"],
            "scopes": ["admin"],
            "dialects": ["native"],
            "policy": {"tags": "add_only"},
            "rate": {"requests": 100, "per": "second"},
            "expires_at": "2030-01-01T00:00:00Z",
            "demand_version": true,
        }))
        .await;
    let bound = world.with(&secret);
    let refused = bound.post(KEYS, &json!({"workspaces": ["demo"]})).await.expect(422);
    let members: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|each| each["member"].clone()).collect();
    assert_eq!(members, ["dialects", "policy", "demand_version", "rate", "expires_at"]);
    assert_eq!(refused["errors"][0]["code"], "beyond_rights");
    // Nor through itself, nor through one that may more.
    bound.patch(&path, &json!({"rate": null})).await.expect(422);
    bound.patch(&path, &json!({"name": "mine"})).await.expect(200);
    let demo = bound.get(KEYS).await.expect(200)["keys"][0]["id"].as_str().unwrap().to_owned();
    bound.post(&format!("{KEYS}/{demo}/rotate"), &json!({})).await.expect(422);
    // What it does not open is not there.
    bound.get(&format!("{KEYS}/{foreign_id}")).await.expect(404);
    bound.post(KEYS, &json!({"workspaces": ["other"]})).await.expect(404);
    assert_eq!(bound.get(KEYS).await.expect(200)["keys"].as_array().unwrap().len(), 2);
    let workspaces = bound.get("/api/v1/workspaces").await.expect(200);
    assert_eq!(workspaces["workspaces"].as_array().unwrap().len(), 1);
    for (scopes, path) in [([Scope::Write], KEYS), ([Scope::Write], "/api/v1/keys/x")] {
        let writer = world.with(&world.test.key(&scopes, &[]).await);
        assert_eq!(writer.get(path).await.status.as_u16(), if path == KEYS { 403 } else { 404 });
    }
    assert_eq!(world.with(&foreign).get("/api/v1/contacts").await.status.as_u16(), 200);
}

#[tokio::test]
async fn when_a_key_was_used_is_stored_later() {
    let world = World::new().await;
    let (path, secret) = world.made(json!({"workspaces": ["demo"]})).await;
    world.with(&secret).get("/api/v1/contacts").await.expect(200);
    assert_eq!(world.admin.get(&path).await.expect(200)["used_at"], Json::Null);
    world.test.app.store_key_uses().await.unwrap();
    let shown = world.admin.get(&path).await.expect(200);
    assert_eq!((&shown["used_at"], &shown["revision"]), (&json!("2025-01-15T12:45:00.000Z"), &json!(1)));
}

#[tokio::test]
async fn workspaces_are_made_opened_and_renamed() {
    let world = World::new().await;
    let reply = world.admin.post("/api/v1/workspaces", &json!({"name": "Spa"})).await;
    let made = reply.expect(201);
    let path = reply.header("location").to_owned();
    assert_eq!(world.admin.get(&path).await.expect(200), made);
    let renamed = world.admin.patch(&path, &json!({"name": "Wellness"})).await.expect(200);
    assert_eq!(renamed["name"], "Wellness");
    world.admin.patch(&path, &json!({"name": "demo"})).await.expect(409);
    world.admin.post("/api/v1/workspaces", &json!({"name": "Wellness"})).await.expect(409);
    let names = world.admin.get("/api/v1/workspaces").await.expect(200);
    assert_eq!(names["workspaces"][1]["name"], "Wellness");
    let writer = world.with(&world.test.key(&[Scope::Write], &[Dialect::Native]).await);
    writer.get(&path).await.expect(404);
    writer.post("/api/v1/workspaces", &json!({"name": "Mine"})).await.expect(403);
}

#[tokio::test]
async fn settings_are_changed_undone_and_versioned() {
    let world = World::new().await;
    let before = world.admin.get("/api/v1/settings").await.expect(200);
    let reply = world.admin.patch("/api/v1/settings", &json!({"default_country": "nl"})).await;
    assert_eq!(reply.expect(200)["default_country"], "NL");
    let change = reply.header("contactd-change").to_owned();
    let stale = world.admin.clone().with_header("if-match", &format!("\"{}\"", before["revision"]));
    stale.patch("/api/v1/settings", &json!({"default_country": null})).await.expect(412);
    world.admin.patch("/api/v1/settings", &json!({"default_country": "atlantis"})).await.expect(422);
    world.admin.post(&format!("/api/v1/changes/{change}/undo"), &json!({})).await.expect(200);
    let after = world.admin.get("/api/v1/settings").await.expect(200);
    assert_eq!(after["default_country"], before["default_country"]);
}

#[tokio::test]
async fn every_limit_is_told() {
    let world = World::new().await;
    let limits = world.admin.get("/api/v1/limits").await.expect(200);
    assert_eq!(limits["request"]["body_bytes"], api_kit::MAX_BODY_BYTES);
    assert_eq!(limits["contact"]["channels"], model::limits::CHANNELS);
    assert_eq!(limits["key"]["rate"], Json::Null);
    assert_eq!(limits["key"]["revisions"], app::REVISIONS_MAX);
    assert_eq!((&limits["search"]["terms"], &limits["search"]["seconds"]), (&json!(100), &json!(2)));
    assert_eq!((&limits["merge"]["contacts"], &limits["history"]["changes"]), (&json!(100), &json!(10_000)));
    assert_eq!(
        (&limits["json_patch"]["operations"], &limits["page"]["included"]),
        (&json!(1000), &json!(1000))
    );
    let (_, secret) =
        world.made(json!({"workspaces": ["demo"], "rate": {"requests": 2, "per": "hour"}})).await;
    let slow = client(&world.test).with_key(&secret);
    let limits = slow.get("/api/v1/limits").await.expect(200);
    assert_eq!(limits["key"]["rate"], json!({"requests": 2, "per": "hour", "burst": 2}));
    assert_eq!(limits["key"]["remaining"], 1);
}

#[tokio::test]
async fn a_secret_of_ones_own_is_for_the_command_line() {
    let world = World::new().await;
    let body = json!({"workspaces": ["demo"], "secret": "the-key-that-the-old-bot-has"});
    let refused = world.admin.post(KEYS, &body).await.expect(422);
    assert_eq!(refused["errors"][0]["member"], "secret");
    let request = KeyRequest { workspaces: vec!["demo".to_owned()], ..KeyRequest::default() };
    assert!(world.test.app.create_key(None, request).await.is_ok());
}
