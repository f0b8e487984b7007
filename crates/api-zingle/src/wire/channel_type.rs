//! Channel types.

use std::borrow::Cow;

use model::{Catalog, Channel, ChannelKind, ChannelKindRef, Dialect, ItemRef};
use serde::Serialize;

use super::shown_id;

/// A channel of a kind that the workspace has no type for (it came through another API) is shown with a type
/// whose id is this and the kind. Clients that send back what they read must be understood.
const KIND_PREFIX: &str = "kind-";

/// A channel type.
#[derive(Debug, Serialize)]
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
    priority: usize,
    is_global: bool,
}

impl<'a> ChannelType<'a> {
    pub(crate) fn of(each: &'a model::ChannelType, catalog: &Catalog) -> Self {
        let place = catalog.channel_types.iter().position(|other| other.id == each.id);
        Self {
            id: shown_id(&each.aliases, each.id.0),
            type_class: type_class(&each.kind),
            display_name: &each.name,
            inbound_notification_url: None,
            outbound_notification_url: None,
            allow_communications: true,
            allow_messages: true,
            priority: place.unwrap_or_default(),
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
            priority: catalog.channel_types.len(),
            is_global: false,
        }
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
