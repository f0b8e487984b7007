//! Events: our notes.

use std::borrow::Cow;

use api_kit::{Body, ignored};
use app::Error as AppError;
use model::{Catalog, Contact, Json, Note, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::members::Members;
use super::shown_id;

/// The one type of events that there is here.
pub(crate) const NOTE: &str = "note";

/// An event. What it has nothing to do with is an empty object.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Event<'a> {
    id: Cow<'a, str>,
    contact_id: Option<&'a str>,
    event_type: &'static str,
    body: &'a str,
    created_at: i64,
    updated_at: i64,
    triggered_by_user: EventUser<'a>,
    automation: Nothing,
    message: Nothing,
}

/// Who wrote a note; without members when nobody is known.
#[derive(Debug, Default, JsonSchema, Serialize)]
struct EventUser<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
}

/// An empty object.
#[derive(Debug, JsonSchema, Serialize)]
struct Nothing {}

impl<'a> Event<'a> {
    /// A note, and the id of its contact.
    pub(crate) fn of(note: &'a Note, contact: Option<&'a String>, catalog: &'a Catalog) -> Self {
        let author = note.author.and_then(|id| catalog.users.get(id.0));
        Self {
            id: shown_id(&note.aliases, note.id.0),
            contact_id: contact.map(String::as_str),
            event_type: NOTE,
            body: &note.body,
            created_at: note.created_at.seconds(),
            updated_at: note.updated_at.seconds(),
            triggered_by_user: author.map_or_else(EventUser::default, |user| EventUser {
                id: Some(shown_id(&user.aliases, user.id.0)),
                username: Some(&user.email),
                first_name: Some(&user.first_name),
                last_name: Some(&user.last_name),
            }),
            automation: Nothing {},
            message: Nothing {},
        }
    }
}

/// A contact's id as events show it.
pub(crate) fn shown(contact: &Contact) -> String {
    shown_id(&contact.aliases, contact.id.0).into_owned()
}

/// The note that a request asks for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) contact: String,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn create(body: Body) -> Result<Self, AppError> {
        let mut members = Members::read("event", body).require(&["event_type", "contact_id", "body"]);
        members.with("event_type", |json| match json.as_str() {
            Some(NOTE) => Ok(()),
            _ => Err(ViolationKind::NotOneOf(vec![NOTE.to_owned()])),
        });
        let contact = members.text("contact_id");
        let text = members.with("body", |json| match json {
            Json::String(text) if !text.trim().is_empty() => Ok(text.clone()),
            Json::String(_) | Json::Null => Err(ViolationKind::Missing),
            _ => Err(ViolationKind::WrongType("a string")),
        });
        // There are no templates.
        if members.has("template_id") {
            ignored("template_id");
        }
        members.check()?;
        Ok(Self { contact: contact.unwrap_or_default(), body: text.unwrap_or_default() })
    }
}
