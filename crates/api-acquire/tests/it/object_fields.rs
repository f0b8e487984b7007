//! Attributes: Acquire's own, and the custom fields that all dialects share.

use serde_json::{Value, json};
use testkit::{Client, assert_same_shape};

use crate::support::{JOHN, data, example, put_fields, refuse, start};

const FIELDS: &str = "/api/v1/crm/objects/object-field";
/// The demo's field `stage`, which Rolodex's example made: Growth and Seed.
const STAGE: &str = "/api/v1/crm/objects/object-field/112";

async fn page(client: &Client, query: &str) -> Value {
    client.get(&format!("{FIELDS}?{query}")).await.expect(200)["data"].clone()
}

fn ids(page: &Value) -> Vec<u64> {
    page["data"].as_array().expect("fields").iter().filter_map(|row| row["id"].as_u64()).collect()
}

fn radio(key: &str, options: &[&str]) -> Value {
    json!({"object": "contact", "key": key, "type": "text", "config": {
        "input": {"type": "radio", "label": "Radios", "options": options, "required": true},
        "label": "Radios",
        "online_order": 27,
    }})
}

#[tokio::test]
async fn create_field_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    // The example has the word `string` for what it does not say.
    let mut request = example("object-fields.create.request");
    request["object"] = json!("contact");
    let reply = client.post(FIELDS, &request).await;
    assert!(!reply.header("contactd-change").is_empty());
    let mut expected = example("object-fields.create.response");
    expected["data"]["object"] = json!("contact");
    expected["data"]["system"] = json!("no");
    expected["data"]["id"] = json!(123);
    assert_eq!(reply.expect(200), expected);
}

#[tokio::test]
async fn get_field_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let answer = client.get(&format!("{FIELDS}/1")).await.expect(200);
    let mut expected = example("object-fields.get.response");
    for name in ["placeholder", "requiredErrorMessage", "validationErrorMessage"] {
        expected["data"]["config"]["input"].as_object_mut().expect("an object").remove(name);
    }
    for name in ["online_order", "offline_order"] {
        expected["data"]["config"].as_object_mut().expect("an object").remove(name);
    }
    assert_eq!(answer, expected);
    assert_eq!(
        client.get(&format!("{FIELDS}/1?select=key|system")).await.expect(200)["data"],
        json!({"id": 1, "key": "name", "system": "yes"})
    );
}

#[tokio::test]
async fn list_fields_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let expected = example("object-fields.list.response");
    for field in expected["data"]["data"].as_array().expect("fields").iter().rev() {
        let mut request = field.clone();
        request.as_object_mut().expect("an object").remove("id");
        let made = client.post(FIELDS, &request).await.expect(200)["data"].clone();
        assert_eq!((&made["config"], &made["key"]), (&field["config"], &field["key"]), "kept as it came");
    }
    let answer = client.get(FIELDS).await.expect(200);
    assert_same_shape(&answer, &expected);
    let count = answer["data"]["count"].as_u64().expect("a count");
    let all = page(&client, "limit=100").await;
    assert_eq!((ids(&answer["data"]).len(), count), (20, ids(&all).len() as u64));
    assert_eq!(all["data"][0]["key"], json!("completed"), "the last one comes first");
}

#[tokio::test]
async fn own_fields_have_their_documented_ids() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let all = page(&client, "limit=100&where=system|eq|yes").await;
    let rows = all["data"].as_array().expect("fields");
    for (id, object, key) in [
        (1, "contact", "name"),
        (2, "contact", "email"),
        (5, "contact", "city"),
        (6, "contact", "state"),
        (7, "contact", "countryId"),
        (8, "contact", "ip"),
        (15, "company", "description"),
        (16, "company", "source"),
        (17, "company", "revenue"),
        (18, "company", "city"),
        (19, "company", "state"),
        (20, "company", "countryId"),
        (21, "company", "address"),
        (22, "company", "employees"),
        (23, "company", "foundation"),
    ] {
        let row = rows.iter().find(|row| row["id"] == json!(id)).expect("a field");
        assert_eq!((&row["object"], &row["key"]), (&json!(object), &json!(key)));
    }
    let email = client.get(&format!("{FIELDS}/2")).await.expect(200);
    assert_eq!(email["data"]["config"]["input"]["validationFormat"], json!("email"));
    for (method, body) in [("PUT", json!({"config": {}})), ("DELETE", Value::Null)] {
        let answer = refuse(&client, (method, &format!("{FIELDS}/1")), body, (400, "fieldId")).await;
        assert_eq!(answer["errors"][0]["resource"], json!("object-field"));
    }
}

#[tokio::test]
async fn fields_are_updated_bare_and_wrapped() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    client.post(FIELDS, &json!({"object": "contact", "key": "colour"})).await.expect(200);
    let path = format!("{FIELDS}/123");
    let mut request = example("object-fields.update.request");
    request["data"]["object"] = json!("contact");
    let answer = client.put(&path, &request).await.expect(200);
    let expected = json!({
        "id": 123, "object": "contact", "key": "loyalty_number", "type": "text", "config": {}, "system": "no",
    });
    assert_same_shape(&answer, &example("object-fields.update.response"));
    assert_eq!(answer["data"], expected);
    let bare = client.put(&path, &json!({"key": "number"})).await.expect(200);
    assert_eq!((&bare["data"]["key"], &bare["data"]["config"]), (&json!("number"), &json!({})));
    // What was read can be written back.
    let reply = client.put(&path, &bare["data"]).await;
    assert_eq!((reply.expect(200), reply.header("contactd-change")), (bare, ""));
}

#[tokio::test]
async fn delete_field_example() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    put_fields(&client, json!({"stage": "Seed"})).await;
    let reply = client.delete(STAGE).await;
    assert_eq!(reply.expect(200), example("object-fields.delete.response"));
    assert!(!reply.header("contactd-change").is_empty());
    refuse(&client, ("DELETE", STAGE), Value::Null, (404, "fieldId")).await;
    refuse(&client, ("GET", STAGE), Value::Null, (404, "fieldId")).await;
    refuse(&client, ("PUT", STAGE), json!({"key": 5}), (404, "fieldId")).await;
    assert_eq!(data(&client, JOHN).await["fields"].get("stage"), None);
}

#[tokio::test]
async fn options_that_stay_keep_their_values() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let made = client.post(FIELDS, &radio("radios", &["1", "2", "3"])).await.expect(200)["data"].clone();
    let path = format!("{FIELDS}/{}", made["id"]);
    put_fields(&client, json!({"radios": "2"})).await;
    let config = json!({"input": {"type": "radio", "options": ["3", "2", "4"]}});
    let answer = client.put(&path, &json!({"config": config})).await.expect(200);
    assert_eq!(answer["data"]["config"], config);
    assert_eq!(data(&client, JOHN).await["fields"]["radios"], json!("2"));
    let answer = client.put(JOHN, &json!({"fields": {"radios": "1"}})).await.expect(400);
    assert_eq!(answer["errors"][0]["field"], json!("fields.radios"));
    // Without options those that are there stay.
    let answer = client.put(&path, &json!({"config": {"input": {"label": "R"}}})).await.expect(200);
    assert_eq!(answer["data"]["config"]["input"]["options"], json!(["3", "2", "4"]));
}

#[tokio::test]
async fn what_a_config_requires_cannot_be_cleared() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    client.post(FIELDS, &radio("radios", &["1", "2"])).await.expect(200);
    let mut checks = radio("checks", &["a", "b"]);
    checks["config"]["input"]["type"] = json!("checkbox");
    client.post(FIELDS, &checks).await.expect(200);
    put_fields(&client, json!({"radios": "1", "checks": ["a", "b"]})).await;
    for fields in
        [json!({"radios": null}), json!({"radios": ""}), json!({"checks": []}), json!({"checks": null})]
    {
        let key = fields.as_object().and_then(|fields| fields.keys().next()).expect("a key").clone();
        let field = format!("fields.{key}");
        refuse(&client, ("PUT", JOHN), json!({ "fields": fields }), (400, &field)).await;
    }
    // Keys that are not sent are not asked for.
    put_fields(&client, json!({"city": "X"})).await;
    client.post("/api/v1/crm/objects/contact", &json!({})).await.expect(200);
}

#[tokio::test]
async fn inputs_are_known_by_their_words() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    for (n, (word, value)) in
        [("text", "a"), ("radio", "x"), ("dropdown", "x"), ("select", "x"), ("checkbox", "x")]
            .into_iter()
            .enumerate()
    {
        let key = format!("key_{n}");
        let mut field = radio(&key, &["x", "y"]);
        field["config"]["input"]["type"] = json!(word);
        let made = client.post(FIELDS, &field).await.expect(200);
        assert_eq!(made["data"]["config"], field["config"], "{word}");
        put_fields(&client, json!({(key.as_str()): value})).await;
    }
    let mut email = radio("work", &[]);
    email["config"]["input"] = json!({"type": "text", "validationFormat": "email"});
    client.post(FIELDS, &email).await.expect(200);
    refuse(&client, ("PUT", JOHN), json!({"fields": {"work": "nobody"}}), (400, "fields.work")).await;
    let mut department = radio("department", &["x"]);
    department["config"]["input"]["type"] = json!("department");
    refuse(&client, ("POST", FIELDS), department, (400, "config.input.type")).await;
}

#[tokio::test]
async fn fields_of_other_dialects_look_usual() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let stage = client.get(STAGE).await.expect(200)["data"].clone();
    assert_eq!(
        (&stage["key"], &stage["object"], &stage["system"]),
        (&json!("stage"), &json!("contact"), &json!("no"))
    );
    assert_eq!(
        stage["config"]["input"],
        json!({
            "type": "radio", "label": "Stage", "required": false, "validationType": "format",
            "validationFormat": "any", "options": ["Growth", "Seed"],
        })
    );
    // What was read can be written back, and changes nothing but that it is kept.
    let answer = client.put(STAGE, &stage).await.expect(200);
    assert_eq!(answer["data"], stage);
    let score = client.get(&format!("{FIELDS}/111")).await.expect(200)["data"].clone();
    client.put(&format!("{FIELDS}/111"), &score).await.expect(200);
}

#[tokio::test]
async fn a_name_that_another_dialect_changed_is_the_label() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let made = client.post(FIELDS, &radio("radios", &["1"])).await.expect(200)["data"].clone();
    test.app
        .edit_catalog(test.workspace.number, |catalog| {
            let fields = catalog.fields.iter().cloned().map(|mut field| {
                if field.key == "radios" {
                    field.name = "Radio Stations".to_owned();
                }
                field
            });
            catalog.fields = fields.collect();
        })
        .await
        .expect("an edit");
    // The catalog is looked up again after a second; a write sees it at once.
    let path = format!("{FIELDS}/{}", made["id"]);
    let config = client.put(&path, &json!({})).await.expect(200)["data"]["config"].clone();
    assert_eq!(
        (&config["label"], &config["input"]["label"]),
        (&json!("Radio Stations"), &json!("Radio Stations"))
    );
    assert_eq!(config["online_order"], json!(27));
}

#[tokio::test]
async fn fields_are_filtered_and_ordered() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    assert_eq!(ids(&page(&client, "where=key|eq|city").await), [18, 5]);
    assert_eq!(ids(&page(&client, "where[]=key|eq|city&where[]=object|eq|contact").await), [5]);
    assert_eq!(ids(&page(&client, "where=id|lte|2&order=%7B%22id%22%3A%22ASC%22%7D").await), [1, 2]);
    assert_eq!(ids(&page(&client, "limit=5&page=99").await), [] as [u64; 0]);
    for (query, field) in [
        ("where=label|eq|x", "where"),
        ("where=id|eq|x", "where"),
        ("order=id", "order"),
        ("limit=x", "limit"),
    ] {
        refuse(&client, ("GET", &format!("{FIELDS}?{query}")), Value::Null, (400, field)).await;
    }
}

#[tokio::test]
async fn bad_fields_are_refused() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let config = |config: Value| json!({"object": "contact", "key": "k", "config": config});
    for (body, field) in [
        (json!({}), "object"),
        (json!({"object": "contact"}), "key"),
        (json!({"object": "case", "key": "k"}), "object"),
        (json!({"object": 1, "key": "k"}), "object"),
        (json!({"object": "contact", "key": ""}), "key"),
        (json!({"object": "contact", "key": null}), "key"),
        (json!({"object": "contact", "key": "x".repeat(256)}), "key"),
        (json!({"object": "contact", "key": "stage"}), "key"),
        (json!({"object": "contact", "key": "email"}), "key"),
        (json!({"object": "company", "key": "revenue"}), "key"),
        (json!({"object": "contact", "key": "k", "type": "number"}), "type"),
        (config(json!(null)), "config"),
        (config(json!([])), "config"),
        (config(json!({"label": 5})), "config.label"),
        (config(json!({"input": 5})), "config.input"),
        (config(json!({"input": {"type": "slider"}})), "config.input.type"),
        (config(json!({"input": {"type": "radio"}})), "config.input.options"),
        (config(json!({"input": {"type": "radio", "options": []}})), "config.input.options"),
        (config(json!({"input": {"type": "radio", "options": [null]}})), "config.input.options"),
        (config(json!({"input": {"type": "radio", "options": ["x".repeat(1001)]}})), "config.input.options"),
        (config(json!({"input": {"required": "yes"}})), "config.input.required"),
        (config(json!({"input": {"validationFormat": "iban"}})), "config.input.validationFormat"),
        (config(json!({"input": {}, "x": "x".repeat(65_536)})), "config"),
    ] {
        refuse(&client, ("POST", FIELDS), body, (400, field)).await;
    }
    for (body, field) in [
        (json!({"object": "company"}), "object"),
        (json!({"key": "zip_code"}), "key"),
        (json!({"data": {"key": "ip"}}), "key"),
        (json!({"config": {"input": {"type": "text"}}}), "config.input.type"),
        (json!({"config": {"input": {"type": "checkbox"}}}), "config.input.type"),
    ] {
        refuse(&client, ("PUT", STAGE), body, (400, field)).await;
    }
    let duplicate = client.post(FIELDS, &json!({"object": "contact", "key": "stage"})).await.expect(400);
    assert_eq!(duplicate["code"], json!("ERROR_DUPLICATE_RECORD_FOUND"));
    assert_eq!(duplicate["message"], json!("A field named \"stage\" already exists."));
}

#[tokio::test]
async fn unknown_members_of_a_field_are_kept() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    client.put(STAGE, &json!({"group": "sales"})).await.expect(200);
    let caller = test.app.authenticate("demo", model::Dialect::Native, None).await.expect("the demo's key");
    let catalog = test.app.catalog(&caller).await.expect("a catalog");
    let field = catalog.fields.iter().find(|field| field.key == "stage").expect("the field");
    assert_eq!(field.extras.get(model::Dialect::Acquire, "body.group"), Some(&json!("sales")));
}
