//! Values of custom fields: texts on this wire, typed in the record.

use std::borrow::Cow;

use model::{
    Catalog, Dialect, Field, FieldType, Json, OptionId, Timestamp, Value, ViolationKind, email, value,
};

use super::LIST_OF;

/// Reads what a client wrote; `null` and the empty text clear. What the vendor has no type for is read in the
/// form in which [`show`] gives it.
pub(super) fn read(json: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    if field.system.is_some() {
        // The names of a contact's own members are no custom fields to this API.
        return Err(ViolationKind::UnknownField(field.name.clone()));
    }
    if json.is_null() || json.as_str() == Some("") {
        return Ok(None);
    }
    let value = match field.kind {
        FieldType::Text | FieldType::Phone => Value::Text(value::text(&coerced(json)?)?),
        FieldType::Email => match json.as_str() {
            Some(text) if email::is_plausible(text.trim()) => Value::Text(value::text(text)?),
            _ => return Err(ViolationKind::BadEmail),
        },
        FieldType::Number => match json {
            Json::Number(number) => value::number_from(&number.to_string())?,
            json => value::number_from(json.as_str().ok_or(ViolationKind::BadNumber)?)?,
        },
        FieldType::Date => value::date(json.as_str().ok_or(ViolationKind::BadDate)?)?,
        FieldType::Datetime => {
            let instant = json.as_str().and_then(Timestamp::parse_rfc3339);
            Value::Datetime(instant.ok_or(ViolationKind::BadInstant)?)
        }
        FieldType::SingleSelect => {
            let option = json.as_str().and_then(|text| value::option(field, Dialect::Callbell, text).ok());
            Value::Option(option.ok_or_else(|| ViolationKind::NotOneOf(options(field)))?.id)
        }
        FieldType::MultiSelect => match chosen(json, field).ok_or(ViolationKind::WrongType(LIST_OF))? {
            none if none.is_empty() => return Ok(None),
            some => Value::Options(some),
        },
        FieldType::Url | FieldType::Boolean | FieldType::Time | FieldType::User => {
            return value::read(json, field, catalog, Dialect::Callbell);
        }
    };
    Ok(Some(value))
}

/// A text; numbers and booleans become one.
fn coerced(json: &Json) -> Result<Cow<'_, str>, ViolationKind> {
    match json {
        Json::String(text) => Ok(text.into()),
        Json::Number(_) | Json::Bool(_) => Ok(json.to_string().into()),
        _ => Err(ViolationKind::WrongType("a string")),
    }
}

/// The values of a field's options.
pub(super) fn options(field: &Field) -> Vec<String> {
    field.options.iter().map(|option| option.value.clone()).collect()
}

/// The options that a list names, without repeats: an array of texts, or such an array as JSON text, which is
/// how [`show`] gives it.
fn chosen(json: &Json, field: &Field) -> Option<Vec<OptionId>> {
    let parsed: Json;
    let items = match json {
        Json::Array(items) => items,
        Json::String(text) => {
            parsed = serde_json::from_str(text).ok()?;
            parsed.as_array()?
        }
        _ => return None,
    };
    let mut chosen = Vec::new();
    for item in items {
        let option = value::option(field, Dialect::Callbell, item.as_str()?).ok()?;
        if !chosen.contains(&option.id) {
            chosen.push(option.id);
        }
    }
    Some(chosen)
}

/// The value as text; `None` when what it refers to is gone.
///
/// QUIRK(callbell): a list is the JSON text of an array, with a space after each comma. Page: object types,
/// Contact. Test: `a_checkbox_reads_back_as_json_text`.
pub(super) fn show<'a>(value: &'a Value, field: &'a Field, catalog: &'a Catalog) -> Option<Cow<'a, str>> {
    Some(match value {
        Value::Text(text) | Value::Date(text) | Value::Time(text) => text.into(),
        Value::Number(number) => number.as_str().into(),
        Value::Boolean(flag) => if *flag { "true" } else { "false" }.into(),
        Value::Datetime(instant) if field.kind == FieldType::Date => instant.to_date().into(),
        Value::Datetime(instant) => instant.to_rfc3339_seconds().into(),
        Value::Option(id) => field.option(*id)?.value.as_str().into(),
        Value::Options(ids) => {
            let items: Vec<_> = named(ids, field).map(|text| Json::from(text).to_string()).collect();
            format!("[{}]", items.join(", ")).into()
        }
        Value::User(id) => catalog.users.get(id.0)?.email.as_str().into(),
    })
}

/// The value as `customFieldsMetadata` has it: a list is one there.
pub(super) fn metadata(value: &Value, field: &Field, catalog: &Catalog) -> Json {
    match value {
        Value::Options(ids) => named(ids, field).collect(),
        value => show(value, field, catalog).map_or(Json::Null, |text| text.into()),
    }
}

/// The values of these options that the field still has.
fn named<'a>(ids: &'a [OptionId], field: &'a Field) -> impl Iterator<Item = &'a str> {
    ids.iter().filter_map(|id| field.option(*id)).map(|option| option.value.as_str())
}

/// The vendor's word for a type; it has six.
pub(super) fn type_word(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Email => "email",
        FieldType::Number => "number",
        FieldType::Date => "date",
        FieldType::SingleSelect => "dropdown",
        FieldType::MultiSelect => "checkbox",
        FieldType::Text
        | FieldType::Url
        | FieldType::Phone
        | FieldType::Boolean
        | FieldType::Time
        | FieldType::Datetime
        | FieldType::User => "text",
    }
}
