//! Blocks of visitors: a contact that is blocked, and until when.

use api_kit::{Body, decode};
use model::{ChannelKind, Contact, Dialect, Json, Ref, Timestamp, ViolationKind, limits};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::contact::shown_id;
use super::members::Members;
use super::{id_text, instant};
use crate::Error;

/// The extra member that keeps until when a contact is blocked, and since when that was so: a block that another API
/// made later has no end.
pub(crate) const TILL: &str = "block.till";

/// What is kept of a block beside its beginning.
pub(crate) fn kept(since: Timestamp, till: &str) -> Json {
    json!({ "since": since.millis(), "till": till })
}

/// What a request asks to block.
pub(crate) struct Asked {
    /// The contacts, each with the member that names it.
    pub(crate) contacts: Vec<(String, Ref)>,
    /// Until when, as it is kept and shown.
    pub(crate) till: String,
}

impl Asked {
    /// Reads a body, of which every member is required.
    pub(crate) fn read(body: Body) -> Result<Self, Error> {
        let mut members = Members::read(body);
        members.require(&["data", "type", "blockTill"]);
        let contacts = members.get("data", ids).unwrap_or_default();
        // QUIRK(acquire): the type `email` comes with IP addresses (settings/security/security-block-visitor/add.md);
        // contactd blocks contacts, so it is refused. Test: bad_blocks_are_refused.
        members.get("type", |json| match decode::text(json)? {
            "contact" => Ok(()),
            _ => Err(ViolationKind::NotOneOf(vec!["contact".to_owned()])),
        });
        let till = members.get("blockTill", till).map(Timestamp::to_rfc3339_millis).unwrap_or_default();
        members.ignore(&["id", "blockBy", "user", "dateCreated"]);
        members.refuse_rest();
        members.finish()?;
        Ok(Self { contacts, till })
    }
}

fn ids(json: &Json) -> Result<Vec<(String, Ref)>, ViolationKind> {
    let items = match json {
        Json::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    if items.is_empty() {
        return Err(ViolationKind::Blank);
    }
    if items.len() > limits::SET_ITEMS {
        return Err(ViolationKind::TooLong { max: limits::SET_ITEMS, unit: "items" });
    }
    let id = |(n, item)| {
        let text = id_text(item).ok_or(ViolationKind::WrongType("an array of integers"))?;
        Ok((format!("data.{n}"), Ref::number(Dialect::Acquire, &text)))
    };
    items.iter().enumerate().map(id).collect()
}

/// An instant as a text, or, as a client sends it, in milliseconds since 1970.
fn till(json: &Json) -> Result<Timestamp, ViolationKind> {
    let found = match json {
        Json::String(text) => instant::parse(text),
        Json::Number(number) => number.as_i64().map(Timestamp::from_millis),
        _ => return Err(ViolationKind::WrongType("a date")),
    };
    found.ok_or(ViolationKind::BadInstant)
}

/// A block. Who made it is not kept.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = super::selectable)]
pub(crate) struct Block<'a> {
    id: u64,
    data: Data<'a>,
    date_created: String,
    block_till: Option<&'a str>,
    block_by: Option<u64>,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Absent in the answer to a get.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Option<()>>,
}

/// The contact of a block: its id alone in the answer that made it.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Made([u64; 1]),
    Shown(Blocked<'a>),
}

/// The contact of a block.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "BlockedVisitor")]
struct Blocked<'a> {
    id: u64,
    ip: &'a str,
    email: &'a str,
    phone: &'a str,
}

/// A block as a get shows it: without its user. `None` of a contact that is not blocked.
pub(crate) fn detail(contact: &Contact) -> Option<Block<'_>> {
    let channel = |kind| contact.primary(&kind).map(|channel| channel.raw.as_str()).unwrap_or_default();
    let data = Blocked {
        id: id(contact),
        ip: contact.extras.get(Dialect::Acquire, "ip").and_then(Json::as_str).unwrap_or_default(),
        email: channel(ChannelKind::Email),
        phone: channel(ChannelKind::Phone),
    };
    block(contact, Data::Shown(data))
}

/// A block as a list shows it.
pub(crate) fn listed(contact: &Contact) -> Option<Block<'_>> {
    detail(contact).map(|block| Block { user: Some(None), ..block })
}

/// A block as the answer that made it shows it.
pub(crate) fn made(contact: &Contact) -> Option<Block<'_>> {
    block(contact, Data::Made([id(contact)])).map(|block| Block { user: Some(None), ..block })
}

fn block<'a>(contact: &'a Contact, data: Data<'a>) -> Option<Block<'a>> {
    Some(Block {
        id: id(contact),
        data,
        date_created: contact.blocked_at?.to_rfc3339_millis(),
        block_till: till_of(contact),
        block_by: None,
        kind: "contact",
        user: None,
    })
}

/// The id of a contact's block: that of the contact, which has one at most.
pub(crate) fn id(contact: &Contact) -> u64 {
    shown_id(&contact.aliases, contact.number)
}

/// Until when a contact is blocked, where somebody said so.
pub(crate) fn till_of(contact: &Contact) -> Option<&str> {
    let kept = contact.extras.get(Dialect::Acquire, TILL)?;
    let since = kept.get("since")?.as_i64();
    (since == contact.blocked_at.map(Timestamp::millis)).then(|| kept.get("till")?.as_str()).flatten()
}

/// The answer to the end of a block.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "EndedBlock")]
pub(crate) struct Ended {
    deleted: Affected,
}

#[derive(JsonSchema, Serialize)]
struct Affected {
    raw: Raw,
    affected: u8,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    affected_rows: u8,
}

impl Ended {
    /// One block ended.
    pub(crate) const ONE: Self = Self { deleted: Affected { raw: Raw { affected_rows: 1 }, affected: 1 } };
}
