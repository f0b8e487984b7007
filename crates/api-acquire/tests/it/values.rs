//! Custom values: what each field type takes, and how it shows.

use model::{Decimal, Dialect, Edit, ItemRef, Json, Set, ValueWrite, value};
use serde_json::json;

use crate::support::{JANE, JOHN, data, edit_elsewhere, fields, put_fields, start, stored};

#[tokio::test]
async fn each_field_type_takes_and_shows_texts() {
    let (_test, client) = start().await;
    for (key, sent, shown) in [
        ("zip_code", json!(" 94105 "), json!(" 94105 ")),
        ("work_email", json!("a@b.example"), json!("a@b.example")),
        ("lead_score", json!("88.50"), json!("88.50")),
        ("lead_score", json!(12), json!("12")),
        ("verified", json!(true), json!("true")),
        ("verified", json!("false"), json!("false")),
        ("checkin_date", json!("2025-02-01"), json!("2025-02-01")),
        ("checkin_date", json!("2025-02-01 10:00:00"), json!("2025-02-01T10:00:00.000Z")),
        ("checkin_time", json!("14:30"), json!("14:30")),
        ("status", json!("Inactive"), json!("Inactive")),
        ("room_type", json!("double"), json!("double")),
        ("features", json!("Analytics"), json!(["Analytics"])),
        ("features", json!(["Dark Mode", "Analytics", "Dark Mode"]), json!(["Dark Mode", "Analytics"])),
        ("features", json!([]), json!([])),
    ] {
        assert_eq!(put_fields(&client, json!({ key: sent })).await[key], shown, "{key}: {sent}");
        assert_eq!(fields(&client).await[key], shown, "{key}: {sent}");
        assert_eq!(put_fields(&client, json!({ key: shown })).await[key], shown, "{key}: put back");
    }
}

#[tokio::test]
async fn values_of_other_dialects_show_as_texts() {
    let (test, client) = start().await;
    assert_eq!(data(&client, JANE).await["fields"]["lead_score"], json!("95"));
    let write =
        |key: &str, json: Json| ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json };
    let writes = vec![
        write("verified", json!(true)),
        write("room_type", json!("")),
        write("features", json!(["Notifications"])),
    ];
    let read: model::ReadValue = |json, field, catalog| value::read(json, field, catalog, Dialect::Native);
    edit_elsewhere(&test, "2", vec![Edit::Values(Set::add(writes), read)]).await;
    let after = fields(&client).await;
    assert_eq!((&after["verified"], &after["room_type"]), (&json!("true"), &json!("")));
    assert_eq!(after["features"], json!(["Notifications"]));
}

#[tokio::test]
async fn numbers_keep_every_digit() {
    let (test, client) = start().await;
    let digits = "12345678901234567890.12345";
    let body = format!(r#"{{"fields":{{"lead_score":{digits}}}}}"#);
    let reply = client.send("PUT", JOHN, body).await.expect(200);
    assert_eq!(reply["data"]["fields"]["lead_score"], json!(digits));
    let (record, _) = stored(&test, "2").await;
    let number = Decimal::parse(digits).map(model::Value::Number);
    assert_eq!(record.values.values().next().cloned(), number);
}

#[tokio::test]
async fn wrong_values_name_their_key() {
    let (test, client) = start().await;
    let before = stored(&test, "2").await;
    for (key, sent, message) in [
        ("status", json!("Asleep"), r#""Asleep" is no option of "Status". Options: Active, Inactive."#),
        (
            "features",
            json!(["Analytics", "Flying"]),
            r#""Flying" is no option of "Features". Options: Dark Mode, Notifications, Analytics."#,
        ),
        ("features", json!([["x"]]), r#""fields.features" must be a string or null."#),
        ("features", json!([null]), r#""fields.features" must be an array of strings."#),
        ("status", json!(["Active"]), r#""fields.status" must be a string or null."#),
        ("zip_code", json!({"a": 1}), r#""fields.zip_code" must be a string or null."#),
        ("lead_score", json!("many"), r#""fields.lead_score" must be a number."#),
        ("verified", json!("maybe"), r#""fields.verified" must be true or false."#),
        ("checkin_date", json!("tomorrow"), r#""fields.checkin_date" must be a date (YYYY-MM-DD)."#),
        ("checkin_time", json!("noon"), r#""fields.checkin_time" must be a time (HH:MM)."#),
        ("work_email", json!("nobody"), r#""fields.work_email" must be a valid e-mail address."#),
        ("first_name", json!("Ada"), r#"Unknown field "first_name"."#),
        ("title", json!("Dr"), r#"Unknown field "title"."#),
    ] {
        let answer = client.put(JOHN, &json!({"fields": {"city": "X", key: sent}})).await.expect(400);
        assert_eq!(answer["message"], json!(message));
        assert_eq!(answer["code"], json!("ERROR_INVALID_INPUT"));
        assert_eq!(answer["errors"][0]["field"], json!(format!("fields.{key}")));
        assert_eq!(stored(&test, "2").await, before);
    }
}
