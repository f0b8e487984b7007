//! What is read is what `serde_json` reads, and what is wrong is told as it tells it.

use std::collections::BTreeMap;

use proptest::{prelude::ProptestConfig, prop_assert_eq, proptest};
use serde::Serialize;

use super::*;
use crate::Json;

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Record {
    id: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    shift: i64,
    #[serde(default)]
    day: u8,
    #[serde(default)]
    flag: bool,
    #[serde(default)]
    rows: Vec<Kind>,
    #[serde(default)]
    free: Json,
    #[serde(default)]
    counts: BTreeMap<String, f64>,
    #[serde(default)]
    numbers: BTreeMap<u8, String>,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Empty,
    Text(String),
    Pair(u8, char),
    Parts { first: i16 },
}

const WHOLE: &str = r#"{"id":7,"name":"é","shift":-12,"day":255,"flag":true,"rows":["empty",{"text":"x"},{"parts":{"first":-3}}]}"#;

#[test]
fn what_is_usual_is_read_without_help() {
    for text in [
        r#"{"id":0}"#,
        WHOLE,
        r#"{"id":1,"name":null,"unknown":[1,{"a":"\\"}],"shift":0}"#,
        r#"{"shift":3,"id":999999999999999999}"#,
        r#"{"id":1,"name":"a \"quoted\" word\u00e9"}"#,
        r#"{"id":1,"free":{"a":[1.50,-0,1e400,123456789012345678901234567890]},"counts":{"x":2.5}}"#,
        r#"{"id":1,"free":"text","counts":{}}"#,
    ] {
        assert_eq!(read_compact::<Record>(text).unwrap(), serde_json::from_str(text).unwrap(), "{text}");
    }
}

#[test]
fn what_is_unusual_is_read_as_by_serde_json() {
    for text in [
        r#" {"id":0}"#,
        r#"{"id":0} "#,
        r#"{"id" : 1 , "rows" : [ "empty" ] }"#,
        r#"{"id":1,"numbers":{"5":"five"}}"#,
        r#"{"id":1,"rows":[{"pair":[1,"c"]}]}"#,
        r#"{"\u0069d":1}"#,
        r#"{"id":18446744073709551615}"#,
    ] {
        assert_eq!(read::<Record>(text).unwrap(), serde_json::from_str(text).unwrap(), "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_as_by_serde_json() {
    let mut wrong: Vec<String> = [
        r#"{"id":01}"#,
        r#"{"id":-0}"#,
        r#"{"id":1.5}"#,
        r#"{"id":18446744073709551616}"#,
        r#"{"id":1,"day":256}"#,
        r#"{"id":1,"id":2}"#,
        r#"{"id":1,}"#,
        r#"{"id":1,"rows":["empty",]}"#,
        r#"{"id":1,"rows":["other"]}"#,
        r#"{"id":1,"rows":["text"]}"#,
        r#"{"id":1,"name":"\q"}"#,
        r#"{"id":1,"unknown":"\q"}"#,
        r#"{"id":1,"unknown":{"a":tru}}"#,
        r#"{"id":1,"flag":trueish}"#,
        r#"{"name":"x"}"#,
        r#"{"id":1}}"#,
        "[]",
    ]
    .map(str::to_owned)
    .into();
    wrong.push("{\"id\":1,\"unknown\":\"a\nb\"}".to_owned());
    wrong.extend((0..WHOLE.len()).filter_map(|end| WHOLE.get(..end)).map(str::to_owned));
    for text in wrong {
        let expected = serde_json::from_str::<Record>(&text).unwrap_err().to_string();
        assert_eq!(read::<Record>(&text).unwrap_err().to_string(), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_as_by_serde_json(
        parts in proptest::collection::vec("\\PC|[{}\\[\\]\":,0-9.eE\\\\-]|\"id\":|\"name\":|null|true", 0..12),
    ) {
        let text = format!("{{{}}}", parts.concat());
        prop_assert_eq!(read::<Record>(&text).ok(), serde_json::from_str::<Record>(&text).ok());
        prop_assert_eq!(read::<Json>(&text).ok(), serde_json::from_str::<Json>(&text).ok());
    }
}
