//! What the description rules out is refused by every route, naming the member, with nothing stored.

use api_callbell::CONTRACT;
use api_kit::contract::{Direction, Support};
use model::Json;
use serde_json::json;
use testkit::wrong_values;

use crate::stage::{JOHN, Stage};

const TEAM: &str = "ad42a09715814e6483b1c5debd6a2dbc";
const CHANNEL: &str = "7c996996fea947f4a1d5a11e7fac84db";

/// A path of the table with ids of what there is.
async fn path(stage: &Stage, template: &str) -> String {
    if template.ends_with("/custom_statuses/{id}") {
        let made = stage.client.post("/v1/custom_statuses", &json!({"name": "Lunch"})).await.expect(200);
        return template.replace("{id}", made["customStatus"]["id"].as_str().unwrap());
    }
    let id = match template.split('/').nth(2).unwrap() {
        "teams" => TEAM,
        "channels" => CHANNEL,
        "users" => "jane.doe@email.com",
        _ => JOHN,
    };
    template.replace("{uuid}", id)
}

/// What a body has beside the wrong member, where some must be there.
fn least(object: &str) -> Json {
    match object {
        "new_contact" => json!({"identifier": "+15550001111", "source": "whatsapp", "name": "Ada"}),
        "webhook_write" => json!({"url": "https://example.com/x", "subscriptions": ["contact_created"]}),
        "custom_status_write" => json!({"name": "Lunch"}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn values_of_members_that_are_ruled_out_are_refused() {
    let stage = Stage::new().await;
    let served = CONTRACT.table.routes.iter().filter(|row| row.support != Support::Unsupported);
    let mut count = 0;
    for row in served {
        let Some(object) = &row.request else { continue };
        let path = path(&stage, &row.path).await;
        let (contact, events) = (stage.record().await, stage.events().await);
        let catalog = stage.test.app.catalog(&stage.caller().await).await.unwrap();
        for (name, value) in wrong_values(&CONTRACT, Direction::Request, object) {
            let mut body = least(object);
            body[&name] = value;
            let reply = stage.client.send(&row.method, &path, body.to_string()).await;
            assert_eq!(reply.status, 400, "{} {path} {body:.200}: {}", row.method, reply.text);
            let error = &reply.json()["error"];
            let names: Vec<_> = error.as_object().unwrap().keys().collect();
            assert_eq!(names, [&name], "{} {path} {body:.200}", row.method);
            assert_eq!(reply.header("contactd-change"), "");
            count += 1;
        }
        assert_eq!((stage.record().await, stage.events().await), (contact, events), "{path}");
        assert_eq!(*stage.test.app.catalog(&stage.caller().await).await.unwrap(), *catalog, "{path}");
    }
    assert!(count > 150, "{count}");
    let all = stage.client.get("/v1/contacts?page=1").await.expect(200);
    assert_eq!(all["contacts"].as_array().unwrap().len(), 4, "none was made");
}

#[tokio::test]
async fn values_of_parameters_that_are_ruled_out_are_refused() {
    let stage = Stage::new().await;
    for row in CONTRACT.table.routes.iter().filter(|row| !row.query.is_empty()) {
        let path = path(&stage, &row.path).await.replace("{number}", "123456789");
        for object in &row.query {
            for (name, value) in wrong_values(&CONTRACT, Direction::Query, object) {
                let text = match value {
                    Json::String(text) if !text.is_empty() => text,
                    Json::Number(number) => number.to_string(),
                    _ => continue,
                };
                if CONTRACT.table.members(Direction::Query, object).any(|(each, row)| {
                    each == name && row.schema.get("type").is_some_and(|kind| kind == "string")
                }) {
                    continue;
                }
                let query = format!("{path}?{name}={text}");
                let reply = stage.client.get(&query).await;
                let error = &reply.expect(400)["error"];
                let is_named = error.get(&name).is_some() || *error == "Pagination limit exceeded";
                assert!(is_named, "{query}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn every_list_is_empty_past_its_end() {
    let stage = Stage::new().await;
    stage.client.post("/v1/custom_statuses", &json!({"name": "Lunch"})).await.expect(200);
    for (path, nouns) in [
        ("/v1/contacts".to_owned(), "contacts"),
        (format!("/v1/contacts/{JOHN}/messages"), "messages"),
        ("/v1/channels".to_owned(), "channels"),
        ("/v1/teams".to_owned(), "teams"),
        (format!("/v1/teams/{TEAM}/members"), "users"),
        ("/v1/custom_statuses".to_owned(), "customStatuses"),
        ("/v1/webhooks/events".to_owned(), "webhook_events"),
    ] {
        for page in [2, 500] {
            let answer = stage.client.get(&format!("{path}?page={page}")).await.expect(200);
            assert_eq!(answer[nouns], json!([]), "{path}");
            assert_eq!(
                (&answer["meta"]["page"], &answer["meta"]["pages"]),
                (&json!(page), &json!(1)),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_deleted_twice_is_not_found() {
    let stage = Stage::new().await;
    let status = path(&stage, "/v1/custom_statuses/{id}").await;
    let subscription = json!({"url": "https://example.com/x", "subscriptions": ["contact_created"]});
    stage.client.post("/v1/webhooks/subscribe", &subscription).await.expect(200);
    for (path, noun) in [
        (format!("/v1/contacts/{JOHN}"), "contact"),
        (status, "custom status"),
        ("/v1/webhooks/unsubscribe".to_owned(), "webhook"),
    ] {
        stage.client.delete(&path).await.expect(200);
        for _ in 0..2 {
            let again = stage.client.delete(&path).await;
            assert_eq!(again.expect(404), json!({"error": format!("{noun} not found")}), "{path}");
            assert_eq!(again.header("contactd-change"), "");
        }
    }
}
