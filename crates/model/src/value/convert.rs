//! What becomes of values when their field gets another type.

use std::collections::BTreeMap;

use super::{number_from, option, read};
use crate::{
    Catalog, Dialect, Entity, Field, FieldId, FieldOption, FieldType, Json, Timestamp, Value, ViolationKind,
};

/// What becomes of a value that says nothing in the new type of its field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnconvertible {
    /// The field keeps its type, and every such value is named.
    #[default]
    Refuse,
    /// The value is cleared, which can be undone.
    Clear,
    /// The value stays as it is, although its field has another type.
    Keep,
}

/// Characters of a value that are told when it does not convert.
const TOLD: usize = 100;

/// Converts what came back from before its field got its type. What does not convert stays as it is.
pub fn settle(values: &mut BTreeMap<FieldId, Value>, catalog: &Catalog) {
    for (id, value) in values {
        let Some(field) = catalog.fields.get(id.0).filter(|field| !value.fits(field.kind)) else { continue };
        if let Ok(Some(converted)) = convert(value, field, catalog) {
            *value = converted;
        }
    }
}

/// Makes the value that a record has of a field one of the type that the field has now. `record` is what it is and its
/// number, for who reads why it cannot be done.
///
/// # Errors
/// [`ViolationKind::Unconvertible`]; the value is as before then.
pub fn convert_in(
    values: &mut BTreeMap<FieldId, Value>,
    (field, catalog): (&Field, &Catalog),
    on_unconvertible: OnUnconvertible,
    (entity, number): (Entity, u64),
) -> Result<(), ViolationKind> {
    let Some(value) = values.get(&field.id) else { return Ok(()) };
    let converted = match convert(value, field, catalog) {
        Ok(converted) => converted,
        Err(_) if on_unconvertible == OnUnconvertible::Clear => None,
        Err(_) if on_unconvertible == OnUnconvertible::Keep => return Ok(()),
        Err(kind) => {
            let text: String =
                text_of(value, field, catalog).unwrap_or_default().chars().take(TOLD).collect();
            return Err(ViolationKind::Unconvertible { entity, number, text, kind: Box::new(kind) });
        }
    };
    match converted {
        Some(value) => values.insert(field.id, value),
        None => values.remove(&field.id),
    };
    Ok(())
}

/// The value in the type that its field has now; `None` where it says nothing in it: an empty text is no number, and
/// an option that is gone is none. Nothing is rounded or cut: what another type cannot hold whole does not convert.
///
/// # Errors
/// Why it does not convert.
pub fn convert(value: &Value, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    let converted = match (value, field.kind) {
        (Value::Text(_), FieldType::Text | FieldType::Phone)
        | (Value::Number(_), FieldType::Number)
        | (Value::Boolean(_), FieldType::Boolean)
        // A date field may hold an instant.
        | (Value::Date(_) | Value::Datetime(_), FieldType::Date)
        | (Value::Time(_), FieldType::Time)
        | (Value::Datetime(_), FieldType::Datetime)
        | (Value::User(_), FieldType::User) => value.clone(),
        (Value::Option(id), FieldType::SingleSelect) if field.option(*id).is_some() => value.clone(),
        (Value::Option(id), FieldType::MultiSelect) if field.option(*id).is_some() => Value::Options(vec![*id]),
        (Value::Options(ids), FieldType::MultiSelect) => {
            Value::Options(ids.iter().copied().filter(|id| field.option(*id).is_some()).collect())
        }
        (Value::Options(ids), FieldType::SingleSelect) => {
            let mut known = ids.iter().filter(|id| field.option(**id).is_some());
            match (known.next(), known.next()) {
                (None, _) => return Ok(None),
                (Some(id), None) => Value::Option(*id),
                _ => return Err(ViolationKind::WrongType("one option")),
            }
        }
        (Value::Boolean(flag), FieldType::Number) => number_from(if *flag { "1" } else { "0" })?,
        (Value::Date(date), FieldType::Datetime) => midnight(date)?,
        _ => match text_of(value, field, catalog) {
            Some(text) => return from_text(text.trim(), field, catalog),
            None => return Ok(None),
        },
    };
    Ok(Some(converted))
}

/// The value as people write it; `None` for one that refers to what is gone.
fn text_of(value: &Value, field: &Field, catalog: &Catalog) -> Option<String> {
    let option = |id| field.any_option(id).map(|option| option.value.clone());
    match value {
        Value::Text(text) | Value::Date(text) | Value::Time(text) => Some(text.to_string()),
        Value::Number(number) => Some(number.as_str().to_owned()),
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Datetime(instant) => Some(instant.to_rfc3339_millis()),
        Value::Option(id) => option(*id),
        Value::Options(ids) => {
            let texts: Vec<_> = ids.iter().filter_map(|id| option(*id)).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        Value::User(id) => catalog.users.get(id.0).map(|user| user.email.clone()),
    }
}

fn from_text(text: &str, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    let written = |text: &str| read(&Json::String(text.to_owned()), field, catalog, Dialect::Native);
    match field.kind {
        FieldType::Text | FieldType::Phone => written(text),
        _ if text.is_empty() => Ok(None),
        FieldType::Boolean => match text.to_ascii_lowercase().as_str() {
            "1" | "yes" => Ok(Some(Value::Boolean(true))),
            "0" | "no" => Ok(Some(Value::Boolean(false))),
            text => written(text),
        },
        FieldType::Date => written(text).or_else(|kind| match Timestamp::parse_rfc3339(text) {
            Some(instant) => Ok(Some(Value::Datetime(instant))),
            None => Err(kind),
        }),
        FieldType::Datetime => written(text).or_else(|kind| Ok(Some(midnight(text).map_err(|_| kind)?))),
        FieldType::SingleSelect => Ok(Some(Value::Option(meant(text, field)?.id))),
        FieldType::MultiSelect => {
            let whole = meant(text, field).map(|option| vec![option.id]);
            let parts = |_| text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
            let ids = whole.or_else(|kind| {
                let found: Result<Vec<_>, _> = parts(kind).map(|part| meant(part, field)).collect();
                found.map(|options| options.into_iter().map(|option| option.id).collect::<Vec<_>>())
            });
            let mut distinct = Vec::new();
            for id in ids? {
                if !distinct.contains(&id) {
                    distinct.push(id);
                }
            }
            Ok(Some(Value::Options(distinct)))
        }
        FieldType::Email | FieldType::Url | FieldType::Number | FieldType::Time | FieldType::User => {
            written(text)
        }
    }
}

/// The option that a text names, also where only its letters' case is another.
fn meant<'f>(text: &str, field: &'f Field) -> Result<&'f FieldOption, ViolationKind> {
    option(field, Dialect::Native, text).or_else(|kind| {
        let text = text.to_lowercase();
        let is_meant =
            |option: &&FieldOption| option.value.to_lowercase() == text || option.name.to_lowercase() == text;
        field.options.iter().find(is_meant).ok_or(kind)
    })
}

/// When a day begins, in UTC.
fn midnight(date: &str) -> Result<Value, ViolationKind> {
    Timestamp::parse_date(date).map(Value::Datetime).ok_or(ViolationKind::BadInstant)
}

#[cfg(test)]
mod tests;
