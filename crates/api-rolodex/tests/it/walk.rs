//! What the vendor's clients do, one call after another: fetch every collection page by page, make records and link
//! them, change a contact, read it and write it back, poll for changes, delete.

use std::collections::BTreeSet;

use model::Json;
use serde_json::json;
use testkit::Client;

use crate::world::{World, column};

const API: &str = "/user-api/v1";
const CONTACT_INCLUDES: &str = "emails,phone_numbers,companies,custom_fields,tags,lists,notes";
const COMPANY_INCLUDES: &str = "custom_fields,tags,lists,contacts";

/// The headers of the clients: the vendor's own for the key, and a content type also without a body.
fn client(world: &World) -> Client {
    let client = world.client.clone().anonymous();
    let client = client.with_header("x-rolodex-api-key", "demo");
    client.with_header("content-type", "application/json").on_all_terms()
}

/// Fetches a whole collection as the clients do: until the offset reaches the total, which must also be the first page
/// that is not full.
async fn fetch(client: &Client, collection: &str, include: &str, limit: usize) -> Vec<Json> {
    let include = if include.is_empty() { String::new() } else { format!("include={include}&") };
    let mut rows: Vec<Json> = Vec::new();
    loop {
        let path = format!("{API}/{collection}?{include}limit={limit}&offset={}", rows.len());
        let page = client.get(&path).await.expect(200);
        let total = page["pagination"]["total"].as_u64().unwrap() as usize;
        let data = page["data"].as_array().unwrap();
        rows.extend(data.iter().cloned());
        assert!(data.len() == limit || rows.len() == total, "a page is short before the end: {path}");
        if rows.len() >= total {
            let ids: BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), total, "{collection}");
            return rows;
        }
    }
}

async fn send(client: &Client, method: &str, path: &str, body: Json) -> Json {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    client.send(method, &format!("{API}/{path}"), body).await.expect(200)["data"].clone()
}

fn id(json: &Json) -> &str {
    json["id"].as_str().unwrap()
}

#[tokio::test]
async fn every_collection_is_fetched_page_by_page() {
    let world = World::linked().await;
    let client = client(&world);
    for (collection, include, count) in [
        ("contacts", CONTACT_INCLUDES, 8),
        ("companies", COMPANY_INCLUDES, 4),
        ("tags", "contacts,companies,tasks", 7),
        ("notes", "contacts", 1),
        ("lists", "contacts,companies", 1),
        ("tasks", "tags", 1),
        ("custom-fields", "", 12),
        ("workspace-users", "", 1),
    ] {
        let whole = fetch(&client, collection, include, 100).await;
        assert_eq!(whole.len(), count, "{collection}");
        assert_eq!(fetch(&client, collection, include, 1).await, whole, "{collection}");
        assert_eq!(fetch(&client, collection, include, 3).await, whole, "{collection}");
    }
    // What the clients read of a contact, unguarded.
    let contacts = fetch(&client, "contacts", CONTACT_INCLUDES, 100).await;
    let jane = contacts.iter().find(|row| id(row) == "contact_67890").unwrap();
    assert_eq!(jane["emails"][0]["email_address"], "jane@example.com");
    assert_eq!(jane["phone_numbers"][0]["phone_number"], "5551234567");
    assert_eq!(jane["companies"][0]["name"], "Tech Corp");
    assert_eq!(jane["location"], "New York, NY");
}

#[tokio::test]
async fn a_contact_and_all_around_it_live_and_go() {
    let world = World::new().await;
    let client = client(&world);
    // Definitions come before values, records before links to them.
    let field = json!({"name": "Priority", "field_type": "SINGLE_SELECT", "entity_type": "CONTACT",
        "multi_select_options": ["High", {"value": "Low"}]});
    let field = send(&client, "POST", "custom-fields", field).await;
    let company = send(&client, "POST", "companies", json!({"name": "Lovelace Ltd"})).await;
    let tag = send(&client, "POST", "tags", json!({"name": "Pioneer"})).await;
    let list = send(&client, "POST", "lists", json!({"name": "Firsts", "type": "CONTACT"})).await;
    let ada = json!({
        "first_name": "Ada", "last_name": "Lovelace", "emails": ["ada@example.com"],
        "phone_numbers": ["+15559876543"], "companies": [{"id": company["id"], "title": "Founder"}],
        "tags": [tag["id"]], "lists": [list["id"]],
        "custom_fields": [{"id": field["id"], "value": field["multi_select_options"][0]["id"]}],
    });
    let ada = send(&client, "POST", "contacts", ada).await;
    let path = format!("contacts/{}", id(&ada));
    let whole = format!("{path}?include={CONTACT_INCLUDES}");
    assert_eq!(send(&client, "GET", &whole, Json::Null).await, ada);

    let note = json!({"body": "Met at the fair", "contacts": [ada["id"]]});
    let note = send(&client, "POST", "notes", note).await;
    let task = json!({"body": "Call", "due_date": "2025-01-25T16:00:00Z", "contacts": [{"id": ada["id"]}]});
    let task = send(&client, "POST", "tasks", task).await;
    let task = format!("tasks/{}", id(&task));
    let done = send(&client, "PUT", &task, json!({"completed_at": "2025-01-20T09:00:00Z"})).await;
    assert_eq!(
        (&done["completed_at"], column(&done["contacts"], "id")),
        (&json!("2025-01-20T09:00:00Z"), vec![ada["id"].clone()])
    );

    // One scalar, then one more of a relationship: all that was read goes back with the new one.
    world.test.clock.advance_ms(60_000);
    let titled = send(&client, "PUT", &path, json!({"title": "Analyst"})).await;
    assert_eq!((&titled["title"], &titled["last_name"]), (&json!("Analyst"), &json!("Lovelace")));
    let read = send(&client, "GET", &whole, Json::Null).await;
    assert_eq!(read["notes"], json!([{"note": {"id": note["id"], "body": "Met at the fair"}}]));
    let mut more = read.clone();
    more["emails"].as_array_mut().unwrap().push(json!("ada@work.example"));
    let written = send(&client, "PUT", &whole, more).await;
    assert_eq!(column(&written["emails"], "email_address"), ["ada@example.com", "ada@work.example"]);
    assert_eq!(written["emails"][0], read["emails"][0]);
    for name in ["phone_numbers", "companies", "custom_fields", "tags", "lists", "notes", "title"] {
        assert_eq!(written[name], read[name], "{name}");
    }

    // A client that wants changes polls.
    let page = client.get(&format!("{API}/contacts?order_by=updated_at:desc&limit=1")).await.expect(200);
    assert_eq!(page["data"][0]["id"], ada["id"]);

    // The same links from their other end.
    let list = format!("lists/{}?include=contacts", id(&list));
    assert_eq!(column(&send(&client, "GET", &list, Json::Null).await["contacts"], "id"), [ada["id"].clone()]);
    let emptied = send(&client, "PUT", &list, json!({"contacts": []})).await;
    assert_eq!(emptied["contacts"], json!([]));
    assert_eq!(send(&client, "GET", &whole, Json::Null).await["lists"], json!([]));
    let tag = format!("tags/{}", id(&tag));
    send(&client, "DELETE", &tag, Json::Null).await;
    assert_eq!(send(&client, "GET", &whole, Json::Null).await["tags"], json!([]));

    let before = send(&client, "GET", &whole, Json::Null).await;
    assert_eq!(send(&client, "DELETE", &whole, Json::Null).await, before);
    for path in [&path, &tag] {
        for method in ["GET", "DELETE", "DELETE"] {
            client.send(method, &format!("{API}/{path}"), "").await.expect(404);
        }
    }
    // What it was linked to stays.
    for path in [&task, &format!("notes/{}", id(&note)), &format!("companies/{}", id(&company)), &list] {
        send(&client, "GET", path, Json::Null).await;
    }
    assert_eq!(send(&client, "GET", &task, Json::Null).await["contacts"], json!([]));
}
