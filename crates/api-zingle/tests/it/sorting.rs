//! Contacts in the order of a custom field.

use serde_json::json;

use crate::{CHECKIN_DATE, CHECKIN_TIME, CONTACTS, FIRST_NAME, ROOM_TYPE, Site};

#[tokio::test]
async fn contacts_sort_by_the_id_of_a_custom_field() {
    let site = Site::new().await;
    let (score, verified) = (site.field("lead_score").await, site.field("verified").await);
    for (name, date, time, room, score_of, flag) in [
        ("Ann", json!(200_000 / 86_400 * 86_400), json!("23:00"), json!("single"), json!("-3"), json!(true)),
        ("Bob", json!(86_400 * 9), json!("09:30"), json!("double"), json!("10.5"), json!(false)),
        ("cat", json!(-86_400), json!("10:00"), json!(null), json!("9"), json!(null)),
    ] {
        let value =
            |field: &str, value: &serde_json::Value| json!({"custom_field_id": field, "value": value});
        let values = json!([
            value(CHECKIN_DATE, &date),
            value(CHECKIN_TIME, &time),
            value(ROOM_TYPE, &room),
            value(&score, &score_of),
            value(&verified, &flag)
        ]);
        site.created(
            json!({"first_name": name, "notes": "sorted", "external_id": "s", "custom_field_values": values}),
        )
        .await;
    }
    for (field, expected) in [
        (CHECKIN_DATE, ["cat", "Ann", "Bob"]),
        (CHECKIN_TIME, ["Bob", "cat", "Ann"]),
        (ROOM_TYPE, ["cat", "Ann", "Bob"]),
        (score.as_str(), ["Ann", "cat", "Bob"]),
        (verified.as_str(), ["cat", "Bob", "Ann"]),
        (FIRST_NAME, ["Ann", "Bob", "cat"]),
    ] {
        for (direction, is_backwards) in [("asc", false), ("desc", true)] {
            let path = format!("{CONTACTS}?external_id=s&sort_field={field}&sort_direction={direction}");
            let list = site.client.get(&path).await.expect(200);
            let mut names: Vec<_> = list["result"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["first_name"].as_str().unwrap())
                .collect();
            if is_backwards {
                names.reverse();
            }
            assert_eq!(names, expected, "{field} {direction}");
            let status = &list["status"];
            assert_eq!(
                (&status["sort_field"], &status["sort_direction"]),
                (&json!(field), &json!(direction))
            );
        }
        // As the mobile client writes it, of the account, and with a second key.
        let path = format!("/v1/contacts?external_id=s&sort_fields[]={field}%20asc&sort_fields[]=id");
        let list = site.client.get(&path).await.expect(200);
        assert_eq!(list["result"][0]["first_name"], expected[0]);
    }
    let unknown = site.client.get(&format!("{CONTACTS}?sort_field=nope")).await.expect(200);
    assert_eq!(unknown["status"]["sort_field"], "id");
}
