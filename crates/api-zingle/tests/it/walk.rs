//! From making to deleting, with the very bodies that the vendor's clients send.

use model::Json;
use serde_json::json;

use crate::{CONTACTS, SERVICE, Site, example, value};

fn id(answer: &Json) -> String {
    answer["result"]["id"].as_str().unwrap().to_owned()
}

/// The mobile client: find or create, update, channels, values, labels, assignment, close, delete.
#[tokio::test]
async fn the_mobile_client_walks_from_create_to_delete() {
    let site = Site::new().await.on_all_terms();
    let found = site
        .client
        .post(
            &format!("{CONTACTS}?return_existing=1"),
            &example("client.ios.contacts.find_or_create.request"),
        )
        .await
        .expect(200);
    let path = format!("{CONTACTS}/{}", id(&found));
    let again = site
        .client
        .post(
            &format!("{CONTACTS}?return_existing=1"),
            &example("client.ios.contacts.find_or_create.request"),
        )
        .await
        .expect(200);
    assert_eq!(id(&again), id(&found));
    let inbox = "page=1&page_size=25&sort_fields%5B%5D=last_message_created_at%20desc&is_closed=false";
    let list = site.client.get(&format!("{CONTACTS}?{inbox}")).await.expect(200);
    assert!(list["result"].as_array().unwrap().iter().any(|row| row["id"] == found["result"]["id"]));
    // What it sends of a contact belongs to the demo's; the walk has its own channels.
    let mut update = example("client.ios.contacts.update.request");
    update.as_object_mut().unwrap().remove("channels");
    site.client.put(&path, &update).await.expect(200);
    site.client.put(&path, &example("client.ios.contacts.update_clear_option.request")).await.expect(200);
    let channel = site
        .client
        .post(&format!("{path}/channels"), &example("client.ios.contact_channels.create.request"))
        .await
        .expect(200);
    let channel_path = format!("{path}/channels/{}", id(&channel));
    site.client.put(&channel_path, &example("client.ios.contact_channels.update.request")).await.expect(200);
    assert_eq!(site.client.get(&channel_path).await.expect(200)["result"]["id"], channel["result"]["id"]);
    let value_path = format!("{path}/custom-field-values/{}", crate::FIRST_NAME);
    site.client
        .post(&value_path, &example("client.ios.custom_field_values.create.request"))
        .await
        .expect(200);
    let mut label = example("client.ios.labels.create.request");
    label["display_name"] = json!("Walked");
    let label = site.client.post(&format!("{SERVICE}/contact-labels"), &label).await.expect(200);
    let label_path = format!("{path}/labels/{}", id(&label));
    assert_eq!(
        site.client.send("POST", &label_path, "").await.expect(200)["result"]["labels"][0]["display_name"],
        "Walked"
    );
    let assigned = site
        .client
        .post(&format!("{path}/assign"), &example("client.ios.contacts.assign_user.request"))
        .await;
    assert!(assigned.expect(200)["result"]["assigned_to_user_id"].is_string());
    site.client.send("POST", &format!("{path}/unassign"), "").await.expect(200);
    for name in ["confirm", "close"] {
        site.client.put(&path, &example(&format!("client.ios.contacts.{name}.request"))).await.expect(200);
    }
    let closed = site.client.get(&path).await.expect(200);
    assert_eq!(
        (&closed["result"]["is_closed"], &closed["result"]["is_confirmed"]),
        (&json!(true), &json!(true))
    );
    let avatar = site.client.put(&format!("{path}/avatar"), &example("contacts.update_avatar.request")).await;
    assert!(avatar.expect(200)["result"]["avatar_uri"].is_string());
    site.client.delete(&format!("{path}/avatar")).await.expect(200);
    site.client.delete(&label_path).await.expect(200);
    site.client.delete(&format!("{SERVICE}/contact-labels/{}", id(&label))).await.expect(200);
    site.client.delete(&channel_path).await.expect(200);
    site.client.delete(&path).await.expect(200);
    site.client.get(&path).await.expect(404);
}

/// The web client, all in camelCase, with a body on every DELETE.
#[tokio::test]
async fn the_web_client_walks_from_create_to_delete() {
    let site = Site::new().await.on_all_terms();
    let camel = |path: &str| format!("{path}?camel_case=1");
    let group = site
        .client
        .post(
            &camel(&format!("{SERVICE}/contact-groups")),
            &example("client.js.contact_groups.create.request"),
        )
        .await
        .expect(200);
    let made = site.client.post(&camel(CONTACTS), &json!({"lastName": "Smithson"})).await.expect(200);
    assert_eq!(made["result"]["contactGroups"][0]["id"], group["result"]["id"]);
    let path = format!("{CONTACTS}/{}", id(&made));
    for name in ["update_first_name", "update_notes", "close", "open"] {
        site.client
            .put(&camel(&path), &example(&format!("client.js.contacts.{name}.request")))
            .await
            .expect(200);
    }
    let value_path = format!("{path}/custom-field-values/{}", crate::FIRST_NAME);
    site.client
        .post(&camel(&value_path), &example("client.js.custom_field_values.create.request"))
        .await
        .expect(200);
    let channels = camel(&format!("{path}/channels"));
    let channel =
        site.client.post(&channels, &example("client.js.contact_channels.create.request")).await.expect(200);
    let channel_path = camel(&format!("{path}/channels/{}", id(&channel)));
    let mut label = example("client.js.labels.create.request");
    label["displayName"] = json!("Walked");
    let label = site.client.post(&camel(&format!("{SERVICE}/contact-labels")), &label).await.expect(200);
    let attached = camel(&format!("{path}/labels/{}", id(&label)));
    site.client.post(&attached, &example("client.js.labels.attach.request")).await.expect(200);
    for gone in [
        attached,
        channel_path,
        camel(&format!("{SERVICE}/contact-labels/{}", id(&label))),
        camel(&format!("{SERVICE}/contact-groups/{}", id(&group))),
        camel(&path),
    ] {
        site.client.send("DELETE", &gone, "{}").await.expect(200);
    }
}

/// The Java and the PHP client.
#[tokio::test]
async fn the_java_and_php_clients_walk_from_create_to_delete() {
    let site = Site::new().await.on_all_terms();
    let fields = format!("{SERVICE}/contact-custom-fields");
    let field = site
        .client
        .post(&fields, &example("client.java.contact_custom_fields.create.request"))
        .await
        .expect(200);
    let made = site.client.post(CONTACTS, &example("client.php.contacts.create.request")).await.expect(200);
    let path = format!("{CONTACTS}/{}", id(&made));
    for name in ["php.contacts.update", "java.contacts.update", "php.contacts.update_clear"] {
        site.client.put(&path, &example(&format!("client.{name}.request"))).await.expect(200);
    }
    let option = example("client.java.custom_field_values.create_option.request");
    let title = format!("{path}/custom-field-values/{}", crate::TITLE);
    site.client.post(&title, &option).await.expect(200);
    let channel = site
        .client
        .post(&format!("{path}/channels"), &example("client.java.contact_channels.create.request"))
        .await
        .expect(200);
    let plain = json!({"value": "Tulips"});
    let value_path = format!("{path}/custom-field-values/{}", id(&field));
    let set = site.client.post(&value_path, &plain).await.expect(200);
    assert_eq!(value(&set["result"], "favorite_flower"), "Tulips");
    site.client.delete(&format!("{path}/channels/{}", id(&channel))).await.expect(200);
    site.client.delete(&format!("{fields}/{}", id(&field))).await.expect(200);
    site.client.delete(&path).await.expect(200);
}
