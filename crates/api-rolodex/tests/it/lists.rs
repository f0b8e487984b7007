//! Lists: pages, order, parameters.

use api_rolodex::{CONTRACT, routes};
use app::Compat;
use serde_json::json;
use testkit::{Client, TestApp};

use crate::world::{CONTACTS, World, brief, column};

#[tokio::test]
async fn pages_lose_nothing_and_repeat_nothing() {
    let test = TestApp::with_crowd(246, Compat::Documented).await;
    let client = Client::new(routes(test.app.clone())).with_key("demo").described_by(&CONTRACT);
    let mut ids = Vec::new();
    loop {
        let path = format!("{CONTACTS}?include=emails,tags&limit=100&offset={}", ids.len());
        let page = client.get(&path).await.expect(200);
        assert_eq!(page["pagination"], json!({"limit": 100, "offset": ids.len(), "total": 250}));
        let rows = column(&page["data"], "id");
        let is_last = rows.len() < 100;
        ids.extend(rows.into_iter().map(|id| id.as_str().unwrap().to_owned()));
        if is_last {
            break;
        }
    }
    assert_eq!(ids.len(), 250);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 250);
    let past = client.get(&format!("{CONTACTS}?offset=250")).await.expect(200);
    assert_eq!(past, json!({"pagination": {"limit": 25, "offset": 250, "total": 250}, "data": []}));
    let default = client.get(CONTACTS).await.expect(200);
    assert_eq!(default["data"].as_array().unwrap().len(), 25);
    let far = client.get(&format!("{CONTACTS}?offset=99999999999999999999999")).await.expect(200);
    assert_eq!(far["data"], json!([]));
    assert_eq!(far["pagination"]["total"], 250);
}

#[tokio::test]
async fn a_limit_that_is_too_high_is_clamped_and_reported() {
    let world = World::new().await;
    for (asked, got) in [("1000", 1000), ("1001", 1000), ("99999999999999999999999", 1000), ("1", 1)] {
        let page = world.client.get(&format!("{CONTACTS}?limit={asked}")).await.expect(200);
        assert_eq!(page["pagination"]["limit"], got, "{asked}");
    }
}

#[tokio::test]
async fn lists_are_ordered_by_every_documented_field() {
    let world = World::new().await;
    for name in ["bea", "Ada", "Zoe"] {
        world.test.clock.advance_ms(1000);
        world.client.post(CONTACTS, &json!({"first_name": name})).await.expect(200);
    }
    world.test.clock.advance_ms(1000);
    world.put(json!({"title": "CTO"})).await;
    let names = async |parameters: &str| {
        let client = world.client.clone().with_odd_requests();
        let page = client.get(&format!("{CONTACTS}?{parameters}")).await.expect(200);
        let names = column(&page["data"], "first_name");
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let newest = ["Zoe", "Ada", "bea", "Jane", "John", "John", "Cindy"];
    let by_name = ["Ada", "bea", "Cindy", "Jane", "John", "John", "Zoe"];
    let reversed = |names: [&str; 7]| names.into_iter().rev().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names("").await, newest);
    assert_eq!(names("order_by=created_at:desc").await, newest);
    assert_eq!(names("order_by=created_at%3Aasc").await, reversed(newest));
    assert_eq!(names("order_by=full_name:asc").await, by_name);
    assert_eq!(names("order_by=full_name:desc").await, reversed(by_name));
    assert_eq!(names("order+by=full_name:asc").await, by_name);
    assert_eq!(names("order%20by=full_name:desc").await, reversed(by_name));
    assert_eq!(names("order_by=created_at:asc&order_by=full_name:asc").await, by_name, "the last one wins");
    let updated = names("order_by=updated_at:desc").await;
    assert_eq!(updated[..4], ["Jane", "Zoe", "Ada", "bea"]);
    let updated = names("order_by=updated_at:asc").await;
    assert_eq!(updated[3..], ["bea", "Ada", "Zoe", "Jane"]);
    // Never known, so both directions are the order of equal contacts.
    assert_eq!(names("order_by=last_team_interaction:asc").await, reversed(newest));
    assert_eq!(names("order_by=last_team_interaction:desc").await, reversed(newest));
}

#[tokio::test]
async fn parameters_that_cannot_be_read_are_refused() {
    let world = World::new().await;
    let orders = "updated_at:asc, updated_at:desc, created_at:asc, created_at:desc, \
                  last_team_interaction:asc, last_team_interaction:desc, full_name:asc, full_name:desc";
    let names = "emails, phone_numbers, companies, custom_fields, tags, lists, notes";
    for (parameters, expected) in [
        ("limit=0", "limit must be a whole number, 1 or more".to_owned()),
        ("limit=-1", "limit must be a whole number, 1 or more".to_owned()),
        ("limit=1.5", "limit must be a whole number, 1 or more".to_owned()),
        ("limit=", "limit must be a whole number, 1 or more".to_owned()),
        ("offset=-1", "offset must be a whole number, 0 or more".to_owned()),
        ("offset=x", "offset must be a whole number, 0 or more".to_owned()),
        ("order_by=full_name", format!("order_by must be one of: {orders}")),
        ("order_by=full_name:up", format!("order_by must be one of: {orders}")),
        ("order_by=name:asc", format!("order_by must be one of: {orders}")),
        ("order+by=", format!("order_by must be one of: {orders}")),
        ("include=tasks", format!("include must name some of: {names}")),
        ("include=tags,Emails", format!("include must name some of: {names}")),
    ] {
        let refused = world.client.get(&format!("{CONTACTS}?{parameters}")).await.expect(400);
        assert_eq!(brief(&refused), format!("invalid_request: {expected}"), "{parameters}");
        assert_eq!(refused["message"], "Query parameters failed validation.");
    }
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let world = World::new().await;
    let all = world.client.get(CONTACTS).await.expect(200);
    let answer =
        world.client.get(&format!("{CONTACTS}?email=jane@example.com&search=x&limi=0&limit=25")).await;
    assert_eq!(answer.expect(200), all);
    assert_eq!(answer.header("contactd-ignored"), "email, search, limi");
}

#[tokio::test]
async fn include_comes_in_every_spelling() {
    let world = World::new().await;
    let expected = world.client.get(&format!("{CONTACTS}?include=emails,tags")).await.expect(200);
    assert_eq!(expected["data"][0].get("lists"), None);
    for parameters in [
        "include=emails%2Ctags",
        "include=emails&include=tags",
        "include=tags,emails,tags",
        "include=%20emails%20,,tags,",
        "include[]=emails&include[]=tags",
    ] {
        let answer = world.client.get(&format!("{CONTACTS}?{parameters}")).await.expect(200);
        assert_eq!(answer, expected, "{parameters}");
    }
}

#[tokio::test]
async fn only_the_keys_workspace_is_listed() {
    let world = World::new().await;
    let foreign = world.client.clone().with_key(&world.test.foreign_key().await);
    let page = foreign.get(CONTACTS).await.expect(200);
    assert_eq!(page, json!({"pagination": {"limit": 25, "offset": 0, "total": 0}, "data": []}));
}
