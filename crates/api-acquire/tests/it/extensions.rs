//! What no documented endpoint writes, and contactd takes all the same: the company and the tags of a contact.

use serde_json::json;

use crate::support::{CONTACTS, JOHN, data, put, start, stored};

#[tokio::test]
async fn company_id_links_and_null_detaches() {
    let (test, client) = start().await;
    assert_eq!(put(&client, JOHN, json!({"companyId": 123})).await["companyId"], json!(123));
    assert_eq!(put(&client, JOHN, json!({"companyId": "456"})).await["companyId"], json!(456));
    assert_eq!(stored(&test, "2").await.0.companies.len(), 1);
    assert_eq!(put(&client, JOHN, json!({"companyId": null})).await.get("companyId"), Some(&json!(null)));
    assert!(stored(&test, "2").await.0.companies.is_empty());
    let made = client.post(CONTACTS, &json!({"companyId": 5})).await.expect(200);
    assert_eq!(made["data"]["companyId"], json!(5));
}

#[tokio::test]
async fn tags_are_replaced_by_ids_names_and_objects() {
    let (_test, client) = start().await;
    let ids = |tags: &model::Json| -> Vec<u64> {
        tags.as_array().expect("tags").iter().filter_map(|tag| tag["id"].as_u64()).collect()
    };
    for (sent, expected) in [
        (json!([7]), vec![7]),
        (json!([1, "2", "sales", {"id": 4}, {"id": "6", "name": "ignored"}]), vec![1, 2, 3, 4, 6]),
        (json!(["Lead", "lead", "vip"]), vec![5, 4, 7]),
        (json!([]), vec![]),
    ] {
        put(&client, JOHN, json!({ "tags": sent })).await;
        assert_eq!(ids(&data(&client, JOHN).await["tags"]), expected, "{sent}");
    }
    put(&client, JOHN, json!({"tags": ["VIP"]})).await;
    put(&client, JOHN, json!({"fields": {"city": "X"}})).await;
    assert_eq!(
        data(&client, JOHN).await["tags"],
        json!([{"id": 7, "name": "VIP", "color": "#e84527", "type": ["contact"]}])
    );
}
