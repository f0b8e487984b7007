//! Undo: what a client says about it, and what came of it.

use api_kit::words::member_json;
use api_kit::{Body, decode};
use app::{Done, LaterEdit, Undone};
use model::{Catalog, Change, ContactId, Json, OnConflict, Rejection, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::change::{ActorBody, RecordName};
use super::{ContactBody, Instant, Shown};

/// Reads `{"on_conflict": "refuse" | "skip" | "overwrite"}`; the body may be empty.
pub(crate) fn decode_undo(body: Body) -> Result<OnConflict, Rejection> {
    let mut noted = Change::default();
    let mut on_conflict = OnConflict::default();
    for (name, json) in body.object(&mut noted) {
        let read = if name == "on_conflict" { mode(&json) } else { Err(ViolationKind::UnknownMember) };
        match read {
            Ok(mode) => on_conflict = mode,
            Err(kind) => noted.refuse(name, kind),
        }
    }
    if noted.violations.is_empty() {
        Ok(on_conflict)
    } else {
        Err(Rejection { violations: noted.violations })
    }
}

fn mode(json: &Json) -> Result<OnConflict, ViolationKind> {
    let known = |_| ViolationKind::NotOneOf(OnConflict::WORDS.map(str::to_owned).to_vec());
    decode::text(json)?.parse().map_err(known)
}

/// What an undo did.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Undone")]
pub(crate) struct UndoneBody<'a> {
    change: Option<u64>,
    done: &'static str,
    #[serde(flatten)]
    record: Option<RecordName>,
    contact: Option<ContactBody<'a>>,
}

impl<'a> UndoneBody<'a> {
    /// An undo; a contact that it deleted is not shown.
    pub(crate) fn new(undone: &'a Undone) -> Self {
        let is_gone = undone.done == Done::Deleted;
        let contact = undone.contact.as_ref().filter(|_| !is_gone);
        Self {
            change: undone.change,
            done: word(undone.done),
            record: RecordName::of(undone.kind, undone.id),
            contact: contact.map(|contact| ContactBody::new(contact, &undone.catalog)),
        }
    }
}

/// An edit that stands in the way of an undo.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "LaterEdit")]
pub(crate) struct LaterBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<Shown<ContactId>>,
    #[serde(flatten)]
    record: Option<RecordName>,
    member: String,
    value: Json,
    change: u64,
    at: Instant,
    actor: ActorBody<'a>,
}

impl<'a> LaterBody<'a> {
    /// An edit.
    pub(crate) fn new(edit: &'a LaterEdit, catalog: &Catalog) -> Self {
        Self {
            contact_id: edit.kind.is_contact().then_some(Shown(ContactId(edit.id))),
            record: RecordName::of(edit.kind, edit.id),
            member: edit.member.path(catalog),
            value: member_json(&edit.member, &edit.value, catalog),
            change: edit.change,
            at: Instant(edit.at),
            actor: ActorBody::of(&edit.actor),
        }
    }

    /// Whether it is of this member.
    pub(crate) fn is_of(&self, member: &str) -> bool {
        self.member == member
    }
}

/// What was done, as a word.
pub(super) fn word(done: Done) -> &'static str {
    match done {
        Done::Created => "created",
        Done::Updated => "updated",
        Done::Unchanged => "unchanged",
        Done::Deleted => "deleted",
        Done::Restored => "restored",
    }
}
