//! Notes: `title`, `body`, `author`, `mentions`, `messages` (its thread). The contacts that a note belongs to name it in
//! their `notes`. Lists are filtered by `author`.
//!
//! `messages` of a patch are all that there are to be: one with the `id` of one that is there keeps its number and time.

use api_kit::{Query, decode};
use app::{Filter, Fresh};
use model::{
    Aliases, Catalog, Facet, Json, MessageId, Note, NoteId, NoteMessage, UserId, ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::Error;
use crate::filter::named;
use crate::members::Members;
use crate::wire::{AliasesBody, ExtrasBody, Instant, Shown, shown};

/// A note. Who wrote it stays, also when they are gone.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Note")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    title: Option<&'a str>,
    body: &'a str,
    author: Option<Shown<UserId>>,
    mentions: Vec<Shown<UserId>>,
    messages: Vec<MessageBody<'a>>,
    aliases: AliasesBody<'a>,
    extras: ExtrasBody<'a>,
}

/// A message of its thread.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Message")]
struct MessageBody<'a> {
    id: Shown<MessageId>,
    number: u64,
    created_at: Instant,
    parent: Option<Shown<MessageId>>,
    author: Option<Shown<UserId>>,
    body: &'a str,
    mentions: Vec<Shown<UserId>>,
}

impl<'a> From<&'a NoteMessage> for MessageBody<'a> {
    fn from(message: &'a NoteMessage) -> Self {
        Self {
            id: Shown(message.id),
            number: message.number,
            created_at: Instant(message.created_at),
            parent: message.parent.map(Shown),
            author: message.author.map(Shown),
            body: &message.body,
            mentions: shown(&message.mentions),
        }
    }
}

impl Resource for Note {
    const PLURAL: &'static str = "notes";
    const REQUIRED: &'static [&'static str] = &["body"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            title: self.title.as_deref(),
            body: &self.body,
            author: self.author.map(Shown),
            mentions: shown(&self.mentions),
            messages: self.messages.iter().map(MessageBody::from).collect(),
            aliases: AliasesBody(&self.aliases),
            extras: ExtrasBody(&self.extras),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self::new(NoteId(fresh.id), "", fresh.now)
    }

    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.nullable("title", limits::SHORT_TEXT_CHARS, &mut self.title);
        members.text("body", limits::LONG_TEXT_CHARS, &mut self.body);
        people(members, catalog, &mut self.author, &mut self.mentions);
        members.extras(&mut self.extras);
        let Some(rows) = members.rows("messages") else { return };
        let before = std::mem::take(&mut self.messages);
        let last = before.iter().map(|message| message.number).max().unwrap_or(0);
        for (at, row) in rows {
            let fresh = Fresh {
                id: members.fresh_id(),
                number: last + 1 + self.messages.iter().filter(|each| each.number > last).count() as u64,
                now: members.now(),
            };
            let message = message(members, (&at, row), (&before, fresh), catalog);
            let Some(message) = message else { continue };
            if self.messages.iter().any(|each| each.id == message.id) {
                members.refuse(&at, ViolationKind::Duplicate);
            }
            self.messages.push(message);
        }
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }

    fn filter(query: &Query, catalog: &Catalog) -> Result<Filter, Error> {
        match query.one("author")? {
            None => Ok(Filter::All),
            Some(text) => Ok(Filter::Is(Facet::User(named("author", &catalog.users, text)?.id))),
        }
    }
}

/// Who wrote a text, and whom it mentions. Those who are gone may be sent back as they were read.
fn people(
    members: &mut Members<'_>,
    catalog: &Catalog,
    author: &mut Option<UserId>,
    mentions: &mut Vec<UserId>,
) {
    let known = (&catalog.users, ViolationKind::UnknownUser as crate::members::Unknown);
    if !members.is_same("author", &author.map(Shown)) {
        members.item("author", known, author);
    }
    if !members.is_same("mentions", &shown(mentions)) {
        members.ids("mentions", known, mentions);
    }
}

fn message<'m>(
    members: &mut Members<'m>,
    (at, row): (&str, &'m Json),
    (before, fresh): (&[NoteMessage], Fresh),
    catalog: &Catalog,
) -> Option<NoteMessage> {
    members.nested(at, row, |inner| {
        let find = |text: &str| before.iter().find(|message| Shown(message.id).is(text));
        let unknown = ViolationKind::WrongType("the id of a message of this note");
        let known = inner.read("id", |json| find(decode::text(json)?).ok_or(unknown.clone()));
        let mut message = known.cloned().unwrap_or(NoteMessage {
            id: MessageId(fresh.id),
            number: fresh.number,
            parent: None,
            author: None,
            body: String::new(),
            mentions: Vec::new(),
            created_at: fresh.now,
        });
        if known.is_some() {
            inner.fixed("number", &message.number);
            inner.fixed("created_at", &Instant(message.created_at));
        }
        if known.is_none() && !inner.has("body") {
            inner.refuse("body", ViolationKind::Missing);
        }
        inner.text("body", limits::LONG_TEXT_CHARS, &mut message.body);
        people(inner, catalog, &mut message.author, &mut message.mentions);
        let parent = inner.read("parent", |json| {
            let text = decode::nullable_text(json)?;
            text.map(|text| find(text).map(|parent| parent.id).ok_or(unknown)).transpose()
        });
        message.parent = parent.unwrap_or(message.parent);
        message
    })
}
