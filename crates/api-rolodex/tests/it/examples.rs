//! The documented examples, replayed.

use model::Json;
use testkit::{assert_has, assert_same_shape};

use crate::world::{CONTACTS, JANE, JANE_WHOLE, RELATIONSHIPS, World};

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

fn keys(json: &Json) -> Vec<&str> {
    json.as_object().unwrap().keys().map(String::as_str).collect()
}

#[track_caller]
fn assert_lacks(json: &Json, names: &[&str]) {
    for name in names {
        assert!(json.get(name).is_none(), "{name} is there: {json}");
    }
}

#[tokio::test]
async fn the_documented_update_is_answered_as_documented() {
    let world = World::new().await;
    let path = format!("{JANE}?include=emails,custom_fields");
    let reply = world.client.put(&path, &example!("contacts.update.request")).await;
    let answer = reply.expect(200);
    assert_ne!(reply.header("contactd-change"), "");
    assert_has(&answer, &example!("contacts.update.response"), &[]);
    assert_has(&answer, &example!("contacts.update.include.response"), &["data.emails.0.id"]);
    assert_lacks(&answer["data"], &["phone_numbers", "companies", "tags", "lists", "notes"]);
    assert_eq!(keys(&answer), ["data"]);
}

#[tokio::test]
async fn the_documented_update_without_include_has_no_relationships() {
    let world = World::new().await;
    let answer = world.client.put(JANE, &example!("contacts.update.request")).await.expect(200);
    assert_has(&answer, &example!("contacts.update.response"), &[]);
    assert_lacks(&answer["data"], &RELATIONSHIPS);
}

#[tokio::test]
async fn the_documented_update_replaces_what_it_names_and_leaves_the_rest() {
    let world = World::new().await;
    let before = world.jane().await;
    assert_eq!(before["emails"].as_array().unwrap().len(), 2);
    world.client.put(JANE, &example!("contacts.update.include.request")).await.expect(200);
    let after = world.jane().await;
    assert_eq!(after["emails"].as_array().unwrap().len(), 1);
    for name in ["phone_numbers", "companies", "tags", "lists", "notes", "first_name", "location"] {
        assert_eq!(after[name], before[name], "{name}");
    }
}

#[tokio::test]
async fn the_clearing_update_is_answered_as_recommended() {
    let world = World::new().await;
    world.client.put(JANE, &example!("contacts.update.request")).await.expect(200);
    let path = format!("{JANE}?include=tags,lists");
    let answer = world.client.put(&path, &example!("contacts.update.clear.request")).await.expect(200);
    assert_has(&answer, &example!("contacts.update.clear.response"), &[]);
    assert_lacks(&answer["data"], &["emails", "phone_numbers", "companies", "notes", "custom_fields"]);
}

#[tokio::test]
async fn the_documented_delete_is_answered_as_documented() {
    let world = World::new().await;
    world.client.put(JANE, &example!("contacts.update.request")).await.expect(200);
    let before = world.jane().await;
    let reply = world.client.delete(JANE_WHOLE).await;
    let answer = reply.expect(200);
    assert_ne!(reply.header("contactd-change"), "");
    let free = ["data.emails.0.id", "data.phone_numbers.0.id"];
    assert_has(&answer, &example!("contacts.delete.response"), &free);
    assert_eq!(answer["data"], before);
    assert_eq!(world.client.get(JANE).await.expect(404), example!("error.not_found.response"));
    assert_eq!(world.client.delete(JANE).await.expect(404), example!("error.not_found.response"));
}

#[tokio::test]
async fn a_delete_answers_only_the_relationships_asked_for() {
    let world = World::new().await;
    let answer = world.client.delete(&format!("{JANE}?include=tags")).await.expect(200);
    assert_eq!(answer["data"]["tags"], serde_json::json!([{"tag": {"id": "tag_123", "name": "Lead"}}]));
    assert_lacks(&answer["data"], &["emails", "phone_numbers", "companies", "lists", "notes"]);
}

#[tokio::test]
async fn the_documented_create_is_answered_as_documented() {
    let world = World::new().await;
    let reply = world.client.post(CONTACTS, &example!("contacts.create.request")).await;
    let answer = reply.expect(200);
    assert_ne!(reply.header("contactd-change"), "");
    let mut expected = example!("contacts.create.response");
    // That part of the example was rebuilt; tags are in the order of their names.
    expected["data"]["tags"].as_array_mut().unwrap().reverse();
    let free = [
        "data.id",
        "data.created_at",
        "data.updated_at",
        "data.emails.0.id",
        "data.emails.1.id",
        "data.phone_numbers.0.id",
        "data.phone_numbers.1.id",
    ];
    assert_has(&answer, &expected, &free);
    let data = &answer["data"];
    assert_eq!(data["created_at"], "2025-01-15T12:45:00Z");
    let id = data["id"].as_str().unwrap();
    assert_eq!(id.strip_prefix("contact_").map(str::len), Some(32));
    let read = world.client.get(&format!("{CONTACTS}/{id}?{}", all_includes())).await.expect(200);
    assert_eq!(&read["data"], data);
}

fn all_includes() -> String {
    format!("include={}", RELATIONSHIPS.join(","))
}

#[tokio::test]
async fn the_smallest_create_is_answered_as_recommended() {
    let world = World::new().await;
    let answer = world.client.post(CONTACTS, &example!("contacts.create.minimal.request")).await.expect(200);
    let free = ["data.id", "data.created_at", "data.updated_at"];
    assert_has(&answer, &example!("contacts.create.minimal.response"), &free);
}

#[tokio::test]
async fn a_contact_has_the_documented_shape() {
    let world = World::new().await;
    let answer = world.client.get(&format!("{JANE}?include=emails,companies")).await.expect(200);
    assert_same_shape(&answer, &example!("contacts.get.response"));
    assert_lacks(&answer["data"], &["phone_numbers", "tags", "lists", "notes", "custom_fields"]);
    assert_lacks(&world.client.get(JANE).await.expect(200)["data"], &RELATIONSHIPS);
}

#[tokio::test]
async fn a_contact_has_the_members_that_only_real_clients_read() {
    let world = World::new().await;
    let jane = world.client.get(JANE).await.expect(200)["data"].clone();
    for name in ["youtube_slug", "business_card_image_url", "manager_id", "last_team_interaction"] {
        assert_eq!(jane.get(name), Some(&Json::Null), "{name}");
    }
    assert_eq!(jane["workspace_id"], format!("workspace_{}", world.test.workspace.id.hex()));
}

#[tokio::test]
async fn a_list_has_the_documented_shape() {
    let world = World::new().await;
    let answer = world.client.get(CONTACTS).await.expect(200);
    assert_same_shape(&answer, &example!("contacts.list.response"));
    assert_eq!(keys(&answer), ["pagination", "data"]);
    assert_lacks(&answer["data"][0], &RELATIONSHIPS);
    let answer = world.client.get(&format!("{CONTACTS}?{}", all_includes())).await.expect(200);
    let rows = answer["data"].as_array().unwrap();
    let jane = rows.iter().find(|row| row["id"] == "contact_67890").unwrap();
    assert_same_shape(jane, &example!("contacts.list.include.response")["data"][0]);
    assert_eq!(*jane, world.jane().await);
}

#[tokio::test]
async fn errors_have_the_recommended_bodies() {
    let world = World::new().await;
    let body = serde_json::json!({"tags": ["tag_123", "tag_999"]});
    let refused = world.client.put(JANE, &body).await.expect(400);
    assert_eq!(refused, example!("error.invalid_reference.response"));
    let refused = world.client.post(CONTACTS, &serde_json::json!({})).await.expect(400);
    assert_eq!(refused, example!("error.invalid_request.response"));
    let missing = world.client.get(&format!("{CONTACTS}/contact_1")).await.expect(404);
    assert_eq!(missing, example!("error.not_found.response"));
    let unknown = world.client.clone().with_key("nobody").get(JANE).await.expect(401);
    assert_same_shape(&unknown, &example!("error.unauthorized.response"));
    assert_eq!(unknown["error"], "unauthorized");
}
