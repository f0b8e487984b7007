//! Companies.

use serde_json::{Value, json};
use testkit::{Client, assert_has, assert_same_shape};

use crate::support::{CONTACTS, JOHN, data, example, put, refuse, start};

const COMPANIES: &str = "/api/v1/crm/objects/company";
const ACQUIRE: &str = "/api/v1/crm/objects/company/5";

async fn ids(client: &Client, query: &str) -> Vec<u64> {
    let page = client.get(&format!("{COMPANIES}?{query}")).await.expect(200)["data"].clone();
    page["data"].as_array().expect("companies").iter().filter_map(|row| row["id"].as_u64()).collect()
}

#[tokio::test]
async fn create_company_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let request = example("companies.create.request");
    let reply = client.post(COMPANIES, &request).await;
    let answer = reply.expect(200);
    assert!(!reply.header("contactd-change").is_empty());
    let mut expected = example("companies.create.response");
    // The example answers another name than its request has, and a logo that the vendor looked up.
    expected["data"]["fields"] = request["fields"].clone();
    expected["data"]["id"] = json!(457);
    expected["data"]["dateCreated"] = request["dateCreated"].clone();
    assert_eq!(answer, expected);
    let path = format!("{COMPANIES}/457");
    let stored = client.get(&path).await.expect(200);
    assert_eq!(stored["data"]["dateUpdated"], json!(null), "the answer's date is stored nowhere");
    assert_eq!(stored["data"]["fields"], request["fields"]);
}

#[tokio::test]
async fn get_company_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let fields = example("companies.get.response")["data"]["fields"].clone();
    client.put(ACQUIRE, &json!({ "fields": fields })).await.expect(200);
    put(&client, JOHN, json!({"companyId": null})).await;
    let answer = client.get(&format!("{ACQUIRE}?relations=fields&relations=contacts")).await.expect(200);
    assert_has(
        &answer,
        &example("companies.get.response"),
        &["data.id", "data.dateCreated", "data.dateUpdated"],
    );
    assert_eq!(
        client.get(&format!("{ACQUIRE}?select[]=dateCreated")).await.expect(200)["data"],
        json!({"id": 5, "dateCreated": "2025-01-15T12:45:00.000Z"})
    );
}

#[tokio::test]
async fn list_companies_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    client.put(JOHN, &example("contacts.update.request")).await.expect(200);
    let path = format!("{COMPANIES}?limit=20&relations[]=contacts&relations[]=parent&relations[]=companies");
    let answer = client.get(&path).await.expect(200);
    let mut expected = example("companies.list.response");
    // The demo's contact was made by a create whose details are empty.
    expected["data"]["data"][0]["contacts"][0]["clientDetails"] = json!({});
    assert_same_shape(&answer, &expected);
    assert_eq!(answer["data"]["count"], json!(3));
    let contact = &answer["data"]["data"][0]["contacts"][0];
    assert_eq!((&contact["id"], contact.get("archive")), (&json!(2), None));
    assert_eq!(contact["objectCounts"], json!({"totalCases": 0, "totalNotes": 0, "totalViews": 0}));
    assert_eq!(client.get(ACQUIRE).await.expect(200)["data"].get("contacts"), None, "not asked for");
}

#[tokio::test]
async fn update_company_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let request = example("companies.update.request");
    let answer = client.put(ACQUIRE, &request).await.expect(200);
    assert_same_shape(&answer, &example("companies.update.response"));
    assert_eq!(answer["data"]["fields"], request["fields"]);
    assert_eq!(answer["data"]["dateUpdated"], json!("2025-01-15T12:45:00.000Z"), "not \"string\"");
}

#[tokio::test]
async fn delete_company_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let reply = client.delete(ACQUIRE).await;
    assert_eq!(reply.expect(200), example("companies.delete.response"));
    assert!(!reply.header("contactd-change").is_empty());
    refuse(&client, ("DELETE", ACQUIRE), Value::Null, (404, "companyId")).await;
    refuse(&client, ("GET", ACQUIRE), Value::Null, (404, "companyId")).await;
    // Its contact stays.
    let john = data(&client, &format!("{JOHN}?relations=company")).await;
    assert_eq!((&john["id"], &john["company"]), (&json!(2), &json!({"fields": {}})));
    assert_eq!(john["companyId"], json!(null), "no id that leads nowhere");
    assert_eq!(put(&client, JOHN, json!({"fields": {"city": "X"}})).await["companyId"], json!(null));
    let listed = client.get(&format!("{CONTACTS}?where=id|eq|2")).await.expect(200);
    assert_eq!(listed["data"]["list"][0]["companyId"], json!(null));
    let found = client.get(&format!("{CONTACTS}?where=companyId|eq|5")).await.expect(200);
    assert_eq!(found["data"]["list"], json!([]));
}

#[tokio::test]
async fn fields_of_a_company_merge_by_key() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let all = json!({
        "name": "Acme", "website": "acme.example", "logo": "l.png", "industry": "IT", "description": "d",
        "source": "s", "revenue": "1050000", "city": "SF", "state": "CA", "address": "1 Main St",
        "employees": "100", "foundation": "1999", "countryId": "517",
    });
    let made = client.post(COMPANIES, &json!({ "fields": all })).await.expect(200)["data"].clone();
    let path = format!("{COMPANIES}/{}", made["id"]);
    let mut expected = all.clone();
    expected["country"] = made["fields"]["country"].clone();
    assert_eq!((&made["fields"], &made["fields"]["country"]["cca3"]), (&expected, &json!("USA")));
    // What was read can be written back.
    let reply = client.put(&path, &made).await;
    assert_eq!(
        (reply.expect(200)["data"]["fields"].clone(), reply.header("contactd-change")),
        (expected.clone(), "")
    );
    for key in all.as_object().expect("an object").keys() {
        for value in [json!(null), json!(""), json!("9"), json!("50-100")] {
            let answer = client.put(&path, &json!({"fields": {key.as_str(): value}})).await.expect(200);
            expected[key] = value.clone();
            if key == "countryId" {
                expected["country"] = json!(null);
            }
            assert_eq!(answer["data"]["fields"], expected, "{key} {value}");
        }
    }
    let numbers = client.put(&path, &json!({"fields": {"employees": 7, "revenue": 1.5}})).await.expect(200);
    assert_eq!(numbers["data"]["fields"]["employees"], json!("7"));
    assert_eq!(numbers["data"]["fields"]["revenue"], json!("1.5"));
}

#[tokio::test]
async fn fields_of_a_company_win_over_top_level_aliases() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let body = json!({"name": "Outer", "website": "outer.example", "fields": {"name": "Inner"}});
    let fields = client.put(ACQUIRE, &body).await.expect(200)["data"]["fields"].clone();
    assert_eq!((&fields["name"], &fields["website"]), (&json!("Inner"), &json!("outer.example")));
}

#[tokio::test]
async fn an_empty_company_can_be_made() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let made = client.post(COMPANIES, &json!({"fields": {}})).await.expect(200)["data"].clone();
    assert_eq!(made["fields"], json!({}));
    let reply = client.put(ACQUIRE, &json!({"fields": {}, "parent": null, "contacts": []})).await;
    assert_eq!((reply.expect(200)["data"]["id"].clone(), reply.header("contactd-change")), (json!(5), ""));
}

#[tokio::test]
async fn custom_fields_of_companies_are_their_own() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let field = json!({"object": "company", "key": "tier", "type": "text", "config": {
        "input": {"type": "radio", "label": "Tier", "options": ["gold", "silver"]},
    }});
    client.post("/api/v1/crm/objects/object-field", &field).await.expect(200);
    let answer = client.put(ACQUIRE, &json!({"fields": {"tier": "gold"}})).await.expect(200);
    assert_eq!(answer["data"]["fields"]["tier"], json!("gold"));
    assert_eq!(ids(&client, "where=tier|eq|gold").await, [5]);
    refuse(&client, ("PUT", ACQUIRE), json!({"fields": {"tier": "lead"}}), (400, "fields.tier")).await;
    refuse(&client, ("PUT", JOHN), json!({"fields": {"tier": "gold"}}), (400, "fields.tier")).await;
    refuse(&client, ("PUT", ACQUIRE), json!({"fields": {"zip_code": "1"}}), (400, "fields.zip_code")).await;
    let answer = client.put(ACQUIRE, &json!({"fields": {"tier": null}})).await.expect(200);
    assert_eq!(answer["data"]["fields"]["tier"], json!(null));
}

#[tokio::test]
async fn companies_are_filtered_and_ordered() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    test.clock.advance_ms(1000);
    client
        .put(&format!("{COMPANIES}/123"), &json!({"fields": {"employees": "20", "city": "Paris"}}))
        .await
        .expect(200);
    client.put(ACQUIRE, &json!({"fields": {"employees": "100"}})).await.expect(200);
    for (query, expected) in [
        ("", vec![5, 123, 456]),
        ("where=id|eq|123", vec![123]),
        ("where=id|in|5,456,9", vec![5, 456]),
        ("where=name|like|corp", vec![123, 456]),
        ("where[]=name|like|corp&where[]=city|eq|Paris", vec![123]),
        ("where=employees|gt|20", vec![5]),
        ("where=employees|gte|20", vec![5, 123]),
        ("where=city|ne|Paris", vec![5, 456]),
        ("where=dateUpdated|gt|2025-01-15", vec![5, 123]),
        ("where=dateCreated|lt|2025-01-15", vec![]),
        ("order=%7B%22id%22%3A%22DESC%22%7D", vec![456, 123, 5]),
        ("order=%7B%22name%22%3A%22ASC%22%7D", vec![456, 5, 123]),
        ("limit=2&page=1", vec![456]),
        ("limit=2&page=7", vec![]),
    ] {
        assert_eq!(ids(&client, query).await, expected, "{query}");
    }
    let page =
        client.get(&format!("{COMPANIES}?limit=2&page=1&where=id|gt|1")).await.expect(200)["data"].clone();
    assert_eq!(
        (&page["page"], &page["offset"], &page["limit"], &page["count"]),
        (&json!(1), &json!(2), &json!(2), &json!(3))
    );
    for (query, field) in [
        ("where=colour|eq|1", "where"),
        ("where=dateCreated|gt|soon", "where"),
        ("where=id|between|1", "where"),
        ("order=%7B%22colour%22%3A%22ASC%22%7D", "order"),
        ("limit=x", "limit"),
        ("page=x", "page"),
    ] {
        refuse(&client, ("GET", &format!("{COMPANIES}?{query}")), Value::Null, (400, field)).await;
    }
}

#[tokio::test]
async fn bad_companies_are_refused() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    for (body, field) in [
        (json!({}), "fields"),
        (json!({"name": "x"}), "fields"),
        (json!({"fields": null}), "fields"),
        (json!({"fields": []}), "fields"),
        (json!({"fields": {"name": []}}), "fields.name"),
        (json!({"fields": {"name": "x".repeat(1001)}}), "fields.name"),
        (json!({"fields": {"website": "x".repeat(65_537)}}), "fields.website"),
        (json!({"fields": {"colour": "red"}}), "fields.colour"),
        (json!({"fields": {}, "name": {}}), "name"),
        (json!({"fields": {}, "dateCreated": 5}), "dateCreated"),
        (json!({"fields": {}, "dateUpdated": 5}), "dateUpdated"),
    ] {
        for (method, path) in [("POST", COMPANIES), ("PUT", ACQUIRE)] {
            let answer = refuse(&client, (method, path), body.clone(), (400, field)).await;
            assert_eq!(answer["errors"][0]["resource"], json!("company"));
        }
    }
    let unknown = format!("{COMPANIES}/99");
    refuse(&client, ("PUT", &unknown), json!({}), (404, "companyId")).await;
    refuse(&client, ("GET", &format!("{COMPANIES}/x")), Value::Null, (400, "companyId")).await;
    refuse(&client, ("POST", CONTACTS), json!({"companyId": 99}), (400, "companyId")).await;
}

#[tokio::test]
async fn unknown_members_of_a_company_are_kept() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    client.put(ACQUIRE, &json!({"fields": {}, "rating": 5})).await.expect(200);
    let caller = test.app.authenticate("demo", model::Dialect::Native, None).await.expect("the demo's key");
    let id = model::Ref::number(model::Dialect::Native, "5");
    let company = test.app.get_record::<model::Company>(&caller, &id).await.expect("a company").record;
    assert_eq!(company.extras.get(model::Dialect::Acquire, "body.rating"), Some(&json!(5)));
    assert_eq!(client.get(ACQUIRE).await.expect(200)["data"].get("rating"), None);
}
