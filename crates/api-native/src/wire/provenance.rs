//! Where the values of a contact come from.

use api_kit::words::member_json;
use app::Origins;
use model::{Catalog, ContactId, Event, EventKind, Json, Member, Origin};
use schemars::JsonSchema;
use serde::Serialize;

use super::change::ActorBody;
use super::{Instant, Shown, uuid};

/// The origins of a contact's members.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Provenance")]
pub(crate) struct ProvenanceBody<'a> {
    contact_id: Shown<ContactId>,
    members: Vec<OriginBody<'a>>,
    /// Whether all changes were read; otherwise members may be missing that were set last by older ones.
    is_complete: bool,
    changes_read: usize,
}

/// Who set a member, or an item of one, last.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Origin")]
struct OriginBody<'a> {
    member: String,
    value: Json,
    previous: Json,
    change: u64,
    #[schemars(schema_with = "crate::schema::event_kind")]
    kind: EventKind,
    revision: u64,
    at: Instant,
    actor: ActorBody<'a>,
    undoes: Option<u64>,
}

impl<'a> ProvenanceBody<'a> {
    /// The origins of a contact's members.
    pub(crate) fn new(origins: &'a Origins) -> Self {
        let origin = |origin: &Origin| {
            let event = origins.events.get(&origin.change)?;
            Some(OriginBody::new(origin, event, origins))
        };
        Self {
            contact_id: Shown(origins.contact),
            members: origins.provenance.origins().filter_map(origin).collect(),
            is_complete: origins.is_complete,
            changes_read: origins.events_read,
        }
    }
}

impl<'a> OriginBody<'a> {
    fn new(origin: &Origin, event: &'a Event, origins: &'a Origins) -> Self {
        let name = |key| origins.keys.get(&key).map(String::as_str);
        let value = |stored: &Json| match origin.item {
            Some(_) => item(&origin.member, stored, &origins.catalog),
            None => member_json(&origin.member, stored, &origins.catalog),
        };
        Self {
            member: path(origin, &origins.catalog),
            value: value(&origin.value),
            previous: value(&origin.previous),
            change: origin.change,
            kind: event.kind,
            revision: event.revision,
            at: Instant(event.at),
            actor: ActorBody::of(&event.actor).named(event.actor.key.and_then(name)),
            undoes: event.undoes,
        }
    }
}

/// A member, and behind it the id of its item.
fn path(origin: &Origin, catalog: &Catalog) -> String {
    let member = origin.member.path(catalog);
    match &origin.item {
        Some(item) => format!("{member}.{}", uuid(item).map_or_else(|| item.clone(), |id| id.to_string())),
        None => member,
    }
}

/// An item as it stands in the list that it is of.
fn item(member: &Member, stored: &Json, catalog: &Catalog) -> Json {
    if stored.is_null() {
        return Json::Null;
    }
    match member_json(member, &Json::Array(vec![stored.clone()]), catalog) {
        Json::Array(rows) => rows.into_iter().next().unwrap_or_default(),
        shown => shown,
    }
}
