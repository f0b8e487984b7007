//! Blocks of visitors.

use serde_json::{Value, json};
use testkit::{Client, assert_same_shape};

use crate::support::{CONTACTS, edit_elsewhere, example, put_fields, refuse, start};

const BLOCKS: &str = "/api/v1/crm/block-visitor";

fn till(date: &str) -> Value {
    json!({"data": [2], "type": "contact", "blockTill": date})
}

async fn ids(client: &Client, query: &str) -> Vec<u64> {
    let page = client.get(&format!("{BLOCKS}?{query}")).await.expect(200)["data"].clone();
    page["data"].as_array().expect("blocks").iter().filter_map(|row| row["id"].as_u64()).collect()
}

async fn is_blocked(client: &Client, contact: u64) -> Value {
    let page = client.get(&format!("{CONTACTS}?where=id|eq|{contact}")).await.expect(200);
    page["data"]["list"][0]["isBlocked"].clone()
}

#[tokio::test]
async fn block_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    for name in ["contacts.block.request", "block-visitor.create.request"] {
        let mut request = example(name);
        request["data"] = json!([2]);
        let reply = client.post(BLOCKS, &request).await;
        assert!(!reply.header("contactd-change").is_empty(), "{name}");
        // The example blocks IP addresses, and says by whom.
        let mut expected = example("block-visitor.create.response");
        expected["data"][0]["data"] = json!([2]);
        let answer = reply.expect(200);
        assert_same_shape(&answer, &expected);
        assert_eq!(
            answer["data"],
            json!([{
                "id": 2,
                "data": [2],
                "dateCreated": "2025-01-15T12:45:00.000Z",
                "blockTill": request["blockTill"],
                "blockBy": null,
                "type": "contact",
                "user": null,
            }])
        );
    }
    assert_eq!((is_blocked(&client, 2).await, is_blocked(&client, 1).await), (json!("YES"), json!("NO")));
}

#[tokio::test]
async fn get_block_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    put_fields(&client, json!({"email": "john@example.com"})).await;
    client.post(BLOCKS, &till("2030-01-01 00:00:00")).await.expect(200);
    let answer = client.get(&format!("{BLOCKS}/2")).await.expect(200);
    assert_same_shape(&answer, &example("block-visitor.get.response"));
    let expected = json!({"id": 2, "ip": "103.61.112.45", "email": "john@example.com", "phone": ""});
    assert_eq!((&answer["data"]["data"], answer["data"].get("user")), (&expected, None));
    assert_eq!(answer["data"]["blockTill"], json!("2030-01-01T00:00:00.000Z"));
}

#[tokio::test]
async fn list_blocks_example() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    edit_elsewhere(&test, "4", vec![model::Edit::Blocked(true)]).await;
    client
        .post(BLOCKS, &json!({"data": [1, "2"], "type": "contact", "blockTill": 1_900_000_000_000_u64}))
        .await
        .expect(200);
    let answer = client.get(BLOCKS).await.expect(200);
    assert_same_shape(&answer, &example("block-visitor.list.response"));
    assert_eq!((&answer["data"]["offset"], &answer["data"]["count"]), (&json!(0), &json!(3)));
    assert_eq!(ids(&client, "").await, [1, 2, 4]);
    assert_eq!(answer["data"]["data"][0]["blockTill"], json!("2030-03-17T17:46:40.000Z"));
    assert_eq!(answer["data"]["data"][2]["blockTill"], json!(null), "nobody said until when");
    for (query, expected) in [
        ("limit=2&page=1", vec![4]),
        ("limit=2&page=9", vec![]),
        ("where=id|gt|1", vec![2, 4]),
        ("where=blockTill|gt|2026-01-01", vec![1, 2]),
        ("where=blockTill|lt|2026-01-01", vec![]),
        ("where=type|eq|email", vec![]),
        ("order=%7B%22id%22%3A%22DESC%22%7D", vec![4, 2, 1]),
    ] {
        assert_eq!(ids(&client, query).await, expected, "{query}");
    }
    for (query, field) in
        [("where=ip|eq|1", "where"), ("order=%7B%22ip%22%3A%22ASC%22%7D", "order"), ("limit=x", "limit")]
    {
        refuse(&client, ("GET", &format!("{BLOCKS}?{query}")), Value::Null, (400, field)).await;
    }
    assert_eq!(
        client.get(&format!("{BLOCKS}?select[]=type&limit=1")).await.expect(200)["data"]["data"],
        json!([{"id": 1, "type": "contact"}])
    );
}

#[tokio::test]
async fn delete_block_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    client.post(BLOCKS, &till("2030-01-01")).await.expect(200);
    let path = format!("{BLOCKS}?id=2");
    let reply = client.delete(&path).await;
    assert!(!reply.header("contactd-change").is_empty());
    // The example's block did not exist; of its driver's answer the counts are shown.
    let mut expected = example("block-visitor.delete.response");
    let deleted = &mut expected["data"]["deleted"];
    deleted["raw"].as_object_mut().expect("an object").retain(|name, _| name == "affectedRows");
    (deleted["raw"]["affectedRows"], deleted["affected"]) = (json!(1), json!(1));
    assert_eq!(reply.expect(200), expected);
    assert_eq!(is_blocked(&client, 2).await, json!("NO"));
    let answer = refuse(&client, ("DELETE", &path), Value::Null, (400, "id")).await;
    assert_eq!(answer["message"], json!("No block with id 2."));
    assert_eq!(answer["errors"][0]["resource"], json!("block-visitor"));
    refuse(&client, ("DELETE", BLOCKS), Value::Null, (400, "id")).await;
    refuse(&client, ("GET", &format!("{BLOCKS}/2")), Value::Null, (404, "id")).await;
    refuse(&client, ("GET", &format!("{BLOCKS}/x")), Value::Null, (400, "id")).await;
}

#[tokio::test]
async fn the_documented_path_of_blocks_works_as_it_was_copied() {
    let (_test, client) = start().await;
    let path = format!("{BLOCKS}%E2%80%8B");
    client.post(&path, &till("2030-01-01")).await.expect(200);
    assert_eq!(ids(&client, "").await, [2]);
}

#[tokio::test]
async fn bad_blocks_are_refused() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let (data, date) = (json!([2]), json!("2030-01-01"));
    for (body, field) in [
        (json!({}), "data"),
        (json!({"data": data, "type": "contact"}), "blockTill"),
        (json!({"data": data, "blockTill": date}), "type"),
        (json!({"data": [], "type": "contact", "blockTill": date}), "data"),
        (json!({"data": ["x"], "type": "contact", "blockTill": date}), "data"),
        (json!({"data": {}, "type": "contact", "blockTill": date}), "data"),
        (json!({"data": [2, 99], "type": "contact", "blockTill": date}), "data.1"),
        (json!({"data": ["203.0.113.10"], "type": "email", "blockTill": date}), "data"),
        (json!({"data": data, "type": "email", "blockTill": date}), "type"),
        (json!({"data": data, "type": 1, "blockTill": date}), "type"),
        (json!({"data": data, "type": "contact", "blockTill": "soon"}), "blockTill"),
        (json!({"data": data, "type": "contact", "blockTill": null}), "blockTill"),
        (json!({"data": data, "type": "contact", "blockTill": 1.5}), "blockTill"),
        (json!({"data": data, "type": "contact", "blockTill": date, "reason": "spam"}), "reason"),
    ] {
        refuse(&client, ("POST", BLOCKS), body, (400, field)).await;
    }
}

#[tokio::test]
async fn a_block_that_another_api_made_later_has_no_end() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    client.post(BLOCKS, &till("2030-01-01")).await.expect(200);
    edit_elsewhere(&test, "2", vec![model::Edit::Blocked(false)]).await;
    assert_eq!(ids(&client, "").await, [] as [u64; 0]);
    test.clock.advance_ms(1000);
    edit_elsewhere(&test, "2", vec![model::Edit::Blocked(true)]).await;
    let block = client.get(&format!("{BLOCKS}/2")).await.expect(200)["data"].clone();
    assert_eq!(
        (&block["blockTill"], &block["dateCreated"]),
        (&json!(null), &json!("2025-01-15T12:45:01.000Z"))
    );
    // Blocking what is blocked keeps its beginning.
    client.post(BLOCKS, &till("2031-01-01")).await.expect(200);
    let block = client.get(&format!("{BLOCKS}/2")).await.expect(200)["data"].clone();
    assert_eq!(block["blockTill"], json!("2031-01-01T00:00:00.000Z"));
    assert_eq!(block["dateCreated"], json!("2025-01-15T12:45:01.000Z"));
}
