//! Custom field values: upsert, clearing, types and options.

use model::Json;
use serde_json::json;

use crate::{CHECKIN_DATE, CHECKIN_TIME, FIRST_NAME, ROOM_TYPE, Site, TITLE, example, value};

async fn set(site: &Site, elements: Json) -> Json {
    site.updated(json!({"custom_field_values": elements})).await
}

async fn refused(site: &Site, element: Json) -> String {
    site.refused(json!({"custom_field_values": [element]})).await
}

#[tokio::test]
async fn fields_that_are_not_listed_keep_their_value() {
    let site = Site::new().await;
    set(&site, json!([{"custom_field_id": CHECKIN_TIME, "value": "14:30"}])).await;
    let cindy = set(&site, json!([{"custom_field_id": CHECKIN_DATE, "value": "1645574400"}])).await;
    assert_eq!(value(&cindy, "checkin_time"), "14:30");
    assert_eq!(value(&cindy, "checkin_date"), 1_645_574_400);
    assert_eq!(value(&cindy, "first_name"), "Cindy");
}

#[tokio::test]
async fn null_and_nothing_clear_and_the_entry_is_gone() {
    let site = Site::new().await;
    for field in [CHECKIN_TIME, FIRST_NAME] {
        for clear in [json!(null), json!("")] {
            set(&site, json!([{"custom_field_id": field, "value": "14:30"}])).await;
            let before = site.cindy().await["custom_field_values"].as_array().unwrap().len();
            let cindy = set(&site, json!([{"custom_field_id": field, "value": clear}])).await;
            assert_eq!(cindy["custom_field_values"].as_array().unwrap().len(), before - 1);
        }
    }
}

#[tokio::test]
async fn an_option_is_set_by_id_value_or_name() {
    let site = Site::new().await;
    for element in [
        json!({"custom_field_option_id": "double"}),
        json!({"selected_custom_field_option_id": "double", "value": null}),
        json!({"custom_field_option_id": null, "selected_custom_field_option_id": "double"}),
        json!({"value": "double"}),
        json!({"value": "Double"}),
        json!({"value": "double", "custom_field_option_id": null}),
        json!({"value": "single", "custom_field_option_id": "double"}),
        json!({"value": "nonsense", "custom_field_option_id": "double"}),
    ] {
        set(&site, json!([{"custom_field_id": ROOM_TYPE, "value": "single"}])).await;
        let mut write = element.clone();
        write["custom_field_id"] = json!(ROOM_TYPE);
        let cindy = set(&site, json!([write])).await;
        let shown = cindy["custom_field_values"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(shown["value"], "double", "{element}");
        assert_eq!(shown["custom_field_option_id"], "double", "{element}");
        assert_eq!(shown["selected_custom_field_option_id"], "double", "{element}");
        assert_eq!(shown["custom_field"]["data_type"], "single_select_options");
    }
}

#[tokio::test]
async fn the_blank_option_and_null_clear_a_list() {
    let site = Site::new().await;
    for element in [
        json!({"custom_field_option_id": ""}),
        json!({"custom_field_option_id": "", "value": null}),
        json!({"value": ""}),
        json!({"value": null}),
        json!({"custom_field_option_id": null, "value": null}),
        json!({"custom_field_option_id": null}),
    ] {
        set(&site, json!([{"custom_field_id": ROOM_TYPE, "value": "single"}])).await;
        let mut write = element.clone();
        write["custom_field_id"] = json!(ROOM_TYPE);
        assert_eq!(value(&set(&site, json!([write])).await, "room_type"), &json!(null), "{element}");
    }
}

#[tokio::test]
async fn what_is_no_option_is_refused() {
    let site = Site::new().await;
    let expected = example("errors.option_invalid.response")["status"].clone();
    for element in [
        json!({"custom_field_option_id": "suite"}),
        json!({"custom_field_option_id": "Double", "value": "double"}),
        json!({"custom_field_option_id": {"a": 1}}),
        json!({"value": "suite"}),
    ] {
        let mut write = element;
        write["custom_field_id"] = json!(ROOM_TYPE);
        let told = refused(&site, write).await;
        let start =
            format!("400 3703 {}: custom_field_values.0: ", expected["description"].as_str().unwrap());
        assert!(told.starts_with(&start), "{told}");
    }
    assert_eq!(
        refused(&site, json!({"custom_field_id": CHECKIN_TIME, "custom_field_option_id": "x"})).await,
        "400 3703 Invalid option for custom field: custom_field_values.0: 'x' is no option of the field \
         'Checkin Time'"
    );
}

#[tokio::test]
async fn the_title_suggests_options_and_keeps_other_text() {
    let site = Site::new().await;
    for (written, stored, option) in [
        (
            json!({"custom_field_option_id": "266cbe3c-dd2f-45c2-8473-d84a8e6fada6"}),
            "Mr.",
            Some("266cbe3c-dd2f-45c2-8473-d84a8e6fada6"),
        ),
        (json!({"custom_field_option_id": "Mrs."}), "Mrs.", Some("Mrs.")),
        (json!({"value": "Dr"}), "Dr", Some("Dr")),
        (json!({"value": "Dr."}), "Dr", Some("Dr")),
        (json!({"value": "Baroness"}), "Baroness", None),
    ] {
        let mut write = written;
        write["custom_field_id"] = json!(TITLE);
        let cindy = set(&site, json!([write])).await;
        assert_eq!(cindy["title"], stored);
        let shown = cindy["custom_field_values"].as_array().unwrap().last().unwrap();
        assert_eq!(shown["value"], stored);
        assert_eq!(shown["custom_field_option_id"], json!(option));
        assert_eq!(shown["custom_field"]["data_type"], "string");
        assert_eq!(shown["custom_field"]["options"].as_array().unwrap().len(), 9);
    }
    let cindy = set(&site, json!([{"custom_field_id": TITLE, "custom_field_option_id": ""}])).await;
    assert_eq!(cindy["title"], json!(null));
}

#[tokio::test]
async fn a_value_or_an_option_id_must_be_there() {
    let site = Site::new().await;
    assert_eq!(
        refused(&site, json!({"custom_field_id": CHECKIN_TIME})).await,
        "400 3705 Missing value for custom field: custom_field_values.0: a value for the field 'Checkin Time' \
         is required"
    );
    assert_eq!(
        refused(&site, json!({"custom_field_id": CHECKIN_TIME, "custom_field_option_id": null})).await,
        "400 3705 Missing value for custom field: custom_field_values.0: a value for the field 'Checkin Time' \
         is required"
    );
    assert_eq!(
        refused(&site, json!({"custom_field_id": ROOM_TYPE})).await,
        "400 3702 Missing option for custom field: custom_field_values.0: an option of the field 'Room Type' \
         is required"
    );
}

#[tokio::test]
async fn the_field_must_be_named_and_known() {
    let site = Site::new().await;
    for element in [json!({"value": "x"}), json!({"custom_field_id": null}), json!({"custom_field_id": ""})] {
        assert_eq!(
            refused(&site, element).await,
            "400 3700 Missing custom_field_id: custom_field_values.0.custom_field_id: is required"
        );
    }
    assert_eq!(
        refused(&site, json!({"custom_field_id": "nope", "value": "x"})).await,
        "400 3701 Custom field not found: custom_field_values.0: no field 'nope'"
    );
}

#[tokio::test]
async fn a_field_is_named_by_any_of_its_ids_also_as_it_is_read() {
    let site = Site::new().await;
    let live = "e01a3856-89b1-4db4-bf56-38d79454c921";
    for (n, id) in [json!({"custom_field_id": live}), json!({"custom_field": {"id": FIRST_NAME}})]
        .into_iter()
        .enumerate()
    {
        let mut write = id;
        write["value"] = json!(format!("Name {n}"));
        assert_eq!(set(&site, json!([write])).await["first_name"], format!("Name {n}"));
    }
}

#[tokio::test]
async fn of_one_field_twice_the_last_wins() {
    let site = Site::new().await;
    let twice = json!([
        {"custom_field_id": CHECKIN_TIME, "value": "10:00"},
        {"custom_field_id": CHECKIN_TIME, "value": "11:00"},
    ]);
    assert_eq!(value(&set(&site, twice).await, "checkin_time"), "11:00");
}

#[tokio::test]
async fn the_list_of_values_may_be_null_but_nothing_else() {
    let site = Site::new().await;
    let before = site.cindy().await;
    assert_eq!(set(&site, json!(null)).await, before);
    for bad in [json!({}), json!("x"), json!(5), json!(true)] {
        assert_eq!(
            site.refused(json!({"custom_field_values": bad})).await,
            "400 2604 Invalid body content: custom_field_values: must be an array of objects"
        );
    }
    assert_eq!(
        refused(&site, json!("x")).await,
        "400 2604 Invalid body content: custom_field_values.0: must be an object"
    );
}

#[tokio::test]
async fn values_have_the_types_of_their_fields() {
    let site = Site::new().await;
    for (code, written, shown) in [
        ("billing_address", json!("Main St 1 "), json!("Main St 1 ")),
        ("billing_address", json!(12.50), json!("12.5")),
        ("billing_address", json!(true), json!("true")),
        ("lead_score", json!(88), json!("88")),
        ("lead_score", json!("1.50"), json!("1.50")),
        ("verified", json!(true), json!(true)),
        ("verified", json!("false"), json!(false)),
        ("checkin_date", json!(1_645_574_400), json!(1_645_574_400)),
        ("checkin_date", json!("1645574401"), json!(1_645_574_401)),
        ("checkin_date", json!(-86_400), json!(-86_400)),
        ("checkin_time", json!("00:00"), json!("00:00")),
        ("work_email", json!("A@b.c"), json!("A@b.c")),
        ("features", json!("Analytics, Dark Mode,Analytics"), json!("Analytics, Dark Mode")),
        ("features", json!(["Notifications"]), json!("Notifications")),
        ("features", json!("Dark Mode"), json!("Dark Mode")),
    ] {
        let id = site.field(code).await;
        let cindy = set(&site, json!([{"custom_field_id": id, "value": written}])).await;
        assert_eq!(value(&cindy, code), &shown, "{code} {written}");
        assert_eq!(value(&site.cindy().await, code), &shown, "{code} {written}");
    }
}

#[tokio::test]
async fn values_of_other_types_are_refused() {
    let site = Site::new().await;
    let (object, text) = (json!({"a": 1}), json!("text"));
    for (code, bad, expected) in [
        (
            "billing_address",
            &object,
            "2604 Invalid body content: custom_field_values.0: the field 'Billing Address': must be a string",
        ),
        (
            "billing_address",
            &json!([]),
            "2604 Invalid body content: custom_field_values.0: the field 'Billing Address': must be a string",
        ),
        (
            "lead_score",
            &text,
            "2604 Invalid body content: custom_field_values.0: the field 'Lead Score': must be a number",
        ),
        (
            "lead_score",
            &json!(true),
            "2604 Invalid body content: custom_field_values.0: the field 'Lead Score': must be a number",
        ),
        (
            "verified",
            &json!(1),
            "3706 Invalid boolean: custom_field_values.0: the field 'Verified': must be true or false",
        ),
        (
            "verified",
            &json!("yes"),
            "3706 Invalid boolean: custom_field_values.0: the field 'Verified': must be true or false",
        ),
        (
            "checkin_date",
            &json!("2017-01-31"),
            "3704 Invalid date: custom_field_values.0: the field 'Checkin Date': must be Unix seconds",
        ),
        (
            "checkin_date",
            &json!(1.5),
            "3704 Invalid date: custom_field_values.0: the field 'Checkin Date': must be Unix seconds",
        ),
        (
            "checkin_date",
            &json!(i64::MAX),
            "3704 Invalid date: custom_field_values.0: the field 'Checkin Date': must be Unix seconds",
        ),
        (
            "checkin_time",
            &json!("24:00"),
            "2604 Invalid body content: custom_field_values.0: the field 'Checkin Time': must be a time (HH:MM)",
        ),
        (
            "checkin_time",
            &json!(5),
            "2604 Invalid body content: custom_field_values.0: the field 'Checkin Time': must be a time (HH:MM)",
        ),
        (
            "work_email",
            &text,
            "2607 Invalid email address: custom_field_values.0: the field 'Work Email': must be a valid e-mail address",
        ),
        (
            "status",
            &object,
            "2604 Invalid body content: custom_field_values.0: the field 'Status': must be a string",
        ),
        (
            "features",
            &json!("Dark Mode, Teleport"),
            "3703 Invalid option for custom field: custom_field_values.0: 'Teleport' is no option of the field 'Features'",
        ),
        (
            "features",
            &json!([1]),
            "2604 Invalid body content: custom_field_values.0: the field 'Features': must be an array of strings",
        ),
    ] {
        let id = site.field(code).await;
        let told = refused(&site, json!({"custom_field_id": id, "value": bad})).await;
        assert_eq!(told, format!("400 {expected}"), "{code} {bad}");
    }
}
