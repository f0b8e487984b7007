//! The values of custom fields.

use std::borrow::Cow;
use std::collections::HashMap;

use api_kit::Body;
use app::{Rank, Ranking};
use model::{
    Catalog, Change, Contact, Dialect, Edit, Field, FieldOption, FieldType, ItemRef, Json, Set, Timestamp,
    Value, ValueWrite, ViolationKind, value,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::field::{CustomField, option_id};
use super::members::tell_others;

/// The value of a custom field.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct CustomFieldValue<'a> {
    value: Shown<'a>,
    // QUIRK(zingle): one id under two names: its pages of different years print either, and its clients read
    // either. Pinned by `put_answers_the_documented_example`.
    selected_custom_field_option_id: Option<&'a str>,
    custom_field_option_id: Option<&'a str>,
    custom_field: CustomField<'a>,
}

/// A value in the type of its field.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    Text(Cow<'a, str>),
    Boolean(bool),
    Seconds(i64),
}

/// The values that a contact has, in the order of the fields.
pub(super) fn of<'a>(contact: &'a Contact, catalog: &'a Catalog) -> Vec<CustomFieldValue<'a>> {
    let fields = catalog.fields.iter().filter(|field| field.entity == model::Entity::Contact);
    fields
        .filter_map(|field| {
            let (value, option) = match field.system {
                Some(member) => of_text(field, member.of(contact)?),
                None => shown(contact.values.get(&field.id)?, field, catalog)?,
            };
            let option_id = option.map(option_id);
            Some(CustomFieldValue {
                value,
                selected_custom_field_option_id: option_id,
                custom_field_option_id: option_id,
                custom_field: CustomField::of(field),
            })
        })
        .collect()
}

/// What lists are sorted by that name a custom field: its values, texts in any case, options in their order; those without
/// one first.
pub(crate) fn ranking(id: &str, catalog: &Catalog) -> Option<Ranking> {
    let field = catalog.fields.find(&ItemRef::id_text(Dialect::Zingle, id))?;
    let field = Some(field).filter(|field| field.entity == model::Entity::Contact)?.clone();
    let users: HashMap<_, _> = match field.kind {
        FieldType::User => catalog.users.iter().map(|user| (user.id, user.email.to_lowercase())).collect(),
        _ => HashMap::new(),
    };
    Some(Ranking::new(move |contact| {
        let text = |text: &str| Rank::Text(text.to_lowercase());
        if let Some(member) = field.system {
            return member.of(contact).map_or(Rank::Nothing, text);
        }
        let place = |id| field.options.iter().position(|option| option.id == id).unwrap_or(usize::MAX);
        let number = |number: usize| Rank::Number(i64::try_from(number).unwrap_or(i64::MAX));
        let seconds = |at: Timestamp| Rank::Number(at.seconds());
        match contact.values.get(&field.id) {
            None => Rank::Nothing,
            Some(Value::Text(own) | Value::Time(own)) => text(own),
            Some(Value::Number(own)) => Rank::Number(own.as_str().parse().map_or(i64::MIN, ordered)),
            Some(Value::Boolean(own)) => Rank::Number((*own).into()),
            Some(Value::Date(own)) => Timestamp::parse_date(own).map_or(Rank::Nothing, seconds),
            Some(Value::Datetime(own)) => seconds(*own),
            Some(Value::Option(id)) => number(place(*id)),
            Some(Value::Options(ids)) => joined(ids, &field).map_or(Rank::Nothing, |own| text(&own)),
            Some(Value::User(id)) => users.get(id).map_or(Rank::Nothing, |own| text(own)),
        }
    }))
}

/// A whole number that is larger whenever the number is.
fn ordered(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    // Of negative numbers the larger ones have the smaller bits.
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

type ShownOption<'a> = (Shown<'a>, Option<&'a FieldOption>);

/// A text, and the option that it is the value of.
fn of_text<'a>(field: &'a Field, text: &'a str) -> ShownOption<'a> {
    (Shown::Text(Cow::Borrowed(text)), field.option_valued(text))
}

/// `None` when what it refers to is gone.
fn shown<'a>(value: &'a Value, field: &'a Field, catalog: &'a Catalog) -> Option<ShownOption<'a>> {
    let seconds = |instant: Timestamp| (Shown::Seconds(instant.seconds()), None);
    Some(match value {
        Value::Text(text) => of_text(field, text),
        Value::Time(text) => (Shown::Text(Cow::Borrowed(text)), None),
        Value::Number(number) => (Shown::Text(Cow::Borrowed(number.as_str())), None),
        Value::Boolean(flag) => (Shown::Boolean(*flag), None),
        Value::Date(date) => seconds(Timestamp::parse_date(date)?),
        Value::Datetime(instant) => seconds(*instant),
        // What is chosen no more is shown without an id.
        Value::Option(id) => of_text(field, &field.any_option(*id)?.value),
        Value::Options(ids) => (Shown::Text(Cow::Owned(joined(ids, field)?)), None),
        Value::User(id) => (Shown::Text(Cow::Borrowed(&catalog.users.get(id.0)?.email)), None),
    })
}

fn joined(ids: &[model::OptionId], field: &Field) -> Option<String> {
    let values: Vec<_> =
        ids.iter().filter_map(|id| field.any_option(*id)).map(|option| option.value.as_str()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Reads `custom_field_values`: the fields that are listed get a value or lose it, the others keep theirs.
pub(super) fn decode_all(json: &Json, change: &mut Change) {
    let Json::Array(elements) = json else {
        return change.refuse("custom_field_values", ViolationKind::WrongType("an array of objects"));
    };
    let mut writes = Vec::new();
    for (n, element) in elements.iter().enumerate() {
        let at = format!("custom_field_values.{n}");
        if !element.is_object() {
            change.refuse(at, ViolationKind::WrongType("an object"));
            continue;
        }
        if let Json::Object(members) = element {
            tell_others(members, "custom_field_values.", |name| MEMBERS.contains(&name));
        }
        match field_id(element) {
            Some(id) => {
                let field = ItemRef::id_text(Dialect::Zingle, &id);
                writes.push(ValueWrite { at, field, json: element.clone() });
            }
            None => change.refuse(format!("{at}.custom_field_id"), ViolationKind::Missing),
        }
    }
    if !writes.is_empty() {
        change.push("custom_field_values", Edit::Values(Set::add(writes), read));
    }
}

/// What is read of a value.
const MEMBERS: [&str; 5] = ["custom_field_id", "custom_field", "value", OPTION_IDS[0], OPTION_IDS[1]];

/// Reads the value of the one field that the path names: the body is like an element of `custom_field_values`.
pub(crate) fn decode_one(field_id: &str, body: Body) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    // The path wins.
    tell_others(&members, "", |name| name == "value" || OPTION_IDS.contains(&name));
    let json = Json::Object(members);
    let field = ItemRef::id_text(Dialect::Zingle, field_id);
    let write = ValueWrite { at: "value".to_owned(), field, json };
    change.push("value", Edit::Values(Set::add(vec![write]), read));
    change
}

/// The id of the field that an element names, also in the form in which elements are read.
fn field_id(element: &Json) -> Option<String> {
    let nested = || element.get("custom_field")?.get("id");
    let given = element.get("custom_field_id").filter(|id| !id.is_null()).or_else(nested)?;
    scalar_text(given).filter(|id| !id.is_empty())
}

/// Reads an element of `custom_field_values` as the value of its field.
fn read(element: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    if let Some(id) = given_option_id(element, field) {
        // Selecting the option that is blank clears, and so does "" where there is none.
        let option = if id.is_empty() { None } else { Some(option_by_id(field, &id)?) };
        return option.map_or(Ok(None), |option| chosen(field, option, catalog));
    }
    match element.get("value") {
        Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.is_empty() => Ok(None),
        Some(list @ Json::Array(_)) if field.kind == FieldType::MultiSelect => {
            value::read(list, field, catalog, Dialect::Zingle)
        }
        Some(written) if !field.options.is_empty() => by_text(written, field, catalog),
        Some(written) => typed(written, field, catalog),
        None if field.options.is_empty() => Err(ViolationKind::MissingValue { field: field.name.clone() }),
        None if OPTION_IDS.iter().any(|name| element.get(name).is_some()) => Ok(None),
        None => Err(ViolationKind::MissingOption { field: field.name.clone() }),
    }
}

/// QUIRK(zingle): clients of different years write either; the first one that is not null counts.
const OPTION_IDS: [&str; 2] = ["custom_field_option_id", "selected_custom_field_option_id"];

/// The option id that an element gives. A field without options has none to choose, so there `""` is nothing.
fn given_option_id(element: &Json, field: &Field) -> Option<String> {
    let given = OPTION_IDS.iter().filter_map(|name| element.get(name)).find(|id| !id.is_null())?;
    let id = scalar_text(given).unwrap_or_else(|| given.to_string());
    (!id.is_empty() || !field.options.is_empty()).then_some(id)
}

fn option_by_id<'f>(field: &'f Field, id: &str) -> Result<&'f FieldOption, ViolationKind> {
    let has_id = |option: &&FieldOption| option.aliases.of(Dialect::Zingle).iter().any(|alias| alias == id);
    let is_native = |option: &&FieldOption| id.parse() == Ok(option.id.0);
    let mut options = field.options.iter();
    options
        .find(has_id)
        .or_else(|| field.option_valued(id))
        .or_else(|| field.options.iter().find(is_native))
        .ok_or_else(|| unknown(field, id))
}

fn unknown(field: &Field, text: &str) -> ViolationKind {
    ViolationKind::UnknownOption {
        field: field.name.clone(),
        text: text.to_owned(),
        options: field.options.iter().map(|option| option.value.clone()).collect(),
    }
}

/// The value that choosing an option gives.
fn chosen(field: &Field, option: &FieldOption, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    if option.value.is_empty() {
        return Ok(None);
    }
    match field.kind {
        FieldType::SingleSelect => Ok(Some(Value::Option(option.id))),
        FieldType::MultiSelect => Ok(Some(Value::Options(vec![option.id]))),
        _ => typed(&Json::String(option.value.clone()), field, catalog),
    }
}

/// A value of a field that has options: the option's value, its display name or its id; of a field that only
/// suggests some, any other text too.
fn by_text(written: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    let text = scalar_text(written).ok_or(ViolationKind::WrongType("a string"))?;
    let named = || field.options.iter().find(|option| option.name == text);
    let found =
        field.option_valued(&text).or_else(named).map(Ok).unwrap_or_else(|| option_by_id(field, &text));
    match (found, field.kind) {
        (Ok(option), _) => chosen(field, option, catalog),
        (Err(_), FieldType::MultiSelect) => many(&text, field),
        (Err(kind), FieldType::SingleSelect) => Err(kind),
        (Err(_), _) => typed(written, field, catalog),
    }
}

/// The options in a list such as `Dark Mode, Analytics`: of those that it may go on with, always the longest,
/// since a value may have commas of its own.
fn many(text: &str, field: &Field) -> Result<Option<Value>, ViolationKind> {
    let mut chosen = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let fits = |option: &&FieldOption| {
            let tail = rest.strip_prefix(option.value.as_str()).map(str::trim_start);
            !option.value.is_empty() && tail.is_some_and(|tail| tail.is_empty() || tail.starts_with(','))
        };
        let longest = field.options.iter().filter(fits).max_by_key(|option| option.value.len());
        let option = longest.ok_or_else(|| unknown(field, rest))?;
        if !chosen.contains(&option.id) {
            chosen.push(option.id);
        }
        let tail = rest.strip_prefix(option.value.as_str()).unwrap_or_default().trim_start();
        rest = tail.strip_prefix(',').unwrap_or(tail).trim_start();
    }
    Ok((!chosen.is_empty()).then_some(Value::Options(chosen)))
}

/// A value by the type of its field.
fn typed(written: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    match field.kind {
        FieldType::Date => seconds(written).map(day_or_instant).map(Some).ok_or(ViolationKind::BadDate),
        FieldType::Datetime => {
            seconds(written).map(Value::Datetime).map(Some).ok_or(ViolationKind::BadInstant)
        }
        FieldType::Number | FieldType::Boolean | FieldType::Time => {
            value::read(written, field, catalog, Dialect::Zingle)
        }
        _ => match scalar_text(written) {
            Some(text) => value::read(&Json::String(text), field, catalog, Dialect::Zingle),
            None => Err(ViolationKind::WrongType("a string")),
        },
    }
}

/// Unix seconds as a number or as its text.
fn seconds(written: &Json) -> Option<Timestamp> {
    let seconds = match written {
        Json::Number(number) => number.as_i64()?,
        Json::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Timestamp::from_seconds(seconds)
}

/// The vendor's dates are midnights in UTC. Another second of the day is kept as it came.
fn day_or_instant(instant: Timestamp) -> Value {
    if instant.seconds().rem_euclid(86_400) == 0 {
        Value::Date(instant.to_date().into())
    } else {
        Value::Datetime(instant)
    }
}

/// A text, and a number or boolean as its text.
fn scalar_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
