//! The vendor's example exchanges, replayed.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::stage::{JOHN_PATH, Stage, example, single};

/// What differs where the example's contact was made by the test: its ids and times, and how many users the
/// demo's teams have.
const MADE_HERE: [&str; 5] =
    ["contact.uuid", "contact.createdAt", "contact.href", "contact.conversationHref", "contact.team.members"];

#[tokio::test]
async fn the_seed_exchange_is_exact() {
    let stage = Stage::new().await;
    let reply = stage.client.patch(JOHN_PATH, &example("contacts.update.seed.request")).await;
    let answer = reply.expect(200);
    assert_has(&answer, &example("contacts.update.seed.response"), &[]);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(answer.as_object().unwrap().len(), 1);
    assert_eq!(answer["contact"].as_array().unwrap().len(), 1);
    let contact = single(&answer);
    let names: Vec<_> = contact.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "uuid",
            "name",
            "phoneNumber",
            "avatarUrl",
            "blockedAt",
            "createdAt",
            "source",
            "funnelId",
            "closedAt",
            "href",
            "conversationHref",
            "tags",
            "assignedUser",
            "customFields",
            "team",
            "channel",
            "note"
        ]
    );
    assert_eq!(stage.john().await, contact);
}

#[tokio::test]
async fn the_documented_update_has_its_shape() {
    let stage = Stage::new().await;
    let answer = stage.client.patch(JOHN_PATH, &example("contacts.update.request")).await.expect(200);
    // The example's answer does not show what its request asks for.
    assert_same_shape(&answer, &example("contacts.update.response"));
    let contact = single(&answer);
    assert_eq!(contact["name"], "Joe Doe NEW");
    assert_eq!(contact["customFields"], json!({"orderNumber": "123", "zipCode": "98765430"}));
}

#[tokio::test]
async fn the_documented_create_has_its_shape() {
    let stage = Stage::new().await;
    stage.client.delete(JOHN_PATH).await.expect(200);
    let reply = stage.client.post("/v1/contacts", &example("contacts.create.request")).await;
    let free = ["contact.0.uuid", "contact.0.createdAt", "contact.0.href", "contact.0.conversationHref"];
    assert_has(&reply.expect(200), &example("contacts.create.response"), &free);
}

#[tokio::test]
async fn the_full_create_is_exact() {
    let stage = Stage::observed().await;
    let answer =
        stage.client.post("/v1/contacts", &example("contacts.create.full.request")).await.expect(200);
    // The number is shown as it was written, where the example adds spaces.
    assert_eq!(answer["contact"]["phoneNumber"], "31612345678");
    let free = [&MADE_HERE[..], &["contact.phoneNumber"]].concat();
    assert_has(&answer, &example("contacts.create.full.response"), &free);
}

#[tokio::test]
async fn the_documented_get_has_its_shape() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    stage.client.delete(JOHN_PATH).await.expect(200);
    let made = stage
        .create(json!({
            "identifier": "+123 456 789", "source": "whatsapp", "name": "John Doe", "tags": ["sales", "lead"],
            "custom_fields": {
                "Address": "Oxford Street 123", "Billing Address": "Oxford Street 123", "VAT": "ABC123DCE456"
            }
        }))
        .await;
    let answer = stage.client.get(&path_of(&made)).await.expect(200);
    let free = ["contact.0.uuid", "contact.0.createdAt", "contact.0.href", "contact.0.conversationHref"];
    assert_has(&answer, &example("contacts.get.response"), &free);
}

#[tokio::test]
async fn the_documented_field_types_are_exact() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    let features = json!(["Dark Mode", "Notifications"]);
    let values = json!({"Address": "Oxford Street 123", "Birth Date": "1990-05-15", "Features": features});
    stage.patch(json!({ "custom_fields": values })).await;
    let answer = stage.client.get(&format!("{JOHN_PATH}?include_field_types=true")).await.expect(200);
    assert_has(&answer, &example("contacts.get.field-types.response"), &[]);
}

#[tokio::test]
async fn the_documented_list_is_exact() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    stage.client.delete(JOHN_PATH).await.expect(200);
    stage
        .create(json!({
            "identifier": "+33 11 22 33 44", "source": "whatsapp", "name": "Mario Rossi",
            "tags": ["sales", "lead", "hot"],
            "custom_fields": {"Stripe link": "https://stripe.com/contacts/cus124124153"}
        }))
        .await;
    stage
        .create(json!({
            "identifier": "+123 456 789", "source": "whatsapp", "name": "John Doe", "tags": ["sales", "lead"],
            "assigned_user": "john.doe@email.com",
            "custom_fields": {
                "Stripe link": "https://stripe.com/contacts/cus1234567",
                "Billing Address": "3 Abbey Rd, London"
            }
        }))
        .await;
    let answer = stage.client.get("/v1/contacts?page=1&tags=sales").await.expect(200);
    let free = ["uuid", "createdAt", "href", "conversationHref"];
    let free: Vec<_> = (0..2).flat_map(|n| free.map(|member| format!("contacts.{n}.{member}"))).collect();
    let free: Vec<&str> = free.iter().map(String::as_str).collect();
    assert_has(&answer, &example("contacts.list.response"), &free);
    assert_same_shape(&answer, &example("contacts.list.cursor.response"));
    assert_eq!(answer["meta"], json!({"page": 1, "pages": 1, "next": null}));
}

#[tokio::test]
async fn the_list_with_field_types_is_exact() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    let values = json!({
        "Address": "Oxford Street 123", "Join Date": "2024-01-15", "Preferences": ["Newsletter", "Promotions"]
    });
    stage.patch(json!({ "tags": ["Call back"], "custom_fields": values })).await;
    let path = "/v1/contacts?include_field_types=true&tags=Call%20back";
    let answer = stage.client.get(path).await.expect(200);
    assert_has(&answer, &example("contacts.list.field-types.response"), &[]);
}

/// The contact of the observed exchanges, on a server that answers as the live service.
async fn observed() -> (Stage, String) {
    let stage = Stage::observed().await;
    let made = stage
        .create(json!({
            "identifier": "+31 6 12345678", "source": "whatsapp", "name": "John Doe",
            "tags": ["sales", "lead"], "assigned_user": "jane.doe@email.com",
            "custom_fields": {
                "Billing Address": "Main Street 1", "orderNumber": 123,
                "Features": ["Dark Mode", "Notifications"]
            }
        }))
        .await;
    let path = path_of(&made);
    (stage, path)
}

fn path_of(contact: &Json) -> String {
    format!("/v1/contacts/{}", contact["uuid"].as_str().unwrap())
}

/// The example without its funnel: there are none here.
fn without_funnel(name: &str) -> Json {
    let mut example = example(name);
    for at in ["/contact", "/contacts/0"] {
        if let Some(contact) = example.pointer_mut(at).and_then(Json::as_object_mut) {
            contact.remove("funnelId").expect("a funnel");
        }
    }
    example
}

#[tokio::test]
async fn the_observed_get_is_exact() {
    let (stage, path) = observed().await;
    let answer = stage.client.get(&path).await.expect(200);
    assert_has(&answer, &without_funnel("contacts.get.object.response"), &MADE_HERE);
}

#[tokio::test]
async fn the_observed_list_is_exact() {
    let (stage, _) = observed().await;
    let answer = stage.client.get("/v1/contacts?tags[]=sales&page=1").await.expect(200);
    let free: Vec<_> = MADE_HERE.iter().map(|path| path.replace("contact.", "contacts.0.")).collect();
    let free: Vec<&str> = free.iter().map(String::as_str).collect();
    assert_has(&answer, &without_funnel("contacts.list.full.response"), &free);
}

#[tokio::test]
async fn the_observed_updates_are_exact() {
    for name in ["custom-fields", "tags", "tags-clear", "name", "assign", "unassign", "note-clear"] {
        let (stage, path) = observed().await;
        let request = example(&format!("contacts.update.{name}.request"));
        let answer = stage.client.patch(&path, &request).await.expect(200);
        assert_has(&answer, &without_funnel(&format!("contacts.update.{name}.response")), &MADE_HERE);
        assert_eq!(stage.client.get(&path).await.expect(200), answer, "{name}");
    }
}

#[tokio::test]
async fn delete_answers_with_its_status_line() {
    let stage = Stage::new().await;
    let reply = stage.client.delete(JOHN_PATH).await;
    assert_eq!(reply.expect(200), example("contacts.delete.response"));
    assert_ne!(reply.header("contactd-change"), "");
    for method in ["GET", "PATCH", "DELETE"] {
        let reply = stage.client.send(method, JOHN_PATH, "").await;
        assert_eq!(reply.expect(404), example("error.not-found.response"), "{method}");
    }
}

#[tokio::test]
async fn the_error_examples_are_exact() {
    let stage = Stage::new().await;
    for (body, name) in [
        (json!({"tags": ["foo"]}), "unknown-tag"),
        (json!({"custom_fields": {"foo": "x"}}), "unknown-custom-field"),
        (json!({"custom_fields": {"Status": "Gone"}}), "invalid-custom-field"),
    ] {
        let answer = stage.client.patch(JOHN_PATH, &body).await.expect(400);
        assert_eq!(answer, example(&format!("error.{name}.response")));
    }
    for (path, name) in [("after=x", "cursor"), ("page=501", "page-limit")] {
        let answer = stage.client.get(&format!("/v1/contacts?{path}")).await.expect(400);
        assert_eq!(answer, example(&format!("error.{name}.response")));
    }
    let answer = stage.client_with("nobody").get(JOHN_PATH).await.expect(401);
    assert_eq!(answer, example("error.unauthorized.response"));
}

#[tokio::test]
async fn compat_chooses_between_array_and_object() {
    for (stage, is_array) in [(Stage::new().await, true), (Stage::observed().await, false)] {
        let made = json!({"identifier": "+15557654321", "source": "whatsapp", "name": "Jane"});
        for answer in [
            stage.client.get(JOHN_PATH).await.expect(200),
            stage.client.patch(JOHN_PATH, &json!({"name": "x"})).await.expect(200),
            stage.client.post("/v1/contacts", &made).await.expect(200),
        ] {
            assert_eq!(answer["contact"].is_array(), is_array, "{answer}");
            assert_eq!(answer["contact"].is_object(), !is_array, "{answer}");
        }
    }
}
