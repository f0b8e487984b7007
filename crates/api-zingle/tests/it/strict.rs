//! Strict keys: what the vendor does not document is refused and named. Other keys: what is not used is told.

use api_kit::contract::Support;
use serde_json::json;
use testkit::Client;

use crate::{CINDY, CONTACTS, SERVICE, Site, fault};

async fn strict() -> (Site, Client) {
    let site = Site::new().await;
    let client = site.client.clone().with_key(&site.test.strict_key().await);
    (site, client)
}

#[tokio::test]
async fn a_strict_key_is_told_which_call_there_is_not() {
    let (site, client) = strict().await;
    for (method, path) in [
        ("GET", "/v1/nope".to_owned()),
        ("POST", "/v1/receive-notifications".to_owned()),
        ("GET", format!("{SERVICE}/automations")),
    ] {
        let told = fault(&client.send(method, &path, "{}").await);
        assert_eq!(told, format!("404 - Not found: the vendor documents no call {method} {path}"));
    }
    assert_eq!(fault(&site.client.get("/v1/nope").await), "404 - Not found");
}

#[tokio::test]
async fn a_strict_key_is_told_which_parameter_there_is_not() {
    let (site, client) = strict().await;
    for name in ["modified_since", "relative_user_id", "camel_case"] {
        let told = fault(&client.get(&format!("{CONTACTS}?{name}=0")).await);
        let expected = format!("400 - Invalid query: the vendor documents no query parameter '{name}' here");
        assert_eq!(told, expected);
    }
    client
        .get(&format!("{CONTACTS}?sort_fields[]=last_name%20desc&is_closed=false&page=1"))
        .await
        .expect(200);
    let lenient =
        site.client.get(&format!("{CONTACTS}?modified_since=1&search_message_bodies=true&page=1")).await;
    lenient.expect(200);
    assert_eq!(lenient.header("contactd-ignored"), "modified_since, search_message_bodies");
    let all = "query=x&label_id=x&contact_group_id=x&channel_value=x&channel_type_id=x&external_id=x&sort_field=id\
               &assigned_to_user_id=x&relative_user_id=x&is_unassigned=true&optin_status=x&camel_case=0\
               &last_message_created_at=greater_than(0)&created_at=less_than(1)&locked_by_source=x&sort_direction=asc";
    let lenient = site.client.get(&format!("{CONTACTS}?{all}")).await;
    lenient.expect(200);
    assert_eq!(lenient.header("contactd-ignored"), "");
}

#[tokio::test]
async fn a_strict_key_is_told_which_members_there_are_not() {
    let (site, client) = strict().await;
    let body = json!({"is_starred": true, "assigned_to_user_id": "x", "labels": [],
        "channels": [{"channel_type_id": crate::EMAIL, "value": "a@example.com", "colour": 1}]});
    let events = site.events().await;
    let told = fault(&client.put(CINDY, &body).await);
    assert!(told.starts_with("400 2604 ") && told.ends_with("assigned_to_user_id: is not known"), "{told}");
    assert_eq!(site.events().await, events);
    let reply = site.client.put(CINDY, &body).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-ignored"), "channels.colour, assigned_to_user_id, labels");
}

#[tokio::test]
async fn members_of_every_body_that_have_no_effect_are_told() {
    let site = Site::new().await;
    let field = site.field("zip_code").await;
    let label = json!({"id": null, "display_name": "New", "background_color": "#fff", "text_color": "#000", "is_global": false});
    let group = json!({"display_name": "New", "condition_boolean_operator": "AND", "serviceUuid": "x", "conditions": [
        {"comparison_source": "{CONTACT.LAST_NAME}", "comparison_method_code": "string_equals", "comparison_value": "x", "id": 1}]});
    let new_field = json!({"display_name": "New", "is_global": false, "options": [{"id": "x", "value": "x", "display_name": "X"}]});
    let note = json!({"event_type": "note", "contact_id": crate::CINDY_ID, "body": "x", "template_id": "x", "colour": 1});
    for (method, path, body, told) in [
        ("POST", format!("{SERVICE}/contact-labels"), label, "id, is_global"),
        ("POST", format!("{SERVICE}/contact-groups"), group, "conditions.id, serviceUuid"),
        ("POST", format!("{SERVICE}/contact-custom-fields"), new_field, "options.id, is_global"),
        (
            "PUT",
            format!("{SERVICE}/contact-custom-fields/{field}"),
            json!({"data_type": "date"}),
            "data_type",
        ),
        ("POST", format!("{SERVICE}/events"), note, "template_id, colour"),
        ("POST", format!("{CINDY}/assign"), json!({"user_id": null, "userId": "x"}), "userId"),
        ("POST", format!("{CINDY}/unassign"), json!({"user_id": "x"}), "user_id"),
        (
            "POST",
            format!("{CINDY}/custom-field-values/{field}"),
            json!({"value": "1", "custom_field_id": "x"}),
            "custom_field_id",
        ),
        ("DELETE", CINDY.to_owned(), json!({"really": true}), "really"),
    ] {
        let reply = site.client.send(method, &path, body.to_string()).await;
        reply.expect(200);
        assert_eq!(reply.header("contactd-ignored"), told, "{method} {path}");
    }
}

#[tokio::test]
async fn a_strict_key_may_do_all_that_is_documented() {
    let (_, client) = strict().await;
    let rows = &api_zingle::CONTRACT.table.routes;
    for row in rows.iter().filter(|row| row.support != Support::Unsupported && row.documented) {
        let path: Vec<_> =
            row.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let reply = client.send(&row.method, &path.join("/"), "{}").await;
        assert!(!reply.text.contains("documents no call"), "{} {}: {}", row.method, row.path, reply.text);
    }
}
