//! `fidelity.toml` says what is true: every route is in it, every claim has its test.

use std::collections::BTreeSet;

use api_acquire::ROUTES;
use serde_json::json;

use crate::support::start;

/// The sources of these tests, in which the tests of claims are looked up.
const SOURCES: [&str; 18] = [
    include_str!("bad_input.rs"),
    include_str!("blocks.rs"),
    include_str!("companies.rs"),
    include_str!("errors.rs"),
    include_str!("examples.rs"),
    include_str!("extensions.rs"),
    include_str!("lists.rs"),
    include_str!("members.rs"),
    include_str!("merge.rs"),
    include_str!("notes.rs"),
    include_str!("object_fields.rs"),
    include_str!("put_back.rs"),
    include_str!("reading.rs"),
    include_str!("search.rs"),
    include_str!("tags.rs"),
    include_str!("update.rs"),
    include_str!("values.rs"),
    include_str!("walk.rs"),
];

fn rows(name: &str) -> Vec<toml::Table> {
    let table: toml::Table = include_str!("../../fidelity.toml").parse().expect("fidelity.toml is TOML");
    let rows = table[name].as_array().expect("an array of tables");
    rows.iter().map(|row| row.as_table().expect("a table").clone()).collect()
}

fn text<'t>(row: &'t toml::Table, name: &str) -> &'t str {
    row.get(name).and_then(toml::Value::as_str).unwrap_or_default()
}

#[test]
fn every_served_route_is_listed_and_supported() {
    let listed: Vec<_> = rows("route");
    for (method, path) in ROUTES {
        let row = listed.iter().find(|row| text(row, "method") == method && text(row, "path") == path);
        let row = row.unwrap_or_else(|| panic!("{method} {path} is not in fidelity.toml"));
        assert_ne!(text(row, "support"), "unsupported", "{method} {path}");
    }
    let supported = listed.iter().filter(|row| text(row, "support") != "unsupported").count();
    assert_eq!(supported, ROUTES.len());
}

#[test]
fn nothing_is_listed_twice() {
    let mut seen = BTreeSet::new();
    for row in rows("route") {
        let key = format!("{} {}", text(&row, "method"), text(&row, "path"));
        assert!(seen.insert(key.clone()), "{key}");
    }
    for row in rows("member") {
        let key = format!("{} {} {}", text(&row, "object"), text(&row, "direction"), text(&row, "name"));
        assert!(seen.insert(key.clone()), "{key}");
    }
}

#[test]
fn every_claim_is_well_formed_and_names_its_test() {
    for row in rows("route").into_iter().chain(rows("member")) {
        let (support, test) = (text(&row, "support"), text(&row, "test"));
        assert!(["exact", "differs", "unsupported"].contains(&support), "{row}");
        assert!(["documented", "observed", "recommended"].contains(&text(&row, "evidence")), "{row}");
        assert!(support == "exact" || !text(&row, "note").is_empty(), "how it differs: {row}");
        assert!(support != "exact" || !test.is_empty(), "no test: {row}");
        let head = format!("fn {test}()");
        assert!(
            test.is_empty() || SOURCES.iter().any(|source| source.contains(&head)),
            "no such test: {row}"
        );
    }
}

#[tokio::test]
async fn unsupported_routes_answer_as_unknown_ones() {
    let (_test, client) = start().await;
    let unsupported = |row: &toml::Table| text(row, "support") == "unsupported";
    for row in rows("route").into_iter().filter(unsupported) {
        let path = text(&row, "path").replace(['{', '}'], "");
        let answer = client.send(text(&row, "method"), &path, "{}").await.expect(404);
        assert_eq!(answer["message"], json!("No such endpoint."), "{row}");
    }
}

#[tokio::test]
async fn served_routes_are_mounted() {
    let (_test, client) = start().await;
    for (method, path) in ROUTES {
        let path = path.replace('{', "1").replace('}', "");
        let path = path.split('/').map(|part| if part.starts_with('1') { "1" } else { part });
        let reply = client.send(method, &path.collect::<Vec<_>>().join("/"), "").await;
        assert_ne!(reply.status.as_u16(), 405, "{method}");
        assert_ne!(reply.json()["message"], json!("No such endpoint."), "{method}");
    }
}
