//! Input that no client should send: refused in the vendor's shape, and nothing stored.

use model::Json;
use serde_json::json;

use crate::{CHECKIN_TIME, FIRST_NAME, Site};

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let site = Site::new().await;
    for body in ["[]", "\"x\"", "5", "true", "null"] {
        assert_eq!(
            site.refused_bytes(body.into()).await,
            "400 2604 Invalid body content: the body must be a JSON object",
            "{body}"
        );
    }
    for (body, told) in [
        (&b"{"[..], "invalid JSON: "),
        (b"{\"is_starred\":tru}", "is_starred: invalid JSON: "),
        (b"is_starred=true", "invalid JSON: "),
        (b"{} {}", "invalid JSON: "),
        (b"{\"notes\":\"\xff\"}", "notes: invalid JSON: "),
        (b"{\"notes\":\"a\\u0000b\"}", "notes: must not contain the character NUL"),
        (b"{\"is_starred\":true,\"is_starred\":false}", "is_starred: is given twice"),
        (b"{\"channels\":[{\"value\":1,\"value\":2}]}", "channels.0.value: is given twice"),
        (b"\xef\xbb\xbf{}", "invalid JSON: "),
    ] {
        let answer = site.refused_bytes(body.to_vec()).await;
        assert!(answer.starts_with(&format!("400 2604 Invalid body content: {told}")), "{answer}");
    }
}

#[tokio::test]
async fn deep_and_large_bodies_are_refused() {
    let site = Site::new().await;
    let deep = format!("{{\"notes\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let told = site.refused_bytes(deep.into_bytes()).await;
    assert!(
        told.starts_with("400 2604 ") && told.ends_with("must not be nested deeper than 64 levels"),
        "{told}"
    );
    let large = format!("{{\"notes\":\"{}\"}}", "x".repeat(2 << 20));
    assert!(site.refused_bytes(large.into_bytes()).await.starts_with("413 2604 "));
}

#[tokio::test]
async fn every_member_refuses_other_types() {
    let site = Site::new().await;
    let kinds = [json!(null), json!(true), json!(1), json!("nonsense"), json!([1]), json!({"a": 1})];
    for (member, good) in [
        ("is_starred", &[1][..]),
        ("is_confirmed", &[1]),
        ("is_closed", &[1]),
        ("notes", &[0, 3]),
        ("first_name", &[0, 3]),
        ("last_name", &[0, 3]),
        ("title", &[0, 3]),
        ("external_id", &[0, 3]),
        ("custom_field_values", &[0]),
        ("channels", &[]),
    ] {
        for (n, kind) in kinds.iter().enumerate().filter(|(n, _)| !good.contains(n)) {
            let told = site.refused(json!({member: kind})).await;
            assert!(told.starts_with("400 ") && told.contains(&format!(": {member}")), "{n} {told}");
        }
    }
}

#[tokio::test]
async fn texts_that_are_too_long_are_refused() {
    let site = Site::new().await;
    let long = |chars: usize| "é".repeat(chars);
    for member in ["first_name", "last_name", "title"] {
        assert_eq!(site.updated(json!({member: long(490)})).await[member], long(490));
        assert_eq!(
            site.refused(json!({member: long(1_001)})).await,
            format!("400 2604 Invalid body content: {member}: must have at most 1000 characters")
        );
        site.updated(json!({member: null})).await;
    }
    assert_eq!(site.updated(json!({"notes": long(65_536)})).await["notes"], long(65_536));
    let told = site.refused(json!({"notes": long(65_537)})).await;
    assert_eq!(told, "400 2604 Invalid body content: notes: must have at most 65536 characters");
    let told = site.refused(json!({"external_id": "x".repeat(70_000)})).await;
    assert_eq!(told, "400 2604 Invalid body content: external_id: must have at most 65536 bytes");
    let value = |field: &str, text: String| json!({"custom_field_values": [{"custom_field_id": field, "value": text}]});
    let told = site.refused(value(FIRST_NAME, long(1_001))).await;
    assert_eq!(
        told,
        "400 2604 Invalid body content: custom_field_values.0: must have at most 1000 characters"
    );
    let told = site.refused(value(&site.field("zip_code").await, long(65_537))).await;
    assert!(told.starts_with("400 2604 ") && told.ends_with("must have at most 65536 characters"), "{told}");
    let channel = json!([{"channel_type_id": crate::EMAIL, "value": "x".repeat(1_001)}]);
    let told = site.refused(json!({"channels": channel})).await;
    assert!(told.starts_with("400 3107 ") && told.ends_with("must have at most 1000 characters"), "{told}");
}

#[tokio::test]
async fn too_many_items_are_refused() {
    let site = Site::new().await;
    let channels: Vec<Json> = (0..201)
        .map(|n| json!({"channel_type_id": crate::EMAIL, "value": format!("a{n}@example.com")}))
        .collect();
    let told = site.refused(json!({"channels": channels})).await;
    assert_eq!(told, "400 3107 Invalid channel value: channels: must have at most 200 items");
    let values: Vec<Json> =
        (0..1_001).map(|_| json!({"custom_field_id": CHECKIN_TIME, "value": "10:00"})).collect();
    let told = site.refused(json!({"custom_field_values": values})).await;
    assert!(told.starts_with("400 2604 ") && told.ends_with("must have at most 1000 items"), "{told}");
}

#[tokio::test]
async fn one_bad_member_stores_none_of_the_good_ones() {
    let site = Site::new().await;
    let told = site
        .refused(json!({"is_starred": true, "notes": "new", "first_name": "New",
        "custom_field_values": [
            {"custom_field_id": CHECKIN_TIME, "value": "10:00"},
            {"custom_field_id": CHECKIN_TIME, "value": "noon"},
        ]}))
        .await;
    assert!(told.starts_with("400 2604 "), "{told}");
}

#[tokio::test]
async fn long_texts_are_cited_in_part() {
    let site = Site::new().await;
    let body = json!({"custom_field_values": [{"custom_field_id": "é".repeat(100_000), "value": "x"}]});
    let told = site.refused(body).await;
    assert!(
        told.starts_with("400 3701 Custom field not found: custom_field_values.0: no field 'éé"),
        "{told}"
    );
    assert!(told.ends_with("é…") && told.chars().count() < 520, "{told}");
}
