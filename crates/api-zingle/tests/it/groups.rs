//! Contact groups: their conditions, and who is in them.

use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::{CHECKIN_DATE, CONTACTS, FIRST_NAME, PHONE, ROOM_TYPE, SERVICE, Site, example, fault};

const GROUPS: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contact-groups";

/// A group of one condition.
fn group(name: &str, source: &str, method: &str, value: &str) -> Json {
    json!({"display_name": name, "condition_boolean_operator": "AND", "conditions": [
        {"comparison_source": source, "comparison_method_code": method, "comparison_value": value}]})
}

impl Site {
    async fn made_group(&self, body: &Json) -> String {
        let made = self.client.post(GROUPS, body).await.expect(200);
        made["result"]["id"].as_str().unwrap().to_owned()
    }

    /// The first names of those in a group.
    async fn in_group(&self, id: &str) -> Vec<String> {
        let path = format!("{CONTACTS}?contact_group_id={id}&page_size=1000");
        let list = self.client.get(&path).await.expect(200);
        let rows = list["result"].as_array().unwrap();
        assert_eq!(list["status"]["total_records"], rows.len());
        rows.iter().map(|row| row["first_name"].as_str().unwrap_or("-").to_owned()).collect()
    }
}

#[tokio::test]
async fn groups_are_made_changed_and_deleted() {
    let site = Site::new().await.on_all_terms();
    let made = site.client.post(GROUPS, &example("contact_groups.create.request")).await;
    assert_has(&made.expect(200), &example("contact_groups.create.response"), &["result.id"]);
    assert!(!made.header("contactd-change").is_empty());
    let id = made.json()["result"]["id"].as_str().unwrap().to_owned();
    let path = format!("{GROUPS}/{id}");
    let got = site.client.get(&path).await.expect(200);
    assert_has(&got, &example("contact_groups.get.response"), &["result.id"]);
    assert_eq!(site.client.get(&path.replace("groups", "group")).await.expect(200), got);
    let changed = site.client.put(&path, &example("contact_groups.update.request")).await.expect(200);
    assert_has(&changed, &example("contact_groups.update.response"), &["result.id"]);
    let mut second = example("contact_groups.list.response")["result"][1].clone();
    second["background_color"] = json!("#595959");
    let second = site.client.post(GROUPS, &second).await.expect(200);
    assert_eq!(second["result"]["background_color"], "#595959");
    let list = site.client.get(GROUPS).await.expect(200);
    assert_same_shape(&list, &example("contact_groups.list.response"));
    let names: Vec<_> = list["result"].as_array().unwrap().iter().map(|row| &row["display_name"]).collect();
    assert_eq!(names, ["June New People", "Q1 Targets", "Smiths"]);
    assert_eq!(
        (&list["status"]["sort_field"], &list["status"]["total_records"]),
        (&json!("display_name"), &json!(3))
    );
    let past =
        site.client.get(&format!("{GROUPS}?page=99&sort_field=nope&sort_direction=desc")).await.expect(200);
    assert_eq!((&past["result"], &past["status"]["total_records"]), (&json!([]), &json!(3)));
    assert_eq!(past["status"]["sort_field"], "display_name");
    let service = site.client.get(SERVICE).await.expect(200);
    assert_eq!(service["result"]["contact_groups"].as_array().unwrap().len(), 3);
    let deleted = site.client.send("DELETE", &path, "{}").await;
    assert_eq!(deleted.expect(200), example("contact_groups.delete.response"));
    for gone in [
        site.client.delete(&path).await,
        site.client.get(&path).await,
        site.client.put(&path, &json!({})).await,
    ] {
        assert_eq!(fault(&gone), "404 8000 Contact group not found");
    }
}

#[tokio::test]
async fn requests_of_clients_make_groups() {
    let site = Site::new().await.on_all_terms();
    let path = format!("{GROUPS}?camel_case=1");
    let made = site.client.post(&path, &example("client.js.contact_groups.create.request")).await.expect(200);
    let result = &made["result"];
    assert_eq!(result["conditions"][0]["comparisonMethodCode"], "string_contains");
    assert_eq!(
        (&result["backgroundColor"], &result["conditionBooleanOperator"]),
        (&json!("#595959"), &json!("AND"))
    );
}

#[tokio::test]
async fn who_is_in_a_group_follows_the_contacts() {
    let site = Site::new().await.on_all_terms();
    let smiths = site.made_group(&example("contact_groups.create.request")).await;
    let anns = site.made_group(&group("Anns", "{CONTACT.FIRST_NAME}", "string_equals", "ann")).await;
    // The demo's own.
    assert_eq!(site.in_group(&smiths).await, ["Jane"]);
    let ann = site.created(json!({"first_name": "Ann", "last_name": "Smithson"})).await;
    site.created(json!({"first_name": "Bob", "last_name": "Goldsmith"})).await;
    site.created(json!({"first_name": "Carl"})).await;
    assert_eq!(site.in_group(&smiths).await, ["Jane", "Ann", "Bob"]);
    let shown: Vec<_> = ann["contact_groups"].as_array().unwrap().iter().map(|each| &each["id"]).collect();
    assert_eq!(shown, [&json!(smiths), &json!(anns)]);
    // The contact itself was not changed by what happened to the group.
    let path = format!("{CONTACTS}/{}", ann["id"].as_str().unwrap());
    let other = group("Smiths", "{CONTACT.LAST_NAME}", "string_ends_with", "smith");
    site.client.put(&format!("{GROUPS}/{smiths}"), &other).await.expect(200);
    let now = site.client.get(&path).await.expect(200);
    assert_eq!(now["result"]["updated_at"], ann["updated_at"]);
    assert_eq!(now["result"]["contact_groups"][0]["id"], json!(anns));
    assert_eq!(site.in_group(&smiths).await, ["Jane", "Bob"]);
    // Combined with others.
    let path = format!("{CONTACTS}?contact_group_id={anns}&is_starred=true");
    assert_eq!(site.client.get(&path).await.expect(200)["status"]["total_records"], 0);
    let path = format!("/v1/contacts?contact_group_id={anns}&query=smithson");
    assert_eq!(site.client.get(&path).await.expect(200)["status"]["total_records"], 1);
}

#[tokio::test]
async fn every_source_is_compared() {
    let site = Site::new().await.on_all_terms();
    let values = json!([{"custom_field_id": CHECKIN_DATE, "value": 1_485_820_800},
        {"custom_field_id": ROOM_TYPE, "value": "double"}]);
    let channels = json!([{"channel_type_id": PHONE, "value": "+498912345"}]);
    site.created(json!({"first_name": "Zoe", "channels": channels, "custom_field_values": values})).await;
    let (verified, score) = (site.field("verified").await, site.field("lead_score").await);
    let other =
        json!([{"custom_field_id": verified, "value": true}, {"custom_field_id": score, "value": 88}]);
    site.created(json!({"first_name": "Yul", "custom_field_values": other})).await;
    let field = |id: &str| format!("{{CONTACT.CUSTOM_FIELD.{id}}}");
    for (n, (source, method, value, expected)) in [
        ("{CONTACT.PHONE_NUMBER}".to_owned(), "string_starts_with", "+4989", &["Zoe"][..]),
        ("{CONTACT.EMAIL_ADDRESS}".to_owned(), "string_contains", "nobody@", &[]),
        (field(CHECKIN_DATE), "date_is", "2017-01-31", &["Zoe"]),
        (field(CHECKIN_DATE), "days_ago_is_more_than", "1", &["Zoe"]),
        (field(ROOM_TYPE), "string_equals", "Double", &["Zoe"]),
        (field(&verified), "boolean_is", "true", &["Yul"]),
        (field(&score), "number_greater_than_or_equal_to", "88", &["Jane", "Yul"]),
        (field(&score), "boolean_is_set", "", &["Jane", "Yul"]),
        (field(FIRST_NAME), "string_regex_match", "^(y|z).+[le]$", &["Zoe", "Yul"]),
        ("{CONTACT.FIRST_NAME}".to_owned(), "string_regex_match", "^Q", &[]),
        ("{CONTACT.CREATED_AT}".to_owned(), "date_before", "2000-01-01", &[]),
    ]
    .into_iter()
    .enumerate()
    {
        let body = group(&format!("group {n}"), &source, method, value);
        let made = site.client.post(GROUPS, &body).await.expect(200);
        assert_eq!(made["result"]["conditions"], body["conditions"], "{method}");
        assert_eq!(
            site.in_group(made["result"]["id"].as_str().unwrap()).await,
            expected,
            "{source} {method}"
        );
    }
}

#[tokio::test]
async fn a_list_becomes_dynamic_by_conditions_and_static_again_by_undo() {
    let site = Site::new().await.on_all_terms();
    let list = site.client.get(GROUPS).await.expect(200)["result"][0].clone();
    assert_eq!((&list["display_name"], &list["conditions"]), (&json!("Q1 Targets"), &json!([])));
    let id = list["id"].as_str().unwrap();
    let path = format!("{GROUPS}/{id}");
    let put_on = |catalog: &model::Catalog| {
        let mut change = model::Change::default();
        let named = model::ItemRef::Name("Q1 Targets".to_owned());
        assert!(catalog.lists.find(&named).is_some());
        change.push("", model::Edit::Lists(model::Set::add(vec![("lists".to_owned(), named)])));
        change
    };
    let caller = site.test.app.authenticate("demo", model::Dialect::Native, None).await.unwrap();
    let catalog = site.test.app.catalog(&caller).await.unwrap();
    let cindy = || model::Ref::uuid(model::Dialect::Zingle, crate::CINDY_ID);
    site.test.app.update_contact(&caller, cindy(), put_on(&catalog)).await.unwrap();
    assert_eq!(site.in_group(id).await.len(), 2);
    assert_eq!(site.cindy().await["contact_groups"][0]["id"], json!(id));
    // What was read is written back, and changes nothing.
    let written = site.client.put(&path, &list).await;
    assert_eq!((&written.expect(200)["result"], written.header("contactd-change")), (&list, ""));
    let body = group("Q1 Targets", "{CONTACT.FIRST_NAME}", "string_equals", "nobody");
    let changed = site.client.put(&path, &body).await;
    changed.expect(200);
    assert_eq!((site.in_group(id).await.len(), site.cindy().await["contact_groups"].clone()), (0, json!([])));
    let told = fault(&site.client.put(&path, &list).await);
    assert!(told.starts_with("400 8003 "), "{told}");
    // Nobody is put on it or taken off it.
    let refused = site.test.app.update_contact(&caller, cindy(), put_on(&catalog)).await.unwrap_err();
    assert!(refused.to_string().contains("'Q1 Targets' is made of conditions"), "{refused}");
    let change = changed.header("contactd-change").parse().unwrap();
    site.test.app.undo(&caller, change, model::OnConflict::Refuse).await.unwrap();
    assert_eq!(site.in_group(id).await.len(), 2);
}

#[tokio::test]
async fn bad_groups_are_refused() {
    let site = Site::new().await.on_all_terms();
    let before = site.client.get(GROUPS).await.json();
    let good = example("contact_groups.create.request");
    let with = |name: &str, value: Json| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let condition = |name: &str, value: Json| {
        let mut body = good.clone();
        body["conditions"][0][name] = value;
        body
    };
    let many: Vec<_> = (0..101).map(|_| good["conditions"][0].clone()).collect();
    for (body, told) in [
        (json!({}), "400 8001 Missing contact group display_name: display_name: is required"),
        (
            with("display_name", json!("Q1 Targets")),
            "400 8006 Contact group display_name in use: display_name: is in use already",
        ),
        (
            with("condition_boolean_operator", json!("OR")),
            "400 8002 Invalid condition_boolean_operator: condition_boolean_operator: must be one of: AND",
        ),
        (with("conditions", json!([])), "400 8003 Invalid conditions: conditions: is required"),
        (
            with("conditions", json!(null)),
            "400 8003 Invalid conditions: conditions: must be an array of objects",
        ),
        (with("conditions", json!(["x"])), "400 8003 Invalid conditions: conditions.0: must be an object"),
        (
            with("conditions", json!(many)),
            "400 2604 Invalid body content: conditions: must have at most 100 items",
        ),
        (
            condition("comparison_method_code", json!("number_equals")),
            "400 8004 Invalid comparison_method_code: conditions.0.comparison_method_code: 'number_equals' cannot compare {CONTACT.LAST_NAME}",
        ),
        (
            condition("comparison_source", json!("{CONTACT.CUSTOM_FIELD.nope}")),
            "400 8005 Invalid comparison_source: conditions.0.comparison_source: no field 'nope'",
        ),
        (
            condition("comparison_value", json!([])),
            "400 2604 Invalid body content: conditions.0.comparison_value: must be a string",
        ),
        (
            condition("comparison_value", json!("x".repeat(1001))),
            "400 2604 Invalid body content: conditions.0.comparison_value: must have at most 1000 characters",
        ),
        (
            group("R", "{CONTACT.LAST_NAME}", "string_regex_match", "("),
            "400 2604 Invalid body content: conditions.0.comparison_value: is no regular expression that can be used",
        ),
        (
            group("D", "{CONTACT.CREATED_AT}", "date_is", "June"),
            "400 2604 Invalid body content: conditions.0.comparison_value: must be a date (YYYY-MM-DD)",
        ),
        (
            with("text_color", json!("blue")),
            "400 2604 Invalid body content: text_color: must be a colour such as #93623a",
        ),
    ] {
        assert_eq!(fault(&site.client.post(GROUPS, &body).await), told, "{body}");
    }
    for (body, code) in [
        (condition("comparison_method_code", json!("day_is")), "400 8004 "),
        (condition("comparison_method_code", json!(null)), "400 8004 "),
        (condition("comparison_source", json!("{CONTACT.LAST_MESSAGE}")), "400 8005 "),
        (condition("comparison_source", json!("")), "400 8005 "),
    ] {
        let told = fault(&site.client.post(GROUPS, &body).await);
        assert!(told.starts_with(code) && told.contains("must be one of: "), "{body}: {told}");
    }
    assert_eq!(site.client.get(GROUPS).await.json(), before);
}
