//! The fidelity table says the truth about what is mounted and tested.

use std::collections::HashSet;

use api_callbell::ROUTES;
use toml::{Table, Value};

use crate::stage::Stage;

fn table() -> Table {
    include_str!("../../fidelity.toml").parse().expect("TOML")
}

fn rows<'t>(table: &'t Table, name: &str) -> Vec<&'t Table> {
    table[name].as_array().expect("a list").iter().map(|row| row.as_table().expect("a table")).collect()
}

fn text<'t>(row: &'t Table, name: &str) -> &'t str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The names of all tests beside this file.
fn tests() -> HashSet<String> {
    let folder = format!("{}/tests/it", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()));
    let mut names = HashSet::new();
    for source in files.map(Result::unwrap) {
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let name = pair[1]
                .trim_start_matches("async ")
                .strip_prefix("fn ")
                .and_then(|rest| rest.split('(').next());
            if let (true, Some(name)) = (pair[0].starts_with("#[tokio::test"), name) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

#[test]
fn every_entry_is_well_formed_and_no_two_are_the_same() {
    let (table, tests) = (table(), tests());
    assert!(tests.len() > 30, "{tests:?}");
    let mut seen = HashSet::new();
    for row in rows(&table, "route").into_iter().chain(rows(&table, "member")) {
        let keys = ["method", "path", "route", "object", "direction", "name"];
        let key = keys.map(|name| text(row, name));
        assert!(seen.insert(key), "{key:?} stands there twice");
        let (support, test) = (text(row, "support"), text(row, "test"));
        assert!(["exact", "differs", "unsupported"].contains(&support), "{key:?}: {support}");
        let evidence = text(row, "evidence");
        assert!(["documented", "observed", "recommended"].contains(&evidence), "{key:?}: {evidence}");
        if support == "unsupported" {
            assert!(test.is_empty(), "{key:?}");
        } else {
            assert!(tests.contains(test), "{key:?}: no test '{test}'");
        }
        if support != "exact" {
            assert!(!text(row, "note").is_empty(), "{key:?}: how does it differ?");
        }
    }
}

#[test]
fn every_mounted_route_is_in_the_table() {
    let table = table();
    let listed: HashSet<_> = rows(&table, "route")
        .into_iter()
        .filter(|row| text(row, "support") != "unsupported")
        .map(|row| (text(row, "method"), text(row, "path")))
        .collect();
    assert_eq!(listed, HashSet::from(ROUTES));
}

#[tokio::test]
async fn only_the_routes_in_the_table_are_mounted() {
    let stage = Stage::new().await;
    for row in rows(&table(), "route") {
        let (method, route) = (text(row, "method"), text(row, "path"));
        let path: Vec<_> =
            route.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let reply = stage.client.send(method, &path.join("/"), "{}").await;
        let is_built = reply.status != 405 && reply.text != r#"{"error":"not found"}"#;
        assert_eq!(is_built, ROUTES.contains(&(method, route)), "{method} {route}: {}", reply.text);
    }
}
