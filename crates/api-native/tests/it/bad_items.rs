//! Values, ids, channels and companies that are refused.

use model::Json;
use serde_json::json;

use crate::{JANE, catalog, id_of, numbered, path, refused, start};

#[tokio::test]
async fn unknown_ids_are_named() {
    let (test, client) = start().await;
    let catalog = catalog(&test).await;
    let id = "01934c2e-0000-7000-8000-000000000000";
    let vip = id_of(&catalog.tags, "VIP");
    let list = id_of(&catalog.lists, "Q1 Targets");
    let cases = [
        (json!({"tags": [vip, "VIP", id, ""]}), "tags.1 unknown_tag; tags.2 unknown_tag; tags.3 unknown_tag"),
        (json!({"lists": ["Q1 Targets", vip]}), "lists.0 unknown_list; lists.1 unknown_list"),
        (json!({"notes": [id]}), "notes.0 unknown_note"),
        (json!({"notes": ["note_101"]}), "notes.0 unknown_note"),
        (
            json!({"companies": [{"id": id}, {"id": "company_123"}]}),
            "companies.0.id unknown_company; companies.1.id unknown_company",
        ),
        (
            json!({"assigned_user": list, "assigned_team": "Support"}),
            "assigned_user unknown_user; assigned_team unknown_team",
        ),
        (
            json!({"values": {"nothing": null, "first_name": "Eve", "Lead Score": 1}}),
            "values.nothing unknown_field; values.first_name unknown_field; values.Lead Score unknown_field",
        ),
        (
            json!({"values": {"stage": "Late", "features": ["Analytics", "X"]}}),
            "values.stage unknown_option; values.features unknown_option",
        ),
        (
            json!({"channels": [{"id": "x", "kind": "email", "value": "a@b"}]}),
            "channels.0.id unknown_channel",
        ),
        (json!({"channels": [{"id": id, "kind": "email"}]}), "channels.0.value unknown_channel"),
    ];
    refused(&client, 422, cases).await;
    let jane = numbered(&client, JANE).await;
    let reply = client.patch(&path(&jane), &json!({"tags": ["VIP"], "values": {"stage": "Late"}})).await;
    let errors = reply.json()["errors"].clone();
    assert_eq!(
        errors[0]["message"],
        "no tag has the id 'VIP'; give its id, for a name can belong to several"
    );
    assert_eq!(errors[1]["message"], "'Late' is no option of the field 'Stage'; its options: Growth, Seed");
}

#[tokio::test]
async fn values_of_another_type_are_refused() {
    let (_test, client) = start().await;
    let wrong = [
        ("lead_score", "bad_number", vec![json!("x"), json!(true), json!([1]), json!({}), json!("")]),
        ("verified", "bad_boolean", vec![json!("yes"), json!(1), json!([true])]),
        ("stage", "wrong_type", vec![json!(1), json!(["Seed"]), json!(true)]),
        ("features", "wrong_type", vec![json!("Analytics"), json!([1]), json!({})]),
        ("checkin_date", "bad_date", vec![json!("2025-02-30"), json!("soon"), json!(1736899200)]),
        ("checkin_time", "bad_time", vec![json!("25:00"), json!(930), json!("9:30")]),
        ("work_email", "bad_email", vec![json!("nobody"), json!("")]),
        ("work_email", "wrong_type", vec![json!(1), json!(["a@b"])]),
        ("zip_code", "wrong_type", vec![json!(94607), json!(["94607"]), json!({"value": "94607"})]),
        ("zip_code", "too_long", vec![json!("x".repeat(65_537))]),
        ("lead_score", "bad_number", vec![json!("9".repeat(65))]),
    ];
    let mut cases = Vec::new();
    for (key, code, values) in wrong {
        for value in values {
            cases.push((json!({"values": {key: value}}).to_string(), format!("values.{key} {code}")));
        }
    }
    refused(&client, 422, cases).await;
}

#[tokio::test]
async fn channels_and_companies_are_checked_member_by_member() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let company = jane["companies"][0]["id"].as_str().unwrap().to_owned();
    let channel = jane["channels"][0]["id"].as_str().unwrap().to_owned();
    let email = |member: &str, value: Json| json!({"channels": [{"kind": "email", "value": "a@b.example", member: value}]});
    let link = |member: &str, value: Json| json!({"companies": [{"id": company, member: value}]});
    let fax = |value: &str| json!({"kind": "fax", "value": value, "primary": true, "default": true});
    let first = |value: &str| json!({"id": channel, "kind": "email", "value": value});
    let cases = [
        (json!({"channels": [{"value": "a@b"}]}), "channels.0.kind missing"),
        (json!({"channels": [{"kind": "email"}]}), "channels.0.value missing"),
        (
            json!({"channels": [{"kind": "email", "value": "x"}, {"kind": "email", "value": " "}]}),
            "channels.0.value bad_email; channels.1.value blank",
        ),
        (
            json!({"channels": [{"kind": "e mail", "value": "x"}, {"kind": "", "value": "x"}]}),
            "channels.0.kind wrong_type; channels.1.kind wrong_type",
        ),
        (json!({"channels": [{"kind": "k".repeat(65), "value": "x"}]}), "channels.0.kind too_long"),
        (json!({"channels": [{"kind": "fax", "value": "x".repeat(1001)}]}), "channels.0.value too_long"),
        (
            json!({"channels": [{"kind": "fax", "value": "1"}, {"kind": "fax", "value": "1"}]}),
            "channels.1 duplicate",
        ),
        (
            json!({"channels": [fax("1"), fax("2")]}),
            "channels.1.primary duplicate; channels.1.default duplicate",
        ),
        (json!({"channels": [first("a@b"), first("c@d")]}), "channels.1 duplicate"),
        (
            json!({"channels": [{"kind": "phone", "value": "+31612345678", "country": "nl"}]}),
            "channels.0.country bad_country",
        ),
        (
            json!({"channels": [{"kind": "email", "value": "a@b", "country": "NL"}]}),
            "channels.0.country unknown_member",
        ),
        (json!({"companies": [{}]}), "companies.0.id missing"),
        (json!({"companies": [{"id": company}, {"id": company}]}), "companies.1.id duplicate"),
        (json!({"aliases": {"native": ["a", "a"]}}), "aliases.native.1 duplicate"),
        (json!({"aliases": {"native": [""]}}), "aliases.native blank"),
        (link("start_date", json!("2025-02-30")), "companies.0.start_date bad_date"),
    ];
    refused(&client, 422, cases).await;
    let mut cases = Vec::new();
    for member in ["kind", "value", "raw", "label", "country", "primary", "default", "id"] {
        cases.push((email(member, json!([])), format!("channels.0.{member} wrong_type")));
    }
    for member in ["id", "title", "start_date", "active"] {
        cases.push((link(member, json!(1)), format!("companies.0.{member} wrong_type")));
    }
    refused(&client, 422, cases).await;
}
