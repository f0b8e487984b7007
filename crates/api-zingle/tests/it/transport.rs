//! What real clients do to HTTP, on every route: bodies where none belong, none where one belongs, odd Content-Types,
//! camelCase; and the answer to methods that a route lacks.

use std::collections::{BTreeMap, BTreeSet};

use api_zingle::ROUTES;
use model::Json;

use crate::{CINDY, CINDY_ID, PHONE, SERVICE_ID, Site, fault};

/// Paths of routes with ids that exist, where any does.
async fn paths(site: &Site) -> BTreeMap<String, BTreeSet<&'static str>> {
    let body = serde_json::json!({"channel_type_id": PHONE, "value": "+18585551212"});
    let channel =
        site.client.post(&format!("{CINDY}/channels"), &body).await.expect(200)["result"]["id"].clone();
    let room = site.field("room_type").await;
    let mut paths: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (method, route) in ROUTES {
        let path = route
            .replace("{service_id}", SERVICE_ID)
            .replace("{account_id}", SERVICE_ID)
            .replace("{contact_id}", CINDY_ID)
            .replace("{user_id}", "5912ac4d-280a-4d4e-a632-961b40718293")
            .replace("{label_id}", "4492b6a7-bac4-471a-8e54-ddcdda502013")
            .replace("{channel_id}", channel.as_str().unwrap())
            .replace("{channel_type_id}", PHONE)
            .replace("{custom_field_id}", &room)
            .replace(['{', '}'], "");
        paths.entry(path).or_default().insert(method);
    }
    paths
}

fn has_only_camel_names(json: &Json) -> bool {
    match json {
        Json::Object(members) => {
            members.iter().all(|(name, value)| !name.contains('_') && has_only_camel_names(value))
        }
        Json::Array(items) => items.iter().all(has_only_camel_names),
        _ => true,
    }
}

#[tokio::test]
async fn every_get_answers_whatever_its_body_and_content_type() {
    let site = Site::new().await;
    let twice = site.client.clone().with_header("content-type", "application/json");
    let twice = twice.with_header("content-type", "application/json");
    for (path, methods) in paths(&site).await {
        if !methods.contains("GET") {
            continue;
        }
        let plain = site.client.get(&path).await;
        for (client, body) in [(&site.client, "{}"), (&twice, ""), (&twice, "{")] {
            let reply = client.send("GET", &path, body).await;
            assert_eq!((reply.status, &reply.text), (plain.status, &plain.text), "{path} {body}");
        }
        assert_eq!(plain.json()["status"]["status_code"], plain.status.as_u16(), "{path}");
        assert_eq!(plain.header("content-type"), "application/json", "{path}");
        let camel = site.client.get(&format!("{path}?camel_case=1")).await;
        assert_eq!(camel.status, plain.status, "{path}");
        assert!(has_only_camel_names(&camel.json()), "{path}: {}", camel.text);
    }
}

#[tokio::test]
async fn every_act_without_a_body_answers_the_same_whatever_the_content_type() {
    for header in [&[][..], &["application/x-www-form-urlencoded"], &["application/json", "application/json"]]
    {
        let site = Site::new().await;
        let client = header
            .iter()
            .fold(site.client.clone(), |client, value| client.with_header("content-type", value));
        for (path, expected) in [
            ("assign", 200),
            ("unassign", 200),
            ("labels/4492b6a7-bac4-471a-8e54-ddcdda502013", 200),
            ("stop-automation", 200),
            ("automations/x", 404),
            ("channels", 400),
        ] {
            let reply = client.send("POST", &format!("{CINDY}/{path}"), "").await;
            assert_eq!(reply.status.as_u16(), expected, "{header:?} {path}: {}", reply.text);
        }
        let reply = client
            .send("DELETE", &format!("{CINDY}/labels/4492b6a7-bac4-471a-8e54-ddcdda502013"), "{}")
            .await;
        assert_eq!(reply.status.as_u16(), 200, "{header:?}: {}", reply.text);
    }
}

#[tokio::test]
async fn every_method_that_a_route_does_not_have_is_405_and_names_those_it_has() {
    let site = Site::new().await;
    for (path, methods) in paths(&site).await {
        for method in
            ["GET", "POST", "PUT", "DELETE", "PATCH"].into_iter().filter(|each| !methods.contains(each))
        {
            let reply = site.client.send(method, &path, "{}").await;
            assert_eq!(fault(&reply), "405 - Method not allowed", "{method} {path}");
            let allowed: BTreeSet<_> =
                reply.header("allow").split(',').filter(|each| *each != "HEAD").collect();
            assert_eq!(allowed, methods, "{path}");
        }
    }
}
