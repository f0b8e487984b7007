//! What is deleted from the catalog is left out by every API, before its id is cleaned away and after.

use app::CLEAN_AFTER;
use model::Json;
use serde_json::json;

use super::{APIS, Contact, World};

/// Values that tell one thing from every other.
const MARKS: [&str; 6] =
    ["Zebra tag", "Zebra list", "Zebra field", "Zebra option", "zebra@example.com", "Zebra team"];

impl World {
    async fn make(&self, kind: &str, document: &Json) -> Json {
        self.clients[4].post(&format!("/api/v1/{kind}"), document).await.expect(201)
    }

    /// The contact as the APIs show it, without when and how often it changed.
    async fn texts(&self, contact: &Contact) -> Vec<String> {
        let apart = ["revision", "updated_at", "dateUpdated"];
        let mut shown = self.read(contact).await;
        for json in &mut shown {
            if let Some(members) = json.as_object_mut() {
                members.retain(|name, _| !apart.contains(&name.as_str()));
            }
        }
        shown.iter().map(Json::to_string).collect()
    }
}

#[tokio::test]
async fn what_is_gone_is_left_out_by_every_api() {
    let world = World::new().await;
    let tag = world.make("tags", &json!({"name": MARKS[0]})).await;
    let list = world.make("lists", &json!({"name": MARKS[1]})).await;
    let text = world.make("fields", &json!({"name": MARKS[2], "type": "text", "key": "zebra"})).await;
    let select =
        json!({"name": "Animal", "type": "single_select", "key": "animal", "options": [MARKS[3], "Ox"]});
    let select = world.make("fields", &select).await;
    let person = world.make("fields", &json!({"name": "Keeper", "type": "user", "key": "keeper"})).await;
    let user = world.make("users", &json!({"email": MARKS[4]})).await;
    let team = world.make("teams", &json!({"name": MARKS[5]})).await;
    let contact = world.contact().await;
    let bare = world.texts(&contact).await;
    let everything = json!({
        "tags": [tag["id"]], "lists": [list["id"]], "assigned_user": user["id"], "assigned_team": team["id"],
        "values": {"zebra": "stripes", "animal": MARKS[3], "keeper": MARKS[4]},
    });
    world.write(4, &contact, &everything).await.expect(200);
    let full = world.texts(&contact).await;
    for (api, (full, bare)) in APIS.iter().zip(full.iter().zip(&bare)) {
        assert_ne!(full, bare, "{api}");
    }
    let mut changes = Vec::new();
    let path = |kind: &str, item: &Json| format!("/api/v1/{kind}/{}", item["id"].as_str().expect("an id"));
    for (kind, item) in
        [("tags", &tag), ("lists", &list), ("fields", &text), ("users", &user), ("teams", &team)]
    {
        changes.push(world.clients[4].delete(&path(kind, item)).await);
    }
    changes.push(world.clients[4].patch(&path("fields", &select), &json!({"options": ["Ox"]})).await);
    let _ = person;

    let before = world.texts(&contact).await;
    assert_eq!(before, bare, "as if it never had them");
    world.test.clock.advance_ms(i64::try_from(CLEAN_AFTER.as_millis()).expect("a while"));
    let cleaned = world.test.app.clean().await.expect("it is cleaned").cleaned;
    assert_eq!(cleaned, 6);
    assert_eq!(world.texts(&contact).await, bare);

    for change in changes.iter().rev() {
        let number = change.header("contactd-change");
        world.clients[4].post(&format!("/api/v1/changes/{number}/undo"), &json!({})).await.expect(200);
    }
    let given_back = world.test.app.clean().await.expect("it is given back").given_back;
    assert_eq!(given_back, 6);
    assert_eq!(world.texts(&contact).await, full);
    assert_eq!(world.test.app.verify().await.expect("it is read").faults, Vec::<String>::new());
}
