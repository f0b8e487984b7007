//! Strict keys: what the vendor does not document is refused and named. Other keys: what is not used is told.

use api_acquire::{CONTRACT, routes};
use api_kit::contract::Support;
use serde_json::json;
use testkit::{Client, TestApp};

use crate::support::{CONTACTS, JOHN, everything, example, start};

async fn strict() -> (TestApp, Client, Client) {
    let (test, client) = start().await;
    let key = test.strict_key().await;
    let strict = Client::new(routes(test.app.clone())).described_by(&CONTRACT).with_key(&key);
    (test, client, strict)
}

#[tokio::test]
async fn a_strict_key_is_told_which_call_there_is_not() {
    let (_test, client, strict) = strict().await;
    let path = "/api/v1/crm/objects/note";
    let answer = strict.get(path).await.expect(404);
    let message = format!("No such endpoint: the vendor documents no call GET {path}.");
    assert_eq!(answer["message"], json!(message));
    client.get(path).await.expect(200);
}

#[tokio::test]
async fn a_strict_key_is_told_which_parameter_there_is_not() {
    let (_test, client, strict) = strict().await;
    let answer = strict.get(&format!("{CONTACTS}?limit=5&page=1")).await.expect(400);
    assert_eq!(answer["errors"][0]["field"], json!("page"));
    strict
        .get(&format!("{CONTACTS}?limit=5&where[]=id|eq|2&select[]=id&relations=company"))
        .await
        .expect(200);
    let lenient = client.get(&format!("{CONTACTS}?limit=5&page=0&colour=red")).await;
    lenient.expect(200);
    assert_eq!(lenient.header("contactd-ignored"), "colour");
}

#[tokio::test]
async fn a_strict_key_is_told_which_members_there_are_not() {
    let (_test, client, strict) = strict().await;
    let before = everything(&client).await;
    let body = json!({"colour": "red", "companyId": 5, "fields": {"city": "Rome", "zip_code": "1"}});
    let answer = strict.put(JOHN, &body).await.expect(400);
    let named: Vec<_> =
        answer["errors"].as_array().expect("errors").iter().map(|each| &each["field"]).collect();
    assert_eq!(named, [&json!("colour"), &json!("companyId")]);
    assert_eq!(everything(&client).await, before);
    strict.put(JOHN, &example("contacts.update.request")).await.expect(200);
    let message = json!({"type": "message", "noteId": 1, "contact_id": 2});
    let answer = strict.post("/api/v1/crm/note/add-message", &message).await.expect(400);
    assert_eq!(answer["errors"][0]["field"], json!("noteId"));
}

#[tokio::test]
async fn a_strict_key_may_do_all_that_is_documented() {
    let (_test, _client, strict) = strict().await;
    let rows = CONTRACT.table.routes.iter();
    for row in rows.filter(|row| row.support != Support::Unsupported && row.documented) {
        let path: Vec<_> =
            row.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let reply = strict.send(&row.method, &path.join("/"), "{}").await;
        assert!(!reply.text.contains("documents no"), "{} {}: {}", row.method, row.path, reply.text);
    }
}

#[tokio::test]
async fn what_has_no_effect_is_told() {
    let (_test, client) = start().await;
    let john = client.get(JOHN).await.expect(200)["data"].clone();
    let reply = client.put(JOHN, &john).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-ignored"), "dateUpdated, id, archive, fields.country");
    let reply = client.get(&format!("{JOHN}?relations=company|colour")).await;
    assert_eq!(reply.header("contactd-ignored"), "relations.colour");
    for path in ["crm/tag", "crm/tag/1", "crm/objects/object-field", "crm/block-visitor"] {
        let reply = client.get(&format!("/api/v1/{path}?relations=contact")).await;
        reply.expect(200);
        assert_eq!(reply.header("contactd-ignored"), "relations", "{path}");
    }
    let block = json!({"data": [2], "type": "contact", "blockTill": "2030-01-01", "blockBy": 1});
    let reply = client.post("/api/v1/crm/block-visitor", &block).await;
    assert_eq!(reply.header("contactd-ignored"), "blockBy");
    let note = json!({"type": "note", "contactId": 3, "id": 9});
    let reply = client.post("/api/v1/crm/note/create?contactId=2", &note).await;
    assert_eq!(reply.header("contactd-ignored"), "id, contactId");
}
