//! Strict JSON: what lenient parsers let pass and would thereby lose is refused, naming the member:
//! duplicate keys (RFC 8259 §4 leaves them open), nesting deeper than [`MAX_DEPTH`], NUL in texts, which no
//! database keeps.

use std::cell::RefCell;
use std::fmt;

use model::{Json, Violation, ViolationKind};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 64;

/// How `serde_json` hands over a number of arbitrary precision: as a map with this one key.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// Reads a JSON document.
///
/// # Errors
/// A [`ViolationKind::Malformed`] at the member where it went wrong, as far as that is known: `a.0.b`.
pub fn parse(bytes: &[u8]) -> Result<Json, Violation> {
    let path = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict { path: &path };
    let read = strict.deserialize(&mut deserializer).and_then(|json| deserializer.end().map(|()| json));
    read.map_err(|fault| Violation::new(path.borrow().join("."), ViolationKind::Malformed(reason(&fault))))
}

/// The parser's words, without the position when it is ours and names the member.
fn reason(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    match text.split_once(OURS) {
        Some((_, rest)) => rest.split(" at line ").next().unwrap_or(rest).to_owned(),
        None => format!("invalid JSON: {text}"),
    }
}

/// Marks the messages that are ours.
const OURS: &str = "\u{1}";

#[derive(Clone, Copy)]
struct Strict<'p> {
    /// Where the parser is; left as it stands when it fails.
    path: &'p RefCell<Vec<String>>,
}

impl Strict<'_> {
    fn enter<E: Error>(self, part: String) -> Result<(), E> {
        let mut path = self.path.borrow_mut();
        if path.len() >= MAX_DEPTH {
            return Err(E::custom(format!("{OURS}must not be nested deeper than {MAX_DEPTH} levels")));
        }
        path.push(part);
        Ok(())
    }

    fn leave(self) {
        self.path.borrow_mut().pop();
    }

    fn text<E: Error>(text: &str) -> Result<(), E> {
        if text.contains('\0') {
            return Err(E::custom(format!("{OURS}must not contain the character NUL")));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Self::text(text)?;
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Json, E> {
        Self::text(&text)?;
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        loop {
            self.enter(array.len().to_string())?;
            let Some(item) = items.next_element_seed(self)? else { break };
            array.push(item);
            self.leave();
        }
        self.leave();
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == NUMBER_TOKEN && object.is_empty() {
                let text: String = members.next_value()?;
                return text.parse().map(Json::Number).map_err(A::Error::custom);
            }
            self.enter(name.clone())?;
            Self::text(&name)?;
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("{OURS}is given twice")));
            }
            let value = members.next_value_seed(self)?;
            object.insert(name, value);
            self.leave();
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let got = match parse(text.as_bytes()) {
            Ok(json) => json.to_string(),
            Err(violation) => violation.to_string(),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn documents_come_through_unchanged() {
        for text in [
            "null",
            r#"{"b":1,"a":[true,null,"x",{"y":{}}],"n":-1.50,"big":123456789012345678901234567890.5}"#,
            r#"[]"#,
            r#""é\n\"""#,
        ] {
            check(text, text);
        }
    }

    #[test]
    fn what_would_be_lost_is_refused_by_name() {
        check(r#"{"a":{"b":1,"b":2}}"#, "a.b: is given twice");
        check(r#"{"a":["x","\u0000"]}"#, "a.1: must not contain the character NUL");
        check(r#"{"a\u0000":1}"#, "a\0: must not contain the character NUL");
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        check(&deep, &format!("{}: must not be nested deeper than 64 levels", ["0"; 64].join(".")));
    }

    #[test]
    fn what_is_no_json_says_where() {
        check("", ": invalid JSON: EOF while parsing a value at line 1 column 0");
        check(r#"{"a":tru}"#, "a: invalid JSON: expected ident at line 1 column 9");
        check("{} x", ": invalid JSON: trailing characters at line 1 column 4");
        assert!(
            parse(b"{\"a\":\"\xff\"}")
                .unwrap_err()
                .to_string()
                .starts_with("a: invalid JSON: invalid unicode")
        );
    }
}
