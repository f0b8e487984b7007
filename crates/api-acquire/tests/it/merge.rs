//! Merging contacts.

use model::{Dialect, OnConflict};
use serde_json::{Value, json};
use testkit::Client;

use crate::support::{CONTACTS, JANE, JOHN, data, example, put, refuse, start, stored};

const INTO_JOHN: &str = "/api/v1/crm/contact/merge/2";

async fn merge(client: &Client, body: Value) -> Value {
    client.post(INTO_JOHN, &body).await.expect(200)["data"].clone()
}

#[tokio::test]
async fn merge_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let mut request = example("contacts.merge.request");
    request["mergeId"] = json!([4]);
    let reply = client.post(INTO_JOHN, &request).await;
    assert!(!reply.header("contactd-change").is_empty());
    // The example's message names another contact than its request.
    let mut expected = example("contacts.merge.response");
    expected["data"] = json!({"id": 2, "message": "#4 contact timeline's merged with #2 successfully."});
    assert_eq!(reply.expect(200), expected);
}

#[tokio::test]
async fn merges_are_asked_for_in_every_spelling() {
    for body in [
        json!({"mergeId": 4}),
        json!({"mergeId": "4"}),
        json!({"mergeId": [4]}),
        json!({"mergeId": ["4", 4]}),
        json!({"sourceIds": [4]}),
        json!({"sourceIds": 4}),
    ] {
        let (_test, client) = start().await;
        let client = client.on_all_terms();
        merge(&client, body.clone()).await;
        assert_eq!(data(&client, JANE).await["id"], json!(2), "{body}");
    }
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let answer = merge(&client, json!({"mergeId": [1], "sourceIds": [3, 4]})).await;
    assert_eq!(answer["message"], json!("#1, #3, #4 contact timeline's merged with #2 successfully."));
    let total = client.get(CONTACTS).await.expect(200)["data"]["counts"]["total"].clone();
    assert_eq!(total, json!(1));
}

#[tokio::test]
async fn the_contact_that_stays_takes_what_it_lacks() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let before = data(&client, JOHN).await;
    merge(&client, json!({"mergeId": 4})).await;
    let after = data(&client, JOHN).await;
    for key in ["name", "city", "state", "countryId", "ip"] {
        assert_eq!(after["fields"][key], before["fields"][key], "{key}");
    }
    assert_eq!(after["fields"]["email"], json!("jane@example.com"));
    assert_eq!(after["fields"]["phone"], json!("+15551234567"));
    assert_eq!(after["fields"]["lead_score"], json!("95"));
    assert_eq!((&after["companyId"], &after["tags"][0]["name"]), (&json!(5), &json!("Lead")));
    let notes = client.get("/api/v1/crm/note?contact_id=2").await.expect(200)["data"].clone();
    assert_eq!((&notes["count"], &notes["rows"][0]["contactId"]), (&json!(1), &json!(2)));
    let company = client.get("/api/v1/crm/objects/company/123?relations=contacts").await.expect(200);
    assert_eq!(company["data"]["contacts"][0]["id"], json!(2));
}

#[tokio::test]
async fn the_old_id_leads_to_the_contact_that_stays() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    merge(&client, json!({"mergeId": 4})).await;
    assert_eq!(data(&client, JANE).await["id"], json!(2));
    assert_eq!(put(&client, JANE, json!({"fields": {"city": "Rome"}})).await["id"], json!(2));
    assert_eq!(data(&client, JOHN).await["fields"]["city"], json!("Rome"));
    let found = client.get(&format!("{CONTACTS}?where=id|eq|4")).await.expect(200)["data"].clone();
    assert_eq!(found["list"][0]["id"], json!(2));
    let note = client.post("/api/v1/crm/note/create?contactId=4", &json!({"type": "note"})).await.expect(200);
    assert_eq!(note["data"]["contactId"], json!("2"));
    client.delete(JANE).await.expect(200);
    client.get(JOHN).await.expect(404);
    client.get(JANE).await.expect(404);
}

#[tokio::test]
async fn a_merge_is_undone_as_one_change() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let (john, jane) = (data(&client, JOHN).await, data(&client, JANE).await);
    let reply = client.post(INTO_JOHN, &json!({"mergeId": 4})).await;
    let change = reply.header("contactd-change").parse().expect("a number");
    let caller = test.app.authenticate("demo", Dialect::Native, None).await.expect("the demo's key");
    test.app.undo(&caller, change, OnConflict::Refuse).await.expect("an undo");
    let (john_after, jane_after) = (data(&client, JOHN).await, data(&client, JANE).await);
    assert_eq!(
        (john_after["fields"].clone(), john_after["tags"].clone()),
        (john["fields"].clone(), john["tags"].clone())
    );
    assert_eq!(jane_after, jane);
}

#[tokio::test]
async fn bad_merges_are_refused() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    for (body, field) in [
        (json!({}), "mergeId"),
        (json!({"mergeId": null}), "mergeId"),
        (json!({"mergeId": []}), "mergeId"),
        (json!({"mergeId": "x"}), "mergeId"),
        (json!({"mergeId": [4, {}]}), "mergeId"),
        (json!({"sourceIds": [1.5]}), "sourceIds"),
        (json!({"mergeId": 2}), "mergeId"),
        (json!({"mergeId": [4, 2]}), "mergeId.1"),
        (json!({"sourceIds": [4, 99]}), "sourceIds.1"),
        (json!({"mergeId": 4, "keep": "name"}), "keep"),
    ] {
        refuse(&client, ("POST", INTO_JOHN), body, (400, field)).await;
    }
    let itself = client.post(INTO_JOHN, &json!({"mergeId": 2})).await.expect(400);
    assert_eq!(itself["message"], json!("A contact cannot be merged into itself."));
    let missing = client.post(INTO_JOHN, &json!({"mergeId": 99})).await.expect(400);
    assert_eq!(
        (&missing["code"], &missing["message"]),
        (&json!("ERROR_RECORD_NOT_FOUND"), &json!("No contact with id 99."))
    );
    let nowhere = "/api/v1/crm/contact/merge/99";
    refuse(&client, ("POST", nowhere), json!({}), (404, "contactId")).await;
    refuse(&client, ("POST", "/api/v1/crm/contact/merge/x"), json!({"mergeId": 4}), (400, "contactId")).await;
    let key = test.key(&[app::Scope::Read], &[]).await;
    let before = stored(&test, "4").await;
    client.with_key(&key).post(INTO_JOHN, &json!({"mergeId": 4})).await.expect(403);
    assert_eq!(stored(&test, "4").await, before);
}

#[tokio::test]
async fn a_locked_contact_takes_no_addresses_of_others() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let owner = model::Edit::Text(model::TextMember::LockedBy, Some("Opera".to_owned()));
    crate::support::edit_elsewhere(&test, "2", vec![owner]).await;
    let answer = refuse(&client, ("POST", INTO_JOHN), json!({"mergeId": [4]}), (400, "mergeId.0")).await;
    assert_eq!(answer["message"], json!("\"mergeId.0\" is locked by 'Opera'."));
}
