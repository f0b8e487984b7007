//! Making, changing and deleting custom fields.

use model::Json;
use serde_json::json;
use testkit::assert_has;

use crate::{CINDY, FIRST_NAME, Site, example, fault, value};

const FIELDS: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contact-custom-fields";

impl Site {
    /// Makes a custom field and gives its id.
    pub(crate) async fn made_field(&self, body: &Json) -> String {
        let made = self.client.post(FIELDS, body).await.expect(200);
        made["result"]["id"].as_str().unwrap().to_owned()
    }

    /// Gives Cindy a value.
    pub(crate) async fn set_value(&self, field: &str, value: Json) -> Json {
        let path = format!("{CINDY}/custom-field-values/{field}");
        self.client.post(&path, &json!({"value": value})).await.expect(200)["result"].clone()
    }
}

/// An answer about a field as the vendor gives it: its options' ids and places are their values and what was sent.
fn expected(name: &str) -> Json {
    let mut example = example(name);
    for (n, option) in (0..).zip(example["result"]["options"].as_array_mut().unwrap()) {
        option["id"] = option["value"].clone();
        option["sort_order"] = json!(n);
    }
    example
}

#[tokio::test]
async fn fields_are_made_changed_and_deleted() {
    let site = Site::new().await.on_all_terms();
    let made = site.client.post(FIELDS, &example("contact_custom_fields.create.request")).await.expect(200);
    assert_has(&made, &expected("contact_custom_fields.create.response"), &["result.id"]);
    let id = made["result"]["id"].as_str().unwrap();
    let path = format!("{FIELDS}/{id}");
    let cindy = site.set_value(id, json!("roses_red")).await;
    assert_eq!(value(&cindy, "display_name"), "roses_red");
    let changed = site.client.put(&path, &example("contact_custom_fields.update.request")).await.expect(200);
    assert_has(&changed, &expected("contact_custom_fields.update.response"), &["result.id"]);
    assert_eq!(changed["result"]["code"], "moms_favorite_flower");
    assert_eq!(site.client.get(&path).await.expect(200), changed);
    assert_eq!(value(&site.cindy().await, "moms_favorite_flower"), "roses_red");
    let deleted = site.client.delete(&path).await;
    assert_eq!(deleted.expect(200), example("contact_custom_fields.delete.response"));
    assert_eq!(value(&site.cindy().await, "moms_favorite_flower"), &json!(null));
    for gone in [site.client.delete(&path).await, site.client.put(&path, &json!({})).await] {
        assert_eq!(fault(&gone), "404 3200 Custom field not found");
    }
    let caller = site.test.app.authenticate("demo", model::Dialect::Native, None).await.unwrap();
    let change = deleted.header("contactd-change").parse().unwrap();
    site.test.app.undo(&caller, change, model::OnConflict::Refuse).await.unwrap();
    assert_eq!(value(&site.cindy().await, "moms_favorite_flower"), "roses_red");
}

#[tokio::test]
async fn every_type_can_be_made_and_holds_its_values() {
    let site = Site::new().await.on_all_terms();
    for (kind, written, shown) in [
        ("string", json!("x"), json!("x")),
        ("number", json!(12.5), json!("12.5")),
        ("boolean", json!("true"), json!(true)),
        ("date", json!(1_485_820_800), json!(1_485_820_800)),
        ("datetime", json!("1485820801"), json!(1_485_820_801)),
        ("time", json!("12:30"), json!("12:30")),
    ] {
        let id = site.made_field(&json!({"display_name": format!("A {kind}"), "data_type": kind})).await;
        let field = site.client.get(&format!("{FIELDS}/{id}")).await.expect(200);
        assert_eq!((&field["result"]["data_type"], &field["result"]["options"]), (&json!(kind), &json!([])));
        assert_eq!(field["result"]["code"], format!("a_{kind}"));
        let cindy = site.set_value(&id, written).await;
        assert_eq!(value(&cindy, &format!("a_{kind}")), &shown, "{kind}");
    }
    let plain = site.client.post(FIELDS, &example("client.java.contact_custom_fields.create.request")).await;
    assert_eq!(plain.expect(200)["result"]["data_type"], "string");
    let again = site.client.post(FIELDS, &example("contact_custom_fields.create_plain.request")).await;
    assert!(fault(&again).starts_with("400 3202 "));
    let camel = json!({"displayName": "Diet", "dataType": "single_select_options",
        "options": [{"displayName": "Vegan", "value": "v", "sortOrder": 7}]});
    let made = site.client.post(&format!("{FIELDS}?camel_case=1"), &camel).await.expect(200);
    assert_eq!(made["result"]["dataType"], "single_select_options");
    assert_eq!(made["result"]["options"][0]["sortOrder"], 7);
}

#[tokio::test]
async fn options_keep_the_order_that_was_sent() {
    let site = Site::new().await.on_all_terms();
    let option =
        |value: &str, order: Json| json!({"display_name": value, "value": value, "sort_order": order});
    let options = json!([option("b", json!(38444)), option("a", json!("74")), option("c", json!(null))]);
    let id = site.made_field(&json!({"display_name": "Flower", "options": options})).await;
    let path = format!("{FIELDS}/{id}");
    let field = site.client.get(&path).await.expect(200);
    let shown: Vec<_> = field["result"]["options"].as_array().unwrap().iter().collect();
    let shown: Vec<_> = shown.iter().map(|each| (&each["id"], &each["sort_order"])).collect();
    let expected = [(json!("b"), json!(38444)), (json!("a"), json!(74)), (json!("c"), json!(3))];
    assert_eq!(shown, expected.iter().map(|(id, order)| (id, order)).collect::<Vec<_>>());
    // An option that is gone stays with those who chose it, without an id, and is the same one when it comes back.
    site.set_value(&id, json!("a")).await;
    site.client.put(&path, &json!({"options": [option("c", json!(1))]})).await.expect(200);
    let entry = |contact: &Json| {
        let values = contact["custom_field_values"].as_array().unwrap();
        values.iter().find(|each| each["custom_field"]["code"] == "flower").cloned().unwrap()
    };
    let gone = entry(&site.cindy().await);
    assert_eq!((&gone["value"], &gone["custom_field_option_id"]), (&json!("a"), &json!(null)));
    let told = site.client.post(&format!("{CINDY}/custom-field-values/{id}"), &json!({"value": "b"})).await;
    assert!(fault(&told).starts_with("400 3703 "));
    site.client
        .put(&path, &json!({"options": [option("c", json!(1)), option("a", json!(2))]}))
        .await
        .expect(200);
    assert_eq!(entry(&site.cindy().await)["custom_field_option_id"], "a");
    // Without options the field keeps its own; an empty list takes all away.
    let kept = site.client.put(&path, &json!({"display_name": "Flowers"})).await.expect(200);
    assert_eq!(kept["result"]["options"].as_array().unwrap().len(), 2);
    let none = site.client.put(&path, &json!({"options": []})).await.expect(200);
    assert_eq!(none["result"]["options"], json!([]));
}

#[tokio::test]
async fn a_field_keeps_its_type_and_its_code() {
    let site = Site::new().await.on_all_terms();
    let id = site.made_field(&json!({"display_name": "Floor", "data_type": "number"})).await;
    let path = format!("{FIELDS}/{id}");
    let echo = json!({"id": id, "display_name": "Level", "data_type": "string", "options": []});
    let changed = site.client.put(&path, &echo).await.expect(200);
    assert_eq!(
        (&changed["result"]["data_type"], &changed["result"]["code"]),
        (&json!("number"), &json!("floor"))
    );
    // What other APIs made is written back as it was read.
    for code in ["features", "stage", "lead_score", "checkin_date", "room_type"] {
        let path = format!("{FIELDS}/{}", site.field(code).await);
        let read = site.client.get(&path).await.expect(200);
        let written = site.client.put(&path, &read["result"]).await;
        assert_eq!(written.expect(200), read, "{code}");
    }
}

#[tokio::test]
async fn bad_fields_are_refused() {
    let site = Site::new().await.on_all_terms();
    let all = format!("{FIELDS}?page_size=1000");
    let before = site.client.get(&all).await.json();
    let name = || json!("Flower");
    let option = |option: Json| json!({"display_name": "Flower", "options": [option]});
    let many: Vec<_> = (0..1001).map(|n| json!({"value": n.to_string(), "display_name": ""})).collect();
    for (body, told) in [
        (json!({}), "400 3203 Missing custom field display_name: display_name: is required"),
        (
            json!({"display_name": null}),
            "400 3203 Missing custom field display_name: display_name: is required",
        ),
        (
            json!({"display_name": "Title"}),
            "400 3202 Custom field display_name in use: display_name: is in use already",
        ),
        (
            json!({"display_name": name(), "code": "title"}),
            "400 2604 Invalid body content: code: is in use already",
        ),
        (
            json!({"display_name": name(), "data_type": "anniversary"}),
            "400 2604 Invalid body content: data_type: must be one of: string, number, boolean, date, datetime, time, single_select_options",
        ),
        (
            json!({"display_name": name(), "data_type": 5}),
            "400 2604 Invalid body content: data_type: must be a string",
        ),
        (
            json!({"display_name": name(), "options": "x"}),
            "400 2604 Invalid body content: options: must be an array of objects",
        ),
        (
            json!({"display_name": name(), "options": many}),
            "400 2604 Invalid body content: options: must have at most 1000 items",
        ),
        (
            json!({"display_name": name(), "data_type": "date", "options": [{"value": "x", "display_name": "X"}]}),
            "400 2604 Invalid body content: options: must have at most 0 items in a field of this type",
        ),
        (option(json!("x")), "400 2604 Invalid body content: options.0: must be an object"),
        (
            option(json!({"display_name": "X"})),
            "400 3204 Missing custom field option value: options.0.value: is required",
        ),
        (
            option(json!({"value": "x"})),
            "400 3205 Missing custom field option display_name: options.0.display_name: is required",
        ),
        (
            option(json!({"value": "x", "display_name": "X", "sort_order": 1.5})),
            "400 2604 Invalid body content: options.0.sort_order: must be a whole number",
        ),
        (
            json!({"display_name": name(), "options": [{"value": "x", "display_name": "X"}, {"value": "x", "display_name": "Y"}]}),
            "400 2604 Invalid body content: options.1.value: is given twice",
        ),
    ] {
        let reply = site.client.post(FIELDS, &body).await;
        assert_eq!(fault(&reply), told, "{body}");
    }
    let global = format!("{FIELDS}/{FIRST_NAME}");
    for (method, body) in [("PUT", "{\"display_name\":\"x\"}"), ("PUT", "{"), ("DELETE", "")] {
        let told = fault(&site.client.send(method, &global, body).await);
        assert_eq!(told, "400 3201 Global custom field is read-only: cannot be changed");
    }
    assert_eq!(site.client.get(&all).await.json(), before);
}
