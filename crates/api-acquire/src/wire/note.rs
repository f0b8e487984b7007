//! Notes and their messages.

use api_kit::{Body, decode};
use model::{
    Catalog, Dialect, ItemRef, Json, MessageId, Note, NoteMessage, Ref, Rejection, Timestamp, UserId,
    Violation, ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::contact::shown_id;
use super::members::{Members, Unknown};
use super::user::{self, User};
use crate::Error;

/// Members of answers that writes do not take.
const READ_ONLY: [&str; 6] = ["id", "userId", "user", "users", "lastMessage", "dateCreated"];

/// The vendor's spellings of a contact's id.
const CONTACT: [&str; 2] = ["contactId", "contact_id"];

/// What a request asks to make of a note; `None` leaves a member alone.
pub(crate) struct Asked {
    title: Option<Option<String>>,
    description: Option<Option<String>>,
    message: Option<String>,
    mentions: Option<Vec<(String, Ref)>>,
    /// The contact that the body names, and by which member.
    pub(crate) contact: Option<(String, Ref)>,
    unknown: Unknown,
}

impl Asked {
    /// What a body asks; `type` is `note`, and must be there where it is documented.
    pub(crate) fn read(body: Body, required: &[&str]) -> Result<Self, Error> {
        let mut members = Members::read(body);
        members.require(required);
        members.get("type", |json| word(json, "note"));
        let asked = (
            members.nullable_text("title", limits::SHORT_TEXT_CHARS),
            members.nullable_text("description", limits::LONG_TEXT_CHARS),
            members.text("message", limits::LONG_TEXT_CHARS),
            mentions(&mut members),
            members.id(&CONTACT),
        );
        members.ignore(&READ_ONLY);
        let (title, description, message, mentions, contact) = asked;
        Ok(Self { title, description, message, mentions, contact, unknown: members.finish()? })
    }

    /// Writes it into a note; the text becomes a message of it.
    pub(crate) fn apply(
        &self,
        note: &mut Note,
        catalog: &Catalog,
        message: (MessageId, Timestamp),
    ) -> Result<(), Rejection> {
        if let Some(title) = &self.title {
            note.title.clone_from(title);
        }
        if let Some(description) = &self.description {
            note.body = description.clone().unwrap_or_default();
        }
        if let Some(mentions) = &self.mentions {
            note.mentions = resolved(mentions, catalog)?;
        }
        if let Some(body) = self.message.clone() {
            let (id, created_at) = message;
            let mentions = note.mentions.clone();
            let number = next_number(note);
            note.messages.push(NoteMessage {
                id,
                number,
                parent: None,
                author: None,
                body,
                mentions,
                created_at,
            });
        }
        self.unknown.keep(&mut note.extras);
        Ok(())
    }
}

/// What a request asks to add to a note.
pub(crate) struct AskedMessage {
    /// The note, and the member that names it.
    pub(crate) note: (String, Ref),
    /// The contact, and the member that names it.
    pub(crate) contact: (String, Ref),
    text: String,
    parent: Option<(String, Ref)>,
    mentions: Vec<(String, Ref)>,
}

impl AskedMessage {
    /// What a body asks.
    pub(crate) fn read(body: Body) -> Result<Self, Error> {
        let mut members = Members::read(body);
        members.require(&["type"]);
        members.get("type", |json| word(json, "message"));
        let (note, contact) = (members.id(&["note_id", "noteId"]), members.id(&CONTACT));
        for (name, id) in [("note_id", &note), ("contact_id", &contact)] {
            if id.is_none() && !members.is_refused(name) {
                members.refuse(name, ViolationKind::Missing);
            }
        }
        let text = members.text("message", limits::LONG_TEXT_CHARS).unwrap_or_default();
        // QUIRK(acquire): an answer to no message has the parent `null` or 0. Test: add_message_example.
        if ["parent_id", "parentId"].iter().any(|name| members.is_null(name)) {
            members.ignore(&["parent_id", "parentId"]);
        }
        let parent = members.id(&["parent_id", "parentId"]).filter(|(_, id)| !is_zero(id));
        let mentions = mentions(&mut members).unwrap_or_default();
        members.ignore(&READ_ONLY);
        members.refuse_rest();
        members.finish()?;
        match (note, contact) {
            (Some(note), Some(contact)) => Ok(Self { note, contact, text, parent, mentions }),
            // Unreachable: both were required.
            _ => Err(Error::refused("note_id", ViolationKind::Missing)),
        }
    }

    /// Adds it to a note.
    pub(crate) fn apply(
        &self,
        note: &mut Note,
        catalog: &Catalog,
        (id, created_at): (MessageId, Timestamp),
    ) -> Result<(), Rejection> {
        let parent = match &self.parent {
            None => None,
            Some((at, named)) => {
                let found = note.messages.iter().find(|each| each.number.to_string() == named.text);
                let kind = || ViolationKind::UnknownNote(named.text.clone());
                Some(found.ok_or_else(|| Violation::new(at.as_str(), kind()))?.id)
            }
        };
        let mentions = resolved(&self.mentions, catalog)?;
        let (body, number) = (self.text.clone(), next_number(note));
        note.messages.push(NoteMessage { id, number, parent, author: None, body, mentions, created_at });
        Ok(())
    }
}

/// The number of a note's next message.
fn next_number(note: &Note) -> u64 {
    note.messages.iter().map(|each| each.number).max().unwrap_or(0) + 1
}

fn word(json: &Json, expected: &str) -> Result<(), ViolationKind> {
    match decode::text(json)? {
        text if text == expected => Ok(()),
        _ => Err(ViolationKind::NotOneOf(vec![expected.to_owned()])),
    }
}

// QUIRK(acquire): the examples mention a user `"00"`, whom nobody can be. Test: create_note_example.
fn is_zero(id: &Ref) -> bool {
    id.text.bytes().all(|digit| digit == b'0')
}

fn mentions(members: &mut Members) -> Option<Vec<(String, Ref)>> {
    members.get("mentionUsers", |json| {
        let items = decode::array(json)?.iter().enumerate();
        let ids: Result<Vec<_>, _> = items
            .map(|(n, item)| {
                let text = super::id_text(item).ok_or(ViolationKind::WrongType("an array of integers"))?;
                Ok((format!("mentionUsers.{n}"), Ref::number(Dialect::Acquire, &text)))
            })
            .collect();
        Ok(ids?.into_iter().filter(|(_, id)| !is_zero(id)).collect())
    })
}

fn resolved(mentions: &[(String, Ref)], catalog: &Catalog) -> Result<Vec<UserId>, Rejection> {
    let mut users = Vec::new();
    let mut violations = Vec::new();
    for (at, id) in mentions {
        match catalog.users.find(&ItemRef::Id(id.clone())) {
            Some(user) if users.contains(&user.id) => {}
            Some(user) => users.push(user.id),
            None => violations.push(Violation::new(at.as_str(), ViolationKind::UnknownUser(id.text.clone()))),
        }
    }
    if violations.is_empty() { Ok(users) } else { Err(Rejection { violations }) }
}

/// A note without those who are at it and what was said about it.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NoteBrief")]
struct Brief<'a> {
    id: u64,
    contact_id: Option<ContactId>,
    user_id: Option<u64>,
    #[serde(rename = "type")]
    kind: &'static str,
    title: Option<&'a str>,
    description: Option<&'a str>,
    date_created: String,
}

/// The id of a note's contact: a number, but a text in the answer that made the note.
#[derive(Clone, Copy, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(rename = "NoteContactId")]
enum ContactId {
    Number(u64),
    Text(
        #[serde(serialize_with = "as_text")]
        #[schemars(with = "String")]
        u64,
    ),
}

fn as_text<S: serde::Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// A note as it is shown.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Note")]
pub(crate) struct Shown<'a> {
    #[serde(flatten)]
    brief: Brief<'a>,
    users: Vec<Member<'a>>,
    last_message: Option<Message<'a>>,
}

/// Somebody who is at a note: who wrote it, or is mentioned.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NoteUser")]
struct Member<'a> {
    id: u64,
    note_id: u64,
    user_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User<'a>>,
    /// In the answer that made the note.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Brief<'a>>,
}

/// A message of a note.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NoteMessage")]
pub(crate) struct Message<'a> {
    id: u64,
    note_id: u64,
    parent_id: Option<u64>,
    user_id: Option<u64>,
    #[serde(rename = "type")]
    kind: &'static str,
    message: &'a str,
    date_created: String,
    /// Whoever wrote it; absent where a note shows its last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Option<User<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Brief<'a>>,
}

/// A note, the contact that it is shown with, and what its ids refer to.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// The note.
    pub(crate) note: &'a Note,
    /// The id of the first contact that has it.
    pub(crate) contact: Option<u64>,
    /// The catalog.
    pub(crate) catalog: &'a Catalog,
}

impl<'a> View<'a> {
    /// As a list shows it.
    pub(crate) fn listed(self) -> Shown<'a> {
        let users = self.users(|_| None, || None);
        let last_message = self.note.messages.last().map(|message| self.message(message));
        Shown { brief: self.brief(), users, last_message }
    }

    /// As a get shows it: with those who are at it.
    pub(crate) fn detailed(self) -> Shown<'a> {
        let users = self.users(|user| Some(User::of(user)), || None);
        Shown { users, ..self.listed() }
    }

    // QUIRK(acquire): the answer that makes a note has `contactId` as a text (note/create.md). Test:
    // create_note_example.
    /// As the answer that made it shows it.
    pub(crate) fn made(self) -> Shown<'a> {
        let text = || Brief { contact_id: self.contact.map(ContactId::Text), ..self.brief() };
        let users = self.users(|_| None, || Some(text()));
        let last = self.note.messages.last();
        let last_message = last.map(|message| self.with_user_and_note(message));
        Shown { brief: text(), users, last_message }
    }

    /// A message, with whoever wrote it.
    pub(crate) fn with_user(self, message: &'a NoteMessage) -> Message<'a> {
        let user = User::find(self.catalog, message.author);
        Message { user: Some(user), ..self.message(message) }
    }

    /// A message, with whoever wrote it, and its note.
    pub(crate) fn with_user_and_note(self, message: &'a NoteMessage) -> Message<'a> {
        Message { note: Some(self.brief()), ..self.with_user(message) }
    }

    fn message(self, message: &'a NoteMessage) -> Message<'a> {
        let parent = message.parent.and_then(|id| self.note.messages.iter().find(|each| each.id == id));
        Message {
            id: message.number,
            note_id: shown_id(&self.note.aliases, self.note.number),
            parent_id: parent.map(|parent| parent.number),
            user_id: user::find_id(self.catalog, message.author),
            kind: "message",
            message: &message.body,
            date_created: message.created_at.to_rfc3339_millis(),
            user: None,
            note: None,
        }
    }

    fn brief(self) -> Brief<'a> {
        let note = self.note;
        Brief {
            id: shown_id(&note.aliases, note.number),
            contact_id: self.contact.map(ContactId::Number),
            user_id: user::find_id(self.catalog, note.author),
            kind: "note",
            title: note.title.as_deref(),
            description: Some(note.body.as_str()).filter(|body| !body.is_empty()),
            date_created: note.created_at.to_rfc3339_millis(),
        }
    }

    fn users(
        self,
        shown: impl Fn(&'a model::User) -> Option<User<'a>>,
        note: impl Fn() -> Option<Brief<'a>>,
    ) -> Vec<Member<'a>> {
        let mut ids: Vec<UserId> = self.note.author.into_iter().collect();
        ids.extend(self.note.mentions.iter().filter(|id| Some(**id) != self.note.author));
        let users = ids.into_iter().filter_map(|id| self.catalog.users.get(id.0));
        users
            .map(|each| Member {
                id: user::shown_id(each),
                note_id: shown_id(&self.note.aliases, self.note.number),
                user_id: user::shown_id(each),
                user: shown(each),
                note: note(),
            })
            .collect()
    }
}
