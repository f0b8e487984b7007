//! The vendor's example exchanges, replayed.

use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::support::{CONTACTS, JOHN, data, example, put, start};

#[tokio::test]
async fn update_example() {
    let (_test, client) = start().await;
    let reply = client.put(JOHN, &example("contacts.update.request")).await;
    assert_eq!(reply.expect(200), example("contacts.update.response"));
    assert!(!reply.header("contactd-change").is_empty());
    assert_eq!(reply.header("content-type"), "application/json");
}

#[tokio::test]
async fn update_partial_example() {
    let (test, client) = start().await;
    client.put(JOHN, &example("contacts.update.request")).await.expect(200);
    test.clock.advance_ms(1500);
    let answer = client.put(JOHN, &example("contacts.update.partial.request")).await.expect(200);
    let mut expected = example("contacts.update.partial.response");
    expected["data"]["dateUpdated"] = json!("2025-01-15T12:45:01.500Z");
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn update_toplevel_example() {
    let (test, client) = start().await;
    client.put(JOHN, &example("contacts.update.request")).await.expect(200);
    test.clock.advance_ms(1000);
    let answer = client.put(JOHN, &example("contacts.update.toplevel.request")).await.expect(200);
    let mut expected = example("contacts.update.toplevel.response");
    expected["data"]["dateUpdated"] = json!("2025-01-15T12:45:01.000Z");
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn create_example() {
    let (_test, client) = start().await;
    let reply = client.post(CONTACTS, &example("contacts.create.request")).await;
    let mut expected = example("contacts.create.response");
    expected["data"]["id"] = json!(5);
    expected["data"]["dateCreated"] = json!("2025-01-15T12:45:00.000Z");
    assert_eq!(reply.expect(200), expected);
    assert!(!reply.header("contactd-change").is_empty());
}

#[tokio::test]
async fn get_minimal_example() {
    let (_test, client) = start().await;
    let mut expected = example("contacts.get.minimal.response");
    // The demo has no company 1.
    expected["data"]["companyId"] = json!(5);
    put(&client, JOHN, expected["data"].clone()).await;
    let answer = client.get(JOHN).await.expect(200);
    assert_has(&answer, &expected, &["data.id", "data.dateUpdated"]);
    assert_eq!(answer["data"]["company"], json!(null), "no relation that was not asked for");
}

#[tokio::test]
async fn get_example() {
    let (_test, client) = start().await;
    client.put(JOHN, &example("contacts.update.request")).await.expect(200);
    let expected = example("contacts.get.response");
    put(&client, JOHN, json!({"clientDetails": expected["data"]["clientDetails"]})).await;
    let path = format!("{JOHN}?relations=company&relations=cases&relations=fields");
    let answer = client.get(&path).await.expect(200);
    assert_same_shape(&answer, &expected);
    assert_eq!(answer["data"]["cases"], json!([]));
    assert_eq!(
        answer["data"]["company"],
        json!({
            "dateCreated": "2025-01-15T12:45:00.000Z",
            "dateUpdated": null,
            "id": 5,
            "fields": {
                "name": "Acquire",
                "website": "acquire.io",
                "logo": null,
                "industry": null,
                "description": null,
                "source": null,
                "address": null,
                "employees": null,
                "foundation": null,
            },
        })
    );
}

#[tokio::test]
async fn list_example() {
    let (test, client) = start().await;
    test.clock.advance_ms(1000);
    client.put(JOHN, &example("contacts.update.request")).await.expect(200);
    let mut expected = example("contacts.list.response");
    // Only contacts with cases have it.
    expected["data"]["list"][0].as_object_mut().expect("an item").remove("caseDateUpdated");
    put(&client, JOHN, json!({"clientDetails": expected["data"]["list"][0]["clientDetails"]})).await;
    let answer = client.get(&format!("{CONTACTS}?limit=20")).await.expect(200);
    assert_same_shape(&answer, &expected);
    let item = &answer["data"]["list"][0];
    assert_eq!(item["id"], json!(2));
    assert_eq!(item.get("archive"), None, "list items have no archive");
    assert_eq!(item["company"]["fields"]["name"], json!("Acquire"));
    assert_eq!(item["contactCompanyCount"], json!(1));
    assert_eq!(item["lastDateUpdated"], json!("2025-01-15 12:45:01"));
    assert_eq!(answer["data"]["counts"], json!({"total": 4, "records": 4, "pending": 0, "active": 0}));
}

#[tokio::test]
async fn delete_example() {
    let (_test, client) = start().await;
    let reply = client.delete(JOHN).await;
    assert_eq!(reply.expect(200), example("contacts.delete.response"));
    assert!(!reply.header("contactd-change").is_empty());
    client.get(JOHN).await.expect(404);
    client.delete(JOHN).await.expect(404);
}

#[tokio::test]
async fn error_examples() {
    let (_test, client) = start().await;
    let answer = client.put(JOHN, &json!({"fields": {"favourite_colour": "red"}})).await.expect(400);
    assert_eq!(answer, example("error.invalid-input.response"));

    // The vendor's pages contradict each other about the status; clients look for 404.
    let mut expected = example("error.record-not-found.response");
    expected["statusCode"] = json!(404);
    assert_eq!(client.get(&format!("{CONTACTS}/999")).await.expect(404), expected);

    let anonymous = client.clone().anonymous();
    assert_eq!(anonymous.get(JOHN).await.expect(401), example("error.unauthorized.response"));
    assert_eq!(data(&client, JOHN).await["id"], json!(2));
}

#[tokio::test]
async fn forbidden_example() {
    let (test, client) = start().await;
    let key = test.key(&[app::Scope::Read], &[]).await;
    let reader = client.with_key(&key);
    let answer = reader.put(JOHN, &json!({})).await.expect(403);
    assert_eq!(answer, example("error.forbidden.response"));
    reader.get(JOHN).await.expect(200);
}
