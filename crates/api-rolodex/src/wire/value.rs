//! Values of custom fields: reading what requests write, and what answers show.

use std::borrow::Cow;

use model::{
    Catalog, Dialect, Field, FieldOption, FieldType, Json, OptionId, Timestamp, User, Value, ViolationKind,
    value,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::id;

/// The vendor's word for a field's type, the nearest one where it has none.
pub(crate) fn field_type(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text | FieldType::Email | FieldType::Url | FieldType::Phone | FieldType::Time => {
            "SINGLE_LINE_TEXT"
        }
        FieldType::Number => "NUMERIC",
        FieldType::Boolean => "BOOLEAN",
        FieldType::Date | FieldType::Datetime => "DATE",
        FieldType::SingleSelect => "SINGLE_SELECT",
        FieldType::MultiSelect => "MULTI_SELECT",
        FieldType::User => "USER",
    }
}

/// Reads a value as a request writes it; `null` clears.
pub(crate) fn read(json: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    // Members of the record are members here too, not custom fields.
    if field.system.is_some() {
        return Err(ViolationKind::UnknownField(id::shown(&field.aliases, "field", field.id.0).into_owned()));
    }
    let value = match (field.kind, json) {
        (_, Json::Null) => return Ok(None),
        (FieldType::SingleSelect, one) => Value::Option(option(one, field)?),
        (FieldType::MultiSelect, Json::Array(items)) => options(items, field)?,
        (FieldType::MultiSelect, one) => options(std::slice::from_ref(one), field)?,
        (FieldType::User, one) => value::user(catalog, Dialect::Rolodex, named(one)?)?,
        (FieldType::Date, Json::String(text)) => day_or_instant(text)?,
        (FieldType::Datetime, Json::String(text)) => instant(text)?,
        (FieldType::Date | FieldType::Datetime, _) => return Err(ViolationKind::BadDate),
        _ => return value::read(json, field, catalog, Dialect::Rolodex),
    };
    Ok(Some(value))
}

// QUIRK(rolodex): an option is written as its id and read as an object (Create Contact); both are read, and
// its text too. Pinned by `select_values_are_written_by_id_and_read_as_objects`.
/// The option that an item names.
pub(crate) fn option(json: &Json, field: &Field) -> Result<OptionId, ViolationKind> {
    let named = json.get("value").filter(|_| json.get("id").is_none()).unwrap_or(json);
    Ok(value::option(field, Dialect::Rolodex, self::named(named)?)?.id)
}

fn options(items: &[Json], field: &Field) -> Result<Value, ViolationKind> {
    let mut chosen = Vec::new();
    for item in items {
        let id = option(item, field)?;
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    Ok(Value::Options(chosen))
}

/// The text of an id, alone or as the `id` of an object.
fn named(json: &Json) -> Result<&str, ViolationKind> {
    let id = json.get("id").unwrap_or(json);
    id.as_str().ok_or(ViolationKind::WrongType("an id or an object with an id"))
}

fn day_or_instant(text: &str) -> Result<Value, ViolationKind> {
    value::date(text).or_else(|kind| Timestamp::parse_rfc3339(text).map(Value::Datetime).ok_or(kind))
}

/// A day given for an instant is its first one.
fn instant(text: &str) -> Result<Value, ViolationKind> {
    let instant = match value::date(text) {
        Ok(_) => Timestamp::parse_date(text),
        Err(_) => Timestamp::parse_rfc3339(text),
    };
    instant.map(Value::Datetime).ok_or(ViolationKind::BadDate)
}

/// A value as answers show it.
#[derive(Debug, PartialEq, JsonSchema, Serialize)]
#[serde(untagged)]
pub(crate) enum Shown<'a> {
    /// Texts and dates.
    Text(Cow<'a, str>),
    /// Numbers, with every digit.
    Number(#[schemars(with = "f64")] Json),
    /// True or false.
    Boolean(bool),
    /// One option.
    Choice(Choice<'a>),
    /// Options, by their texts.
    Choices(Vec<Choice<'a>>),
    /// A user.
    Person(Person<'a>),
}

/// An option of a select field.
#[derive(Debug, PartialEq, JsonSchema, Serialize)]
pub(crate) struct Choice<'a> {
    id: Cow<'a, str>,
    value: &'a str,
}

/// A user of the workspace.
#[derive(Debug, PartialEq, JsonSchema, Serialize)]
pub(crate) struct Person<'a> {
    id: Cow<'a, str>,
    full_name: String,
    avatar_url: Option<&'a str>,
}

/// What answers show for a value; `None` when what it refers to is gone.
pub(crate) fn shown<'a>(value: &'a Value, field: &'a Field, catalog: &'a Catalog) -> Option<Shown<'a>> {
    Some(match value {
        Value::Text(text) | Value::Date(text) | Value::Time(text) => Shown::Text(Cow::Borrowed(text)),
        Value::Number(number) => Shown::Number(number.to_json()),
        Value::Boolean(flag) => Shown::Boolean(*flag),
        Value::Datetime(instant) => Shown::Text(Cow::Owned(utc(*instant))),
        Value::Option(id) => Shown::Choice(choice(field.option(*id)?)),
        Value::Options(ids) => {
            let choices: Vec<_> = ids.iter().filter_map(|id| field.option(*id)).map(choice).collect();
            if choices.is_empty() && !ids.is_empty() {
                return None;
            }
            Shown::Choices(by_value(choices))
        }
        Value::User(id) => Shown::Person(person(catalog.users.get(id.0)?)),
    })
}

/// With a fraction only where there is one, so that an instant that is sent back is the same.
pub(crate) fn utc(instant: Timestamp) -> String {
    if instant.millis() % 1000 == 0 { instant.to_rfc3339_seconds() } else { instant.to_rfc3339_millis() }
}

/// An option as values and definitions show it.
pub(crate) fn choice(option: &FieldOption) -> Choice<'_> {
    Choice { id: id::shown(&option.aliases, "option", option.id.0), value: &option.value }
}

/// Options by their texts.
pub(crate) fn by_value(mut choices: Vec<Choice<'_>>) -> Vec<Choice<'_>> {
    choices.sort_by_key(|choice| choice.value);
    choices
}

/// A user as values and tasks show it.
pub(crate) fn person(user: &User) -> Person<'_> {
    Person {
        id: id::shown(&user.aliases, "workspace_user", user.id.0),
        full_name: full_name(user),
        avatar_url: user.avatar_url.as_deref(),
    }
}

/// A user's whole name.
pub(crate) fn full_name(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name).trim().to_owned()
}
