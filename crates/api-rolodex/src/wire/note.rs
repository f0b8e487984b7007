//! Notes: what requests ask of one, and how answers carry it.

use std::borrow::Cow;

use api_kit::{Body, decode};
use model::{ViolationKind, limits};
use schemars::JsonSchema;
use serde::Serialize;

use super::members::{Extras, Ids, Members};
use super::{id, linked};
use crate::faults::Faults;
use crate::links::Links;
use crate::page::{Include, Relationship};

/// What a request asks to make of a note; `None` leaves a member alone.
pub(crate) struct Asked {
    pub(crate) body: Option<String>,
    pub(crate) contacts: Ids,
    pub(crate) extras: Extras,
    pub(crate) faults: Faults,
}

impl Asked {
    /// What a `POST` asks.
    pub(crate) fn create(body: Body) -> Self {
        Self::read(Members::read(body).require(&["body"]))
    }

    /// What a `PUT` asks.
    pub(crate) fn update(body: Body) -> Self {
        Self::read(Members::read(body))
    }

    fn read(mut members: Members) -> Self {
        Self {
            body: members.get("body", |json| text(decode::text(json)?)),
            contacts: members.ids("contacts", "contact"),
            extras: members.extras(),
            faults: members.faults(),
        }
    }
}

/// A body of a note or a task: any text but an empty one, kept as written.
pub(crate) fn text(text: &str) -> Result<String, ViolationKind> {
    let max = limits::LONG_TEXT_CHARS;
    match text.len() {
        0 => Err(ViolationKind::Blank),
        count if count <= max => Ok(text.to_owned()),
        _ => Err(ViolationKind::TooLong { max, unit: "bytes" }),
    }
}

/// A note. Its links are not wrapped.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Note<'a> {
    id: Cow<'a, str>,
    body: &'a str,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<linked::Contact<'a>>>,
}

/// A note as an answer carries it.
pub(crate) fn encode<'a>(note: &'a model::Note, include: &Include, links: &'a Links) -> Note<'a> {
    Note {
        id: id::shown(&note.aliases, "note", note.id.0),
        body: &note.body,
        created_at: note.created_at.to_rfc3339_seconds(),
        updated_at: note.updated_at.to_rfc3339_seconds(),
        contacts: include.has(Relationship::Contacts).then(|| links.contacts(note.id.0)),
    }
}
