//! Values of custom fields, and of the fields that show members of the record.

use serde_json::json;

use super::{Case, check};
use crate::{Catalog, Dialect, Edit, Field, ItemRef, Json, Set, SetMode, Value, ValueWrite, ViolationKind};

fn read(json: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    crate::value::read(json, field, catalog, Dialect::Native)
}

fn write(key: &str, json: Json) -> ValueWrite {
    ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json }
}

fn values<const N: usize>(mode: SetMode, items: [ValueWrite; N]) -> Edit {
    Edit::Values(Set { mode, items: items.into() }, read)
}

fn add(key: &str, json: Json) -> Edit {
    values(SetMode::Add, [write(key, json)])
}

#[test]
fn every_type_takes_its_values() {
    for (key, json, expected) in [
        ("f_text", json!(" as it is "), r#"{"text":" as it is "}"#),
        ("f_text", json!(""), r#"{"text":""}"#),
        ("f_phone", json!("call me"), r#"{"text":"call me"}"#),
        ("f_email", json!("Jane@X.com"), r#"{"text":"Jane@X.com"}"#),
        ("f_url", json!("https://x.com/?q=é"), r#"{"text":"https://x.com/?q=é"}"#),
        ("f_number", json!(88), r#"{"number":"88"}"#),
        ("f_number", json!("-1.50"), r#"{"number":"-1.50"}"#),
        ("f_boolean", json!(true), r#"{"boolean":true}"#),
        ("f_boolean", json!("false"), r#"{"boolean":false}"#),
        ("f_date", json!("2024-02-29"), r#"{"date":"2024-02-29"}"#),
        ("f_time", json!("23:59:59"), r#"{"time":"23:59:59"}"#),
        ("f_datetime", json!("1970-01-01T01:00:00.0019+01:00"), r#"{"datetime":1}"#),
        ("f_single", json!("red"), r#"{"option":"red"}"#),
        ("f_single", json!("RED"), r#"{"option":"red"}"#),
        ("f_multi", json!(["blue", "red", "BLUE"]), r#"{"options":["blue","red"]}"#),
        ("f_multi", json!([]), r#"{"options":[]}"#),
        ("f_user", json!("ANN@example.com"), r#"{"user":"ann"}"#),
    ] {
        let mut case = Case::new();
        case.check([add(key, json.clone())], &format!("values.{key} = {expected}"));
        case.check([add(key, json)], "");
        case.check([add(key, Json::Null)], &format!("values.{key} = null"));
    }
}

#[test]
fn every_type_refuses_what_it_cannot_hold() {
    for (key, json, expected) in [
        ("f_text", json!(1), "must be a string"),
        ("f_text", json!("x".repeat(65_537)), "must have at most 65536 characters"),
        ("f_phone", json!([]), "must be a string"),
        ("f_email", json!("nobody"), "must be a valid e-mail address"),
        ("f_email", json!(false), "must be a string"),
        ("f_url", json!("x.com"), "must be a URL"),
        ("f_url", json!("https://x .com"), "must be a URL"),
        ("f_number", json!("NaN"), "must be a number"),
        ("f_number", json!("Infinity"), "must be a number"),
        ("f_number", json!("1e999"), "must be a number"),
        ("f_number", json!("+-5"), "must be a number"),
        ("f_number", json!("- 5"), "must be a number"),
        ("f_number", json!(true), "must be a number"),
        ("f_boolean", json!(1), "must be true or false"),
        ("f_boolean", json!("yes"), "must be true or false"),
        ("f_date", json!("2023-02-29"), "must be a date (YYYY-MM-DD)"),
        ("f_date", json!(20_230_228), "must be a date (YYYY-MM-DD)"),
        ("f_time", json!("24:00"), "must be a time (HH:MM)"),
        ("f_time", json!(12), "must be a time (HH:MM)"),
        ("f_datetime", json!("2024-02-29"), "must be an instant (RFC 3339)"),
        ("f_datetime", json!(0), "must be an instant (RFC 3339)"),
        ("f_single", json!(["red"]), "must be a string"),
        ("f_multi", json!("red"), "must be an array of strings"),
        ("f_multi", json!([1]), "must be an array of strings"),
        ("f_user", json!("nobody@x"), "no user 'nobody@x'"),
        ("f_user", json!({}), "must be a string"),
    ] {
        check([add(key, json)], &format!("refused {key}: the field '{key}': {expected}"));
    }
    let green = "'green' is no option of the field";
    check([add("f_single", json!("green"))], &format!("refused f_single: {green} 'f_single'"));
    check([add("f_multi", json!(["red", "green"]))], &format!("refused f_multi: {green} 'f_multi'"));
}

#[test]
fn what_an_option_could_have_been_is_told() {
    let outcome = Case::new().apply(&super::change([add("f_single", json!(1))]));
    let kind = outcome.unwrap_err().violations.remove(0).kind;
    assert!(matches!(kind, ViolationKind::BadValue { options, .. } if options == ["red", "blue"]));
}

#[test]
fn adding_keeps_other_values_and_replacing_does_not() {
    let mut case = Case::new().given([add("f_text", json!("a")), add("f_number", json!(1))]);
    case.check([add("f_boolean", json!(true))], r#"values.f_boolean = {"boolean":true}"#);
    case.check(
        [values(SetMode::Replace, [write("f_text", json!("a")), write("f_number", json!(2))])],
        r#"values.f_number = {"number":"2"}
           values.f_boolean = null"#,
    );
    case.check(
        [values(SetMode::Remove, [write("f_text", json!(1)), write("f_url", Json::Null)])],
        "values.f_text = null",
    );
    case.check([values(SetMode::Replace, [])], "values.f_number = null");
}

#[test]
fn of_two_values_for_one_field_the_last_wins() {
    check(
        [values(SetMode::Replace, [write("f_text", json!("a")), write("f_text", json!("b"))])],
        r#"values.f_text = {"text":"b"}"#,
    );
}

#[test]
fn fields_that_contacts_do_not_have_are_refused() {
    for mode in [SetMode::Add, SetMode::Replace, SetMode::Remove] {
        check(
            [values(mode, [write("nosuch", json!("a")), write("of a company", json!("a"))])],
            "refused nosuch: no field 'nosuch'\nrefused of a company: no field 'of a company'",
        );
    }
}

#[test]
fn system_fields_write_members_of_the_record() {
    let mut case = Case::new();
    case.check(
        [add("first name", json!("Jane")), add("last", json!("Smith")), add("title", json!("RED"))],
        r#"name.full = "Jane Smith"
           name.first = "Jane"
           name.last = "Smith"
           salutation = "red""#,
    );
    assert!(case.contact.values.is_empty());
    case.check([values(SetMode::Replace, [])], "");
    case.check([add("title", Json::Null)], "salutation = null");
    case.check(
        [values(SetMode::Remove, [write("first name", Json::Null)])],
        "name.full = \"Smith\"\nname.first = null",
    );
}

#[test]
fn a_system_field_refuses_what_its_member_cannot_hold() {
    let long = "x".repeat(1_001);
    check([add("last", json!(long))], "refused last: must have at most 1000 characters");
    check([add("odd", json!(true))], "refused odd: the field 'odd': must be a string");
}
