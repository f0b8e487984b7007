//! The contract says the truth about what is mounted; what is answered is checked by the client of all tests.

use api_native::CONTRACT;

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
