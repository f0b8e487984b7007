//! What an update does to channels.

use model::Json;
use serde_json::json;

use crate::{JANE, create, numbered, path, refusals, start};

#[tokio::test]
async fn channels_are_replaced_and_those_that_stay_keep_their_ids() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let (first, second, phone) = (&jane["channels"][0], &jane["channels"][1], &jane["channels"][2]);
    let patch = json!({"channels": [
        {"kind": "email", "value": "new@example.com"},
        {"id": second["id"], "kind": "email", "value": "Jane@New.example", "primary": true},
        {"kind": "phone", "value": "+1 555-123-4567", "label": "WORK"},
    ]});
    let got = client.patch(&path(&jane), &patch).await.expect(200);
    let rows = got["channels"].as_array().unwrap();
    let find = |value: &str| rows.iter().find(|row| row["value"] == value).expect(value);
    assert_eq!(rows.len(), 3);
    assert_eq!(find("jane@new.example")["id"], second["id"]);
    assert_eq!(find("jane@new.example")["raw"], "Jane@New.example");
    assert_eq!(find("jane@new.example")["primary"], true);
    assert_eq!(find("new@example.com")["primary"], false);
    assert_ne!(find("new@example.com")["id"], first["id"]);
    assert_eq!(find("+15551234567")["id"], phone["id"]);
    assert_eq!(find("+15551234567")["raw"], "+1 555-123-4567");
    assert_eq!(find("+15551234567")["label"], "WORK");

    // By id alone, with its kind, a channel stays as it is.
    let patch = json!({"channels": [{"id": phone["id"], "kind": "phone", "label": null}]});
    let got = client.patch(&path(&jane), &patch).await.expect(200);
    let expected = json!([{"id": phone["id"], "kind": "phone", "value": "+15551234567",
        "raw": "+1 555-123-4567", "label": null, "country": phone["country"], "primary": true, "default": false}]);
    assert_eq!(got["channels"], expected);
}

#[tokio::test]
async fn the_default_channel_is_one_over_all_kinds_or_none() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let defaults = async |channels: &Json| {
        let got = client.patch(&path(&jane), &json!({"channels": channels})).await.expect(200);
        let rows = got["channels"].as_array().unwrap().clone();
        rows.iter().map(|row| row["default"] == true).collect::<Vec<_>>()
    };
    let mut channels = jane["channels"].clone();
    channels[0]["default"] = json!(false);
    assert_eq!(defaults(&channels).await, [false, false, false]);
    channels[2]["default"] = json!(true);
    assert_eq!(defaults(&channels).await, [false, false, true]);
}

#[tokio::test]
async fn the_text_that_a_channel_was_written_as_can_only_be_sent_back() {
    let (_test, client) = start().await;
    let body = json!({"channels": [{"kind": "phone", "value": "(201) 555-0123", "country": "US"}]});
    let contact = create(&client, &body).await;
    let mut channels = contact["channels"].clone();
    channels[0]["value"] = json!("+12015550124");
    let reply = client.patch(&path(&contact), &json!({"channels": channels})).await;
    assert_eq!(refusals(&reply, 422), ["channels.0.raw immutable"]);
    assert!(reply.text.contains("leave it out to change the value"), "{}", reply.text);
    channels[0].as_object_mut().unwrap().remove("raw");
    let got = client.patch(&path(&contact), &json!({"channels": channels})).await.expect(200);
    assert_eq!(got["channels"][0]["raw"], "+12015550124");
    assert_eq!(got["channels"][0]["id"], contact["channels"][0]["id"]);
}

#[tokio::test]
async fn numbers_of_the_workspaces_country_can_be_sent_back_too() {
    let (test, client) = start().await;
    for (country, raw, value) in
        [("US", "(555) 123-4567", "+15551234567"), ("NL", "06 12345678", "+31612345678")]
    {
        let edit = |catalog: &mut model::Catalog| catalog.default_country = Some(country.to_owned());
        test.app.edit_catalog(test.workspace.number, edit).await.expect("the catalog changes");
        let contact = create(&client, &json!({"channels": [{"kind": "phone", "value": raw}]})).await;
        let channel = &contact["channels"][0];
        assert_eq!((&channel["value"], &channel["raw"]), (&json!(value), &json!(raw)));
        let reply = client.patch(&path(&contact), &json!({"channels": contact["channels"]})).await;
        assert_eq!((reply.expect(200), reply.header("contactd-change")), (contact, ""));
    }
}
