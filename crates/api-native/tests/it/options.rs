//! Options of fields: added, renamed, moved and deleted, while contacts keep what they have.

use model::Json;
use serde_json::json;
use testkit::Client;

use crate::{CONTACTS, refusals, start};

/// A select field with three options.
async fn field(client: &Client) -> Json {
    let body = json!({"name": "Size", "type": "single_select", "options": ["S", {"value": "M", "name": "Medium"}, "L"]});
    client.post("/api/v1/fields", &body).await.expect(201)
}

fn path(field: &Json) -> String {
    format!("/api/v1/fields/{}", field["id"].as_str().unwrap())
}

fn shown(field: &Json) -> Vec<String> {
    let options = field["options"].as_array().unwrap();
    options
        .iter()
        .map(|each| format!("{}={}", each["value"].as_str().unwrap(), each["name"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn options_keep_their_ids_through_renaming_and_reordering() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let made = field(&client).await;
    assert_eq!(shown(&made), ["S=S", "M=Medium", "L=L"]);
    assert_eq!(made["key"], "size");
    let contact = client.post(CONTACTS, &json!({"values": {"size": "L"}})).await.expect(201);
    let contact = format!("{CONTACTS}/{}", contact["id"].as_str().unwrap());
    let id = |n: usize| made["options"][n]["id"].clone();
    let body = json!({"options": [{"id": id(2), "value": "XL"}, "M", {"value": "XXL"}]});
    let patched = client.patch(&path(&made), &body).await.expect(200);
    assert_eq!(shown(&patched), ["XL=XL", "M=Medium", "XXL=XXL"]);
    assert_eq!((&patched["options"][0]["id"], &patched["options"][1]["id"]), (&id(2), &id(1)));
    assert_eq!(client.get(&contact).await.expect(200)["values"], json!({"size": "XL"}));
    let back = client.patch(&path(&made), &json!({"options": patched["options"]})).await;
    assert_eq!(back.expect(200), patched);
    assert_eq!(back.header("contactd-change"), "");
    client.patch(&path(&made), &json!({"options": ["M"]})).await.expect(200);
    assert_eq!(client.get(&contact).await.expect(200)["values"], json!({}));
}

#[tokio::test]
async fn one_option_is_added_renamed_moved_and_deleted() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let made = field(&client).await;
    let options = format!("{}/options", path(&made));
    let added = client.post(&options, &json!({"value": "XS", "position": 1})).await;
    assert_eq!(shown(&added.expect(201)), ["XS=XS", "S=S", "M=Medium", "L=L"]);
    assert!(!added.header("etag").is_empty() && !added.header("contactd-change").is_empty());
    let medium = format!("{options}/{}", made["options"][1]["id"].as_str().unwrap());
    let renamed = client.patch(&medium, &json!({"value": "MM", "position": 4})).await.expect(200);
    assert_eq!(shown(&renamed), ["XS=XS", "S=S", "L=L", "MM=Medium"]);
    assert_eq!(renamed["options"][3]["id"], made["options"][1]["id"]);
    let read = renamed["options"][3].clone();
    assert_eq!(client.patch(&medium, &read).await.expect(200), renamed);
    let current = client.get(&path(&made)).await.header("etag").to_owned();
    let late = client.clone().with_header("if-match", "\"0\"");
    let refused = late.delete(&medium).await;
    assert_eq!(refusals(&refused, 412), [" other_revision"]);
    assert_eq!(refused.header("etag"), current);
    assert_eq!(shown(&client.delete(&medium).await.expect(200)), ["XS=XS", "S=S", "L=L"]);
    client.delete(&medium).await.expect(404);
    client.patch(&medium, &json!({})).await.expect(404);
}

#[tokio::test]
async fn wrong_options_are_refused_by_their_place() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let made = field(&client).await;
    let options = format!("{}/options", path(&made));
    for (body, refused) in [
        (json!({"options": ["S", "S"]}), "options.1 duplicate"),
        (
            json!({"options": ["", 1, {"x": 1}]}),
            "options.0 blank; options.1 wrong_type; options.2.value missing; options.2.x unknown_member",
        ),
        (json!({"options": [{"id": "nope"}]}), "options.0.id unknown_option; options.0.value missing"),
        (json!({"options": "S"}), "options wrong_type"),
    ] {
        assert_eq!(refusals(&client.patch(&path(&made), &body).await, 422).join("; "), refused, "{body}");
    }
    for (body, refused) in [
        (json!({"value": "S"}), "value duplicate"),
        (json!({}), "value missing"),
        (json!({"value": "X", "position": 5}), "position out_of_range"),
    ] {
        assert_eq!(refusals(&client.post(&options, &body).await, 422).join("; "), refused, "{body}");
    }
    assert_eq!(client.get(&path(&made)).await.expect(200), made);
    let number = json!({"name": "n", "type": "number", "options": ["1"]});
    assert_eq!(refusals(&client.post("/api/v1/fields", &number).await, 422), ["options wrong_type"]);
}

#[tokio::test]
async fn what_shows_a_member_of_the_contact_stays() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let fields = client.get("/api/v1/fields").await.expect(200)["fields"].as_array().unwrap().clone();
    let system = fields.iter().find(|field| field["system"] == "first_name").expect("a system field");
    assert_eq!(refusals(&client.delete(&path(system)).await, 422), [" permanent"]);
    assert_eq!(client.get(&path(system)).await.expect(200), *system);
    assert_eq!(client.get(&format!("{}/history", path(system))).await.expect(200)["next"], json!(null));
}
