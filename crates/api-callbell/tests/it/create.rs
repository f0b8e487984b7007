//! POST /contacts.

use model::{ChannelKind, Dialect, Json};
use serde_json::json;

use crate::stage::{JOHN_PATH, Stage, single};

#[tokio::test]
async fn create_takes_every_member() {
    let stage = Stage::new().await;
    let contact = stage
        .create(json!({
            "source": "whatsapp", "identifier": "+31 6 12345678", "name": "Ann", "tags": "sales,lead",
            "custom_fields": {"Status": "Active"}, "assigned_user": "jane.doe@email.com",
            "team_uuid": "47aad5f9-b4ca-423c-9d63-0f06ab93fe1f",
            "channel_uuid": "7c996996-fea9-47f4-a1d5-a11e7fac84db", "bot_status": "bot_end", "note": "VIP",
            "mystery": 1
        }))
        .await;
    assert_eq!(contact["name"], "Ann");
    assert_eq!(contact["phoneNumber"], "+31 6 12345678");
    assert_eq!(contact["source"], "whatsapp");
    assert_eq!(contact["tags"], json!(["sales", "lead"]));
    assert_eq!(contact["customFields"], json!({"Status": "Active"}));
    assert_eq!(contact["assignedUser"], "jane.doe@email.com");
    assert_eq!(contact["team"]["name"], "Support");
    assert_eq!(contact["note"], "VIP");
    assert_eq!(contact["createdAt"], "2025-01-15T12:45:00Z");
    let expected = json!({
        "uuid": "7c996996fea947f4a1d5a11e7fac84db", "title": "phone_number_1", "type": "whatsapp", "main": true
    });
    assert_eq!(contact["channel"], expected);
    let uuid = contact["uuid"].as_str().unwrap();
    let record = stage.record_of(uuid).await;
    let extra = |name| record.extras.get(Dialect::Callbell, name).cloned();
    assert_eq!(extra("mystery"), Some(json!(1)));
    assert_eq!(extra("bot_status"), Some(json!("bot_end")));
    assert_eq!(extra("channel_uuid"), Some(json!("7c996996fea947f4a1d5a11e7fac84db")));
    assert_eq!(record.primary(&ChannelKind::Phone).unwrap().value, "+31612345678");
    let answer = stage.client.get(&format!("/v1/contacts/{uuid}")).await.expect(200);
    assert_eq!(single(&answer), contact);
}

#[tokio::test]
async fn a_contact_without_a_vendor_id_has_hex() {
    let stage = Stage::new().await;
    let contact = stage.create(json!({"source": "whatsapp", "identifier": "+31612345678"})).await;
    let uuid = contact["uuid"].as_str().unwrap();
    assert_eq!(uuid.len(), 32);
    assert!(uuid.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{uuid}");
    assert_eq!(stage.record_of(uuid).await.id.hex(), uuid);
    assert_eq!(contact["href"], format!("https://dash.callbell.eu/contacts/{uuid}"));
    assert_eq!(contact["conversationHref"], format!("https://dash.callbell.eu/chat/{uuid}"));
    assert_eq!(contact["name"], "");
}

#[tokio::test]
async fn create_needs_an_identifier_a_source_and_a_name() {
    let stage = Stage::new().await;
    let required = "must be present and not empty";
    for (body, expected) in [
        (json!({}), json!({"source": [required], "identifier": [required]})),
        (
            json!({"source": null, "identifier": null}),
            json!({"source": [required], "identifier": [required]}),
        ),
        (json!({"source": "", "identifier": " "}), json!({"source": [required], "identifier": [required]})),
        (json!({"source": "whatsapp"}), json!({"identifier": [required]})),
        (json!({"identifier": "1"}), json!({"source": [required]})),
        (
            json!({"source": 1, "identifier": 31_612_345_678_u64, "tags": null}),
            json!({"source": ["must be a string"], "identifier": ["must be a string"], "tags": ["must be an array"]}),
        ),
        (
            json!({"source": "x".repeat(51), "identifier": "1"}),
            json!({"source": ["must be at most 50 characters"]}),
        ),
        (
            json!({"source": "whatsapp", "identifier": "1".repeat(1001)}),
            json!({"identifier": ["must be at most 1000 characters"]}),
        ),
        (
            json!({"source": "email", "identifier": "nobody"}),
            json!({"identifier": ["must be a valid email"]}),
        ),
        (
            json!({"source": "whatsapp", "identifier": "+31612345678", "channel_uuid": "x"}),
            json!({"channel_uuid": ["channel does not exist"]}),
        ),
        (
            json!({"source": "whatsapp", "identifier": "+31612345678", "channel_uuid": null, "name": null}),
            json!({"channel_uuid": ["must be a string"], "name": ["must be a string"]}),
        ),
    ] {
        let mut body: Json = body;
        if body.get("name").is_none() {
            body["name"] = json!("Jane");
        }
        let reply = stage.kept("POST", "/v1/contacts", body.to_string()).await;
        assert_eq!(reply.expect(400), json!({ "error": expected }), "{body}");
    }
}

#[tokio::test]
async fn create_needs_a_name_that_may_be_empty() {
    let stage = Stage::new().await;
    let body = json!({"source": "whatsapp", "identifier": "+31612345678"});
    let reply = stage.kept("POST", "/v1/contacts", body.to_string()).await;
    assert_eq!(reply.expect(400), json!({"error": {"name": ["must be present and not empty"]}}));
    let contact = stage.create(json!({"source": "whatsapp", "identifier": "+31612345678", "name": ""})).await;
    assert_eq!(contact["name"], "");
}

#[tokio::test]
async fn create_refuses_a_taken_identifier() {
    let stage = Stage::new().await;
    stage.create(json!({"source": "whatsapp", "identifier": "+31 6 12345678"})).await;
    stage.create(json!({"source": "facebook", "identifier": "fb-1"})).await;
    for (source, identifier) in [
        ("whatsapp", "+31612345678"),
        ("sms", "+31 (6) 1234-5678"),
        ("facebook", "fb-1"),
        ("whatsapp", "123456789"),
    ] {
        let body = json!({"source": source, "identifier": identifier, "name": "Jane"}).to_string();
        let reply = stage.kept("POST", "/v1/contacts", body).await;
        let expected = json!({"error": {"identifier": ["has already been taken"]}});
        assert_eq!(reply.expect(400), expected, "{source} {identifier}");
    }
    stage.create(json!({"source": "instagram", "identifier": "fb-1"})).await;
}

#[tokio::test]
async fn create_makes_a_channel_of_the_source() {
    let stage = Stage::new().await;
    for (source, identifier, kind, phone) in [
        ("whatsapp", "+31 6 00000001", "phone", json!("+31 6 00000001")),
        ("WhatsApp", "+31 6 00000002", "phone", json!("+31 6 00000002")),
        ("sms", "31600000003", "phone", json!("31600000003")),
        ("whatsapp", "call me", "phone", json!("call me")),
        ("facebook", "fb-1", "facebook", json!(null)),
        ("Telegram", "tg-1", "telegram", json!(null)),
        ("webchat", "visitor 1", "webchat", json!(null)),
        ("email", "a@b.c", "email", json!(null)),
    ] {
        let contact = stage.create(json!({"source": source, "identifier": identifier})).await;
        assert_eq!(contact["source"], source);
        assert_eq!(contact["phoneNumber"], phone, "{source}");
        let record = stage.record_of(contact["uuid"].as_str().unwrap()).await;
        let channels: Vec<_> =
            record.channels.iter().map(|each| (each.kind.as_str(), each.raw.as_str())).collect();
        assert_eq!(channels, [(kind, identifier)]);
    }
}

#[tokio::test]
async fn the_phone_number_is_shown_as_written() {
    let stage = Stage::new().await;
    for written in ["+57 319 2754701", "5492215929898", "(858) 555-1212"] {
        let contact = stage.create(json!({"source": "whatsapp", "identifier": format!(" {written} ")})).await;
        assert_eq!(contact["phoneNumber"], written);
    }
    assert_eq!(single(&stage.client.get(JOHN_PATH).await.expect(200))["phoneNumber"], "123456789");
}

#[tokio::test]
async fn a_contact_of_another_dialect_has_a_source() {
    let stage = Stage::new().await;
    let answer = stage.client.get("/v1/contacts").await.expect(200);
    let source = |name: &str| {
        let contacts = answer["contacts"].as_array().unwrap();
        contacts.iter().find(|contact| contact["name"] == name).unwrap()["source"].clone()
    };
    assert_eq!(source("Jane Smith"), "whatsapp");
    assert_eq!(source("Cindy"), "webchat");
    for (kind, shown) in [("telegram", "telegram"), ("fax", "webchat")] {
        let mut change = model::Change::default();
        let channel = model::ChannelWrite::new("x", kind.into(), format!("{kind}-1"));
        change.push("x", model::Edit::MergeChannels(vec![channel]));
        let made = stage.test.app.create_contact(&stage.caller().await, change).await.unwrap();
        let path = format!("/v1/contacts/{}", made.view.contact.id.hex());
        assert_eq!(single(&stage.client.get(&path).await.expect(200))["source"], shown);
    }
}

#[tokio::test]
async fn team_and_channel_are_always_objects() {
    let stage = Stage::new().await;
    let bare = |catalog: &mut model::Catalog| {
        catalog.teams = model::Items::default();
        catalog.inboxes = model::Items::default();
    };
    let contact = stage.john().await;
    assert_eq!(contact["team"]["uuid"], "ad42a09715814e6483b1c5debd6a2dbc");
    assert_eq!(contact["channel"]["uuid"], "7c996996fea947f4a1d5a11e7fac84db");
    stage.test.app.edit_catalog(stage.test.workspace.number, bare).await.unwrap();
    let contact = stage.patch(json!({"name": "Ann"})).await;
    let nobody = "0".repeat(32);
    let team = json!({
        "uuid": nobody, "name": "General", "default": true, "members": 0, "createdAt": "2020-11-13T21:08:53Z"
    });
    assert_eq!(contact["team"], team);
    let channel = json!({"uuid": nobody, "title": "Main", "type": "whatsapp", "main": true});
    assert_eq!(contact["channel"], channel);
}

#[tokio::test]
async fn create_answers_with_its_change() {
    let stage = Stage::new().await;
    let body: Json = json!({"source": "whatsapp", "identifier": "+31612345678", "name": "Jane"});
    let reply = stage.client.post("/v1/contacts/", &body).await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.header("contactd-change"), "");
}
