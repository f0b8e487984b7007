//! Channel types.

use std::borrow::Cow;

use api_kit::{Body, decode};
use app::Error as AppError;
use model::{
    Catalog, Channel, ChannelKind, ChannelKindRef, Dialect, ItemRef, Json, Rejection, Violation,
    ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::members::Members;
use super::{contact, shown_id};

/// A channel of a kind that the workspace has no type for (it came through another API) is shown with a type
/// whose id is this and the kind. Clients that send back what they read must be understood.
const KIND_PREFIX: &str = "kind-";

/// A channel type.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ChannelType<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) type_class: &'static str,
    pub(crate) display_name: &'a str,
    inbound_notification_url: Option<&'a str>,
    outbound_notification_url: Option<&'a str>,
    // QUIRK(zingle): both names of one flag: its pages of different years print either, and its clients read
    // either. Pinned by `a_channel_carries_its_whole_type`.
    allow_communications: bool,
    allow_messages: bool,
    priority: i64,
    is_global: bool,
}

impl<'a> ChannelType<'a> {
    pub(crate) fn of(each: &'a model::ChannelType, catalog: &Catalog) -> Self {
        let place = catalog.channel_types.iter().position(|other| other.id == each.id);
        Self {
            id: shown_id(&each.aliases, each.id.0),
            type_class: type_class(&each.kind),
            display_name: &each.name,
            inbound_notification_url: each.inbound_url.as_deref(),
            outbound_notification_url: each.outbound_url.as_deref(),
            allow_communications: !each.muted,
            allow_messages: !each.muted,
            priority: each.priority.unwrap_or_else(|| number(place.unwrap_or_default())),
            is_global: each.global,
        }
    }

    /// The type of a channel.
    pub(super) fn of_channel(channel: &'a Channel, catalog: &'a Catalog) -> Self {
        match catalog.type_of(channel) {
            Some(each) => Self::of(each, catalog),
            None => Self::of_kind(&channel.kind, catalog),
        }
    }

    fn of_kind(kind: &'a ChannelKind, catalog: &Catalog) -> Self {
        Self {
            id: Cow::Owned(format!("{KIND_PREFIX}{kind}")),
            type_class: type_class(kind),
            display_name: kind.as_str(),
            inbound_notification_url: None,
            outbound_notification_url: None,
            allow_communications: true,
            allow_messages: true,
            priority: number(catalog.channel_types.len()),
            is_global: false,
        }
    }
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// What a request asks to make of a channel type; `None` leaves a member alone.
#[derive(Debug)]
pub(crate) struct Asked {
    name: Option<String>,
    inbound_url: Option<Option<String>>,
    outbound_url: Option<Option<String>>,
    allow_messages: Option<bool>,
    priority: Option<i64>,
}

impl Asked {
    pub(crate) fn update(body: Body) -> Result<Self, AppError> {
        let mut members = Members::read("type", body);
        let asked = Self {
            name: members.text("display_name"),
            inbound_url: members.with("inbound_notification_url", url),
            outbound_url: members.with("outbound_notification_url", url),
            allow_messages: ["allow_communications", "allow_messages"]
                .into_iter()
                .filter_map(|name| {
                    members.with(name, |json| contact::flag(json).ok_or(ViolationKind::BadBoolean))
                })
                .last(),
            priority: members.with("priority", |json| match json {
                Json::Number(number) => number.as_i64().ok_or(ViolationKind::WrongType("a whole number")),
                _ => Err(ViolationKind::WrongType("a whole number")),
            }),
        };
        members.check().map(|()| asked)
    }

    /// Changes a type. Global ones cannot be.
    pub(crate) fn change(&self, each: &mut model::ChannelType) -> Result<(), Rejection> {
        check_writable(each)?;
        each.name.clone_from(self.name.as_ref().unwrap_or(&each.name.clone()));
        each.inbound_url.clone_from(self.inbound_url.as_ref().unwrap_or(&each.inbound_url.clone()));
        each.outbound_url.clone_from(self.outbound_url.as_ref().unwrap_or(&each.outbound_url.clone()));
        each.muted = self.allow_messages.map_or(each.muted, |allowed| !allowed);
        each.priority = self.priority.or(each.priority);
        Ok(())
    }
}

/// Refuses a type that every service has.
pub(crate) fn check_writable(each: &model::ChannelType) -> Result<(), Rejection> {
    match each.global {
        true => Err(Violation::new("type", ViolationKind::Immutable).into()),
        false => Ok(()),
    }
}

/// An `http` or `https` URL with a host, or null or `""` for none.
fn url(json: &Json) -> Result<Option<String>, ViolationKind> {
    let Some(text) = super::filled(decode::nullable_text(json)?) else { return Ok(None) };
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let is_url =
        !host.is_empty() && !host.starts_with(['/', '?', '#', ':']) && !text.contains(char::is_whitespace);
    let max = limits::LONG_TEXT_CHARS;
    match (is_url, text.len() <= max) {
        (false, _) => Err(ViolationKind::BadUrl),
        (_, false) => Err(ViolationKind::TooLong { max, unit: "bytes" }),
        (true, true) => Ok(Some(text)),
    }
}

/// The type that a client names by an id.
pub(super) fn named(id: &str) -> ChannelKindRef {
    match id.strip_prefix(KIND_PREFIX) {
        Some(kind) if !kind.is_empty() => ChannelKindRef::Kind(ChannelKind::from(kind)),
        _ => ChannelKindRef::Type(ItemRef::id_text(Dialect::Zingle, id)),
    }
}

fn type_class(kind: &ChannelKind) -> &'static str {
    match kind.as_str() {
        "phone" => "PhoneNumber",
        "email" => "EmailAddress",
        "facebook" => "FacebookChannel",
        "twitter" => "TwitterChannel",
        _ => "UserDefinedChannel",
    }
}
