//! Input that is refused: the answer names the member, and nothing is stored.

use model::Json;
use serde_json::json;

use crate::{CONTACTS, JANE, numbered, path, refusals, refused, start};

#[tokio::test]
async fn what_is_no_json_object_is_malformed() {
    let (_test, client) = start().await;
    let deep = format!("{{\"extras\":{{\"acquire\":{{\"a\":{}1{}}}}}}}", "[".repeat(200), "]".repeat(200));
    let deep_at = format!("extras.acquire.a{} malformed", ".0".repeat(61));
    refused(
        &client,
        400,
        [
            ("", " malformed"),
            (" \n", " malformed"),
            ("{", " malformed"),
            ("null", " malformed"),
            ("\"x\"", " malformed"),
            ("[{\"op\":\"add\"}]", " malformed"),
            ("{\"city\":\"X\"} x", " malformed"),
            ("{\"city\":\"X\",\"city\":\"Y\"}", "city malformed"),
            ("{\"name\":{\"first\":\"A\",\"first\":\"B\"}}", "name.first malformed"),
            ("{\"city\":\"a\\u0000b\"}", "city malformed"),
            ("{\"city\":\"a", "city malformed"),
            (&deep, &deep_at),
        ],
    )
    .await;
    let jane = numbered(&client, JANE).await;
    let reply = client.send("PATCH", &path(&jane), b"{\"city\":\"\xff\"}".to_vec()).await;
    assert_eq!(refusals(&reply, 400), ["city malformed"]);
    let big = format!("{{\"city\":\"{}\"}}", "x".repeat(2 << 20));
    for reply in
        [client.send("PATCH", &path(&jane), big.clone()).await, client.send("POST", CONTACTS, big).await]
    {
        assert_eq!(reply.expect(413)["detail"], "the body has more than 1048576 bytes");
    }
    assert_eq!(client.get(&path(&jane)).await.expect(200), jane);
}

#[tokio::test]
async fn each_member_refuses_other_types() {
    let (_test, client) = start().await;
    let texts = [
        "salutation",
        "job_title",
        "description",
        "remarks",
        "location",
        "city",
        "state",
        "country",
        "website_url",
        "image_url",
        "locked_by",
        "closed_at",
        "blocked_at",
        "opt_in",
        "assigned_user",
        "assigned_team",
        "name.full",
        "name.first",
        "name.last",
        "social.x",
        "birthday.day",
        "birthday.month",
        "birthday.year",
    ];
    let objects = ["name", "social", "birthday", "values", "aliases", "extras", "extras.acquire"];
    let arrays = ["channels", "companies", "tags", "lists", "notes", "aliases.native"];
    let flags = ["starred", "confirmed"];
    let mut cases = Vec::new();
    for (members, wrong) in [
        (texts.as_slice(), ["true", "[]", "{}", "1.5"]),
        (&objects, ["true", "[]", "\"x\"", "1"]),
        (&arrays, ["true", "{}", "\"x\"", "1"]),
        (&flags, ["\"true\"", "[]", "{}", "1"]),
    ] {
        for member in members {
            for json in wrong {
                let body =
                    member.rsplit('.').fold(json.to_owned(), |json, name| format!("{{\"{name}\":{json}}}"));
                cases.push((body, format!("{member} wrong_type")));
            }
        }
    }
    for member in ["tags.0", "lists.0", "notes.0", "channels.0", "companies.0", "aliases.native.0"] {
        let array = member.trim_end_matches(".0");
        for json in ["1", "[]"] {
            let body =
                array.rsplit('.').fold(format!("[{json}]"), |json, name| format!("{{\"{name}\":{json}}}"));
            cases.push((body, format!("{member} wrong_type")));
        }
    }
    refused(&client, 422, cases).await;
}

#[tokio::test]
async fn unknown_and_unchangeable_members_are_refused() {
    let (_test, client) = start().await;
    refused(
        &client,
        422,
        [
            (r#"{"nickname":"J"}"#, "nickname unknown_member"),
            (r#"{"":1}"#, " unknown_member"),
            (r#"{"name":{"middle":"J"}}"#, "name.middle unknown_member"),
            (r#"{"birthday":{"week":1}}"#, "birthday.week unknown_member"),
            (r#"{"social":{"myspace":"j"}}"#, "social.myspace unknown_member"),
            (r#"{"aliases":{"hubspot":["1"]}}"#, "aliases.hubspot unknown_member"),
            (r#"{"extras":{"hubspot":{"a":1}}}"#, "extras.hubspot unknown_member"),
            (r#"{"channels":[{"kind":"email","value":"a@b","url":"x"}]}"#, "channels.0.url unknown_member"),
            (r#"{"id":"x"}"#, "id immutable"),
            (r#"{"number":5}"#, "number immutable"),
            (r#"{"revision":9}"#, "revision immutable"),
            (r#"{"created_at":"2025-01-15T10:30:00.001Z"}"#, "created_at immutable"),
            (r#"{"updated_at":null}"#, "updated_at immutable"),
            (r#"{"unconfirmed_at":"2025-01-15T10:30:00.000Z"}"#, "unconfirmed_at immutable"),
            (r#"{"starred":null,"confirmed":null}"#, "starred not_nullable; confirmed not_nullable"),
            (r#"{"extras":null}"#, "extras not_nullable"),
            (r#"{"extras":{"acquire":null}}"#, "extras.acquire not_nullable"),
        ],
    )
    .await;
}

#[tokio::test]
async fn all_violations_come_at_once() {
    let (_test, client) = start().await;
    refused(
        &client,
        422,
        [(
            r#"{"city":1,"nickname":"J","birthday":{"day":32},"values":{"lead_score":"x","nothing":1},"tags":["VIP"]}"#, "city wrong_type; nickname unknown_member; birthday.day out_of_range; values.lead_score bad_number; values.nothing unknown_field; tags.0 unknown_tag",
        )],
    )
    .await;
}

#[tokio::test]
async fn bounds_are_kept() {
    let (_test, client) = start().await;
    let long = "x".repeat(1001);
    let tags = vec!["x"; 1001];
    let extras: serde_json::Map<_, _> = (0..201).map(|n| (format!("m{n}"), json!(n))).collect();
    let cases = [
        (json!({"city": long}), "city too_long"),
        (json!({"name": {"first": long}}), "name.first too_long"),
        (json!({"name": {"full": long}}), "name.full too_long"),
        (json!({"social": {"x": long}}), "social.x too_long"),
        (json!({"description": "x".repeat(65_537)}), "description too_long"),
        (json!({"tags": tags}), "tags too_long"),
        (json!({"birthday": {"month": 0}}), "birthday.month out_of_range"),
        (json!({"birthday": {"year": 10000}}), "birthday.year out_of_range"),
        (json!({"opt_in": "maybe"}), "opt_in not_one_of"),
        (json!({"closed_at": "yesterday"}), "closed_at bad_instant"),
        (json!({"closed_at": "2025-01-01"}), "closed_at bad_instant"),
        (json!({"extras": {"acquire": {"big": "x".repeat(65_537)}}}), "extras.acquire.big too_long"),
        (json!({"extras": {"acquire": extras}}), "extras too_long"),
        (
            json!({"channels": [{"kind": "email", "value": "a@b.example", "label": long}]}),
            "channels.0.label too_long",
        ),
    ];
    refused(&client, 422, cases).await;
}

#[tokio::test]
async fn a_body_that_is_wrong_in_very_many_places_has_a_bounded_answer() {
    let (_test, client) = start().await;
    let members: serde_json::Map<_, _> = (0..20_000).map(|n| (format!("m{n}"), json!(1))).collect();
    let reply = client.post(CONTACTS, &Json::Object(members)).await;
    assert_eq!(refusals(&reply, 422).len(), 1000);
    let detail = reply.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(detail, "nothing was stored: m0: is not known (and 19999 more)");
}

#[tokio::test]
async fn an_alias_of_another_contact_is_refused() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let other = numbered(&client, 1).await;
    client.patch(&path(&jane), &json!({"aliases": {"native": ["a"]}})).await.expect(200);
    let reply = client.patch(&path(&other), &json!({"aliases": {"native": ["b", "a"]}})).await;
    assert_eq!(refusals(&reply, 422), ["aliases.native alias_taken"]);
    let reply = client.post(CONTACTS, &json!({"aliases": {"native": ["a"]}})).await;
    assert_eq!(refusals(&reply, 422), ["aliases.native alias_taken"]);
    assert_eq!(client.get(&path(&other)).await.expect(200), other);
}

#[tokio::test]
async fn ids_of_every_wrong_kind_name_no_contact() {
    let (_test, client) = start().await;
    let long = "1".repeat(10_000);
    for id in
        ["%00", "..%2F", "%2e%2e", &long, "0", "-1", "null", "%20", "%F0%9F%98%80", "contact_67890", "{}"]
    {
        let id = id.replace('{', "%7B").replace('}', "%7D");
        for reply in [
            client.get(&format!("{CONTACTS}/{id}")).await,
            client.patch(&format!("{CONTACTS}/{id}"), &json!({"city": "X"})).await,
            client.patch(&format!("{CONTACTS}/{id}"), &json!({"city": 1})).await,
            client.delete(&format!("{CONTACTS}/{id}")).await,
            client.get(&format!("{CONTACTS}/{id}/history")).await,
        ] {
            assert!(refusals(&reply, 404).is_empty(), "{id:.20}");
        }
    }
    for reply in
        [client.get(&format!("{CONTACTS}/%ff")).await, client.delete(&format!("{CONTACTS}/%ff")).await]
    {
        assert!(refusals(&reply, 400).is_empty());
    }
    assert!(refusals(&client.get(&format!("{CONTACTS}/")).await, 404).is_empty());
    assert!(refusals(&client.patch(CONTACTS, &json!({"city": "X"})).await, 405).is_empty());
}
