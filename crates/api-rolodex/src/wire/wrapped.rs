//! Links to tags, lists and notes in objects of one member, and values of custom fields: as contacts and companies show
//! them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{Catalog, Entity, FieldId, ListId, TagId, Value};
use schemars::JsonSchema;
use serde::Serialize;

use super::{id, value};

/// A tag of a contact or a company.
// QUIRK(rolodex): contacts wrap their tags, lists and notes in an object of one member (Delete Contact).
// Pinned by `the_documented_delete_is_answered_as_documented`.
#[derive(JsonSchema, Serialize)]
pub(crate) struct TagLink<'a> {
    tag: Named<'a>,
}

/// A list that a contact or a company is on.
#[derive(JsonSchema, Serialize)]
pub(crate) struct ListLink<'a> {
    list: Named<'a>,
}

/// A note of a contact.
#[derive(JsonSchema, Serialize)]
pub(crate) struct NoteLink<'a> {
    pub(super) note: Note<'a>,
}

/// What has a name.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Named<'a> {
    id: Cow<'a, str>,
    name: &'a str,
}

/// The note itself.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "LinkedNote")]
pub(crate) struct Note<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) body: &'a str,
}

/// The value of a custom field.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "FieldValue")]
pub(crate) struct CustomField<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    field_type: &'static str,
    value: value::Shown<'a>,
}

/// Tags, by name.
pub(crate) fn tags<'a>(tags: &[TagId], catalog: &'a Catalog) -> Vec<TagLink<'a>> {
    flat_tags(tags, catalog).into_iter().map(|tag| TagLink { tag }).collect()
}

/// Tags as tasks show them, by name.
pub(crate) fn flat_tags<'a>(tags: &[TagId], catalog: &'a Catalog) -> Vec<Named<'a>> {
    let tags = tags.iter().filter_map(|id| catalog.tags.get(id.0));
    by_name(tags.map(|tag| Named { id: id::shown(&tag.aliases, "tag", tag.id.0), name: &tag.name }))
}

/// Lists, by name.
pub(crate) fn lists<'a>(lists: &[ListId], catalog: &'a Catalog) -> Vec<ListLink<'a>> {
    let lists = lists.iter().filter_map(|id| catalog.lists.get(id.0));
    let named = lists.map(|list| Named { id: id::shown(&list.aliases, "list", list.id.0), name: &list.name });
    by_name(named).into_iter().map(|list| ListLink { list }).collect()
}

/// By name in any case.
fn by_name<'a>(rows: impl Iterator<Item = Named<'a>>) -> Vec<Named<'a>> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_cached_key(|row| (row.name.to_lowercase(), row.name));
    rows
}

/// The fields that hold a value, the oldest first.
pub(crate) fn custom_fields<'a>(
    values: &'a BTreeMap<FieldId, Value>,
    entity: Entity,
    catalog: &'a Catalog,
) -> Vec<CustomField<'a>> {
    let fields = catalog.fields.iter().filter(|field| field.system.is_none() && field.entity == entity);
    let mut rows: Vec<_> = fields.filter_map(|field| Some((field, values.get(&field.id)?))).collect();
    rows.sort_by_key(|(field, _)| field.created_at);
    let row = |(field, value): (&'a model::Field, &'a Value)| {
        Some(CustomField {
            id: id::shown(&field.aliases, "field", field.id.0),
            name: &field.name,
            field_type: value::field_type(field.kind),
            value: value::shown(value, field, catalog)?,
        })
    };
    rows.into_iter().filter_map(row).collect()
}
