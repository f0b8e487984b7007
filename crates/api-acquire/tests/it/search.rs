//! Finding contacts: the search, and the conditions and orders of the list.

use model::{Field, FieldType};
use serde_json::{Value, json};
use testkit::{Client, assert_same_shape};

use crate::support::{CONTACTS, JOHN, example, put, put_fields, refuse, start};

const SEARCH: &str = "/api/v1/crm/contact/list";

async fn search(client: &Client, body: Value) -> Value {
    client.post(SEARCH, &body).await.expect(200)["data"].clone()
}

fn ids(page: &Value) -> Vec<u64> {
    page["list"].as_array().expect("a list").iter().filter_map(|item| item["id"].as_u64()).collect()
}

async fn found(client: &Client, text: &str) -> Vec<u64> {
    let mut found = ids(&search(client, json!({ "search": text })).await);
    found.sort_unstable();
    found
}

async fn listed(client: &Client, query: &str) -> Vec<u64> {
    let query = query.replace(' ', "%20").replace('>', "%3E").replace('<', "%3C");
    let page = client.get(&format!("{CONTACTS}?{query}")).await.expect(200)["data"].clone();
    let found = ids(&page);
    assert_eq!(page["counts"]["total"], json!(found.len()), "{query}");
    found
}

#[tokio::test]
async fn search_example() {
    let (_test, client) = start().await;
    put(&client, JOHN, example("contacts.update.request")).await;
    let mut request = example("contacts.search.request");
    put_fields(&client, json!({"email": request["search"]})).await;
    request["search"] = json!("JANE.DOE@");
    let answer = client.post(SEARCH, &request).await.expect(200);
    let mut expected = example("contacts.search.response");
    // The example's contact has no details.
    expected["data"]["list"][0]["clientDetails"] = json!({});
    assert_same_shape(&answer, &expected);
    assert_eq!(answer["data"]["counts"], json!({"filteredCount": 1}));
    let row = &answer["data"]["list"][0];
    for (name, value) in [
        ("id", json!(2)),
        ("contactId", json!(2)),
        ("mainContactId", json!(2)),
        ("field_id", json!(2)),
        ("value", json!("jane.doe@example.com")),
        ("key", json!("email")),
        ("archive", json!("no")),
        ("dateCreated", json!("2021-03-10 07:27:53")),
        ("dateUpdated", json!("2025-01-15 12:45:00")),
    ] {
        assert_eq!(row[name], value, "{name}");
    }
    let config: Value =
        serde_json::from_str(row["config"].as_str().expect("a text")).expect("JSON in a text");
    assert_eq!(config["input"]["validationFormat"], json!("email"));
    let fields = &row["fields"];
    assert_eq!((&fields["calling_code"], &fields["contact_country_flag"]), (&json!("1"), &json!("USA")));
    assert_eq!(row["company"]["dateCreated"], json!("2025-01-15 12:45:00"));
}

#[tokio::test]
async fn a_search_finds_parts_of_names_addresses_and_numbers() {
    let (_test, client) = start().await;
    for (text, expected) in [
        ("JANE", vec![4]),
        ("smith", vec![4]),
        ("@work.com", vec![4]),
        ("(555) 123", vec![4]),
        ("john", vec![2, 3]),
        ("Oakland", vec![]),
        ("nobody", vec![]),
        ("", vec![1, 2, 3, 4]),
        ("  ", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(found(&client, text).await, expected, "{text}");
    }
    let row = search(&client, json!({"search": "@work"})).await["list"][0].clone();
    assert_eq!((&row["key"], &row["value"]), (&json!("email"), &json!("jane.smith@work.com")));
    let row = search(&client, json!({"search": "4567"})).await["list"][0].clone();
    assert_eq!(
        (&row["key"], &row["value"], &row["field_id"]),
        (&json!("phone"), &json!("+15551234567"), &json!(3))
    );
}

#[tokio::test]
async fn search_pages_count_from_zero_and_no_limit_is_the_usual_one() {
    let test = testkit::TestApp::with_crowd(30, app::Compat::Documented).await;
    let client = Client::new(api_acquire::routes(test.app.clone()))
        .described_by(&api_acquire::CONTRACT)
        .with_key("demo");
    for (body, count) in [
        (json!({}), 20),
        (json!({"page": 0, "limit": 0}), 20),
        (json!({"limit": "5"}), 5),
        (json!({"limit": 1000}), 34),
        (json!({"page": 1}), 14),
        (json!({"page": 9}), 0),
        (json!({"page": "99999999999999999999999"}), 0),
    ] {
        let page = search(&client, body.clone()).await;
        assert_eq!((ids(&page).len(), &page["counts"]["filteredCount"]), (count, &json!(34)), "{body}");
    }
}

#[tokio::test]
async fn bad_searches_are_refused() {
    let (_test, client) = start().await;
    for (body, field) in [
        (json!({"search": 5}), "search"),
        (json!({"search": "x".repeat(1001)}), "search"),
        (json!({"page": -1}), "page"),
        (json!({"page": 1.5}), "page"),
        (json!({"limit": "x"}), "limit"),
        (json!({"limit": null}), "limit"),
        (json!({"payload": {"a": 1}}), "payload"),
        (json!({"payload": []}), "payload"),
        (json!({"colour": "red"}), "colour"),
    ] {
        refuse(&client, ("POST", SEARCH), body, (400, field)).await;
    }
}

#[tokio::test]
async fn every_expression_is_known_by_its_word_and_its_sign() {
    let (_test, client) = start().await;
    for (condition, expected) in [
        ("id|eq|2", vec![2]),
        ("id|=|2", vec![2]),
        ("id|EQ|2", vec![2]),
        ("id|ne|2", vec![1, 3, 4]),
        ("id|!=|2", vec![1, 3, 4]),
        ("id|gt|2", vec![3, 4]),
        ("id|>|2", vec![3, 4]),
        ("id|gte|2", vec![2, 3, 4]),
        ("id|>=|2", vec![2, 3, 4]),
        ("id|lt|2", vec![1]),
        ("id|<|2", vec![1]),
        ("id|lte|2", vec![1, 2]),
        ("id|<=|2", vec![1, 2]),
        ("id|like|2", vec![2]),
        ("id|in|2, 4,9", vec![2, 4]),
        ("id|in|2,2", vec![2]),
    ] {
        let order = "order=%7B%22id%22%3A%22ASC%22%7D";
        assert_eq!(listed(&client, &format!("where={condition}&{order}")).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn conditions_compare_what_contacts_show() {
    let (test, client) = start().await;
    put_fields(
        &client,
        json!({"email": "John@Acquire.io", "phone": "(212) 555-0100", "stage": "Seed", "zip_code": "94607"}),
    )
    .await;
    let rows = [
        ("where=name|eq|John", vec![2]),
        ("where=fields.name|eq|John", vec![2]),
        ("where=name|like|john%", vec![2, 3]),
        ("where=name|like|smith", vec![4]),
        ("where=email|eq|john@acquire.io", vec![2]),
        ("where=email|=|John@Acquire.io", vec![2]),
        ("where=email|ne|john@acquire.io", vec![1, 3, 4]),
        ("where=email|in|john@acquire.io,jane@example.com", vec![2, 4]),
        // Acquire knows one address a contact; this one is not it.
        ("where=email|eq|jane.smith@work.com", vec![]),
        ("where=phone|eq|(212) 555-0100", vec![2]),
        ("where=phone|eq|2125550100", vec![2]),
        ("where=city|eq|Oakland", vec![2]),
        ("where=city|eq|oakland", vec![]),
        ("where=countryId|eq|517", vec![2]),
        ("where=ip|like|103.61.%", vec![2]),
        ("where=companyId|eq|5", vec![2]),
        ("where=companyId|in|5,123,99", vec![2, 4]),
        ("where=companyId|gt|5", vec![4]),
        ("where=companyId|eq|99", vec![]),
        ("where=lead_score|gt|9", vec![4]),
        ("where=lead_score|eq|95", vec![4]),
        ("where=lead_score|in|95,7", vec![4]),
        ("where=lead_score|eq|95.0", vec![]),
        ("where=lead_score|eq|high", vec![]),
        ("where=lead_score|eq|", vec![]),
        ("where=lead_score|ne|95", vec![1, 2, 3]),
        ("where=zip_code|eq|94607", vec![2]),
        ("where=zip_code|in|94607,94608&where=lead_score|ne|95", vec![2]),
        ("where=lead_score|lte|95", vec![4]),
        ("where=stage|eq|Seed", vec![2]),
        ("where=stage|in|Growth,Seed", vec![2]),
        ("where=stage|eq|Ripe", vec![]),
        ("where=stage|ne|Seed", vec![1, 3, 4]),
        ("where=zip_code|gte|94000", vec![2]),
        ("where=dateCreated|lt|2021-01-01", vec![1, 3]),
        ("where=dateCreated|gte|2021-03-10 07:27:53", vec![2, 4]),
        ("where=dateUpdated|gt|2025-01-15", vec![1, 2, 3, 4]),
        ("where=clientName|eq|Chrome", vec![2]),
        ("where=clientName|in|Firefox,Chrome", vec![2]),
        ("where=clientName|like|chr", vec![2]),
        ("where=clientVersion|gt|9", vec![2]),
        ("where=id|in|2,3&where=name|eq|John", vec![2]),
        ("where[]=id|gt|1&where[]=name|like|john", vec![2, 3]),
        ("where=id|eq|2&where=id|eq|3", vec![]),
        ("search=jane", vec![4]),
        ("search=john&where=city|eq|Oakland", vec![2]),
        ("search=john&where=id|eq|3", vec![3]),
    ];
    assert_found(&client, &rows).await;
    // With fields that are filterable, before their indexes have all contacts, and then.
    let filterable = |catalog: &mut model::Catalog| {
        let fields: Vec<_> = catalog.custom_fields().cloned().collect();
        fields.into_iter().for_each(|field| catalog.fields.put(Field { filterable: true, ..field }));
    };
    test.app.edit_catalog(test.workspace.number, filterable).await.unwrap();
    assert_found(&client, &rows).await;
    assert!(test.app.index_values().await.unwrap().contacts > 0);
    assert_found(&client, &rows).await;
}

/// A custom field may have one of Acquire's own keys, and is not shown then.
#[tokio::test]
async fn a_field_that_is_not_shown_is_not_compared() {
    let (test, client) = start().await;
    for kind in [FieldType::Text, FieldType::SingleSelect] {
        let hidden = |catalog: &mut model::Catalog| {
            let field = catalog.custom_fields().next().cloned().unwrap();
            let field = Field { key: "city".to_owned(), kind, filterable: true, ..field };
            catalog.fields.put(field);
        };
        test.app.edit_catalog(test.workspace.number, hidden).await.unwrap();
        test.app.index_values().await.unwrap();
        assert_eq!(listed(&client, "where=city|eq|Oakland").await, [2], "{kind:?}");
    }
}

async fn assert_found(client: &Client, rows: &[(&str, Vec<u64>)]) {
    for (conditions, expected) in rows {
        let mut found = listed(client, conditions).await;
        found.sort_unstable();
        assert_eq!(found, *expected, "{conditions}");
    }
}

#[tokio::test]
async fn lists_are_ordered_by_what_contacts_show() {
    let (test, client) = start().await;
    test.clock.advance_ms(1000);
    put_fields(&client, json!({"zip_code": "94607", "state": "b"})).await;
    put(&client, &format!("{CONTACTS}/3"), json!({"fields": {"state": "A"}})).await;
    for (column, ascending) in [
        ("id", vec![1, 2, 3, 4]),
        ("dateCreated", vec![1, 3, 2, 4]),
        ("dateUpdated", vec![1, 4, 2, 3]),
        ("name", vec![1, 4, 2, 3]),
        ("state", vec![1, 4, 3, 2]),
        ("companyId", vec![1, 3, 2, 4]),
        ("zip_code", vec![1, 3, 4, 2]),
        ("clientName", vec![1, 3, 4, 2]),
    ] {
        let order = |way: &str| format!("order=%7B%22{column}%22%3A%22{way}%22%7D");
        assert_eq!(listed(&client, &order("ASC")).await, ascending, "{column}");
        let last = listed(&client, &order("DESC")).await[0];
        assert_eq!(last, ascending[3], "{column}");
        // Also where contacts are looked up by their ids.
        let found = listed(&client, &format!("where=id|in|4,3,2,1&{}", order("ASC"))).await;
        assert_eq!(found, ascending, "{column}");
    }
}
