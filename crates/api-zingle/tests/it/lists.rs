//! Lists: pages, totals, orders.

use model::Json;
use serde_json::json;
use testkit::{Client, TestApp};

use crate::{CINDY_ID, CONTACTS, Site, fault};

fn ids(answer: &Json) -> Vec<String> {
    let rows = answer["result"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_have_ten_rows_and_exact_totals() {
    let test = TestApp::with_crowd(21, app::Compat::Documented).await;
    let client = Client::new(api_zingle::routes(test.app.clone())).with_key("demo");
    let first = client.get(CONTACTS).await.expect(200);
    let expected = json!({"text": "OK", "status_code": 200, "description": null, "sort_field": "id",
        "sort_direction": "asc", "page": 1, "page_size": 10, "total_pages": 3, "total_records": 25});
    assert_eq!(first["status"], expected);
    assert_eq!(ids(&first)[0], CINDY_ID);
    let mut all = ids(&first);
    for page in 2..=3 {
        all.extend(ids(&client.get(&format!("{CONTACTS}?page={page}")).await.expect(200)));
    }
    let whole = client.get(&format!("{CONTACTS}?page_size=1000")).await.expect(200);
    assert_eq!((whole["status"]["total_pages"].clone(), ids(&whole)), (json!(1), all));
    let past = client.get(&format!("{CONTACTS}?page=4")).await.expect(200);
    assert_eq!((&past["result"], &past["status"]["total_records"]), (&json!([]), &json!(25)));
    let far = client.get(&format!("{CONTACTS}?page=18446744073709551615&page_size=1000")).await.expect(200);
    assert_eq!(far["result"], json!([]));
}

#[tokio::test]
async fn an_empty_list_has_no_pages() {
    let site = Site::new().await;
    for id in ids(&site.client.get(CONTACTS).await.expect(200)) {
        site.client.delete(&format!("{CONTACTS}/{id}")).await.expect(200);
    }
    let empty = crate::example("recommended.contacts.list_empty.response");
    assert_eq!(site.client.get(CONTACTS).await.expect(200), empty);
}

#[tokio::test]
async fn contacts_sort_by_id_and_update() {
    let site = Site::new().await;
    let by_id = ids(&site.client.get(CONTACTS).await.expect(200));
    site.test.clock.advance_ms(1_000);
    site.updated(json!({"is_starred": true})).await;
    let reversed: Vec<_> = by_id.iter().rev().cloned().collect();
    for (query, expected, echo) in [
        ("sort_direction=desc", &reversed, ["id", "desc"]),
        ("sort_field=id", &by_id, ["id", "asc"]),
        ("sort_field=nonsense", &by_id, ["id", "asc"]),
        ("sort_fields%5B%5D=last_message_created_at%20desc", &by_id, ["last_message_created_at", "desc"]),
        ("sort_fields=optin%20desc,locked_by_source,id%20desc", &reversed, ["locked_by_source", "asc"]),
    ] {
        let answer = site.client.get(&format!("{CONTACTS}?{query}")).await.expect(200);
        assert_eq!(&ids(&answer), expected, "{query}");
        assert_eq!(answer["status"]["sort_field"], echo[0], "{query}");
        assert_eq!(answer["status"]["sort_direction"], echo[1], "{query}");
    }
    for (query, place) in [
        ("sort_field=updated_at&sort_direction=desc", 0),
        ("sort_fields[]=updated_at+desc", 0),
        ("sort_field=updated_at", by_id.len() - 1),
    ] {
        let answer = site.client.get(&format!("{CONTACTS}?{query}")).await.expect(200);
        assert_eq!(ids(&answer)[place], CINDY_ID, "{query}");
        assert_eq!(answer["status"]["sort_field"], "updated_at", "{query}");
    }
}

#[tokio::test]
async fn list_parameters_that_cannot_be_read_are_refused() {
    let site = Site::new().await;
    let lists = ["contacts", "contact-custom-fields", "contact-labels", "channel-types"];
    for list in lists.map(|list| CONTACTS.replace("contacts", list)) {
        for (query, expected) in [
            ("page=0", "400 2603 Invalid page requested"),
            ("page=-1", "400 2603 Invalid page requested"),
            ("page=x", "400 2603 Invalid page requested"),
            ("page=", "400 2603 Invalid page requested"),
            ("page_size=0", "400 2611 Invalid page_size requested"),
            ("page_size=1001", "400 2611 Invalid page_size requested"),
            ("page_size=x", "400 2611 Invalid page_size requested"),
            ("sort_direction=up", "400 2609 Invalid sort_direction requested"),
            ("sort_fields[]=id%20up", "400 2609 Invalid sort_direction requested"),
        ] {
            let told = fault(&site.client.get(&format!("{list}?{query}")).await);
            assert!(told.starts_with(&format!("{expected}: ")), "{query}: {told}");
        }
    }
}

#[tokio::test]
async fn catalog_lists_page_and_sort() {
    let site = Site::new().await;
    let fields = CONTACTS.replace("contacts", "contact-custom-fields");
    let answer = site.client.get(&fields).await.expect(200);
    assert_eq!(answer["status"]["total_records"], 15);
    assert_eq!(answer["status"]["total_pages"], 2);
    assert_eq!(answer["result"][0]["display_name"], "First Name");
    let rest = site.client.get(&format!("{fields}?page=2")).await.expect(200);
    assert_eq!(rest["result"].as_array().unwrap().len(), 5);
    let sorted = site.client.get(&format!("{fields}?sort_field=data_type")).await.expect(200);
    assert_eq!(sorted["result"][0]["data_type"], "boolean");
    assert_eq!(sorted["status"]["sort_field"], "data_type");

    let labels = CONTACTS.replace("contacts", "contact-labels");
    let answer =
        site.client.get(&format!("{labels}?sort_field=display_name&sort_direction=desc")).await.expect(200);
    assert_eq!(answer["status"]["total_records"], 7);
    assert_eq!(
        answer["result"][0],
        json!({"id": "4492b6a7-bac4-471a-8e54-ddcdda502013", "display_name": "VIP",
            "background_color": "#e84527", "text_color": "#ffffff", "is_global": false, "is_automatic": false})
    );

    let types = CONTACTS.replace("contacts", "channel-types");
    let answer = site.client.get(&format!("{types}?sort_field=type_class")).await.expect(200);
    assert_eq!(answer["result"][0]["type_class"], "EmailAddress");
    assert_eq!(answer["result"][0]["priority"], 1);
}

#[tokio::test]
async fn a_field_of_many_choices_is_shown_as_text() {
    let site = Site::new().await;
    let fields = CONTACTS.replace("contacts", "contact-custom-fields?page_size=100");
    let answer = site.client.get(&fields).await.expect(200);
    let rows = answer["result"].as_array().unwrap();
    let field = |code: &str| rows.iter().find(|row| row["code"] == code).unwrap().clone();
    let features = field("features");
    assert_eq!((&features["data_type"], &features["options"]), (&json!("string"), &json!([])));
    let room = field("room_type");
    assert_eq!(room["data_type"], "single_select_options");
    let single = json!({"id": "single", "display_name": "Single", "value": "single", "sort_order": 2});
    assert_eq!(room["options"][1], single);
    assert_eq!(room["replacement_variable"], "ROOM TYPE");
    assert!(rows.iter().all(|row| row["options"].is_array()));
}
