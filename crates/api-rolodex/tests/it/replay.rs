//! Every example of the vendor's pages: its request is sent as the page has it, and the answer has what the page's answer
//! has. What the values are is told where each resource is tested.

use model::Json;
use serde_json::json;
use testkit::{Example, assert_all_replayed, assert_same_shape, examples};

use crate::world::{CONTACTS, JANE, World};
use crate::{companies, tasks, workspace_users};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples");
const RESOURCES: [&str; 8] =
    ["contacts", "companies", "tags", "lists", "notes", "tasks", "custom-fields", "workspace-users"];
const ERRORS: [&str; 4] =
    ["error.invalid_request", "error.invalid_reference", "error.unauthorized", "error.not_found"];
/// Why an example is not replayed.
const LEFT_OUT: [(&str, &[&str]); 1] = [("nothing limits how often a client calls", &["error.rate_limited"])];

/// The records that the requests of a resource name.
async fn world_of(resource: &str) -> World {
    match resource {
        "contacts" | "custom-fields" => World::new().await,
        "companies" => companies::world().await,
        "tasks" => tasks::world().await,
        "workspace-users" => workspace_users::world().await,
        _ => World::linked().await,
    }
}

/// The record that stands in for the one in the paths of the pages.
async fn stand_in(resource: &str, world: &World, all: &[Example]) -> String {
    let created = match resource {
        "contacts" => return "contact_67890".to_owned(),
        "workspace-users" => return "workspace_user_12345".to_owned(),
        "lists" => "lists.create.contact".to_owned(),
        "custom-fields" => "custom-fields.create.single_select".to_owned(),
        _ => format!("{resource}.create"),
    };
    let example = all.iter().find(|each| each.name == created).unwrap();
    let made = world.client.send("POST", &example.path, example.request()).await.expect(200);
    made["data"]["id"].as_str().unwrap().to_owned()
}

/// A path of a page with the id of a record that there is.
fn with_id(path: &str, id: &str) -> String {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut parts: Vec<&str> = path.split('/').collect();
    if let Some(part) = parts.get_mut(4) {
        *part = id;
    }
    query.map_or_else(|| parts.join("/"), |query| format!("{}?{query}", parts.join("/")))
}

/// What the answer is to look like.
fn expected(example: &Example) -> Json {
    let mut expected = example.response().unwrap();
    match example.name.as_str() {
        // Its field has a number; that of the company which is made here a text.
        "companies.list.include" => expected["data"][0]["custom_fields"][0]["value"] = json!("text"),
        // The page shows a row although it lies beyond its total.
        "workspace-users.list.paged" => expected["data"] = json!([]),
        _ => {}
    }
    expected
}

/// What makes things goes first, what deletes them last.
fn rank(example: &Example) -> usize {
    ["POST", "GET", "PUT", "DELETE"].iter().position(|method| *method == example.method).unwrap()
}

#[tokio::test]
async fn every_example_is_replayed() {
    let all = examples(FOLDER);
    let mut replayed: Vec<&str> = ERRORS.to_vec();
    for resource in RESOURCES {
        let world = world_of(resource).await;
        let id = stand_in(resource, &world, &all).await;
        let mut own: Vec<_> =
            all.iter().filter(|each| each.name.starts_with(&format!("{resource}."))).collect();
        own.sort_by_key(|each| rank(each));
        for example in own {
            let path = with_id(&example.path, &id);
            let reply = world.client.send(&example.method, &path, example.request()).await;
            assert_eq!(reply.status, 200, "{}: {}", example.name, reply.text);
            let (answer, expected) = (reply.json(), expected(example));
            assert_same_shape(&answer, &expected);
            let rows = |json: &Json| json["data"].as_array().map(Vec::is_empty);
            assert_eq!(rows(&answer), rows(&expected), "{}: {}", example.name, reply.text);
            replayed.push(&example.name);
        }
    }
    assert_all_replayed(&all, replayed, &LEFT_OUT);
}

#[tokio::test]
async fn every_example_of_an_error_is_met() {
    let all = examples(FOLDER);
    let example = |name: &str| all.iter().find(|each| each.name == name).unwrap().response().unwrap();
    let world = World::new().await;
    let unknown = world.client.clone().with_key("nobody");
    let reference = json!({"tags": ["tag_123", "tag_999"]}).to_string();
    let nobody = format!("{CONTACTS}/contact_1");
    for (name, client, (method, path, body), status) in [
        ("error.invalid_request", &world.client, ("POST", CONTACTS, "{}"), 400),
        ("error.invalid_reference", &world.client, ("PUT", JANE, reference.as_str()), 400),
        ("error.not_found", &world.client, ("GET", nobody.as_str(), ""), 404),
        ("error.unauthorized", &unknown, ("GET", JANE, ""), 401),
    ] {
        assert!(ERRORS.contains(&name));
        let answer = client.send(method, path, body).await.expect(status);
        assert_same_shape(&answer, &example(name));
        assert_eq!(answer["error"], example(name)["error"], "{name}");
    }
}
