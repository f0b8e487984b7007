//! Services, accounts and users.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::{SERVICE, SERVICE_ID, Site, example, fault};

const JANE: &str = "5912ac4d-280a-4d4e-a632-961b40718293";

async fn names(site: &Site, client: &testkit::Client, query: &str) -> Json {
    let answer = client.get(&format!("/v1/services{query}")).await.expect(200);
    let rows = answer["result"].as_array().unwrap();
    assert_eq!(answer["status"]["total_records"], json!(rows.len()), "{query}");
    assert!(site.test.workspace.name == "demo");
    rows.iter().map(|row| row["display_name"].clone()).collect()
}

#[tokio::test]
async fn services_have_the_documented_shapes() {
    let site = Site::new().await;
    let one = site.client.get(SERVICE).await.expect(200);
    for name in ["services.get.response", "recommended.services.get.response"] {
        assert_same_shape(&one, &example(name));
    }
    let list = site.client.get("/v1/services?page_size=1000").await.expect(200);
    for name in ["services.list.response", "recommended.services.list.response"] {
        assert_same_shape(&list, &example(name));
    }
    // The page beside it shows a stray member.
    let mut readme = example("services.list_readme.response");
    readme["result"][0].as_object_mut().unwrap().remove("customFieldValues");
    assert_same_shape(&list, &readme);
    assert_eq!(list["result"], json!([one["result"]]));
    let echo = json!({"sort_field": "display_name", "sort_direction": "asc", "page": 1, "page_size": 1000,
        "total_pages": 1, "total_records": 1});
    assert_has(&list["status"], &echo, &[]);
}

#[tokio::test]
async fn a_service_shows_its_whole_catalog() {
    let site = Site::new().await;
    let service = site.client.get(SERVICE).await.expect(200)["result"].clone();
    for (member, list) in [
        ("channel_types", "channel-types"),
        ("contact_groups", "contact-groups"),
        ("contact_labels", "contact-labels"),
        ("contact_custom_fields", "contact-custom-fields"),
    ] {
        let rows = site.client.get(&format!("{SERVICE}/{list}?page_size=1000")).await.expect(200);
        assert_eq!(service[member], rows["result"], "{member}");
        assert!(!service[member].as_array().unwrap().is_empty(), "{member}");
    }
    for member in ["channels", "templates", "automations", "printers", "calendar_event_types", "settings"] {
        assert_eq!(service[member], json!([]), "{member}");
    }
    let address = json!({"address": "", "city": "", "state": "", "country": "", "postal_code": ""});
    assert_eq!(service["service_address"], address);
    let account = site.client.get(&format!("/v1/accounts/{SERVICE_ID}")).await.expect(200);
    assert_eq!(service["account"], account["result"]);
    // A team can be assigned to by the id that is shown.
    assert_eq!(service["features"], json!(["assignment", "teams"]));
    let teams = service["teams"].as_array().unwrap();
    let guests = json!({"id": "bf5c8s4e-b4f5-4382-9f3a-9ees5eedaef1", "display_name": "Guests", "emoji": null,
        "user_ids": [], "created_at": 1_442_877_113});
    assert!(teams.contains(&guests), "{teams:?}");
    assert_eq!(teams[0]["user_ids"], json!([JANE]));
    for team in teams {
        let body = json!({"team_id": team["id"]});
        site.client.post(&format!("{}/assign", crate::CINDY), &body).await.expect(200);
    }
}

#[tokio::test]
async fn services_are_filtered_and_sorted() {
    let site = Site::new().await;
    site.test.clock.advance_ms(5_000);
    let (client, spa) = site.second_service().await;
    let account = format!("?account_id={SERVICE_ID}");
    let (both, demo, other, none) = (json!(["demo", "Spa"]), json!(["demo"]), json!(["Spa"]), json!([]));
    for (query, expected) in [
        ("", &both),
        ("?sort_direction=desc", &json!(["Spa", "demo"])),
        ("?sort_field=created_at&sort_direction=desc", &json!(["Spa", "demo"])),
        ("?sort_field=city", &both),
        ("?sort_field=nonsense", &both),
        (account.as_str(), &both),
        ("?account_id=nope", &none),
        ("?display_name=DEMO", &demo),
        ("?display_name=s*", &other),
        ("?display_name=%2Ap%2A", &other),
        ("?display_name=em", &none),
        ("?channel_value=*", &none),
        ("?address=*", &both),
        ("?city=", &both),
        ("?city=*", &none),
        ("?country=US&display_name=demo", &none),
        ("?nonsense=1", &both),
    ] {
        assert_eq!(&names(&site, &client, query).await, expected, "{query}");
    }
    let second = client.get("/v1/services?page_size=1&page=2").await.expect(200);
    assert_eq!((&second["result"][0]["id"], &second["status"]["total_pages"]), (&json!(spa), &json!(2)));
    // Both are of one account, whichever is entered.
    let spa = client.get(&format!("/v1/services/{spa}")).await.expect(200)["result"].clone();
    assert_eq!((&spa["display_name"], &spa["account"]["id"]), (&json!("Spa"), &json!(SERVICE_ID)));
    assert_eq!(names(&site, &site.client, "").await, demo);
}

#[tokio::test]
async fn services_that_a_key_does_not_open_are_refused() {
    let site = Site::new().await;
    let (_, spa) = site.second_service().await;
    let told = fault(&site.client.get(&format!("/v1/services/{spa}")).await);
    assert_eq!(told, "403 2602 Permission denied: the key does not open this workspace");
    assert_eq!(fault(&site.client.get("/v1/services/nope").await), "404 2800 Service not found");
    for method in ["POST", "PUT", "DELETE"] {
        for path in ["/v1/services", SERVICE] {
            let told = fault(&site.client.send(method, path, "{}").await);
            assert_eq!(told, "405 - Method not allowed", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_key_has_one_account() {
    let site = Site::new().await;
    let (client, spa) = site.second_service().await;
    let list = client.get("/v1/accounts?page_size=1000").await.expect(200);
    assert_same_shape(&list, &example("accounts.list.response"));
    assert_eq!(list["status"]["sort_field"], "display_name");
    assert_eq!((&list["status"]["total_records"], &list["result"][0]["id"]), (&json!(1), &json!(SERVICE_ID)));
    let one = client.get(&format!("/v1/accounts/{SERVICE_ID}")).await.expect(200);
    assert_same_shape(&one, &example("accounts.get.response"));
    assert_eq!(json!([one["result"]]), list["result"]);
    assert_eq!(one["result"]["display_name"], "demo");
    for id in [spa.as_str(), "nope", "%00"] {
        for path in ["", "/contacts", &format!("/users/{JANE}")] {
            let told = fault(&client.get(&format!("/v1/accounts/{id}{path}")).await);
            assert_eq!(told, "404 2700 Account not found", "{id}{path}");
        }
    }
    assert_eq!(client.get("/v1/accounts?page=2").await.expect(200)["result"], json!([]));
    let told = fault(&client.get("/v1/accounts?page_size=1001").await);
    assert!(told.starts_with("400 2611 "), "{told}");
}

#[tokio::test]
async fn a_user_has_the_documented_shape() {
    let site = Site::new().await;
    let (client, _) = site.second_service().await;
    let path = format!("/v1/accounts/{SERVICE_ID}/users");
    let answer = client.get(&format!("{path}/{JANE}")).await.expect(200);
    assert_same_shape(&answer, &example("users.get.response"));
    // She works in the first service alone.
    let expected = json!({"id": JANE, "username": "jane.doe@email.com", "title": null,
        "email": "jane.doe@email.com", "status": "active", "first_name": "Jane", "last_name": "Doe",
        "phone_number": null, "avatar_uri": null, "account_uuids": [SERVICE_ID], "service_uuids": [SERVICE_ID],
        "service_ids": [SERVICE_ID]});
    assert_eq!(answer["result"], expected);
    for id in ["nope", SERVICE_ID] {
        assert_eq!(fault(&client.get(&format!("{path}/{id}")).await), "404 - User not found", "{id}");
    }
    for method in ["PUT", "DELETE"] {
        let told = fault(&client.send(method, &format!("{path}/{JANE}"), "{}").await);
        assert_eq!(told, "405 - Method not allowed", "{method}");
    }
}
