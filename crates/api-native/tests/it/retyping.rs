//! Fields that get another type, and what becomes of values.

use model::Json;
use serde_json::json;
use testkit::Client;

use crate::{CONTACTS, change, changes, create, path, refusals, start};

/// A field of contacts: its path.
async fn field(client: &Client, kind: &str) -> String {
    let body = json!({"key": "size", "name": "Size", "type": kind});
    let made = client.post("/api/v1/fields", &body).await.expect(201);
    format!("/api/v1/fields/{}", made["id"].as_str().unwrap())
}

/// Contacts with these values of the field.
async fn with(client: &Client, values: &[Json]) -> Vec<Json> {
    let mut made = Vec::new();
    for value in values {
        made.push(create(client, &json!({"values": {"size": value}})).await);
    }
    made
}

/// What these contacts have of the field now.
async fn shown(client: &Client, contacts: &[Json]) -> Vec<Json> {
    let mut shown = Vec::new();
    for contact in contacts {
        let now = client.get(&path(contact)).await.expect(200);
        shown.push(now["values"].get("size").cloned().unwrap_or_default());
    }
    shown
}

#[tokio::test]
async fn values_are_converted_with_their_field_and_come_back_with_it() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let field = field(&client, "text").await;
    let texts = [json!("42"), json!(" 7.50 "), json!("")];
    let made = with(&client, &texts).await;
    let reply = client.patch(&field, &json!({"type": "number"})).await;
    assert_eq!(reply.expect(200)["type"], "number");
    assert_eq!(shown(&client, &made).await, [json!(42), serde_json::from_str("7.50").unwrap(), Json::Null]);
    let found = client.get(&format!("{CONTACTS}?q=size%3E7.4&sort=size")).await.expect(200);
    let found: Vec<_> = found["contacts"].as_array().unwrap().iter().map(|each| each["id"].clone()).collect();
    assert_eq!(found, [made[1]["id"].clone(), made[0]["id"].clone()]);
    let history = client.get(&format!("{}/history", path(&made[0]))).await.expect(200);
    let last = &history["changes"][0]["differences"][0];
    assert_eq!((&last["before"], &last["after"]), (&json!("42"), &json!(42)), "{history}");
    // One undo takes back the type and the values.
    client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await.expect(200);
    assert_eq!(client.get(&field).await.expect(200)["type"], "text");
    assert_eq!(shown(&client, &made).await, texts);
}

#[tokio::test]
async fn what_does_not_convert_is_named_and_nothing_is_changed() {
    let (_test, client) = start().await;
    let field = field(&client, "text").await;
    let texts = [json!("12"), json!("about 7"), json!("seven")];
    let made = with(&client, &texts).await;
    let to_number = json!({"type": "number"});
    let trial = client.clone().with_header("prefer", "dry-run");
    for client in [&trial, &client] {
        let refused = client.patch(&field, &to_number).await;
        assert_eq!(refusals(&refused, 422), ["type unconvertible", "type unconvertible"]);
        let message = refused.json()["errors"][0]["message"].clone();
        let expected = format!("contact {} has 'about 7': must be a number", made[1]["number"]);
        assert_eq!(message, json!(expected));
    }
    assert_eq!(shown(&client, &made).await, texts);
    let clear = format!("{field}?on_unconvertible=clear");
    let tried = trial.patch(&clear, &to_number).await;
    assert_eq!(tried.expect(200)["type"], "number");
    let differences: Vec<Json> = serde_json::from_str(tried.header("contactd-differences")).unwrap();
    let told: Vec<_> = differences.iter().map(|each| (&each["kind"], &each["after"])).collect();
    let (contact, gone) = (&json!("contact"), &Json::Null);
    assert_eq!((told.len(), told[0]), (4, (&json!("field"), &json!("number"))));
    assert_eq!(told[2..], [(contact, gone), (contact, gone)]);
    assert_eq!(shown(&client, &made).await, texts);
    let reply = client.patch(&clear, &to_number).await;
    reply.expect(200);
    assert_eq!(shown(&client, &made).await, [json!(12), Json::Null, Json::Null]);
    client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await.expect(200);
    assert_eq!(shown(&client, &made).await, texts);
    client.patch(&format!("{field}?on_unconvertible=keep"), &to_number).await.expect(400);
}

#[tokio::test]
async fn texts_become_options_and_options_texts() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let field = field(&client, "text").await;
    let made = with(&client, &[json!("M"), json!("xl"), json!("S, M")]).await;
    let select = json!({"type": "multi_select", "options": ["S", "M", "XL"]});
    client.patch(&field, &select).await.expect(200);
    assert_eq!(shown(&client, &made).await, [json!(["M"]), json!(["XL"]), json!(["S", "M"])]);
    let single = json!({"type": "single_select"});
    assert_eq!(refusals(&client.patch(&field, &single).await, 422), ["type unconvertible"]);
    let patch = json!([{"op": "test", "path": "/type", "value": "multi_select"}, {"op": "replace", "path": "/type", "value": "text"}]);
    let patching = client.clone().with_header("content-type", "application/json-patch+json");
    let patched = patching.patch(&field, &patch).await.expect(200);
    assert_eq!((&patched["type"], patched["options"].as_array().unwrap().len()), (&json!("text"), 3));
    assert_eq!(shown(&client, &made).await, [json!("M"), json!("XL"), json!("S, M")]);
    let numbers = json!({"type": "email"});
    assert_eq!(refusals(&client.patch(&field, &numbers).await, 422).len(), 3);
}

#[tokio::test]
async fn values_of_companies_are_converted_too() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let body = json!({"key": "floor", "name": "Floor", "type": "text", "entity": "company"});
    let field = client.post("/api/v1/fields", &body).await.expect(201);
    let field = format!("/api/v1/fields/{}", field["id"].as_str().unwrap());
    let acme = client.post("/api/v1/companies", &json!({"name": "Acme", "values": {"floor": "3"}})).await;
    let acme = format!("/api/v1/companies/{}", acme.expect(201)["id"].as_str().unwrap());
    let reply = client.patch(&field, &json!({"type": "number"})).await;
    reply.expect(200);
    assert_eq!(client.get(&acme).await.expect(200)["values"], json!({"floor": 3}));
    client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await.expect(200);
    assert_eq!(client.get(&acme).await.expect(200)["values"], json!({"floor": "3"}));
}

#[tokio::test]
async fn a_field_that_shows_a_member_keeps_its_type() {
    let (_test, client) = start().await;
    let fields = client.get("/api/v1/fields?limit=1000").await.expect(200)["fields"].clone();
    let system = fields.as_array().unwrap().iter().find(|field| !field["system"].is_null()).unwrap();
    let path = format!("/api/v1/fields/{}", system["id"].as_str().unwrap());
    let to = if system["type"] == "number" { "text" } else { "number" };
    assert_eq!(refusals(&client.patch(&path, &json!({"type": to})).await, 422), ["type immutable"]);
    client.patch(&path, &json!({"type": system["type"]})).await.expect(200);
}

#[tokio::test]
async fn what_comes_back_from_before_has_the_type_of_its_field() {
    let (_test, client) = start().await;
    let field = field(&client, "text").await;
    let made = with(&client, &[json!("1"), json!("2"), json!("three")]).await;
    let to = async |contact: &Json, text: &str| {
        client.patch(&path(contact), &json!({"values": {"size": text}})).await
    };
    let written = change(&to(&made[1], "4").await);
    to(&made[1], "5").await.expect(200);
    let mut deleted = Vec::new();
    for contact in [&made[0], &made[2]] {
        deleted.push(change(&client.delete(&path(contact)).await));
    }
    client.patch(&field, &json!({"type": "number"})).await.expect(200);
    for number in deleted {
        client.post(&format!("{}/undo", changes(number)), &json!({})).await.expect(200);
    }
    let overwrite = json!({"on_conflict": "overwrite"});
    client.post(&format!("{}/undo", changes(written)), &overwrite).await.expect(200);
    // What does not convert is kept as it was.
    assert_eq!(shown(&client, &made).await, [json!(1), json!(2), json!("three")]);
}

#[tokio::test]
async fn what_was_written_since_goes_back_with_the_type() {
    let (_test, client) = start().await;
    let field = field(&client, "text").await;
    let made = with(&client, &[json!("1"), json!("2"), json!("3")]).await;
    let retyped = client.patch(&field, &json!({"type": "number"})).await;
    retyped.expect(200);
    let later = with(&client, &[json!(9)]).await;
    client.patch(&path(&made[1]), &json!({"values": {"size": 22}})).await.expect(200);
    assert_eq!(client.delete(&path(&made[2])).await.status.as_u16(), 204);
    let undo = format!("{}/undo", changes(change(&retyped)));
    client.post(&undo, &json!({})).await.expect(409);
    assert_eq!(client.get(&field).await.expect(200)["type"], "number");
    let undone = client.post(&undo, &json!({"on_conflict": "skip"})).await;
    assert_eq!(undone.expect(200)["record_kind"], "field");
    assert_eq!(client.get(&field).await.expect(200)["type"], "text");
    assert_eq!(shown(&client, &made[..2]).await, [json!("1"), json!("22")]);
    assert_eq!(shown(&client, &later).await, [json!("9")]);
    // And once more the other way round.
    client.post(&format!("{}/undo", changes(change(&undone))), &json!({})).await.expect(200);
    assert_eq!(client.get(&field).await.expect(200)["type"], "number");
    assert_eq!(shown(&client, &made[..2]).await, [json!(1), json!(22)]);
    assert_eq!(shown(&client, &later).await, [json!(9)]);
}

#[tokio::test]
async fn a_condition_of_a_list_keeps_the_type_of_its_field() {
    let (_test, client) = start().await;
    let field = field(&client, "number").await;
    let id = field.rsplit('/').next().unwrap().replace('-', "");
    let conditions = json!([{"subject": {"field": id}, "test": {"number": "greater"}, "value": "5"}]);
    let list = client.post("/api/v1/lists", &json!({"name": "Large", "conditions": conditions})).await;
    let list = format!("/api/v1/lists/{}", list.expect(201)["id"].as_str().unwrap());
    let refused = client.patch(&field, &json!({"type": "text"})).await;
    assert_eq!(refusals(&refused, 422), ["type unusable"]);
    assert_eq!(client.delete(&list).await.status.as_u16(), 204);
    client.patch(&field, &json!({"type": "text"})).await.expect(200);
}

#[tokio::test]
async fn values_that_come_in_between_are_converted_too() {
    let (_test, client) = start().await;
    let field = field(&client, "text").await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let client = client.clone();
        // Contacts that nobody can have planned for.
        writers.spawn(async move { with(&client, &vec![json!("19"); 10]).await });
    }
    client.patch(&field, &json!({"type": "number"})).await.expect(200);
    let made = writers.join_all().await.concat();
    assert_eq!(shown(&client, &made).await, vec![json!(19); made.len()]);
}
