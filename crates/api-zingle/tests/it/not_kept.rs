//! Events, automations and notifications: what is not kept here answers as if there were none.

use app::Scope;
use serde_json::json;

use crate::{CINDY, SERVICE, SERVICE_ID, Site, example, fault};

#[tokio::test]
async fn events_have_exact_totals_also_without_rows() {
    let site = Site::new().await;
    let path = format!("{SERVICE}/events");
    let answer = site.client.get(&format!("{path}?event_type=message")).await.expect(200);
    let mut expected = example("events.list.response");
    expected["result"] = json!([]);
    for (member, value) in
        [("sort_field", json!("created_at")), ("total_pages", json!(0)), ("total_records", json!(0))]
    {
        expected["status"][member] = value;
    }
    assert_eq!(answer, expected);
    for query in [
        "page_size=0&event_type=message",
        "page_size=0&contact_id=x&event_type[]=message&event_type[]=note",
        "page_size=1000&sort_fields[]=id%20desc&created_at=less_than(1)",
    ] {
        let answer = site.client.get(&format!("{path}?{query}")).await.expect(200);
        let status = &answer["status"];
        assert_eq!((&answer["result"], &status["total_records"]), (&json!([]), &json!(0)), "{query}");
    }
    let totals = site.client.get(&format!("{path}?page_size=0")).await.expect(200)["status"].clone();
    assert_eq!((&totals["page_size"], &totals["total_pages"]), (&json!(0), &json!(0)));
    assert_eq!(totals["total_records"], 1);
    for (query, code) in
        [("page_size=-1", 2611), ("page_size=1001", 2611), ("page=0", 2603), ("sort_direction=up", 2609)]
    {
        let told = fault(&site.client.get(&format!("{path}?{query}")).await);
        assert!(told.starts_with(&format!("400 {code} ")), "{query}: {told}");
    }
    assert_eq!(fault(&site.client.get(&format!("{path}/nope")).await), "404 7003 Event not found");
    let elsewhere = path.replace("aff7bc93", "bff7bc93");
    for path in [elsewhere.clone(), format!("{elsewhere}/nope")] {
        assert_eq!(fault(&site.client.get(&path).await), "404 2800 Service not found");
    }
}

#[tokio::test]
async fn automations_are_an_empty_list() {
    let site = Site::new().await;
    let path = format!("{SERVICE}/automations");
    let mut expected = example("recommended.automations.list.response");
    expected["result"] = json!([]);
    expected["status"]["total_pages"] = json!(0);
    expected["status"]["total_records"] = json!(0);
    assert_eq!(site.client.get(&path).await.expect(200), expected);
    assert_eq!(fault(&site.client.get(&format!("{path}/nope")).await), "404 3500 Automation not found");
    let told = fault(&site.client.get(&format!("{path}?page_size=0")).await);
    assert!(told.starts_with("400 2611 "), "{told}");
    assert_eq!(fault(&site.client.post(&path, &json!({})).await), "405 - Method not allowed");
}

#[tokio::test]
async fn no_automation_can_be_triggered_and_stopping_is_done() {
    let site = Site::new().await;
    let trigger = format!("{CINDY}/automations/3d4f772f-d2c4-4dc1-98d0-6f23ba072758");
    let stop = format!("{CINDY}/stop-automation");
    for body in ["", "{}", "{", "a=b"] {
        assert_eq!(site.refused_at("POST", &trigger, body).await, "404 3500 Automation not found");
        let reply = site.client.send("POST", &stop, body).await;
        assert_eq!(reply.expect(200), example("contacts.stop_automation.response"));
        assert_eq!(reply.header("contactd-change"), "");
    }
    let reader = site.client.clone().with_key(&site.test.key(&[Scope::Read], &[]).await);
    for path in [trigger, stop] {
        let nobody = path.replace("f119fe3b", "e119fe3b");
        assert_eq!(fault(&site.client.send("POST", &nobody, "").await), "404 3000 Contact not found");
        let told = fault(&reader.send("POST", &path, "").await);
        assert_eq!(told, "403 2602 Permission denied: the key lacks the scope 'write'");
        assert_eq!(fault(&site.client.get(&path).await), "405 - Method not allowed");
    }
}

#[tokio::test]
async fn a_device_is_registered_as_documented() {
    let site = Site::new().await;
    let done = example("notifications.create.response");
    for path in ["/v1/notifications", "/v1/receive-notifications"] {
        let answer = site.client.post(path, &example("notifications.create.request")).await.expect(200);
        assert_eq!(answer, done);
        for services in [json!(null), json!([]), json!([SERVICE_ID])] {
            let body = json!({"device_identifier": "d", "operating_system": "android", "service_ids": services,
                "push_environment": "dev"});
            assert_eq!(site.client.post(path, &body).await.expect(200), done, "{services}");
        }
        assert_eq!(fault(&site.client.get(path).await), "405 - Method not allowed");
    }
    let body = json!({"deviceIdentifier": "d", "operatingSystem": "ios", "serviceIds": [SERVICE_ID]});
    let answer = site.client.post("/v1/notifications?camel_case=1", &body).await.expect(200);
    assert_eq!(answer["status"]["statusCode"], 200);
}

#[tokio::test]
async fn devices_that_cannot_be_registered_are_refused() {
    let site = Site::new().await;
    let (_, spa) = site.second_service().await;
    let with = |name: &str, value: model::Json| {
        let mut body = example("notifications.create.request");
        body[name] = value;
        body
    };
    for (body, expected) in [
        (with("service_ids", json!("x")), "6000 Invalid service_ids"),
        (with("service_ids", json!([5])), "6000 Invalid service_ids"),
        (with("service_ids", json!(["nope"])), "6000 Invalid service_ids"),
        (with("service_ids", json!([SERVICE_ID, spa])), "6000 Invalid service_ids"),
        (with("operating_system", json!("symbian")), "6001 Invalid operating_system"),
        (with("operating_system", json!(1)), "6001 Invalid operating_system"),
        (json!({"device_identifier": "d"}), "6001 Invalid operating_system"),
        (with("device_identifier", json!("")), "6002 Invalid device_identifier"),
        (with("device_identifier", json!(null)), "6002 Invalid device_identifier"),
        (json!({"operating_system": "ios"}), "6002 Invalid device_identifier"),
        (json!([]), "2604 Invalid body content: the body must be a JSON object"),
    ] {
        let told = fault(&site.client.post("/v1/notifications", &body).await);
        assert_eq!(told, format!("400 {expected}"), "{body}");
    }
    let told = fault(&site.client.send("POST", "/v1/notifications", "{").await);
    assert!(told.starts_with("400 2604 Invalid body content: invalid JSON: "), "{told}");
}
