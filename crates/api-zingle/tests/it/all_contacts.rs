//! Contacts of an account and of all services.

use model::Json;
use serde_json::json;
use testkit::{Client, assert_same_shape};

use crate::{CINDY_ID, CONTACTS, SERVICE_ID, Site, example, fault};

async fn rows(client: &Client, path: &str) -> Vec<Json> {
    client.get(path).await.expect(200)["result"].as_array().unwrap().clone()
}

fn ids(rows: &[Json]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_services_contacts_are_those_of_its_account_and_of_all() {
    let site = Site::new().await;
    let account = format!("/v1/accounts/{SERVICE_ID}/contacts");
    for query in [
        "",
        "?page=2&page_size=2",
        "?sort_direction=desc",
        "?sort_field=updated_at&sort_direction=desc&page_size=3",
        "?sort_fields[]=id%20desc",
        "?page=9",
    ] {
        let expected = site.client.get(&format!("{CONTACTS}{query}")).await.expect(200);
        for path in ["/v1/contacts", account.as_str()] {
            assert_eq!(
                site.client.get(&format!("{path}{query}")).await.expect(200),
                expected,
                "{path}{query}"
            );
        }
    }
    assert_same_shape(&site.client.get(&account).await.expect(200), &example("contacts.list.response"));
}

#[tokio::test]
async fn several_services_follow_one_another_and_page_as_one_list() {
    let site = Site::new().await;
    let (client, spa) = site.second_service().await;
    let mut made = Vec::new();
    for n in 0..5 {
        let body = json!({"first_name": format!("Guest {n}")});
        let guest = client.post(&format!("/v1/services/{spa}/contacts"), &body).await.expect(200);
        made.push(guest["result"].clone());
    }
    let mut expected = rows(&client, CONTACTS).await;
    let of_demo = expected.len();
    expected.extend(made);
    for path in ["/v1/contacts".to_owned(), format!("/v1/accounts/{SERVICE_ID}/contacts")] {
        let whole = client.get(&path).await.expect(200);
        assert_eq!(whole["result"], json!(expected), "{path}");
        assert_eq!(whole["status"]["total_records"], json!(of_demo + 5));
        assert_eq!(whole["result"][0]["service_id"], SERVICE_ID);
        assert_eq!(whole["result"][of_demo]["service_id"], json!(spa));
        for (direction, all) in
            [("asc", expected.clone()), ("desc", expected.iter().rev().cloned().collect())]
        {
            for size in 1..=of_demo + 6 {
                let mut paged = Vec::new();
                for page in 1..=(of_demo + 5).div_ceil(size) + 1 {
                    let query = format!("?page={page}&page_size={size}&sort_direction={direction}");
                    let answer = client.get(&format!("{path}{query}")).await.expect(200);
                    let status = &answer["status"];
                    assert_eq!(status["total_records"], json!(of_demo + 5), "{query}");
                    assert_eq!(status["total_pages"], json!((of_demo + 5).div_ceil(size)), "{query}");
                    assert_eq!(status["sort_direction"], direction);
                    paged.extend(answer["result"].as_array().unwrap().clone());
                }
                assert_eq!(ids(&paged), ids(&all), "{direction} {size}");
            }
        }
    }
    // They have only one order: what else is asked for gives the default, and says so.
    let answer = client.get("/v1/contacts?sort_field=updated_at").await.expect(200);
    assert_eq!((&answer["status"]["sort_field"], &answer["result"]), (&json!("id"), &json!(expected)));
    let far = client.get("/v1/contacts?page=18446744073709551615&page_size=1000").await.expect(200);
    assert_eq!((&far["result"], &far["status"]["total_records"]), (&json!([]), &json!(of_demo + 5)));
}

#[tokio::test]
async fn a_key_reaches_the_contacts_of_its_own_services_only() {
    let site = Site::new().await;
    site.second_service().await;
    assert!(ids(&rows(&site.client, "/v1/contacts").await).contains(&CINDY_ID.to_owned()));
    let foreign = site.client.clone().with_key(&site.test.foreign_key().await);
    assert_eq!(rows(&foreign, "/v1/contacts").await, Vec::<Json>::new());
    for id in [SERVICE_ID, "nope", "%00"] {
        let told = fault(&foreign.get(&format!("/v1/accounts/{id}/contacts")).await);
        assert_eq!(told, "404 2700 Account not found", "{id}");
    }
    let anonymous = site.client.clone().anonymous();
    for path in ["/v1/contacts", "/v1/accounts", "/v1/services", "/v1/channel-types", "/v1/contact_services"]
    {
        assert!(fault(&anonymous.get(path).await).starts_with("401 2601 "), "{path}");
        assert_eq!(fault(&site.client.send("PUT", path, "{}").await), "405 - Method not allowed", "{path}");
    }
}
