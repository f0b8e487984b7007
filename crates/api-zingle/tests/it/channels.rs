//! Channels in an update: merged, owned by one contact, named HOME, BUSINESS or MOBILE.

use model::{Change, ChannelKind, ChannelWrite, Edit, Json};
use serde_json::json;
use testkit::assert_has;

use crate::{CONTACTS, EMAIL, PHONE, Site, example};

fn phone(value: &str) -> Json {
    json!({"channel_type_id": PHONE, "value": value})
}

async fn set(site: &Site, channels: Json) -> Json {
    site.updated(json!({"channels": channels})).await["channels"].clone()
}

#[tokio::test]
async fn a_channel_carries_its_whole_type() {
    let site = Site::new().await.on_all_terms();
    let channels = set(
        &site,
        json!([{"channel_type_id": PHONE, "value": "+18585551212", "country": "us",
        "display_name": "MOBILE"}]),
    )
    .await;
    let expected = json!([{
        "display_name": "MOBILE", "value": "+18585551212", "formatted_value": "(858) 555-1212", "country": "US",
        "is_default": true, "is_default_for_type": true, "block_inbound": false, "block_outbound": false,
        "is_messageable": true,
        "channel_type": {"id": PHONE, "type_class": "PhoneNumber", "display_name": "Phone Number",
            "inbound_notification_url": null, "outbound_notification_url": null, "allow_communications": true,
            "allow_messages": true, "priority": 0, "is_global": true},
    }]);
    assert_has(&channels, &expected, &[]);
    assert_eq!(channels[0]["id"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn channels_that_are_not_listed_stay() {
    let site = Site::new().await.on_all_terms();
    let first = set(&site, json!([phone("+18585551212")])).await;
    let both = set(&site, json!([{"channel_type_id": EMAIL, "value": "Cindy@Example.com"}])).await;
    assert_eq!(both[0], first[0]);
    assert_eq!(both[1]["value"], "Cindy@Example.com");
    assert_eq!(both[1]["formatted_value"], "Cindy@Example.com");
    assert_eq!((&both[1]["is_default"], &both[1]["is_default_for_type"]), (&json!(false), &json!(true)));
    assert_eq!(both[1]["channel_type"]["type_class"], "EmailAddress");
    assert_eq!(both[1]["country"], json!(null));
    assert_eq!(set(&site, json!([])).await, both);
}

#[tokio::test]
async fn sending_an_owned_channel_again_changes_nothing() {
    let site = Site::new().await.on_all_terms();
    let body = example("client.ios2015.contacts.update.request");
    let before = site.updated(body.clone()).await;
    site.test.clock.advance_ms(5_000);
    let reply = site.put(body).await;
    assert_eq!(reply.expect(200)["result"], before);
    assert_eq!(reply.header("contactd-change"), "");
    let written = json!([{"channel_type_id": PHONE, "value": "(858) 555-1212", "country": "US"}]);
    assert_eq!(set(&site, written).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn flags_and_names_move_between_channels() {
    let site = Site::new().await.on_all_terms();
    let both = set(&site, json!([phone("+18585551212"), phone("+18585551213")])).await;
    assert_eq!(both[1]["is_default"], false);
    let id = &both[1]["id"];
    let after = set(
        &site,
        json!([{"id": id, "display_name": "HOME", "is_default": true,
        "is_default_for_type": true}]),
    )
    .await;
    let flags = |n: usize| (after[n]["is_default"].clone(), after[n]["is_default_for_type"].clone());
    assert_eq!((flags(0), flags(1)), ((json!(false), json!(false)), (json!(true), json!(true))));
    assert_eq!((&after[1]["id"], &after[1]["display_name"]), (id, &json!("HOME")));
    let after = set(&site, json!([{"id": id, "display_name": null, "is_default": false}])).await;
    assert_eq!((&after[1]["is_default"], &after[1]["display_name"]), (&json!(false), &json!(null)));
    let after = set(
        &site,
        json!([{"id": id, "channel_type_id": PHONE, "value": "+1 858 555 1213",
        "display_name": "BUSINESS"}]),
    )
    .await;
    assert_eq!((&after[1]["id"], &after[1]["display_name"]), (id, &json!("BUSINESS")));
}

#[tokio::test]
async fn another_value_is_another_channel() {
    let site = Site::new().await.on_all_terms();
    let before = set(&site, json!([phone("+18585551212")])).await;
    let mut moved = before[0].clone();
    moved["value"] = json!("+18585551213");
    moved["is_default"] = json!(false);
    let after = set(&site, json!([moved])).await;
    assert_eq!(after[0]["id"], before[0]["id"]);
    assert_eq!((&after[0]["value"], &after[1]["value"]), (&json!("+18585551212"), &json!("+18585551213")));
}

#[tokio::test]
async fn a_channel_of_another_contact_is_refused() {
    let site = Site::new().await.on_all_terms();
    site.created(json!({"channels": [phone("+18585551212")]})).await;
    let told = site.refused(json!({"is_starred": true, "channels": [phone("+1 (858) 555-1212")]})).await;
    let text = example("errors.channel_in_use.response")["status"]["description"].clone();
    assert_eq!(
        told,
        format!("400 3104 {}: channels.0.value: belongs to another contact", text.as_str().unwrap())
    );
}

#[tokio::test]
async fn a_channel_that_was_deleted_with_its_contact_is_free() {
    let site = Site::new().await.on_all_terms();
    let other = site.created(json!({"channels": [phone("+18585551212")]})).await;
    site.client.delete(&format!("{CONTACTS}/{}", other["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(set(&site, json!([phone("+18585551212")])).await[0]["value"], "+18585551212");
}

#[tokio::test]
async fn channels_that_cannot_be_read_are_refused() {
    let site = Site::new().await.on_all_terms();
    let with = |name: &str, json: Json| {
        let mut channel = phone("+18585551212");
        channel[name] = json;
        channel
    };
    for (channel, expected) in [
        (
            json!({"value": "+18585551212"}),
            "3101 Missing channel type: channels.0.channel_type_id: is required",
        ),
        (
            with("channel_type_id", json!("")),
            "3101 Missing channel type: channels.0.channel_type_id: is required",
        ),
        (
            with("channel_type_id", json!("nope")),
            "2605 Invalid channel_type_id: channels.0.channel_type_id: no channel type 'nope'",
        ),
        (
            with("channel_type_id", json!([])),
            "2605 Invalid channel_type_id: channels.0.channel_type_id: must be a string",
        ),
        (json!({"channel_type_id": PHONE}), "3102 Missing channel value: channels.0.value: is required"),
        (with("value", json!(null)), "3102 Missing channel value: channels.0.value: is required"),
        (with("value", json!(" ")), "3102 Missing channel value: channels.0.value: is required"),
        (with("value", json!({})), "3107 Invalid channel value: channels.0.value: must be a string"),
        (
            with("value", json!("+1")),
            "2606 Invalid phone number: channels.0.value: must be a valid phone number",
        ),
        (
            with("value", json!("8585551212")),
            "3103 Missing channel country: channels.0.country: is required for a phone number without +",
        ),
        (
            json!({"channel_type_id": EMAIL, "value": "no address"}),
            "2607 Invalid email address: channels.0.value: must be a valid e-mail address",
        ),
        (
            with("country", json!("XX")),
            "2608 Invalid country code: channels.0.country: must be an ISO 3166-1 alpha-2 country code",
        ),
        (
            with("country", json!(1)),
            "2608 Invalid country code: channels.0.country: must be an ISO 3166-1 alpha-2 country code",
        ),
        (
            with("display_name", json!("Home")),
            "3106 Invalid channel display_name: channels.0.display_name: must be one of: HOME, BUSINESS, MOBILE",
        ),
        (
            with("display_name", json!(5)),
            "3106 Invalid channel display_name: channels.0.display_name: must be one of: HOME, BUSINESS, MOBILE",
        ),
        (
            with("is_default", json!(1)),
            "2604 Invalid body content: channels.0.is_default: must be true or false",
        ),
        (
            with("is_default_for_type", json!("x")),
            "2604 Invalid body content: channels.0.is_default_for_type: must be true or false",
        ),
        (json!("x"), "3010 Invalid value for channels: channels.0: must be an object"),
        (json!(null), "3010 Invalid value for channels: channels.0: must be an object"),
    ] {
        let told = site.refused(json!({"channels": [channel]})).await;
        assert_eq!(told, format!("400 {expected}"), "{channel}");
    }
    for bad in [json!(null), json!({}), json!("x"), json!(1)] {
        assert_eq!(
            site.refused(json!({"channels": bad})).await,
            "400 3010 Invalid value for channels: channels: must be an array of objects"
        );
    }
    let stranger = json!([{"id": "aff7bc93-6e28-4e70-8770-defa35cdfc1b", "is_default": true}]);
    assert_eq!(
        site.refused(json!({"channels": stranger})).await,
        "404 3100 Contact channel not found: channels.0.id: the contact has no channel \
         'aff7bc93-6e28-4e70-8770-defa35cdfc1b'"
    );
}

#[tokio::test]
async fn a_name_is_for_one_channel_of_the_contact() {
    let site = Site::new().await.on_all_terms();
    let named = |value: &str| json!({"channel_type_id": PHONE, "value": value, "display_name": "HOME"});
    assert_eq!(
        site.refused(json!({"channels": [named("+18585551212"), named("+18585551213")]})).await,
        "400 3105 Channel display_name in use: channels.1.display_name: is given twice"
    );
    let first = set(&site, json!([named("+18585551212")])).await[0]["id"].clone();
    assert_eq!(
        site.refused(json!({"channels": [phone("+18585551214"), named("+18585551213")]})).await,
        "400 3105 Channel display_name in use: channels.1.display_name: is given twice"
    );
    let moved = json!([named("+18585551213"), {"id": first, "display_name": "MOBILE"}]);
    let channels = set(&site, moved).await;
    assert_eq!([&channels[0]["display_name"], &channels[1]["display_name"]], ["MOBILE", "HOME"]);
    assert_eq!(
        site.refused(json!({"channels": [{"id": first, "display_name": "HOME"}]})).await,
        "400 3105 Channel display_name in use: channels.0.display_name: is given twice"
    );
}

#[tokio::test]
async fn numbers_of_other_countries_have_their_national_form() {
    let site = Site::new().await.on_all_terms();
    let channels = set(&site, json!([phone("+31612345678")])).await;
    assert_eq!(channels[0]["formatted_value"], "06 12345678");
    assert_eq!(channels[0]["country"], "NL");
}

#[tokio::test]
async fn a_channel_of_a_kind_without_a_type_can_be_sent_back() {
    let site = Site::new().await.on_all_terms();
    let mut change = Change::default();
    let chat = ChannelWrite::new("demo", ChannelKind::from("telegram"), "@cindy");
    let odd = ChannelWrite::new("demo", ChannelKind::Phone, "ext. 12");
    change.push("demo", Edit::MergeChannels(vec![chat, odd]));
    let made = site.test.app.seed_contact(site.test.workspace.number, None, change).await.unwrap();
    let path = format!("{CONTACTS}/{}", made.view.contact.id);
    let read = site.client.get(&path).await.expect(200)["result"].clone();
    let (chat, odd) = (&read["channels"][0], &read["channels"][1]);
    assert_eq!(chat["channel_type"]["type_class"], "UserDefinedChannel");
    assert_eq!(chat["channel_type"]["id"], "kind-telegram");
    assert_eq!((&odd["value"], &odd["formatted_value"]), (&json!("ext. 12"), &json!("ext. 12")));
    let body = json!({"channels": [{"channel_type_id": chat["channel_type"]["id"], "value": chat["value"]}]});
    let again = site.client.put(&path, &body).await;
    assert_eq!(again.expect(200)["result"], read);
}
