//! What is written is read; what is read can be written back.

use model::{Dialect, Json};
use serde_json::json;

use crate::world::{CONTACTS, JANE, JANE_WHOLE, RELATIONSHIPS, World};

fn whole(id: &str) -> String {
    format!("{CONTACTS}/{id}?include={}", RELATIONSHIPS.join(","))
}

/// A value for everything that can be written.
fn everything() -> Json {
    json!({
        "first_name": "Ada", "last_name": "Lovelace", "title": "Analyst", "description": "Long\ntext",
        "location": "London, UK", "image_url": "https://example.com/a.png", "linkedin_slug": "ada",
        "website_url": "<https://ada.example>", "x_slug": "ada_x", "facebook_slug": "ada.f",
        "instagram_slug": "ada_i", "youtube_slug": "@ada", "birthday_day": 10, "birthday_month": 12,
        "birthday_year": 1815, "is_starred": true, "ignore_merge": true,
        "business_card_image_url": "https://example.com/card.png", "manager_id": "workspace_user_1",
    })
}

fn relationships() -> Json {
    json!({
        "emails": ["ada@example.com", {"email_address": "Ada@Work.example", "is_primary": true}],
        "phone_numbers": ["+44 20 7946 0958", "ext. 12", {"phone_number": "5550009999", "country_code": "+1"}],
        "companies": [{"id": "company_123", "is_active": false, "title": "Founder"}, "company_456"],
        "tags": ["tag_123", "tag_456"],
        "lists": ["list_789"],
        "notes": ["note_101"],
        "custom_fields": [{"id": "field_456", "value": "option_789"}, {"id": "field_123", "value": 1.50}],
    })
}

fn merged(a: Json, b: &Json) -> Json {
    let mut both = a;
    both.as_object_mut().unwrap().extend(b.as_object().unwrap().clone());
    both
}

#[tokio::test]
async fn everything_that_is_written_is_read() {
    let world = World::new().await;
    let scalars = everything();
    let made = world.client.post(CONTACTS, &merged(scalars.clone(), &relationships())).await.expect(200);
    let id = made["data"]["id"].as_str().unwrap();
    let read = world.client.get(&whole(id)).await.expect(200);
    assert_eq!(read, made);
    for (name, value) in scalars.as_object().unwrap() {
        assert_eq!(read["data"][name], *value, "{name}");
    }
    // The same over another contact.
    let updated = world.put(merged(scalars.clone(), &relationships())).await;
    assert_eq!(updated, world.jane().await);
    for name in scalars.as_object().unwrap().keys().map(String::as_str).chain(RELATIONSHIPS) {
        let without_ids = |json: &Json| {
            let mut rows = json.clone();
            for row in rows.as_array_mut().into_iter().flatten().filter(|_| name.ends_with('s')) {
                if row.get("is_primary").is_some() {
                    row.as_object_mut().unwrap().remove("id");
                }
            }
            rows
        };
        assert_eq!(without_ids(&updated[name]), without_ids(&read["data"][name]), "{name}");
    }
}

#[tokio::test]
async fn writing_back_what_was_read_changes_nothing() {
    let world = World::new().await;
    let made = world.client.post(CONTACTS, &merged(everything(), &relationships())).await.expect(200);
    let made_id = made["data"]["id"].as_str().unwrap().to_owned();
    for id in ["contact_67890", &made_id] {
        let before = world.record(id).await;
        let read = world.client.get(&whole(id)).await.expect(200);
        world.test.clock.advance_ms(60_000);
        let reply = world.client.put(&whole(id), &read["data"]).await;
        assert_eq!(reply.expect(200), read, "content and row ids");
        assert_eq!(reply.header("contactd-change"), "");
        assert_eq!(world.record(id).await, before);
    }
}

#[tokio::test]
async fn adding_one_to_what_was_read_leaves_the_other_rows_as_they_are() {
    let world = World::new().await;
    let before = world.jane().await;
    let mut emails = before["emails"].clone();
    emails.as_array_mut().unwrap().push(json!("third@example.com"));
    let after = world.put(json!({"emails": emails})).await;
    assert_eq!(after["emails"].as_array().unwrap()[..2], before["emails"].as_array().unwrap()[..]);
    let mut tags = before["tags"].clone();
    tags.as_array_mut().unwrap().insert(0, json!("tag_456"));
    world.put(json!({"tags": tags})).await;
    // Shown by name here, kept in the order they came in for dialects that show that one.
    let record = world.record("contact_67890").await;
    let caller = world.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
    let catalog = world.test.app.catalog(&caller).await.unwrap();
    let names: Vec<_> = record.tags.iter().map(|id| catalog.tags.get(id.0).unwrap().name.clone()).collect();
    assert_eq!(names, ["Lead", "AI"]);
}

#[tokio::test]
async fn the_order_in_which_items_are_sent_is_no_change() {
    let world = World::new().await;
    world.put(relationships()).await;
    let before = world.stored().await;
    let mut sent = world.jane().await;
    for name in RELATIONSHIPS {
        sent[name].as_array_mut().unwrap().reverse();
    }
    let sent: serde_json::Map<String, Json> =
        RELATIONSHIPS.into_iter().map(|name| (name.to_owned(), sent[name].clone())).collect();
    let reply = world.client.put(JANE_WHOLE, &Json::Object(sent)).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn lists_are_shown_by_name_in_any_case() {
    let world = World::new().await;
    let edit = |catalog: &mut model::Catalog| {
        for (n, name) in [(6_u8, "a list"), (7, "Z list"), (8, "B list")] {
            let mut list = catalog.lists.iter().next().unwrap().clone();
            list.id = model::ListId(uuid::Uuid::from_u128(u128::from(n)));
            list.number = u64::from(n);
            list.name = name.to_owned();
            list.aliases = model::Aliases::one(Dialect::Rolodex, &format!("list_{n}"));
            catalog.lists.push(list);
        }
    };
    world.test.app.edit_catalog(world.test.workspace.number, edit).await.unwrap();
    let after = world.put(json!({"lists": ["list_7", "list_8", "list_789", "list_6"]})).await;
    let names: Vec<_> =
        after["lists"].as_array().unwrap().iter().map(|row| row["list"]["name"].clone()).collect();
    assert_eq!(names, ["a list", "B list", "Q1 Targets", "Z list"]);
    let reply = world.client.put(JANE, &json!({"lists": after["lists"]})).await;
    assert_eq!(reply.header("contactd-change"), "");
}

#[tokio::test]
async fn a_delete_leaves_what_the_contact_was_linked_to() {
    let world = World::new().await;
    let jane = world.jane().await;
    world.client.delete(JANE).await.expect(200);
    let links = ["companies", "tags", "lists", "notes", "custom_fields"];
    let mut body = json!({"first_name": "Heir"});
    for name in links {
        body[name] = jane[name].clone();
    }
    let heir = world.client.post(CONTACTS, &body).await.expect(200)["data"].clone();
    for name in links {
        assert_eq!(heir[name], jane[name], "{name}");
    }
    assert_ne!(heir["id"], jane["id"]);
}
