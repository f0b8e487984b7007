//! Labels, custom fields and channel types one by one, and the filters of their lists.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::{EMAIL, FIRST_NAME, PHONE, SERVICE, Site, example, fault};

const VIP: &str = "4492b6a7-bac4-471a-8e54-ddcdda502013";

#[tokio::test]
async fn one_of_the_catalog_is_answered_as_in_its_list() {
    let site = Site::new().await;
    for list in ["contact-labels", "contact-custom-fields", "channel-types"] {
        let rows = site.client.get(&format!("{SERVICE}/{list}?page_size=1000")).await.expect(200);
        for row in rows["result"].as_array().unwrap() {
            let path = format!("{SERVICE}/{list}/{}", row["id"].as_str().unwrap());
            let one = site.client.get(&path).await.expect(200);
            assert_eq!((&one["result"], one.as_object().unwrap().len()), (row, 2), "{path}");
        }
    }
}

#[tokio::test]
async fn one_of_the_catalog_has_the_documented_shape() {
    let site = Site::new().await;
    let label = site.client.get(&format!("{SERVICE}/contact-labels/{VIP}")).await.expect(200);
    assert_has(&label, &example("recommended.labels.get.response"), &[]);
    assert_same_shape(&label, &example("labels.get.response"));
    let field = site.client.get(&format!("{SERVICE}/contact-custom-fields/{FIRST_NAME}")).await.expect(200);
    assert_has(&field, &example("contact_custom_fields.get.response"), &[]);
    // Any of its ids will do.
    let live = "e01a3856-89b1-4db4-bf56-38d79454c921";
    assert_eq!(site.client.get(&format!("{SERVICE}/contact-custom-fields/{live}")).await.expect(200), field);
    let phone = site.client.get(&format!("{SERVICE}/channel-types/{PHONE}")).await.expect(200);
    assert_has(&phone, &example("channel_types.get.response"), &["result.id"]);
}

#[tokio::test]
async fn what_the_catalog_does_not_have_is_not_found() {
    let site = Site::new().await;
    let elsewhere = SERVICE.replace("aff7bc93", "bff7bc93");
    for (list, expected) in [
        ("contact-labels", "404 3400 Label not found"),
        ("contact-custom-fields", "404 3200 Custom field not found"),
        ("channel-types", "404 4000 Channel type not found"),
    ] {
        for id in ["nope", "%00", "aff7bc93-6e28-4e70-8770-defa35cdfc1b"] {
            let told = fault(&site.client.get(&format!("{SERVICE}/{list}/{id}")).await);
            assert_eq!(told, expected, "{list}/{id}");
        }
        let told = fault(&site.client.get(&format!("{elsewhere}/{list}/nope")).await);
        assert_eq!(told, "404 2800 Service not found", "{list}");
    }
}

#[tokio::test]
async fn labels_are_filtered_by_name_and_flag() {
    let site = Site::new().await;
    let all = json!(["Call back", "Interested", "sales", "lead", "Lead", "AI", "VIP"]);
    for (query, expected) in [
        ("", all.clone()),
        ("display_name=VIP", json!(["VIP"])),
        ("display_name=lead", json!(["lead", "Lead"])),
        ("display_name=*a*&sort_field=display_name", json!(["AI", "Call back", "lead", "Lead", "sales"])),
        ("display_name=%2Aed", json!(["Interested"])),
        ("display_name=a", json!([])),
        ("is_global=false", all.clone()),
        ("is_global=0&display_name=v*", json!(["VIP"])),
        ("is_global=true", json!([])),
        ("is_global=1", json!([])),
        ("page_size=2&page=2&display_name=*i*", json!(["VIP"])),
        ("sort_direction=desc&page_size=1", json!(["VIP"])),
        ("nonsense=1", all.clone()),
    ] {
        let answer = site.client.get(&format!("{SERVICE}/contact-labels?{query}")).await.expect(200);
        let names: Json =
            answer["result"].as_array().unwrap().iter().map(|row| row["display_name"].clone()).collect();
        assert_eq!(names, expected, "{query}");
        if !query.contains("page_size") {
            let total = &answer["status"]["total_records"];
            assert_eq!(total, &json!(expected.as_array().unwrap().len()), "{query}");
        }
    }
    for bad in ["yes", "", "2", "null"] {
        let told = fault(&site.client.get(&format!("{SERVICE}/contact-labels?is_global={bad}")).await);
        let expected =
            "400 2612 Invalid is_global requested: the query parameter 'is_global' must be true or false";
        assert_eq!(told, expected, "{bad}");
    }
}

#[tokio::test]
async fn channel_types_are_neither_made_nor_deleted_here() {
    let site = Site::new().await;
    let list = format!("{SERVICE}/channel-types");
    let before = site.client.get(&list).await.expect(200);
    let made = site.client.post(&list, &example("channel_types.create.request")).await;
    assert_eq!(made.expect(400), example("channel_types.create.response"));
    for id in [PHONE, "nope"] {
        for body in ["", "{}"] {
            let reply = site.client.send("DELETE", &format!("{list}/{id}"), body).await;
            assert_eq!(reply.expect(400), example("channel_types.delete.response"), "{id}");
        }
    }
    assert_eq!(site.client.get(&list).await.expect(200), before);
    let elsewhere = list.replace("aff7bc93", "bff7bc93");
    assert_eq!(fault(&site.client.send("POST", &elsewhere, "{").await), "404 2800 Service not found");
}

/// The type of the vendor's example, which is no global one.
async fn with_chat(site: &Site) -> String {
    let chat = model::ChannelType {
        id: model::ChannelTypeId(site.test.app.fresh_id()),
        number: 9,
        kind: "chat".into(),
        name: "Chat".to_owned(),
        global: false,
        inbound_url: None,
        outbound_url: None,
        muted: false,
        priority: Some(0),
        aliases: model::Aliases::one(model::Dialect::Zingle, "0e3d71ee-9518-4b9b-b95a-dea251829687"),
    };
    let put = |catalog: &mut model::Catalog| catalog.put_item(chat.clone().into());
    site.test.app.edit_catalog(site.test.workspace.number, put).await.unwrap();
    format!("{SERVICE}/channel-types/0e3d71ee-9518-4b9b-b95a-dea251829687")
}

#[tokio::test]
async fn a_channel_type_of_ones_own_is_changed() {
    let site = Site::new().await;
    let path = with_chat(&site).await;
    let before = site.client.get(&path).await.expect(200);
    assert_eq!(before["result"]["inbound_notification_url"], json!(null));
    let answer = site.client.put(&path, &example("channel_types.update.request")).await;
    assert_has(&answer.expect(200), &example("channel_types.update.response"), &[]);
    assert!(!answer.header("contactd-change").is_empty());
    let deprecated = json!({"display_name": "Web chat", "allow_messages": false, "priority": 3});
    let answer = site.client.put(&path, &deprecated).await.expect(200);
    let result = &answer["result"];
    assert_eq!((&result["display_name"], &result["priority"]), (&json!("Web chat"), &json!(3)));
    assert_eq!((&result["allow_communications"], &result["allow_messages"]), (&json!(false), &json!(false)));
    assert_eq!(result["inbound_notification_url"], "https://www.myexample.com/notifiers/inbound-chat-notice");
    let camel = json!({"inboundNotificationUrl": "", "allowCommunications": true});
    let answer = site.client.put(&format!("{path}?camel_case=1"), &camel).await.expect(200);
    assert_eq!(answer["result"]["inboundNotificationUrl"], json!(null));
    assert_eq!(site.client.get(&path).await.expect(200)["result"]["allow_messages"], true);
}

#[tokio::test]
async fn bad_channel_types_are_refused() {
    let site = Site::new().await;
    let path = with_chat(&site).await;
    let before = site.client.get(&path).await.expect(200);
    for (body, told) in [
        (
            json!({"display_name": ""}),
            "400 4001 Missing channel type display_name: display_name: is required",
        ),
        (
            json!({"allow_messages": 1}),
            "400 4002 Invalid value for allow_messages: allow_messages: must be true or false",
        ),
        (
            json!({"allow_communications": null}),
            "400 4002 Invalid value for allow_messages: allow_communications: must be true or false",
        ),
        (json!({"priority": "1"}), "400 4003 Invalid priority: priority: must be a whole number"),
        (
            json!({"inbound_notification_url": "ftp://example.com"}),
            "400 4004 Invalid notification URL: inbound_notification_url: must be a URL",
        ),
        (
            json!({"outbound_notification_url": 5}),
            "400 4004 Invalid notification URL: outbound_notification_url: must be a string or null",
        ),
    ] {
        assert_eq!(fault(&site.client.put(&path, &body).await), told);
    }
    assert_eq!(site.client.get(&path).await.expect(200), before);
    let global = format!("{SERVICE}/channel-types/{PHONE}");
    let told = fault(&site.client.put(&global, &json!({"priority": 1})).await);
    assert_eq!(told, "400 4005 Global channel type is read-only: cannot be changed");
    let nowhere = format!("{SERVICE}/channel-types/nope");
    assert_eq!(fault(&site.client.put(&nowhere, &json!({})).await), "404 4000 Channel type not found");
}

#[tokio::test]
async fn channel_types_of_all_services_are_listed_once() {
    let site = Site::new().await;
    let (client, _) = site.second_service().await;
    let one = site.client.get(&format!("{SERVICE}/channel-types")).await.expect(200);
    for (who, query) in [(&site.client, ""), (&client, ""), (&client, "?sort_field=type_class")] {
        let all = who.get(&format!("/v1/channel-types{query}")).await.expect(200);
        assert_same_shape(&all, &example("channel_types.list.response"));
        let ids: Vec<_> = all["result"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
        assert_eq!((ids.len(), &all["status"]["total_records"]), (2, &json!(2)));
        assert!(ids.contains(&&json!(EMAIL)));
    }
    let all = client.get("/v1/channel-types").await.expect(200);
    assert_eq!(all["result"][0]["type_class"], one["result"][0]["type_class"]);
}
