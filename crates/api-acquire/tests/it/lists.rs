//! The list: its envelope, pages, order and conditions.

use app::Compat;
use model::Json;
use serde_json::json;
use testkit::{Client, TestApp};

use crate::support::{CONTACTS, JOHN, put, start};

async fn list(client: &Client, query: &str) -> Json {
    client.get(&format!("{CONTACTS}?{query}")).await.expect(200)["data"].clone()
}

fn ids(page: &Json) -> Vec<u64> {
    page["list"].as_array().expect("a list").iter().filter_map(|item| item["id"].as_u64()).collect()
}

#[tokio::test]
async fn latest_change_comes_first() {
    let (test, client) = start().await;
    for number in [3, 1, 4, 2] {
        test.clock.advance_ms(1000);
        put(&client, &format!("{CONTACTS}/{number}"), json!({"fields": {"city": number}})).await;
    }
    assert_eq!(ids(&list(&client, "").await), [2, 4, 1, 3]);
    assert_eq!(ids(&list(&client, "order=%7B%22id%22%3A%22DESC%22%7D").await), [4, 3, 2, 1]);
    assert_eq!(ids(&list(&client, "order=%7B%22id%22%3A%22asc%22%7D").await), [1, 2, 3, 4]);
    assert_eq!(ids(&list(&client, "order=%7B%22dateUpdated%22%3A%22ASC%22%7D").await), [3, 1, 4, 2]);
}

#[tokio::test]
async fn the_time_of_the_last_change_is_compared() {
    let (test, client) = start().await;
    for number in [3, 1, 4, 2] {
        test.clock.advance_ms(1000);
        put(&client, &format!("{CONTACTS}/{number}"), json!({"fields": {"city": number}})).await;
    }
    let page = list(&client, "").await;
    let first = page["list"].as_array().unwrap().iter().find(|item| item["id"] == 1).unwrap();
    let at = first["dateUpdated"].as_str().unwrap();
    for (expression, expected) in [
        ("eq", vec![1]),
        ("in", vec![1]),
        ("ne", vec![2, 4, 3]),
        ("gt", vec![2, 4]),
        ("gte", vec![2, 4, 1]),
        ("lt", vec![3]),
        ("lte", vec![1, 3]),
        ("like", vec![1]),
    ] {
        let found = list(&client, &format!("where=dateUpdated|{expression}|{at}")).await;
        assert_eq!(
            (ids(&found), &found["counts"]["total"]),
            (expected.clone(), &json!(expected.len())),
            "{expression}"
        );
    }
}

#[tokio::test]
async fn pages_count_from_zero_and_limits_are_clamped() {
    let test = TestApp::with_crowd(146, Compat::Documented).await;
    let client = Client::new(api_acquire::routes(test.app.clone()))
        .described_by(&api_acquire::CONTRACT)
        .with_key("demo");
    for (query, count) in [
        ("", 20),
        ("limit=0", 1),
        ("limit=7", 7),
        ("limit=%207%20", 7),
        ("limit=100", 100),
        ("limit=101", 100),
        ("limit=99999999999999999999999999", 100),
        ("limit=100&page=1", 50),
        ("limit=100&page=2", 0),
        ("page=99999999999999999999999999", 0),
    ] {
        let page = list(&client, query).await;
        assert_eq!(ids(&page).len(), count, "{query}");
        assert_eq!(
            page["counts"],
            json!({"total": 150, "records": 150, "pending": 0, "active": 0}),
            "{query}"
        );
    }
    let mut all = Vec::new();
    for page in 0..8 {
        all.extend(ids(&list(&client, &format!("limit=20&page={page}")).await));
    }
    all.sort_unstable();
    assert_eq!(all, (1..=150).collect::<Vec<u64>>(), "every contact once");
}

#[tokio::test]
async fn list_items_without_conversations_are_zero_empty_or_null() {
    let (_test, client) = start().await;
    let page = list(&client, "where=id|eq|1&relations=cases|visits|timeline").await;
    let expected = json!({
        "dateCreated": "2015-09-21T23:11:53.000Z",
        "dateUpdated": "2025-01-15T12:45:00.000Z",
        "id": 1,
        "clientType": null,
        "clientName": null,
        "clientVersion": null,
        "clientOsName": null,
        "clientOsVersion": null,
        "clientDeviceType": null,
        "clientDeviceVendor": null,
        "clientDeviceModel": null,
        "clientDetails": null,
        "companyId": null,
        "fields": {"name": "Cindy"},
        "company": {"fields": {}},
        "tags": [],
        "latestTimelineId": "0",
        "caseId": "0",
        "latestObjectType": "case",
        "title": "",
        "description": "",
        "channel": "",
        "status": null,
        "agentList": [],
        "departmentList": [],
        "lastViewObject": null,
        "clientUserId": null,
        "contactCompanyCount": null,
        "totalTimeline": 0,
        "lastDateUpdated": "2025-01-15 12:45:00",
        "totalNotes": 0,
        "totalViews": 0,
        "totalCase": 0,
        "msgUnread": 0,
        "channels": [],
        "firstInteractionType": null,
        "lastInteractionType": null,
        "isBlocked": "NO",
        "lastVisit": null,
        "firstVisit": null,
        "interaction": [],
        "snoozeInContact": false,
        "cases": [],
        "visits": [],
        "timeline": [],
    });
    assert_eq!(page["list"], json!([expected]));
}

#[tokio::test]
async fn where_finds_by_id() {
    let (_test, client) = start().await;
    for query in
        ["where=id|eq|2", "where[]=id|eq|2", "where=id%7C%3D%7C2", "where=id|eq|2&where=clientType|eq|web"]
    {
        let page = list(&client, query).await;
        assert_eq!(ids(&page), [2], "{query}");
        assert_eq!(page["counts"]["total"], json!(1), "{query}");
    }
    for query in ["where=id|eq|999", "where=id|eq|2&where=clientType|eq|sdk", "where=id|eq|2&where=id|eq|1"] {
        let page = list(&client, query).await;
        assert_eq!((ids(&page), &page["counts"]["total"]), (vec![], &json!(0)), "{query}");
    }
    let second = list(&client, "where=id|eq|2&page=1").await;
    assert_eq!((ids(&second), &second["counts"]["total"]), (vec![], &json!(1)));
}

#[tokio::test]
async fn where_finds_by_client_members() {
    let (_test, client) = start().await;
    assert_eq!(ids(&list(&client, "where=clientName|eq|Chrome").await), [2]);
    assert_eq!(ids(&list(&client, "where=clientName|eq|Chrome&where=clientType|=|web").await), [2]);
    assert_eq!(ids(&list(&client, "where=clientName|eq|Firefox").await), [] as [u64; 0]);
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let (_test, client) = start().await;
    for (query, field) in [
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("page=1.5", "page"),
        ("where=colour|eq|red", "where"),
        ("where=id|between|2", "where"),
        ("where=dateCreated|gt|soon", "where"),
        ("where=companyId|in|5,x", "where"),
        ("where=country|eq|US", "where"),
        ("where=id|eq", "where"),
        ("where=id|eq|x", "where"),
        ("where=nonsense", "where"),
        ("order=id", "order"),
        ("order=%7B%22colour%22%3A%22ASC%22%7D", "order"),
        ("order=%7B%22id%22%3A1%7D", "order"),
    ] {
        let answer = client.get(&format!("{CONTACTS}?{query}")).await.expect(400);
        assert_eq!(answer["code"], json!("ERROR_INVALID_INPUT"), "{query}");
        assert_eq!(answer["errors"][0]["field"], json!(field), "{query}");
    }
}

#[tokio::test]
async fn select_shrinks_list_items() {
    let (_test, client) = start().await;
    let page = list(&client, "where=id|eq|2&select[]=dateCreate&select[]=id").await;
    assert_eq!(page["list"], json!([{"dateCreated": "2021-03-10T07:27:53.000Z", "id": 2}]));
}

#[tokio::test]
async fn companies_and_tags_are_shown() {
    let (_test, client) = start().await;
    let page = list(&client, "where=id|eq|4").await;
    let item = &page["list"][0];
    assert_eq!((&item["company"]["id"], &item["tags"][0]["name"]), (&json!(123), &json!("Lead")));
    assert_eq!(item["totalNotes"], json!(1));
}

#[tokio::test]
async fn blocked_contacts_say_so() {
    let (test, client) = start().await;
    crate::support::edit_elsewhere(&test, "2", vec![model::Edit::Blocked(true)]).await;
    assert_eq!(list(&client, "where=id|eq|2").await["list"][0]["isBlocked"], json!("YES"));
    client.delete(JOHN).await.expect(200);
    assert_eq!(list(&client, "").await["counts"]["total"], json!(3));
}
