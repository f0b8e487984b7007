//! Lists of contacts, page by page.

use app::Compat;
use model::{Change, Json};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::{CONTACTS, JANE, client, create, numbered, path, refusals, start};

/// The numbers on a page, and its `next`.
fn page(body: &Json) -> (Vec<u64>, Option<String>) {
    let contacts = body["contacts"].as_array().expect("contacts");
    let numbers = contacts.iter().map(|each| each["number"].as_u64().expect("a number")).collect();
    (numbers, body["next"].as_str().map(str::to_owned))
}

async fn walk(client: &Client, query: &str) -> Vec<Vec<u64>> {
    let mut pages = Vec::new();
    let mut address = format!("{CONTACTS}?{query}");
    loop {
        let (numbers, next) = page(&client.get(&address).await.expect(200));
        pages.push(numbers);
        let Some(next) = next else { return pages };
        address = format!("{CONTACTS}?{query}&after={next}");
    }
}

#[tokio::test]
async fn a_list_is_walked_in_both_orders() {
    let (_test, client) = start().await;
    assert_eq!(walk(&client, "limit=3").await, [vec![1, 2, 3], vec![4]]);
    assert_eq!(walk(&client, "limit=2&order=oldest").await, [[1, 2], [3, 4]]);
    assert_eq!(walk(&client, "limit=3&order=newest").await, [vec![4, 3, 2], vec![1]]);
    assert_eq!(walk(&client, "").await, [[1, 2, 3, 4]]);
    let list = client.get(&format!("{CONTACTS}?limit=1")).await.expect(200);
    assert_eq!(list["total"], 4);
    assert_eq!(list["contacts"][0], client.get(&path(&list["contacts"][0])).await.expect(200));
}

#[tokio::test]
async fn a_page_has_fifty_contacts_unless_told() {
    let test = TestApp::with_crowd(60, Compat::Documented).await;
    let client = client(&test);
    let lengths = |pages: Vec<Vec<u64>>| pages.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(walk(&client, "").await), [50, 14]);
    assert_eq!(lengths(walk(&client, "limit=1000").await), [64]);
    let mut all = walk(&client, "limit=7&order=newest").await.concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 64);
}

#[tokio::test]
async fn contacts_that_come_and_go_shift_no_page() {
    for order in ["oldest", "newest"] {
        let (_test, client) = start().await;
        for _ in 5..=12 {
            create(&client, &json!({})).await;
        }
        let mut expected: Vec<u64> = (1..=12).collect();
        if order == "newest" {
            expected.reverse();
        }
        let first = client.get(&format!("{CONTACTS}?limit=5&order={order}")).await.expect(200);
        let (numbers, next) = page(&first);
        assert_eq!(numbers, expected[..5], "{order}");
        // Three before the cursor go, the one at the cursor among them, and one comes.
        for place in [0, 3, 4] {
            let reply = client.delete(&path(&first["contacts"][place])).await;
            assert_eq!(reply.status, 204);
        }
        let fresh = create(&client, &json!({})).await["number"].as_u64().expect("a number");
        let after = next.expect("a next page");
        let second = client.get(&format!("{CONTACTS}?limit=4&order={order}&after={after}")).await.expect(200);
        assert_eq!(second["total"], 10);
        let (numbers, next) = page(&second);
        assert_eq!(numbers, expected[5..9], "{order}");
        let after = next.expect("a last page");
        let (mut rest, next) = page(&client.get(&format!("{CONTACTS}?after={after}")).await.expect(200));
        if order == "oldest" {
            assert_eq!(rest.pop(), Some(fresh), "the new one stands at the end");
        }
        assert_eq!((rest.as_slice(), next), (&expected[9..], None), "{order}");
    }
}

#[tokio::test]
async fn a_walk_meets_numbers_of_every_order_once() {
    let (test, client) = start().await;
    // Ids rise from one to the next.
    for number in [90, 30, 70, 10, 50] {
        let seeded = test.app.seed_contact(test.workspace.number, Some(number), Change::default());
        seeded.await.expect("a free number");
    }
    let expected = [[1, 2, 3], [4, 10, 30], [50, 70, 90]];
    assert_eq!(walk(&client, "limit=3").await, expected);
    let newest = expected.map(|mut page| {
        page.reverse();
        page
    });
    assert_eq!(walk(&client, "limit=3&order=newest").await, [newest[2], newest[1], newest[0]]);
    let list = client.get(&format!("{CONTACTS}?limit=3&after=o30")).await.expect(200);
    assert_eq!((&list["total"], &list["next"]), (&json!(9), &Json::Null));
}

#[tokio::test]
async fn a_cursor_outlives_every_contact_before_it() {
    let (_test, client) = start().await;
    let first = client.get(&format!("{CONTACTS}?limit=2")).await.expect(200);
    for contact in first["contacts"].as_array().unwrap() {
        assert_eq!(client.delete(&path(contact)).await.status, 204);
    }
    let after = first["next"].as_str().unwrap();
    let (numbers, _) = page(&client.get(&format!("{CONTACTS}?after={after}")).await.expect(200));
    assert_eq!(numbers, [3, 4]);
    for number in [3, 4] {
        let list = client.get(CONTACTS).await.expect(200);
        let found = list["contacts"].as_array().unwrap().iter().find(|each| each["number"] == number);
        assert_eq!(client.delete(&path(found.unwrap())).await.status, 204);
    }
    let empty = client.get(&format!("{CONTACTS}?after={after}")).await.expect(200);
    assert_eq!(empty, json!({"contacts": [], "next": null, "total": 0}));
}

#[tokio::test]
async fn a_parameter_that_is_given_twice_is_refused() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let field = client.post("/api/v1/fields", &json!({"name": "Score", "type": "number"})).await.expect(201);
    let (one, field) = (path(&jane), format!("/api/v1/fields/{}", field["id"].as_str().unwrap()));
    for (address, name) in [
        (format!("{one}?at=1&at=2"), "at"),
        (format!("{one}/history?limit=1&limit=2"), "limit"),
        (format!("{one}/history?before=9&before=9"), "before"),
        (format!("{CONTACTS}?limit=1&limit=2"), "limit"),
        (format!("{CONTACTS}?order=newest&order=oldest"), "order"),
        (format!("{CONTACTS}?cursor=o1&cursor=o2"), "cursor"),
        (format!("{CONTACTS}?after=o1&after=o2"), "after"),
        (format!("{CONTACTS}?q=jane&q=joe"), "q"),
        (format!("{CONTACTS}?sort=name&sort=-name"), "sort"),
        (format!("{CONTACTS}?q=jane&total=true&total=false"), "total"),
        (format!("{CONTACTS}?q=jane&limit=1&limit=2"), "limit"),
        ("/api/v1/tags?name=a&name=b".to_owned(), "name"),
        ("/api/v1/companies?tag=a&tag=b".to_owned(), "tag"),
        ("/api/v1/companies?list=a&list=b".to_owned(), "list"),
        ("/api/v1/companies?starred=true&starred=true".to_owned(), "starred"),
        ("/api/v1/notes?author=a&author=b".to_owned(), "author"),
        ("/api/v1/tasks?contact=a&contact=b".to_owned(), "contact"),
        ("/api/v1/tasks?tag=a&tag=b".to_owned(), "tag"),
        ("/api/v1/tasks?assignee=a&assignee=b".to_owned(), "assignee"),
        ("/api/v1/tasks?completed=true&completed=false".to_owned(), "completed"),
    ] {
        let reply = client.get(&address).await;
        assert!(refusals(&reply, 400).is_empty());
        let told = format!("the query parameter '{name}' is given more than once");
        assert_eq!(reply.json()["detail"], told, "{address}");
        assert_eq!(reply.json()["type"], "/docs/problems/bad-request");
    }
    let twice = format!("{field}?on_unconvertible=refuse&on_unconvertible=clear");
    assert!(refusals(&client.patch(&twice, &json!({"type": "text"})).await, 400).is_empty());
    let run = format!("{one}?dry_run=true&dry_run=false");
    assert!(refusals(&client.patch(&run, &json!({"city": "Bern"})).await, 400).is_empty());
    assert_eq!(client.get(&one).await.expect(200), jane);
}

#[tokio::test]
async fn a_parameter_that_asks_for_more_each_time_is_given_as_often_as_one_likes() {
    let (_test, client) = start().await;
    let tag = async |name: &str| {
        client.post("/api/v1/tags", &json!({ "name": name })).await.expect(201)["id"].clone()
    };
    let (a, b) = (tag("a").await, tag("b").await);
    for tags in [json!([a]), json!([a, b])] {
        create(&client, &json!({ "tags": tags })).await;
    }
    let found = async |query: &str| client.get(&format!("{CONTACTS}?{query}")).await.expect(200);
    assert_eq!(found("tag=a&tag=b").await["total"], 1);
    assert_eq!(found("tag=a&starred=false&starred=true").await["total"], 0);
    let shown = found("tag=a&tag=b&fields=tags&fields=city&include=tags&include=lists").await;
    let members: Vec<_> = shown["contacts"][0].as_object().unwrap().keys().collect();
    assert!(members.len() < 6 && shown["included"]["lists"].is_array(), "{shown}");
    // What nobody reads is told as ignored, as ever.
    let reply = client.get(&format!("{CONTACTS}?x=1&x=2")).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-ignored"), "x");
}

#[tokio::test]
async fn parameters_that_cannot_be_read_are_refused() {
    let (_test, client) = start().await;
    let next = client.get(&format!("{CONTACTS}?limit=1")).await.expect(200)["next"].clone();
    let next = next.as_str().unwrap();
    for (query, detail) in [
        ("limit=0", "'limit' must be a whole number from 1 to 1000"),
        ("limit=1001", "'limit' must be a whole number from 1 to 1000"),
        ("limit=ten", "'limit' must be a whole number from 1 to 1000"),
        ("order=name", "'order' must be oldest or newest"),
        ("after=x", "'after' must be the 'next' of another page"),
        ("after=", "'after' must be the 'next' of another page"),
        ("after=%00%ff", "'after' must be the 'next' of another page"),
        (&format!("order=newest&after={next}"), "'after' must be the 'next' of a page in the same order"),
    ] {
        let reply = client.get(&format!("{CONTACTS}?{query}")).await;
        assert!(refusals(&reply, 400).is_empty());
        assert_eq!(reply.json()["detail"], format!("the query parameter {detail}"), "{query}");
    }
    let list = client.get(CONTACTS).await.expect(200);
    let history = format!("{}/history", path(&list["contacts"][0]));
    for query in ["limit=0", "limit=1001", "before=0", "before=x", "before=99999999999999999999"] {
        assert_eq!(client.get(&format!("{history}?{query}")).await.status, 400, "{query}");
    }
    for query in ["before=18446744073709551615", "before=9223372036854775807"] {
        assert_eq!(client.get(&format!("{history}?{query}")).await.status, 200, "{query}");
    }
}
