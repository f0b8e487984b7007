//! What an update does: JSON Merge Patch.

use model::Json;
use serde_json::json;

use crate::{JANE, TestApp, catalog, change, create, id_of, numbered, path, refusals, start};

/// A body with every member that can be written.
async fn full_body(test: &TestApp, client: &testkit::Client) -> Json {
    let catalog = catalog(test).await;
    let jane = numbered(client, JANE).await;
    json!({
        "name": {"full": "Dr. Ada  King", "first": "Ada", "last": "King"},
        "salutation": "Countess", "job_title": "Analyst", "description": "First of all", "remarks": "Likes gears",
        "location": "London", "city": "London", "state": "Middlesex", "country": "GB",
        "website_url": "https://ada.example", "image_url": "https://ada.example/a.png",
        "social": {"facebook": "ada.f", "instagram": "ada.i", "linkedin": "ada.l", "x": "ada.x", "youtube": "ada.y"},
        "birthday": {"day": 10, "month": 12, "year": 1815},
        "channels": [
            {"kind": "email", "value": "Ada@Example.com", "label": "HOME"},
            {"kind": "phone", "value": "(201) 555-0123", "country": "US", "default": true},
            {"kind": "email", "value": "ada@work.example", "primary": true},
            {"kind": "phone", "value": "call the butler"},
            {"kind": "whatsapp", "value": "+31612345678"},
        ],
        "companies": [
            {"id": jane["companies"][0]["id"], "title": "CTO", "start_date": "2024-02-01", "active": false},
        ],
        "tags": [id_of(&catalog.tags, "VIP"), id_of(&catalog.tags, "sales")],
        "lists": [id_of(&catalog.lists, "Q1 Targets")],
        "notes": jane["notes"],
        "values": {
            "lead_score": 88.50, "stage": "Growth", "billing_address": "1 Main St\n", "work_email": "a@b.example",
            "features": ["Dark Mode", "Analytics"], "checkin_date": "2025-03-01", "checkin_time": "14:30",
            "verified": false, "order_number": 12345678901234567890_u64,
        },
        "starred": true, "confirmed": true, "closed_at": "2025-01-02T03:04:05.678Z",
        "blocked_at": "2025-01-03T00:00:00.000Z", "opt_in": "opted_out",
        "assigned_user": id_of(&catalog.users, "jane.doe@email.com"),
        "assigned_team": id_of(&catalog.teams, "Support"),
        "locked_by": "salesforce",
        "aliases": {"native": ["a-1"], "callbell": ["c-1", "c-2"]},
        "extras": {"acquire": {"clientType": "web", "clientDetails": {"a": [1, null]}}, "native": {"n": 1.50}},
    })
}

/// A body as the API answers to it: what the engine derives is taken from the answer.
fn as_shown(body: &Json, answer: &Json) -> Json {
    let mut shown = body.clone();
    let written = [
        ("email", "ada@example.com", "Ada@Example.com", Some("HOME"), None, false, false),
        ("phone", "+12015550123", "(201) 555-0123", None, Some("US"), true, true),
        ("email", "ada@work.example", "ada@work.example", None, None, true, false),
        ("phone", "call the butler", "call the butler", None, None, false, false),
        ("whatsapp", "+31612345678", "+31612345678", None, None, true, false),
    ];
    let channel = |(n, (kind, value, raw, label, country, primary, default)): (usize, _)| {
        json!({"id": answer["channels"][n]["id"], "kind": kind, "value": value, "raw": raw, "label": label,
            "country": country, "primary": primary, "default": default})
    };
    shown["channels"] = written.into_iter().enumerate().map(channel).collect();
    for name in ["id", "number", "revision", "created_at", "updated_at", "unconfirmed_at"] {
        shown[name] = answer[name].clone();
    }
    shown
}

#[tokio::test]
async fn every_member_reads_back_as_written() {
    let (test, client) = start().await;
    let body = full_body(&test, &client).await;
    let created = create(&client, &body).await;
    assert_eq!(created, as_shown(&body, &created));
    assert_eq!(client.get(&path(&created)).await.expect(200), created);

    let blank = create(&client, &json!({})).await;
    let mut body = body;
    body["aliases"] = json!({"native": ["a-3"], "callbell": ["c-3", "c-4"]});
    let updated = client.patch(&path(&blank), &body).await.expect(200);
    assert_eq!(updated, as_shown(&body, &updated));
    assert_eq!(updated["revision"], 2);
    assert_eq!(client.get(&path(&blank)).await.expect(200), updated);
}

#[tokio::test]
async fn writing_back_what_was_read_changes_nothing() {
    let (test, client) = start().await;
    let mut contacts = vec![create(&client, &full_body(&test, &client).await).await];
    for number in 1..=4 {
        contacts.push(numbered(&client, number).await);
    }
    test.clock.advance_ms(60_000);
    for contact in contacts {
        let mut body = contact.clone();
        let members = body.as_object_mut().unwrap();
        for name in ["id", "number", "revision", "created_at", "updated_at", "unconfirmed_at"] {
            members.remove(name);
        }
        let reply = client.patch(&path(&contact), &body).await;
        assert_eq!(reply.expect(200), contact);
        assert_eq!(reply.header("contactd-change"), "");
        let reply = client.patch(&path(&contact), &json!({})).await;
        assert_eq!((reply.expect(200), reply.header("contactd-change")), (contact, ""));
    }
}

#[tokio::test]
async fn a_member_that_is_absent_stays() {
    let (test, client) = start().await;
    let created = create(&client, &full_body(&test, &client).await).await;
    test.clock.advance_ms(60_000);
    let reply = client.patch(&path(&created), &json!({"city": "Paris"})).await;
    let mut expected = created.clone();
    expected["city"] = json!("Paris");
    expected["revision"] = json!(2);
    expected["updated_at"] = json!("2025-01-15T12:46:00.000Z");
    assert_eq!(reply.expect(200), expected);
    assert!(change(&reply) > 0);
}

#[tokio::test]
async fn null_clears() {
    let (test, client) = start().await;
    let mut body = full_body(&test, &client).await;
    body["locked_by"] = json!(null);
    let contact = create(&client, &body).await;
    let empty = create(&client, &json!({})).await;
    let kept = ["starred", "confirmed", "extras"];
    let cleared = body.as_object().unwrap().keys().filter(|name| !kept.contains(&name.as_str()));
    for name in cleared {
        let got = client.patch(&path(&contact), &json!({name: null})).await.expect(200);
        assert_eq!(got[name], empty[name], "{name}");
    }
    for (at, members) in [("name", 3), ("social", 5), ("birthday", 3)] {
        client.patch(&path(&contact), &json!({at: body[at]})).await.expect(200);
        let nulls: Json =
            body[at].as_object().unwrap().keys().map(|key| (key.clone(), json!(null))).collect();
        assert_eq!(nulls.as_object().unwrap().len(), members);
        let got = client.patch(&path(&contact), &json!({at: nulls})).await.expect(200);
        assert_eq!(got[at], empty[at], "{at}");
    }
    let extras = json!({"acquire": {"clientType": null, "clientDetails": null}, "native": {"n": null}});
    let got = client.patch(&path(&contact), &json!({"extras": extras})).await.expect(200);
    assert_eq!(got["extras"], json!({}));
}

#[tokio::test]
async fn objects_merge() {
    let (test, client) = start().await;
    let mut body = full_body(&test, &client).await;
    body["locked_by"] = json!(null);
    let contact = create(&client, &body).await;
    for (patch, at, expected) in [
        (json!({"social": {"x": null, "linkedin": "l2"}}), "/social/linkedin", json!("l2")),
        (json!({"social": {}}), "/social/facebook", json!("ada.f")),
        (json!({"birthday": {"year": null}}), "/birthday", json!({"day": 10, "month": 12, "year": null})),
        (json!({"values": {"stage": null, "lead_score": 7}}), "/values/lead_score", json!(7)),
        (json!({"values": {}}), "/values/verified", json!(false)),
        (json!({"aliases": {"native": ["a-2"]}}), "/aliases/callbell", json!(["c-1", "c-2"])),
        (json!({"aliases": {"native": []}}), "/aliases", json!({"callbell": ["c-1", "c-2"]})),
        (json!({"aliases": {"callbell": null}}), "/aliases", json!({})),
        (
            json!({"extras": {"acquire": {"clientDetails": {"b": null}}}}),
            "/extras/acquire",
            json!({"clientDetails": {"b": null}, "clientType": "web"}),
        ),
        (
            json!({"extras": {"acquire": {"clientDetails": null}}}),
            "/extras/acquire",
            json!({"clientType": "web"}),
        ),
    ] {
        let got = client.patch(&path(&contact), &patch).await.expect(200);
        assert_eq!(got.pointer(at), Some(&expected), "{patch}");
    }
    let got = client.get(&path(&contact)).await.expect(200);
    assert_eq!(got["social"].as_object().unwrap().len(), 4, "x was cleared");
    assert_eq!(got["values"].get("stage"), None);
    assert_eq!(got["values"]["checkin_time"], "14:30");
}

#[tokio::test]
async fn arrays_replace() {
    let (test, client) = start().await;
    let catalog = catalog(&test).await;
    let jane = numbered(&client, JANE).await;
    let tags = json!([id_of(&catalog.tags, "AI"), id_of(&catalog.tags, "VIP")]);
    let company = jane["companies"][0]["id"].clone();
    let patch = json!({"tags": tags, "lists": [], "companies": [{"id": company}], "notes": []});
    let got = client.patch(&path(&jane), &patch).await.expect(200);
    assert_eq!((&got["tags"], &got["lists"], &got["notes"]), (&tags, &json!([]), &json!([])));
    let link = json!([{"id": company, "title": null, "start_date": null, "active": true}]);
    assert_eq!(got["companies"], link, "what a link does not say is empty");
    let hex = Json::from(company.as_str().unwrap().replace('-', ""));
    let reply = client.patch(&path(&jane), &json!({"companies": [{"id": hex}]})).await;
    assert_eq!(reply.header("contactd-change"), "");
}

#[tokio::test]
async fn a_part_of_the_name_derives_the_rest() {
    let (_test, client) = start().await;
    let contact = create(&client, &json!({"name": {"full": "Jane Ann Smith"}})).await;
    for (patch, expected) in [
        (json!({}), json!({"full": "Jane Ann Smith", "first": "Jane", "last": "Ann Smith"})),
        (json!({"last": "Jones"}), json!({"full": "Jane Jones", "first": "Jane", "last": "Jones"})),
        (json!({"full": " Ada  King "}), json!({"full": " Ada  King ", "first": "Ada", "last": "King"})),
        (
            json!({"full": "Countess Ada", "first": "Ada", "last": "King"}),
            json!({"full": "Countess Ada", "first": "Ada", "last": "King"}),
        ),
        (json!({"full": null, "first": "Ada"}), json!({"full": null, "first": "Ada", "last": null})),
        (json!({"first": null}), json!({"full": null, "first": null, "last": null})),
    ] {
        let got = client.patch(&path(&contact), &json!({"name": patch})).await.expect(200);
        assert_eq!(got["name"], expected, "{patch}");
    }
}

#[tokio::test]
async fn values_are_typed() {
    let (test, client) = start().await;
    let catalog = catalog(&test).await;
    test.app
        .edit_catalog(test.workspace.number, |catalog| {
            let mut model = catalog.fields.iter().find(|field| field.key == "verified").unwrap().clone();
            for (n, (key, kind)) in [
                ("owner", model::FieldType::User),
                ("site", model::FieldType::Url),
                ("mobile", model::FieldType::Phone),
                ("seen", model::FieldType::Datetime),
            ]
            .into_iter()
            .enumerate()
            {
                model.id = model::FieldId(uuid::Uuid::from_u128(n as u128 + 1));
                (model.key, model.name, model.kind, model.number) =
                    (key.to_owned(), key.to_owned(), kind, 100 + n as u64);
                catalog.fields.push(model.clone());
            }
        })
        .await
        .expect("the catalog changes");
    let jane = id_of(&catalog.users, "jane.doe@email.com");
    let contact = create(&client, &json!({})).await;
    for (key, written, shown) in [
        ("lead_score", "1.50", "1.50"),
        ("lead_score", "123456789012345678901234567890.25", "123456789012345678901234567890.25"),
        ("lead_score", "\"007\"", "7"),
        ("verified", "true", "true"),
        ("verified", "\"false\"", "false"),
        ("stage", "\"Seed\"", "\"Seed\""),
        ("features", "[\"Analytics\",\"Dark Mode\",\"Analytics\"]", "[\"Analytics\",\"Dark Mode\"]"),
        ("features", "[]", "[]"),
        ("checkin_date", "\"2024-02-29\"", "\"2024-02-29\""),
        ("checkin_date", "\"2024-02-29T10:00:00+01:00\"", "\"2024-02-29T09:00:00.000Z\""),
        ("checkin_time", "\"23:59:59\"", "\"23:59:59\""),
        ("work_email", "\"A@b.example\"", "\"A@b.example\""),
        ("billing_address", "\" 1 Main St \"", "\" 1 Main St \""),
        ("site", "\"https://a.example/?q\"", "\"https://a.example/?q\""),
        ("mobile", "\"call me\"", "\"call me\""),
        ("seen", "\"2024-01-01T00:00:00Z\"", "\"2024-01-01T00:00:00.000Z\""),
        ("owner", &format!("\"{jane}\""), &format!("\"{jane}\"")),
        ("owner", "\"JANE.DOE@email.com\"", &format!("\"{jane}\"")),
        ("lead_score", "null", ""),
    ] {
        let body = format!("{{\"values\":{{\"{key}\":{written}}}}}");
        let got = client.send("PATCH", &path(&contact), body).await.expect(200);
        let value = got["values"].get(key).map(Json::to_string).unwrap_or_default();
        assert_eq!(value, shown, "{key}: {written}");
    }
}

#[tokio::test]
async fn flags_and_instants_follow_the_records_rules() {
    let (test, client) = start().await;
    let contact = create(&client, &json!({"confirmed": true})).await;
    test.clock.advance_ms(1_000);
    let got = client.patch(&path(&contact), &json!({"confirmed": false})).await.expect(200);
    assert_eq!(
        (&got["confirmed"], &got["unconfirmed_at"]),
        (&json!(false), &json!("2025-01-15T12:45:01.000Z"))
    );
    let patch = json!({"closed_at": "2025-01-01T02:00:00.1234+02:00", "opt_in": "opted_in"});
    let got = client.patch(&path(&contact), &patch).await.expect(200);
    assert_eq!((&got["closed_at"], &got["opt_in"]), (&json!("2025-01-01T00:00:00.123Z"), &json!("opted_in")));
}

#[tokio::test]
async fn a_locked_contact_keeps_its_name() {
    let (_test, client) = start().await;
    let contact = create(&client, &json!({"name": {"full": "Ada"}, "locked_by": "salesforce"})).await;
    let patch = json!({"name": {"full": "Eve", "first": "Eve"}, "city": "X"});
    let reply = client.patch(&path(&contact), &patch).await;
    assert_eq!(refusals(&reply, 422), ["name.full locked", "name.first locked"]);
    assert_eq!(client.get(&path(&contact)).await.expect(200), contact);
    let patch = json!({"name": {"full": "Eve"}, "locked_by": null});
    assert_eq!(client.patch(&path(&contact), &patch).await.expect(200)["name"]["first"], "Eve");
}

#[tokio::test]
async fn media_types_of_a_merge_patch_are_taken_and_no_others() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    for (n, name) in ["application/merge-patch+json", "application/json", "Application/JSON; charset=utf-8"]
        .iter()
        .enumerate()
    {
        let body = json!({"city": format!("City {n}")});
        let reply = client.clone().with_header("content-type", name).patch(&path(&jane), &body).await;
        assert_eq!(reply.expect(200)["city"], body["city"], "{name}");
    }
    let before = client.get(&path(&jane)).await.expect(200);
    let accepted = "application/merge-patch+json, application/json-patch+json, application/json";
    for name in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let client = client.clone().with_header("content-type", name);
        for (reply, accepted) in [
            (client.patch(&path(&jane), &json!({"city": "lost"})).await, accepted),
            (
                client.post(crate::CONTACTS, &json!({"city": "lost"})).await,
                "application/merge-patch+json, application/json",
            ),
        ] {
            assert_eq!(reply.expect(415)["type"], "/docs/problems/unsupported-media-type", "{name}");
            assert_eq!(reply.header("accept-patch"), accepted);
        }
    }
    assert_eq!(client.get(&path(&jane)).await.expect(200), before);
}

#[tokio::test]
async fn what_was_read_can_be_written_back() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let back = client.patch(&path(&jane), &jane).await;
    assert_eq!(back.expect(200), jane);
    assert_eq!(back.header("contactd-change"), "");
    let mut changed = jane.clone();
    changed["city"] = json!("Oslo");
    let written = client.patch(&path(&jane), &changed).await.expect(200);
    assert_eq!((&written["city"], &written["revision"]), (&json!("Oslo"), &json!(2)));
    // It says that it is of another revision.
    let late = client.patch(&path(&jane), &jane).await;
    assert_eq!(refusals(&late, 422), ["revision immutable"]);
}
