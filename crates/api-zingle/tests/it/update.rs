//! What an update changes, what it leaves, and what it refuses.

use model::{
    Change, ChannelKind, ChannelWrite, Dialect, Edit, ItemRef, Items, Json, NamePart, OptIn, Set, TextMember,
};
use serde_json::json;

use crate::{CHECKIN_DATE, CONTACTS, FIRST_NAME, PHONE, Site, TITLE, example, fault, value};

#[tokio::test]
async fn put_keeps_what_it_does_not_name() {
    let site = Site::new().await;
    let before = site.cindy().await;
    site.test.clock.advance_ms(5_000);
    let after = site.updated(json!({"is_confirmed": true, "is_starred": true})).await;
    let mut expected = before.clone();
    expected["is_starred"] = json!(true);
    expected["updated_at"] = after["updated_at"].clone();
    assert_eq!(after, expected);
    assert_eq!(after["updated_at"].as_i64(), before["updated_at"].as_i64().map(|at| at + 5));
}

#[tokio::test]
async fn an_empty_put_changes_nothing() {
    let site = Site::new().await;
    let before = site.cindy().await;
    site.test.clock.advance_ms(5_000);
    for body in ["", " \n", "{}", r#"{"is_confirmed":true}"#, r#"{"channels":[],"custom_field_values":[]}"#] {
        let reply = site.client.send("PUT", crate::CINDY, body).await;
        assert_eq!(reply.expect(200)["result"], before, "{body}");
        assert_eq!(reply.header("contactd-change"), "", "{body}");
    }
    assert_eq!(site.cindy().await, before);
}

#[tokio::test]
async fn flags_are_booleans_or_their_words() {
    let site = Site::new().await;
    for (name, code) in [("is_confirmed", 3003), ("is_starred", 3004), ("is_closed", 3009)] {
        for good in [json!(true), json!("false"), json!(false), json!("true")] {
            let expected = good == json!(true) || good == json!("true");
            assert_eq!(site.updated(json!({name: good})).await[name], expected);
        }
        for bad in
            [json!(1), json!(0), json!("yes"), json!("True"), json!(""), json!(null), json!([]), json!({})]
        {
            let expected = format!("400 {code} Invalid value for {name}: {name}: must be true or false");
            assert_eq!(site.refused(json!({name: bad})).await, expected, "{bad}");
        }
    }
}

#[tokio::test]
async fn texts_are_set_and_cleared_by_null_or_nothing() {
    let site = Site::new().await;
    for name in ["notes", "first_name", "last_name", "title", "external_id"] {
        for clear in [json!(null), json!("")] {
            assert_eq!(site.updated(json!({name: "Some text "})).await[name], "Some text ");
            assert_eq!(site.updated(json!({name: clear})).await[name], json!(null));
        }
        for bad in [json!(1), json!(true), json!([]), json!({})] {
            assert_eq!(
                site.refused(json!({name: bad})).await,
                format!("400 2604 Invalid body content: {name}: must be a string or null")
            );
        }
    }
}

#[tokio::test]
async fn names_are_one_value_with_two_views() {
    let site = Site::new().await;
    let cindy = site.updated(json!({"first_name": "Ann", "last_name": "Lee", "title": "Dr"})).await;
    assert_eq!(value(&cindy, "first_name"), "Ann");
    assert_eq!(value(&cindy, "last_name"), "Lee");
    assert_eq!(value(&cindy, "title"), "Dr");
    let values = json!([{"custom_field_id": FIRST_NAME, "value": "Bea"}]);
    let cindy = site.updated(json!({"custom_field_values": values, "first_name": "Cleo"})).await;
    assert_eq!(cindy["first_name"], "Bea");
    assert_eq!(value(&cindy, "first_name"), "Bea");
}

#[tokio::test]
async fn unknown_members_and_those_not_writable_here_are_ignored() {
    let site = Site::new().await;
    let before = site.cindy().await;
    let body = json!({"id": "x", "labels": [], "assigned_to_user_id": null, "assigned_to_team_id": "y",
        "created_at": 1, "nonsense": {"a": [1]}, "optin_status": "opted-out"});
    assert_eq!(site.updated(body).await, before);
}

#[tokio::test]
async fn losing_confirmation_is_noted_and_kept() {
    let site = Site::new().await;
    assert_eq!(site.cindy().await["unconfirmed_at"], json!(null));
    let cindy = site.updated(json!({"is_confirmed": false})).await;
    assert_eq!(cindy["unconfirmed_at"], 1_736_945_100);
    site.test.clock.advance_ms(9_000);
    let cindy = site.updated(json!({"is_confirmed": false, "is_starred": true})).await;
    assert_eq!(cindy["unconfirmed_at"], 1_736_945_100);
    let cindy = site.updated(json!({"is_confirmed": true})).await;
    assert_eq!(cindy["unconfirmed_at"], 1_736_945_100);
}

#[tokio::test]
async fn closing_does_not_confirm() {
    let site = Site::new().await;
    site.updated(json!({"is_confirmed": false})).await;
    let cindy = site.updated(json!({"is_closed": true})).await;
    assert_eq!((&cindy["is_closed"], &cindy["is_confirmed"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn the_first_violation_is_told_in_the_order_of_scalars_fields_channels() {
    let site = Site::new().await;
    let mut body = json!({
        "channels": [{"channel_type_id": PHONE, "value": "nonsense"}, 5],
        "custom_field_values": [
            {"custom_field_id": CHECKIN_DATE, "value": "soon"},
            {"value": "x"},
            {"custom_field_id": "nope", "value": "x"},
        ],
        "notes": 5,
        "is_starred": 1,
    });
    let mut told = Vec::new();
    for (member, index) in [
        ("is_starred", None),
        ("notes", None),
        ("custom_field_values", Some(0)),
        ("custom_field_values", Some(0)),
        ("custom_field_values", Some(0)),
        ("channels", Some(0)),
        ("channels", Some(0)),
    ] {
        told.push(site.refused(body.clone()).await);
        match index {
            Some(n) => drop(body[member].as_array_mut().unwrap().remove(n)),
            None => drop(body.as_object_mut().unwrap().remove(member)),
        }
    }
    assert_eq!(
        told,
        [
            "400 3004 Invalid value for is_starred: is_starred: must be true or false",
            "400 2604 Invalid body content: notes: must be a string or null",
            "400 3704 Invalid date: custom_field_values.0: the field 'Checkin Date': must be Unix seconds",
            "400 3700 Missing custom_field_id: custom_field_values.0.custom_field_id: is required",
            "400 3701 Custom field not found: custom_field_values.0: no field 'nope'",
            "400 3103 Missing channel country: channels.0.country: is required for a phone number without +",
            "400 3010 Invalid value for channels: channels.0: must be an object",
        ]
    );
    assert_eq!(site.put(body).await.status, 200);
}

/// A contact that an outside system owns.
async fn locked(site: &Site) -> String {
    let mut change = Change::default();
    change.push("demo", Edit::Name(NamePart::First, Some("Lock".to_owned())));
    change.push("demo", Edit::Text(TextMember::Salutation, Some("Mr.".to_owned())));
    change.push("demo", Edit::Text(TextMember::LockedBy, Some("PMS".to_owned())));
    let phone = ChannelWrite::new("demo", ChannelKind::Phone, "+18585550100");
    change.push("demo", Edit::MergeChannels(vec![phone]));
    let made = site.test.app.seed_contact(site.test.workspace.number, None, change).await.unwrap();
    format!("{CONTACTS}/{}", made.view.contact.id)
}

#[tokio::test]
async fn a_locked_contact_keeps_its_names_and_channels() {
    let site = Site::new().await;
    let path = locked(&site).await;
    let before = site.client.get(&path).await.expect(200);
    assert_eq!(before["result"]["locked_by_source"], "PMS");
    let mut told = Vec::new();
    for body in [
        json!({"first_name": "Other"}),
        json!({"last_name": "Other"}),
        json!({"title": null}),
        json!({"custom_field_values": [{"custom_field_id": TITLE, "value": "Dr"}]}),
        json!({"channels": [{"channel_type_id": PHONE, "value": "+18585550101"}]}),
    ] {
        let reply = site.client.put(&path, &body).await;
        let description = reply.json()["status"]["description"].as_str().unwrap().to_owned();
        let expected = &example("errors.locked_contact.response")["status"];
        assert!(description.starts_with(expected["description"].as_str().unwrap()), "{description}");
        told.push(fault(&reply));
    }
    let text = "400 3011 Field is not editable on a locked contact";
    let expected = ["first_name", "last_name", "title", "custom_field_values", "channels"]
        .map(|member| format!("{text}: {member}: is locked by 'PMS'"));
    assert_eq!(told, expected);
    assert_eq!(site.client.get(&path).await.expect(200), before);
}

#[tokio::test]
async fn a_locked_contact_takes_the_same_values_and_other_members() {
    let site = Site::new().await;
    let path = locked(&site).await;
    let body = json!({"first_name": "Lock", "title": "Mr.", "is_starred": true,
        "channels": [{"channel_type_id": PHONE, "value": "+18585550100"}]});
    let result = site.client.put(&path, &body).await.expect(200)["result"].clone();
    assert_eq!(result["is_starred"], true);
}

#[tokio::test]
async fn what_was_read_can_be_written_back_unchanged() {
    let site = Site::new().await;
    let full = json!({
        "first_name": "Ann", "last_name": "Lee", "title": "Dr", "notes": "n", "external_id": "e-1",
        "is_starred": true, "is_confirmed": false, "is_closed": true,
        "custom_field_values": [
            {"custom_field_id": CHECKIN_DATE, "value": 1_645_574_400},
            {"custom_field_id": crate::ROOM_TYPE, "value": "double"},
            {"custom_field_id": site.field("features").await, "value": "Dark Mode, Analytics"},
            {"custom_field_id": site.field("lead_score").await, "value": "1.50"},
            {"custom_field_id": site.field("verified").await, "value": "true"},
        ],
        "channels": [{"channel_type_id": PHONE, "value": "+18585551212", "display_name": "HOME"}],
    });
    let read = site.updated(full).await;
    let values: Vec<Json> = read["custom_field_values"].as_array().unwrap().clone();
    assert_eq!(values.len(), 8);
    let again = site.put(read.clone()).await;
    assert_eq!(again.expect(200)["result"], read);
    assert_eq!(again.header("contactd-change"), "");
}

#[tokio::test]
async fn what_other_apis_store_is_shown() {
    let site = Site::new().await;
    let phone = ChannelWrite::new("demo", ChannelKind::Phone, "+18585550100");
    let mut change = Change::default();
    for edit in [
        Edit::Blocked(true),
        Edit::OptIn(Some(OptIn::OptedOut)),
        Edit::AssignedUser(Some(ItemRef::Name("jane.doe@email.com".to_owned()))),
        Edit::AssignedTeam(Some(ItemRef::Name("Support".to_owned()))),
        Edit::Tags(Set::add(vec![("demo".to_owned(), ItemRef::Name("VIP".to_owned()))])),
        Edit::Text(TextMember::ImageUrl, Some("https://example.com/a.png".to_owned())),
        Edit::MergeChannels(vec![phone]),
    ] {
        change.push("demo", edit);
    }
    let made = site.test.app.seed_contact(site.test.workspace.number, None, change).await.unwrap();
    let path = format!("{CONTACTS}/{}", made.view.contact.id);
    let shown = site.client.get(&path).await.expect(200)["result"].clone();
    for (name, expected) in [
        ("id", json!(made.view.contact.id.to_string())),
        ("optin_status", json!("opted-out")),
        ("assigned_to_user_id", json!("5912ac4d-280a-4d4e-a632-961b40718293")),
        ("assigned_to_team_id", json!(null)),
        ("avatar_uri", json!("https://example.com/a.png")),
        ("is_messageable", json!(false)),
        ("is_confirmed", json!(false)),
    ] {
        assert_eq!(shown[name], expected, "{name}");
    }
    assert_eq!(shown["channels"][0]["is_messageable"], false);
    assert_eq!(shown["labels"][0]["display_name"], "VIP");
}

#[tokio::test]
async fn what_is_gone_from_the_catalog_is_left_out() {
    let site = Site::new().await;
    let values = json!([
        {"custom_field_id": crate::ROOM_TYPE, "value": "double"},
        {"custom_field_id": CHECKIN_DATE, "value": 0},
    ]);
    site.updated(json!({"custom_field_values": values})).await;
    let caller = site.test.app.authenticate("demo", Dialect::Zingle, None).await.unwrap();
    let mut tagged = Change::default();
    tagged.push("", Edit::Tags(Set::add(vec![(String::new(), ItemRef::Name("VIP".to_owned()))])));
    let cindy = model::Ref::uuid(Dialect::Zingle, crate::CINDY_ID);
    site.test.app.update_contact(&caller, cindy, tagged).await.unwrap();
    assert_eq!(site.cindy().await["labels"][0]["display_name"], "VIP");
    let cut = |catalog: &mut model::Catalog| {
        catalog.tags = Items::default();
        catalog.fields = catalog
            .fields
            .iter()
            .filter(|field| field.key != "checkin_date")
            .cloned()
            .map(|mut field| {
                field.options.retain(|option| option.value != "double");
                field
            })
            .collect();
    };
    site.test.app.edit_catalog(site.test.workspace.number, cut).await.unwrap();
    let cindy = site.cindy().await;
    assert_eq!(cindy["labels"], json!([]));
    assert_eq!(cindy["custom_field_values"].as_array().unwrap().len(), 1);
}
