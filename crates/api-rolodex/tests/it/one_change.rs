//! A request is one change, whatever it names: its number undoes all of it.

use model::{Dialect, Json, OnConflict};
use serde_json::json;

use crate::world::World;

const API: &str = "/user-api/v1";

/// Every thing with its links, as the lists show them.
async fn everything(world: &World) -> Vec<Json> {
    let mut shown = Vec::new();
    for path in [
        "contacts?include=tags,lists,notes,companies",
        "companies?include=tags,lists,contacts",
        "tags?include=contacts,companies,tasks",
        "lists?include=contacts,companies",
        "notes?include=contacts",
        "tasks?include=tags",
    ] {
        let mut rows = world.client.get(&format!("{API}/{path}&limit=100")).await.expect(200)["data"].clone();
        for row in rows.as_array_mut().unwrap() {
            row.as_object_mut().unwrap().remove("updated_at");
        }
        shown.push(rows);
    }
    shown
}

async fn undo(world: &World, change: &str) -> String {
    let caller = world.test.app.authenticate("demo", Dialect::Rolodex, None).await.unwrap();
    let number = change.parse().unwrap();
    let undone = world.test.app.undo(&caller, number, OnConflict::Refuse).await.unwrap();
    undone.change.unwrap().to_string()
}

#[tokio::test]
async fn members_and_links_are_changed_as_one() {
    let world = World::linked().await;
    for (method, path, body) in [
        (
            "PUT",
            "tags/tag_123",
            json!({"name": "New", "contacts": ["contact_123", "contact_456"],
            "companies": ["company_789"], "tasks": ["task_101"]}),
        ),
        ("PUT", "tags/tag_123", json!({"contacts": ["contact_123"]})),
        ("POST", "tags", json!({"name": "Made", "contacts": ["contact_123"], "tasks": ["task_101"]})),
        ("PUT", "lists/list_789", json!({"name": "New", "description": "d", "contacts": ["contact_999"]})),
        ("POST", "lists", json!({"name": "Made", "type": "COMPANY", "companies": ["company_789"]})),
        ("PUT", "notes/note_101", json!({"body": "New", "contacts": ["contact_123", "contact_456"]})),
        ("POST", "notes", json!({"body": "Made", "contacts": ["contact_123", "contact_456"]})),
        (
            "PUT",
            "companies/company_123",
            json!({"name": "New", "tags": ["tag_456"], "contacts": ["contact_123"]}),
        ),
        ("POST", "companies", json!({"name": "Made", "contacts": ["contact_123", "contact_67890"]})),
        ("PUT", "tasks/task_101", json!({"body": "New", "contacts": ["contact_123"], "tags": ["tag_456"]})),
    ] {
        let before = everything(&world).await;
        let reply = world.client.send(method, &format!("{API}/{path}"), body.to_string()).await;
        reply.expect(200);
        let after = everything(&world).await;
        assert_ne!(after, before, "{method} {path}");
        let undone = undo(&world, reply.header("contactd-change")).await;
        assert_eq!(everything(&world).await, before, "undone: {method} {path}");
        undo(&world, &undone).await;
        assert_eq!(everything(&world).await, after, "undone again: {method} {path}");
        // Asked for once more it is no change.
        if method == "PUT" {
            let again = world.client.send(method, &format!("{API}/{path}"), body.to_string()).await;
            assert_eq!((again.status.as_u16(), again.header("contactd-change")), (200, ""), "{path}");
        }
    }
}
