//! Decoding the relationships to other records: companies, tags, lists, notes, custom fields. Items come in
//! the form of requests and in the form of answers, because clients add one by sending back all they read.

use api_kit::{decode, ignored};
use model::{
    Change, CompanyWrite, Edit, ItemRef, Json, Ref, Set, Timestamp, ValueWrite, Violation, ViolationKind,
    limits,
};
use serde_json::Map;

use super::{id, value};

/// The items of a relationship with their paths; `None` when it is no array, which is then noted.
pub(crate) fn items<'j>(
    name: &str,
    max: usize,
    json: &'j Json,
    change: &mut Change,
) -> Option<Vec<(String, &'j Json)>> {
    match decode::array(json) {
        Ok(items) if items.len() > max => {
            change.refuse(name, ViolationKind::TooLong { max, unit: "items" });
            None
        }
        Ok(items) => Some(items.iter().enumerate().map(|(n, item)| (format!("{name}.{n}"), item)).collect()),
        Err(kind) => {
            change.refuse(name, kind);
            None
        }
    }
}

/// Tells of the members of an item that have no effect, those of all items under one name: `emails.label`.
pub(super) fn ignored_but(used: &[&str], at: &str, members: &Map<String, Json>) {
    let names: Vec<_> = at.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    for name in members.keys().filter(|name| !used.contains(&name.as_str())) {
        ignored(&format!("{}.{name}", names.join(".")));
    }
}

/// Tags: ids, `{id}` or `{"tag": {id}}`.
pub(crate) fn tags(json: &Json, change: &mut Change) {
    let Some(ids) = ids("tags", "tag", json, change) else { return };
    change.push("tags", Edit::Tags(Set::exact(item_refs(ids))));
}

/// Lists: ids, `{id}` or `{"list": {id}}`.
pub(crate) fn lists(json: &Json, change: &mut Change) {
    let Some(ids) = ids("lists", "list", json, change) else { return };
    change.push("lists", Edit::Lists(Set::exact(item_refs(ids))));
}

/// Notes: ids, `{id}` or `{"note": {id}}`.
pub(crate) fn notes(json: &Json, change: &mut Change) {
    let Some(ids) = ids("notes", "note", json, change) else { return };
    change.push("notes", Edit::Notes(Set::exact(ids)));
}

fn item_refs(ids: Vec<(String, Ref)>) -> Vec<(String, ItemRef)> {
    ids.into_iter().map(|(at, id)| (at, ItemRef::Id(id))).collect()
}

/// The ids of a relationship's items with their paths.
// QUIRK(rolodex): links of contacts are wrapped in answers and bare in requests (Create Contact, Delete
// Contact); both are read. Pinned by `items_are_read_in_every_form`.
pub(crate) fn ids(name: &str, wrapper: &str, json: &Json, change: &mut Change) -> Option<Vec<(String, Ref)>> {
    let mut ids = Vec::new();
    for (at, item) in items(name, limits::SET_ITEMS, json, change)? {
        match id_of(&at, item, wrapper) {
            Ok(text) => ids.push((at, id::reference(text))),
            Err(violation) => change.violations.push(violation),
        }
    }
    Some(ids)
}

/// The id in an item: the item itself, its `id`, or the one in the record that it wraps.
fn id_of<'j>(at: &str, item: &'j Json, wrapper: &str) -> Result<&'j str, Violation> {
    let Some((members, inner)) = item.as_object().and_then(|all| Some((all, all.get(wrapper)?))) else {
        return id_in(at, item, &["id"]);
    };
    ignored_but(&[wrapper], at, members);
    id_in(&format!("{at}.{wrapper}"), inner, &["id"])
}

/// The id in an item: the item itself or its `id`, beside other members that are used.
fn id_in<'j>(at: &str, item: &'j Json, used: &[&str]) -> Result<&'j str, Violation> {
    match item {
        Json::String(text) => Ok(text),
        Json::Object(members) => {
            ignored_but(used, at, members);
            member_id(at, members)
        }
        _ => Err(Violation::new(at, ViolationKind::WrongType("an id or an object with an id"))),
    }
}

fn member_id<'j>(at: &str, members: &'j Map<String, Json>) -> Result<&'j str, Violation> {
    let text = members.get("id").ok_or(ViolationKind::Missing).and_then(decode::text);
    text.map_err(|kind| Violation::new(format!("{at}.id"), kind))
}

/// Companies: ids, or objects with what the contact is there.
pub(crate) fn companies(json: &Json, change: &mut Change) {
    let Some(items) = items("companies", limits::SET_ITEMS, json, change) else { return };
    let mut writes = Vec::new();
    for (at, item) in items {
        match company(at, item) {
            Ok(write) => writes.push(write),
            Err(violation) => change.violations.push(violation),
        }
    }
    change.push("companies", Edit::Companies(Set::exact(writes)));
}

fn company(at: String, item: &Json) -> Result<CompanyWrite, Violation> {
    let company = id::reference(id_in(&at, item, &["id", "title", "start_date", "is_active"])?);
    let of = |name: &str| item.get(name).map(|json| (format!("{at}.{name}"), json));
    let text = |name: &str| {
        of(name)
            .map(|(at, json)| decode::nullable_text(json).map_err(|kind| Violation::new(at, kind)))
            .transpose()
    };
    let title = text("title")?.map(|title| title.map(str::to_owned));
    let start_date = text("start_date")?.map(|date| date.map(|date| day(date).to_owned()));
    let active = of("is_active")
        .map(|(at, json)| decode::boolean(json).map_err(|kind| Violation::new(at, kind)))
        .transpose()?;
    Ok(CompanyWrite { at, company, title, start_date, active })
}

/// The date of an RFC 3339 timestamp; any other text as it is.
fn day(text: &str) -> &str {
    match Timestamp::parse_rfc3339(text) {
        Some(_) => text.get(..10).unwrap_or(text),
        None => text,
    }
}

/// Values of custom fields: objects with `id` and `value`. A field that is not among them loses its value.
pub(crate) fn custom_fields(json: &Json, change: &mut Change) {
    let Some(writes) = values(json, change) else { return };
    change.push("custom_fields", Edit::Values(Set::exact(writes), value::read));
}

/// The values of custom fields that a request writes, each of another field.
pub(crate) fn values(json: &Json, change: &mut Change) -> Option<Vec<ValueWrite>> {
    let items = items("custom_fields", limits::VALUES, json, change)?;
    let mut fields: Vec<Ref> = Vec::new();
    let mut writes = Vec::new();
    for (at, item) in items {
        let (field, json) = match field_value(&at, item) {
            Ok(found) => found,
            Err(violation) => {
                change.violations.push(violation);
                continue;
            }
        };
        if fields.iter().any(|each| is_same(each, &field)) {
            change.refuse(format!("{at}.id"), ViolationKind::Duplicate);
            continue;
        }
        fields.push(field.clone());
        writes.push(ValueWrite { at, field: ItemRef::Id(field), json });
    }
    Some(writes)
}

fn field_value(at: &str, item: &Json) -> Result<(Ref, Json), Violation> {
    let members = decode::object(item).map_err(|kind| Violation::new(at, kind))?;
    let field = id::reference(member_id(at, members)?);
    ignored_but(&["id", "value"], at, members);
    let json = members.get("value");
    let json = json.ok_or_else(|| Violation::new(format!("{at}.value"), ViolationKind::Missing))?;
    Ok((field, json.clone()))
}

fn is_same(a: &Ref, b: &Ref) -> bool {
    a.text == b.text || (a.native.is_some() && a.native == b.native)
}
