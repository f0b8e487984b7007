//! Custom fields: merging, types, and how they read back.

use model::Json;
use serde_json::json;

use crate::stage::{JOHN_PATH, Stage, single};

#[tokio::test]
async fn custom_fields_merge_by_name() {
    let stage = Stage::new().await;
    let all = json!({"Billing Address": "Main Street 1", "Status": "Active", "zipCode": "98"});
    assert_eq!(stage.patch(json!({ "custom_fields": all })).await["customFields"], all);
    let contact = stage.patch(json!({"custom_fields": {"Status": "Inactive"}})).await;
    let merged = json!({"Billing Address": "Main Street 1", "Status": "Inactive", "zipCode": "98"});
    assert_eq!(contact["customFields"], merged);
    assert_eq!(stage.patch(json!({"custom_fields": {}})).await["customFields"], merged);
}

#[tokio::test]
async fn a_dry_run_tells_values_as_history_does() {
    let stage = Stage::new().await;
    stage.patch(json!({"custom_fields": {"Status": "Active"}})).await;
    let body = json!({"custom_fields": {"Status": "Inactive", "Checkin Date": "2026-03-03"}});
    let dry = [("prefer", "dry-run")];
    let tried = stage.client.send_with("PATCH", JOHN_PATH, body.to_string().into(), &dry).await;
    let told: Json = serde_json::from_str(tried.header("contactd-differences")).unwrap();
    let told: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|each| [&each["member"], &each["before"], &each["after"]])
        .collect();
    let expected =
        json!([["values.status", "Active", "Inactive"], ["values.checkin_date", null, "2026-03-03"]]);
    assert_eq!(json!(told), expected);
}

#[tokio::test]
async fn null_and_the_empty_text_clear_a_value() {
    let stage = Stage::new().await;
    let values = [
        ("Billing Address", json!("x")),
        ("Work Email", json!("a@b.c")),
        ("orderNumber", json!("7")),
        ("Checkin Date", json!("2026-03-03")),
        ("Checkin Time", json!("14:30")),
        ("Status", json!("Active")),
        ("Features", json!(["Dark Mode"])),
        ("verified", json!(true)),
    ];
    for (name, value) in values {
        let name = if name == "verified" { "Verified" } else { name };
        for clear in [json!(null), json!("")] {
            let contact = stage.patch(json!({"custom_fields": {name: value.clone()}})).await;
            assert_eq!(contact["customFields"].as_object().unwrap().len(), 1, "{name}");
            let contact = stage.patch(json!({"custom_fields": {name: clear}})).await;
            assert_eq!(contact["customFields"], json!({}), "{name}");
        }
    }
    // Nothing chosen is no value.
    for none in [json!([]), json!("[]")] {
        stage.patch(json!({"custom_fields": {"Features": ["Dark Mode"]}})).await;
        let contact = stage.patch(json!({"custom_fields": {"Features": none}})).await;
        assert_eq!(contact["customFields"], json!({}));
    }
}

#[tokio::test]
async fn one_unknown_field_refuses_the_whole_update() {
    let stage = Stage::new().await;
    for name in ["foo", "status", "lead_score", "", "Status ", "a.b"] {
        let body = json!({"name": "Ann", "custom_fields": {"zipCode": "1", name: "x"}});
        let error = stage.refused(body.to_string()).await;
        assert_eq!(error, json!({"custom_fields": [format!("'{name}' does not exist")]}));
    }
}

#[tokio::test]
async fn system_fields_do_not_exist() {
    let stage = Stage::new().await;
    for name in ["First Name", "Last Name", "Title"] {
        for value in [json!("x"), json!(""), json!(null)] {
            let error = stage.refused(json!({"custom_fields": {name: value}}).to_string()).await;
            assert_eq!(error, json!({"custom_fields": [format!("'{name}' does not exist")]}));
        }
    }
    let answer = stage.client.get(&format!("{JOHN_PATH}?include_field_types=1")).await.expect(200);
    let contact = single(&answer);
    assert_eq!(contact["customFields"], json!({}));
    assert_eq!(contact["customFieldsMetadata"].get("First Name"), None);
    assert_eq!(contact["customFieldsMetadata"]["Lead Score"], json!({"value": null, "type": "number"}));
}

#[tokio::test]
async fn custom_fields_that_are_no_object_are_refused() {
    let stage = Stage::new().await;
    for values in [json!(null), json!([]), json!("x"), json!(1)] {
        let error = stage.refused(json!({ "custom_fields": values }).to_string()).await;
        assert_eq!(error, json!({"custom_fields": ["must be an object"]}), "{values}");
    }
}

#[tokio::test]
async fn custom_fields_read_back_as_texts() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    for (name, sent, shown) in [
        ("Billing Address", json!(" as written "), " as written "),
        ("Billing Address", json!(7), "7"),
        ("Billing Address", "1.50".parse().unwrap(), "1.50"),
        ("Billing Address", json!(true), "true"),
        ("Work Email", json!("User@Example.com"), "User@Example.com"),
        ("orderNumber", json!("42"), "42"),
        ("orderNumber", json!(123), "123"),
        ("orderNumber", json!("1.50"), "1.50"),
        ("orderNumber", json!("12345678901234567890.5"), "12345678901234567890.5"),
        ("Dotted.name", json!(1), "1"),
        ("Checkin Date", json!("2026-03-03"), "2026-03-03"),
        ("Checkin Time", json!("14:30"), "14:30"),
        ("Status", json!("Active"), "Active"),
        ("Room Type", json!("single"), "single"),
        ("Verified", json!(true), "true"),
        ("Verified", json!("false"), "false"),
        ("Stripe link", json!("https://stripe.com/x"), "https://stripe.com/x"),
        ("Fax", json!("+31 6 1"), "+31 6 1"),
        ("Met", json!("2026-03-03T14:30:00+02:00"), "2026-03-03T12:30:00Z"),
        ("Owner", json!("JANE.doe@email.com"), "jane.doe@email.com"),
    ] {
        let contact = stage.patch(json!({"custom_fields": {name: sent.clone()}})).await;
        assert_eq!(contact["customFields"][name], shown, "{name} {sent}");
        // What was read can be written back, and that changes nothing.
        let body = json!({"custom_fields": {name: shown}}).to_string();
        let reply = stage.kept("PATCH", JOHN_PATH, body).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_checkbox_reads_back_as_json_text() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    for (name, sent, shown) in [
        ("Features", json!(["Dark Mode", "Notifications"]), r#"["Dark Mode", "Notifications"]"#),
        ("Features", json!(["Notifications", "Dark Mode"]), r#"["Notifications", "Dark Mode"]"#),
        ("Features", json!(["Analytics", "Analytics"]), r#"["Analytics"]"#),
        ("Features", json!(r#"["Dark Mode", "Analytics"]"#), r#"["Dark Mode", "Analytics"]"#),
        ("Features", json!(r#"["Dark Mode"]"#), r#"["Dark Mode"]"#),
        ("Quoted", json!(["say \"hi\"", "é"]), r#"["say \"hi\"", "é"]"#),
    ] {
        let contact = stage.patch(json!({"custom_fields": {name: sent.clone()}})).await;
        assert_eq!(contact["customFields"][name], shown, "{sent}");
        let body = json!({"custom_fields": {name: shown}}).to_string();
        assert_eq!(stage.kept("PATCH", JOHN_PATH, body).await.status, 200);
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_refused() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    let list = "must be a list of: Dark Mode, Notifications, Analytics";
    let cases: &[(&str, &[Json], &str)] = &[
        ("Billing Address", &[json!([]), json!({}), json!(["x"])], "must be a string"),
        ("Work Email", &[json!("x"), json!("a b@c"), json!(1), json!([])], "must be a valid email"),
        (
            "orderNumber",
            &[json!("x"), json!("1,5"), json!(true), json!([]), json!("1e999"), json!("9".repeat(100))],
            "must be a number",
        ),
        (
            "Checkin Date",
            &[json!("03.03.2026"), json!("2026-02-30"), json!("2026-03-03T00:00:00Z"), json!(1), json!([])],
            "must be a date (YYYY-MM-DD)",
        ),
        ("Checkin Time", &[json!("25:00"), json!(1), json!("2pm")], "must be a time (HH:MM)"),
        (
            "Status",
            &[json!("active"), json!("x"), json!(1), json!(["Active"]), json!({})],
            "must be one of: Active, Inactive",
        ),
        (
            "Features",
            &[
                json!(["x"]),
                json!(["dark mode"]),
                json!([1]),
                json!([null]),
                json!("Dark Mode"),
                json!("[\"x\"]"),
                json!("[1]"),
                json!("{}"),
                json!({}),
                json!(1),
            ],
            list,
        ),
        ("Verified", &[json!("yes"), json!(1), json!([])], "must be true or false"),
        ("Stripe link", &[json!("x"), json!(1)], "must be"),
        ("Met", &[json!("2026-03-03"), json!(1)], "must be an instant (RFC 3339)"),
        ("Owner", &[json!("x"), json!("nobody@email.com")], "must be the email of a user"),
        ("Dotted.name", &[json!("x")], "must be a number"),
    ];
    for (name, values, message) in cases {
        for value in *values {
            let error = stage.refused(json!({"custom_fields": {*name: value}}).to_string()).await;
            let texts = error["custom_fields"].as_array().unwrap();
            assert_eq!(texts.len(), 1, "{name} {value}: {error}");
            let text = texts[0].as_str().unwrap();
            assert!(text.starts_with(&format!("'{name}' {message}")), "{name} {value}: {text}");
        }
    }
}

#[tokio::test]
async fn an_overlong_value_is_refused() {
    let stage = Stage::new().await;
    let error = stage.refused(json!({"custom_fields": {"zipCode": "x".repeat(65_537)}}).to_string()).await;
    assert_eq!(error, json!({"custom_fields": ["'zipCode' must be at most 65536 characters"]}));
}

#[tokio::test]
async fn field_types_are_shown_on_request() {
    let stage = Stage::new().await;
    let values = json!({"Features": ["Dark Mode"], "Status": "Active", "orderNumber": 7, "Verified": true});
    stage.patch(json!({"tags": ["Call back"], "custom_fields": values})).await;
    for (query, is_shown) in
        [("true", true), ("1", true), ("false", false), ("TRUE", false), ("", false), ("0", false)]
    {
        let one = stage.client.get(&format!("{JOHN_PATH}?include_field_types={query}")).await.expect(200);
        let path = format!("/v1/contacts?tags=Call%20back&include_field_types={query}");
        let many = stage.client.get(&path).await.expect(200);
        let contact = single(&one);
        assert_eq!(many["contacts"], json!([contact]));
        assert_eq!(contact.get("customFieldsMetadata").is_some(), is_shown, "{query}");
    }
    let answer = stage.client.get(&format!("{JOHN_PATH}?include_field_types=1")).await.expect(200);
    let expected = json!({
        "Lead Score": {"value": null, "type": "number"},
        "Stage": {"value": null, "type": "dropdown", "options": ["Growth", "Seed"]},
        "Billing Address": {"value": null, "type": "text"},
        "Work Email": {"value": null, "type": "email"},
        "Status": {"value": "Active", "type": "dropdown", "options": ["Active", "Inactive"]},
        "Features": {
            "value": ["Dark Mode"], "type": "checkbox", "options": ["Dark Mode", "Notifications", "Analytics"]
        },
        "orderNumber": {"value": "7", "type": "number"},
        "zipCode": {"value": null, "type": "text"},
        "Checkin Date": {"value": null, "type": "date"},
        "Checkin Time": {"value": null, "type": "text"},
        "Room Type": {"value": null, "type": "dropdown", "options": ["", "single", "double"]},
        "Verified": {"value": "true", "type": "text"}
    });
    assert_eq!(single(&answer)["customFieldsMetadata"], expected);
}

#[tokio::test]
async fn what_left_the_catalog_is_left_out() {
    let stage = Stage::new().await;
    stage
        .patch(json!({
            "tags": ["lead", "sales"], "assigned_user": "jane.doe@email.com",
            "team_uuid": "47aad5f9b4ca423c9d630f06ab93fe1f",
            "custom_fields": {"Features": ["Dark Mode", "Analytics"], "Status": "Active", "zipCode": "1"}
        }))
        .await;
    let shrink = |catalog: &mut model::Catalog| {
        catalog.tags = catalog.tags.iter().filter(|tag| tag.name != "lead").cloned().collect();
        catalog.users = model::Items::default();
        catalog.teams = catalog.teams.iter().filter(|team| team.default).cloned().collect();
        catalog.fields = catalog
            .fields
            .iter()
            .filter(|field| field.name != "zipCode")
            .cloned()
            .map(|mut field| {
                field.options.retain(|option| !["Dark Mode", "Active"].contains(&option.value.as_str()));
                field
            })
            .collect();
    };
    stage.test.app.edit_catalog(stage.test.workspace.number, shrink).await.unwrap();
    let contact = stage.patch(json!({"name": "Ann"})).await;
    assert_eq!(stage.john().await, contact);
    assert_eq!(contact["tags"], json!(["sales"]));
    assert_eq!(contact["assignedUser"], json!(null));
    assert_eq!(contact["team"]["name"], "General");
    assert_eq!(contact["customFields"], json!({"Features": r#"["Analytics"]"#}));
}
