//! Every writable member: created, got, changed, got again.

use model::Json;
use serde_json::json;

use crate::support::{CONTACTS, data, start};

/// Member of `fields` or of the contact, its first and its second value.
fn members() -> Vec<(&'static str, &'static str, Json, Json)> {
    vec![
        ("fields", "name", json!("Ada Lovelace"), json!("Ada  King")),
        ("fields", "email", json!("Ada@example.com"), json!("ada@king.example")),
        ("fields", "phone", json!("9460731950"), json!("+12513188609")),
        ("fields", "city", json!("London"), json!("")),
        ("fields", "state", json!("Kent"), json!(null)),
        ("fields", "countryId", json!("387"), json!("517")),
        ("fields", "ip", json!("2001:db8::10"), json!("192.0.2.1")),
        ("fields", "zip_code", json!("94105"), json!("94106")),
        ("fields", "lead_score", json!("1"), json!("2.50")),
        ("fields", "stage", json!("Growth"), json!("Seed")),
        ("fields", "features", json!(["Analytics"]), json!([])),
        ("", "clientType", json!("web"), json!("client")),
        ("", "clientName", json!("Chrome"), json!(null)),
        ("", "clientVersion", json!("81.0"), json!("82.0")),
        ("", "clientOsName", json!("Windows"), json!("Linux")),
        ("", "clientOsVersion", json!("10"), json!("11")),
        ("", "clientDeviceType", json!("Desktop"), json!("Phone")),
        ("", "clientDeviceVendor", json!("A"), json!("B")),
        ("", "clientDeviceModel", json!("C"), json!("D")),
        ("", "clientDetails", json!({"ua": "x"}), json!({})),
        ("", "companyId", json!(5), json!(123)),
        ("", "dateCreated", json!("2020-01-02T03:04:05.678Z"), json!("2019-01-02T03:04:05.000Z")),
    ]
}

fn body(group: &str, name: &str, value: &Json) -> Json {
    if group.is_empty() { json!({ name: value }) } else { json!({ group: { name: value } }) }
}

fn shown<'a>(contact: &'a Json, group: &str, name: &str) -> Option<&'a Json> {
    if group.is_empty() { contact.get(name) } else { contact[group].get(name) }
}

#[tokio::test]
async fn every_member_survives_create_get_update_get() {
    let (test, client) = start().await;
    for (group, name, first, second) in members() {
        let made = client.post(CONTACTS, &body(group, name, &first)).await.expect(200)["data"].clone();
        assert_eq!(shown(&made, group, name), Some(&first), "{name} created");
        let path = format!("{CONTACTS}/{}", made["id"]);
        let got = data(&client, &path).await;
        assert_eq!(shown(&got, group, name), Some(&first), "{name} got");
        test.clock.advance_ms(1000);
        let reply = client.put(&path, &body(group, name, &second)).await;
        assert_eq!(shown(&reply.expect(200)["data"], group, name), Some(&second), "{name} updated");
        assert_ne!(reply.header("contactd-change"), "", "{name}");
        let got = data(&client, &path).await;
        assert_eq!(shown(&got, group, name), Some(&second), "{name} got again");
        let reply = client.put(&path, &body(group, name, &second)).await;
        assert_eq!(reply.expect(200)["data"]["dateUpdated"], got["dateUpdated"], "{name} once more");
        assert_eq!(reply.header("contactd-change"), "", "{name} once more");
    }
}

#[tokio::test]
async fn an_empty_create_makes_an_empty_contact() {
    let (_test, client) = start().await;
    let expected = json!({
        "dateCreated": "2025-01-15T12:45:00.000Z",
        "dateUpdated": "2025-01-15T12:45:00.000Z",
        "id": 5,
        "clientType": null,
        "clientName": null,
        "clientVersion": null,
        "clientOsName": null,
        "clientOsVersion": null,
        "clientDeviceType": null,
        "clientDeviceVendor": null,
        "clientDeviceModel": null,
        "clientDetails": null,
        "archive": "no",
        "companyId": null,
        "fields": {},
    });
    assert_eq!(client.post(CONTACTS, &json!({})).await.expect(200), json!({ "data": expected }));
    let reply = client.send("POST", CONTACTS, "").await;
    assert_eq!(reply.expect(200)["data"]["id"], json!(6));
}

#[tokio::test]
async fn create_takes_top_level_members_as_known_clients_send_them() {
    let (_test, client) = start().await;
    let body =
        json!({"name": "A", "email": "a@b.example", "phone": "1", "fields": {"city": "C"}, "tags": ["VIP"]});
    let made = client.post(CONTACTS, &body).await.expect(200)["data"].clone();
    assert_eq!(made["fields"], json!({"name": "A", "email": "a@b.example", "phone": "1", "city": "C"}));
    let got = data(&client, &format!("{CONTACTS}/{}", made["id"])).await;
    assert_eq!(got["tags"][0]["name"], json!("VIP"));
}
