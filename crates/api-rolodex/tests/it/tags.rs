//! Tags: the documented examples, links from both sides, bounds, errors.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::world::{World, column};

const TAGS: &str = "/user-api/v1/tags";
const WHOLE: &str = "include=contacts,companies,tasks";

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

/// The documented tag, made.
async fn vip(world: &World) -> String {
    let made = world.data("POST", TAGS, example!("tags.create.request")).await;
    format!("{TAGS}/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_documented_tag_is_made_as_documented() {
    let world = World::linked().await;
    let reply = world.client.post(TAGS, &example!("tags.create.request")).await;
    let answer = reply.expect(200);
    assert_ne!(reply.header("contactd-change"), "");
    let free = ["data.id", "data.created_at", "data.updated_at"];
    assert_has(&answer, &example!("tags.create.response"), &free);
    let data = &answer["data"];
    assert_eq!(data["created_at"], "2025-01-15T12:45:00Z");
    let id = data["id"].as_str().unwrap();
    assert_eq!(id.strip_prefix("tag_").map(str::len), Some(32));
    assert_eq!(world.data("GET", &format!("{TAGS}/{id}?{WHOLE}"), Json::Null).await, *data);
    // The same links from their other side.
    let shown = json!([{"tag": {"id": id, "name": "VIP Client"}}]);
    assert_eq!(world.of_contact("contact_123", "tags").await, shown);
    assert_eq!(world.of_contact("contact_999", "tags").await, json!([]));
}

#[tokio::test]
async fn a_tag_has_the_documented_shape() {
    let world = World::linked().await;
    let path = vip(&world).await;
    let answer = world.client.get(&path).await.expect(200);
    assert_same_shape(&answer, &example!("tags.get.response"));
    for name in ["contacts", "companies", "tasks"] {
        assert_eq!(answer["data"].get(name), None, "{name}");
        let one = world.data("GET", &format!("{path}?include={name}"), Json::Null).await;
        assert_eq!(one.as_object().unwrap().len(), 5, "{one}");
        assert!(!one[name].as_array().unwrap().is_empty(), "{one}");
    }
    let demo = world.data("GET", &format!("{TAGS}/tag_123?include=contacts"), Json::Null).await;
    assert_eq!(column(&demo["contacts"], "id"), [json!("contact_67890")]);
}

#[tokio::test]
async fn tags_are_listed_with_what_they_include() {
    let world = World::linked().await;
    vip(&world).await;
    let answer = world.client.get(TAGS).await.expect(200);
    assert_same_shape(&answer, &example!("tags.list.response"));
    assert_eq!(answer["pagination"], json!({"limit": 25, "offset": 0, "total": 8}));
    assert_eq!(answer["data"][0].get("contacts"), None);
    let answer = world.client.get(&format!("{TAGS}?{WHOLE}&limit=4")).await.expect(200);
    assert_same_shape(&answer, &example!("tags.list.include.response"));
    let lead = &answer["data"][3];
    assert_eq!(lead["name"], "Lead");
    assert_eq!(column(&lead["contacts"], "id"), [json!("contact_67890")]);
    assert_eq!((&lead["companies"], &lead["tasks"]), (&json!([]), &json!([])));
    let page = world.client.get(&format!("{TAGS}?limit=3&offset=6")).await.expect(200);
    assert_eq!(page["pagination"], json!({"limit": 3, "offset": 6, "total": 8}));
    assert_eq!(column(&page["data"], "name"), [json!("Interested"), json!("Call back")]);
}

#[tokio::test]
async fn tags_are_ordered_by_name_and_age() {
    let world = World::new().await;
    let oldest = ["Call back", "Interested", "sales", "lead", "Lead", "AI", "VIP"];
    let newest: Vec<_> = oldest.iter().rev().copied().collect();
    let names = ["AI", "Call back", "Interested", "lead", "Lead", "sales", "VIP"];
    let reversed = ["VIP", "sales", "lead", "Lead", "Interested", "Call back", "AI"];
    let orders: [(&str, &[&str]); 4] = [
        ("created_at:asc", &oldest),
        ("created_at:desc", &newest),
        ("name:asc", &names),
        ("name:desc", &reversed),
    ];
    world.ordered(TAGS, "name", &orders).await;
}

#[tokio::test]
async fn the_documented_update_of_a_tag_leaves_what_it_does_not_name() {
    let world = World::linked().await;
    let path = vip(&world).await;
    world.test.clock.advance_ms(60_000);
    let answer = world.client.put(&format!("{path}?{WHOLE}"), &example!("tags.update.request")).await;
    assert_ne!(answer.header("contactd-change"), "");
    let answer = answer.expect(200);
    let free = ["data.id", "data.created_at", "data.updated_at", "data.contacts.0.image_url"];
    assert_has(&answer, &example!("tags.update.response"), &free);
    assert_eq!(answer["data"]["updated_at"], "2025-01-15T12:46:00Z");
    let bare = world.data("PUT", &path, json!({})).await;
    assert_eq!(bare.as_object().unwrap().len(), 4, "{bare}");
    assert_eq!(world.of_contact("contact_456", "tags").await, json!([]));
    let emptied = json!({"contacts": [], "companies": [], "tasks": []});
    let emptied = world.data("PUT", &format!("{path}?{WHOLE}"), emptied).await;
    for name in ["contacts", "companies", "tasks"] {
        assert_eq!(emptied[name], json!([]), "{name}");
    }
}

#[tokio::test]
async fn a_tag_answers_what_it_was_when_it_is_deleted() {
    let world = World::linked().await;
    let path = vip(&world).await;
    world.data("PUT", &path, example!("tags.update.request")).await;
    let reply = world.client.delete(&format!("{path}?{WHOLE}")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let free = ["data.id", "data.created_at", "data.updated_at", "data.contacts.0.image_url"];
    assert_has(&reply.expect(200), &example!("tags.delete.response"), &free);
    world.gone(&path, "tag").await;
    assert_eq!(world.of_contact("contact_123", "tags").await, json!([]));
}

#[tokio::test]
async fn items_of_a_tag_are_read_in_every_form() {
    let world = World::linked().await;
    let path = format!("{}?include=contacts", vip(&world).await);
    let body = json!({"contacts": ["contact_999", {"id": "contact_456"}, {"contact": {"id": "contact_123"}},
        {"id": "contact_456", "full_name": "ignored"}]});
    let shown = world.data("PUT", &path, body).await;
    assert_eq!(column(&shown["contacts"], "id"), ["contact_123", "contact_456", "contact_999"]);
}

#[tokio::test]
async fn what_a_tag_cannot_be_is_refused_and_nothing_is_stored() {
    let world = World::linked().await;
    let path = vip(&world).await;
    let list = format!("{TAGS}?{WHOLE}");
    for (method, body, expected) in [
        ("POST", json!({}), "invalid_request: name is required"),
        ("POST", json!({"name": " "}), "invalid_request: name must not be empty"),
        ("PUT", json!({"name": null}), "invalid_request: name must not be null"),
        ("PUT", json!({"name": 5}), "invalid_request: name must be a string"),
        ("PUT", json!({"name": "é".repeat(51)}), "invalid_request: name must have at most 50 characters"),
        ("PUT", json!({"contacts": null}), "invalid_request: contacts must not be null"),
        ("PUT", json!({"tasks": "task_101"}), "invalid_request: tasks must be an array"),
        ("PUT", json!({"companies": [{}]}), "invalid_request: companies.0.id is required"),
        (
            "PUT",
            json!({"name": "New", "contacts": [], "companies": ["company_789", "company_1"],
                "tasks": [{"id": "task_1"}]}),
            "invalid_reference: companies.1 no company with id company_1; tasks.0 no task with id task_1",
        ),
        (
            "POST",
            json!({"name": "New", "contacts": ["contact_123", "contact_1"]}),
            "invalid_reference: contacts.1 no contact with id contact_1",
        ),
        (
            "POST",
            json!({"contacts": ["contact_1"]}),
            "invalid_request: name is required; contacts.0 no contact with id contact_1",
        ),
        ("POST", json!([]), "invalid_json:  the body must be a JSON object"),
    ] {
        let path = if method == "POST" { TAGS } else { &path };
        assert_eq!(world.refused_on(&list, method, path, body).await, expected);
    }
    let long = "é".repeat(50);
    assert_eq!(world.data("PUT", &path, json!({"name": long})).await["name"], long);
    assert_eq!(world.data("POST", TAGS, json!({"name": long})).await["name"], long);
    let refused = world.client.get(&format!("{TAGS}?include=notes")).await.expect(400);
    assert_eq!(refused["details"][0]["message"], "must name some of: contacts, companies, tasks");
}
