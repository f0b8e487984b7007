//! Fields are made filterable and stop being it, through the API; what searches find stays the same.

use serde_json::json;

use crate::search::escaped;
use crate::{CONTACTS, create, start};

const FIELDS: &str = "/api/v1/fields";

#[tokio::test]
async fn a_field_becomes_filterable_and_that_can_be_undone() {
    let (test, client) = start().await;
    let field = json!({"name": "Customer Number", "type": "number"});
    let made = client.post(FIELDS, &field).await.expect(201);
    assert_eq!((&made["key"], &made["filterable"]), (&json!("customer_number"), &json!(false)));
    let jane = create(&client, &json!({"name": {"full": "Jane"}, "values": {"customer_number": 4711}})).await;
    let path = format!("{FIELDS}/{}", made["id"].as_str().unwrap());
    let patched = client.patch(&path, &json!({"filterable": true})).await;
    let change = patched.header("contactd-change").to_owned();
    assert_eq!(patched.expect(200)["filterable"], true);
    let found = async |search: &str| {
        let list = client.get(&format!("{CONTACTS}?q={}", escaped(search))).await.expect(200);
        list["contacts"].as_array().unwrap().iter().map(|each| each["id"].clone()).collect::<Vec<_>>()
    };
    let is_right = async || {
        assert_eq!(found("customer_number=4711").await, [jane["id"].clone()]);
        assert!(found("customer_number>4711").await.is_empty());
    };
    is_right().await;
    let indexed = test.app.index_values().await.unwrap();
    assert!(indexed.contacts > 0 && indexed.forgotten == 0, "{indexed:?}");
    is_right().await;
    let history = client.get(&format!("{path}/history")).await.expect(200);
    let difference = json!([{"member": "filterable", "before": false, "after": true}]);
    assert_eq!(history["changes"][0]["differences"], difference);
    client.post(&format!("/api/v1/changes/{change}/undo"), &json!({})).await.expect(200);
    assert_eq!(client.get(&path).await.expect(200)["filterable"], false);
    is_right().await;
    let forgotten = test.app.index_values().await.unwrap();
    // Of both fields that were filterable: the other one is the demo's.
    assert_eq!((forgotten.contacts, forgotten.forgotten * 2), (0, indexed.contacts));
    is_right().await;
}

#[tokio::test]
async fn a_field_that_is_filterable_gets_another_type() {
    let (test, client) = start().await;
    let field = json!({"name": "Code", "type": "text", "filterable": true});
    let made = client.post(FIELDS, &field).await.expect(201);
    for code in ["9", "10"] {
        create(&client, &json!({"values": {"code": code}})).await;
    }
    test.app.index_values().await.unwrap();
    let order = async || {
        let list = client.get(&format!("{CONTACTS}?q=has:code&sort=code")).await.expect(200);
        let code = |each: &model::Json| each["values"]["code"].to_string();
        list["contacts"].as_array().unwrap().iter().map(code).collect::<Vec<_>>()
    };
    assert_eq!(order().await, ["\"10\"", "\"9\""]);
    let path = format!("{FIELDS}/{}", made["id"].as_str().unwrap());
    client.patch(&path, &json!({"type": "number"})).await.expect(200);
    assert_eq!(order().await, ["9", "10"]);
    let round = test.app.index_values().await.unwrap();
    assert!(round.contacts >= 2 && round.forgotten >= 2, "{round:?}");
    assert_eq!(order().await, ["9", "10"]);
}

#[tokio::test]
async fn only_values_of_contacts_are_filterable_and_of_so_many_fields() {
    let (_test, client) = start().await;
    let company = json!({"name": "Sector", "type": "text", "entity": "company", "filterable": true});
    let refused = client.post(FIELDS, &company).await.expect(422);
    assert_eq!(refused["errors"][0]["member"], "filterable");
    client.post(FIELDS, &json!({"name": "Odd", "type": "text", "filterable": "yes"})).await.expect(422);
    // One field of the demo is it.
    for n in 1..32 {
        let field = json!({"name": format!("Field {n}"), "type": "text", "filterable": true});
        client.post(FIELDS, &field).await.expect(201);
    }
    let refused = client.post(FIELDS, &json!({"name": "One more", "type": "date", "filterable": true})).await;
    let refused = refused.expect(422);
    assert_eq!(
        (&refused["errors"][0]["member"], &refused["errors"][0]["code"]),
        (&json!("filterable"), &json!("quota_reached"))
    );
    // Of these, contacts answer with yes or no at once.
    for kind in ["boolean", "single_select"] {
        let field = json!({"name": kind, "type": kind, "filterable": true});
        client.post(FIELDS, &field).await.expect(201);
    }
    // Without a change, nothing is refused.
    let list = client.get(&format!("{FIELDS}?limit=100")).await.expect(200);
    let last = list["fields"].as_array().unwrap().iter().find(|each| each["key"] == "field_31").unwrap();
    let path = format!("{FIELDS}/{}", last["id"].as_str().unwrap());
    client.patch(&path, &json!({"name": "The last", "filterable": true})).await.expect(200);
}
