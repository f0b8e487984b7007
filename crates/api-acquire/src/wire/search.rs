//! Results of a search: a row for each contact, flattened around the value that was found.

use api_kit::{Body, decode};
use app::ContactList;
use model::{ChannelKind, Company as Record, Contact as Person, Entity, Json, ViolationKind, limits};
use schemars::JsonSchema;
use serde::Serialize;

use super::company::Company;
use super::contact::Contact;
use super::members::Members;
use super::object_field;
use super::tag::{self, Tag};
use super::{contact, shaped};
use crate::Error;
use crate::page::Page;

/// What a search asks for.
pub(crate) struct Asked {
    /// What is searched for.
    pub(crate) text: Option<String>,
    /// Which part of the results.
    pub(crate) page: Page,
}

impl Asked {
    /// Reads a body.
    pub(crate) fn read(body: Body) -> Result<Self, Error> {
        let mut members = Members::read(body);
        let text = members.nullable_text("search", limits::SHORT_TEXT_CHARS).flatten();
        let number = members.get("page", whole).unwrap_or(0);
        let limit = members.get("limit", whole).unwrap_or(0);
        // The pages say nothing of what it may hold; a filter that was passed over would show too many contacts.
        members.get("payload", |json| match json {
            Json::Null => Ok(()),
            json if decode::object(json)?.is_empty() => Ok(()),
            _ => Err(ViolationKind::WrongType("an empty object")),
        });
        members.refuse_rest();
        members.finish()?;
        Ok(Self { text, page: Page::or_default(number, limit) })
    }
}

/// A whole number, or the text of one.
fn whole(json: &Json) -> Result<u64, ViolationKind> {
    let text = super::id_text(json).filter(|text| !text.starts_with('-'));
    let text = text.ok_or(ViolationKind::WrongType("a whole number, 0 or more"))?;
    Ok(text.parse().unwrap_or(u64::MAX))
}

/// Whether a search finds a contact: by a part of its name, or of one of its addresses and numbers, in any case.
pub(crate) fn finds(contact: &Person, text: &str) -> bool {
    found(contact, text).is_some()
}

/// The key that a search finds a contact by, and its value.
fn found<'a>(contact: &'a Person, text: &str) -> Option<(&'static str, &'a str)> {
    let needle = text.trim().to_lowercase();
    let digits = phone_digits(&needle);
    let has = |value: &str| value.to_lowercase().contains(&needle);
    let name = contact.name.full.as_deref().filter(|name| has(name)).map(|name| ("name", name));
    let channel = |kind: ChannelKind, key| {
        let is_found = |value: &str, raw: &str| {
            has(raw) || has(value) || digits.as_deref().is_some_and(|digits| value.contains(digits))
        };
        let channels = contact.channels_of(&kind).into_iter();
        let channel = channels.into_iter().find(|channel| is_found(&channel.value, &channel.raw))?;
        Some((key, channel.raw.as_str()))
    };
    name.or_else(|| channel(ChannelKind::Email, "email")).or_else(|| channel(ChannelKind::Phone, "phone"))
}

/// The digits of what looks like a part of a phone number.
fn phone_digits(text: &str) -> Option<String> {
    let is_phone = text.chars().all(|c| c.is_ascii_digit() || "+-(). ".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (is_phone && digits.len() >= 3).then_some(digits)
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "FoundPage")]
pub(crate) struct Found {
    #[schemars(with = "Vec<Row<'_>>")]
    list: Vec<Json>,
    counts: Counts,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FoundCounts")]
struct Counts {
    filtered_count: u64,
}

/// A page of results as it is answered.
pub(crate) fn encode(
    list: &ContactList,
    text: Option<&str>,
    companies: &[Record],
) -> Result<impl Serialize, Error> {
    let rows = list.contacts.iter().map(|person| {
        let (key, value) = found(person, text.unwrap_or_default()).unwrap_or(("name", ""));
        serde_json::to_value(Row::of(person, key, value, list, companies))
    });
    Ok(Found { list: shaped(rows)?, counts: Counts { filtered_count: list.total } })
}

/// A result.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FoundContact")]
struct Row<'a> {
    #[serde(flatten)]
    contact: Contact<'a>,
    contact_id: u64,
    main_contact_id: u64,
    meta: Empty,
    #[serde(rename = "field_id")]
    field_id: Option<u64>,
    value: &'a str,
    owner: &'static str,
    object: &'static str,
    key: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    config: String,
    system: &'static str,
    tags: Vec<Tag<'a>>,
    company: Company<'a>,
}

#[derive(JsonSchema, Serialize)]
struct Empty {}

impl<'a> Row<'a> {
    fn of(
        person: &'a Person,
        key: &'static str,
        value: &'a str,
        list: &'a ContactList,
        companies: &'a [Record],
    ) -> Self {
        let id = contact::shown_id(&person.aliases, person.number);
        let own = object_field::own_key(Entity::Contact, key);
        Self {
            contact: Contact::found(person, &list.catalog, companies),
            contact_id: id,
            main_contact_id: id,
            meta: Empty {},
            field_id: own.map(|own| own.id),
            value,
            owner: "contact",
            object: "contact",
            key,
            kind: "text",
            config: own.map(object_field::config_text).unwrap_or_default(),
            system: "yes",
            tags: tag::of(person, &list.catalog),
            company: Company::found(person, companies),
        }
    }
}
