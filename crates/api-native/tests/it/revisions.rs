//! What was done to keys and workspaces, and taking it back.

use app::Scope;
use model::{Dialect, Json};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::client;

async fn start() -> (TestApp, Client) {
    let test = TestApp::new().await;
    let admin = client(&test).on_all_terms();
    (test, admin)
}

/// A key like this one, made by the demo's: its path, its secret.
async fn made(admin: &Client, key: Json) -> (String, String) {
    let made = admin.post("/api/v1/keys", &key).await.expect(201);
    let text = |member: &str| made[member].as_str().unwrap().to_owned();
    (format!("/api/v1/keys/{}", text("id")), text("secret"))
}

/// The kinds of changes, and the members that they changed: the newest first.
async fn told(admin: &Client, path: &str) -> Vec<(String, Vec<String>)> {
    let history = admin.get(&format!("{path}/history")).await.expect(200);
    let told = |change: &Json| {
        let members = change["differences"].as_array().unwrap().iter();
        let members = members.map(|each| each["member"].as_str().unwrap().to_owned()).collect();
        (change["kind"].as_str().unwrap().to_owned(), members)
    };
    history["changes"].as_array().unwrap().iter().map(told).collect()
}

fn row(kind: &str, members: &[&str]) -> (String, Vec<String>) {
    (kind.to_owned(), members.iter().map(|member| (*member).to_owned()).collect())
}

#[tokio::test]
async fn each_change_of_a_key_is_told_with_who_made_it() {
    let (_test, admin) = start().await;
    let body = json!({"name": "bot", "workspaces": ["demo"], "policy": {"tags": "add_only"}});
    let (path, secret) = made(&admin, body).await;
    let patch = json!({
        "policy": {"tags": null, "lists": "refuse"},
        "scopes": ["read"],
        "rate": {"requests": 2, "per": "hour"},
    });
    admin.patch(&path, &patch).await.expect(200);
    // What changes nothing is no change.
    admin.patch(&path, &patch).await.expect(200);
    let rotated = admin.post(&format!("{path}/rotate"), &json!({})).await.expect(200);
    admin.delete(&path).await;
    let history = admin.get(&format!("{path}/history")).await;
    for secret in [&secret, rotated["secret"].as_str().unwrap()] {
        assert!(!history.text.contains(secret));
    }
    let history = history.expect(200);
    let expected = json!({
        "revision": 2,
        "kind": "updated",
        "at": "2025-01-15T12:45:00.000Z",
        "actor": {
            "key_id": history["changes"][2]["actor"]["key_id"],
            "key_name": "demo",
            "dialect": "native",
            "request_id": null,
        },
        "undoes": null,
        "differences": [
            {"member": "policy.lists", "before": null, "after": "refuse"},
            {"member": "policy.tags", "before": "add_only", "after": null},
            {"member": "rate", "before": null, "after": {"requests": 2, "per": "hour", "burst": 2}},
            {"member": "scopes", "before": ["read", "write"], "after": ["read"]},
        ],
    });
    assert_eq!(history["changes"][2], expected);
    let demo = admin.get("/api/v1/keys").await.expect(200)["keys"][0]["id"].clone();
    assert_eq!(expected["actor"]["key_id"], demo);
    assert_eq!(history["next"], Json::Null);
    let told = told(&admin, &path).await;
    let of_creation =
        ["created_at", "demand_version", "dialects", "name", "on_held_back", "policy.tags", "scopes"];
    assert_eq!(told[..2], [row("revoked", &["revoked_at"]), row("rotated", &[])]);
    assert_eq!(told[3], row("created", &[&of_creation[..], &["workspaces"]].concat()));

    let page = admin.get(&format!("{path}/history?limit=3")).await.expect(200);
    assert_eq!((page["changes"].as_array().unwrap().len(), &page["next"]), (3, &json!(2)));
    let page = admin.get(&format!("{path}/history?limit=3&before=2")).await.expect(200);
    assert_eq!(page["changes"], json!([history["changes"][3]]));
    assert_eq!(page["next"], Json::Null);
}

#[tokio::test]
async fn only_who_may_see_a_key_sees_what_was_done_to_it() {
    let (test, admin) = start().await;
    let (path, _) = made(&admin, json!({"workspaces": ["demo"]})).await;
    let writer = admin.clone().with_key(&test.key(&[Scope::Write], &[Dialect::Native]).await);
    writer.get(&format!("{path}/history")).await.expect(403);
    writer.post(&format!("{path}/history/1/undo"), &json!({})).await.expect(403);
    writer.get("/api/v1/workspaces/aff7bc93-6e28-4e70-8770-defa35cdfc1b/history").await.expect(403);
    let spa = admin.post("/api/v1/workspaces", &json!({"name": "Spa"})).await;
    let other = json!({"workspaces": ["Spa"], "scopes": ["admin"]});
    let stranger = admin.clone().with_key(&made(&admin, other).await.1);
    stranger.get(&format!("{path}/history")).await.expect(404);
    stranger.post(&format!("{path}/history/1/undo"), &json!({})).await.expect(404);
    stranger.get("/api/v1/workspaces/aff7bc93-6e28-4e70-8770-defa35cdfc1b/history").await.expect(404);
    stranger.get(&format!("{}/history", spa.header("location"))).await.expect(200);
    // A key that opened another workspace once: which, is nobody's matter who does not open it.
    let (both, _) = made(&admin, json!({"workspaces": ["demo", "Spa"]})).await;
    admin.patch(&both, &json!({"workspaces": ["Spa"]})).await.expect(200);
    let history = stranger.get(&format!("{both}/history")).await.expect(200);
    let spa = &spa.expect(201)["id"];
    assert_eq!(
        history["changes"][1]["differences"].as_array().unwrap().last().unwrap()["after"],
        json!([spa])
    );
}

#[tokio::test]
async fn a_change_of_a_key_is_taken_back() {
    let (_test, admin) = start().await;
    let body = json!({"name": "bot", "workspaces": ["demo"], "policy": {"tags": "add_only"}});
    let (path, secret) = made(&admin, body).await;
    let before = admin.get(&path).await.expect(200);
    let open = json!({"policy": {"tags": null}, "scopes": ["admin"], "name": "boss"});
    admin.patch(&path, &open).await.expect(200);
    admin.patch(&path, &json!({"name": "chief"})).await.expect(200);
    let undo = format!("{path}/history/2/undo");
    let stale = admin.clone().with_header("if-match", "\"2\"");
    stale.post(&undo, &json!({})).await.expect(412);
    let refused = admin.post(&undo, &json!({})).await.expect(409);
    assert_eq!(refused["errors"][0]["member"], "name", "{refused}");
    assert_eq!(
        refused["later_changes"],
        json!([{
            "member": "name",
            "value": "chief",
            "revision": 3,
            "at": "2025-01-15T12:45:00.000Z",
            "actor": refused["later_changes"][0]["actor"],
        }])
    );
    assert_eq!(refused["later_changes"][0]["actor"]["key_name"], "demo");

    // Tried, it is shown and changes nothing.
    let skip = json!({"on_conflict": "skip"});
    let tried = admin.clone().with_header("prefer", "dry-run").post(&undo, &skip).await.expect(200);
    assert_eq!((&tried["policy"], &tried["name"]), (&json!({"tags": "add_only"}), &json!("chief")));
    assert_eq!(admin.get(&path).await.expect(200)["policy"], json!({}));

    let reply = admin.post(&undo, &skip).await;
    let undone = reply.expect(200);
    assert_eq!(reply.header("etag"), "\"4\"");
    assert_eq!((&undone["policy"], &undone["scopes"]), (&before["policy"], &before["scopes"]));
    assert_eq!(undone["name"], "chief");
    let last = admin.get(&format!("{path}/history?limit=1")).await.expect(200);
    assert_eq!((&last["changes"][0]["undoes"], &last["changes"][0]["kind"]), (&json!(2), &json!("updated")));
    admin.clone().with_key(&secret).get("/api/v1/keys").await.expect(403);

    // Twice changes nothing more; the undo itself is a change, which is taken back as any.
    assert_eq!(admin.post(&undo, &skip).await.expect(200)["revision"], 4);
    let again = admin.post(&format!("{path}/history/4/undo"), &json!({})).await.expect(200);
    assert_eq!((&again["policy"], &again["scopes"]), (&json!({}), &json!(["admin"])));
    let over = admin.post(&undo, &json!({"on_conflict": "overwrite"})).await.expect(200);
    assert_eq!(over["name"], "bot");
}

#[tokio::test]
async fn what_gives_access_back_is_not_taken_back() {
    let (_test, admin) = start().await;
    let (path, secret) = made(&admin, json!({"workspaces": ["demo"]})).await;
    admin.post(&format!("{path}/rotate"), &json!({})).await.expect(200);
    admin.delete(&path).await;
    for (revision, why) in [(1, "revoke it"), (2, "rotate the key again"), (3, "make another one")] {
        let refused = admin
            .post(&format!("{path}/history/{revision}/undo"), &json!({"on_conflict": "overwrite"}))
            .await;
        let detail = refused.expect(422)["detail"].clone();
        assert!(detail.as_str().unwrap().ends_with(why), "{detail}");
    }
    for nothing in ["0", "4", "x", "-1", "18446744073709551615", "99999999999999999999"] {
        admin.post(&format!("{path}/history/{nothing}/undo"), &json!({})).await.expect(404);
    }
    admin.post(&format!("{path}/history/1/undo"), &json!({"on_conflict": "maybe"})).await.expect(422);
    admin.clone().with_key(&secret).get("/api/v1/contacts").await.expect(401);
}

#[tokio::test]
async fn an_undo_gives_no_more_than_its_caller_has() {
    let (_test, admin) = start().await;
    let (path, _) =
        made(&admin, json!({"workspaces": ["demo"], "rate": {"requests": 90, "per": "second"}})).await;
    admin.patch(&path, &json!({"rate": {"requests": 1, "per": "second"}})).await.expect(200);
    let bound =
        json!({"workspaces": ["demo"], "scopes": ["admin"], "rate": {"requests": 60, "per": "second"}});
    let bound = admin.clone().with_key(&made(&admin, bound).await.1);
    let refused = bound.post(&format!("{path}/history/2/undo"), &json!({})).await.expect(422);
    assert_eq!(refused["errors"][0]["member"], "rate", "{refused}");
    admin.post(&format!("{path}/history/2/undo"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn the_renaming_of_a_workspace_is_told_versioned_and_taken_back() {
    let (_test, admin) = start().await;
    let reply = admin.post("/api/v1/workspaces", &json!({"name": "Spa"})).await;
    assert_eq!(reply.header("etag"), "\"1\"");
    let path = reply.header("location").to_owned();
    let stale = admin.clone().with_header("if-match", "\"7\"");
    assert_eq!(stale.patch(&path, &json!({"name": "Pool"})).await.expect(412)["revision"], 1);
    let reply = admin.clone().with_header("if-match", "\"1\"").patch(&path, &json!({"name": "Pool"})).await;
    assert_eq!((reply.header("etag"), &reply.expect(200)["revision"]), ("\"2\"", &json!(2)));
    assert_eq!(admin.clone().with_header("if-none-match", "\"2\"").get(&path).await.status.as_u16(), 304);
    // The same name is no change.
    assert_eq!(admin.patch(&path, &json!({"name": "Pool"})).await.expect(200)["revision"], 2);
    assert_eq!(told(&admin, &path).await, [row("updated", &["name"]), row("created", &["name"])]);
    admin.patch(&path, &json!({"name": "Beach"})).await.expect(200);
    let undo = format!("{path}/history/2/undo");
    let refused = admin.post(&undo, &json!({})).await.expect(409);
    assert_eq!(
        (&refused["later_changes"][0]["value"], &refused["later_changes"][0]["revision"]),
        (&json!("Beach"), &json!(3))
    );
    // Somebody else has the name that it had.
    admin.post("/api/v1/workspaces", &json!({"name": "Spa"})).await.expect(201);
    admin.post(&undo, &json!({"on_conflict": "overwrite"})).await.expect(409);
    let undone = admin.post(&format!("{path}/history/3/undo"), &json!({})).await.expect(200);
    assert_eq!((&undone["name"], &undone["revision"]), (&json!("Pool"), &json!(4)));
    let detail =
        admin.post(&format!("{path}/history/1/undo"), &json!({})).await.expect(422)["detail"].clone();
    assert_eq!(detail, "nothing was stored: a workspace that was made stays");
    admin.post(&format!("{path}/history/9/undo"), &json!({})).await.expect(404);
    admin.get("/api/v1/workspaces/x/history").await.expect(404);
    assert_eq!(admin.get(&path).await.expect(200)["name"], "Pool");
}
