//! Notes and their messages.

use serde_json::{Value, json};
use testkit::{Client, assert_same_shape};

use crate::support::{example, refuse, start};

const CREATE: &str = "/api/v1/crm/note/create?contactId=2";
const NOTES: &str = "/api/v1/crm/note";
const OBJECTS: &str = "/api/v1/crm/objects/note";
const ADD: &str = "/api/v1/crm/note/add-message";

/// Makes the example's note and gives its id.
async fn make(client: &Client) -> u64 {
    let answer = client.post(CREATE, &example("notes.create.request")).await.expect(200);
    answer["data"]["id"].as_u64().expect("an id")
}

async fn rows(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200)["data"].clone()
}

fn ids(rows: &Value) -> Vec<u64> {
    rows["rows"].as_array().expect("rows").iter().filter_map(|row| row["id"].as_u64()).collect()
}

#[tokio::test]
async fn create_note_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let mut request = example("notes.create.request");
    // Nobody is user 0; the demo's user is 1.
    request["mentionUsers"] = json!(["00", 1]);
    let reply = client.post(CREATE, &request).await;
    let answer = reply.expect(200);
    assert!(!reply.header("contactd-change").is_empty());
    assert_same_shape(&answer, &example("notes.create.response"));
    let data = &answer["data"];
    assert_eq!(data["contactId"], json!("2"));
    assert_eq!(data["lastMessage"]["note"]["contactId"], json!(2));
    assert_eq!(data["lastMessage"]["message"], request["message"]);
    assert_eq!((&data["title"], &data["description"]), (&request["title"], &request["description"]));
    assert_eq!((&data["userId"], &data["users"][0]["userId"]), (&json!(null), &json!(1)));
}

#[tokio::test]
async fn get_note_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let mut request = example("notes.create.request");
    request["mentionUsers"] = json!([1]);
    let id = client.post(CREATE, &request).await.expect(200)["data"]["id"].clone();
    let answer = client.get(&format!("{NOTES}/get/{id}")).await.expect(200);
    assert_same_shape(&answer, &example("notes.get.response"));
    assert_eq!(answer["data"]["contactId"], json!(2));
    assert_eq!(answer["data"]["users"][0]["user"]["email"], json!("jane.doe@email.com"));
    assert_eq!(client.get(&format!("{OBJECTS}/{id}")).await.expect(200), answer);
}

#[tokio::test]
async fn list_notes_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let first = make(&client).await;
    let second = make(&client).await;
    let answer = client.get(&format!("{NOTES}?contact_id=2")).await.expect(200);
    assert_same_shape(&answer, &example("notes.list.response"));
    assert_eq!((&answer["data"]["count"], ids(&answer["data"])), (&json!(2), vec![second, first]));
    let page = rows(&client, &format!("{NOTES}?contact_id=2&limit=1&page=1")).await;
    assert_eq!((&page["count"], ids(&page)), (&json!(2), vec![first]));
}

#[tokio::test]
async fn notes_are_listed_under_every_spelling() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let id = make(&client).await;
    for name in ["contact_id", "lcontact_id", "contactId"] {
        for path in [NOTES, OBJECTS] {
            assert_eq!(ids(&rows(&client, &format!("{path}?{name}=2")).await), [id], "{path} {name}");
        }
    }
    // Rolodex's example note is on contact 4.
    let all = rows(&client, OBJECTS).await;
    assert_eq!((ids(&all), &all["count"]), (vec![id, 1], &json!(2)));
    assert_eq!((&all["rows"][1]["contactId"], &all["rows"][1]["title"]), (&json!(4), &json!(null)));
    assert_eq!(all["rows"][1]["description"], json!("Initial outreach completed"));
    assert_eq!(ids(&rows(&client, &format!("{OBJECTS}?where=title|like|note%20title")).await), [id]);
    assert_eq!(ids(&rows(&client, &format!("{OBJECTS}?order=%7B%22id%22%3A%22ASC%22%7D")).await), [1, id]);
    assert_eq!(ids(&rows(&client, &format!("{NOTES}?contact_id=2&where=id|=|1")).await), [] as [u64; 0]);
}

#[tokio::test]
async fn add_message_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let id = make(&client).await;
    let mut request = example("notes.add-message.request");
    request["note_id"] = json!(id);
    // Another contact than the one that has the note, as in the example.
    request["contact_id"] = json!(3);
    let reply = client.post(ADD, &request).await;
    assert!(!reply.header("contactd-change").is_empty());
    let answer = reply.expect(200);
    assert_same_shape(&answer, &example("notes.add-message.response"));
    assert_eq!((&answer["data"]["id"], &answer["data"]["message"]), (&json!(2), &request["message"]));
    assert_eq!(answer["data"]["note"]["contactId"], json!(2));
    let reply =
        json!({"type": "message", "contact_id": "2", "note_id": id, "parent_id": 2, "mentionUsers": [1]});
    let answer = client.post(ADD, &reply).await.expect(200);
    assert_eq!((&answer["data"]["parentId"], &answer["data"]["message"]), (&json!(2), &json!("")));
    let last =
        client.get(&format!("{NOTES}/get/{id}")).await.expect(200)["data"]["lastMessage"]["id"].clone();
    assert_eq!(last, json!(3));
}

#[tokio::test]
async fn messages_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let id = make(&client).await;
    let message = json!({"type": "message", "contact_id": 2, "note_id": id, "message": "more"});
    client.post(ADD, &message).await.expect(200);
    let answer = client.get(&format!("{NOTES}/messages?noteId={id}")).await.expect(200);
    assert_same_shape(&answer, &example("notes.messages.response"));
    assert_eq!((&answer["data"]["count"], ids(&answer["data"])), (&json!(2), vec![1, 2]));
    let page = rows(&client, &format!("{NOTES}/messages?noteId={id}&limit=1&page=1")).await;
    assert_eq!((&page["count"], ids(&page)), (&json!(2), vec![2]));
}

#[tokio::test]
async fn delete_note_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let id = make(&client).await;
    let reply = client.delete(&format!("{NOTES}/{id}")).await;
    assert_eq!(reply.expect(200), example("notes.delete.response"));
    assert!(!reply.header("contactd-change").is_empty());
    for path in [format!("{NOTES}/{id}"), format!("{OBJECTS}/{id}")] {
        refuse(&client, ("DELETE", &path), Value::Null, (404, "noteId")).await;
    }
    assert_eq!(ids(&rows(&client, &format!("{NOTES}?contact_id=2")).await), [] as [u64; 0]);
}

#[tokio::test]
async fn a_client_calls_notes_objects() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let body = json!({"contactId": 2, "title": "Call", "description": "at noon", "type": "note"});
    let made = client.post(OBJECTS, &body).await.expect(200)["data"].clone();
    assert_eq!((&made["contactId"], &made["lastMessage"]), (&json!("2"), &json!(null)));
    let path = format!("{OBJECTS}/{}", made["id"]);
    let changed = client.put(&path, &json!({"description": "at one"})).await.expect(200)["data"].clone();
    assert_eq!((&changed["title"], &changed["description"]), (&json!("Call"), &json!("at one")));
    // What was read can be written back.
    let reply = client.put(&path, &changed).await;
    assert_eq!((reply.expect(200)["data"].clone(), reply.header("contactd-change")), (changed, ""));
    let cleared = client.put(&path, &json!({"title": null, "description": null})).await.expect(200);
    assert_eq!((&cleared["data"]["title"], &cleared["data"]["description"]), (&json!(null), &json!(null)));
    refuse(&client, ("PUT", &path), json!({"contactId": 3}), (400, "contactId")).await;
    client.delete(&path).await.expect(200);
    client.get(&path).await.expect(404);
    client.post(&format!("{OBJECTS}?contactId=2"), &json!({"title": "x"})).await.expect(200);
}

#[tokio::test]
async fn bad_notes_are_refused() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let id = make(&client).await;
    for (body, field) in [
        (json!({}), "type"),
        (json!({"type": "message"}), "type"),
        (json!({"type": 1}), "type"),
        (json!({"type": "note", "title": 1}), "title"),
        (json!({"type": "note", "title": "x".repeat(1001)}), "title"),
        (json!({"type": "note", "description": []}), "description"),
        (json!({"type": "note", "message": null}), "message"),
        (json!({"type": "note", "message": "x".repeat(65_537)}), "message"),
        (json!({"type": "note", "mentionUsers": 1}), "mentionUsers"),
        (json!({"type": "note", "mentionUsers": ["x"]}), "mentionUsers"),
        (json!({"type": "note", "mentionUsers": [1, 99]}), "mentionUsers.1"),
    ] {
        let answer = refuse(&client, ("POST", CREATE), body, (400, field)).await;
        assert_eq!(answer["errors"][0]["resource"], json!("note"));
    }
    let note = json!({"type": "note"});
    for (query, field) in [("", "contactId"), ("?contactId=x", "contactId"), ("?contactId=99", "contactId")] {
        let path = format!("/api/v1/crm/note/create{query}");
        refuse(&client, ("POST", &path), note.clone(), (400, field)).await;
    }
    refuse(&client, ("POST", OBJECTS), json!({}), (400, "contactId")).await;
    refuse(&client, ("POST", OBJECTS), json!({"contactId": 99}), (400, "contactId")).await;
    for (body, field) in [
        (json!({}), "type"),
        (json!({"type": "note", "note_id": id, "contact_id": 2}), "type"),
        (json!({"type": "message", "contact_id": 2}), "note_id"),
        (json!({"type": "message", "note_id": id}), "contact_id"),
        (json!({"type": "message", "note_id": "x", "contact_id": 2}), "note_id"),
        (json!({"type": "message", "note_id": 99, "contact_id": 2}), "note_id"),
        (json!({"type": "message", "note_id": id, "contact_id": 99}), "contact_id"),
        (json!({"type": "message", "note_id": id, "contact_id": 2, "parent_id": 9}), "parent_id"),
        (json!({"type": "message", "note_id": id, "contact_id": 2, "message": 9}), "message"),
        (json!({"type": "message", "note_id": id, "contact_id": 2, "colour": 9}), "colour"),
    ] {
        refuse(&client, ("POST", ADD), body, (400, field)).await;
    }
    for (path, status, field) in [
        ("?contact_id=99", 400, "contact_id"),
        ("?contact_id=x", 400, "contact_id"),
        ("?limit=x", 400, "limit"),
        ("?where=colour|eq|1", 400, "where"),
        ("/get/99", 404, "noteId"),
        ("/get/x", 400, "noteId"),
        ("/messages", 400, "noteId"),
        ("/messages?noteId=99", 400, "noteId"),
    ] {
        refuse(&client, ("GET", &format!("{NOTES}{path}")), Value::Null, (status, field)).await;
    }
    refuse(&client, ("PUT", &format!("{OBJECTS}/99")), json!({"title": 1}), (404, "noteId")).await;
}

#[tokio::test]
async fn unknown_members_of_a_note_are_kept() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let body = json!({"type": "note", "colour": "red"});
    let id = client.post(CREATE, &body).await.expect(200)["data"]["id"].clone();
    let caller = test.app.authenticate("demo", model::Dialect::Native, None).await.expect("the demo's key");
    let named = model::Ref::number(model::Dialect::Native, &id.to_string());
    let note = test.app.get_record::<model::Note>(&caller, &named).await.expect("a note").record;
    assert_eq!(note.extras.get(model::Dialect::Acquire, "body.colour"), Some(&json!("red")));
}

#[tokio::test]
async fn spellings_of_message_members() {
    let (_test, client) = start().await;
    let client = client.on_all_terms().with_odd_requests();
    let id = make(&client).await;
    let body =
        json!({"type": "message", "contactId": 2, "noteId": id, "parentId": 1, "id": 9, "message": "x"});
    let reply = client.post(ADD, &body).await;
    assert_eq!(reply.expect(200)["data"]["parentId"], json!(1));
    assert_eq!(reply.header("contactd-ignored"), "id");
}
