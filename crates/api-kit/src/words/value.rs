//! Values of custom fields, typed as JSON.

use model::{Field, OptionId, ValueDocument};
use serde::{Serialize, Serializer};

use super::Shown;

/// A value: numbers with every digit, options by their value.
#[derive(Clone, Copy)]
pub struct ValueBody<'a> {
    value: &'a ValueDocument<'a>,
    /// The field that it is of, if there still is one.
    field: Option<&'a Field>,
    /// Whether options are told that are gone.
    is_past: bool,
}

/// An option; one that nobody knows any more by its id.
#[derive(Serialize)]
#[serde(untagged)]
enum OptionBody<'a> {
    Value(&'a str),
    Id(Shown<OptionId>),
}

impl<'a> ValueBody<'a> {
    /// A value that a record has: of what is gone from the catalog nothing is shown.
    pub fn now(value: &'a ValueDocument<'a>, field: &'a Field) -> Self {
        Self { value, field: Some(field), is_past: false }
    }

    /// A value that a record had, whatever became of its field and its options.
    pub fn then(value: &'a ValueDocument<'a>, field: Option<&'a Field>) -> Self {
        Self { value, field, is_past: true }
    }

    fn option(&self, id: OptionId) -> Option<OptionBody<'a>> {
        let option = match self.field {
            Some(field) if self.is_past => field.any_option(id),
            Some(field) => field.option(id),
            None => None,
        };
        let unknown = self.is_past.then_some(OptionBody::Id(Shown(id)));
        option.map(|option| OptionBody::Value(&option.value)).or(unknown)
    }
}

impl Serialize for ValueBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            ValueDocument::Text(text) | ValueDocument::Date(text) | ValueDocument::Time(text) => {
                text.serialize(serializer)
            }
            ValueDocument::Number(number) => match number.as_i64() {
                Some(whole) => serializer.serialize_i64(whole),
                None => number.to_json().serialize(serializer),
            },
            ValueDocument::Boolean(flag) => serializer.serialize_bool(*flag),
            ValueDocument::Datetime(at) => serializer.serialize_str(&at.to_rfc3339_millis()),
            ValueDocument::Option(id) => self.option(*id).serialize(serializer),
            ValueDocument::Options(ids) => {
                serializer.collect_seq(ids.iter().filter_map(|id| self.option(*id)))
            }
            ValueDocument::User(id) => serializer.collect_str(id),
        }
    }
}
