//! Bad input: refused in the dialect's shape, naming the member, with nothing stored.

use model::Json;
use serde_json::json;

use crate::world::{CONTACTS, JANE, RELATIONSHIPS, World, brief};

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let world = World::new().await;
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let mut bad_utf8 = br#"{"title":"a"#.to_vec();
    bad_utf8.extend([0xff, b'"', b'}']);
    let cases: [(&str, Vec<u8>); 14] = [
        ("", Vec::new()),
        ("", b" \n".to_vec()),
        ("", b"{".to_vec()),
        ("", b"title=CTO".to_vec()),
        ("", b"{} {}".to_vec()),
        ("", b"[]".to_vec()),
        ("", b"null".to_vec()),
        ("", b"\"x\"".to_vec()),
        ("", b"5".to_vec()),
        ("title", b"{\"title\":tru}".to_vec()),
        ("title", bad_utf8),
        ("title", b"{\"title\":\"a\\u0000b\"}".to_vec()),
        ("title", b"{\"title\":\"a\",\"title\":\"a\"}".to_vec()),
        ("x.0.0.0", deep.into_bytes()),
    ];
    for (path, body) in cases {
        for (method, target) in [("PUT", JANE), ("POST", CONTACTS)] {
            let refused = world.refused(method, target, body.clone()).await;
            let expected = format!("invalid_json: {path}");
            assert!(refused.starts_with(&expected), "{refused}, not {expected}");
        }
    }
}

#[tokio::test]
async fn a_body_over_the_bound_is_refused() {
    let world = World::new().await;
    let before = world.stored().await;
    let body = json!({"first_name": "Ada", "description": "x".repeat(2 << 20)});
    for (method, path) in [("PUT", JANE), ("POST", CONTACTS)] {
        let refused = world.client.send(method, path, body.to_string()).await.expect(413);
        assert_eq!(refused["error"], "payload_too_large");
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_named() {
    let world = World::new().await;
    let texts = [
        "last_name",
        "title",
        "description",
        "location",
        "image_url",
        "linkedin_slug",
        "website_url",
        "x_slug",
        "facebook_slug",
        "instagram_slug",
        "youtube_slug",
        "business_card_image_url",
        "manager_id",
    ];
    let mut cases: Vec<(&str, Json, &str)> = Vec::new();
    for name in texts {
        for wrong in [json!(5), json!(true), json!([]), json!({})] {
            cases.push((name, wrong, "must be a string or null"));
        }
    }
    for wrong in [json!(5), json!(true), json!([]), json!({})] {
        cases.push(("first_name", wrong, "must be a string"));
    }
    for name in ["birthday_day", "birthday_month", "birthday_year"] {
        for wrong in [json!("5"), json!(1.5), json!(true), json!([]), json!({})] {
            cases.push((name, wrong, "must be an integer or null"));
        }
    }
    for name in ["is_starred", "ignore_merge"] {
        for wrong in [json!("true"), json!(1), json!([]), json!({})] {
            cases.push((name, wrong, "must be a boolean"));
        }
    }
    for name in RELATIONSHIPS {
        for wrong in [json!("x"), json!(1), json!(true), json!({})] {
            cases.push((name, wrong, "must be an array"));
        }
    }
    for (name, wrong, reason) in cases {
        let expected = format!("invalid_request: {name} {reason}");
        assert_eq!(world.refused_put(json!({name: wrong})).await, expected, "{wrong}");
        let mut body = json!({"first_name": "Ada"});
        body[name] = wrong;
        assert_eq!(world.refused("POST", CONTACTS, body.to_string()).await, expected);
    }
}

#[tokio::test]
async fn an_item_of_the_wrong_type_is_named() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for name in ["emails", "phone_numbers"] {
        for wrong in [json!(5), Json::Null, json!([])] {
            cases.push((name, wrong, format!("{name}.0 must be a string or an object")));
        }
    }
    for name in ["companies", "tags", "lists", "notes"] {
        for wrong in [json!(5), Json::Null, json!([])] {
            cases.push((name, wrong, format!("{name}.0 must be an id or an object with an id")));
        }
        cases.push((name, json!({}), format!("{name}.0.id is required")));
        cases.push((name, json!({"id": 5}), format!("{name}.0.id must be a string")));
    }
    let more = [
        ("tags", json!({"tag": {}}), "tags.0.tag.id is required"),
        ("tags", json!({"tag": 5}), "tags.0.tag must be an id or an object with an id"),
        ("emails", json!({}), "emails.0.email_address is required"),
        ("emails", json!({"email_address": null}), "emails.0.email_address must not be null"),
        ("emails", json!({"email_address": 5}), "emails.0.email_address must be a string"),
        ("emails", json!({"email_address": "a@b", "is_primary": 1}), "emails.0.is_primary must be a boolean"),
        ("emails", json!({"email_address": "a@b", "id": 1}), "emails.0.id must be a string or null"),
        ("phone_numbers", json!({"country_code": "+1"}), "phone_numbers.0.phone_number is required"),
        ("phone_numbers", json!({"phone_number": 5}), "phone_numbers.0.phone_number must be a string"),
        ("phone_numbers", json!(""), "phone_numbers.0 must not be empty"),
        (
            "phone_numbers",
            json!({"phone_number": " ", "country_code": "+1"}),
            "phone_numbers.0.phone_number must not be empty",
        ),
        (
            "phone_numbers",
            json!({"phone_number": "555", "country_code": 1}),
            "phone_numbers.0.country_code must be a string or null",
        ),
        (
            "phone_numbers",
            json!({"phone_number": "555", "country_code": "US"}),
            "phone_numbers.0.country_code must be a calling code such as +1, or null",
        ),
        (
            "phone_numbers",
            json!({"phone_number": "+445551234", "country_code": "+1"}),
            "phone_numbers.0.phone_number must be a valid phone number",
        ),
        ("companies", json!({"id": "company_123", "title": 5}), "companies.0.title must be a string or null"),
        (
            "companies",
            json!({"id": "company_123", "is_active": null}),
            "companies.0.is_active must not be null",
        ),
        (
            "companies",
            json!({"id": "company_123", "start_date": 5}),
            "companies.0.start_date must be a string or null",
        ),
    ];
    cases.extend(more.into_iter().map(|(name, wrong, expected)| (name, wrong, expected.to_owned())));
    for (name, wrong, expected) in cases {
        let refused = world.refused_put(json!({name: [wrong]})).await;
        assert_eq!(refused, format!("invalid_request: {expected}"), "{wrong}");
    }
}

#[tokio::test]
async fn a_birthday_has_bounds() {
    let world = World::new().await;
    for (name, max) in [("birthday_day", 31), ("birthday_month", 12), ("birthday_year", 9999)] {
        for wrong in [0, -1, max + 1, i64::MAX] {
            assert_eq!(
                world.refused_put(json!({name: wrong})).await,
                format!("invalid_request: {name} must be from 1 to {max}")
            );
        }
        assert_eq!(world.put(json!({name: max})).await[name], max);
    }
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let world = World::new().await;
    let long = "x".repeat(1001);
    let huge = "x".repeat(65_537);
    let many: Vec<_> = (0..201).map(|n| format!("{n}@example.com")).collect();
    let tags = vec!["tag_123"; 1001];
    for (body, expected) in [
        (json!({"last_name": long}), "last_name must have at most 1000 characters"),
        (json!({"title": long}), "title must have at most 1000 characters"),
        (json!({"location": long}), "location must have at most 1000 characters"),
        (json!({"x_slug": long}), "x_slug must have at most 1000 characters"),
        (json!({"description": huge}), "description must have at most 65536 characters"),
        (json!({"image_url": huge}), "image_url must have at most 65536 characters"),
        (json!({"manager_id": huge}), "manager_id must have at most 65536 bytes"),
        (json!({"nickname": huge}), "nickname must have at most 65536 bytes"),
        (json!({"phone_numbers": [long]}), "phone_numbers.0 must have at most 1000 characters"),
        (json!({"emails": many}), "emails must have at most 200 items"),
        (json!({"tags": tags}), "tags must have at most 1000 items"),
        (
            json!({"companies": [{"id": "company_123", "title": long}]}),
            "companies.0.title must have at most 1000 characters",
        ),
    ] {
        assert_eq!(world.refused_put(body).await, format!("invalid_request: {expected}"));
    }
}

#[tokio::test]
async fn unknown_members_have_bounds() {
    let world = World::new().await;
    let many: serde_json::Map<_, _> = (0..201).map(|n| (format!("member_{n}"), json!(n))).collect();
    assert_eq!(world.refused_put(Json::Object(many)).await, "invalid_request:  must have at most 200 items");
    let name = "n".repeat(256);
    assert_eq!(
        world.refused_put(json!({name.clone(): 1})).await,
        format!("invalid_request: {name} must have at most 255 bytes in its name")
    );
}

#[tokio::test]
async fn an_unknown_contact_is_not_found_before_its_body_is_judged() {
    let world = World::new().await;
    let before = world.stored().await;
    for body in ["", "{", "[]", "{}", r#"{"title":5}"#, r#"{"tags":["tag_999","tag_998"]}"#] {
        let missing = world.client.send("PUT", "/user-api/v1/contacts/contact_1", body).await.expect(404);
        assert_eq!(brief(&missing), "not_found: ");
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn path_ids_of_every_wrong_kind_are_not_found() {
    let world = World::new().await;
    let before = world.stored().await;
    let digits = "9".repeat(10_000);
    for id in [
        "%00",
        "..%2F",
        "%2e%2e",
        "%ff",
        "%F0%9F%98%80",
        "0",
        "-1",
        "contact_",
        "contact_00000000000000000000000000000000",
        "00000000-0000-0000-0000-000000000000",
        "CONTACT_67890",
        "company_123",
        "contact_67890'",
        "contact_67890%20",
        "' OR 1=1 --".replace(' ', "%20").as_str(),
        digits.as_str(),
    ] {
        let path = format!("{CONTACTS}/{id}");
        for (method, body) in [("GET", ""), ("PUT", r#"{"title":"CTO"}"#), ("DELETE", "")] {
            let missing = world.client.send(method, &path, body).await.expect(404);
            assert_eq!(missing, json!({"error": "not_found", "message": "No contact with that id."}), "{id}");
        }
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn a_bad_include_stops_a_write() {
    let world = World::new().await;
    let before = world.stored().await;
    for (method, path) in [("PUT", JANE), ("DELETE", JANE), ("POST", CONTACTS)] {
        let body = r#"{"first_name":"Ada"}"#;
        let refused = world.client.send(method, &format!("{path}?include=tasks"), body).await.expect(400);
        assert_eq!(refused["error"], "invalid_request");
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn a_bad_include_stops_every_write() {
    let world = World::linked().await;
    for (path, id, body) in [
        ("companies", "company_123", json!({"name": "New"})),
        ("tags", "tag_123", json!({"name": "New"})),
        ("lists", "list_789", json!({"name": "New", "type": "CONTACT"})),
        ("notes", "note_101", json!({"body": "New"})),
        ("tasks", "task_101", json!({"body": "New", "due_date": "2025-01-25T16:00:00Z"})),
    ] {
        let list = format!("/user-api/v1/{path}");
        let before = world.client.get(&list).await.expect(200);
        for (method, target) in
            [("POST", list.clone()), ("PUT", format!("{list}/{id}")), ("DELETE", format!("{list}/{id}"))]
        {
            let path = format!("{target}?include=emails");
            let refused = world.client.send(method, &path, body.to_string()).await.expect(400);
            assert!(brief(&refused).starts_with("invalid_request: include must name some of: "), "{refused}");
        }
        assert_eq!(world.client.get(&list).await.expect(200), before, "{path}");
    }
}
