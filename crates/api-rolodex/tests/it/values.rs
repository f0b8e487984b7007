//! Values of custom fields: every type, every form in which requests write it.

use model::{Aliases, Dialect, Entity, Field, FieldId, FieldOption, FieldType, Json, OptionId, SystemMember};
use serde_json::json;
use uuid::Uuid;

use crate::world::{JANE, World};

/// The demo's fields, and one of each type that the demo lacks.
async fn world() -> World {
    let world = World::new().await;
    let more = [
        ("owner", FieldType::User, Entity::Contact),
        ("met_at", FieldType::Datetime, Entity::Contact),
        ("homepage", FieldType::Url, Entity::Contact),
        ("desk", FieldType::Phone, Entity::Contact),
        ("sector", FieldType::SingleSelect, Entity::Company),
    ];
    let edit = |catalog: &mut model::Catalog| {
        for (n, (key, kind, entity)) in (100_u64..).zip(more) {
            catalog.fields.push(Field {
                former_options: Vec::new(),
                filterable: false,
                id: FieldId(Uuid::from_u128(u128::from(n))),
                number: n,
                key: key.to_owned(),
                name: key.to_owned(),
                kind,
                entity,
                system: None,
                options: vec![FieldOption {
                    position: None,
                    id: OptionId(Uuid::from_u128(7)),
                    value: "Retail".to_owned(),
                    name: "Retail".to_owned(),
                    aliases: Aliases::default(),
                }],
                created_at: model::Timestamp::default(),
                aliases: Aliases::default(),
                extras: model::Extras::default(),
            });
        }
    };
    world.test.app.edit_catalog(world.test.workspace.number, edit).await.unwrap();
    world
}

async fn field(world: &World, key: &str) -> Field {
    let caller = world.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
    let catalog = world.test.app.catalog(&caller).await.unwrap();
    catalog.fields.iter().find(|field| field.key == key).unwrap().clone()
}

async fn id(world: &World, key: &str) -> String {
    let field = field(world, key).await;
    field.aliases.shown(Dialect::Rolodex).map_or(format!("field_{}", field.id.hex()), str::to_owned)
}

/// Writes one value, and checks what is read, that it can be sent back, and the field's type.
async fn check(world: &World, key: &str, written: Json, read: Json) -> Json {
    let id = id(world, key).await;
    world.put(json!({"custom_fields": []})).await;
    let after = world.put(json!({"custom_fields": [{"id": id, "value": written}]})).await;
    let rows = after["custom_fields"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{key} {written}");
    assert_eq!(rows[0]["id"], id, "{key} {written}");
    assert_eq!(rows[0]["value"].to_string(), read.to_string(), "{key} {written}");
    let again = world.client.put(JANE, &json!({"custom_fields": rows})).await;
    again.expect(200);
    assert_eq!(again.header("contactd-change"), "", "{key} {written} sent back");
    rows[0]["field_type"].clone()
}

async fn refused(world: &World, key: &str, written: Json) -> String {
    let id = id(world, key).await;
    world.refused_put(json!({"custom_fields": [{"id": id, "value": written}]})).await
}

fn number(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn texts_are_texts() {
    let world = world().await;
    for text in ["Main St. 5", "", " é "] {
        assert_eq!(check(&world, "billing_address", json!(text), json!(text)).await, "SINGLE_LINE_TEXT");
    }
    for (key, text) in [
        ("work_email", "Jane@work.com"),
        ("homepage", "https://jane.example/"),
        ("desk", "ext. 5"),
        ("checkin_time", "14:30"),
    ] {
        assert_eq!(check(&world, key, json!(text), json!(text)).await, "SINGLE_LINE_TEXT", "{key}");
    }
    assert_eq!(
        refused(&world, "billing_address", json!(5)).await,
        "invalid_request: custom_fields.0.value must be a string"
    );
    assert_eq!(
        refused(&world, "work_email", json!("x")).await,
        "invalid_request: custom_fields.0.value must be a valid e-mail address"
    );
}

#[tokio::test]
async fn numbers_keep_every_digit() {
    let world = world().await;
    for text in ["88", "-0.50", "12345678901234567890.123456789", "-1.5E+3", "1e5", "0"] {
        assert_eq!(check(&world, "lead_score", number(text), number(text)).await, "NUMERIC");
    }
    check(&world, "lead_score", json!("88"), json!(88)).await;
    for written in [json!("x"), json!(""), json!(true), json!([1])] {
        assert_eq!(
            refused(&world, "lead_score", written).await,
            "invalid_request: custom_fields.0.value must be a number"
        );
    }
}

#[tokio::test]
async fn booleans_are_true_or_false() {
    let world = world().await;
    for (written, read) in
        [(json!(true), true), (json!(false), false), (json!("true"), true), (json!("false"), false)]
    {
        assert_eq!(check(&world, "verified", written, json!(read)).await, "BOOLEAN");
    }
    for written in [json!("yes"), json!(1)] {
        assert_eq!(
            refused(&world, "verified", written).await,
            "invalid_request: custom_fields.0.value must be true or false"
        );
    }
}

#[tokio::test]
async fn dates_are_days_or_instants_in_utc() {
    let world = world().await;
    for (written, read) in [
        ("2025-02-28", "2025-02-28"),
        ("2025-02-28T10:00:00+02:00", "2025-02-28T08:00:00Z"),
        ("2025-02-28T10:00:00.250Z", "2025-02-28T10:00:00.250Z"),
    ] {
        assert_eq!(check(&world, "checkin_date", json!(written), json!(read)).await, "DATE");
    }
    check(&world, "met_at", json!("2025-02-28T10:00:00.250Z"), json!("2025-02-28T10:00:00.250Z")).await;
    assert_eq!(check(&world, "met_at", json!("2025-02-28"), json!("2025-02-28T00:00:00Z")).await, "DATE");
    for key in ["checkin_date", "met_at"] {
        for written in [json!("28.2.2025"), json!("2025-02-30"), json!(1_736_945_100), json!("")] {
            assert_eq!(
                refused(&world, key, written).await,
                "invalid_request: custom_fields.0.value must be a date (YYYY-MM-DD) or a timestamp (RFC 3339)"
            );
        }
    }
}

#[tokio::test]
async fn select_values_are_written_by_id_and_read_as_objects() {
    let world = world().await;
    let growth = json!({"id": "option_789", "value": "Growth"});
    let option = field(&world, "stage").await.option_valued("Growth").unwrap().id;
    for written in [
        json!("option_789"),
        json!(format!("option_{}", option.hex())),
        json!("Growth"),
        growth.clone(),
        json!({"id": "option_789"}),
        json!({"value": "Growth"}),
    ] {
        assert_eq!(check(&world, "stage", written, growth.clone()).await, "SINGLE_SELECT");
    }
    let seed = field(&world, "stage").await.option_valued("Seed").unwrap().id;
    let shown = json!({"id": format!("option_{}", seed.hex()), "value": "Seed"});
    check(&world, "stage", json!("Seed"), shown).await;
}

#[tokio::test]
async fn unknown_options_are_references_to_nothing() {
    let world = world().await;
    let other = field(&world, "status").await.options[0].id;
    for written in ["option_1".to_owned(), "growth".to_owned(), format!("option_{}", other.hex())] {
        let expected = format!(
            "invalid_reference: custom_fields.0.value the custom field 'Stage' has no option {written}"
        );
        assert_eq!(refused(&world, "stage", json!(written)).await, expected);
        assert_eq!(refused(&world, "stage", json!({"id": written})).await, expected);
    }
    for written in [json!(5), json!({}), json!(["option_789"])] {
        assert_eq!(
            refused(&world, "stage", written).await,
            "invalid_request: custom_fields.0.value must be an id or an object with an id"
        );
    }
    assert_eq!(
        refused(&world, "features", json!(["Dark Mode", "x"])).await,
        "invalid_reference: custom_fields.0.value the custom field 'Features' has no option x"
    );
}

#[tokio::test]
async fn multi_selects_are_read_sorted_and_keep_the_order_they_have() {
    let world = world().await;
    let features = field(&world, "features").await;
    let choice = |text: &str| {
        let option = features.option_valued(text).unwrap();
        json!({"id": format!("option_{}", option.id.hex()), "value": text})
    };
    let sorted = json!([choice("Analytics"), choice("Dark Mode"), choice("Notifications")]);
    let given = json!(["Notifications", choice("Analytics"), "Notifications", choice("Dark Mode")["id"]]);
    assert_eq!(check(&world, "features", given.clone(), sorted).await, "MULTI_SELECT");
    check(&world, "features", json!("Analytics"), json!([choice("Analytics")])).await;
    check(&world, "features", choice("Analytics"), json!([choice("Analytics")])).await;
    check(&world, "features", json!([]), json!([])).await;
}

#[tokio::test]
async fn users_are_read_with_their_names() {
    let world = world().await;
    let caller = world.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
    let catalog = world.test.app.catalog(&caller).await.unwrap();
    let jane = catalog.users.iter().next().unwrap();
    let id = format!("workspace_user_{}", jane.id.hex());
    let shown = json!({"id": id, "full_name": "Jane Doe", "avatar_url": null});
    for written in [json!(id), json!({"id": id}), shown.clone()] {
        assert_eq!(check(&world, "owner", written, shown.clone()).await, "USER");
    }
    assert_eq!(
        refused(&world, "owner", json!("user_456")).await,
        "invalid_reference: custom_fields.0.value no workspace user with id user_456"
    );
}

#[tokio::test]
async fn a_field_that_is_not_given_loses_its_value() {
    let world = World::new().await;
    let both = json!([{"id": "field_123", "value": 88}, {"id": "field_456", "value": "option_789"}]);
    assert_eq!(world.put(json!({"custom_fields": both})).await["custom_fields"].as_array().unwrap().len(), 2);
    let after = world.put(json!({"custom_fields": [{"id": "field_123", "value": 88}]})).await;
    assert_eq!(
        after["custom_fields"],
        json!([{"id": "field_123", "name": "Lead Score", "field_type": "NUMERIC", "value": 88}])
    );
}

#[tokio::test]
async fn a_value_of_null_clears() {
    let world = World::new().await;
    let after = world.put(json!({"custom_fields": [{"id": "field_123", "value": null}]})).await;
    assert_eq!(after["custom_fields"], json!([]));
}

#[tokio::test]
async fn a_value_needs_its_field_and_its_value_once() {
    let world = world().await;
    let hex = field(&world, "lead_score").await.id.hex();
    for (items, expected) in [
        (json!([{"id": "field_123"}]), "invalid_request: custom_fields.0.value is required"),
        (json!([{"value": 5}]), "invalid_request: custom_fields.0.id is required"),
        (json!([{"id": 5, "value": 5}]), "invalid_request: custom_fields.0.id must be a string"),
        (json!(["field_123"]), "invalid_request: custom_fields.0 must be an object"),
        (
            json!([{"id": "field_123", "value": 1}, {"id": "field_123", "value": 2}]),
            "invalid_request: custom_fields.1.id is given twice",
        ),
        (
            json!([{"id": format!("field_{hex}"), "value": 1}, {"id": hex, "value": 2}]),
            "invalid_request: custom_fields.1.id is given twice",
        ),
        (
            json!([{"id": "field_999", "value": 1}]),
            "invalid_reference: custom_fields.0.id no custom field with id field_999",
        ),
    ] {
        assert_eq!(world.refused_put(json!({"custom_fields": items})).await, expected, "{items}");
    }
}

#[tokio::test]
async fn fields_of_companies_and_of_the_record_are_none() {
    let world = world().await;
    let sector = id(&world, "sector").await;
    assert_eq!(
        refused(&world, "sector", json!("Retail")).await,
        format!("invalid_reference: custom_fields.0.id no custom field with id {sector}")
    );
    let first_name = field(&world, "first_name").await;
    assert_eq!(first_name.system, Some(SystemMember::FirstName));
    let id = id(&world, "first_name").await;
    for written in [json!("Ana"), Json::Null] {
        assert_eq!(
            refused(&world, "first_name", written).await,
            format!("invalid_reference: custom_fields.0.id no custom field with id {id}")
        );
    }
}

#[tokio::test]
async fn values_are_in_the_order_their_fields_were_made() {
    let world = world().await;
    let met = id(&world, "met_at").await;
    let items = json!([
        {"id": "field_456", "value": "option_789"},
        {"id": "field_123", "value": 1},
        {"id": met, "value": "2025-02-28"},
    ]);
    let after = world.put(json!({"custom_fields": items})).await;
    // `met_at` bears the oldest time.
    let ids = crate::world::column(&after["custom_fields"], "id");
    assert_eq!(ids, [json!(met), json!("field_123"), json!("field_456")]);
}
