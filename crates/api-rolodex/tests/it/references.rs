//! References to records that do not exist, or are of another kind.

use serde_json::json;

use crate::world::{CONTACTS, World};

#[tokio::test]
async fn unknown_records_are_named() {
    let world = World::new().await;
    let hex = "01934c2e000070008000000000000000";
    for (name, id, what) in [
        ("tags", "tag_999", "tag"),
        ("tags", "", "tag"),
        ("tags", &format!("tag_{hex}"), "tag"),
        ("lists", "list_999", "list"),
        ("notes", "note_999", "note"),
        ("companies", "company_999", "company"),
        // Ids of other kinds of records.
        ("tags", "list_789", "tag"),
        ("lists", "tag_123", "list"),
        ("notes", "company_123", "note"),
        ("companies", "note_101", "company"),
    ] {
        let expected = format!("invalid_reference: {name}.1 no {what} with id {id}");
        let known = world.jane().await[name][0].clone();
        assert_eq!(world.refused_put(json!({name: [known, id]})).await, expected);
        let body = json!({"first_name": "Ada", name: [known, {"id": id}]}).to_string();
        assert_eq!(world.refused("POST", CONTACTS, body).await, expected);
    }
}

#[tokio::test]
async fn a_list_of_companies_takes_no_contacts() {
    let world = World::new().await;
    let edit = |catalog: &mut model::Catalog| {
        let mut list = catalog.lists.iter().next().unwrap().clone();
        list.id = model::ListId(uuid::Uuid::from_u128(5));
        list.number = 99;
        list.entity = model::Entity::Company;
        list.aliases = model::Aliases::one(model::Dialect::Rolodex, "list_of_companies");
        catalog.lists.push(list);
    };
    world.test.app.edit_catalog(world.test.workspace.number, edit).await.unwrap();
    assert_eq!(
        world.refused_put(json!({"lists": ["list_of_companies"]})).await,
        "invalid_reference: lists.0 no list with id list_of_companies"
    );
}

#[tokio::test]
async fn a_long_id_is_not_repeated_whole() {
    let world = World::new().await;
    let refused = world.refused_put(json!({"tags": ["x".repeat(100_000)]})).await;
    assert_eq!(refused, format!("invalid_reference: tags.0 no tag with id {}…", "x".repeat(80)));
}
