//! Custom fields and their options.

mod asked;

use std::borrow::Cow;

use model::{Dialect, Field, FieldOption, FieldType};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::asked::{Asked, check_writable};
use super::shown_id;

/// A custom field's definition.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct CustomField<'a> {
    id: Cow<'a, str>,
    display_name: &'a str,
    code: &'a str,
    pub(crate) data_type: &'static str,
    replacement_variable: String,
    is_global: bool,
    options: Vec<CustomFieldOption<'a>>,
}

/// A choice of a list field.
#[derive(Debug, JsonSchema, Serialize)]
struct CustomFieldOption<'a> {
    id: &'a str,
    display_name: &'a str,
    value: &'a str,
    sort_order: i64,
}

impl<'a> CustomField<'a> {
    pub(crate) fn of(field: &'a Field) -> Self {
        // A field of many choices is shown as text: the vendor has none such, and its clients take every
        // field with options for one of a single choice, which would lose the others when written back.
        let options = if field.kind == FieldType::MultiSelect { &[] } else { field.options.as_slice() };
        Self {
            id: shown_id(&field.aliases, field.id.0),
            display_name: &field.name,
            code: &field.key,
            data_type: data_type(field.kind),
            replacement_variable: field.name.to_uppercase().replace('\'', ""),
            is_global: field.system.is_some(),
            options: options.iter().zip(1..).map(|(option, n)| CustomFieldOption::of(option, n)).collect(),
        }
    }
}

impl<'a> CustomFieldOption<'a> {
    fn of(option: &'a FieldOption, place: i64) -> Self {
        let sort_order = option.position.unwrap_or(place);
        Self { id: option_id(option), display_name: &option.name, value: &option.value, sort_order }
    }
}

/// QUIRK(zingle): an option's id is the vendor's where it gave one, else the same as its value
/// (`contact_custom_fields/field_options/README.md`). Pinned by `an_option_is_set_by_id_value_or_name`.
pub(super) fn option_id(option: &FieldOption) -> &str {
    option.aliases.shown(Dialect::Zingle).unwrap_or(&option.value)
}

fn data_type(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Number => "number",
        FieldType::Boolean => "boolean",
        FieldType::Date => "date",
        FieldType::Time => "time",
        FieldType::Datetime => "datetime",
        FieldType::SingleSelect => "single_select_options",
        FieldType::Text
        | FieldType::Email
        | FieldType::Url
        | FieldType::Phone
        | FieldType::MultiSelect
        | FieldType::User => "string",
    }
}
