//! The fidelity table: every route and member, and the tests that it names.

use std::collections::HashSet;

use api_rolodex::{MOUNTS, ROUTES};
use toml::{Table, Value};

use crate::world::World;

const SOURCES: [&str; 18] = [
    include_str!("bad_input.rs"),
    include_str!("companies.rs"),
    include_str!("custom_fields.rs"),
    include_str!("dynamic_lists.rs"),
    include_str!("errors.rs"),
    include_str!("examples.rs"),
    include_str!("fidelity.rs"),
    include_str!("lists.rs"),
    include_str!("member_lists.rs"),
    include_str!("notes.rs"),
    include_str!("references.rs"),
    include_str!("relationships.rs"),
    include_str!("round_trip.rs"),
    include_str!("tags.rs"),
    include_str!("tasks.rs"),
    include_str!("update.rs"),
    include_str!("values.rs"),
    include_str!("workspace_users.rs"),
];

fn rows(table: &Table, name: &str) -> Vec<Table> {
    table[name].as_array().unwrap().iter().map(|row| row.as_table().unwrap().clone()).collect()
}

fn text<'t>(row: &'t Table, name: &str) -> &'t str {
    row.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name} in {row}"))
}

fn table() -> Table {
    include_str!("../../fidelity.toml").parse().unwrap()
}

#[test]
fn every_entry_is_complete_and_stands_once() {
    let table = table();
    let mut seen = HashSet::new();
    for row in rows(&table, "route") {
        assert!(seen.insert(format!("{} {}", text(&row, "method"), text(&row, "path"))), "twice: {row}");
    }
    for row in rows(&table, "member") {
        let key = ["object", "direction", "name"].map(|name| text(&row, name)).join(" ");
        assert!(seen.insert(key), "twice: {row}");
    }
    for row in rows(&table, "route").iter().chain(&rows(&table, "member")) {
        assert!(["exact", "differs", "unsupported"].contains(&text(row, "support")), "{row}");
        assert!(["documented", "observed", "recommended"].contains(&text(row, "evidence")), "{row}");
        if text(row, "support") != "exact" {
            assert!(!text(row, "note").is_empty(), "says not how: {row}");
        }
    }
}

#[test]
fn what_is_exact_names_a_test() {
    let table = table();
    for row in rows(&table, "route").iter().chain(&rows(&table, "member")) {
        if text(row, "support") == "unsupported" {
            continue;
        }
        let needle = format!("fn {}()", text(row, "test"));
        assert!(SOURCES.iter().any(|source| source.contains(&needle)), "no such test: {row}");
    }
}

#[tokio::test]
async fn every_route_is_in_the_table_and_served() {
    let world = World::new().await;
    let table = table();
    let routes = rows(&table, "route");
    for (method, path) in ROUTES {
        let path = format!("{}{path}", MOUNTS[0]);
        let row = routes.iter().find(|row| text(row, "method") == method && text(row, "path") == path);
        assert_ne!(text(row.unwrap_or_else(|| panic!("{method} {path}")), "support"), "unsupported");
    }
    let nobody = world.client.clone().anonymous();
    for row in &routes {
        // Without a key a route that is there says so, one that is not does not.
        let reply = nobody.send(text(row, "method"), &text(row, "path").replace("{id}", "x"), "").await;
        assert_eq!(reply.status.as_u16(), 401, "{row}");
    }
    assert_eq!(routes.len(), 37);
}

#[tokio::test]
async fn every_member_of_an_answer_is_in_the_table() {
    let world = World::new().await;
    let table = table();
    let members = rows(&table, "member");
    let jane = world.jane().await;
    for name in jane.as_object().unwrap().keys() {
        let found =
            members.iter().any(|row| text(row, "direction") == "response" && text(row, "name") == name);
        assert!(found, "{name}");
    }
}
