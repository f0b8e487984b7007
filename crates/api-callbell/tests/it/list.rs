//! GET /contacts.

use std::collections::HashSet;

use app::Compat;
use model::{Change, Edit, Json, NamePart};
use serde_json::json;

use crate::stage::{JOHN, JOHN_PATH, Stage};

const GENERAL: &str = "ad42a09715814e6483b1c5debd6a2dbc";
const SUPPORT: &str = "47aad5f9b4ca423c9d630f06ab93fe1f";

fn ids(answer: &Json) -> Vec<String> {
    let contacts = answer["contacts"].as_array().unwrap();
    contacts.iter().map(|contact| contact["uuid"].as_str().unwrap().to_owned()).collect()
}

fn names(answer: &Json) -> Vec<&str> {
    let contacts = answer["contacts"].as_array().unwrap();
    contacts.iter().map(|contact| contact["name"].as_str().unwrap()).collect()
}

async fn get(stage: &Stage, query: &str) -> Json {
    stage.client.get(&format!("/v1/contacts?{query}")).await.expect(200)
}

/// Follows `next` from page 1 with these filters.
async fn walk(stage: &Stage, filters: &str) -> Vec<String> {
    let mut answer = get(stage, filters).await;
    let mut all = ids(&answer);
    while let Some(next) = answer["meta"]["next"].as_str() {
        answer = get(stage, &format!("{filters}&after={next}")).await;
        assert_eq!(answer["meta"]["page"], 1);
        all.extend(ids(&answer));
    }
    all
}

#[track_caller]
fn assert_once_each(ids: &[String], count: usize) {
    assert_eq!(ids.len(), count);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), count);
}

#[tokio::test]
async fn pages_have_twenty_contacts() {
    let stage = Stage::with(41, Compat::Documented).await;
    let mut all = Vec::new();
    for (page, count) in [(1, 20), (2, 20), (3, 5), (4, 0), (500, 0)] {
        let answer = get(&stage, &format!("page={page}&per_page=1&sort=x")).await;
        assert_eq!(ids(&answer).len(), count, "{page}");
        assert_eq!(answer["meta"]["page"], page);
        assert_eq!(answer["meta"]["pages"], 3);
        assert_eq!(answer["meta"]["next"].is_string(), page < 3, "{page}");
        all.extend(ids(&answer));
    }
    assert_once_each(&all, 45);
    assert_eq!(ids(&get(&stage, "").await), all[..20]);
}

#[tokio::test]
async fn following_next_gives_every_contact_once() {
    let stage = Stage::with(61, Compat::Documented).await;
    assert_once_each(&walk(&stage, "").await, 65);
    let mut pages = Vec::new();
    for page in 1..=4 {
        pages.extend(ids(&get(&stage, &format!("page={page}")).await));
    }
    assert_eq!(walk(&stage, "").await, pages);
}

#[tokio::test]
async fn following_next_meets_numbers_of_every_order_once() {
    let stage = Stage::new().await;
    // Ids rise from one to the next, the clock stands still.
    let numbers = (0..56).map(|n| 1000 + n * 37 % 56);
    for number in numbers {
        let name = Edit::Name(NamePart::Full, Some(number.to_string()));
        let mut change = Change::default();
        change.push("", name);
        stage.test.app.seed_contact(stage.test.workspace.number, Some(number), change).await.unwrap();
    }
    let mut expected: Vec<_> = (1000..1056).rev().map(|number: u64| number.to_string()).collect();
    expected.extend(["Jane Smith", "John Doe", "John", "Cindy"].map(str::to_owned));
    // The second is a filter of several parts, which all hold for.
    for filters in ["", "source=whatsapp"] {
        let mut answer = get(&stage, filters).await;
        let mut walked: Vec<String> = names(&answer).into_iter().map(str::to_owned).collect();
        let mut lengths = vec![walked.len()];
        while let Some(next) = answer["meta"]["next"].as_str() {
            answer = get(&stage, &format!("{filters}&after={next}")).await;
            assert_eq!((&answer["meta"]["page"], &answer["meta"]["pages"]), (&json!(1), &json!(3)));
            lengths.push(names(&answer).len());
            walked.extend(names(&answer).into_iter().map(str::to_owned));
        }
        assert_eq!((walked, lengths), (expected.clone(), vec![20, 20, 20]), "{filters}");
        for page in 1..=3 {
            let answer = get(&stage, &format!("{filters}&page={page}")).await;
            assert_eq!(names(&answer), expected[page * 20 - 20..page * 20], "{filters}");
            assert_eq!((&answer["meta"]["pages"], answer["meta"]["next"].is_null()), (&json!(3), page == 3));
        }
    }
}

#[tokio::test]
async fn a_walk_holds_while_contacts_come_change_and_go() {
    let stage = Stage::with(41, Compat::Documented).await;
    let all = ids(&get(&stage, "").await);
    let first = get(&stage, "").await;
    let next = first["meta"]["next"].as_str().unwrap();
    let second = ids(&get(&stage, &format!("after={next}")).await);
    // Nobody who was made since the walk began, nobody twice, nobody skipped.
    stage.create(json!({"source": "whatsapp", "identifier": "+31612345678"})).await;
    stage.client.delete(&format!("/v1/contacts/{}", all[0])).await.expect(200);
    stage.client.delete(&format!("/v1/contacts/{}", all[19])).await.expect(200);
    stage.client.patch(JOHN_PATH, &json!({"name": "Ann"})).await.expect(200);
    assert_eq!(ids(&get(&stage, &format!("after={next}&page=9")).await), second);
}

#[tokio::test]
async fn the_order_is_newest_first() {
    let stage = Stage::new().await;
    for n in 0..3 {
        stage
            .create(
                json!({"source": "whatsapp", "identifier": format!("+3161234560{n}"), "name": n.to_string()}),
            )
            .await;
        stage.test.clock.advance_ms(1);
    }
    let expected = ["2", "1", "0", "Jane Smith", "John Doe", "John", "Cindy"];
    assert_eq!(names(&get(&stage, "").await), expected);
}

#[tokio::test]
async fn an_empty_list_has_one_page() {
    let stage = Stage::new().await;
    let expected = json!({"contacts": [], "meta": {"page": 1, "pages": 1, "next": null}});
    assert_eq!(get(&stage, "tags=nobody").await, expected);
    let other = stage.client_with(&stage.test.foreign_key().await);
    assert_eq!(other.get("/v1/contacts").await.expect(200), expected);
}

#[tokio::test]
async fn bad_pages_and_cursors_are_refused() {
    let stage = Stage::new().await;
    for query in ["page=501", "page=18446744073709551615"] {
        let reply = stage.client.get(&format!("/v1/contacts?{query}")).await;
        assert_eq!(reply.expect(400), json!({"error": "Pagination limit exceeded"}), "{query}");
    }
    for page in ["0", "-1", "x", "1.5", "", "18446744073709551616"] {
        let reply = stage.client.get(&format!("/v1/contacts?page={page}")).await;
        let expected = json!({"error": {"page": ["must be a whole number, 1 or more"]}});
        assert_eq!(reply.expect(400), expected, "{page}");
    }
    for cursor in ["", "x", "e30", "%00", "%ff", "eyJ0cyI6MSwiaWQiOi0xfQ"] {
        let reply = stage.client.get(&format!("/v1/contacts?after={cursor}")).await;
        assert_eq!(reply.expect(400), json!({"error": "Invalid pagination cursor"}), "{cursor}");
    }
}

#[tokio::test]
async fn the_tags_filter_means_any_of_them_in_any_case() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    for (n, tags) in [json!(["sales"]), json!(["lead"]), json!(["hot", "sales"]), json!(["spaced ", "a,b"])]
        .into_iter()
        .enumerate()
    {
        let identifier = format!("+3161234560{n}");
        let body =
            json!({"source": "whatsapp", "identifier": identifier, "name": n.to_string(), "tags": tags});
        stage.create(body).await;
    }
    // Jane has the tag Lead.
    for (query, expected) in [
        ("tags=sales", &["2", "0"][..]),
        ("tags=SALES", &["2", "0"]),
        ("tags[]=sales", &["2", "0"]),
        ("tags%5B%5D=sales", &["2", "0"]),
        ("tags=sales,hot", &["2", "0"]),
        ("tags=hot,lead", &["2", "1", "Jane Smith"]),
        ("tags[]=hot&tags[]=lead", &["2", "1", "Jane Smith"]),
        ("tags=Lead", &["1", "Jane Smith"]),
        ("tags=%20hot%20,nobody", &["2"]),
        ("tags[]=spaced%20", &["3"]),
        ("tags[]=a,b", &["3"]),
        ("tags=nobody", &[]),
        ("tags=AI", &[]),
        ("tags=", &["3", "2", "1", "0", "Jane Smith", "John Doe", "John", "Cindy"]),
    ] {
        let answer = get(&stage, query).await;
        assert_eq!(names(&answer), expected, "{query}");
    }
}

#[tokio::test]
async fn the_source_filter_compares_what_was_written() {
    let stage = Stage::new().await;
    stage.create(json!({"source": "facebook", "identifier": "fb-1", "name": "fb"})).await;
    stage.create(json!({"source": "whatsapp", "identifier": "+31612345678", "name": "wa"})).await;
    for (query, expected) in [
        ("source=facebook", &["fb"][..]),
        ("source=whatsapp", &["wa", "Jane Smith", "John Doe", "John", "Cindy"]),
        ("source=telegram", &[]),
        ("source=", &["wa", "fb", "Jane Smith", "John Doe", "John", "Cindy"]),
        ("source=whatsapp&tags=lead", &["Jane Smith"]),
        ("source=facebook&tags=lead", &[]),
    ] {
        assert_eq!(names(&get(&stage, query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn the_team_filter_knows_the_default_team() {
    let stage = Stage::new().await;
    stage.patch(json!({ "team_uuid": SUPPORT })).await;
    stage.create(json!({"source": "x", "identifier": "1", "name": "1", "team_uuid": GENERAL})).await;
    for (query, expected) in [
        (format!("team_uuid={SUPPORT}"), &["John Doe"][..]),
        ("team_uuid=47aad5f9-b4ca-423c-9d63-0f06ab93fe1f".to_owned(), &["John Doe"]),
        (format!("team_uuid={GENERAL}"), &["1", "Jane Smith", "John"]),
        (format!("team_uuid={GENERAL}&source=whatsapp"), &["Jane Smith", "John"]),
        (format!("team_uuid={JOHN}"), &[]),
        ("team_uuid=x".to_owned(), &[]),
    ] {
        assert_eq!(names(&get(&stage, &query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn filters_of_several_parts_have_pages_too() {
    let stage = Stage::with(41, Compat::Documented).await;
    for n in 0..9 {
        let body =
            json!({"source": "whatsapp", "identifier": format!("+3161234560{n}"), "team_uuid": GENERAL});
        stage.create(body).await;
    }
    let filters = format!("source=whatsapp&team_uuid={GENERAL}");
    let all = walk(&stage, &filters).await;
    // Cindy is in another team.
    assert_once_each(&all, 53);
    let mut pages = Vec::new();
    for page in 1..=4 {
        let answer = get(&stage, &format!("{filters}&page={page}")).await;
        assert_eq!(answer["meta"]["pages"], 3);
        pages.extend(ids(&answer));
    }
    assert_eq!(pages, all);
}

#[tokio::test]
async fn list_and_get_show_the_same_members() {
    let stage = Stage::new().await;
    let answer = get(&stage, "").await;
    for contact in answer["contacts"].as_array().unwrap() {
        let path = format!("/v1/contacts/{}", contact["uuid"].as_str().unwrap());
        assert_eq!(&crate::stage::single(&stage.client.get(&path).await.expect(200)), contact);
        for member in ["blockedAt", "funnelId", "closedAt"] {
            assert_eq!(contact[member], json!(null));
        }
        let href = contact["conversationHref"].as_str().unwrap();
        let id = href.strip_prefix("https://dash.callbell.eu/chat/").unwrap();
        assert_eq!(id.len(), 32, "{href}");
    }
}

#[tokio::test]
async fn a_get_with_a_body_is_answered() {
    let stage = Stage::new().await;
    for body in ["{\"channel_uuid\":\"7c996996fea947f4a1d5a11e7fac84db\"}", "no json"] {
        for path in [JOHN_PATH, "/v1/contacts", "/v1/contacts/"] {
            let reply = stage.client.send("GET", path, body).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
    }
    assert_eq!(stage.client.send("HEAD", JOHN_PATH, "").await.status, 200);
}
