//! Lists of contacts and of companies: the documented examples, types, bounds, errors.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::world::{World, column};

const LISTS: &str = "/user-api/v1/lists";
const WHOLE: &str = "include=contacts,companies";
const FREE: [&str; 3] = ["data.id", "data.created_at", "data.updated_at"];

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

async fn made(world: &World, body: Json) -> String {
    let made = world.data("POST", LISTS, body).await;
    format!("{LISTS}/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_documented_lists_are_made_as_documented() {
    let world = World::linked().await;
    let reply = world.client.post(LISTS, &example!("lists.create.contact.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    assert_has(&answer, &example!("lists.create.contact.response"), &FREE);
    assert_eq!(answer["data"].get("companies"), None);
    let id = &answer["data"]["id"];
    assert_eq!(
        world.of_contact("contact_789", "lists").await,
        json!([{"list": {"id": id, "name": "VIP Contacts"}}])
    );
    let answer = world.client.post(LISTS, &example!("lists.create.company.request")).await.expect(200);
    let mut expected = example!("lists.create.company.response");
    // The demo's companies have no logo.
    for row in expected["data"]["companies"].as_array_mut().unwrap() {
        row["logo_url"] = Json::Null;
    }
    assert_has(&answer, &expected, &FREE);
    assert_eq!(answer["data"].get("contacts"), None);
}

#[tokio::test]
async fn a_list_of_contacts_has_the_documented_shape() {
    let world = World::linked().await;
    let answer = world.client.get(&format!("{LISTS}/list_789?{WHOLE}")).await.expect(200);
    assert_same_shape(&answer, &example!("lists.get.response"));
    assert_eq!(answer["data"].get("companies"), None);
    assert_eq!(column(&answer["data"]["contacts"], "id"), ["contact_67890"]);
    let bare = world.data("GET", &format!("{LISTS}/list_789"), Json::Null).await;
    assert_eq!(bare.as_object().unwrap().len(), 6, "{bare}");
    assert_eq!(bare.get("description"), Some(&Json::Null));
}

#[tokio::test]
async fn lists_are_filtered_by_type_and_carry_only_their_own_members() {
    let world = World::linked().await;
    made(&world, example!("lists.create.contact.request")).await;
    made(&world, example!("lists.create.company.request")).await;
    let answer = world.client.get(LISTS).await.expect(200);
    assert_same_shape(&answer, &example!("lists.list.response"));
    assert_eq!(answer["pagination"], json!({"limit": 25, "offset": 0, "total": 3}));
    let answer = world.client.get(&format!("{LISTS}?type=COMPANY&{WHOLE}")).await.expect(200);
    assert_same_shape(&answer, &example!("lists.list.include.company.response"));
    assert_eq!(answer["pagination"]["total"], 1);
    assert_eq!(answer["data"][0].get("contacts"), None);
    assert_eq!(column(&answer["data"][0]["companies"], "name"), ["Tech Corp", "Acme Corp"]);
    let answer = world.client.get(&format!("{LISTS}?type=CONTACT&{WHOLE}")).await.expect(200);
    assert_same_shape(&answer, &example!("lists.list.include.contact.response"));
    assert_eq!(column(&answer["data"], "name"), ["VIP Contacts", "Q1 Targets"]);
    assert_eq!(answer["data"][0].get("companies"), None);
    for kind in ["contact", "", "BOTH"] {
        let refused = world.client.get(&format!("{LISTS}?type={kind}")).await.expect(400);
        assert_eq!(refused["details"][0]["message"], "must be one of: CONTACT, COMPANY", "{kind}");
    }
    let orders: [(&str, &[&str]); 4] = [
        ("name:asc", &["Q1 Targets", "Target Companies", "VIP Contacts"]),
        ("name:desc", &["VIP Contacts", "Target Companies", "Q1 Targets"]),
        ("created_at:asc", &["Q1 Targets", "VIP Contacts", "Target Companies"]),
        ("created_at:desc", &["Target Companies", "VIP Contacts", "Q1 Targets"]),
    ];
    world.ordered(LISTS, "name", &orders).await;
}

#[tokio::test]
async fn lists_of_both_types_are_ordered_by_name_and_age() {
    let world = World::linked().await;
    world.test.clock.advance_ms(1000);
    made(&world, example!("lists.create.contact.request")).await;
    world.test.clock.advance_ms(1000);
    made(&world, json!({"name": "accounts", "type": "COMPANY"})).await;
    let oldest = ["Q1 Targets", "VIP Contacts", "accounts"];
    let newest = ["accounts", "VIP Contacts", "Q1 Targets"];
    let orders: [(&str, &[&str]); 4] = [
        ("created_at:asc", &oldest),
        ("created_at:desc", &newest),
        ("name:asc", &["accounts", "Q1 Targets", "VIP Contacts"]),
        ("name:desc", &["VIP Contacts", "Q1 Targets", "accounts"]),
    ];
    world.ordered(LISTS, "name", &orders).await;
}

#[tokio::test]
async fn the_documented_update_of_a_list_is_answered_as_documented() {
    let world = World::linked().await;
    let path = made(&world, example!("lists.create.contact.request")).await;
    world.test.clock.advance_ms(60_000);
    let reply = world.client.put(&path, &example!("lists.update.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    assert_has(&answer, &example!("lists.update.response"), &FREE);
    assert_eq!(answer["data"]["updated_at"], "2025-01-15T12:46:00Z");
    assert_eq!(answer["data"].get("contacts"), None);
    let kept = world.data("PUT", &format!("{path}?{WHOLE}"), json!({"type": "CONTACT"})).await;
    assert_eq!(column(&kept["contacts"], "id"), ["contact_123", "contact_999"]);
    let cleared = world.data("PUT", &path, json!({"description": null})).await;
    assert_eq!(cleared.get("description"), Some(&Json::Null));
    assert_eq!(cleared["name"], "Premium VIP Contacts");
}

#[tokio::test]
async fn a_list_answers_what_it_was_when_it_is_deleted() {
    let world = World::linked().await;
    let path = made(&world, example!("lists.create.contact.request")).await;
    let body = json!({"name": "Premium VIP Contacts", "contacts": ["contact_123"],
        "description": "Updated description for our premium contacts"});
    world.data("PUT", &path, body).await;
    let answer = world.client.delete(&format!("{path}?{WHOLE}")).await.expect(200);
    let free = [FREE[0], FREE[1], FREE[2], "data.contacts.0.image_url"];
    assert_has(&answer, &example!("lists.delete.response"), &free);
    world.gone(&path, "list").await;
    assert_eq!(world.of_contact("contact_123", "lists").await, json!([]));
}

#[tokio::test]
async fn what_a_list_cannot_be_is_refused_and_nothing_is_stored() {
    let world = World::linked().await;
    let path = made(&world, example!("lists.create.contact.request")).await;
    let list = format!("{LISTS}?{WHOLE}");
    for (method, body, expected) in [
        ("POST", json!({}), "invalid_request: name is required; type is required"),
        (
            "POST",
            json!({"name": "x", "type": "contact"}),
            "invalid_request: type must be one of: CONTACT, COMPANY",
        ),
        ("POST", json!({"name": "x", "type": null}), "invalid_request: type must not be null"),
        ("PUT", json!({"type": "COMPANY"}), "invalid_request: type cannot be changed"),
        ("PUT", json!({"name": "é".repeat(51)}), "invalid_request: name must have at most 50 characters"),
        (
            "PUT",
            json!({"description": "é".repeat(151)}),
            "invalid_request: description must have at most 150 characters",
        ),
        ("PUT", json!({"description": 1}), "invalid_request: description must be a string or null"),
        (
            "PUT",
            json!({"companies": ["company_123"]}),
            "invalid_request: companies must have at most 0 items in a list of this type",
        ),
        (
            "POST",
            json!({"name": "x", "type": "COMPANY", "contacts": ["contact_123"]}),
            "invalid_request: contacts must have at most 0 items in a list of this type",
        ),
        (
            "PUT",
            json!({"name": "x", "contacts": ["contact_1", "company_123"]}),
            "invalid_reference: contacts.0 no contact with id contact_1; contacts.1 no contact with id company_123",
        ),
    ] {
        let path = if method == "POST" { LISTS } else { &path };
        assert_eq!(world.refused_on(&list, method, path, body).await, expected);
    }
    let body =
        json!({"name": "é".repeat(50), "type": "COMPANY", "description": "é".repeat(150), "contacts": []});
    let made = world.data("POST", LISTS, body.clone()).await;
    assert_eq!((&made["name"], &made["description"]), (&body["name"], &body["description"]));
    assert_eq!(made["companies"], json!([]));
}
