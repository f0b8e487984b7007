//! Notes: the documented examples, links from both sides, errors.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::world::{World, column};

const NOTES: &str = "/user-api/v1/notes";

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

async fn made(world: &World) -> String {
    let made = world.data("POST", NOTES, example!("notes.create.request")).await;
    format!("{NOTES}/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_documented_note_is_made_as_documented() {
    let world = World::linked().await;
    let reply = world.client.post(NOTES, &example!("notes.create.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    let free = ["data.id", "data.created_at", "data.updated_at"];
    assert_has(&answer, &example!("notes.create.response"), &free);
    let id = &answer["data"]["id"];
    let shown = json!([{"note": {"id": id, "body": "Discussed product roadmap"}}]);
    assert_eq!(world.of_contact("contact_456", "notes").await, shown);
    let alone = world.data("POST", NOTES, json!({"body": " x\n"})).await;
    assert_eq!((&alone["body"], &alone["contacts"]), (&json!(" x\n"), &json!([])));
}

#[tokio::test]
async fn notes_have_the_documented_shapes() {
    let world = World::linked().await;
    world.test.clock.advance_ms(1000);
    let path = made(&world).await;
    let answer = world.client.get(&path).await.expect(200);
    assert_same_shape(&answer, &example!("notes.get.response"));
    assert_eq!(answer["data"].get("contacts"), None);
    let answer = world.client.get(NOTES).await.expect(200);
    assert_same_shape(&answer, &example!("notes.list.response"));
    assert_eq!(answer["pagination"], json!({"limit": 25, "offset": 0, "total": 2}));
    let answer = world.client.get(&format!("{NOTES}?include=contacts")).await.expect(200);
    assert_same_shape(&answer, &example!("notes.list.include.response"));
    assert_eq!(column(&answer["data"][0]["contacts"], "id"), ["contact_123", "contact_456"]);
    assert_eq!(column(&answer["data"][1]["contacts"], "id"), ["contact_67890"]);
    let (new, old) = ("Discussed product roadmap", "Initial outreach completed");
    let orders: [(&str, &[&str]); 3] =
        [("created_at:asc", &[old, new]), ("created_at:desc", &[new, old]), ("updated_at:desc", &[new, old])];
    world.ordered(NOTES, "body", &orders).await;
    world.test.clock.advance_ms(1000);
    world.data("PUT", &format!("{NOTES}/note_101"), json!({"body": "Later"})).await;
    let orders: [(&str, &[&str]); 2] =
        [("updated_at:desc", &["Later", new]), ("updated_at:asc", &[new, "Later"])];
    world.ordered(NOTES, "body", &orders).await;
}

#[tokio::test]
async fn the_documented_update_of_a_note_is_answered_as_documented() {
    let world = World::linked().await;
    let path = made(&world).await;
    world.test.clock.advance_ms(60_000);
    let reply = world.client.put(&path, &example!("notes.update.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    let free = ["data.id", "data.created_at", "data.updated_at"];
    assert_has(&answer, &example!("notes.update.response"), &free);
    assert_eq!(answer["data"]["updated_at"], "2025-01-15T12:46:00Z");
    assert_eq!(answer["data"].get("contacts"), None);
    let whole = format!("{path}?include=contacts");
    assert_eq!(column(&world.data("PUT", &whole, json!({})).await["contacts"], "id"), ["contact_123"]);
    let moved = world.client.put(&whole, &json!({"contacts": ["contact_999"]})).await;
    assert_ne!(moved.header("contactd-change"), "");
    assert_eq!(column(&moved.expect(200)["data"]["contacts"], "id"), ["contact_999"]);
    assert_eq!(world.of_contact("contact_123", "notes").await, json!([]));
}

#[tokio::test]
async fn a_note_answers_what_it_was_when_it_is_deleted() {
    let world = World::linked().await;
    let path = made(&world).await;
    world.data("PUT", &path, example!("notes.update.request")).await;
    let answer = world.client.delete(&format!("{path}?include=contacts")).await.expect(200);
    let free = ["data.id", "data.created_at", "data.updated_at", "data.contacts.0.image_url"];
    assert_has(&answer, &example!("notes.delete.response"), &free);
    world.gone(&path, "note").await;
    assert_eq!(world.of_contact("contact_123", "notes").await, json!([]));
}

#[tokio::test]
async fn what_a_note_cannot_be_is_refused_and_nothing_is_stored() {
    let world = World::linked().await;
    let path = made(&world).await;
    let list = format!("{NOTES}?include=contacts");
    for (method, body, expected) in [
        ("POST", json!({"contacts": []}), "invalid_request: body is required"),
        ("POST", json!({"body": ""}), "invalid_request: body must not be empty"),
        ("PUT", json!({"body": null}), "invalid_request: body must not be null"),
        ("PUT", json!({"body": "x".repeat(65_537)}), "invalid_request: body must have at most 65536 bytes"),
        (
            "PUT",
            json!({"body": "new", "contacts": ["contact_1"]}),
            "invalid_reference: contacts.0 no contact with id contact_1",
        ),
        (
            "POST",
            json!({"body": "new", "contacts": ["contact_123", 7]}),
            "invalid_request: contacts.1 must be an id or an object with an id",
        ),
    ] {
        let path = if method == "POST" { NOTES } else { &path };
        assert_eq!(world.refused_on(&list, method, path, body).await, expected);
    }
}
