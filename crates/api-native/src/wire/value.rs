//! Values of custom fields, typed as JSON.

use model::{
    Catalog, Contact, Dialect, Field, FieldType, Json, OptionId, Timestamp, Value, ViolationKind, value,
};
use serde::{Serialize, Serializer};

/// A contact's values by field key, in the catalog's order.
pub(super) struct Values<'a> {
    contact: &'a Contact,
    catalog: &'a Catalog,
}

impl<'a> Values<'a> {
    pub(super) fn new(contact: &'a Contact, catalog: &'a Catalog) -> Self {
        Self { contact, catalog }
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = &self.contact.values;
        let fields = if values.is_empty() { None } else { Some(self.catalog.custom_fields()) };
        serializer.collect_map(fields.into_iter().flatten().filter_map(|field| {
            let value = Shown { value: values.get(&field.id)?, field };
            value.is_there().then_some((&field.key, value))
        }))
    }
}

/// A value: numbers with every digit, options by their value.
struct Shown<'a> {
    value: &'a Value,
    field: &'a Field,
}

impl Shown<'_> {
    /// An option that is gone from the catalog is not.
    fn is_there(&self) -> bool {
        !matches!(self.value, Value::Option(id) if self.field.option(*id).is_none())
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let option = |id: &OptionId| self.field.option(*id).map(|option| option.value.as_str());
        match self.value {
            Value::Text(text) | Value::Date(text) | Value::Time(text) => serializer.serialize_str(text),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => serializer.serialize_i64(whole),
                None => number.to_json().serialize(serializer),
            },
            Value::Boolean(flag) => serializer.serialize_bool(*flag),
            Value::Datetime(at) => serializer.serialize_str(&at.to_rfc3339_millis()),
            Value::Option(id) => option(id).serialize(serializer),
            Value::Options(ids) => serializer.collect_seq(ids.iter().filter_map(option)),
            Value::User(id) => serializer.collect_str(id),
        }
    }
}

/// The same as JSON by itself.
pub(super) fn encode(value: &Value, field: &Field) -> Json {
    // Nothing in it can fail.
    serde_json::to_value(Shown { value, field }).unwrap_or_default()
}

/// Reads what [`encode`] writes, and what [`value::read`] reads beyond that.
pub(super) fn read(json: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    if field.system.is_some() {
        // These show members of the record, which stand on their own here.
        return Err(ViolationKind::UnknownField(field.key.clone()));
    }
    // Dates that came from Zingle can be instants.
    if let (FieldType::Date, Some(text)) = (field.kind, json.as_str())
        && let Some(at) = Timestamp::parse_rfc3339(text)
    {
        return Ok(Some(Value::Datetime(at)));
    }
    value::read(json, field, catalog, Dialect::Native)
}
