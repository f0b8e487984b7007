//! Every rule of the update: what absent, null and empty members do, and what is ignored.

use model::{Edit, NamePart, TextMember};
use serde_json::json;

use crate::support::{JANE, JOHN, data, edit_elsewhere, fields, put, put_fields, start, stored};

#[tokio::test]
async fn members_that_are_not_sent_stay() {
    let (test, client) = start().await;
    let before = data(&client, JOHN).await;
    test.clock.advance_ms(1000);
    let after = put(&client, JOHN, json!({"clientName": "Firefox"})).await;
    assert_eq!(after["clientName"], json!("Firefox"));
    for member in
        ["clientType", "clientVersion", "clientOsName", "clientDetails", "companyId", "fields", "dateCreated"]
    {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(after["dateUpdated"], json!("2025-01-15T12:45:01.000Z"));
}

#[tokio::test]
async fn fields_merge_by_key() {
    let (_test, client) = start().await;
    let before = fields(&client).await;
    let after = put_fields(&client, json!({"city": "Berkeley", "billing_address": "Main Street 1"})).await;
    assert_eq!(after["city"], json!("Berkeley"));
    assert_eq!(after["billing_address"], json!("Main Street 1"));
    for key in ["name", "state", "countryId", "country", "ip"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    let again = put_fields(&client, json!({"zip_code": "94105"})).await;
    assert_eq!(again["billing_address"], json!("Main Street 1"));
}

#[tokio::test]
async fn what_changes_nothing_stores_nothing() {
    let (test, client) = start().await;
    let before = stored(&test, "2").await;
    test.clock.advance_ms(1000);
    for body in
        [json!({}), json!({"fields": {}}), json!({"fields": {"city": "Oakland"}}), json!({"name": "John"})]
    {
        let reply = client.put(JOHN, &body).await;
        let answer = reply.expect(200);
        assert_eq!(answer["data"]["dateUpdated"], json!("2025-01-15T12:45:00.000Z"), "{body}");
        assert_eq!(reply.header("contactd-change"), "", "{body}");
        assert_eq!(stored(&test, "2").await, before, "{body}");
    }
    let reply = client.send("PUT", JOHN, "").await;
    assert_eq!(reply.expect(200)["data"]["fields"]["city"], json!("Oakland"), "no body at all");
    assert_eq!(stored(&test, "2").await, before);
}

#[tokio::test]
async fn null_clears_and_shows_as_null() {
    let (test, client) = start().await;
    put_fields(&client, json!({"email": "a@b.example", "phone": "1", "zip_code": "9", "stage": "Seed"}))
        .await;
    let nulls = json!({
        "name": null, "email": null, "phone": null, "city": null, "state": null, "countryId": null, "ip": null,
        "zip_code": null, "stage": null,
    });
    let mut expected = nulls.clone();
    expected["country"] = json!(null);
    assert_eq!(put_fields(&client, nulls).await, expected);
    assert_eq!(fields(&client).await, expected);
    let (record, _) = stored(&test, "2").await;
    assert_eq!((record.name.full, record.city, record.state, record.country), (None, None, None, None));
    assert!(record.channels.is_empty() && record.values.is_empty());
}

#[tokio::test]
async fn null_of_a_key_that_was_never_set_shows_as_null() {
    let (_test, client) = start().await;
    assert_eq!(fields(&client).await.get("phone"), None);
    put_fields(&client, json!({"phone": null, "zip_code": null})).await;
    let after = fields(&client).await;
    assert_eq!((after.get("phone"), after.get("zip_code")), (Some(&json!(null)), Some(&json!(null))));
}

#[tokio::test]
async fn empty_texts_are_stored_and_shown() {
    let (test, client) = start().await;
    put_fields(&client, json!({"email": "a@b.example", "phone": "1"})).await;
    let empty = json!({
        "name": "", "email": "", "phone": "", "city": "", "state": "", "countryId": "", "ip": "",
        "zip_code": "", "stage": "", "lead_score": "", "features": "",
    });
    let mut expected = empty.clone();
    expected["country"] = json!(null);
    assert_eq!(put_fields(&client, empty).await, expected);
    assert_eq!(fields(&client).await, expected);
    assert!(stored(&test, "2").await.0.channels.is_empty());
}

#[tokio::test]
async fn a_new_value_takes_the_place_of_null_and_of_empty() {
    let (test, client) = start().await;
    let keys = ["name", "email", "phone", "city", "state", "countryId", "ip", "zip_code", "stage"];
    let values = json!({
        "name": "A B", "email": "a@b.example", "phone": "12", "city": "C", "state": "S", "countryId": "387",
        "ip": "192.0.2.1", "zip_code": "9", "stage": "Seed",
    });
    for cleared in [json!(null), json!("")] {
        for key in keys {
            put_fields(&client, json!({ key: cleared })).await;
        }
        let after = put_fields(&client, values.clone()).await;
        for key in keys {
            assert_eq!(after[key], values[key], "{key} after {cleared}");
        }
    }
    let extras = stored(&test, "2").await.0.extras;
    assert!(extras.iter().all(|(_, name, _)| !name.starts_with("fields.")), "{extras:?}");
}

#[tokio::test]
async fn a_value_from_elsewhere_takes_the_place_of_null() {
    let (test, client) = start().await;
    put_fields(&client, json!({"city": null, "name": "", "countryId": null})).await;
    let text = |text: &str| Some(text.to_owned());
    let edits = vec![
        Edit::Text(TextMember::City, text("Lyon")),
        Edit::Name(NamePart::First, text("Ada")),
        Edit::Text(TextMember::Country, text("FR")),
    ];
    edit_elsewhere(&test, "2", edits).await;
    let after = fields(&client).await;
    assert_eq!((&after["city"], &after["name"]), (&json!("Lyon"), &json!("Ada")));
    assert_eq!((after.get("country"), after.get("countryId")), (None, None), "France has no known number");
}

#[tokio::test]
async fn top_level_aliases_write_fields() {
    let (_test, client) = start().await;
    let sent = json!({"name": "John New", "email": "john.new@example.com", "phone": "+14155550100"});
    let after = put(&client, JOHN, sent.clone()).await;
    for key in ["name", "email", "phone"] {
        assert_eq!(after["fields"][key], sent[key], "{key}");
        assert_eq!(after.get(key), None, "{key}: answers have it in fields only");
    }
    let after = put(&client, JOHN, json!({"name": null, "email": null, "phone": ""})).await;
    assert_eq!(
        (&after["fields"]["name"], &after["fields"]["email"], &after["fields"]["phone"]),
        (&json!(null), &json!(null), &json!(""))
    );
}

#[tokio::test]
async fn fields_win_over_top_level_aliases() {
    let (_test, client) = start().await;
    let body = json!({
        "name": "Top", "email": "top@example.com", "phone": "1",
        "fields": {"name": "Inside", "email": null},
    });
    let after = put(&client, JOHN, body).await["fields"].clone();
    assert_eq!(after["name"], json!("Inside"));
    assert_eq!(after["email"], json!(null));
    assert_eq!(after["phone"], json!("1"), "not in fields, so the alias counts");
}

#[tokio::test]
async fn phone_is_stored_as_sent() {
    let (test, client) = start().await;
    for phone in ["9460731950", "1343435454545", "23232323", "+12513188609", "call me", "(0)", " "] {
        assert_eq!(put_fields(&client, json!({ "phone": phone })).await["phone"], json!(phone));
        assert_eq!(fields(&client).await["phone"], json!(phone));
        assert!(stored(&test, "2").await.0.channels.len() <= 1, "one phone, changed in place");
    }
}

#[tokio::test]
async fn addresses_may_belong_to_two_contacts() {
    let (_test, client) = start().await;
    let after = put_fields(&client, json!({"email": "jane@example.com", "phone": "+15551234567"})).await;
    assert_eq!((&after["email"], &after["phone"]), (&json!("jane@example.com"), &json!("+15551234567")));
    assert_eq!(data(&client, JANE).await["fields"]["email"], json!("jane@example.com"));
}

#[tokio::test]
async fn writing_the_email_leaves_further_addresses_alone() {
    let (test, client) = start().await;
    let after = put(&client, JANE, json!({"fields": {"email": "j@new.example"}})).await;
    assert_eq!(after["fields"]["email"], json!("j@new.example"));
    let (record, _) = stored(&test, "4").await;
    let raw: Vec<_> = record.channels.iter().map(|channel| channel.raw.as_str()).collect();
    assert_eq!(raw, ["j@new.example", "jane.smith@work.com", "+15551234567"]);
}

#[tokio::test]
async fn scalars_in_fields_count_as_text() {
    let (_test, client) = start().await;
    let body = r#"{"fields":{"name":12.50,"phone":9460731950,"city":true,"countryId":517,"zip_code":94105,
        "lead_score":7.10,"verified":false,"billing_address":false}}"#;
    let reply = client.send("PUT", JOHN, body).await;
    let after = reply.expect(200)["data"]["fields"].clone();
    for (key, text) in [
        ("name", "12.50"),
        ("phone", "9460731950"),
        ("city", "true"),
        ("countryId", "517"),
        ("zip_code", "94105"),
        ("lead_score", "7.10"),
        ("verified", "false"),
        ("billing_address", "false"),
    ] {
        assert_eq!(after[key], json!(text), "{key}");
    }
}

#[tokio::test]
async fn country_is_derived_from_its_number() {
    let (test, client) = start().await;
    let india = put_fields(&client, json!({"countryId": "387"})).await;
    assert_eq!((&india["countryId"], &india["country"]["cca2"]), (&json!("387"), &json!("IN")));
    assert_eq!(india["country"]["name_official"], json!("Republic of India"));
    assert_eq!(stored(&test, "2").await.0.country.as_deref(), Some("IN"));

    let other = put_fields(&client, json!({"countryId": 12})).await;
    assert_eq!((&other["countryId"], other.get("country")), (&json!("12"), Some(&json!(null))));
    assert_eq!(stored(&test, "2").await.0.country, None);
    assert_eq!(fields(&client).await, other);

    let us = put_fields(&client, json!({"countryId": "517"})).await;
    assert_eq!((&us["countryId"], &us["country"]["cca3"]), (&json!("517"), &json!("USA")));
    let ignored = put_fields(&client, json!({"country": {"cca2": "FR"}})).await;
    assert_eq!(ignored, us, "fields.country is derived");
}

#[tokio::test]
async fn country_from_elsewhere_shows_its_number() {
    let (test, client) = start().await;
    put_fields(&client, json!({"countryId": "12"})).await;
    edit_elsewhere(&test, "2", vec![Edit::Text(TextMember::Country, Some("IN".to_owned()))]).await;
    let after = fields(&client).await;
    assert_eq!((&after["countryId"], &after["country"]["name"]), (&json!("387"), &json!("India")));
}

#[tokio::test]
async fn client_members_are_texts_or_null() {
    let (_test, client) = start().await;
    let sent = json!({
        "clientType": "sdk", "clientName": "App", "clientVersion": "", "clientOsName": "iOS", "clientOsVersion": "17",
        "clientDeviceType": "Phone", "clientDeviceVendor": "V", "clientDeviceModel": "M",
    });
    let after = put(&client, JOHN, sent.clone()).await;
    for (name, value) in sent.as_object().expect("an object") {
        assert_eq!(&after[name], value, "{name}");
        assert_eq!(put(&client, JOHN, json!({ name: null })).await.get(name), Some(&json!(null)), "{name}");
    }
}

#[tokio::test]
async fn client_details_are_replaced_as_a_whole() {
    let (_test, client) = start().await;
    let details =
        json!({"ua": "Mozilla", "engine": {"name": "Blink", "version": "84"}, "n": 1.50, "x": null});
    assert_eq!(put(&client, JOHN, json!({"clientDetails": details})).await["clientDetails"], details);
    let less = json!({"network": {"type": "4g"}});
    assert_eq!(put(&client, JOHN, json!({"clientDetails": less})).await["clientDetails"], less);
    assert_eq!(data(&client, JOHN).await["clientDetails"], less);
    let cleared = put(&client, JOHN, json!({"clientDetails": null})).await;
    assert_eq!(cleared.get("clientDetails"), Some(&json!(null)));
}

#[tokio::test]
async fn date_created_is_stored_where_it_is_a_date() {
    let (_test, client) = start().await;
    for (sent, shown) in [
        ("2020-08-11T09:25:59.123+02:00", "2020-08-11T07:25:59.123Z"),
        ("2020-08-11 07:25:59", "2020-08-11T07:25:59.000Z"),
        ("2020-08-12", "2020-08-12T00:00:00.000Z"),
        ("Wed Mar 03 2021 10:19:49 GMT+0000 (Coordinated Universal Time)", "2021-03-03T10:19:49.000Z"),
    ] {
        assert_eq!(put(&client, JOHN, json!({"dateCreated": sent})).await["dateCreated"], json!(shown));
        assert_eq!(data(&client, JOHN).await["dateCreated"], json!(shown));
    }
}

#[tokio::test]
async fn other_texts_for_dates_are_repeated_once_and_stored_nowhere() {
    let (test, client) = start().await;
    let before = stored(&test, "2").await;
    let reply = client.put(JOHN, &json!({"dateCreated": "string", "dateUpdated": "2001-01-01"})).await;
    let answer = reply.expect(200);
    assert_eq!(answer["data"]["dateCreated"], json!("string"));
    assert_eq!(answer["data"]["dateUpdated"], json!("2001-01-01"));
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(stored(&test, "2").await, before);
    let after = data(&client, JOHN).await;
    assert_eq!(after["dateCreated"], json!("2021-03-10T07:27:53.000Z"));
    assert_eq!(after["dateUpdated"], json!("2025-01-15T12:45:00.000Z"));
    let nulls = put(&client, JOHN, json!({"dateCreated": null, "dateUpdated": null})).await;
    assert_eq!(
        (&nulls["dateCreated"], &nulls["dateUpdated"]),
        (&after["dateCreated"], &after["dateUpdated"])
    );
}

#[tokio::test]
async fn unknown_members_are_kept_but_not_shown() {
    let (test, client) = start().await;
    let body = json!({"crm_ref": {"a": [1]}, "ip": "spoofed", "fields.city": "spoofed", "nothing": null});
    let after = put(&client, JOHN, body).await;
    assert_eq!((after.get("crm_ref"), &after["fields"]["ip"]), (None, &json!("103.61.112.45")));
    assert_eq!(after["fields"]["city"], json!("Oakland"));
    let extras = stored(&test, "2").await.0.extras;
    let extra = |name: &str| extras.get(model::Dialect::Acquire, name).cloned();
    assert_eq!(extra("crm_ref"), Some(json!({"a": [1]})));
    assert_eq!(extra("body.ip"), Some(json!("spoofed")));
    assert_eq!(extra("body.fields.city"), Some(json!("spoofed")));
    assert_eq!(extra("nothing"), None);
}

#[tokio::test]
async fn update_answers_without_relations() {
    let (_test, client) = start().await;
    let after = put(&client, JANE, json!({"fields": {"city": "X"}})).await;
    for relation in ["company", "tags", "cases", "visits", "timeline"] {
        assert_eq!(after.get(relation), None, "{relation}");
    }
}
