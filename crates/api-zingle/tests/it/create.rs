//! Making contacts, and finding them instead.

use serde_json::json;

use crate::{CINDY, CONTACTS, EMAIL, FIRST_NAME, PHONE, Site, example, fault};

#[tokio::test]
async fn an_empty_request_makes_an_empty_contact() {
    let site = Site::new().await;
    for body in ["", "{}"] {
        let answer = site.client.send("POST", CONTACTS, body).await;
        let made = answer.expect(200)["result"].clone();
        let state =
            ["is_confirmed", "is_starred", "is_closed", "optin_status"].map(|name| made[name].clone());
        assert_eq!(state, [json!(true), json!(false), json!(false), json!(null)]);
        assert_eq!((&made["channels"], &made["custom_field_values"]), (&json!([]), &json!([])));
        assert!(!answer.header("contactd-change").is_empty());
    }
}

#[tokio::test]
async fn every_member_is_stored_and_read_back() {
    let site = Site::new().await;
    let body = json!({
        "first_name": "Ann", "last_name": "Lee", "title": "Dr", "notes": "n", "external_id": "e-1",
        "is_starred": true, "is_confirmed": false, "is_closed": true,
        "channels": [{"channel_type_id": PHONE, "value": "+18585551212", "id": "ignored"}],
        "custom_field_values": [{"custom_field_id": FIRST_NAME, "value": "Bea"}],
    });
    let made = site.created(body).await;
    let path = format!("{CONTACTS}/{}", made["id"].as_str().unwrap());
    assert_eq!(site.client.get(&path).await.expect(200)["result"], made);
    for (name, expected) in [
        ("first_name", json!("Bea")),
        ("last_name", json!("Lee")),
        ("title", json!("Dr")),
        ("notes", json!("n")),
        ("external_id", json!("e-1")),
        ("is_starred", json!(true)),
        ("is_confirmed", json!(false)),
        ("is_closed", json!(true)),
        ("unconfirmed_at", json!(null)),
    ] {
        assert_eq!(made[name], expected, "{name}");
    }
}

async fn total(site: &Site) -> u64 {
    site.client.get(CONTACTS).await.expect(200)["status"]["total_records"].as_u64().unwrap()
}

#[tokio::test]
async fn a_channel_in_use_makes_no_contact() {
    let site = Site::new().await;
    let body = example("contacts.create.request");
    site.created(body.clone()).await;
    let before = total(&site).await;
    let reply = site.client.post(CONTACTS, &body).await;
    assert_eq!(
        fault(&reply),
        "400 3104 Contact channel already assigned to another contact: channels.0.value: belongs to another \
         contact"
    );
    assert_eq!(total(&site).await, before);
}

#[tokio::test]
async fn return_existing_updates_the_owner_with_the_values_only() {
    let site = Site::new().await;
    let path = format!("{CONTACTS}?return_existing=1");
    let made = site.client.post(&path, &example("client.ios.contacts.find_or_create.request")).await;
    let made = made.expect(200)["result"].clone();
    let body = json!({
        "channels": [{"channel_type_id": PHONE, "value": "(858) 555-1212", "country": "US",
            "display_name": "HOME"}],
        "custom_field_values": [{"custom_field_id": FIRST_NAME, "value": "Ann"}],
        "is_starred": true, "last_name": "Lee", "is_confirmed": false,
    });
    let found = site.client.post(&path, &body).await.expect(200)["result"].clone();
    let mut expected = made.clone();
    expected["first_name"] = json!("Ann");
    expected["custom_field_values"] = found["custom_field_values"].clone();
    assert_eq!(found, expected);
    assert_eq!(found["custom_field_values"][0]["value"], "Ann");
    let again = site.client.post(&path, &example("client.php.contacts.create.request")).await;
    assert_eq!(again.expect(200)["result"]["id"], made["id"]);
}

#[tokio::test]
async fn return_existing_makes_a_contact_for_a_new_channel() {
    let site = Site::new().await;
    let path = format!("{CONTACTS}?return_existing=1");
    let before = total(&site).await;
    let body =
        json!({"channels": [{"channel_type_id": EMAIL, "value": "Ann@Example.com"}], "is_starred": true});
    let made = site.client.post(&path, &body).await.expect(200)["result"].clone();
    assert_eq!(made["is_starred"], true);
    let body = json!({"channels": [{"channel_type_id": EMAIL, "value": "ann@example.COM"}]});
    assert_eq!(site.client.post(&path, &body).await.expect(200)["result"], made);
    assert_eq!(total(&site).await, before + 1);
}

#[tokio::test]
async fn return_existing_needs_exactly_one_channel() {
    let site = Site::new().await;
    let path = format!("{CONTACTS}?return_existing=1");
    let before = total(&site).await;
    let channel = |value: &str| json!({"channel_type_id": PHONE, "value": value});
    for body in [json!({}), json!({"channels": [channel("+18585551212"), channel("+18585551213")]})] {
        assert_eq!(
            fault(&site.client.post(&path, &body).await),
            "400 3012 Exactly one channel is required: the query parameter 'return_existing' needs exactly one \
             channel"
        );
    }
    let told = fault(&site.client.post(&path, &json!({"channels": [channel("+1")]})).await);
    assert!(told.starts_with("400 2606"), "{told}");
    let told = fault(&site.client.post(&path, &json!({"channels": 5, "is_closed": 5})).await);
    assert!(told.starts_with("400 3009"), "{told}");
    assert_eq!(total(&site).await, before);
}

#[tokio::test]
async fn return_existing_keeps_the_owner_when_a_value_is_wrong() {
    let site = Site::new().await;
    let path = format!("{CONTACTS}?return_existing=1");
    let made = site.created(example("client.ios.contacts.find_or_create.request")).await;
    let mut body = example("client.ios.contacts.find_or_create.request");
    body["custom_field_values"] = json!([{"custom_field_id": "nope", "value": "x"}]);
    assert!(fault(&site.client.post(&path, &body).await).starts_with("400 3701"));
    let path = format!("{CONTACTS}/{}", made["id"].as_str().unwrap());
    assert_eq!(site.client.get(&path).await.expect(200)["result"], made);
}

#[tokio::test]
async fn many_at_once_find_or_make_one_contact() {
    let site = Site::new().await;
    let path = format!("{CONTACTS}?return_existing=1");
    let body = example("client.ios.contacts.find_or_create.request");
    let requests = (0..20).map(|_| {
        let (client, path, body) = (site.client.clone(), path.clone(), body.clone());
        async move { client.post(&path, &body).await.expect(200)["result"]["id"].clone() }
    });
    let mut running = tokio::task::JoinSet::new();
    requests.for_each(|request| drop(running.spawn(request)));
    let mut ids = running.join_all().await;
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn a_deleted_contact_is_gone() {
    let site = Site::new().await;
    let before = total(&site).await;
    let reply = site.client.delete(CINDY).await;
    assert!(!reply.header("contactd-change").is_empty());
    assert_eq!(total(&site).await, before - 1);
}
