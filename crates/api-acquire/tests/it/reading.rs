//! Getting one contact: `select`, `relations`, ids.

use model::{Dialect, Edit, Json};
use serde_json::json;

use crate::support::{CONTACTS, JANE, JOHN, data, edit_elsewhere, put_fields, start};

fn names(object: &Json) -> Vec<&str> {
    let mut names: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn relations_come_only_when_asked_for() {
    let (_test, client) = start().await;
    let plain = data(&client, JANE).await;
    for relation in ["company", "cases", "visits", "timeline"] {
        assert_eq!(plain.get(relation), None, "{relation}");
    }
    for relation in ["fields", "tags", "companyId"] {
        assert!(plain.get(relation).is_some(), "{relation}");
    }
    for query in [
        "relations=company&relations=cases&relations=visits",
        "relations[]=company&relations[]=cases&relations[]=visits",
        "relations=company|cases|visits|nonsense",
        "relations=company%7Ccases%7Cvisits",
    ] {
        let got = data(&client, &format!("{JANE}?{query}")).await;
        assert_eq!(got["company"]["fields"]["name"], json!("Tech Corp"), "{query}");
        assert_eq!((&got["cases"], &got["visits"]), (&json!([]), &json!([])), "{query}");
        assert_eq!(got.get("timeline"), None, "{query}");
        assert_eq!(got["companyId"], json!(123), "{query}");
    }
}

#[tokio::test]
async fn a_contact_without_company_shows_an_empty_one() {
    let (_test, client) = start().await;
    let got = data(&client, &format!("{CONTACTS}/1?relations=company")).await;
    assert_eq!((&got["company"], &got["companyId"]), (&json!({"fields": {}}), &json!(null)));
}

#[tokio::test]
async fn select_leaves_the_named_members_and_the_id() {
    let (_test, client) = start().await;
    for query in [
        "select=clientName&select=companyId",
        "select[]=clientName&select[]=companyId",
        "select=clientName|companyId|x",
    ] {
        let got = data(&client, &format!("{JOHN}?{query}")).await;
        assert_eq!(got, json!({"id": 2, "clientName": "Chrome", "companyId": 5}), "{query}");
    }
    let got = data(&client, &format!("{JOHN}?select=clientName&relations=fields|cases")).await;
    assert_eq!(names(&got), ["cases", "clientName", "fields", "id"]);
    assert_eq!(data(&client, &format!("{JOHN}?select=parent")).await, json!({"id": 2}));
    assert!(
        names(&data(&client, &format!("{JOHN}?select=")).await).len() > 10,
        "an empty select selects all"
    );
}

#[tokio::test]
async fn select_knows_both_spellings_of_date_created() {
    let (_test, client) = start().await;
    for name in ["dateCreate", "dateCreated"] {
        let got = data(&client, &format!("{JOHN}?select={name}")).await;
        assert_eq!(got, json!({"dateCreated": "2021-03-10T07:27:53.000Z", "id": 2}), "{name}");
    }
}

#[tokio::test]
async fn the_id_that_acquire_gave_is_shown_and_found() {
    let (test, client) = start().await;
    edit_elsewhere(&test, "4", vec![Edit::Aliases(Dialect::Acquire, vec!["6545537".to_owned()])]).await;
    assert_eq!(data(&client, &format!("{CONTACTS}/6545537")).await["fields"]["name"], json!("Jane Smith"));
    assert_eq!(data(&client, JANE).await["id"], json!(6_545_537), "the number still works");
    let listed = client.get(&format!("{CONTACTS}?where=id|eq|6545537")).await.expect(200);
    assert_eq!(listed["data"]["list"][0]["id"], json!(6_545_537));
}

#[tokio::test]
async fn fields_show_the_first_address_of_each_kind() {
    let (_test, client) = start().await;
    let got = data(&client, JANE).await["fields"].clone();
    assert_eq!((&got["email"], &got["phone"]), (&json!("jane@example.com"), &json!("+15551234567")));
    assert_eq!((got.get("city"), got.get("ip")), (None, None), "what was never set is absent");
}

#[tokio::test]
async fn head_has_no_body() {
    let (_test, client) = start().await;
    put_fields(&client, json!({"city": "X"})).await;
    let reply = client.send("HEAD", JOHN, "").await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, ""));
}
