//! Values of custom fields. Acquire's attributes are texts, whatever their input looks like; only check boxes
//! hold several.

use std::borrow::Cow;

use model::{Catalog, Dialect, Field, FieldType, Json, Text, Timestamp, Value, ViolationKind, value};
use schemars::JsonSchema;
use serde::Serialize;

use super::{field_config, instant, scalar};
use crate::condition::Cell;

/// A value as it is shown.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(crate) enum Shown<'a> {
    /// One text.
    Text(Cow<'a, str>),
    /// The options of a check box.
    Several(Vec<&'a str>),
}

/// The schema of a value, or of the marker of one that was cleared.
pub(crate) fn schema() -> Json {
    serde_json::json!({"type": ["string", "array", "null"], "items": {"type": "string"}})
}

impl Shown<'_> {
    /// As conditions see it.
    pub(crate) fn into_cells(self) -> Vec<Cell<'static>> {
        let cell = |text: String| Cell::Text(text.into());
        match self {
            Self::Text(text) => vec![cell(text.into_owned())],
            Self::Several(texts) => texts.into_iter().map(|text| cell(text.to_owned())).collect(),
        }
    }
}

/// The value of a field as it is shown; `None` when what it names is gone.
pub(crate) fn encode<'a>(value: &'a Value, field: &'a Field, catalog: &'a Catalog) -> Option<Shown<'a>> {
    let text = |text: &'a str| Some(Shown::Text(Cow::Borrowed(text)));
    match value {
        Value::Text(written) | Value::Date(written) | Value::Time(written) => text(written),
        Value::Number(number) => text(number.as_str()),
        Value::Boolean(true) => text("true"),
        Value::Boolean(false) => text("false"),
        Value::Datetime(at) => Some(Shown::Text(Cow::Owned(at.to_rfc3339_millis()))),
        Value::Option(id) => text(&field.option(*id)?.value),
        Value::Options(ids) => {
            let values = ids.iter().filter_map(|id| Some(field.option(*id)?.value.as_str()));
            Some(Shown::Several(values.collect()))
        }
        Value::User(id) => text(&catalog.users.get(id.0)?.email),
    }
}

/// Reads what a client wrote as the value of a field; the reverse of [`encode`], and lenient where Acquire
/// is: every scalar counts as its text, a check box takes one option or an array of them.
pub(crate) fn read(json: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    if field.system.is_some() {
        // Members of the record that other dialects see as fields; Acquire has its own keys for them.
        return Err(ViolationKind::UnknownField(field.key.clone()));
    }
    if let (FieldType::MultiSelect, Json::Array(items)) = (field.kind, json) {
        return several(items, field);
    }
    let text = scalar(json)?.filter(|text| !text.is_empty() || !field_config::is_required(field));
    let Some(text) = text else { return cleared(field) };
    if text.is_empty() {
        return Ok(blank(field));
    }
    let value = match field.kind {
        FieldType::MultiSelect => Value::Options(vec![value::option(field, Dialect::Acquire, &text)?.id]),
        FieldType::Date => value::date(&text).or_else(|wrong| instant(&text).ok_or(wrong))?,
        FieldType::Datetime => instant(&text).ok_or(ViolationKind::BadInstant)?,
        FieldType::Number => value::number_from(&text)?,
        FieldType::Text
        | FieldType::Email
        | FieldType::Url
        | FieldType::Phone
        | FieldType::Boolean
        | FieldType::Time
        | FieldType::SingleSelect
        | FieldType::User => return value::read(&Json::String(text), field, catalog, Dialect::Acquire),
    };
    Ok(Some(value))
}

/// Nothing, where the field may have none: what `required` says counts when a value is taken away.
fn cleared(field: &Field) -> Result<Option<Value>, ViolationKind> {
    if field_config::is_required(field) {
        return Err(ViolationKind::MissingValue { field: field.name.clone() });
    }
    Ok(None)
}

fn instant(text: &str) -> Option<Value> {
    instant::parse(text).map(|at: Timestamp| Value::Datetime(at))
}

fn several(items: &[Json], field: &Field) -> Result<Option<Value>, ViolationKind> {
    let mut chosen = Vec::new();
    for item in items {
        let text = scalar(item)?.ok_or(ViolationKind::WrongType("an array of strings"))?;
        let id = value::option(field, Dialect::Acquire, &text)?.id;
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    if chosen.is_empty() && field_config::is_required(field) {
        return cleared(field);
    }
    Ok(Some(Value::Options(chosen)))
}

/// What `""` means: itself where the field can hold it, else nothing; a marker then makes it show as `""`.
fn blank(field: &Field) -> Option<Value> {
    match field.kind {
        FieldType::Text | FieldType::Phone => Some(Value::Text(Text::default())),
        FieldType::SingleSelect => field.option_valued("").map(|option| Value::Option(option.id)),
        FieldType::Email
        | FieldType::Url
        | FieldType::Number
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Time
        | FieldType::Datetime
        | FieldType::MultiSelect
        | FieldType::User => None,
    }
}
