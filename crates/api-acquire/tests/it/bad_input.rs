//! Bad input: refused in the dialect's shape, naming the member, and nothing stored.

use model::Json;
use serde_json::json;
use testkit::{Client, TestApp};

use crate::support::{CONTACTS, JANE, JOHN, put_fields, start, stored};

/// Sends a body that must be refused for this member, and checks that nothing was stored.
async fn refuse(test: &TestApp, client: &Client, body: impl Into<Vec<u8>>, field: &str) -> String {
    let body = body.into();
    let before = stored(test, "2").await;
    let answer = client.send("PUT", JOHN, body.clone()).await.expect(400);
    assert_eq!(answer["code"], json!("ERROR_INVALID_INPUT"), "{field}");
    assert_eq!(answer["statusCode"], json!(400), "{field}");
    assert_eq!(answer["message"], answer["error"], "{field}");
    assert_eq!(answer["message"], answer["errors"][0]["message"], "{field}");
    let expected = if field.is_empty() { Json::Null } else { json!(field) };
    assert_eq!(answer["errors"][0]["field"], expected, "{}", answer["message"]);
    assert_eq!(stored(test, "2").await, before, "{field}");
    // A create is refused alike, and makes no contact.
    let created = client.send("POST", CONTACTS, body).await.expect(400);
    assert_eq!(created["message"], answer["message"]);
    assert_eq!(client.get(CONTACTS).await.expect(200)["data"]["counts"]["total"], json!(4), "{field}");
    answer["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn wrong_types_are_refused_for_every_member() {
    let (test, client) = start().await;
    let (array, object, number, text, flag) =
        (json!([1]), json!({"a": 1}), json!(1), json!("x"), json!(true));
    let mut cases = vec![
        ("fields", vec![&array, &number, &text, &flag]),
        ("dateCreated", vec![&array, &object, &number, &flag]),
        ("dateUpdated", vec![&array, &object, &number, &flag]),
        ("clientType", vec![&array, &object, &number, &flag, &text]),
        ("clientDetails", vec![&array, &number, &text, &flag]),
        ("companyId", vec![&array, &object, &text, &flag]),
        ("tags", vec![&object, &number, &text, &flag]),
        ("name", vec![&array, &object]),
        ("email", vec![&array, &object]),
        ("phone", vec![&array, &object]),
    ];
    let client_texts = [
        "clientName",
        "clientVersion",
        "clientOsName",
        "clientOsVersion",
        "clientDeviceType",
        "clientDeviceVendor",
        "clientDeviceModel",
    ];
    cases.extend(client_texts.map(|name| (name, vec![&array, &object, &number, &flag])));
    for (name, values) in cases {
        for value in values {
            refuse(&test, &client, json!({ name: value }).to_string(), name).await;
        }
    }
    for key in ["name", "email", "phone", "city", "state", "countryId", "ip", "zip_code", "lead_score"] {
        for value in [&array, &object] {
            let body = json!({"fields": {key: value}}).to_string();
            refuse(&test, &client, body, &format!("fields.{key}")).await;
        }
    }
    refuse(&test, &client, r#"{"fields":null}"#, "fields").await;
    refuse(&test, &client, r#"{"tags":null}"#, "tags").await;
    refuse(&test, &client, r#"{"companyId":1.5}"#, "companyId").await;
    refuse(&test, &client, r#"{"tags":[1.5]}"#, "tags.0").await;
    refuse(&test, &client, r#"{"tags":[1,[2]]}"#, "tags.1").await;
    refuse(&test, &client, r#"{"tags":[{"name":"VIP"}]}"#, "tags.0.id").await;
    refuse(&test, &client, r#"{"tags":[{"id":"VIP"}]}"#, "tags.0.id").await;
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let (test, client) = start().await;
    for (body, field, message) in [
        (
            json!({"fields": {"favourite_colour": 1}}),
            "fields.favourite_colour",
            r#"Unknown field "favourite_colour"."#,
        ),
        (json!({"fields": {"": 1}}), "fields.", r#"Unknown field ""."#),
        (json!({"fields": {"Zip_Code": "1"}}), "fields.Zip_Code", r#"Unknown field "Zip_Code"."#),
        (json!({"tags": [99]}), "tags.0", r#"Unknown tag "99"."#),
        (json!({"tags": [1, "nope"]}), "tags.1", r#"Unknown tag "nope"."#),
        (json!({"companyId": 99}), "companyId", r#"Unknown company "99"."#),
        (json!({"companyId": -5}), "companyId", r#"Unknown company "-5"."#),
        (
            json!({"companyId": "99999999999999999999999"}),
            "companyId",
            r#"Unknown company "99999999999999999999999"."#,
        ),
        (
            json!({"fields": {"stage": "Decline"}}),
            "fields.stage",
            r#""Decline" is no option of "Stage". Options: Growth, Seed."#,
        ),
    ] {
        assert_eq!(refuse(&test, &client, body.to_string(), field).await, message);
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    let (test, client) = start().await;
    for email in ["plain", "a@", "@b", "a b@c.d", " ", "a@b\u{7}"] {
        refuse(&test, &client, json!({"fields": {"email": email}}).to_string(), "fields.email").await;
        refuse(&test, &client, json!({ "email": email }).to_string(), "email").await;
    }
}

#[tokio::test]
async fn overlong_values_are_refused() {
    let (test, client) = start().await;
    let long = "é".repeat(1001);
    for key in ["name", "phone", "city", "state"] {
        let message =
            refuse(&test, &client, json!({"fields": {key: long}}).to_string(), &format!("fields.{key}"))
                .await;
        assert_eq!(message, format!(r#""fields.{key}" must have at most 1000 characters."#));
    }
    for member in ["clientName", "dateCreated", "dateUpdated"] {
        refuse(&test, &client, json!({ member: long }).to_string(), member).await;
    }
    let longer = "x".repeat(65_537);
    refuse(&test, &client, json!({"fields": {"zip_code": longer}}).to_string(), "fields.zip_code").await;
    refuse(&test, &client, json!({"fields": {"ip": longer}}).to_string(), "fields.ip").await;
    refuse(&test, &client, json!({"clientDetails": {"ua": longer}}).to_string(), "clientDetails").await;
    refuse(&test, &client, json!({"anything": longer}).to_string(), "anything").await;
    let name = "n".repeat(256);
    refuse(&test, &client, json!({ name.as_str(): 1 }).to_string(), &format!("{}…", "n".repeat(100))).await;
    let tags = vec!["nope"; 50];
    let answer = client.put(JOHN, &json!({ "tags": tags })).await.expect(400);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(50), "every violation is named");
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let (test, client) = start().await;
    let deep = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let path = format!("{}…", "a.".repeat(50));
    for (body, field) in [
        (b"nonsense".to_vec(), ""),
        (b"[]".to_vec(), ""),
        (b"\"x\"".to_vec(), ""),
        (b"null".to_vec(), ""),
        (b"{\"fields\":{\"city\":\"\xff\"}}".to_vec(), "fields.city"),
        (b"{\"fields\":{\"city\":\"a\\u0000b\"}}".to_vec(), "fields.city"),
        (b"{\"fields\":{\"city\":\"a\",\"city\":\"b\"}}".to_vec(), "fields.city"),
        (b"{\"name\":\"a\",\"name\":\"b\"}".to_vec(), "name"),
        (b"{} {}".to_vec(), ""),
        (deep.into_bytes(), path.as_str()),
    ] {
        refuse(&test, &client, body, field).await;
    }
}

#[tokio::test]
async fn large_bodies_are_refused() {
    let (test, client) = start().await;
    let before = stored(&test, "2").await;
    for (method, path) in [("PUT", JOHN), ("POST", CONTACTS)] {
        let answer = client.send(method, path, vec![b'x'; 2 << 20]).await.expect(413);
        assert_eq!(answer["statusCode"], json!(413));
    }
    assert_eq!(stored(&test, "2").await, before);
}

#[tokio::test]
async fn an_unknown_contact_is_said_before_anything_else() {
    let (_test, client) = start().await;
    for body in ["nonsense", "[]", r#"{"clientType":"fax"}"#, r#"{"companyId":99}"#, "{}"] {
        let answer = client.send("PUT", &format!("{CONTACTS}/999"), body).await.expect(404);
        assert_eq!(answer["code"], json!("ERROR_RECORD_NOT_FOUND"), "{body}");
    }
}

#[tokio::test]
async fn ids_of_every_wrong_kind_are_answered() {
    let (_test, client) = start().await;
    let digits = "9".repeat(10_000);
    for (id, status, field) in [
        ("abc", 400, Some("contactId")),
        ("1.5", 400, Some("contactId")),
        ("+2", 400, Some("contactId")),
        ("2%20", 400, Some("contactId")),
        ("-", 400, Some("contactId")),
        ("%00", 400, Some("contactId")),
        ("..%2F", 400, Some("contactId")),
        ("%ff", 400, None),
        ("%D9%A2", 400, Some("contactId")),
        ("0", 404, Some("contactId")),
        ("-1", 404, Some("contactId")),
        (&digits, 404, Some("contactId")),
        ("", 404, None),
        ("2/", 404, None),
    ] {
        let path = format!("{CONTACTS}/{id}");
        for method in ["GET", "PUT", "DELETE"] {
            let reply = client.send(method, &path, "").await;
            let answer = reply.expect(status);
            assert_eq!(answer["errors"][0].get("field").and_then(Json::as_str), field, "{method} {id:.20}");
            assert!(reply.text.len() < 1000, "no long echo");
        }
    }
}

#[tokio::test]
async fn every_violation_is_answered_at_once() {
    let (test, client) = start().await;
    let body = json!({
        "clientType": "fax", "clientName": 1, "clientDetails": [], "tags": ["nope"],
        "fields": {"email": "x", "stage": "y", "colour": "z", "city": []},
    });
    let before = stored(&test, "2").await;
    let answer = client.put(JOHN, &body).await.expect(400);
    let named: Vec<_> = answer["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|each| each["field"].as_str())
        .collect();
    let expected = [
        "clientType",
        "clientName",
        "clientDetails",
        "fields.city",
        "tags.0",
        "fields.email",
        "fields.stage",
        "fields.colour",
    ];
    assert_eq!(named, expected);
    assert_eq!(stored(&test, "2").await, before);
}

#[tokio::test]
async fn a_locked_contact_keeps_name_and_addresses() {
    let (test, client) = start().await;
    let owner = Some("Opera".to_owned());
    crate::support::edit_elsewhere(&test, "2", vec![model::Edit::Text(model::TextMember::LockedBy, owner)])
        .await;
    let before = stored(&test, "2").await;
    for key in ["name", "email", "phone"] {
        let answer = client.put(JOHN, &json!({"fields": {key: "x@y.example"}})).await.expect(400);
        let field = format!("fields.{key}");
        assert_eq!(answer["message"], json!(format!(r#""{field}" is locked by 'Opera'."#)));
        assert_eq!(answer["errors"][0]["field"], json!(field));
        assert_eq!(stored(&test, "2").await, before);
    }
    put_fields(&client, json!({"city": "Y", "name": "John"})).await;
}

#[tokio::test]
async fn control_characters_and_other_scripts_are_kept() {
    let (_test, client) = start().await;
    for name in ["Zoë 张伟 🎉", "a\tb\nc", "\u{202e}abc", "'; DROP TABLE contacts; --", "{\"a\":1}"] {
        assert_eq!(put_fields(&client, json!({ "name": name })).await["name"], json!(name));
    }
    client.get(JANE).await.expect(200);
}
