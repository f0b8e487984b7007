//! Lists whose conditions say who is on them: another API makes them, this one shows their members.

use model::condition::{Condition, Subject, Test, TextTest};
use model::{Aliases, Catalog, Dialect, Entity, List, ListId, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::world::{CONTACTS, World};

const SMITHS: &str = "/user-api/v1/lists/list_smiths";

async fn with_smiths() -> World {
    let world = World::new().await;
    let test = Test::Text(TextTest::Contains);
    let smiths = List {
        id: ListId(Uuid::from_u128(5)),
        number: 99,
        name: "Smiths".to_owned(),
        entity: Entity::Contact,
        description: None,
        conditions: vec![Condition { subject: Subject::LastName, test, value: "smith".to_owned() }],
        background_color: None,
        text_color: None,
        created_at: Timestamp::default(),
        aliases: Aliases::one(Dialect::Rolodex, "list_smiths"),
        extras: model::Extras::default(),
    };
    let edit = |catalog: &mut Catalog| catalog.put_item(smiths.clone().into());
    world.test.app.edit_catalog(world.test.workspace.number, edit).await.unwrap();
    world
}

#[tokio::test]
async fn a_dynamic_list_shows_its_members_and_contacts_show_it() {
    let world = with_smiths().await;
    let jane = world.jane().await;
    assert_eq!(jane["last_name"], "Smith");
    assert_eq!(jane["lists"][1]["list"], json!({"id": "list_smiths", "name": "Smiths"}));
    let list = world.client.get(&format!("{SMITHS}?include=contacts")).await.expect(200);
    let members = list["data"]["contacts"].as_array().unwrap();
    assert_eq!((members.len(), &members[0]["id"]), (1, &jane["id"]));
    let both = world.client.get("/user-api/v1/lists?include=contacts").await.expect(200);
    for row in both["data"].as_array().unwrap() {
        assert!(row["contacts"].as_array().unwrap().iter().any(|each| each["id"] == jane["id"]), "{row}");
    }
    world.put(json!({"last_name": "Jones"})).await;
    let list = world.client.get(&format!("{SMITHS}?include=contacts")).await.expect(200);
    assert_eq!(list["data"]["contacts"], json!([]));
}

#[tokio::test]
async fn members_of_a_dynamic_list_are_not_set() {
    let world = with_smiths().await;
    let told = "'Smiths' is made of conditions, so nobody can be put on it or taken off it";
    // From the list's side.
    let jane = world.jane().await;
    let body = json!({"name": "Smithies", "contacts": [jane["id"]]}).to_string();
    let refused = world.refused("PUT", SMITHS, body).await;
    assert!(refused.contains("contacts") && refused.contains(told), "{refused}");
    let list = world.client.get(SMITHS).await.expect(200);
    assert_eq!(list["data"]["name"], "Smiths");
    let renamed = world.client.put(SMITHS, &json!({"name": "Smithies"})).await.expect(200);
    assert_eq!(renamed["data"]["name"], "Smithies");
    world.client.put(SMITHS, &json!({"name": "Smiths"})).await.expect(200);
    // From the contact's: what was read is written back; what does not hold is refused.
    let lists = jane["lists"].clone();
    assert_eq!(world.put(json!({"lists": lists})).await["lists"], lists);
    assert_eq!(world.put(json!({"lists": []})).await["lists"], json!([lists[1]]));
    let body = json!({"first_name": "Ada", "last_name": "Lovelace", "lists": ["list_smiths"]}).to_string();
    let refused = world.refused("POST", CONTACTS, body).await;
    assert!(refused.contains("lists") && refused.contains(told), "{refused}");
}
