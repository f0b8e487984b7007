//! The channels of a contact one by one: get, create, update, delete.

use app::Scope;
use model::Json;
use serde_json::json;
use testkit::{Reply, assert_has};

use crate::{CINDY, CONTACTS, EMAIL, PHONE, Site, example, fault};

const CHANNELS: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts/f119fe3b-67e2-4b59-b605-5586616978d0/channels";

fn phone(value: &str) -> Json {
    json!({"channel_type_id": PHONE, "value": value})
}

fn path(channel: &Json) -> String {
    format!("{CHANNELS}/{}", channel["id"].as_str().unwrap())
}

/// Adds a channel to Cindy, who then has it as it is answered.
async fn added(site: &Site, body: Json) -> Json {
    let channel = site.client.post(CHANNELS, &body).await.expect(200)["result"].clone();
    let cindy = site.cindy().await;
    assert!(cindy["channels"].as_array().unwrap().contains(&channel), "{channel}");
    assert_eq!(site.client.get(&path(&channel)).await.expect(200)["result"], channel);
    channel
}

async fn changed(site: &Site, channel: &Json, body: Json) -> Json {
    let after = site.client.put(&path(channel), &body).await.expect(200)["result"].clone();
    assert_eq!(site.client.get(&path(channel)).await.expect(200)["result"], after);
    after
}

fn count(cindy: &Json) -> usize {
    cindy["channels"].as_array().unwrap().len()
}

#[tokio::test]
async fn create_get_update_and_delete_answer_the_documented_examples() {
    let site = Site::new().await;
    // The example's channel is not the first one of its contact. Its type's id is the vendor's own slip.
    added(&site, phone("+18582355555")).await;
    let mut request = example("contact_channels.create.request");
    request["channel_type_id"] = json!(PHONE);
    let reply = site.client.post(CHANNELS, &request).await;
    let created = reply.expect(200);
    let mut expected = example("contact_channels.create.response");
    expected["result"]["block_outbound"] = json!(false);
    assert_has(&created, &expected, &["result.id"]);
    assert_has(&created, &example("recommended.contact_channels.create.response"), &["result.id"]);
    assert!(!reply.header("contactd-change").is_empty());
    assert_eq!(created.as_object().unwrap().len(), 2);

    let path = path(&created["result"]);
    let mut expected = example("contact_channels.update.response");
    expected["result"]["id"] = created["result"]["id"].clone();
    let updated = site.client.put(&path, &example("contact_channels.update.request")).await.expect(200);
    assert_has(&updated, &expected, &[]);
    assert_has(&updated, &example("recommended.contact_channels.update.response"), &["result.id"]);
    assert_eq!(site.client.get(&path).await.expect(200), updated);

    let reply = site.client.delete(&path).await;
    assert_eq!(reply.expect(200), example("contact_channels.delete.response"));
    assert!(!reply.header("contactd-change").is_empty());
    assert_eq!(fault(&site.client.get(&path).await), "404 3100 Contact channel not found");
}

#[tokio::test]
async fn get_answers_the_documented_example() {
    let site = Site::new().await;
    added(&site, phone("+18585551212")).await;
    let mut body = phone("+18582355555");
    body["display_name"] = json!("MOBILE");
    let channel = added(&site, body).await;
    let answer = site.client.get(&path(&channel)).await.expect(200);
    assert_has(&answer, &example("contact_channels.get.response"), &["result.id"]);
    changed(&site, &channel, json!({"is_default": true, "is_default_for_type": true})).await;
    let answer = site.client.get(&path(&channel)).await.expect(200);
    assert_has(&answer, &example("recommended.contact_channels.get.response"), &["result.id"]);
}

#[tokio::test]
async fn every_clients_channel_requests_are_accepted() {
    let site = Site::new().await;
    for (name, query) in [
        ("client.ios.contact_channels.create", ""),
        ("client.java.contact_channels.create", ""),
        ("client.js.contact_channels.create", "?camel_case=1"),
    ] {
        let body = example(&format!("{name}.request"));
        let answer = site.client.post(&format!("{CHANNELS}{query}"), &body).await.expect(200);
        assert_eq!(answer["result"]["value"], "+18585556565", "{name}");
    }
    let cindy = site.cindy().await;
    assert_eq!(count(&cindy), 1);
    let ios = example("client.ios.contact_channels.update.request");
    assert_eq!(changed(&site, &cindy["channels"][0], ios).await["display_name"], "BUSINESS");
}

#[tokio::test]
async fn the_first_channel_is_the_default_and_the_first_of_its_type() {
    let site = Site::new().await;
    let flags = |channel: &Json| json!([channel["is_default"], channel["is_default_for_type"]]);
    let first = added(&site, phone("+18585551212")).await;
    let second = added(&site, phone("+18585551213")).await;
    let email = added(&site, json!({"channel_type_id": EMAIL, "value": "cindy@example.com"})).await;
    assert_eq!(flags(&first), json!([true, true]));
    assert_eq!(flags(&second), json!([false, false]));
    assert_eq!(flags(&email), json!([false, true]));
    let body = json!({"is_default": true, "is_default_for_type": true});
    assert_eq!(flags(&changed(&site, &second, body).await), json!([true, true]));
    assert_eq!(flags(&site.client.get(&path(&first)).await.expect(200)["result"]), json!([false, false]));
    assert_eq!(flags(&changed(&site, &second, json!({"is_default": false})).await), json!([false, true]));
    // No other one becomes the default for it.
    site.client.delete(&path(&second)).await.expect(200);
    let cindy = site.cindy().await;
    assert_eq!((flags(&cindy["channels"][0]), count(&cindy)), (json!([false, true]), 2));
}

#[tokio::test]
async fn adding_a_channel_that_the_contact_has_answers_that_one() {
    let site = Site::new().await;
    let first = added(&site, phone("+18585551212")).await;
    site.test.clock.advance_ms(5_000);
    for body in [
        phone("+18585551212"),
        json!({"channel_type_id": PHONE, "value": "(858) 555-1212", "country": "us"}),
        json!({"id": "nope", "channel_type_id": PHONE, "value": "+1 858 555 1212"}),
    ] {
        assert_eq!(added(&site, body).await, first);
    }
    let again = site.client.post(CHANNELS, &phone("+1 858 555 1212")).await;
    assert_eq!(again.header("contactd-change"), "");
    let named = json!({"channel_type_id": PHONE, "value": "+18585551212", "display_name": "HOME"});
    let named = added(&site, named).await;
    assert_eq!((&named["id"], &named["display_name"]), (&first["id"], &json!("HOME")));
}

#[tokio::test]
async fn put_changes_all_but_the_value() {
    let site = Site::new().await;
    let channel = added(&site, phone("+18585551212")).await;
    let before = site.cindy().await;
    for body in [json!({}), json!({"value": "+18585559999", "channel_type_id": EMAIL}), channel.clone()] {
        let reply = site.client.put(&path(&channel), &body).await;
        assert_eq!(
            (reply.expect(200)["result"].clone(), reply.header("contactd-change")),
            (channel.clone(), "")
        );
    }
    let reply = site.client.send("PUT", &path(&channel), "").await;
    assert_eq!(reply.expect(200)["result"], channel);
    assert_eq!(site.cindy().await, before);
    assert_eq!(changed(&site, &channel, json!({"country": "ca"})).await["country"], "CA");
    let named = changed(&site, &channel, json!({"display_name": "MOBILE"})).await;
    assert_eq!(named["display_name"], "MOBILE");
    assert_eq!(changed(&site, &channel, json!({"display_name": null})).await["display_name"], json!(null));
}

#[tokio::test]
async fn a_deleted_channel_is_free_for_others() {
    let site = Site::new().await;
    let channel = added(&site, phone("+18585551212")).await;
    let other = site.client.post(CONTACTS, &json!({"channels": [phone("+18585551212")]})).await;
    assert!(fault(&other).starts_with("400 3104 "));
    site.client.send("DELETE", &path(&channel), "{}").await.expect(200);
    site.created(json!({"channels": [phone("+18585551212")]})).await;
    let taken = site.refused_at("POST", CHANNELS, phone("+18585551212").to_string()).await;
    let text = example("errors.channel_in_use.response")["status"]["description"].clone();
    assert_eq!(taken, format!("400 3104 {}: value: belongs to another contact", text.as_str().unwrap()));
}

#[tokio::test]
async fn of_two_that_claim_a_channel_at_once_one_gets_it() {
    let site = Site::new().await;
    let outcome = |replies: [&Reply; 2]| {
        let mut told = replies.map(|reply| match reply.status.as_u16() {
            200 => "200".to_owned(),
            _ => fault(reply).chars().take("400 3104".len()).collect(),
        });
        told.sort();
        told
    };
    let body = json!({"channels": [phone("+18585551212")]});
    let total = || async { site.client.get(CONTACTS).await.expect(200)["status"]["total_records"].clone() };
    let before = total().await.as_u64().unwrap();
    let (one, other) = tokio::join!(site.client.post(CONTACTS, &body), site.client.post(CONTACTS, &body));
    assert_eq!(outcome([&one, &other]), ["200", "400 3104"]);
    assert_eq!(total().await, before + 1);

    let second = site.created(json!({})).await["id"].clone();
    let second = format!("{CONTACTS}/{}/channels", second.as_str().unwrap());
    let body = phone("+18585551213");
    let (one, other) = tokio::join!(site.client.post(CHANNELS, &body), site.client.post(&second, &body));
    assert_eq!(outcome([&one, &other]), ["200", "400 3104"]);
    // Of two that add it to one contact, both get it.
    let body = phone("+18585551214");
    let (one, other) = tokio::join!(site.client.post(&second, &body), site.client.post(&second, &body));
    assert_eq!(one.expect(200), other.expect(200));
}

#[tokio::test]
async fn channels_that_cannot_be_added_are_refused() {
    let site = Site::new().await;
    added(&site, json!({"channel_type_id": PHONE, "value": "+18585550000", "display_name": "HOME"})).await;
    let with = |name: &str, json: Json| {
        let mut channel = phone("+18585551212");
        channel[name] = json;
        channel
    };
    for (body, expected) in [
        (json!({"value": "+18585551212"}), "3101 Missing channel type: channel_type_id: is required"),
        (with("channel_type_id", json!(null)), "3101 Missing channel type: channel_type_id: is required"),
        (
            with("channel_type_id", json!("nope")),
            "2605 Invalid channel_type_id: channel_type_id: no channel type 'nope'",
        ),
        (
            with("channel_type_id", json!({})),
            "2605 Invalid channel_type_id: channel_type_id: must be a string",
        ),
        (json!({"channel_type_id": PHONE}), "3102 Missing channel value: value: is required"),
        (with("value", json!("")), "3102 Missing channel value: value: is required"),
        (with("value", json!([])), "3107 Invalid channel value: value: must be a string"),
        (with("value", json!("+1")), "2606 Invalid phone number: value: must be a valid phone number"),
        (
            with("value", json!("8585551212")),
            "3103 Missing channel country: country: is required for a phone number without +",
        ),
        (
            json!({"channel_type_id": EMAIL, "value": "no address"}),
            "2607 Invalid email address: value: must be a valid e-mail address",
        ),
        (
            with("country", json!("XX")),
            "2608 Invalid country code: country: must be an ISO 3166-1 alpha-2 country code",
        ),
        (
            with("display_name", json!("HOME")),
            "3105 Channel display_name in use: display_name: is given twice",
        ),
        (
            with("display_name", json!("Home")),
            "3106 Invalid channel display_name: display_name: must be one of: HOME, BUSINESS, MOBILE",
        ),
        (with("is_default", json!(1)), "2604 Invalid body content: is_default: must be true or false"),
        (
            json!({"channel_type_id": "kind-chat", "value": "x".repeat(1_001)}),
            "3107 Invalid channel value: value: must have at most 1000 characters",
        ),
        (json!([phone("+18585551212")]), "2604 Invalid body content: the body must be a JSON object"),
    ] {
        let told = site.refused_at("POST", CHANNELS, body.to_string()).await;
        assert_eq!(told, format!("400 {expected}"), "{body}");
    }
    assert_eq!(
        site.refused_at("POST", CHANNELS, "").await,
        "400 3101 Missing channel type: channel_type_id: is required"
    );
}

#[tokio::test]
async fn changes_that_a_channel_cannot_have_are_refused() {
    let site = Site::new().await;
    added(&site, json!({"channel_type_id": PHONE, "value": "+18585550000", "display_name": "HOME"})).await;
    let channel = added(&site, phone("+18585551212")).await;
    for (body, expected) in [
        (json!({"display_name": "HOME"}), "3105 Channel display_name in use: display_name: is given twice"),
        (
            json!({"display_name": 5}),
            "3106 Invalid channel display_name: display_name: must be one of: HOME, BUSINESS, MOBILE",
        ),
        (
            json!({"country": "XX"}),
            "2608 Invalid country code: country: must be an ISO 3166-1 alpha-2 country code",
        ),
        (
            json!({"is_default_for_type": "x", "display_name": "MOBILE"}),
            "2604 Invalid body content: is_default_for_type: must be true or false",
        ),
        (json!("x"), "2604 Invalid body content: the body must be a JSON object"),
    ] {
        let told = site.refused_at("PUT", &path(&channel), body.to_string()).await;
        assert_eq!(told, format!("400 {expected}"), "{body}");
    }
    for (body, expected) in [
        ("{", "invalid JSON: "),
        (r#"{"path":{"x":1,"x":2}}"#, "path.x: is given twice"),
        (r#"{"display_name":null,"display_name":null}"#, "display_name: is given twice"),
    ] {
        let told = site.refused_at("PUT", &path(&channel), body).await;
        assert!(told.starts_with(&format!("400 2604 Invalid body content: {expected}")), "{told}");
    }
}

#[tokio::test]
async fn channels_that_the_contact_does_not_have_are_not_found() {
    let site = Site::new().await;
    let other = site.created(json!({"channels": [phone("+18585551212")]})).await;
    let foreign = other["channels"][0]["id"].as_str().unwrap();
    for id in [foreign, "nope", "%00", "aff7bc93-6e28-4e70-8770-defa35cdfc1b"] {
        for (method, body) in
            [("GET", ""), ("PUT", "{}"), ("PUT", "{"), ("PUT", "{\"display_name\":5}"), ("DELETE", "")]
        {
            let told = site.refused_at(method, &format!("{CHANNELS}/{id}"), body).await;
            assert!(told.starts_with("404 3100 Contact channel not found"), "{method} {id}: {told}");
        }
    }
    let nobody = format!("{}/channels", CINDY.replace("f119fe3b", "e119fe3b"));
    for (method, path) in [
        ("POST", nobody.clone()),
        ("GET", format!("{nobody}/{foreign}")),
        ("PUT", format!("{nobody}/{foreign}")),
        ("DELETE", format!("{nobody}/{foreign}")),
    ] {
        let told = fault(&site.client.send(method, &path, "{").await);
        assert_eq!(told, "404 3000 Contact not found", "{method}");
    }
}

#[tokio::test]
async fn a_locked_contact_keeps_its_channels() {
    let site = Site::new().await;
    let channel = added(&site, phone("+18585551212")).await;
    site.lock_cindy().await;
    let locked = "400 3011 Field is not editable on a locked contact: is locked by 'Opera'";
    assert_eq!(site.refused_at("POST", CHANNELS, phone("+18585551213").to_string()).await, locked);
    assert_eq!(site.refused_at("DELETE", &path(&channel), "").await, locked);
    assert_eq!(added(&site, phone("+18585551212")).await, channel);
}

#[tokio::test]
async fn channels_need_the_right_to_write_and_have_no_list() {
    let site = Site::new().await;
    let channel = added(&site, phone("+18585551212")).await;
    let reader = site.client.clone().with_key(&site.test.key(&[Scope::Read], &[]).await);
    reader.get(&path(&channel)).await.expect(200);
    for (method, path) in [("POST", CHANNELS.to_owned()), ("PUT", path(&channel)), ("DELETE", path(&channel))]
    {
        let told = fault(&reader.send(method, &path, "{}").await);
        assert_eq!(told, "403 2602 Permission denied: the key lacks the scope 'write'", "{method}");
    }
    for (method, path) in
        [("GET", CHANNELS.to_owned()), ("DELETE", CHANNELS.to_owned()), ("POST", path(&channel))]
    {
        assert_eq!(
            fault(&site.client.send(method, &path, "{}").await),
            "405 - Method not allowed",
            "{method}"
        );
    }
}
