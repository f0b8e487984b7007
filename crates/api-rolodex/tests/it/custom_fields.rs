//! Definitions of custom fields: the documented examples, options, filters, errors.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::world::{CONTACTS, World, column};

const FIELDS: &str = "/user-api/v1/custom-fields";
const FREE: [&str; 3] = ["data.id", "data.created_at", "data.updated_at"];

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

async fn made(world: &World, body: Json) -> (String, Json) {
    let made = world.data("POST", FIELDS, body).await;
    (format!("{FIELDS}/{}", made["id"].as_str().unwrap()), made)
}

/// The option's id, and where all of them are.
fn options(json: &Json) -> Vec<(String, String)> {
    let rows = json["multi_select_options"].as_array().unwrap().iter();
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    rows.map(|row| (text(&row["value"]), text(&row["id"]))).collect()
}

/// An example with the values of its options only, because their ids are ours.
fn without_option_ids(mut json: Json) -> Json {
    let options = json.pointer_mut("/data/multi_select_options").and_then(Json::as_array_mut);
    for option in options.into_iter().flatten() {
        option.as_object_mut().unwrap().remove("id");
    }
    json
}

#[tokio::test]
async fn the_documented_fields_are_made_as_documented() {
    let world = World::new().await;
    for (request, response) in [
        (example!("custom-fields.create.text.request"), example!("custom-fields.create.text.response")),
        (
            example!("custom-fields.create.single_select.request"),
            example!("custom-fields.create.single_select.response"),
        ),
        (
            example!("custom-fields.create.multi_select.request"),
            example!("custom-fields.create.multi_select.response"),
        ),
    ] {
        let reply = world.client.post(FIELDS, &request).await;
        assert_ne!(reply.header("contactd-change"), "");
        let answer = reply.expect(200);
        let has_options = response["data"].get("multi_select_options").is_some();
        assert_eq!(answer["data"].get("multi_select_options").is_some(), has_options);
        assert_has(&answer, &without_option_ids(response), &FREE);
        let path = format!("{FIELDS}/{}", answer["data"]["id"].as_str().unwrap());
        assert_eq!(world.client.get(&path).await.expect(200), answer);
    }
    // Names need not differ; a text field has no options, a select field may have none yet.
    let twin = json!({"name": "Lead Score", "field_type": "NUMERIC", "entity_type": "CONTACT",
        "multi_select_options": ["x"]});
    assert_eq!(world.data("POST", FIELDS, twin.clone()).await.get("multi_select_options"), None);
    world.data("POST", FIELDS, twin).await;
    let bare = json!({"name": "?", "field_type": "MULTI_SELECT", "entity_type": "COMPANY"});
    assert_eq!(world.data("POST", FIELDS, bare).await["multi_select_options"], json!([]));
}

#[tokio::test]
async fn custom_fields_have_the_documented_shapes() {
    let world = World::new().await;
    let answer = world.client.get(&format!("{FIELDS}/field_456")).await.expect(200);
    assert_same_shape(&answer, &example!("custom-fields.get.response"));
    assert_eq!(answer["data"]["multi_select_options"][0], json!({"id": "option_789", "value": "Growth"}));
    let answer = world.client.get(FIELDS).await.expect(200);
    assert_same_shape(&answer, &example!("custom-fields.list.response"));
    // What shows a member of the record is no custom field.
    assert_eq!(answer["pagination"]["total"], 12);
    world.gone(&format!("{FIELDS}/field_1"), "field").await;
}

#[tokio::test]
async fn custom_fields_are_filtered_by_type_and_entity() {
    let world = World::new().await;
    made(&world, example!("custom-fields.create.text.request")).await;
    let company = json!({"name": "Size", "field_type": "NUMERIC", "entity_type": "COMPANY"});
    made(&world, company).await;
    let names = async |parameters: &str| {
        let page = world.client.get(&format!("{FIELDS}?{parameters}")).await.expect(200);
        let rows = column(&page["data"], "name");
        assert_eq!(page["pagination"]["total"], rows.len());
        rows
    };
    assert_eq!(names("field_type=NUMERIC").await, ["Size", "orderNumber", "Lead Score"]);
    assert_eq!(names("field_type=NUMERIC&entity_type=COMPANY").await, ["Size"]);
    assert_eq!(names("field_type=NUMERIC&entity_type=CONTACT").await, ["orderNumber", "Lead Score"]);
    assert_eq!(names("field_type=MULTI_SELECT&order_by=name:asc").await, ["Features"]);
    assert_eq!(names("field_type=SINGLE_SELECT&order_by=name:asc").await, ["Room Type", "Stage", "Status"]);
    let page = world.client.get(&format!("{FIELDS}?field_type=SINGLE_SELECT")).await.expect(200);
    assert_same_shape(&page, &example!("custom-fields.list.filtered.response"));
    for (parameters, expected) in [
        ("entity_type=contact", "must be one of: CONTACT, COMPANY"),
        (
            "field_type=TEXT",
            "must be one of: SINGLE_LINE_TEXT, USER, SINGLE_SELECT, MULTI_SELECT, DATE, NUMERIC, BOOLEAN",
        ),
    ] {
        let refused = world.client.get(&format!("{FIELDS}?{parameters}")).await.expect(400);
        assert_eq!(refused["details"][0]["message"], expected);
    }
}

#[tokio::test]
async fn the_documented_update_of_a_field_is_answered_as_documented() {
    let world = World::new().await;
    let (path, before) = made(&world, example!("custom-fields.create.single_select.request")).await;
    world.test.clock.advance_ms(60_000);
    let reply = world.client.put(&path, &example!("custom-fields.update.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    assert_has(&answer, &without_option_ids(example!("custom-fields.update.response")), &FREE);
    assert_eq!(answer["data"]["updated_at"], "2025-01-15T12:46:00Z");
    let kept = options(&before);
    for (value, id) in options(&answer["data"]) {
        let is_old = kept.iter().any(|(_, old)| *old == id);
        assert_eq!(is_old, ["High", "Medium", "Low"].contains(&value.as_str()), "{value}");
    }
    // A client may write back all that it read.
    let reply = world.client.put(&path, &answer["data"]).await;
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(reply.expect(200), answer);
}

#[tokio::test]
async fn options_keep_their_ids_and_records_their_values() {
    let world = World::new().await;
    let body = json!({"name": "Level", "field_type": "MULTI_SELECT", "entity_type": "CONTACT",
        "multi_select_options": ["High", {"value": "Low"}, "High", "Mid"]});
    let (path, before) = made(&world, body).await;
    let ids = options(&before);
    assert_eq!(ids.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>(), ["High", "Low", "Mid"]);
    let contact = world.data(
        "POST",
        CONTACTS,
        json!({"first_name": "Ada", "custom_fields": [{"id": before["id"], "value": [ids[0].1, ids[1].1]}]}),
    );
    let contact = contact.await["id"].as_str().unwrap().to_owned();
    let value = async || world.of_contact(&contact, "custom_fields").await[0]["value"].clone();
    // Low is renamed, High is gone, Mid stays, and there is a new Low.
    let body = json!({"multi_select_options": [{"id": ids[1].1, "value": "Least"}, "Mid", "Low"]});
    let after = options(&world.data("PUT", &path, body).await);
    assert_eq!(after.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>(), ["Least", "Low", "Mid"]);
    assert_eq!((&after[0].1, &after[2].1), (&ids[1].1, &ids[2].1));
    assert!(ids.iter().all(|(_, id)| *id != after[1].1), "{after:?}");
    assert_eq!(value().await, json!([{"id": ids[1].1, "value": "Least"}]));
    world.data("PUT", &path, json!({"multi_select_options": ["Mid"]})).await;
    assert_eq!(world.of_contact(&contact, "custom_fields").await, json!([]));
    assert_eq!(
        world.data("PUT", &path, json!({"name": "New"})).await["multi_select_options"][0]["value"],
        "Mid"
    );
}

#[tokio::test]
async fn a_field_answers_what_it_was_when_it_is_deleted() {
    let world = World::new().await;
    let shown = world.of_contact("contact_67890", "custom_fields").await;
    assert!(column(&shown, "id").contains(&json!("field_123")), "{shown}");
    let path = format!("{FIELDS}/field_123");
    let before = world.client.get(&path).await.expect(200);
    let reply = world.client.delete(&path).await;
    assert_ne!(reply.header("contactd-change"), "");
    assert_eq!(reply.expect(200), before);
    world.gone(&path, "field").await;
    let shown = world.of_contact("contact_67890", "custom_fields").await;
    assert!(!column(&shown, "id").contains(&json!("field_123")), "{shown}");
    let (path, _) = made(&world, example!("custom-fields.create.single_select.request")).await;
    world.data("PUT", &path, example!("custom-fields.update.request")).await;
    let answer = world.client.delete(&path).await.expect(200);
    assert_has(&answer, &without_option_ids(example!("custom-fields.delete.response")), &FREE);
}

#[tokio::test]
async fn what_a_field_cannot_be_is_refused_and_nothing_is_stored() {
    let world = World::new().await;
    let (path, _) = made(&world, example!("custom-fields.create.single_select.request")).await;
    let long = "é".repeat(51);
    for (method, body, expected) in [
        (
            "POST",
            json!({}),
            "invalid_request: name is required; field_type is required; entity_type is required",
        ),
        ("PUT", json!({"name": long}), "invalid_request: name must have at most 50 characters"),
        ("PUT", json!({"field_type": "MULTI_SELECT"}), "invalid_request: field_type cannot be changed"),
        ("PUT", json!({"entity_type": "COMPANY"}), "invalid_request: entity_type cannot be changed"),
        (
            "PUT",
            json!({"entity_type": "both"}),
            "invalid_request: entity_type must be one of: CONTACT, COMPANY",
        ),
        (
            "PUT",
            json!({"multi_select_options": null}),
            "invalid_request: multi_select_options must not be null",
        ),
        (
            "PUT",
            json!({"multi_select_options": [long, "", {"id": "x"}, 5]}),
            "invalid_request: multi_select_options.0 must have at most 50 characters; \
             multi_select_options.1 must not be empty; multi_select_options.2.value is required; \
             multi_select_options.3 must be a string or an object with a value",
        ),
        (
            "PUT",
            json!({"name": "New", "multi_select_options": ["x", {"id": "option_1", "value": "y"}]}),
            "invalid_reference: multi_select_options.1.id the custom field 'Priority Level' has no option option_1",
        ),
    ] {
        let path = if method == "POST" { FIELDS } else { &path };
        assert_eq!(world.refused_on(FIELDS, method, path, body).await, expected);
    }
    let most = "é".repeat(50);
    let body = json!({"name": most, "field_type": "SINGLE_SELECT", "multi_select_options": [most]});
    let shown = world.data("PUT", &path, body).await;
    assert_eq!((&shown["name"], &shown["multi_select_options"][0]["value"]), (&json!(most), &json!(most)));
}
