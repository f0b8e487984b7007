//! Setting the value of one custom field.

use app::Scope;
use model::{Aliases, Dialect, Json};
use serde_json::json;
use testkit::assert_has;

use crate::{CHECKIN_DATE, CHECKIN_TIME, CINDY, FIRST_NAME, ROOM_TYPE, Site, TITLE, example, fault, value};

fn path(field: &str) -> String {
    format!("{CINDY}/custom-field-values/{field}")
}

async fn set(site: &Site, field: &str, body: Json) -> Json {
    let cindy = site.client.post(&path(field), &body).await.expect(200)["result"].clone();
    assert_eq!(cindy, site.cindy().await);
    cindy
}

async fn refused(site: &Site, field: &str, body: Json) -> String {
    site.refused_at("POST", &path(field), body.to_string()).await
}

#[tokio::test]
async fn setting_a_value_answers_the_documented_example() {
    let site = Site::new().await;
    site.updated(json!({"is_starred": true, "first_name": "Rebeka"})).await;
    let reply = site.client.post(&path(FIRST_NAME), &example("custom_field_values.create.request")).await;
    assert_has(&reply.expect(200), &example("custom_field_values.create.response"), &["result.updated_at"]);
    assert!(!reply.header("contactd-change").is_empty());
    site.test.clock.advance_ms(5_000);
    let again = site.client.post(&path(FIRST_NAME), &json!({"value": "Cindy"})).await;
    assert_eq!((again.expect(200), again.header("contactd-change")), (reply.json(), ""));
}

#[tokio::test]
async fn a_field_gets_its_value_and_the_others_keep_theirs() {
    let site = Site::new().await;
    set(&site, CHECKIN_TIME, json!({"value": "14:30"})).await;
    // The path says which field it is, whatever the body says.
    let ios = example("client.ios.custom_field_values.create.request");
    let cindy = set(&site, CHECKIN_DATE, json!({"value": "1645574400", "custom_field_id": FIRST_NAME})).await;
    assert_eq!(
        (value(&cindy, "checkin_date"), value(&cindy, "checkin_time")),
        (&json!(1_645_574_400), &json!("14:30"))
    );
    assert_eq!(cindy["first_name"], "Cindy");
    set(&site, FIRST_NAME, json!({"value": "Rebeka"})).await;
    assert_eq!(set(&site, FIRST_NAME, ios).await["first_name"], "Cindy");
    for clear in [json!(null), json!("")] {
        set(&site, CHECKIN_TIME, json!({"value": "14:30"})).await;
        let cindy = set(&site, CHECKIN_TIME, json!({"value": clear})).await;
        assert_eq!(value(&cindy, "checkin_time"), &json!(null));
    }
}

#[tokio::test]
async fn an_option_is_set_as_every_client_names_it() {
    let site = Site::new().await;
    for body in [
        json!({"custom_field_option_id": "double"}),
        json!({"selected_custom_field_option_id": "double"}),
        json!({"value": "Double"}),
    ] {
        set(&site, ROOM_TYPE, json!({"value": "single"})).await;
        assert_eq!(value(&set(&site, ROOM_TYPE, body).await, "room_type"), "double");
    }
    for name in [
        "client.java.custom_field_values.create_option.request",
        "client.js.custom_field_values.create.request",
    ] {
        set(&site, TITLE, json!({"value": ""})).await;
        assert_eq!(set(&site, TITLE, example(name)).await["title"], "Mr.", "{name}");
    }
    // The documented request names an option that the demo does not have.
    let documented = example("custom_field_values.create_option.request");
    let id = documented["custom_field_option_id"].as_str().unwrap().to_owned();
    let named = |catalog: &mut model::Catalog| {
        let fields = catalog.fields.iter().cloned().map(|mut field| {
            let options = field.options.iter_mut().filter(|option| option.value == "double");
            options.for_each(|option| option.aliases = Aliases::one(Dialect::Zingle, &id));
            field
        });
        catalog.fields = fields.collect();
    };
    site.test.app.edit_catalog(site.test.workspace.number, named).await.unwrap();
    let cindy = set(&site, ROOM_TYPE, documented).await;
    assert_eq!(value(&cindy, "room_type"), "double");
}

#[tokio::test]
async fn values_that_the_field_cannot_have_are_refused() {
    let site = Site::new().await;
    let verified = site.field("verified").await;
    let lead_score = site.field("lead_score").await;
    let long = "x".repeat(1_001);
    for (field, body, expected) in [
        (
            CHECKIN_TIME,
            json!({}),
            "3705 Missing value for custom field: value: a value for the field 'Checkin Time' is required",
        ),
        (
            ROOM_TYPE,
            json!({}),
            "3702 Missing option for custom field: value: an option of the field 'Room Type' is required",
        ),
        (
            ROOM_TYPE,
            json!({"custom_field_option_id": "suite"}),
            "3703 Invalid option for custom field: value: 'suite' is no option of the field 'Room Type'",
        ),
        (
            CHECKIN_DATE,
            json!({"value": "soon"}),
            "3704 Invalid date: value: the field 'Checkin Date': must be Unix seconds",
        ),
        (
            &verified,
            json!({"value": 1}),
            "3706 Invalid boolean: value: the field 'Verified': must be true or false",
        ),
        (
            &lead_score,
            json!({"value": "x"}),
            "2604 Invalid body content: value: the field 'Lead Score': must be a number",
        ),
        (
            FIRST_NAME,
            json!({"value": long}),
            "2604 Invalid body content: value: must have at most 1000 characters",
        ),
        (FIRST_NAME, json!("Cindy"), "2604 Invalid body content: the body must be a JSON object"),
    ] {
        assert_eq!(refused(&site, field, body.clone()).await, format!("400 {expected}"), "{body}");
    }
    assert_eq!(
        site.refused_at("POST", &path(CHECKIN_TIME), "").await,
        "400 3705 Missing value for custom field: value: a value for the field 'Checkin Time' is required"
    );
    let told = site.refused_at("POST", &path(CHECKIN_TIME), "value=14:30").await;
    assert!(told.starts_with("400 2604 Invalid body content: invalid JSON: "), "{told}");
}

#[tokio::test]
async fn fields_and_contacts_that_nobody_knows_are_not_found() {
    let site = Site::new().await;
    let told = refused(&site, "nope", json!({"value": "x"})).await;
    assert_eq!(told, "404 3701 Custom field not found: no field 'nope'");
    // What is in the path comes before what is in the body.
    assert_eq!(site.refused_at("POST", &path("nope"), "{").await, told);
    let nobody = path("nope").replace("f119fe3b", "e119fe3b");
    assert_eq!(fault(&site.client.send("POST", &nobody, "{").await), "404 3000 Contact not found");
    let reader = site.client.clone().with_key(&site.test.key(&[Scope::Read], &[]).await);
    let told = fault(&reader.post(&path(FIRST_NAME), &json!({"value": "x"})).await);
    assert_eq!(told, "403 2602 Permission denied: the key lacks the scope 'write'");
    for method in ["GET", "PUT", "DELETE"] {
        let told = fault(&site.client.send(method, &path(FIRST_NAME), "{}").await);
        assert_eq!(told, "405 - Method not allowed", "{method}");
    }
}

#[tokio::test]
async fn a_locked_contact_keeps_its_name() {
    let site = Site::new().await;
    site.lock_cindy().await;
    assert_eq!(
        refused(&site, FIRST_NAME, json!({"value": "Rebeka"})).await,
        "400 3011 Field is not editable on a locked contact: value: is locked by 'Opera'"
    );
    set(&site, FIRST_NAME, json!({"value": "Cindy"})).await;
    set(&site, CHECKIN_TIME, json!({"value": "14:30"})).await;
}
