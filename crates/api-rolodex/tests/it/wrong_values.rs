//! What the description rules out is refused by every route, naming the member, with nothing stored.

use api_kit::contract::Direction;
use api_rolodex::CONTRACT;
use model::Json;
use serde_json::json;
use testkit::wrong_values;

use crate::world::{World, brief};

const API: &str = "/user-api/v1";

/// Each resource with a record of it, and the least that makes one.
fn resources() -> [(&'static str, &'static str, Json); 7] {
    [
        ("contacts", "contact_67890", json!({"first_name": "Ada"})),
        ("companies", "company_123", json!({"name": "Ada Ltd"})),
        ("tags", "tag_123", json!({"name": "New"})),
        ("lists", "list_789", json!({"name": "New", "type": "CONTACT"})),
        ("notes", "note_101", json!({"body": "New"})),
        ("tasks", "task_101", json!({"body": "New", "due_date": "2025-01-25T16:00:00Z"})),
        (
            "custom-fields",
            "field_456",
            json!({"name": "New", "field_type": "SINGLE_SELECT", "entity_type": "CONTACT"}),
        ),
    ]
}

/// Whether an error is of a member: `name`, or deeper.
fn is_of(answer: &Json, name: &str) -> bool {
    let details = answer["details"].as_array().into_iter().flatten();
    let paths = details.filter_map(|each| each["path"].as_str()?.strip_prefix(name));
    paths.into_iter().any(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[tokio::test]
async fn values_of_members_that_are_ruled_out_are_refused() {
    let world = World::linked().await;
    let mut count = 0;
    for (resource, id, least) in resources() {
        let list = format!("{API}/{resource}?limit=1000");
        if resource == "tasks" {
            // One without a due date can be told so.
            world.data("PUT", &format!("{API}/tasks/{id}"), least.clone()).await;
        }
        let before = world.client.get(&list).await.expect(200);
        let stored = world.stored().await;
        for (method, path, template) in
            [("POST", format!("/{resource}"), ""), ("PUT", format!("/{resource}/{id}"), "/{id}")]
        {
            let route = format!("{API}/{resource}{template}");
            let row = CONTRACT.table.routes.iter().find(|row| row.method == method && row.path == route);
            let object = row.unwrap().request.as_deref().unwrap();
            for (name, value) in wrong_values(&CONTRACT, Direction::Request, object) {
                let mut body = if method == "POST" { least.clone() } else { json!({}) };
                body[&name] = value;
                let reply = world.client.send(method, &format!("{API}{path}"), body.to_string()).await;
                assert_eq!(reply.status, 400, "{method} {path} {body:.200}: {}", reply.text);
                assert!(is_of(&reply.json(), &name), "{method} {path} {name}: {}", reply.text);
                assert_eq!(reply.header("contactd-change"), "");
                count += 1;
            }
            if let Some(required) = least.as_object().filter(|_| method == "POST") {
                for name in required.keys() {
                    let mut body = least.clone();
                    body.as_object_mut().unwrap().remove(name);
                    let refused = world.client.post(&format!("{API}{path}"), &body).await.expect(400);
                    assert_eq!(brief(&refused), format!("invalid_request: {name} is required"));
                }
            }
        }
        assert_eq!(world.client.get(&list).await.expect(200), before, "{resource}");
        assert_eq!(world.stored().await, stored, "{resource}");
    }
    assert!(count > 500, "{count}");
}

#[tokio::test]
async fn values_of_parameters_that_are_ruled_out_are_refused() {
    let world = World::linked().await;
    let lists = CONTRACT.table.routes.iter().filter(|row| row.method == "GET" && !row.path.ends_with('}'));
    for row in lists {
        let wrong = row.query.iter().flat_map(|object| wrong_values(&CONTRACT, Direction::Query, object));
        let texts = wrong.filter_map(|(name, value)| match value {
            Json::String(text) => Some((name, text)),
            Json::Number(number) => Some((name, number.to_string())),
            _ => None,
        });
        let more = ["limit", "offset"].map(|name| (name.to_owned(), "-1".to_owned()));
        let include = row.query.iter().any(|object| object.ends_with("_include"));
        let include = include.then(|| ("include".to_owned(), "nothing".to_owned()));
        for (name, text) in texts.chain(more).chain(include) {
            let path = format!("{}?{}={text}", row.path, name.replace(' ', "+"));
            let refused = world.client.get(&path).await.expect(400);
            assert!(is_of(&refused, &name.replace(' ', "_")), "{path}: {refused}");
        }
    }
}

#[tokio::test]
async fn every_list_is_empty_past_its_end() {
    let world = World::linked().await;
    let lists = CONTRACT.table.routes.iter().filter(|row| row.method == "GET" && !row.path.ends_with('}'));
    let mut count = 0;
    for row in lists {
        let total = world.client.get(&row.path).await.expect(200)["pagination"]["total"].clone();
        assert_ne!(total, 0, "{}", row.path);
        for offset in [total.to_string(), "9".repeat(18), "9".repeat(40)] {
            let page = world.client.get(&format!("{}?limit=10&offset={offset}", row.path)).await.expect(200);
            assert_eq!((&page["data"], &page["pagination"]["total"]), (&json!([]), &total), "{}", row.path);
        }
        count += 1;
    }
    assert_eq!(count, 8);
}
