//! Tasks: the documented examples, users, order, errors.

use model::{Aliases, Dialect, Json, Tag, TagId, Timestamp, User, UserId};
use serde_json::json;
use testkit::{assert_has, assert_same_shape};
use uuid::Uuid;

use crate::world::{World, column};

const TASKS: &str = "/user-api/v1/tasks";
const FREE: [&str; 3] = ["data.id", "data.created_at", "data.updated_at"];

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

/// The tags and users of the examples beside the demo's.
pub(crate) async fn world() -> World {
    let world = World::linked().await;
    let alias = |text: &str| Aliases::one(Dialect::Rolodex, text);
    let now = Timestamp::parse_rfc3339("2025-01-15T10:30:00Z").unwrap();
    let edit = |catalog: &mut model::Catalog| {
        for (number, id, name) in [(51, "tag_101", "High Priority"), (52, "tag_102", "Sales")] {
            catalog.tags.push(Tag {
                id: TagId(Uuid::from_u128(u128::from(number))),
                number,
                name: name.to_owned(),
                background_color: None,
                text_color: None,
                created_at: now,
                aliases: alias(id),
                extras: model::Extras::default(),
            });
        }
        for (number, id, first, last, picture) in [
            (61, "user_456", "Alice", "Smith", "user-avatar"),
            (62, "user_789", "Bob", "Johnson", "creator-avatar"),
        ] {
            catalog.users.push(User {
                id: UserId(Uuid::from_u128(u128::from(number))),
                number,
                email: format!("{first}@example.com"),
                first_name: first.to_owned(),
                last_name: last.to_owned(),
                avatar_url: Some(format!("https://example.com/{picture}.jpg")),
                admin: false,
                created_at: now,
                aliases: alias(id),
            });
        }
    };
    world.test.app.edit_catalog(world.test.workspace.number, edit).await.unwrap();
    world
}

async fn made(world: &World) -> String {
    let made = world.data("POST", TASKS, example!("tasks.create.request")).await;
    format!("{TASKS}/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_documented_task_is_made_as_documented() {
    let world = world().await;
    let reply = world.client.post(TASKS, &example!("tasks.create.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    assert_has(&answer, &example!("tasks.create.response"), &FREE);
    let id = answer["data"]["id"].as_str().unwrap();
    let read = world.data("GET", &format!("{TASKS}/{id}?include=tags"), Json::Null).await;
    assert_eq!(read, answer["data"]);
    let least = json!({"body": "x", "due_date": "2025-01-25T18:00:00+02:00"});
    let least = world.data("POST", TASKS, least).await;
    assert_eq!(least["due_date"], "2025-01-25T16:00:00Z");
    assert_eq!((&least["contacts"], &least["tags"]), (&json!([]), &json!([])));
    for name in ["assignee", "creator", "completed_at"] {
        assert_eq!(least.get(name), Some(&Json::Null), "{name}");
    }
}

#[tokio::test]
async fn tasks_always_carry_their_contacts_and_users() {
    let world = world().await;
    let path = made(&world).await;
    let answer = world.client.get(&format!("{path}?include=tags")).await.expect(200);
    assert_same_shape(&answer, &example!("tasks.get.response"));
    let bare = world.data("GET", &path, Json::Null).await;
    assert_eq!(bare.get("tags"), None);
    assert_eq!(column(&bare["contacts"], "id"), ["contact_123", "contact_456"]);
    assert_eq!(bare["assignee"], example!("tasks.get.response")["data"]["assignee"]);
    let answer = world.client.get(TASKS).await.expect(200);
    assert_same_shape(&answer, &example!("tasks.list.response"));
    assert_eq!(answer["pagination"], json!({"limit": 25, "offset": 0, "total": 2}));
    assert_eq!(answer["data"][0], bare);
    let answer = world.client.get(&format!("{TASKS}?include=tags")).await.expect(200);
    assert_same_shape(&answer, &example!("tasks.list.include.response"));
    world.client.delete("/user-api/v1/contacts/contact_123").await.expect(200);
    let rest = world.data("GET", &path, Json::Null).await;
    assert_eq!(column(&rest["contacts"], "id"), ["contact_456"]);
}

#[tokio::test]
async fn tasks_are_ordered_by_their_due_dates() {
    let world = World::new().await;
    for (body, day) in [("second", "02"), ("third", "03"), ("first", "01")] {
        world
            .data("POST", TASKS, json!({"body": body, "due_date": format!("2025-02-{day}T00:00:00Z")}))
            .await;
    }
    let orders: [(&str, &[&str]); 2] =
        [("due_date:asc", &["first", "second", "third"]), ("due_date:desc", &["third", "second", "first"])];
    world.ordered(TASKS, "body", &orders).await;
    let newest = world.client.get(TASKS).await.expect(200);
    assert_eq!(column(&newest["data"], "body"), ["first", "third", "second"]);
}

#[tokio::test]
async fn the_documented_update_of_a_task_is_answered_as_documented() {
    let world = world().await;
    let path = made(&world).await;
    world.test.clock.advance_ms(60_000);
    let reply = world.client.put(&path, &example!("tasks.update.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    let free = [FREE[0], FREE[1], FREE[2], "data.contacts.0.image_url"];
    assert_has(&answer, &example!("tasks.update.response"), &free);
    assert_eq!(answer["data"]["updated_at"], "2025-01-15T12:46:00Z");
    assert_eq!(answer["data"].get("tags"), None);
    let answer = world.client.put(&path, &example!("tasks.update.unassign.request")).await.expect(200);
    assert_has(&answer, &example!("tasks.update.unassign.response"), &free);
    let object = world.data("PUT", &path, json!({"assignee": {"id": "user_789", "full_name": "x"}})).await;
    assert_eq!(object["assignee"]["full_name"], "Bob Johnson");
    let whole = world.data("GET", &format!("{path}?include=tags"), Json::Null).await;
    let reply = world.client.put(&format!("{path}?include=tags"), &whole).await;
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(reply.expect(200)["data"], whole);
}

#[tokio::test]
async fn a_task_answers_what_it_was_when_it_is_deleted() {
    let world = world().await;
    let path = made(&world).await;
    let whole = world.data("GET", &format!("{path}?include=tags"), Json::Null).await;
    let answer = world.client.delete(&format!("{path}?include=tags")).await.expect(200);
    assert_same_shape(&answer, &example!("tasks.delete.response"));
    assert_eq!(answer["data"], whole);
    world.gone(&path, "task").await;
}

#[tokio::test]
async fn what_a_task_cannot_be_is_refused_and_nothing_is_stored() {
    let world = world().await;
    let path = made(&world).await;
    let list = format!("{TASKS}?include=tags");
    for (method, body, expected) in [
        ("POST", json!({}), "invalid_request: body is required; due_date is required"),
        ("PUT", json!({"body": ""}), "invalid_request: body must not be empty"),
        ("PUT", json!({"due_date": null}), "invalid_request: due_date must not be null"),
        ("POST", json!({"body": "x", "due_date": null}), "invalid_request: due_date must not be null"),
        ("PUT", json!({"due_date": "tomorrow"}), "invalid_request: due_date must be an instant (RFC 3339)"),
        ("PUT", json!({"completed_at": 5}), "invalid_request: completed_at must be a string or null"),
        (
            "PUT",
            json!({"assignee": 5}),
            "invalid_request: assignee must be an id, an object with an id, or null",
        ),
        (
            "PUT",
            json!({"body": "New", "assignee": "user_1", "creator": {"id": "user_2"}, "tags": ["tag_1"],
                "contacts": ["contact_1"]}),
            "invalid_reference: assignee no workspace user with id user_1; \
             creator no workspace user with id user_2; tags.0 no tag with id tag_1; \
             contacts.0 no contact with id contact_1",
        ),
    ] {
        let path = if method == "POST" { TASKS } else { &path };
        assert_eq!(world.refused_on(&list, method, path, body).await, expected);
    }
}
