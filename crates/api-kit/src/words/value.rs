//! Values of custom fields, typed as JSON.

use model::{Field, OptionId, ValueDocument};
use serde::{Serialize, Serializer};

/// A value: numbers with every digit, options by their value.
#[derive(Clone, Copy)]
pub struct ValueBody<'a> {
    /// What is stored.
    pub value: &'a ValueDocument<'a>,
    /// The field that it is of.
    pub field: &'a Field,
}

impl Serialize for ValueBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let option = |id: &OptionId| self.field.option(*id).map(|option| option.value.as_str());
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
            ValueDocument::Option(id) => option(id).serialize(serializer),
            ValueDocument::Options(ids) => serializer.collect_seq(ids.iter().filter_map(option)),
            ValueDocument::User(id) => serializer.collect_str(id),
        }
    }
}
