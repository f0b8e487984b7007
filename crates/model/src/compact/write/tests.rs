//! What is written is what `serde_json` writes, byte for byte.

use std::collections::BTreeMap;

use proptest::{prelude::ProptestConfig, prop_assert_eq, proptest};
use serde_json::{json, value::RawValue};

use super::*;

#[derive(Serialize)]
enum Kind {
    Unit,
    Newtype(i8),
    Tuple(u8, u16),
    Struct { a: f32, b: Option<()> },
    NoFields {},
}

#[derive(Serialize)]
struct Nothing;

#[derive(Serialize)]
struct Pair(i16, i32);

/// Shown as text.
struct Shown(&'static str);

impl Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

#[track_caller]
fn check<T: Serialize>(record: &T) {
    let mut text = b"before".to_vec();
    let written = write(&mut text, record);
    match serde_json::to_string(record) {
        Ok(expected) => {
            written.unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), format!("before{expected}"));
        }
        Err(_) => assert!(written.is_err()),
    }
}

#[test]
fn everything_is_written_as_by_serde_json() {
    check(&[Kind::Unit, Kind::Newtype(-8), Kind::Tuple(1, 2), Kind::NoFields {}]);
    check(&Kind::Struct { a: 0.5, b: None });
    check(&(Nothing, Pair(-1, -2), 'c', '"', "é\n", true, (), Some(Some(1_u32))));
    check(&(i64::MIN, u64::MAX, 0_u64, i128::MIN, u128::MAX, 1.0_f64, f64::NAN, 0.1_f32));
    check(&([(); 0], BTreeMap::<String, ()>::new(), &b"bytes"[..]));
    check(&(Shown("plain"), Shown("\"quoted\"\u{1}")));
    check(&RawValue::from_string(r#"{"a": [1.50, "\u00e9"]}"#.to_owned()).unwrap());
    check(
        &json!({"a": [1.5, {"b\"": null}], "n": serde_json::from_str::<serde_json::Number>("-1.50e400").unwrap()}),
    );
}

#[test]
fn keys_are_texts() {
    check(&BTreeMap::from([("a\"b", 1), ("c", 2)]));
    check(&BTreeMap::from([(-5_i8, 1), (7, 2)]));
    check(&BTreeMap::from([(u64::MAX, 1)]));
    check(&BTreeMap::from([(true, 1), (false, 2)]));
    check(&BTreeMap::from([('c', 1)]));
    check(&BTreeMap::from([(Some("x"), 1)]));
    check(&BTreeMap::from([(None::<&str>, 1)]));
    check(&BTreeMap::from([((), 1)]));
    check(&BTreeMap::from([([1], 1)]));
    check(&BTreeMap::from([(BTreeMap::from([(1, 2)]), 1)]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_and_number_is_written_as_by_serde_json(text in ".*|[\0-é]{0,20}", signed: i64, number: u64, float: f64) {
        let record = (text, signed, number, float);
        let mut written = Vec::new();
        write(&mut written, &record).unwrap();
        prop_assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(&record).unwrap());
    }
}
