//! Zingle's routes that change one thing of a contact: every other API reads what they did, and undo takes it back.

use serde_json::json;
use testkit::{Client, TestApp};

const CONTACTS: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts";

#[tokio::test]
async fn what_one_route_changed_is_one_change_that_can_be_undone() {
    let test = TestApp::new().await;
    let zingle = Client::new(api_zingle::routes(test.app.clone())).with_key("demo");
    let native = Client::new(api_native::routes(test.app.clone())).with_key("demo");
    let made = native.post("/api/v1/contacts", &json!({"name": {"first": "Kim"}})).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let read = || async { native.get(&format!("/api/v1/contacts/{id}")).await.expect(200) };
    let phone = json!({"channel_type_id": "0a293ea3-4721-433e-a031-610ebcf43255", "value": "+18585551212"});
    for (path, body, member) in [
        ("assign", json!({"user_id": "5912ac4d-280a-4d4e-a632-961b40718293"}), "assigned_user"),
        ("labels/4492b6a7-bac4-471a-8e54-ddcdda502013", json!({}), "tags"),
        ("channels", phone, "channels"),
        ("custom-field-values/d179ee59-f493-48f2-a63d-7627d1cfdab5", json!({"value": "14:30"}), "values"),
    ] {
        let before = read().await;
        let reply = zingle.post(&format!("{CONTACTS}/{id}/{path}"), &body).await;
        reply.expect(200);
        let after = read().await;
        let mut expected = before.clone();
        expected[member] = after[member].clone();
        expected["revision"] = json!(before["revision"].as_u64().unwrap() + 1);
        assert_ne!(after[member], before[member], "{path}");
        assert_eq!(after, expected, "{path}");
        let change = reply.header("contactd-change");
        let event = native.get(&format!("/api/v1/changes/{change}")).await.expect(200);
        assert_eq!(event["actor"]["dialect"], "zingle", "{path}");
        native.post(&format!("/api/v1/changes/{change}/undo"), &json!({})).await.expect(200);
        assert_eq!(read().await[member], before[member], "{path}");
    }
}
