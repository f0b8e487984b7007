//! PATCH /contacts/:uuid, rule by rule.

use model::{Change, Dialect, Edit, InstantMember, Json, TextMember, Timestamp};
use serde_json::json;

use crate::stage::{JOHN, JOHN_PATH, Stage, single};

const GENERAL: &str = "ad42a09715814e6483b1c5debd6a2dbc";
const SUPPORT: &str = "47aad5f9b4ca423c9d630f06ab93fe1f";

/// Everything that PATCH can set.
fn full() -> Json {
    json!({
        "name": "Ann", "tags": ["sales", "lead"], "note": "VIP", "assigned_user": "jane.doe@email.com",
        "team_uuid": SUPPORT, "custom_fields": {"Billing Address": "Main Street 1", "Status": "Active"}
    })
}

#[tokio::test]
async fn a_missing_member_is_untouched() {
    let stage = Stage::new().await;
    let before = stage.patch(full()).await;
    let bodies = [
        json!({"name": "Bob"}),
        json!({"tags": ["AI"]}),
        json!({"note": "new"}),
        json!({"unassign_user": true}),
        json!({"team_uuid": GENERAL}),
        json!({"custom_fields": {"Status": "Inactive"}}),
    ];
    let shown = ["name", "tags", "note", "assignedUser", "team", "customFields"];
    for (body, changed) in bodies.into_iter().zip(shown) {
        let mut after = stage.patch(body).await;
        assert_ne!(after[changed], before[changed], "{changed}");
        after[changed] = before[changed].clone();
        assert_eq!(after, before, "{changed}");
        stage.patch(full()).await;
    }
}

#[tokio::test]
async fn every_member_survives_a_round_trip() {
    let stage = Stage::new().await;
    let contact = stage.patch(full()).await;
    assert_eq!(contact["name"], "Ann");
    assert_eq!(contact["tags"], json!(["sales", "lead"]));
    assert_eq!(contact["note"], "VIP");
    assert_eq!(contact["assignedUser"], "jane.doe@email.com");
    assert_eq!(contact["team"]["uuid"], SUPPORT);
    assert_eq!(contact["customFields"], json!({"Billing Address": "Main Street 1", "Status": "Active"}));
    assert_eq!(stage.john().await, contact);
}

#[tokio::test]
async fn an_update_that_changes_nothing_stores_nothing() {
    let stage = Stage::new().await;
    stage.patch(full()).await;
    for body in [full(), json!({}), json!({"custom_fields": {}}), json!({"unassign_user": false})] {
        let reply = stage.kept("PATCH", JOHN_PATH, body.to_string()).await;
        assert_eq!(reply.status, 200, "{body}: {}", reply.text);
    }
    let reply = stage.kept("PATCH", JOHN_PATH, "").await;
    assert_eq!(single(&reply.expect(200)), stage.john().await);
}

#[tokio::test]
async fn a_change_has_its_number_in_a_header() {
    let stage = Stage::new().await;
    let reply = stage.client.patch(JOHN_PATH, &json!({"name": "Ann"})).await;
    let change: u64 = reply.header("contactd-change").parse().unwrap();
    stage.test.app.undo(&stage.caller().await, change, Default::default()).await.unwrap();
    assert_eq!(stage.john().await["name"], "John Doe");
}

#[tokio::test]
async fn the_id_is_taken_with_hyphens_too() {
    let stage = Stage::new().await;
    let paths = [
        "/v1/contacts/414a6d69-2bd6-45ed-803f-2e7ce360d4c8".to_owned(),
        format!("/v1/contacts/{}", JOHN.to_uppercase()),
        format!("{JOHN_PATH}/"),
    ];
    for (n, path) in paths.iter().enumerate() {
        let name = format!("name {n}");
        let contact = single(&stage.client.patch(path, &json!({ "name": name })).await.expect(200));
        assert_eq!((&contact["uuid"], &contact["name"]), (&json!(JOHN), &json!(name)), "{path}");
    }
}

#[tokio::test]
async fn tags_replace_the_whole_list() {
    let stage = Stage::new().await;
    assert_eq!(stage.patch(json!({"tags": ["sales", "lead"]})).await["tags"], json!(["sales", "lead"]));
    assert_eq!(stage.patch(json!({"tags": ["lead", "sales"]})).await["tags"], json!(["lead", "sales"]));
    assert_eq!(stage.patch(json!({"tags": ["AI", "AI", "AI"]})).await["tags"], json!(["AI"]));
    assert_eq!(stage.patch(json!({"tags": []})).await["tags"], json!([]));
}

#[tokio::test]
async fn tags_match_exactly_first_then_in_any_case() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    for (sent, stored) in [
        (json!(["lead"]), json!(["lead"])),
        (json!(["Lead"]), json!(["Lead"])),
        (json!(["lead", "Lead"]), json!(["lead", "Lead"])),
        (json!(["vip", "CALL BACK"]), json!(["VIP", "Call back"])),
        (json!(["vip", "VIP"]), json!(["VIP"])),
        (json!(["spaced "]), json!(["spaced "])),
    ] {
        assert_eq!(stage.patch(json!({ "tags": sent })).await["tags"], stored);
    }
    assert_eq!(
        stage.refused(json!({"tags": ["spaced"]}).to_string()).await,
        json!({"tags": ["tag 'spaced' does not exist"]})
    );
}

#[tokio::test]
async fn tags_are_taken_as_a_comma_list_too() {
    let stage = Stage::new().await;
    for (sent, stored) in [
        ("Call back,Interested", json!(["Call back", "Interested"])),
        (" Call back , Interested ", json!(["Call back", "Interested"])),
        ("lead", json!(["lead"])),
        ("", json!([])),
    ] {
        assert_eq!(stage.patch(json!({ "tags": sent })).await["tags"], stored, "{sent}");
    }
}

#[tokio::test]
async fn tags_that_are_no_list_are_refused() {
    let stage = Stage::new().await;
    for tags in [json!(null), json!(1), json!({"a": 1}), json!(true)] {
        let error = stage.refused(json!({ "tags": tags }).to_string()).await;
        assert_eq!(error, json!({"tags": ["must be an array"]}), "{tags}");
    }
    for tags in [json!(["lead", 1]), json!([null]), json!([["lead"]])] {
        let error = stage.refused(json!({ "tags": tags }).to_string()).await;
        assert_eq!(error, json!({"tags": ["must be an array of strings"]}), "{tags}");
    }
}

#[tokio::test]
async fn one_unknown_tag_refuses_the_whole_update() {
    let stage = Stage::new().await;
    let error = stage.refused(json!({"name": "Ann", "tags": ["lead", "foo", "bar"]}).to_string()).await;
    assert_eq!(error, json!({"tags": ["tag 'foo' does not exist", "tag 'bar' does not exist"]}));
}

#[tokio::test]
async fn a_name_is_kept_byte_for_byte() {
    let stage = Stage::new().await;
    for name in ["  Zoë  Müller ", "", " ", "Zoë", "日本\u{1F600}", "a\nb"] {
        assert_eq!(stage.patch(json!({ "name": name })).await["name"], name);
        assert_eq!(stage.john().await["name"], name);
    }
    for name in [json!(null), json!(1), json!(["x"])] {
        let error = stage.refused(json!({ "name": name }).to_string()).await;
        assert_eq!(error, json!({"name": ["must be a string"]}), "{name}");
    }
}

#[tokio::test]
async fn a_user_is_assigned_by_email() {
    let stage = Stage::new().await;
    for (email, shown) in [
        (json!("jane.doe@email.com"), json!("jane.doe@email.com")),
        (json!(null), json!(null)),
        (json!("Jane.DOE@email.com"), json!("jane.doe@email.com")),
    ] {
        assert_eq!(stage.patch(json!({ "assigned_user": email })).await["assignedUser"], shown);
    }
    for email in ["nobody@email.com", "", "jane"] {
        let error = stage.refused(json!({ "assigned_user": email }).to_string()).await;
        assert_eq!(error, json!({"assigned_user": ["user does not exist"]}), "{email}");
    }
    let error = stage.refused(r#"{"assigned_user":7}"#).await;
    assert_eq!(error, json!({"assigned_user": ["must be a string or null"]}));
}

#[tokio::test]
async fn unassign_user_wins_over_assigned_user() {
    let stage = Stage::new().await;
    let assigned = json!({"assigned_user": "jane.doe@email.com"});
    assert_eq!(stage.patch(assigned.clone()).await["assignedUser"], "jane.doe@email.com");
    let kept = stage.patch(json!({"unassign_user": false})).await;
    assert_eq!(kept["assignedUser"], "jane.doe@email.com");
    assert_eq!(stage.patch(json!({"unassign_user": true})).await["assignedUser"], json!(null));
    for body in [
        r#"{"unassign_user":true,"assigned_user":"jane.doe@email.com"}"#,
        r#"{"assigned_user":"jane.doe@email.com","unassign_user":true}"#,
    ] {
        stage.patch(assigned.clone()).await;
        let answer = stage.client.send("PATCH", JOHN_PATH, body).await.expect(200);
        assert_eq!(single(&answer)["assignedUser"], json!(null), "{body}");
    }
    for flag in [json!(null), json!("true"), json!(1)] {
        let error = stage.refused(json!({ "unassign_user": flag }).to_string()).await;
        assert_eq!(error, json!({"unassign_user": ["must be a boolean"]}), "{flag}");
    }
}

#[tokio::test]
async fn a_team_is_assigned_by_uuid() {
    let stage = Stage::new().await;
    assert_eq!(stage.patch(json!({ "team_uuid": SUPPORT })).await["team"]["name"], "Support");
    let hyphenated = "ad42a097-1581-4e64-83b1-c5debd6a2dbc";
    let team = stage.patch(json!({ "team_uuid": hyphenated })).await["team"].clone();
    let expected = json!({
        "uuid": GENERAL, "name": "General", "default": true, "members": 1, "createdAt": "2020-11-13T21:08:53Z"
    });
    assert_eq!(team, expected);
    for team in ["414a6d692bd645ed803f2e7ce360d4c8", "", "General"] {
        let error = stage.refused(json!({ "team_uuid": team }).to_string()).await;
        assert_eq!(error, json!({"team_uuid": ["team does not exist"]}), "{team}");
    }
    for team in [json!(null), json!(1)] {
        let error = stage.refused(json!({ "team_uuid": team }).to_string()).await;
        assert_eq!(error, json!({"team_uuid": ["must be a string"]}), "{team}");
    }
}

#[tokio::test]
async fn bot_status_is_one_of_two_words() {
    let stage = Stage::new().await;
    let before = stage.john().await;
    for word in ["bot_start", "bot_end"] {
        assert_eq!(stage.patch(json!({ "bot_status": word })).await, before);
        let kept = stage.record().await.extras.get(Dialect::Callbell, "bot_status").cloned();
        assert_eq!(kept, Some(json!(word)));
    }
    for word in [json!("paused"), json!(""), json!(null), json!(1)] {
        let error = stage.refused(json!({ "bot_status": word }).to_string()).await;
        assert_eq!(error, json!({"bot_status": ["must be one of: bot_start, bot_end"]}), "{word}");
    }
}

#[tokio::test]
async fn a_note_is_set_and_cleared() {
    let stage = Stage::new().await;
    for clear in [json!(""), json!(null)] {
        assert_eq!(stage.patch(json!({"note": "VIP"})).await["note"], "VIP");
        assert_eq!(stage.patch(json!({ "note": clear })).await["note"], json!(null));
    }
    let longest = "é".repeat(1000);
    assert_eq!(stage.patch(json!({ "note": longest })).await["note"], longest);
    let error = stage.refused(json!({"note": "é".repeat(1001)}).to_string()).await;
    assert_eq!(error, json!({"note": ["must be at most 1000 characters"]}));
    let error = stage.refused(r#"{"note":1}"#).await;
    assert_eq!(error, json!({"note": ["must be a string or null"]}));
}

#[tokio::test]
async fn members_that_cannot_be_updated_are_ignored() {
    let stage = Stage::new().await;
    let body = json!({
        "phone_number": "+31612345678", "phoneNumber": "+31612345678", "identifier": "x", "source": "facebook",
        "channel_uuid": "x", "uuid": "x", "createdAt": 1, "closedAt": null, "blockedAt": "x", "href": "x",
        "conversationHref": "x", "funnelId": "x", "avatarUrl": "x", "bsuid": "x", "assignedUser": "x",
        "customFields": {"foo": 1}, "customFieldsMetadata": {}, "team": {"uuid": "x"}, "channel": {}
    });
    let reply = stage.kept("PATCH", JOHN_PATH, body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    // A client that sends back the whole contact with one change gets that one change.
    let mut contact = stage.john().await;
    contact["name"] = json!("Ann");
    assert_eq!(stage.patch(contact.clone()).await, contact);
}

#[tokio::test]
async fn unknown_members_are_kept_unseen() {
    let stage = Stage::new().await;
    let before = stage.john().await;
    assert_eq!(stage.patch(json!({"email": "a@b.c", "nested": {"a": [1, 2.50]}})).await, before);
    let record = stage.record().await;
    for (name, value) in [("email", json!("a@b.c")), ("nested", json!({"a": [1, 2.50]}))] {
        assert_eq!(record.extras.get(Dialect::Callbell, name), Some(&value));
    }
    assert_eq!(stage.patch(json!({"email": null})).await, before);
    assert_eq!(stage.record().await.extras.get(Dialect::Callbell, "email"), None);
}

#[tokio::test]
async fn all_violations_are_named_at_once() {
    let stage = Stage::new().await;
    let body = json!({
        "name": null, "tags": ["foo"], "assigned_user": "x", "team_uuid": "x", "bot_status": "x",
        "note": 1, "custom_fields": {"foo": 1, "Status": "x", "Checkin Date": "x", "First Name": "x"}
    });
    let error = stage.refused(body.to_string()).await;
    let expected = json!({
        "name": ["must be a string"],
        "bot_status": ["must be one of: bot_start, bot_end"],
        "note": ["must be a string or null"],
        "tags": ["tag 'foo' does not exist"],
        "assigned_user": ["user does not exist"],
        "team_uuid": ["team does not exist"],
        "custom_fields": [
            "'foo' does not exist",
            "'Status' must be one of: Active, Inactive",
            "'Checkin Date' must be a date (YYYY-MM-DD)",
            "'First Name' does not exist"
        ]
    });
    assert_eq!(error, expected);
}

#[tokio::test]
async fn a_locked_contact_keeps_its_name() {
    let stage = Stage::new().await;
    let mut change = Change::default();
    change.push("locked_by", Edit::Text(TextMember::LockedBy, Some("hotel".to_owned())));
    let john = model::Ref { dialect: Dialect::Callbell, text: JOHN.to_owned(), native: None };
    stage.test.app.update_contact(&stage.caller().await, john, change).await.unwrap();
    let error = stage.refused(r#"{"name":"Ann"}"#).await;
    assert_eq!(error, json!({"name": ["is locked by 'hotel'"]}));
    assert_eq!(stage.patch(json!({"tags": ["lead"]})).await["tags"], json!(["lead"]));
}

#[tokio::test]
async fn what_other_dialects_set_is_shown() {
    let stage = Stage::new().await;
    let at = Timestamp::parse_rfc3339("2025-01-06T10:30:00.500Z");
    let mut change = Change::default();
    change.push("x", Edit::Instant(InstantMember::ClosedAt, at));
    change.push("x", Edit::Instant(InstantMember::BlockedAt, at));
    change.push("x", Edit::Text(TextMember::ImageUrl, Some("https://example.com/a.png".to_owned())));
    change.push("x", Edit::Extra(Dialect::Callbell, "bsuid".to_owned(), Some(json!("US.1"))));
    let funnel = json!("ff0f96b9-b003-4d0c-b14f-27f3f6868dd6");
    change.push("x", Edit::Extra(Dialect::Callbell, "funnelId".to_owned(), Some(funnel.clone())));
    let john = model::Ref { dialect: Dialect::Callbell, text: JOHN.to_owned(), native: None };
    stage.test.app.update_contact(&stage.caller().await, john, change).await.unwrap();
    let contact = stage.john().await;
    assert_eq!(contact["closedAt"], "2025-01-06T10:30:00Z");
    assert_eq!(contact["blockedAt"], "2025-01-06T10:30:00Z");
    assert_eq!(contact["avatarUrl"], "https://example.com/a.png");
    assert_eq!(contact["bsuid"], "US.1");
    assert_eq!(contact["funnelId"], funnel);
}
