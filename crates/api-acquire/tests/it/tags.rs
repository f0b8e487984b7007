//! Tags: the vendor's examples, and what they leave open.

use serde_json::{Value, json};
use testkit::{Client, assert_has, assert_same_shape};

use crate::support::{JOHN, data, example, put, refuse, start};

const TAGS: &str = "/api/v1/crm/tag";

async fn ids(client: &Client, query: &str) -> Vec<u64> {
    let data = client.get(&format!("{TAGS}?{query}")).await.expect(200)["data"]["data"].clone();
    data.as_array().expect("tags").iter().filter_map(|tag| tag["id"].as_u64()).collect()
}

#[tokio::test]
async fn create_tag_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let request = example("tags.create.request");
    let reply = client.post(TAGS, &request).await;
    let answer = reply.expect(200);
    assert!(!reply.header("contactd-change").is_empty());
    assert_same_shape(&answer, &example("tags.create.response"));
    // The vendor's example answers null for what the request has set.
    assert_has(&answer["data"], &request, &[]);
    let expected = json!({
        "id": 8,
        "name": "apitest3",
        "color": "#c034eb",
        "type": ["case", "contact"],
        "userId": null,
        "dateCreated": "2025-01-15T12:45:00.000Z",
        "user": null,
    });
    assert_eq!(answer["data"], expected);
}

#[tokio::test]
async fn get_tag_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let answer = client.get(&format!("{TAGS}/1")).await.expect(200);
    assert_same_shape(&answer, &example("tags.get.response"));
    assert_eq!(answer["data"].get("user"), None);
    assert_eq!(
        client.get(&format!("{TAGS}/1?select[]=name")).await.expect(200)["data"],
        json!({"id": 1, "name": "Call back"})
    );
}

#[tokio::test]
async fn list_tags_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let answer = client.get(TAGS).await.expect(200);
    assert_same_shape(&answer, &example("tags.list.response"));
    assert_eq!(answer["data"]["count"], json!(7));
    assert_eq!(ids(&client, "").await, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn update_tag_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let request = example("tags.update.request");
    let answer = client.put(&format!("{TAGS}/2"), &request).await.expect(200);
    assert_same_shape(&answer, &example("tags.update.response"));
    assert_has(&answer["data"], &request, &[]);
    assert_eq!(client.get(&format!("{TAGS}/2")).await.expect(200)["data"]["name"], json!("Support"));
}

#[tokio::test]
async fn delete_tag_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let reply = client.delete(&format!("{TAGS}?id=2")).await;
    assert_eq!(reply.expect(200), example("tags.delete.response"));
    assert!(!reply.header("contactd-change").is_empty());
    client.get(&format!("{TAGS}/2")).await.expect(404);
}

#[tokio::test]
async fn tags_are_deleted_by_either_parameter() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    client.delete(&format!("{TAGS}?tagId=1")).await.expect(200);
    let path = format!("{TAGS}?tagId=1");
    refuse(&client, ("DELETE", &path), Value::Null, (400, "tagId")).await;
    refuse(&client, ("DELETE", &format!("{TAGS}?id=1")), Value::Null, (400, "id")).await;
    refuse(&client, ("DELETE", TAGS), Value::Null, (400, "id")).await;
    refuse(&client, ("DELETE", &format!("{TAGS}?id=VIP")), Value::Null, (400, "id")).await;
}

#[tokio::test]
async fn a_tag_that_was_deleted_leaves_its_contacts_and_comes_back_with_undo() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    put(&client, JOHN, json!({"tags": [7]})).await;
    let reply = client.delete(&format!("{TAGS}?id=7")).await;
    reply.expect(200);
    assert_eq!(data(&client, JOHN).await["tags"], json!([]));
    let change = reply.header("contactd-change").parse().expect("a number");
    let caller = test.app.authenticate("demo", model::Dialect::Native, None).await.expect("the demo's key");
    test.app.undo(&caller, change, model::OnConflict::Refuse).await.expect("an undo");
    assert_eq!(data(&client, JOHN).await["tags"][0]["name"], json!("VIP"));
}

#[tokio::test]
async fn tags_are_searched_filtered_and_ordered() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    assert_eq!(ids(&client, "search=LEAD").await, [4, 5]);
    assert_eq!(ids(&client, "search=nobody").await, [] as [u64; 0]);
    assert_eq!(ids(&client, "order=%7B%22id%22%3A%22DESC%22%7D").await, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(ids(&client, "order=%7B%22name%22%3A%22ASC%22%7D&limit=3").await, [6, 1, 2]);
    assert_eq!(ids(&client, "where=name|eq|Lead").await, [5]);
    assert_eq!(ids(&client, "limit=3&page=2").await, [7]);
    assert_eq!(ids(&client, "limit=3&page=9").await, [] as [u64; 0]);
    for (query, field) in [
        ("order=name", "order"),
        ("order=%7B%22color%22%3A%22ASC%22%7D", "order"),
        ("where=color|eq|x", "where"),
        ("where=id|eq|x", "where"),
        ("limit=x", "limit"),
        ("page=-1", "page"),
    ] {
        refuse(&client, ("GET", &format!("{TAGS}?{query}")), Value::Null, (400, field)).await;
    }
}

#[tokio::test]
async fn names_of_tags_are_their_own() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    client.post(TAGS, &json!({"type": ["case"], "name": "Support"})).await.expect(200);
    let body = json!({"type": ["case"], "name": "Support"});
    let answer = refuse(&client, ("POST", TAGS), body.clone(), (400, "name")).await;
    let mut expected = example("error.duplicate.response");
    // The example has the resource of all others.
    expected["errors"][0]["resource"] = json!("tag");
    assert_eq!(answer, expected);
    refuse(&client, ("PUT", &format!("{TAGS}/1")), body.clone(), (400, "name")).await;
    // Its own it may keep.
    client.put(&format!("{TAGS}/8"), &body).await.expect(200);
    client.post(TAGS, &json!({"type": ["case"], "name": "support"})).await.expect(200);
}

#[tokio::test]
async fn what_a_tag_update_does_not_send_stays() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let path = format!("{TAGS}/2");
    let before = client.get(&path).await.expect(200)["data"].clone();
    let reply = client.put(&path, &json!({"type": ["contact"]})).await;
    assert_eq!(reply.expect(200)["data"]["color"], before["color"]);
    assert_eq!(reply.header("contactd-change"), "", "nothing changed");
    // What was read can be written back.
    let reply = client.put(&path, &before).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-change"), "");
    // A short colour, as other dialects have them, is kept as it is written.
    let short = client.put(&path, &json!({"type": ["contact"], "color": "#aBc"})).await.expect(200);
    assert_eq!(short["data"]["color"], "#aBc");
    client.put(&path, &json!({"type": ["case"], "color": null})).await.expect(200);
    let after = client.get(&path).await.expect(200)["data"].clone();
    assert_eq!((&after["color"], &after["type"]), (&json!(null), &json!(["case"])));
    assert_eq!(after["name"], before["name"]);
}

#[tokio::test]
async fn unknown_members_of_a_tag_are_kept() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    client.put(&format!("{TAGS}/2"), &json!({"type": ["contact"], "icon": "star"})).await.expect(200);
    let caller = test.app.authenticate("demo", model::Dialect::Native, None).await.expect("the demo's key");
    let catalog = test.app.catalog(&caller).await.expect("a catalog");
    let tag = catalog.tags.iter().find(|tag| tag.number == 2).expect("tag 2");
    assert_eq!(tag.extras.get(model::Dialect::Acquire, "body.icon"), Some(&json!("star")));
}

#[tokio::test]
async fn bad_tags_are_refused() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let long = "x".repeat(256);
    for (body, field) in [
        (json!({}), "type"),
        (json!({"name": "x"}), "type"),
        (json!({"type": null, "name": "x"}), "type"),
        (json!({"type": "case", "name": "x"}), "type"),
        (json!({"type": [], "name": "x"}), "type"),
        (json!({"type": ["user"], "name": "x"}), "type"),
        (json!({"type": ["case"], "name": null}), "name"),
        (json!({"type": ["case"], "name": 1}), "name"),
        (json!({"type": ["case"], "name": " "}), "name"),
        (json!({"type": ["case"], "name": long}), "name"),
        (json!({"type": ["case"], "name": "x", "color": "red"}), "color"),
        (json!({"type": ["case"], "name": "x", "color": "#c034eg"}), "color"),
        (json!({"type": ["case"], "name": "x", "color": 5}), "color"),
        (json!({"type": ["case"], "name": "x", (long.as_str()): 5}), long.get(..100).unwrap_or_default()),
    ] {
        let field = if field.len() == 100 { format!("{field}…") } else { field.to_owned() };
        let answer = refuse(&client, ("POST", TAGS), body, (400, &field)).await;
        assert_eq!(answer["errors"][0]["resource"], json!("tag"));
    }
    refuse(&client, ("POST", TAGS), json!({"type": ["case"]}), (400, "name")).await;
    refuse(&client, ("PUT", &format!("{TAGS}/2")), json!({"name": "x"}), (400, "type")).await;
    refuse(&client, ("PUT", &format!("{TAGS}/99")), json!({}), (404, "tagId")).await;
    refuse(&client, ("PUT", &format!("{TAGS}/x")), json!({}), (400, "tagId")).await;
    refuse(&client, ("GET", &format!("{TAGS}/99")), Value::Null, (404, "tagId")).await;
    let answer = client.post(TAGS, &json!([])).await.expect(400);
    assert_eq!(answer["message"], json!("Malformed request body: the body must be a JSON object."));
}

#[tokio::test]
async fn readers_write_no_tags() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let key = test.key(&[app::Scope::Read], &[]).await;
    let reader = client.with_key(&key);
    reader.post(TAGS, &example("tags.create.request")).await.expect(403);
    reader.put(&format!("{TAGS}/2"), &example("tags.update.request")).await.expect(403);
    reader.delete(&format!("{TAGS}?id=2")).await.expect(403);
    assert_eq!(ids(&reader, "").await.len(), 7);
}
