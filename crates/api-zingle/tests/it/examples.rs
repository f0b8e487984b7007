//! The vendor's documented examples, and the requests of its real clients.

use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::{CINDY, CINDY_ID, CONTACTS, Site, example, value};

#[tokio::test]
async fn put_answers_the_documented_example() {
    let site = Site::new().await;
    let reply = site.put(example("contacts.update.request")).await;
    let answer = reply.expect(200);
    assert_has(&answer, &example("contacts.update.response"), &["result.updated_at"]);
    let result = answer["result"].as_object().unwrap();
    assert_eq!(result["custom_field_values"].as_array().unwrap().len(), 1);
    assert_eq!(result["custom_field_values"][0]["selected_custom_field_option_id"], json!(null));
    for absent in ["error_code", "page", "sort_field"] {
        assert!(answer["status"].get(absent).is_none(), "{absent}");
    }
    assert_eq!(answer.as_object().unwrap().len(), 2);
    let members: Vec<_> = result.keys().map(String::as_str).collect();
    let expected = [
        "id",
        "first_name",
        "last_name",
        "title",
        "notes",
        "service_id",
        "assigned_to_team_id",
        "assigned_to_user_id",
        "is_messageable",
        "is_confirmed",
        "is_starred",
        "is_closed",
        "avatar_uri",
        "optin_status",
        "unconfirmed_at",
        "created_at",
        "updated_at",
        "locked_by_source",
        "external_id",
        "last_message",
        "channels",
        "custom_field_values",
        "labels",
        "contact_groups",
        "calendar_events",
    ];
    assert_eq!(members, expected);
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(!reply.header("contactd-change").is_empty());
    assert_eq!(site.cindy().await, answer["result"]);
}

#[tokio::test]
async fn create_answers_the_documented_example() {
    let site = Site::new().await;
    let answer = site.client.post(CONTACTS, &example("contacts.create.request")).await.expect(200);
    // The example shows another opt-in state and a blocked channel, which nothing in its request asks for.
    let mut expected = example("contacts.create.response");
    expected["result"]["optin_status"] = json!(null);
    expected["result"]["channels"][0]["block_outbound"] = json!(false);
    let free = [
        "result.id",
        "result.created_at",
        "result.updated_at",
        "result.channels.0.id",
        "result.channels.0.channel_type.id",
    ];
    assert_has(&answer, &expected, &free);
}

#[tokio::test]
async fn get_and_list_have_the_documented_shapes() {
    let site = Site::new().await;
    let contact = site.created(full_contact()).await;
    let path = format!("{CONTACTS}/{}", contact["id"].as_str().unwrap());
    let answer = site.client.get(&path).await.expect(200);
    assert_same_shape(&answer, &example("contacts.get.response"));
    assert_same_shape(&answer, &example("recommended.contacts.update.response"));
    let list = site.client.get(&format!("{CONTACTS}?sort_direction=desc")).await.expect(200);
    assert_same_shape(&list, &example("contacts.list.response"));
    assert_same_shape(&list, &example("recommended.contacts.list.response"));
    assert_eq!(list["result"][0], answer["result"]);
}

fn full_contact() -> model::Json {
    json!({
        "channels": [
            {"channel_type_id": crate::PHONE, "value": "+18582355555", "display_name": "MOBILE"},
            {"channel_type_id": crate::EMAIL, "value": "william@example.com"},
        ],
        "custom_field_values": [
            {"custom_field_id": crate::FIRST_NAME, "value": "William"},
            {"custom_field_id": crate::TITLE, "custom_field_option_id": "Mr."},
        ],
        "notes": "an archer",
    })
}

#[tokio::test]
async fn delete_answers_the_documented_example() {
    let site = Site::new().await;
    assert_eq!(site.client.delete(CINDY).await.expect(200), example("contacts.delete.response"));
    for answer in [site.client.get(CINDY).await, site.put(json!({})).await, site.client.delete(CINDY).await] {
        assert_eq!(answer.expect(404), example("errors.contact_not_found.response"));
    }
}

#[tokio::test]
async fn the_caller_is_in_auth() {
    let site = Site::new().await;
    let answer = site.client.get("/v1").await.expect(200);
    assert_same_shape(&answer, &example("auth.get.response"));
    assert_eq!(answer["auth"]["first_name"], "demo");
    assert_eq!(answer["auth"]["authorization_class"], "account");
    assert!(answer.get("result").is_none());
}

#[tokio::test]
async fn catalog_lists_have_the_documented_shapes() {
    let site = Site::new().await;
    for (path, name) in [
        ("contact-custom-fields", "contact_custom_fields.list.response"),
        ("contact-labels", "labels.list.response"),
        ("channel-types", "channel_types.list.response"),
    ] {
        let answer = site.client.get(&CONTACTS.replace("contacts", path)).await.expect(200);
        assert_same_shape(&answer, &example(name));
    }
}

#[tokio::test]
async fn every_request_of_a_real_client_is_accepted() {
    let site = Site::new().await;
    for name in [
        "client.ios.contacts.update",
        "client.ios.contacts.update_clear_option",
        "client.ios.contacts.confirm",
        "client.ios.contacts.close",
        "client.ios2015.contacts.update",
        "client.java.contacts.update",
        "client.js.contacts.close",
        "client.js.contacts.open",
        "client.js.contacts.update_notes",
        "client.php.contacts.update",
        "client.php.contacts.update_clear",
    ] {
        site.put(example(&format!("{name}.request"))).await.expect(200);
    }
    for name in ["client.ios.contacts.create", "contacts.create_names"] {
        site.client.post(CONTACTS, &example(&format!("{name}.request"))).await.expect(200);
    }
    let cindy = site.cindy().await;
    assert_eq!(cindy["notes"], "Prefers a quiet room");
    assert_eq!(cindy["title"], "Mr.");
    assert_eq!(cindy["channels"][0]["value"], "+18585551212");
    assert_eq!(value(&cindy, "checkin_date"), &json!(null));
}

#[tokio::test]
async fn requests_are_json_whatever_their_content_type() {
    let site = Site::new().await;
    let form = site.client.clone().with_header("content-type", "application/x-www-form-urlencoded");
    let answer = form.with_odd_requests().put(CINDY, &example("contacts.update.request")).await.expect(200);
    assert_eq!(answer["result"]["is_starred"], true);
}

#[tokio::test]
async fn every_success_is_200_with_an_object_status() {
    let site = Site::new().await;
    let replies = [
        site.client.get("/v1").await,
        site.client.get(CONTACTS).await,
        site.client.get(CINDY).await,
        site.client.post(CONTACTS, &json!({})).await,
        site.put(json!({"is_starred": true})).await,
        site.client.send("DELETE", CINDY, "{}").await,
    ];
    for reply in replies {
        let json = reply.expect(200);
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!((&json["status"]["text"], &json["status"]["status_code"]), (&json!("OK"), &json!(200)));
    }
}

#[tokio::test]
async fn basic_credentials_work_like_bearer() {
    use base64::Engine;
    let site = Site::new().await;
    let pair = base64::prelude::BASE64_STANDARD.encode("joe@example.com:demo");
    let client = site.client.clone().anonymous().with_header("authorization", &format!("Basic {pair}"));
    assert_eq!(client.get(CINDY).await.expect(200)["result"]["id"], CINDY_ID);
}
