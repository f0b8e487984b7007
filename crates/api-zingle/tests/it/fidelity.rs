//! The fidelity table says what is served, and what it says is tested.

use std::collections::BTreeSet;

use api_zingle::ROUTES;

use crate::{CINDY_ID, Site};

const TABLE: &str = include_str!("../../fidelity.toml");
const SOURCES: &[&str] = &[
    include_str!("all_contacts.rs"),
    include_str!("assignment.rs"),
    include_str!("attached_labels.rs"),
    include_str!("avatars.rs"),
    include_str!("bad_input.rs"),
    include_str!("camel.rs"),
    include_str!("catalog.rs"),
    include_str!("channels.rs"),
    include_str!("contact_channels.rs"),
    include_str!("contact_services.rs"),
    include_str!("create.rs"),
    include_str!("custom_fields.rs"),
    include_str!("errors.rs"),
    include_str!("examples.rs"),
    include_str!("groups.rs"),
    include_str!("labels.rs"),
    include_str!("lists.rs"),
    include_str!("not_kept.rs"),
    include_str!("filters.rs"),
    include_str!("one_value.rs"),
    include_str!("services.rs"),
    include_str!("transport.rs"),
    include_str!("update.rs"),
    include_str!("values.rs"),
];

fn entries(kind: &str) -> Vec<toml::Table> {
    let table: toml::Table = TABLE.parse().unwrap();
    table[kind].as_array().unwrap().iter().map(|entry| entry.as_table().unwrap().clone()).collect()
}

fn text(entry: &toml::Table, name: &str) -> String {
    entry.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
}

#[test]
fn entries_are_whole_and_name_tests_that_exist() {
    for entry in entries("route").into_iter().chain(entries("member")) {
        let support = text(&entry, "support");
        assert!(["exact", "differs", "unsupported"].contains(&support.as_str()), "{entry}");
        let evidence = text(&entry, "evidence");
        assert!(["documented", "observed", "recommended"].contains(&evidence.as_str()), "{entry}");
        let test = text(&entry, "test");
        assert!(support != "exact" || !test.is_empty(), "no test: {entry}");
        assert!(support == "exact" || !text(&entry, "note").is_empty(), "no note: {entry}");
        let is_known = SOURCES.iter().any(|source| source.contains(&format!("fn {test}()")));
        assert!(test.is_empty() || is_known, "no such test: {entry}");
    }
}

#[test]
fn nothing_is_entered_twice() {
    let mut seen = BTreeSet::new();
    for entry in entries("route") {
        assert!(seen.insert([text(&entry, "method"), text(&entry, "path")].join(" ")), "{entry}");
    }
    for entry in entries("member") {
        let key = ["object", "direction", "name"].map(|name| text(&entry, name)).join(" ");
        assert!(seen.insert(key), "{entry}");
    }
}

#[test]
fn the_routes_served_are_those_entered_as_supported() {
    let entered: BTreeSet<_> = entries("route")
        .iter()
        .filter(|entry| text(entry, "support") != "unsupported")
        .map(|entry| (text(entry, "method"), text(entry, "path")))
        .collect();
    let served = ROUTES.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(entered, BTreeSet::from(served));
}

#[tokio::test]
async fn a_route_answers_if_and_only_if_it_is_entered_as_supported() {
    let site = Site::new().await;
    for entry in entries("route") {
        let (method, route) = (text(&entry, "method"), text(&entry, "path"));
        let path = route
            .replace("{service_id}", "aff7bc93-6e28-4e70-8770-defa35cdfc1b")
            .replace("{account_id}", "aff7bc93-6e28-4e70-8770-defa35cdfc1b")
            .replace("{contact_id}", CINDY_ID)
            .replace("{user_id}", "5912ac4d-280a-4d4e-a632-961b40718293")
            .replace(['{', '}'], "");
        let answer = site.client.send(&method, &path, "{}").await;
        // What is not there has a code of its own; a route that is not there has none.
        let has_code = answer.json()["status"].get("error_code").is_some();
        let is_served = has_code || !matches!(answer.status.as_u16(), 404 | 405);
        assert_eq!(is_served, text(&entry, "support") != "unsupported", "{method} {route}: {}", answer.text);
        if let ("DELETE", Ok(change)) = (method.as_str(), answer.header("contactd-change").parse()) {
            let undone = site.test.app.authenticate("demo", model::Dialect::Native, None).await.unwrap();
            site.test.app.undo(&undone, change, model::OnConflict::Refuse).await.unwrap();
        }
    }
}

#[tokio::test]
async fn every_member_of_a_contact_is_entered() {
    let site = Site::new().await;
    let entered: BTreeSet<_> = entries("member")
        .iter()
        .filter(|entry| text(entry, "object") == "contact" && text(entry, "direction") == "response")
        .map(|entry| text(entry, "name"))
        .collect();
    let shown: BTreeSet<_> = site.cindy().await.as_object().unwrap().keys().cloned().collect();
    assert_eq!(entered, shown);
}
