//! Changes as a contact's history shows them.

use api_kit::words::{DifferenceBody, difference, member_json};
use app::History;
use model::{
    Actor, Catalog, ContactId, Deleted, Dialect, Difference, Event, EventKind, HeldBack, Json, KeyId,
    RecordKind,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{ContactBody, Instant, Shown};
use crate::resource;

/// A page of a contact's changes, newest first.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Changes")]
pub(crate) struct ChangesBody<'a> {
    changes: Vec<ChangeBody<'a>>,
    next: Option<u64>,
}

/// A change: what happened, who did it through which dialect, and what differs.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Change")]
pub(crate) struct ChangeBody<'a> {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<Shown<ContactId>>,
    /// What was changed, and its id, when it was no contact.
    #[serde(flatten)]
    record: Option<RecordName>,
    #[schemars(schema_with = "crate::schema::event_kind")]
    kind: EventKind,
    revision: u64,
    at: Instant,
    actor: ActorBody<'a>,
    undoes: Option<u64>,
    /// The first of the changes that were made as one; undoing that one undoes them all.
    #[serde(skip_serializing_if = "Option::is_none")]
    part_of: Option<u64>,
    differences: Vec<DifferenceBody>,
    /// What the policy of the key held back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    held_back: Vec<HeldBackBody>,
    /// The record as it was, when it was deleted.
    #[schemars(schema_with = "crate::schema::any_record")]
    deleted: Option<DeletedBody<'a>>,
}

/// What a record is that is no contact, and its id.
#[derive(JsonSchema, Serialize)]
pub(super) struct RecordName {
    #[schemars(with = "String")]
    record_kind: RecordKind,
    record_id: Shown<Uuid>,
}

impl RecordName {
    /// The name of a record; `None` for a contact.
    pub(super) fn of(kind: RecordKind, id: Uuid) -> Option<Self> {
        (!kind.is_contact()).then_some(Self { record_kind: kind, record_id: Shown(id) })
    }
}

/// A record as it is shown elsewhere.
#[derive(Serialize)]
#[serde(untagged)]
enum DeletedBody<'a> {
    Contact(Box<ContactBody<'a>>),
    Other(Json),
}

impl<'a> DeletedBody<'a> {
    fn new(deleted: &'a Deleted, event: &Event, catalog: &'a Catalog) -> Self {
        match deleted {
            Deleted::Contact(contact) => Self::Contact(Box::new(ContactBody::new(contact, catalog))),
            Deleted::Record(record) => Self::Other(resource::record_json(record, catalog)),
            Deleted::Item(item) => Self::Other(resource::item_json(item, event.revision, catalog)),
        }
    }
}

/// Who did something, and through what.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Actor")]
pub(crate) struct ActorBody<'a> {
    key_id: Option<Shown<KeyId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<&'a str>,
    #[schemars(schema_with = "crate::schema::dialect")]
    dialect: Dialect,
    request_id: Option<&'a str>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "HeldBack")]
struct HeldBackBody {
    member: String,
    wanted: Json,
}

impl<'a> ChangesBody<'a> {
    /// A page of a history.
    pub(crate) fn new(history: &'a History) -> Self {
        let change = |(number, event): &'a (u64, Event)| ChangeBody::new(*number, event, &history.catalog);
        Self { changes: history.events.iter().map(change).collect(), next: history.next }
    }
}

impl<'a> ChangeBody<'a> {
    /// A change with its number.
    pub(crate) fn new(number: u64, event: &'a Event, catalog: &'a Catalog) -> Self {
        Self {
            id: number,
            contact_id: event.contact().map(Shown),
            record: RecordName::of(event.subject, event.record),
            kind: event.kind,
            revision: event.revision,
            at: Instant(event.at),
            actor: ActorBody::of(&event.actor),
            undoes: event.undoes,
            part_of: event.part.and_then(|part| number.checked_sub(u64::from(part))),
            differences: event.differences.iter().map(|each| difference(each, catalog)).collect(),
            held_back: event.held_back.iter().map(|each| held_back(each, catalog)).collect(),
            deleted: event.deleted.as_ref().map(|deleted| DeletedBody::new(deleted, event, catalog)),
        }
    }
}

impl<'a> ActorBody<'a> {
    /// Who it was.
    pub(crate) fn of(actor: &'a Actor) -> Self {
        Self {
            key_id: actor.key.map(Shown),
            key_name: None,
            dialect: actor.dialect,
            request_id: actor.request_id.as_deref(),
        }
    }

    /// The same with what the key is called.
    pub(crate) fn named(self, key_name: Option<&'a str>) -> Self {
        Self { key_name, ..self }
    }
}

/// Differences as they stand in a change.
pub(crate) fn differences(differences: &[Difference], catalog: &Catalog) -> Json {
    let shown: Vec<_> = differences.iter().map(|each| difference(each, catalog)).collect();
    resource::to_json(&shown)
}

fn held_back(held: &HeldBack, catalog: &Catalog) -> HeldBackBody {
    let HeldBack { member, wanted } = held;
    HeldBackBody { member: member.path(catalog), wanted: member_json(member, wanted, catalog) }
}
