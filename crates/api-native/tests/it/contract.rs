//! The contract says the truth about what is mounted; what is answered is checked by the client of all tests.

use api_native::CONTRACT;

use model::Json;
use serde_json::json;

use super::*;

#[tokio::test]
async fn every_route_of_the_contract_is_mounted() {
    let (_test, client) = start().await;
    for row in &CONTRACT.table.routes {
        let path = row.path.split('/').map(|part| if part.starts_with('{') { "0" } else { part });
        let reply = client.send(&row.method, &path.collect::<Vec<_>>().join("/"), "{}").await;
        let is_mounted = reply.status != 405 && !reply.text.contains("there is no such route");
        assert!(is_mounted, "{} {}: {}", row.method, row.path, reply.text);
    }
}

#[test]
fn every_body_has_a_schema_with_members() {
    let names: Vec<&str> = CONTRACT.schemas.keys().map(String::as_str).collect();
    for name in ["Contact", "ContactPatch", "Tag", "TagPatch", "Task", "Change", "Problem"] {
        let schema = CONTRACT.schemas.get(name);
        assert!(schema.is_some_and(|schema| schema["properties"].is_object()), "{name} of {names:?}");
    }
    // A patch names what it changes and nothing else.
    assert_eq!(CONTRACT.schemas["ContactPatch"]["required"], Json::Null);
    assert_eq!(CONTRACT.schemas["ContactPatch"]["properties"]["revision"]["readOnly"], true);
    assert!(CONTRACT.schemas["Contact"]["required"].as_array().unwrap().len() > 30);
}

/// What the description says of a route.
fn operation(route: &str) -> Json {
    let (method, path) = route.split_once(' ').unwrap();
    let document = api_kit::contract::description(&CONTRACT);
    document["paths"][path][method.to_lowercase()].clone()
}

/// The parameters of a route that are described once for all.
fn shared_parameters(route: &str) -> Vec<String> {
    let operation = operation(route);
    let parameters = operation["parameters"].as_array().unwrap().iter();
    parameters.filter_map(|each| Some(each["$ref"].as_str()?.rsplit_once('/')?.1.to_owned())).collect()
}

#[test]
fn writes_say_on_what_terms_they_can_be_asked_for() {
    let of_write = ["IdempotencyKey", "Prefer", "DryRun"];
    assert_eq!(shared_parameters("GET /api/v1/contacts"), [""; 0]);
    assert_eq!(shared_parameters("POST /api/v1/contacts/search"), [""; 0]);
    assert_eq!(shared_parameters("GET /api/v1/contacts/{id}"), ["IfNoneMatch"]);
    assert_eq!(shared_parameters("POST /api/v1/contacts"), of_write);
    for route in
        ["PATCH /api/v1/contacts/{id}", "DELETE /api/v1/tags/{id}", "POST /api/v1/contacts/{id}/merge"]
    {
        assert_eq!(shared_parameters(route), [&of_write[..], &["IfMatch"]].concat(), "{route}");
    }
    for route in ["POST /api/v1/keys", "DELETE /api/v1/keys/{id}", "PATCH /api/v1/workspaces/{id}"] {
        assert_eq!(shared_parameters(route)[..3], of_write, "{route}");
    }
    let upsert = shared_parameters("PUT /api/v1/contacts/by/{key}/{value}");
    assert_eq!(upsert, [&of_write[..], &["IfMatch", "IfNoneMatch"]].concat());
    let answers = operation("DELETE /api/v1/contacts/{id}")["responses"].clone();
    let tried = &answers["200"]["content"]["application/json"]["schema"];
    assert_eq!(tried["$ref"], "#/components/schemas/DryRun");
    assert!(answers["204"]["headers"]["contactd-change"].is_object());
}

#[tokio::test]
async fn a_new_record_needs_what_the_description_requires() {
    let (_test, client) = start().await;
    for route in CONTRACT.table.routes.iter().filter(|row| row.method == "POST" && !row.path.contains('{')) {
        let operation = operation(&format!("POST {}", route.path));
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(required) = schema["required"].as_array().filter(|_| schema["allOf"].is_array()) else {
            continue;
        };
        let problem = client.post(&route.path, &json!({})).await.expect(422);
        let errors = problem["errors"].as_array().unwrap().iter();
        let missing: Vec<_> =
            errors.filter(|each| each["code"] == "missing").map(|each| &each["member"]).collect();
        assert_eq!(missing, required.iter().collect::<Vec<_>>(), "{}", route.path);
    }
}
