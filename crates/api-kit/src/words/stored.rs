//! Parts of stored documents in contactd's own words: ids with hyphens, instants as RFC 3339.

use model::{Decimal, Dialect, Json, Native, Ref, Timestamp};

/// The members that hold ids, one or a list of them.
const IDS: [&str; 12] = [
    "id",
    "parent",
    "user",
    "author",
    "mentions",
    "members",
    "assignee",
    "creator",
    "contacts",
    "custom_status",
    "tags",
    "lists",
];

/// The members that hold decimals, which are stored as texts.
const DECIMALS: [&str; 2] = ["arr_estimate", "number_of_employees"];

/// A member of a record beside contacts, as it is shown.
pub(super) fn shown(name: &str, stored: &Json) -> Json {
    match stored {
        Json::Number(number) if name.ends_with("_at") => match number.as_i64() {
            Some(millis) => Timestamp::from_millis(millis).to_rfc3339_millis().into(),
            None => stored.clone(),
        },
        Json::String(text) if IDS.contains(&name) => match Ref::uuid(Dialect::Native, text).native {
            Some(Native::Uuid(id)) => id.to_string().into(),
            _ => stored.clone(),
        },
        Json::String(text) if DECIMALS.contains(&name) => {
            Decimal::parse(text).map_or_else(|| stored.clone(), |number| number.to_json())
        }
        Json::Array(rows) => rows.iter().map(|row| shown(name, row)).collect(),
        Json::Object(members) if !matches!(name, "aliases" | "extras" | "values") => {
            members.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect()
        }
        _ => stored.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_and_instants_are_shown_as_elsewhere_and_texts_stay() {
        let hex = "018e5f1e000070008000000000000001";
        let id = "018e5f1e-0000-7000-8000-000000000001";
        for (name, stored, expected) in [
            ("members", json!([hex]), json!([id])),
            ("due_at", json!(0), json!("1970-01-01T00:00:00.000Z")),
            ("name", json!(hex), json!(hex)),
            ("position", json!(5), json!(5)),
            ("arr_estimate", json!("12.5"), json!(12.5)),
            ("options", json!([{"id": hex, "value": hex}]), json!([{"id": id, "value": hex}])),
            (
                "messages",
                json!([{"author": hex, "created_at": 0}]),
                json!([{"author": id, "created_at": "1970-01-01T00:00:00.000Z"}]),
            ),
            ("aliases", json!({"zingle": [hex]}), json!({"zingle": [hex]})),
            ("user", Json::Null, Json::Null),
        ] {
            assert_eq!(shown(name, &stored), expected, "{name}");
        }
    }
}
