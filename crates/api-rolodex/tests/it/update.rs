//! What an update means: partial for scalars, a replacement for relationships, nothing for what is not there.

use model::{Change, Dialect, Edit, Flag, Json, NamePart, Ref};
use serde_json::json;

use crate::world::{CONTACTS, JANE, JANE_WHOLE, RELATIONSHIPS, World};

/// A value of every nullable scalar that can be written.
fn nullable() -> Vec<(&'static str, Json)> {
    vec![
        ("last_name", json!("Doe")),
        ("title", json!("CTO")),
        ("description", json!("Knows everybody")),
        ("location", json!("Lisbon, PT")),
        ("image_url", json!("https://example.com/jane.png")),
        ("linkedin_slug", json!("jane-doe")),
        ("website_url", json!("jane.example")),
        ("x_slug", json!("jane_x")),
        ("facebook_slug", json!("jane.f")),
        ("instagram_slug", json!("jane_i")),
        ("youtube_slug", json!("@jane")),
        ("birthday_day", json!(29)),
        ("birthday_month", json!(2)),
        ("birthday_year", json!(1992)),
        ("business_card_image_url", json!("https://example.com/card.png")),
        ("manager_id", json!("workspace_user_7")),
    ]
}

#[tokio::test]
async fn put_leaves_what_it_does_not_name() {
    let world = World::new().await;
    let mut expected = world.jane().await;
    for (name, value) in nullable() {
        let after = world.put(json!({name: value})).await;
        expected[name] = value;
        expected["updated_at"] = json!("2025-01-15T12:45:00Z");
        if name == "last_name" {
            expected["full_name"] = json!("Jane Doe");
        }
        assert_eq!(after, expected, "{name}");
        assert_eq!(world.jane().await, expected, "{name}");
    }
}

#[tokio::test]
async fn null_clears_every_nullable_scalar() {
    let world = World::new().await;
    let all: serde_json::Map<_, _> =
        nullable().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let full = world.put(Json::Object(all)).await;
    for (name, value) in nullable() {
        assert_eq!(full[name], value, "{name}");
        let after = world.put(json!({name: null})).await;
        assert_eq!(after.get(name), Some(&Json::Null), "{name}");
    }
    assert_eq!(world.jane().await["full_name"], "Jane");
    assert!(world.record("contact_67890").await.extras.is_empty());
}

#[tokio::test]
async fn what_cannot_be_cleared_refuses_null() {
    let world = World::new().await;
    for name in ["first_name", "is_starred", "ignore_merge"].into_iter().chain(RELATIONSHIPS) {
        let refused = world.refused_put(json!({name: null})).await;
        assert_eq!(refused, format!("invalid_request: {name} must not be null"));
    }
}

#[tokio::test]
async fn a_first_name_has_1_to_255_characters_besides_space() {
    let world = World::new().await;
    for name in ["", "  "] {
        assert_eq!(
            world.refused_put(json!({"first_name": name})).await,
            "invalid_request: first_name must not be empty"
        );
    }
    let long = "é".repeat(255);
    assert_eq!(world.put(json!({"first_name": long})).await["first_name"], long);
    assert_eq!(
        world.refused_put(json!({"first_name": format!("{long}e")})).await,
        "invalid_request: first_name must have at most 255 characters"
    );
    let refused = world.refused("POST", CONTACTS, r#"{"last_name":"Doe"}"#).await;
    assert_eq!(refused, "invalid_request: first_name is required");
}

#[tokio::test]
async fn the_full_name_follows_its_parts() {
    let world = World::new().await;
    assert_eq!(world.put(json!({"first_name": "Ana"})).await["full_name"], "Ana Smith");
    assert_eq!(world.put(json!({"last_name": null})).await["full_name"], "Ana");
    assert_eq!(world.put(json!({"full_name": "Somebody Else"})).await["full_name"], "Ana");
}

#[tokio::test]
async fn flags_are_set_and_unset() {
    let world = World::new().await;
    for name in ["is_starred", "ignore_merge"] {
        for flag in [true, false, true] {
            assert_eq!(world.put(json!({name: flag})).await[name], flag, "{name}");
        }
    }
}

#[tokio::test]
async fn read_only_members_are_ignored() {
    let world = World::new().await;
    let before = world.stored().await;
    let body = json!({
        "id": "contact_1", "full_name": 5, "created_at": "x", "updated_at": null, "last_team_interaction": [],
        "team_members_connected": 7, "workspace_id": {},
    });
    let reply = world.client.put(JANE, &body).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn unknown_members_are_kept_but_not_shown() {
    let world = World::new().await;
    let body = r#"{"nickname":{"a":[1.50]}}"#;
    let after = world.client.send("PUT", JANE, body).await.expect(200);
    assert_eq!(after["data"].get("nickname"), None);
    let record = world.record("contact_67890").await;
    let kept = record.extras.get(Dialect::Rolodex, "nickname").map(ToString::to_string);
    assert_eq!(kept.as_deref(), Some(r#"{"a":[1.50]}"#));
    world.put(json!({"nickname": null})).await;
    assert!(world.record("contact_67890").await.extras.is_empty());
}

#[tokio::test]
async fn unknown_members_of_tags_lists_and_fields_are_kept_but_not_shown() {
    let world = World::new().await;
    let caller = world.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
    let field = json!({"name": "x", "field_type": "DATE", "entity_type": "CONTACT"});
    for (kind, mut body) in [
        ("tags", json!({"name": "x"})),
        ("lists", json!({"name": "x", "type": "CONTACT"})),
        ("custom-fields", field),
    ] {
        let kept = async || {
            let catalog = world.test.app.catalog(&caller).await.unwrap();
            let extras = match kind {
                "tags" => &catalog.tags.iter().find(|tag| tag.name == "x").unwrap().extras,
                "lists" => &catalog.lists.iter().find(|list| list.name == "x").unwrap().extras,
                _ => &catalog.fields.iter().find(|field| field.name == "x").unwrap().extras,
            };
            extras.get(Dialect::Rolodex, "hint").map(ToString::to_string)
        };
        body["hint"] = json!({"a": [1]});
        let path = format!("/user-api/v1/{kind}");
        let made = world.client.post(&path, &body).await;
        assert_eq!(made.header("contactd-ignored"), "", "{kind}");
        let made = made.expect(200)["data"].clone();
        assert_eq!((kept().await.as_deref(), made.get("hint")), (Some(r#"{"a":[1]}"#), None), "{kind}");
        let path = format!("{path}/{}", made["id"].as_str().unwrap());
        world.client.put(&path, &json!({"hint": "new"})).await.expect(200);
        assert_eq!(kept().await.as_deref(), Some(r#""new""#), "{kind}");
        world.client.put(&path, &json!({"hint": null})).await.expect(200);
        assert_eq!(kept().await, None, "{kind}");
    }
}

#[tokio::test]
async fn unknown_members_of_records_are_kept_but_not_shown() {
    let world = World::linked().await;
    let caller = world.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
    for (path, id, kind) in [
        ("companies", "company_123", model::RecordKind::Company),
        ("notes", "note_101", model::RecordKind::Note),
        ("tasks", "task_101", model::RecordKind::Task),
    ] {
        let path = format!("/user-api/v1/{path}/{id}");
        let before = world.client.get(&path).await.expect(200);
        let kept = async || {
            let named = Ref::uuid(Dialect::Rolodex, id);
            let app = &world.test.app;
            let extras = match kind {
                model::RecordKind::Company => {
                    app.get_record::<model::Company>(&caller, &named).await.unwrap().record.extras
                }
                model::RecordKind::Note => {
                    app.get_record::<model::Note>(&caller, &named).await.unwrap().record.extras
                }
                _ => app.get_record::<model::Task>(&caller, &named).await.unwrap().record.extras,
            };
            extras.get(Dialect::Rolodex, "sector").map(ToString::to_string)
        };
        let reply = world.client.send("PUT", &path, r#"{"sector":{"a":[1.50]}}"#).await;
        assert_eq!(reply.expect(200)["data"].get("sector"), None);
        assert_ne!(reply.header("contactd-change"), "");
        assert_eq!(kept().await.as_deref(), Some(r#"{"a":[1.50]}"#));
        // A client that writes back what it read leaves it as it is.
        let reply = world.client.put(&path, &before["data"]).await;
        assert_eq!((reply.status.as_u16(), reply.header("contactd-change")), (200, ""));
        assert!(kept().await.is_some());
        world.client.put(&path, &json!({"sector": null})).await.expect(200);
        assert_eq!(kept().await, None);
        let refused = world.refused("PUT", &path, json!({"n".repeat(256): 1}).to_string()).await;
        assert!(refused.ends_with("must have at most 255 bytes in its name"), "{refused}");
        world.client.put(&path, &json!({"big": "x".repeat(600_000)})).await.expect(200);
        let refused = world.refused("PUT", &path, json!({"more": "x".repeat(600_000)}).to_string()).await;
        assert!(refused.starts_with("invalid_request:  must have at most 1048576 "), "{refused}");
    }
}

#[tokio::test]
async fn an_empty_update_is_no_change() {
    let world = World::new().await;
    world.test.clock.advance_ms(60_000);
    let before = world.stored().await;
    let reply = world.client.put(JANE_WHOLE, &json!({})).await;
    let answer = reply.expect(200);
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(answer["data"], world.jane().await);
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn an_update_moves_updated_at_and_nothing_else_in_time() {
    let world = World::new().await;
    world.test.clock.advance_ms(61_500);
    let reply = world.client.put(JANE, &json!({"title": "CTO"})).await;
    let answer = reply.expect(200)["data"].clone();
    assert_ne!(reply.header("contactd-change"), "");
    assert_eq!(answer["updated_at"], "2025-01-15T12:46:01Z");
    assert_eq!(answer["created_at"], "2025-01-15T10:30:00Z");
    world.test.clock.advance_ms(60_000);
    let reply = world.client.put(JANE, &json!({"title": "CTO", "is_starred": true})).await;
    assert_eq!(reply.expect(200)["data"], answer);
    assert_eq!(reply.header("contactd-change"), "");
}

#[tokio::test]
async fn relationships_alone_move_updated_at() {
    let world = World::new().await;
    world.test.clock.advance_ms(60_000);
    assert_eq!(world.put(json!({"tags": []})).await["updated_at"], "2025-01-15T12:46:00Z");
}

#[tokio::test]
async fn a_failing_reference_changes_nothing() {
    let world = World::new().await;
    let refused = world
        .refused_put(json!({
            "title": "CTO",
            "emails": ["new@example.com"],
            "tags": ["tag_123", "tag_999"],
            "lists": [{"id": "list_1"}],
            "custom_fields": [{"id": "field_999", "value": 1}],
        }))
        .await;
    assert_eq!(
        refused,
        "invalid_reference: tags.1 no tag with id tag_999; lists.0 no list with id list_1; \
         custom_fields.0.id no custom field with id field_999"
    );
}

#[tokio::test]
async fn every_violation_is_named_at_once() {
    let world = World::new().await;
    let refused = world
        .refused_put(json!({
            "first_name": null, "title": 5, "birthday_day": 32, "emails": ["x", {"is_primary": true}],
            "tags": ["tag_999"], "custom_fields": [{"id": "field_123"}],
        }))
        .await;
    assert_eq!(
        refused,
        "invalid_request: first_name must not be null; title must be a string or null; \
         emails.1.email_address is required; custom_fields.0.value is required; \
         birthday_day must be from 1 to 31; emails.0 must be a valid e-mail address; \
         tags.0 no tag with id tag_999"
    );
}

#[tokio::test]
async fn both_mounts_and_a_slash_at_the_end_reach_the_same_contact() {
    let world = World::new().await;
    let expected = world.client.get(JANE).await.expect(200);
    for path in ["/v1/contacts/contact_67890", "/v1/contacts/contact_67890/", &format!("{JANE}/")] {
        assert_eq!(world.client.get(path).await.expect(200), expected, "{path}");
    }
    let list = world.client.get(CONTACTS).await.expect(200);
    for path in ["/v1/contacts", "/v1/contacts/", &format!("{CONTACTS}/")] {
        assert_eq!(world.client.get(path).await.expect(200), list, "{path}");
    }
    world.client.put("/v1/contacts/contact_67890", &json!({"title": "CTO"})).await.expect(200);
    assert_eq!(world.jane().await["title"], "CTO");
}

#[tokio::test]
async fn a_contact_answers_to_the_id_of_this_kind_too() {
    let world = World::new().await;
    let id = world.record("contact_67890").await.id;
    for text in [format!("contact_{}", id.hex()), id.hex(), id.to_string()] {
        let answer = world.client.get(&format!("{CONTACTS}/{text}")).await.expect(200);
        assert_eq!(answer["data"]["id"], "contact_67890", "{text}");
    }
}

#[tokio::test]
async fn contacts_of_other_dialects_are_shown_as_far_as_they_go() {
    let world = World::new().await;
    let mut change = Change::default();
    change.push("flag", Edit::Flag(Flag::Starred, true));
    let made = world.test.app.seed_contact(world.test.workspace.number, None, change).await.unwrap();
    let path = format!("{CONTACTS}/contact_{}", made.view.contact.id.hex());
    let shown = world.client.get(&path).await.expect(200)["data"].clone();
    for name in ["full_name", "first_name", "last_name"] {
        assert_eq!(shown.get(name), Some(&Json::Null), "{name}");
    }
    let reply = world.client.put(&path, &shown).await;
    assert_eq!((reply.expect(200), reply.header("contactd-change")), (json!({ "data": shown }), ""));
    let refused = world.client.put(&path, &json!({"first_name": null, "title": 5})).await.expect(400);
    assert_eq!(refused["details"][0]["path"], "title");
    let caller = world.test.app.authenticate("demo", Dialect::Native, None).await.unwrap();
    let mut change = Change::default();
    change.push("name", Edit::Name(NamePart::Full, Some("Ana  Maria Lopez".to_owned())));
    let id = Ref::uuid(Dialect::Native, &made.view.contact.id.hex());
    world.test.app.update_contact(&caller, id, change).await.unwrap();
    let shown = world.client.get(&path).await.expect(200)["data"].clone();
    assert_eq!(shown["full_name"], "Ana  Maria Lopez");
    assert_eq!(shown["first_name"], "Ana");
    assert_eq!(shown["last_name"], "Maria Lopez");
    let reply = world.client.put(&path, &json!({"first_name": null})).await;
    assert_eq!(reply.expect(400)["details"][0]["message"], "must not be null");
    // Both parts are as they were, so the full name stays as it was written.
    let reply = world.client.put(&path, &json!({"first_name": "Ana", "last_name": "Maria Lopez"})).await;
    assert_eq!(reply.expect(200)["data"]["full_name"], "Ana  Maria Lopez");
    assert_eq!(reply.header("contactd-change"), "");
}
