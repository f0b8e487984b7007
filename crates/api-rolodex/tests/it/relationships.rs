//! E-mail addresses, phone numbers and companies: their forms, their rows, which one is primary.

use model::Json;
use serde_json::json;

use crate::world::{CONTACTS, JANE, World, column};

#[tokio::test]
async fn a_relationship_becomes_exactly_the_set_given() {
    let world = World::new().await;
    let after = world.put(json!({"emails": ["a@b.c"]})).await;
    assert_eq!(column(&after["emails"], "email_address"), ["a@b.c"]);
    assert_eq!(after["phone_numbers"].as_array().unwrap().len(), 1);
    let after = world.put(json!({"phone_numbers": ["+15550000001", "+15550000002"]})).await;
    assert_eq!(column(&after["phone_numbers"], "phone_number"), ["5550000001", "5550000002"]);
    assert_eq!(column(&after["emails"], "email_address"), ["a@b.c"]);
    let after = world.put(json!({"tags": ["tag_456"]})).await;
    assert_eq!(after["tags"], json!([{"tag": {"id": "tag_456", "name": "AI"}}]));
    let after = world.put(json!({"companies": ["company_456"]})).await;
    assert_eq!(column(&after["companies"], "id"), ["company_456"]);
}

#[tokio::test]
async fn an_empty_array_empties_a_relationship() {
    let world = World::new().await;
    for name in crate::world::RELATIONSHIPS {
        assert_ne!(world.jane().await[name], json!([]), "{name}");
        let after = world.put(json!({name: []})).await;
        assert_eq!(after[name], json!([]), "{name}");
    }
    let record = world.record("contact_67890").await;
    assert!(record.channels.is_empty() && record.values.is_empty());
    assert_eq!(record.job_title.as_deref(), Some("Product Manager"));
}

#[tokio::test]
async fn other_kinds_of_channels_are_left_alone() {
    let world = World::new().await;
    let mut change = model::Change::default();
    let write = model::ChannelWrite::new("x", "whatsapp".into(), "+15550000009");
    change.push("x", model::Edit::MergeChannels(vec![write]));
    let caller = world.test.app.authenticate("demo", model::Dialect::Native, None).await.unwrap();
    let jane = model::Ref::uuid(model::Dialect::Rolodex, "contact_67890");
    let id = model::Ref::uuid(model::Dialect::Native, &world.record("contact_67890").await.id.hex());
    assert_ne!(id, jane);
    world.test.app.update_contact(&caller, id, change).await.unwrap();
    world.put(json!({"emails": [], "phone_numbers": []})).await;
    let record = world.record("contact_67890").await;
    assert_eq!(record.channels.len(), 1);
    assert_eq!(record.channels[0].kind.as_str(), "whatsapp");
}

#[tokio::test]
async fn items_are_read_in_every_form() {
    let world = World::new().await;
    let before = world.jane().await;
    let tag = json!([{"tag": {"id": "tag_123", "name": "Lead"}}]);
    for items in [json!(["tag_123"]), json!([{"id": "tag_123"}]), json!([{"tag": {"id": "tag_123"}}]), tag] {
        world.put(json!({"tags": []})).await;
        assert_eq!(world.put(json!({"tags": items})).await["tags"], before["tags"], "{items}");
    }
    for items in [json!(["list_789"]), json!([{"id": "list_789"}]), before["lists"].clone()] {
        world.put(json!({"lists": []})).await;
        assert_eq!(world.put(json!({"lists": items})).await["lists"], before["lists"], "{items}");
    }
    for items in [json!(["note_101"]), json!([{"id": "note_101"}]), before["notes"].clone()] {
        world.put(json!({"notes": []})).await;
        assert_eq!(world.put(json!({"notes": items})).await["notes"], before["notes"], "{items}");
    }
    world.put(json!({"companies": []})).await;
    let after = world.put(json!({"companies": before["companies"]})).await;
    assert_eq!(after["companies"], before["companies"]);
}

#[tokio::test]
async fn duplicate_items_collapse_and_the_first_wins() {
    let world = World::new().await;
    let after = world
        .put(json!({
            "tags": ["tag_123", {"id": "tag_123"}, {"tag": {"id": "tag_123"}}],
            "emails": ["A@b.c", "a@B.c"],
            "phone_numbers": ["+15550000001", {"phone_number": "(555) 000-0001", "country_code": "+1"}],
            "companies": [{"id": "company_456", "title": "CTO"}, "company_456"],
        }))
        .await;
    assert_eq!(after["tags"].as_array().unwrap().len(), 1);
    assert_eq!(column(&after["emails"], "email_address"), ["A@b.c"]);
    assert_eq!(column(&after["phone_numbers"], "phone_number"), ["5550000001"]);
    assert_eq!(column(&after["companies"], "title"), ["CTO"]);
}

#[tokio::test]
async fn exactly_one_row_is_primary() {
    let world = World::new().await;
    let flagged = |address: &str, flag: bool| json!({"email_address": address, "is_primary": flag});
    for (items, primary) in [
        (json!(["a@b.c", "d@e.f"]), "a@b.c"),
        (json!([flagged("a@b.c", false), flagged("d@e.f", false)]), "a@b.c"),
        (json!(["a@b.c", flagged("d@e.f", true)]), "d@e.f"),
        (json!([flagged("a@b.c", false), flagged("d@e.f", true), flagged("g@h.i", true)]), "d@e.f"),
        (json!(["g@h.i"]), "g@h.i"),
    ] {
        let after = world.put(json!({"emails": items})).await;
        let rows = after["emails"].as_array().unwrap();
        let found: Vec<_> = rows.iter().filter(|row| row["is_primary"] == true).collect();
        assert_eq!(found.len(), 1, "{items}");
        assert_eq!(found[0]["email_address"], primary, "{items}");
        assert_eq!(rows[0]["email_address"], primary, "the primary one comes first: {items}");
    }
}

#[tokio::test]
async fn rows_that_stay_keep_their_ids() {
    let world = World::new().await;
    let before = world.jane().await;
    let ids = column(&before["emails"], "id");
    // By value, in any case and form.
    let after = world.put(json!({"emails": ["JANE.SMITH@work.com", "new@b.c", "jane@example.com"]})).await;
    let by_address = |json: &Json, address: &str| {
        let rows = json["emails"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["email_address"] == address).unwrap()["id"].clone()
    };
    assert_eq!(by_address(&after, "jane@example.com"), ids[0]);
    assert_eq!(by_address(&after, "JANE.SMITH@work.com"), ids[1]);
    assert!(!ids.contains(&by_address(&after, "new@b.c")));
    // By id, with another address.
    let after = world.put(json!({"emails": [{"id": ids[1], "email_address": "moved@b.c"}]})).await;
    assert_eq!(by_address(&after, "moved@b.c"), ids[1]);
    // An id that is none of ours, or another contact's, says nothing.
    let after = world.put(json!({"emails": [{"id": "email_234", "email_address": "moved@b.c"}]})).await;
    assert_eq!(by_address(&after, "moved@b.c"), ids[1]);
    let phone = column(&before["phone_numbers"], "id");
    let number = json!({"phone_number": "(555) 123-4567", "country_code": "+1"});
    let after = world.put(json!({"phone_numbers": [number]})).await;
    assert_eq!(column(&after["phone_numbers"], "id"), phone);
}

#[tokio::test]
async fn phone_numbers_split_into_code_and_number() {
    let world = World::new().await;
    for (written, code, number) in [
        (json!("+15559876543"), json!("+1"), "5559876543"),
        (json!("+31 6 12345678"), json!("+31"), "612345678"),
        (json!({"phone_number": "5551234567", "country_code": "+1"}), json!("+1"), "5551234567"),
        (json!({"phone_number": "(555) 123-4567", "country_code": "1"}), json!("+1"), "5551234567"),
        (json!({"phone_number": "+15551234567"}), json!("+1"), "5551234567"),
        (json!({"phone_number": "+15551234567", "country_code": "+1"}), json!("+1"), "5551234567"),
        // Without a calling code, or beyond what can be a number: kept as written.
        (json!("5551234567"), Json::Null, "5551234567"),
        (json!({"phone_number": "555 1234", "country_code": null}), Json::Null, "555 1234"),
        (json!("call the desk"), Json::Null, "call the desk"),
        (json!({"phone_number": "desk 7", "country_code": "+1"}), Json::Null, "+1 desk 7"),
    ] {
        let after = world.put(json!({"phone_numbers": [written]})).await;
        assert_eq!(column(&after["phone_numbers"], "country_code"), [code], "{written}");
        assert_eq!(column(&after["phone_numbers"], "phone_number"), [number], "{written}");
        // What is read can be written back.
        let again = world.client.put(JANE, &json!({"phone_numbers": after["phone_numbers"]})).await;
        assert_eq!(again.header("contactd-change"), "", "{written}");
        assert_eq!(world.jane().await["phone_numbers"], after["phone_numbers"], "{written}");
    }
}

#[tokio::test]
async fn sending_back_a_number_keeps_how_a_person_wrote_it() {
    let world = World::new().await;
    let after = world.put(json!({"phone_numbers": ["+1 (555) 987-6543"]})).await;
    let reply = world.client.put(JANE, &json!({"phone_numbers": after["phone_numbers"]})).await;
    assert_eq!(reply.header("contactd-change"), "");
    let record = world.record("contact_67890").await;
    let phone = record.primary(&model::ChannelKind::Phone).unwrap();
    assert_eq!((phone.raw.as_str(), phone.value.as_str()), ("+1 (555) 987-6543", "+15559876543"));
}

#[tokio::test]
async fn addresses_are_shown_as_written_and_compared_in_any_case() {
    let world = World::new().await;
    let after = world.put(json!({"emails": [" Jane.SMITH@Example.com "]})).await;
    assert_eq!(column(&after["emails"], "email_address"), ["Jane.SMITH@Example.com"]);
    let id = after["emails"][0]["id"].clone();
    let after = world.put(json!({"emails": ["jane.smith@example.com"]})).await;
    assert_eq!(after["emails"][0]["id"], id);
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let world = World::new().await;
    let long = format!("{}@b.c", "a".repeat(300));
    for address in ["x", "@", "a@", "@b", "a b@c.d", &long] {
        assert_eq!(
            world.refused_put(json!({"emails": ["ok@b.c", {"email_address": address}]})).await,
            "invalid_request: emails.1.email_address must be a valid e-mail address",
            "{address}"
        );
    }
    for address in ["", "  "] {
        assert_eq!(
            world.refused_put(json!({"emails": [address]})).await,
            "invalid_request: emails.0 must not be empty"
        );
    }
}

#[tokio::test]
async fn two_contacts_can_have_the_same_channels() {
    let world = World::new().await;
    let body =
        json!({"first_name": "Twin", "emails": ["jane@example.com"], "phone_numbers": ["+15551234567"]});
    let twin = world.client.post(CONTACTS, &body).await.expect(200);
    assert_eq!(column(&twin["data"]["emails"], "email_address"), ["jane@example.com"]);
    assert_eq!(column(&twin["data"]["phone_numbers"], "phone_number"), ["5551234567"]);
    assert_eq!(world.jane().await["emails"][0]["email_address"], "jane@example.com");
}

#[tokio::test]
async fn companies_say_what_the_contact_is_there() {
    let world = World::new().await;
    let full = json!({"id": "company_123", "title": "CTO", "is_active": false, "start_date": "2024-02-01"});
    let after = world.put(json!({"companies": [full, "company_456"]})).await;
    assert_eq!(
        after["companies"],
        json!([
            {"id": "company_456", "name": "Acme Corp", "title": null, "is_active": true, "start_date": null},
            {
                "id": "company_123", "name": "Tech Corp", "title": "CTO", "is_active": false,
                "start_date": "2024-02-01",
            },
        ]),
        "active ones come first"
    );
    // A bare id says that nothing else is known.
    let after = world.put(json!({"companies": ["company_123"]})).await;
    assert_eq!(
        after["companies"],
        json!([
            {"id": "company_123", "name": "Tech Corp", "title": null, "is_active": true, "start_date": null},
        ])
    );
}

#[tokio::test]
async fn a_start_date_is_a_date_or_cut_to_one() {
    let world = World::new().await;
    for (written, date) in [
        (json!("2024-02-29"), json!("2024-02-29")),
        (json!("2024-02-29T23:30:00-05:00"), json!("2024-02-29")),
        (Json::Null, Json::Null),
    ] {
        let item = json!({"id": "company_123", "start_date": written});
        let after = world.put(json!({"companies": [item]})).await;
        assert_eq!(after["companies"][0]["start_date"], date, "{written}");
    }
    for written in ["2024-02-30", "29.02.2024", "", "2024-02-29T"] {
        let item = json!({"id": "company_123", "start_date": written});
        assert_eq!(
            world.refused_put(json!({"companies": [item]})).await,
            "invalid_request: companies.0.start_date must be a date (YYYY-MM-DD) or a timestamp (RFC 3339)",
            "{written}"
        );
    }
}
