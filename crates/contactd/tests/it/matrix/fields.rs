//! Custom fields of every type: how each API writes a value, and where each shows it.

use model::Json;
use serde_json::json;

use super::World;
use super::members::{Member, Read, at, name, of};

/// A custom field: how each API writes a value of it.
struct Value {
    name: &'static str,
    field: &'static str,
    key: &'static str,
    zingle: Json,
    acquire: Json,
    callbell: Json,
    rolodex: Option<Json>,
    native: Json,
    native_read: &'static str,
    acquire_read: &'static str,
    callbell_read: &'static str,
}

fn value(world: &World, value: Value) -> Member {
    let id = world.id("fields", value.key);
    let one = |key: &str, json: Json| Json::Object([(key.to_owned(), json)].into_iter().collect());
    let rolodex = value.rolodex.map(|json| json!({"custom_fields": [{"id": id, "value": json}]}));
    let is_in_rolodex = rolodex.is_some();
    Member {
        name: value.name,
        writes: [
            Some(json!({"custom_field_values": [{"custom_field_id": id, "value": value.zingle}]})),
            Some(json!({"fields": one(value.key, value.acquire)})),
            Some(json!({"custom_fields": one(value.field, value.callbell)})),
            rolodex,
            Some(json!({"values": one(value.key, value.native)})),
        ],
        reads: [
            of("/custom_field_values", ("/custom_field/display_name", value.field), "/value"),
            at(value.acquire_read),
            at(value.callbell_read),
            is_in_rolodex.then(|| rolodex_value(value.field)),
            at(value.native_read),
        ],
    }
}

/// Options are shown by their values and users by their names: their ids differ from run to run.
fn rolodex_value(field: &'static str) -> Read {
    Box::new(move |json| {
        let rows = json["custom_fields"].as_array().cloned().unwrap_or_default();
        let found = rows.into_iter().find(|row| row["name"] == field).map(|row| row["value"].clone());
        match found.unwrap_or_default() {
            Json::Object(one) => {
                one.get("value").or_else(|| one.get("full_name")).cloned().unwrap_or_default()
            }
            Json::Array(options) => options.iter().map(|option| option["value"].clone()).collect(),
            value => value,
        }
    })
}

/// All of them.
pub(super) fn of_fields(world: &World) -> Vec<Member> {
    let exact: Json = serde_json::from_str("88.50").unwrap_or_default();
    let day = 1_770_076_800;
    vec![
        value(
            world,
            Value {
                name: "text field",
                field: "Billing Address",
                key: "billing_address",
                zingle: json!("Main Street 1"),
                acquire: json!("Main Street 1"),
                callbell: json!("Main Street 1"),
                rolodex: Some(json!("Main Street 1")),
                native: json!("Main Street 1"),
                native_read: "/values/billing_address",
                acquire_read: "/fields/billing_address",
                callbell_read: "/customFields/Billing Address",
            },
        ),
        value(
            world,
            Value {
                name: "number field",
                field: "Lead Score",
                key: "lead_score",
                zingle: exact.clone(),
                acquire: json!("88.50"),
                callbell: json!("88.50"),
                rolodex: Some(exact.clone()),
                native: exact,
                native_read: "/values/lead_score",
                acquire_read: "/fields/lead_score",
                callbell_read: "/customFields/Lead Score",
            },
        ),
        value(
            world,
            Value {
                name: "select field",
                field: "Status",
                key: "status",
                zingle: json!("Active"),
                acquire: json!("Active"),
                callbell: json!("Active"),
                rolodex: Some(json!(world.option("status", "Active"))),
                native: json!("Active"),
                native_read: "/values/status",
                acquire_read: "/fields/status",
                callbell_read: "/customFields/Status",
            },
        ),
        value(
            world,
            Value {
                name: "date field",
                field: "Checkin Date",
                key: "checkin_date",
                zingle: json!(day),
                acquire: json!("2026-02-03"),
                callbell: json!("2026-02-03"),
                rolodex: Some(json!("2026-02-03")),
                native: json!("2026-02-03"),
                native_read: "/values/checkin_date",
                acquire_read: "/fields/checkin_date",
                callbell_read: "/customFields/Checkin Date",
            },
        ),
        value(
            world,
            Value {
                name: "boolean field",
                field: "Verified",
                key: "verified",
                zingle: json!(true),
                acquire: json!("true"),
                callbell: json!("true"),
                rolodex: Some(json!(true)),
                native: json!(true),
                native_read: "/values/verified",
                acquire_read: "/fields/verified",
                callbell_read: "/customFields/Verified",
            },
        ),
        value(
            world,
            Value {
                name: "multi-select field",
                field: "Features",
                key: "features",
                zingle: json!(["Dark Mode", "Analytics"]),
                acquire: json!(["Dark Mode", "Analytics"]),
                callbell: json!(["Dark Mode", "Analytics"]),
                rolodex: Some(json!([
                    world.option("features", "Dark Mode"),
                    world.option("features", "Analytics")
                ])),
                native: json!(["Dark Mode", "Analytics"]),
                native_read: "/values/features",
                acquire_read: "/fields/features",
                callbell_read: "/customFields/Features",
            },
        ),
        value(
            world,
            Value {
                name: "time field",
                field: "Checkin Time",
                key: "checkin_time",
                zingle: json!("14:30"),
                acquire: json!("14:30"),
                callbell: json!("14:30"),
                rolodex: Some(json!("14:30")),
                native: json!("14:30"),
                native_read: "/values/checkin_time",
                acquire_read: "/fields/checkin_time",
                callbell_read: "/customFields/Checkin Time",
            },
        ),
        value(
            world,
            Value {
                name: "instant field",
                field: "Starts At",
                key: "starts_at",
                zingle: json!(1_770_129_000),
                acquire: json!("2026-02-03T14:30:00Z"),
                callbell: json!("2026-02-03T14:30:00Z"),
                rolodex: Some(json!("2026-02-03T14:30:00Z")),
                native: json!("2026-02-03T14:30:00Z"),
                native_read: "/values/starts_at",
                acquire_read: "/fields/starts_at",
                callbell_read: "/customFields/Starts At",
            },
        ),
        value(
            world,
            Value {
                name: "e-mail field",
                field: "Work Email",
                key: "work_email",
                zingle: json!("Zoe@Example.com"),
                acquire: json!("Zoe@Example.com"),
                callbell: json!("Zoe@Example.com"),
                rolodex: Some(json!("Zoe@Example.com")),
                native: json!("Zoe@Example.com"),
                native_read: "/values/work_email",
                acquire_read: "/fields/work_email",
                callbell_read: "/customFields/Work Email",
            },
        ),
        value(
            world,
            Value {
                name: "web address field",
                field: "Home Page",
                key: "home_page",
                zingle: json!("https://a.example/z"),
                acquire: json!("https://a.example/z"),
                callbell: json!("https://a.example/z"),
                rolodex: Some(json!("https://a.example/z")),
                native: json!("https://a.example/z"),
                native_read: "/values/home_page",
                acquire_read: "/fields/home_page",
                callbell_read: "/customFields/Home Page",
            },
        ),
        value(
            world,
            Value {
                name: "phone field",
                field: "Second Phone",
                key: "second_phone",
                zingle: json!("+31612345678"),
                acquire: json!("+31612345678"),
                callbell: json!("+31612345678"),
                rolodex: Some(json!("+31612345678")),
                native: json!("+31612345678"),
                native_read: "/values/second_phone",
                acquire_read: "/fields/second_phone",
                callbell_read: "/customFields/Second Phone",
            },
        ),
        of_users(world),
    ]
}

/// A field of users, whose ids no reader of the page would know.
fn of_users(world: &World) -> Member {
    let mut member = value(
        world,
        Value {
            name: "user field",
            field: "Minder",
            key: "minder",
            zingle: json!("jane.doe@email.com"),
            acquire: json!("jane.doe@email.com"),
            callbell: json!("jane.doe@email.com"),
            rolodex: Some(json!(world.id("users", "jane.doe@email.com"))),
            native: json!("jane.doe@email.com"),
            native_read: "/values/minder",
            acquire_read: "/fields/minder",
            callbell_read: "/customFields/Minder",
        },
    );
    member.reads[4] = name(world, ("users", "email"), "/values/minder");
    member
}
