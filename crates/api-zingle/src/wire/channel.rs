//! The channels of a contact.

use std::borrow::Cow;

use api_kit::{Body, decode, ignored};
use model::{
    Catalog, Change, Channel, ChannelId, ChannelKind, ChannelWrite, Contact, Edit, Json, ViolationKind, phone,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::channel_type::{self, ChannelType};
use super::members::tell_others;

type Members = serde_json::Map<String, Json>;

/// What a channel may be called when it is written; what other APIs called it is shown as it is.
const DISPLAY_NAMES: [&str; 3] = ["HOME", "BUSINESS", "MOBILE"];

/// A channel of a contact.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ContactChannel<'a> {
    id: String,
    display_name: Option<&'a str>,
    value: &'a str,
    formatted_value: Cow<'a, str>,
    country: Option<&'a str>,
    is_default: bool,
    is_default_for_type: bool,
    block_inbound: bool,
    block_outbound: bool,
    is_messageable: bool,
    channel_type: ChannelType<'a>,
}

impl<'a> ContactChannel<'a> {
    /// A channel of this contact.
    pub(crate) fn of_contact(contact: &'a Contact, channel: &'a Channel, catalog: &'a Catalog) -> Self {
        Self::of(channel, contact.blocked_at.is_none(), catalog)
    }

    pub(super) fn of(channel: &'a Channel, is_reachable: bool, catalog: &'a Catalog) -> Self {
        let number = (channel.kind == ChannelKind::Phone).then(|| phone::national(&channel.value)).flatten();
        // A number that could not be read is shown as it was written.
        let value = if number.is_some() { &channel.value } else { &channel.raw };
        Self {
            id: channel.id.to_string(),
            display_name: channel.label.as_deref(),
            value,
            formatted_value: number.map_or(Cow::Borrowed(value), Cow::Owned),
            country: channel.country.as_deref(),
            is_default: channel.default,
            is_default_for_type: channel.primary,
            block_inbound: channel.block_inbound,
            block_outbound: channel.block_outbound,
            is_messageable: is_reachable && !channel.block_outbound,
            channel_type: ChannelType::of_channel(channel, catalog),
        }
    }
}

/// What the ids in a request's channels mean.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ids {
    /// Nothing: a new contact has no channels.
    Ignored,
    /// Channels of the contact.
    Known,
}

/// Reads `channels`: they are added to the contact's, or change those that it has already.
pub(super) fn decode_all(json: &Json, ids: Ids, change: &mut Change) {
    let Ok(elements) = decode::array(json) else {
        return change.refuse("channels", ViolationKind::WrongType("an array of objects"));
    };
    let mut writes = Vec::new();
    for (n, element) in elements.iter().enumerate() {
        let at = format!("channels.{n}");
        match element {
            Json::Object(members) => writes.extend(decode_one(&at, members, ids, change)),
            _ => change.refuse(at, ViolationKind::WrongType("an object")),
        }
    }
    if !writes.is_empty() {
        change.push("channels", Edit::MergeChannels(writes));
    }
}

fn decode_one(at: &str, members: &Members, ids: Ids, change: &mut Change) -> Option<ChannelWrite> {
    let id = members.get("id").and_then(Json::as_str).and_then(id);
    let given = |name: &str| members.get(name).filter(|json| !json.is_null());
    let type_id = || given("channel_type_id").or_else(|| members.get("channel_type")?.get("id"));
    // Without a value the id decides. Else the value decides: a client that sends what it read means the same
    // channel by both, and QUIRK(zingle): a channel's value cannot be changed (`contact_channels/README.md`),
    // so another value is another channel. Pinned by `another_value_is_another_channel`.
    let write = match (id.filter(|_| ids == Ids::Known), given("value")) {
        (Some(id), None) => Some(named_by(format!("{at}.id"), id)),
        (_, value) => valued(at, (type_id(), value), change),
    };
    let mut write = with_members(write, (at, members), change)?;
    let has_plus = write.value.as_deref().is_none_or(|value| value.trim_start().starts_with('+'));
    if write.country.is_none() && !has_plus {
        // What is missing if this turns out to be a phone number that cannot be read.
        write.at = format!("{at}.country");
    }
    Some(write)
}

/// The write with what the members say beside its type and value.
fn with_members(
    write: Option<ChannelWrite>,
    (at, members): (&str, &Members),
    change: &mut Change,
) -> Option<ChannelWrite> {
    tell_others(members, prefix(at), |name| MEMBERS.contains(&name));
    let country = decode_country(at, members.get("country").filter(|json| !json.is_null()), change);
    let label = decode_display_name(at, members.get("display_name"), change);
    let default = decode_flag(at, "is_default", members, change);
    let primary = decode_flag(at, "is_default_for_type", members, change);
    Some(ChannelWrite { country, label, is_label_unique: true, default, primary, ..write? })
}

/// What is read of a channel.
const MEMBERS: [&str; 8] = [
    "id",
    "channel_type_id",
    "channel_type",
    "value",
    "country",
    "display_name",
    "is_default",
    "is_default_for_type",
];

/// What stands before the members of a channel: it is one of a contact's, or the body itself.
fn prefix(at: &str) -> &'static str {
    if at == BODY { "" } else { "channels." }
}

/// Where violations of the one channel that a body is stand: its members follow.
const BODY: &str = "channel";

/// Reads the body of a request to add a channel to a contact.
pub(crate) fn decode_create(body: Body) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    if let Some(write) = decode_one(BODY, &members, Ids::Ignored, &mut change) {
        change.push(BODY, Edit::MergeChannels(vec![write]));
    }
    change
}

/// Reads the body of a request to change the channel that the path names. QUIRK(zingle): a value in it is ignored
/// (comments in the vendor's `ios-sdk`, which deletes and adds instead). Pinned by `put_changes_all_but_the_value`.
pub(crate) fn decode_update(channel_id: &str, body: Body) -> Change {
    let mut change = Change::default();
    let write = path_id(channel_id, &mut change).map(|id| named_by(PATH, id));
    let members = body.object(&mut change);
    for name in ["value", "channel_type_id"].into_iter().filter(|name| members.contains_key(*name)) {
        ignored(name);
    }
    if let Some(write) = with_members(write, (BODY, &members), &mut change) {
        change.push(BODY, Edit::MergeChannels(vec![write]));
    }
    change
}

/// The change that removes the channel that the path names.
pub(crate) fn removal(channel_id: &str) -> Change {
    let mut change = Change::default();
    if let Some(id) = path_id(channel_id, &mut change) {
        change.push(PATH, Edit::RemoveChannel(id));
    }
    change
}

const PATH: &str = "path.channel_id";

/// A channel's id in a path. What is no id of ours is nobody's.
pub(crate) fn id(text: &str) -> Option<ChannelId> {
    text.parse().ok().map(ChannelId)
}

fn path_id(text: &str, change: &mut Change) -> Option<ChannelId> {
    let id = id(text);
    if id.is_none() {
        change.refuse(PATH, ViolationKind::UnknownChannel(text.to_owned()));
    }
    id
}

/// A channel that its id names.
fn named_by(at: impl Into<String>, id: ChannelId) -> ChannelWrite {
    // Without a value the kind only says that a country, if any, is that of a phone number.
    ChannelWrite { id: Some(id), value: None, ..ChannelWrite::new(at, ChannelKind::Phone, "") }
}

/// A channel that its type and value name.
fn valued(
    at: &str,
    (type_id, value): (Option<&Json>, Option<&Json>),
    change: &mut Change,
) -> Option<ChannelWrite> {
    let mut part = |name: &str, json: Option<&Json>| match json {
        Some(Json::String(text)) if !text.trim().is_empty() => Some(text.clone()),
        Some(Json::Number(number)) => Some(number.to_string()),
        None | Some(Json::String(_)) => {
            change.refuse(format!("{at}.{name}"), ViolationKind::Missing);
            None
        }
        Some(_) => {
            change.refuse(format!("{at}.{name}"), ViolationKind::WrongType("a string"));
            None
        }
    };
    let type_id = part("channel_type_id", type_id);
    let value = part("value", value)?;
    let write = ChannelWrite::new(format!("{at}.value"), ChannelKind::Phone, value);
    Some(ChannelWrite { kind: channel_type::named(&type_id?), is_strict: true, exclusive: true, ..write })
}

fn decode_country(at: &str, json: Option<&Json>, change: &mut Change) -> Option<String> {
    let text = json.map(|json| json.as_str().unwrap_or("?")).filter(|text| !text.is_empty())?;
    let code = phone::country(text);
    if code.is_none() {
        change.refuse(format!("{at}.country"), ViolationKind::BadCountry);
    }
    code
}

fn decode_display_name(at: &str, json: Option<&Json>, change: &mut Change) -> Option<Option<String>> {
    match json? {
        Json::Null => Some(None),
        Json::String(name) if DISPLAY_NAMES.contains(&name.as_str()) => Some(Some(name.clone())),
        _ => {
            let names = DISPLAY_NAMES.map(str::to_owned).to_vec();
            change.refuse(format!("{at}.display_name"), ViolationKind::NotOneOf(names));
            None
        }
    }
}

fn decode_flag(at: &str, name: &str, members: &Members, change: &mut Change) -> Option<bool> {
    let flag = super::contact::flag(members.get(name).filter(|json| !json.is_null())?);
    if flag.is_none() {
        change.refuse(format!("{at}.{name}"), ViolationKind::BadBoolean);
    }
    flag
}
