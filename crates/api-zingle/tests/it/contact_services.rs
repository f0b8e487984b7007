//! In which services somebody is a contact.

use serde_json::json;
use testkit::assert_same_shape;

use crate::{CINDY_ID, EMAIL, PHONE, SERVICE_ID, Site, example, fault};

#[tokio::test]
async fn contact_services_say_who_one_is_in_each_service() {
    let site = Site::new().await;
    let (client, spa) = site.second_service().await;
    let channels = json!([{"channel_type_id": PHONE, "value": "+18585551212"},
        {"channel_type_id": EMAIL, "value": "Cindy@Example.com"}]);
    site.updated(json!({"channels": channels})).await;
    let body = json!({"channels": [channels[0]]});
    let guest =
        client.post(&format!("/v1/services/{spa}/contacts"), &body).await.expect(200)["result"]["id"].clone();
    for (value, type_id, expected) in [
        ("%2B18585551212", PHONE, json!([CINDY_ID, guest])),
        // As a client writes it that encodes nothing.
        ("+18585551212", PHONE, json!([CINDY_ID, guest])),
        ("cindy@example.com", EMAIL, json!([CINDY_ID, null])),
        ("%2B18585559999", PHONE, json!([null, null])),
        ("%2B18585551212", "nope", json!([null, null])),
    ] {
        let query = format!("?channel_value={value}&channel_type_id={type_id}&sort_field=created_at");
        let answer = client.get(&format!("/v1/contact_services{query}")).await.expect(200);
        assert_same_shape(&answer, &example("contact_services.list.response"));
        let rows = answer["result"].as_array().unwrap();
        let of = |id: &str| rows.iter().find(|row| row["service_id"] == id).unwrap()["contact_id"].clone();
        assert_eq!(json!([of(SERVICE_ID), of(&spa)]), expected, "{query}");
    }
}

#[tokio::test]
async fn contact_services_have_the_documented_shape_and_order() {
    let site = Site::new().await;
    let created_at = site.test.workspace.created_at.seconds();
    let answer = site.client.get("/v1/contact_services").await.expect(200);
    let expected = json!({"status": {"text": "OK", "status_code": 200, "description": null,
            "sort_field": "last_message_created_at", "sort_direction": "desc", "page": 1, "page_size": 10,
            "total_pages": 1, "total_records": 1},
        "result": [{"contact_id": null, "service_id": SERVICE_ID, "account_id": SERVICE_ID,
            "unread_message_count": 0, "service_display_name": "demo", "account_display_name": "demo",
            "last_message": {"id": null, "body": null, "direction": null, "created_at": null},
            "created_at": created_at, "updated_at": created_at}]});
    assert_eq!(answer, expected);
    for (query, echo) in [
        ("sort_direction=asc", json!(["last_message_created_at", "asc"])),
        ("sort_field=created_at", json!(["created_at", "asc"])),
        ("sort_fields[]=created_at%20desc", json!(["created_at", "desc"])),
    ] {
        let status =
            site.client.get(&format!("/v1/contact_services?{query}")).await.expect(200)["status"].clone();
        assert_eq!(json!([status["sort_field"], status["sort_direction"]]), echo, "{query}");
    }
}

#[tokio::test]
async fn contact_services_are_filtered() {
    let site = Site::new().await;
    let (client, spa) = site.second_service().await;
    let account = format!("account_id={SERVICE_ID}");
    for (query, expected) in [
        (account.as_str(), 2),
        ("account_id=nope", 0),
        ("service_display_name=s*", 1),
        ("service_display_name=demo", 1),
        ("account_display_name=DE*", 2),
        ("account_display_name=Spa", 0),
        ("channel_value=&channel_type_id=", 2),
    ] {
        let answer = client.get(&format!("/v1/contact_services?{query}")).await.expect(200);
        assert_eq!(answer["status"]["total_records"], json!(expected), "{query}");
    }
    let second =
        client.get("/v1/contact_services?page_size=1&page=2&sort_field=created_at").await.expect(200);
    assert_eq!(second["result"].as_array().unwrap().len(), 1);
    assert!([json!(SERVICE_ID), json!(spa)].contains(&second["result"][0]["service_id"]));
}

#[tokio::test]
async fn half_a_channel_is_refused() {
    let site = Site::new().await;
    for query in [
        "channel_value=%2B18585551212",
        &format!("channel_type_id={PHONE}"),
        "channel_value=x&channel_type_id=",
    ] {
        let told = fault(&site.client.get(&format!("/v1/contact_services?{query}")).await);
        assert_eq!(told, "400 5000 channel_value and channel_type_id are required together", "{query}");
    }
}
