//! Values of custom fields, typed as JSON.

use model::{
    Catalog, Contact, Dialect, Field, FieldType, Json, OptionId, Timestamp, Value, ViolationKind, value,
};

/// A contact's values by field key, in the catalog's order.
pub(super) fn encode_all(contact: &Contact, catalog: &Catalog) -> serde_json::Map<String, Json> {
    let shown = |field: &Field| {
        let value = encode(contact.values.get(&field.id)?, field);
        (!value.is_null()).then(|| (field.key.clone(), value))
    };
    catalog.custom_fields().filter_map(shown).collect()
}

/// A value: numbers with every digit, options by their value.
pub(super) fn encode(value: &Value, field: &Field) -> Json {
    let option = |id: &OptionId| field.option(*id).map(|option| Json::from(option.value.as_str()));
    match value {
        Value::Text(text) | Value::Date(text) | Value::Time(text) => Json::from(text.as_str()),
        Value::Number(number) => number.to_json(),
        Value::Boolean(flag) => Json::from(*flag),
        Value::Datetime(at) => Json::from(at.to_rfc3339_millis()),
        Value::Option(id) => option(id).unwrap_or_default(),
        Value::Options(ids) => ids.iter().filter_map(option).collect(),
        Value::User(id) => Json::from(id.to_string()),
    }
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
