//! Definitions of custom fields: what requests ask of one, and how answers carry it.

use std::borrow::Cow;
use std::collections::HashMap;

use api_kit::{Body, decode, ignored};
use model::{
    Aliases, Catalog, Change, Entity, Field as Record, FieldOption, FieldType, Json, Native, OptionId, Ref,
    Violation, ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::members::{Extras, Members, NAME_CHARS, bounded};
use super::{id, list, relationships, timestamps, value};
use crate::faults::Faults;

/// The vendor's words for the types of fields.
pub(crate) const TYPES: [(&str, FieldType); 7] = [
    ("SINGLE_LINE_TEXT", FieldType::Text),
    ("USER", FieldType::User),
    ("SINGLE_SELECT", FieldType::SingleSelect),
    ("MULTI_SELECT", FieldType::MultiSelect),
    ("DATE", FieldType::Date),
    ("NUMERIC", FieldType::Number),
    ("BOOLEAN", FieldType::Boolean),
];
/// The member with the options, also of fields that hold only one of them.
pub(crate) const OPTIONS: &str = "multi_select_options";

/// What a request asks to make of a field; `None` leaves a member alone.
pub(crate) struct Asked {
    pub(crate) name: Option<String>,
    pub(crate) kind: Option<FieldType>,
    pub(crate) entity: Option<Entity>,
    pub(crate) options: Option<Vec<OptionWrite>>,
    pub(crate) extras: Extras,
    pub(crate) faults: Faults,
}

/// An option as a request writes it: a new value, one that is there, or another value for the one with this id.
pub(crate) struct OptionWrite {
    at: String,
    id: Option<Ref>,
    value: String,
}

impl Asked {
    /// What a `POST` asks.
    pub(crate) fn create(body: Body) -> Self {
        let mut asked = Self::read(Members::read(body).require(&["name", "field_type", "entity_type"]));
        // Ids are those of another field's options.
        let ids = asked.options.iter_mut().flatten().filter_map(|option| option.id.take());
        if ids.count() > 0 {
            ignored(&format!("{OPTIONS}.id"));
        }
        let kind = asked.kind;
        asked.fitting(kind)
    }

    /// What a `PUT` asks of a field.
    pub(crate) fn update(body: Body, field: &Record) -> Self {
        let mut asked = Self::read(Members::read(body));
        let is_type = |kind| value::field_type(kind) == value::field_type(field.kind);
        if asked.kind.is_some_and(|kind| !is_type(kind)) {
            asked.faults.refuse("field_type", ViolationKind::Immutable);
        }
        if asked.entity.is_some_and(|entity| entity != field.entity) {
            asked.faults.refuse("entity_type", ViolationKind::Immutable);
        }
        let named = asked.options.iter().flatten().filter_map(|write| Some((&write.at, write.id.as_ref()?)));
        for (at, id) in named.filter(|(_, id)| position(&field.options, id).is_none()) {
            let kind = ViolationKind::UnknownOption {
                field: field.name.clone(),
                text: id.text.clone(),
                options: Vec::new(),
            };
            asked.faults.refuse(format!("{at}.id"), kind);
        }
        asked.fitting(Some(field.kind))
    }

    /// Options of a field that has none say nothing.
    fn fitting(mut self, kind: Option<FieldType>) -> Self {
        if kind.is_some_and(|kind| !has_options(kind)) && self.options.take().is_some() {
            ignored(OPTIONS);
        }
        self
    }

    fn read(mut members: Members) -> Self {
        Self {
            name: members.text("name", NAME_CHARS),
            kind: members.get("field_type", kind),
            entity: members.get("entity_type", list::entity),
            options: members.decode(OPTIONS, options),
            extras: members.extras(),
            faults: members.faults(),
        }
    }

    /// Writes the name, the options and what nobody knows into a field.
    pub(crate) fn apply(&self, field: &mut Record, fresh_id: impl Fn() -> Uuid) {
        self.extras.apply(&mut field.extras);
        field.name = self.name.clone().unwrap_or_else(|| field.name.clone());
        if let Some(writes) = &self.options {
            field.options = settled(std::mem::take(&mut field.options), writes, fresh_id);
        }
    }
}

/// Whether fields of a type have options.
pub(crate) fn has_options(kind: FieldType) -> bool {
    matches!(kind, FieldType::SingleSelect | FieldType::MultiSelect)
}

fn kind(json: &Json) -> Result<FieldType, ViolationKind> {
    let text = decode::text(json)?;
    let found = TYPES.iter().find(|(word, _)| *word == text);
    let words = || TYPES.map(|(word, _)| word.to_owned()).to_vec();
    found.map(|(_, kind)| *kind).ok_or_else(|| ViolationKind::NotOneOf(words()))
}

fn options(json: &Json, change: &mut Change) -> Option<Vec<OptionWrite>> {
    let mut writes = Vec::new();
    for (at, item) in relationships::items(OPTIONS, limits::SET_ITEMS, json, change)? {
        match option(at, item) {
            Ok(write) => writes.push(write),
            Err(violation) => change.violations.push(violation),
        }
    }
    Some(writes)
}

fn option(at: String, item: &Json) -> Result<OptionWrite, Violation> {
    let valued = |at: &str, json: &Json| {
        let text = decode::text(json).and_then(|text| bounded(text, NAME_CHARS));
        text.map(str::to_owned).map_err(|kind| Violation::new(at, kind))
    };
    match item {
        Json::String(_) => Ok(OptionWrite { value: valued(&at, item)?, id: None, at }),
        Json::Object(members) => {
            relationships::ignored_but(&["id", "value"], &at, members);
            let value_at = format!("{at}.value");
            let json = members.get("value");
            let json = json.ok_or_else(|| Violation::new(value_at.as_str(), ViolationKind::Missing))?;
            let value = valued(&value_at, json)?;
            let id = members.get("id").map(decode::text).transpose();
            let id = id.map_err(|kind| Violation::new(format!("{at}.id"), kind))?.map(id::reference);
            Ok(OptionWrite { at, id, value })
        }
        _ => Err(Violation::new(at, ViolationKind::WrongType("a string or an object with a value"))),
    }
}

fn position(options: &[FieldOption], named: &Ref) -> Option<usize> {
    let is_alias = |option: &FieldOption| option.aliases.of(named.dialect).contains(&named.text);
    let is_native = |option: &FieldOption| named.native == Some(Native::Uuid(option.id.0));
    options.iter().position(is_alias).or_else(|| options.iter().position(is_native))
}

/// The options that are wanted, each value once. One that is there keeps its id, and with it the values of records, and
/// its place, so that writing back what was read changes nothing.
fn settled(
    mut before: Vec<FieldOption>,
    writes: &[OptionWrite],
    fresh_id: impl Fn() -> Uuid,
) -> Vec<FieldOption> {
    let mut options: Vec<FieldOption> = Vec::new();
    let places: HashMap<OptionId, usize> =
        before.iter().enumerate().map(|(place, option)| (option.id, place)).collect();
    // What is named by id is taken first, so that none of it is taken for an option of the same value.
    let mut renamed: Vec<Option<FieldOption>> = writes
        .iter()
        .map(|write| position(&before, write.id.as_ref()?).map(|place| before.remove(place)))
        .collect();
    for (write, named) in writes.iter().zip(&mut renamed) {
        if options.iter().any(|option| option.value == write.value) {
            continue;
        }
        let same = before.iter().position(|option| option.value == write.value);
        let option = named.take().or_else(|| same.map(|place| before.remove(place)));
        options.push(match option {
            Some(option) if option.value == write.value => option,
            Some(option) => FieldOption { value: write.value.clone(), name: write.value.clone(), ..option },
            None => FieldOption {
                position: None,
                id: OptionId(fresh_id()),
                value: write.value.clone(),
                name: write.value.clone(),
                aliases: Aliases::default(),
            },
        });
    }
    options.sort_by_key(|option| places.get(&option.id).copied().unwrap_or(usize::MAX));
    options
}

/// The definition of a field.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "CustomField")]
pub(crate) struct Field<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    field_type: &'static str,
    entity_type: &'static str,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_select_options: Option<Vec<value::Choice<'a>>>,
}

// QUIRK(rolodex): the options of a field of one choice are `multi_select_options` too, other fields lack the member
// (Create CustomField). Pinned by `the_documented_fields_are_made_as_documented`.
/// A field as an answer carries it: its options by their values.
pub(crate) fn encode<'a>(field: &'a Record, catalog: &Catalog) -> Field<'a> {
    let (created_at, updated_at) = timestamps(catalog, field.id.0, field.created_at);
    let options =
        has_options(field.kind).then(|| value::by_value(field.options.iter().map(value::choice).collect()));
    Field {
        id: id::shown(&field.aliases, "field", field.id.0),
        name: &field.name,
        field_type: value::field_type(field.kind),
        entity_type: list::entity_word(field.entity),
        created_at,
        updated_at,
        multi_select_options: options,
    }
}
