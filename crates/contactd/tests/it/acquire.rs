//! What Acquire's API makes and merges, as the other APIs show it.

use model::Json;
use serde_json::json;
use testkit::{Client, TestApp};

const ACQUIRE: &str = "/api/v1/crm";
const ROLODEX: &str = "/user-api/v1";

async fn named(rolodex: &Client, kind: &str, name: &str) -> Json {
    let list = rolodex.get(&format!("{ROLODEX}/{kind}?limit=100")).await.expect(200)["data"].clone();
    let found = list.as_array().unwrap().iter().find(|row| row["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("no {name} among {kind}: {list}"))
}

#[tokio::test]
async fn what_acquire_makes_the_others_show() {
    let test = TestApp::new().await;
    let acquire = Client::new(api_acquire::routes(test.app.clone())).with_key("demo");
    let rolodex = Client::new(api_rolodex::routes(test.app.clone())).with_key("demo");

    let tag = json!({"name": "trial", "type": ["contact"], "color": "#00ff00"});
    acquire.post(&format!("{ACQUIRE}/tag"), &tag).await.expect(200);
    named(&rolodex, "tags", "trial").await;

    let company = json!({"fields": {
        "name": "Initech", "website": "https://initech.example", "industry": "IT", "employees": "12",
    }});
    let made = acquire.post(&format!("{ACQUIRE}/objects/company"), &company).await.expect(200);
    let shown = named(&rolodex, "companies", "Initech").await;
    assert_eq!(
        (&shown["website_url"], &shown["number_of_employees"]),
        (&json!("https://initech.example"), &json!(12))
    );
    // What Rolodex changes Acquire shows, and what it does not know stays.
    let path = format!("{ROLODEX}/companies/{}", shown["id"].as_str().unwrap());
    rolodex.put(&path, &json!({"name": "Initrode", "number_of_employees": 13})).await.expect(200);
    let path = format!("{ACQUIRE}/objects/company/{}", made["data"]["id"]);
    let fields = acquire.get(&path).await.expect(200)["data"]["fields"].clone();
    assert_eq!((&fields["name"], &fields["employees"]), (&json!("Initrode"), &json!("13")));
    assert_eq!(fields["industry"], json!("IT"));

    let field = json!({"object": "contact", "key": "plan", "config": {
        "input": {"type": "dropdown", "label": "Plan", "options": ["free", "paid"]},
    }});
    acquire.post(&format!("{ACQUIRE}/objects/object-field"), &field).await.expect(200);
    let shown = named(&rolodex, "custom-fields", "Plan").await;
    let options: Vec<_> =
        shown["multi_select_options"].as_array().unwrap().iter().map(|option| &option["value"]).collect();
    assert_eq!(
        (&shown["field_type"], options),
        (&json!("SINGLE_SELECT"), vec![&json!("free"), &json!("paid")])
    );

    let note = json!({"type": "note", "description": "about the paper"});
    acquire.post(&format!("{ACQUIRE}/note/create?contactId=4"), &note).await.expect(200);
    let path = format!("{ROLODEX}/contacts/contact_67890?include=notes");
    let notes = rolodex.get(&path).await.expect(200)["data"]["notes"].clone();
    assert!(notes.to_string().contains("about the paper"), "{notes}");
}

#[tokio::test]
async fn every_api_finds_a_merged_contact_by_its_old_id() {
    let test = TestApp::new().await;
    let client = |router| Client::new(router).with_key("demo");
    let native = client(api_native::routes(test.app.clone()));
    let acquire = client(api_acquire::routes(test.app.clone()));
    let mut made = Vec::new();
    for name in ["Stays", "Goes"] {
        made.push(native.post("/api/v1/contacts", &json!({"name": {"full": name}})).await.expect(201));
    }
    let [stays, goes] = [&made[0], &made[1]];
    let path = format!("{ACQUIRE}/contact/merge/{}", stays["number"]);
    let merge = acquire.post(&path, &json!({"mergeId": goes["number"]})).await;
    merge.expect(200);

    let uuid = goes["id"].as_str().unwrap();
    let hex = uuid.replace('-', "");
    let service = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";
    let reads = [
        (&native, format!("/api/v1/contacts/{uuid}")),
        (&acquire, format!("{ACQUIRE}/objects/contact/{}", goes["number"])),
        (&client(api_zingle::routes(test.app.clone())), format!("{service}/contacts/{uuid}")),
        (&client(api_callbell::routes(test.app.clone())), format!("/v1/contacts/{hex}")),
        (&client(api_rolodex::routes(test.app.clone())), format!("{ROLODEX}/contacts/contact_{hex}")),
    ];
    for (client, path) in &reads {
        let text = client.get(path).await.expect(200).to_string();
        assert!(text.contains("Stays") && !text.contains("Goes"), "{path}: {text}");
    }
    let undo = format!("/api/v1/changes/{}/undo", merge.header("contactd-change"));
    native.post(&undo, &json!({})).await.expect(200);
    for (client, path) in &reads {
        let text = client.get(path).await.expect(200).to_string();
        assert!(text.contains("Goes") && !text.contains("Stays"), "{path}: {text}");
    }
}
