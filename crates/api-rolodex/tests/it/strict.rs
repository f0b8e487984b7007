//! Strict keys: what the vendor does not document is refused and named. Other keys: what has no effect is told.

use serde_json::json;
use testkit::Client;

use crate::world::{CONTACTS, JANE, JANE_WHOLE, World, brief};

const API: &str = "/user-api/v1";

async fn strict() -> (World, Client) {
    let world = World::linked().await;
    let client = world.client.clone().with_key(&world.test.strict_key().await);
    (world, client)
}

#[tokio::test]
async fn a_strict_key_is_told_which_call_there_is_not() {
    let (world, client) = strict().await;
    for (method, path) in [("GET", "/user-api/v1/deals"), ("GET", "/user-api/v1/contacts/x/notes")] {
        let message = format!("No such route: the vendor documents no call {method} {path}.");
        let expected = json!({"error": "not_found", "message": message});
        assert_eq!(client.send(method, path, "").await.expect(404), expected);
        let plain = json!({"error": "not_found", "message": "No such route."});
        assert_eq!(world.client.send(method, path, "").await.expect(404), plain);
        assert_eq!(world.client.clone().anonymous().get(path).await.expect(404), plain);
    }
}

#[tokio::test]
async fn a_strict_key_is_told_which_parameter_there_is_not() {
    let (world, client) = strict().await;
    let new = r#"{"first_name":"Ada"}"#;
    for (method, path, body, expected) in [
        ("GET", "/contacts?email=jane@example.com&limit=5", "", "email"),
        ("GET", "/contacts/contact_67890?limit=5", "", "limit"),
        ("GET", "/contacts?order+by=full_name:asc", "", "order by"),
        ("GET", "/tags?type=CONTACT", "", "type"),
        ("POST", "/contacts?include=tags", new, "include"),
    ] {
        let refused = client.send(method, &format!("{API}{path}"), body).await.expect(400);
        assert_eq!(brief(&refused), format!("invalid_request: {expected} is not documented"));
        let lenient = world.client.clone().with_odd_requests();
        let lenient = lenient.send(method, &format!("{API}{path}"), body).await;
        lenient.expect(200);
    }
    for path in [
        "/user-api/v1/contacts?include=tags%2Cemails&limit=1&offset=0&order_by=full_name:asc",
        "/v1/contacts?include[]=tags",
        "/v1/lists?order+by=name:asc&type=CONTACT",
        "/v1/custom-fields?field_type=DATE&entity_type=CONTACT",
    ] {
        client.get(path).await.expect(200);
    }
    let lenient = world.client.get(&format!("{CONTACTS}?email=x&limit=1&search=y")).await;
    assert_eq!(lenient.header("contactd-ignored"), "email, search");
    let failed = world.client.get(&format!("{CONTACTS}?email=x&limit=0")).await;
    assert_eq!((failed.status.as_u16(), failed.header("contactd-ignored")), (400, ""));
}

#[tokio::test]
async fn a_strict_key_is_told_which_members_there_are_not() {
    let (world, client) = strict().await;
    let before = world.stored().await;
    for (body, expected) in [
        (json!({"title": "CTO", "nickname": "x"}), "nickname is not known"),
        (json!({"full_name": "x", "youtube_slug": "y"}), "full_name is not known; youtube_slug is not known"),
        (json!({"emails": ["a@b.c", {"email_address": "a@b.c", "kind": "x"}]}), "emails.kind is not known"),
        (json!({"tags": ["tag_123", {"tag": {"id": "tag_123"}}]}), "tags.tag is not known"),
        (
            json!({"custom_fields": [{"id": "field_123", "value": 1, "name": "x"}]}),
            "custom_fields.name is not known",
        ),
    ] {
        let refused = client.put(JANE, &body).await.expect(400);
        assert_eq!(brief(&refused), format!("invalid_request: {expected}"));
    }
    let refused = client.put(&format!("{API}/tags/tag_123"), &json!({"name": "x", "color": "red"})).await;
    assert_eq!(brief(&refused.expect(400)), "invalid_request: color is not known");
    assert_eq!(world.stored().await, before);
    let documented = json!({
        "title": "CTO", "emails": [{"email_address": "a@b.c", "is_primary": true}, "d@e.f"],
        "companies": [{"id": "company_123", "title": "CTO", "is_active": true, "start_date": "2024-02-01"}],
        "tags": ["tag_123"], "custom_fields": [{"id": "field_456", "value": "option_789"}],
    });
    let reply = client.put(JANE_WHOLE, &documented).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-ignored"), "");
}

#[tokio::test]
async fn members_without_effect_are_told() {
    let world = World::linked().await;
    let jane = world.jane().await;
    let reply = world.client.put(JANE_WHOLE, &jane).await;
    reply.expect(200);
    let told: Vec<_> = reply.header("contactd-ignored").split(", ").collect();
    for name in ["id", "full_name", "created_at", "workspace_id", "companies.name", "tags.tag.name"] {
        assert!(told.contains(&name), "{name}: {told:?}");
    }
    for name in ["first_name", "emails", "emails.id", "companies.id", "custom_fields.value", "tags.tag.id"] {
        assert!(!told.contains(&name), "{name}: {told:?}");
    }
    let option = json!({"id": "option_1", "value": "High", "colour": "red"});
    for (method, path, body, expected) in [
        ("PUT", "/contacts/contact_67890", json!({"nickname": "kept"}), ""),
        ("POST", "/companies", json!({"name": "x", "sector": "IT", "workspace_id": "y"}), "workspace_id"),
        (
            "PUT",
            "/companies/company_123",
            json!({"contacts": [{"id": "contact_123", "role": "x"}]}),
            "contacts.role",
        ),
        ("POST", "/tags", json!({"name": "x", "color": "red"}), ""),
        (
            "PUT",
            "/tags/tag_123",
            json!({"id": "tag_1", "tasks": [{"task": {"id": "task_101", "body": "x"}}]}),
            "tasks.task.body, id",
        ),
        ("POST", "/lists", json!({"name": "x", "type": "CONTACT", "owner": 5}), ""),
        (
            "PUT",
            "/lists/list_789",
            json!({"created_at": "x", "contacts": [{"id": "contact_123", "full_name": "x"}]}),
            "contacts.full_name, created_at",
        ),
        ("POST", "/notes", json!({"body": "x", "author": "y"}), ""),
        (
            "PUT",
            "/notes/note_101",
            json!({"contacts": [{"contact": {"id": "contact_123", "image_url": null}}]}),
            "contacts.contact.image_url",
        ),
        ("POST", "/tasks", json!({"body": "x", "due_date": "2025-01-25T16:00:00Z", "priority": 1}), ""),
        (
            "PUT",
            "/tasks/task_101",
            json!({"assignee": {"full_name": "nobody", "id": null}}),
            "assignee.full_name",
        ),
        (
            "POST",
            "/custom-fields",
            json!({"name": "x", "field_type": "SINGLE_SELECT", "entity_type": "CONTACT",
            "multi_select_options": [option], "hint": "y"}),
            "multi_select_options.colour, multi_select_options.id",
        ),
        (
            "POST",
            "/custom-fields",
            json!({"name": "x", "field_type": "DATE", "entity_type": "CONTACT",
            "multi_select_options": ["y"]}),
            "multi_select_options",
        ),
        ("PUT", "/custom-fields/field_123", json!({"updated_at": "x"}), "updated_at"),
    ] {
        let reply = world.client.send(method, &format!("{API}{path}"), body.to_string()).await;
        assert_eq!(reply.status, 200, "{method} {path}: {}", reply.text);
        assert_eq!(reply.header("contactd-ignored"), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn a_strict_key_may_do_all_that_is_documented() {
    let (_, client) = strict().await;
    for row in &api_rolodex::CONTRACT.table.routes {
        let reply = client.send(&row.method, &row.path.replace("{id}", "x"), "{}").await;
        assert!(!reply.text.contains("documents no call"), "{} {}: {}", row.method, row.path, reply.text);
    }
}
