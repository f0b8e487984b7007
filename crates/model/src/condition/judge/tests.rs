//! Conditions, asked of somebody who has everything and of somebody who has nothing.

use serde_json::{Value as Json, json};

use super::*;
use crate::{Channel, ChannelId, ContactId, Decimal, List, OptionId};

/// 2017-06-15T12:30:00Z
const NOW: &str = "2017-06-15T12:30:00Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn id(n: u128) -> String {
    Uuid::from_u128(n).simple().to_string()
}

fn field(n: u128, kind: &str, more: &Json) -> Json {
    let mut field = json!({"id": id(n), "number": n as u64, "key": format!("f{n}"), "name": format!("F{n}"),
        "type": kind, "created_at": 0});
    field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    field
}

fn option(n: u128, value: &str, name: &str) -> Json {
    json!({"id": id(n), "value": value, "name": name})
}

fn catalog() -> Catalog {
    let fields = json!([
        field(1, "text", &json!({})),
        field(2, "number", &json!({})),
        field(3, "boolean", &json!({})),
        field(4, "date", &json!({})),
        field(5, "datetime", &json!({})),
        field(6, "time", &json!({})),
        field(
            7,
            "single_select",
            &json!({"options": [option(71, "s", "Single")], "former_options": [option(72, "d", "Double")]})
        ),
        field(8, "multi_select", &json!({"options": [option(81, "a", "a"), option(82, "b", "b")]})),
        field(9, "user", &json!({})),
        field(10, "text", &json!({"system": "salutation"})),
    ]);
    let users = json!([{"id": id(91), "number": 1, "email": "jane@example.com", "created_at": 0}]);
    serde_json::from_value(json!({"fields": fields, "users": users})).unwrap()
}

/// Somebody who has nothing.
fn nobody() -> Contact {
    Contact::blank(ContactId(Uuid::nil()), 1, at("2017-06-01T23:59:59Z"))
}

fn channel(n: u128, kind: &ChannelKind, value: &str, raw: &str) -> Channel {
    let id = ChannelId(Uuid::from_u128(n));
    let json = json!({"id": id, "kind": kind, "value": value, "raw": raw, "primary": n == 1});
    serde_json::from_value(json).unwrap()
}

fn ann() -> Contact {
    let mut ann = nobody();
    ann.name.first = Some("Ann".into());
    ann.name.last = Some("Smith-Jones".into());
    ann.salutation = Some("Dr".into());
    ann.channels = vec![
        channel(1, &ChannelKind::Phone, "+18585551212", "(858) 555-1212"),
        channel(2, &ChannelKind::Phone, "+4930123456", "030 123456"),
        channel(3, &ChannelKind::Email, "ann@example.com", "Ann@Example.com"),
    ];
    let field = |n: u128| FieldId(Uuid::from_u128(n));
    let option = |n: u128| OptionId(Uuid::from_u128(n));
    ann.values.extend([
        (field(1), Value::Text("Tulips".into())),
        (field(2), Value::Number(Decimal::parse("12.5").unwrap())),
        (field(3), Value::Boolean(false)),
        (field(4), Value::Date("2017-06-20".into())),
        (field(5), Value::Datetime(at("2017-06-15T10:00:00Z"))),
        (field(6), Value::Time("14:30".into())),
        (field(7), Value::Option(option(72))),
        (field(8), Value::Options(vec![option(81), option(82)])),
        (field(9), Value::User(crate::UserId(Uuid::from_u128(91)))),
    ]);
    ann
}

/// Which of Ann and nobody a condition holds for.
#[track_caller]
fn check(subject: &Json, test: &Json, value: &str, expected: (bool, bool)) {
    let json = json!({"subject": subject, "test": test, "value": value});
    let condition: Condition = serde_json::from_value(json).unwrap();
    let catalog = catalog();
    assert!(condition.fits(&catalog) && condition.check_value().is_ok(), "{condition:?}");
    let judge = condition.judge(&catalog, at(NOW));
    assert_eq!((judge.holds(&ann()), judge.holds(&nobody())), expected, "{condition:?}");
}

fn of(n: u128) -> Json {
    json!({"field": id(n)})
}

#[test]
fn texts_are_compared_in_any_case() {
    let (first, last, phone, email) =
        (json!("first_name"), json!("last_name"), json!("phone"), json!("email"));
    let text = |test: &str| json!({"text": test});
    let not = |test: &str| json!({"not_text": test});
    check(&last, &text("contains"), "SMITH", (true, false));
    check(&last, &text("starts_with"), "jones", (false, false));
    check(&last, &text("ends_with"), "jones", (true, false));
    check(&first, &text("equals"), "ann", (true, false));
    check(&first, &text("equals"), "", (false, true));
    check(&first, &not("equals"), "ann", (false, true));
    check(&last, &not("contains"), "x", (true, true));
    check(&last, &text("matches"), "^sm.th\\b", (true, false));
    check(&phone, &text("starts_with"), "+49", (true, false));
    check(&phone, &text("contains"), "555-1212", (true, false));
    check(&phone, &not("starts_with"), "+1", (false, true));
    check(&email, &text("ends_with"), "@EXAMPLE.com", (true, false));
    check(&email, &json!("is_not_set"), "", (false, true));
    check(&phone, &json!("is_set"), "", (true, false));
    check(&of(1), &text("equals"), "tulips", (true, false));
    check(&of(7), &text("equals"), "double", (true, false));
    check(&of(7), &text("equals"), "D", (true, false));
    check(&of(7), &json!("is_set"), "", (true, false));
    check(&of(8), &text("equals"), "b", (true, false));
    check(&of(8), &not("equals"), "c", (true, true));
    check(&of(9), &text("contains"), "jane@", (true, false));
    check(&of(10), &text("equals"), "dr", (true, false));
}

#[test]
fn numbers_and_booleans_are_compared_as_such() {
    let number = |order: &str| json!({"number": order});
    check(&of(2), &number("equal"), "12.50", (true, false));
    check(&of(2), &number("not_equal"), "12.5", (false, true));
    check(&of(2), &number("less"), "13", (true, false));
    check(&of(2), &number("greater"), "9", (true, false));
    check(&of(2), &number("greater_or_equal"), "12.5", (true, false));
    check(&of(2), &number("less_or_equal"), "12", (false, false));
    check(&of(2), &number("less"), "12.50000000000000000001", (true, false));
    check(&of(3), &json!("is"), "false", (true, false));
    check(&of(3), &json!("is"), "true", (false, false));
    check(&of(3), &json!("is_not"), "true", (true, true));
    check(&of(3), &json!("is_set"), "", (true, false));
}

#[test]
fn dates_and_times_are_compared_in_utc() {
    let created = json!("created_at");
    let date = |order: &str| json!({"date": order});
    check(&created, &date("equal"), "2017-06-01", (true, true));
    check(&created, &date("greater"), "2017-06-01", (false, false));
    check(&created, &date("greater_or_equal"), "2017-06-01", (true, true));
    check(&created, &date("less"), "2017-06-02", (true, true));
    check(&of(4), &date("greater"), "2017-06-19", (true, false));
    check(&of(5), &date("equal"), "2017-06-15", (true, false));
    check(&created, &json!({"time": "greater"}), "23:59", (true, true));
    check(&of(6), &json!({"time": "equal"}), "14:30", (true, false));
    check(&of(6), &json!({"time": "less_or_equal"}), "14:29:59", (false, false));
    check(&of(6), &json!({"time": "greater_or_equal"}), "09:00", (true, false));
}

#[test]
fn distances_count_calendar_days_and_whole_hours() {
    let created = json!("created_at");
    let (ago, ahead) = (|order: &str| json!({"days_ago": order}), |order: &str| json!({"days_ahead": order}));
    check(&created, &ago("equal"), "14", (true, true));
    check(&created, &ago("less"), "14", (false, false));
    check(&created, &ago("less"), "15", (true, true));
    check(&created, &ago("greater"), "13", (true, true));
    check(&created, &ahead("less"), "100", (false, false));
    check(&of(4), &ahead("equal"), "5", (true, false));
    check(&of(4), &ago("less"), "100", (false, false));
    check(&of(5), &ago("equal"), "0", (true, false));
    check(&of(5), &json!({"hours_ago": "equal"}), "2", (true, false));
    check(&of(5), &json!({"hours_ago": "less"}), "2", (false, false));
    check(&of(5), &json!({"hours_ago": "less"}), "3", (true, false));
    check(&of(4), &json!({"hours_ahead": "greater"}), "100", (true, false));
}

#[test]
fn what_cannot_be_compared_is_told() {
    let catalog = catalog();
    let condition = |subject: Json, test: Json, value: &str| -> Condition {
        serde_json::from_value(json!({"subject": subject, "test": test, "value": value})).unwrap()
    };
    for (subject, test) in [
        (json!("first_name"), json!({"number": "less"})),
        (json!("created_at"), json!({"text": "contains"})),
        (of(2), json!({"text": "equals"})),
        (of(6), json!({"date": "equal"})),
        (of(1), json!("is")),
        (of(99), json!("is_set")),
    ] {
        assert!(!condition(subject.clone(), test.clone(), "").fits(&catalog), "{subject} {test}");
    }
    for (test, value) in [
        (json!("is"), "yes"),
        (json!({"text": "matches"}), "("),
        (json!({"text": "matches"}), "(?:(?:\\w{1000}){1000}){1000}"),
        (json!({"number": "less"}), "x"),
        (json!({"date": "less"}), "2017-02-30"),
        (json!({"time": "less"}), "25:00"),
        (json!({"days_ago": "less"}), "-1"),
        (json!({"hours_ago": "less"}), "1.5"),
    ] {
        assert!(condition(json!("created_at"), test.clone(), value).check_value().is_err(), "{test} {value}");
    }
    let long = condition(json!("first_name"), json!({"text": "equals"}), &"x".repeat(1001));
    assert!(long.check_value().is_err());
    // What cannot be read holds for nobody, and a field that is gone has no values.
    let broken = condition(json!("first_name"), json!({"text": "matches"}), "(");
    assert!(!broken.judge(&catalog, at(NOW)).holds(&ann()));
    let gone = condition(of(99), json!("is_not_set"), "");
    assert!(gone.judge(&catalog, at(NOW)).holds(&ann()));
}

#[test]
fn contacts_are_on_static_and_on_dynamic_lists() {
    let list = |n: u128, entity: &str, conditions: Json| -> List {
        let json = json!({"id": id(n), "number": n as u64, "name": n.to_string(), "created_at": 0,
            "entity": entity, "conditions": conditions});
        serde_json::from_value(json).unwrap()
    };
    let smith = json!([{"subject": "last_name", "test": {"text": "contains"}, "value": "smith"}]);
    let mut both = smith.clone();
    both.as_array_mut().unwrap().push(json!({"subject": "first_name", "test": "is_not_set"}));
    let mut catalog = catalog();
    catalog.lists = [
        list(1, "contact", json!([])),
        list(2, "contact", smith.clone()),
        list(3, "contact", both),
        list(4, "company", smith.clone()),
        list(5, "contact", smith),
    ]
    .into_iter()
    .collect();
    let ids =
        |numbers: &[u128]| numbers.iter().map(|n| crate::ListId(Uuid::from_u128(*n))).collect::<Vec<_>>();
    let mut ann = ann();
    // It was put on the third and the fifth before they had conditions, and on one that is gone.
    ann.lists = ids(&[5, 9, 3, 1]);
    assert_eq!(catalog.memberships(at(NOW)).of(&ann, &catalog), ids(&[1, 2, 5]));
}
