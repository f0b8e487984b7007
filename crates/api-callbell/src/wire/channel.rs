//! The workspace's inboxes, which the vendor calls channels.

use std::borrow::Cow;

use model::{Catalog, Dialect, Inbox, ItemRef, Json};
use schemars::JsonSchema;
use serde::Serialize;

use super::item::shown;
use super::{CHANNEL_UUID, NOBODY, WHATSAPP, reference};

/// An inbox.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Channel<'a> {
    uuid: Cow<'a, str>,
    title: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    main: bool,
}

/// An inbox in a list.
///
/// QUIRK(callbell): `discardedAt` is a boolean in the example, a text in the table of types. Page: GET /channels.
/// Test: `the_documented_channels_are_listed`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ListedChannel<'a> {
    #[serde(flatten)]
    channel: Channel<'a>,
    #[serde(rename = "discardedAt")]
    discarded: bool,
}

impl<'a> Channel<'a> {
    /// Encodes an inbox.
    pub(crate) fn of(inbox: &'a Inbox) -> Self {
        Self {
            uuid: shown(&inbox.aliases, || inbox.id.hex()),
            title: &inbox.name,
            kind: &inbox.kind,
            main: inbox.main,
        }
    }

    /// The inbox of a contact.
    pub(super) fn of_contact(contact: &model::Contact, catalog: &'a Catalog) -> Self {
        inbox(contact, catalog)
            .map_or(Self { uuid: NOBODY.into(), title: "Main", kind: WHATSAPP, main: true }, Self::of)
    }
}

impl<'a> ListedChannel<'a> {
    /// Encodes an inbox; none is ever discarded.
    pub(crate) fn of(inbox: &'a Inbox) -> Self {
        Self { channel: Channel::of(inbox), discarded: false }
    }
}

/// The inbox that a contact was made with, else the main one.
pub(crate) fn inbox<'c>(contact: &model::Contact, catalog: &'c Catalog) -> Option<&'c Inbox> {
    let chosen = contact.extras.get(Dialect::Callbell, CHANNEL_UUID).and_then(Json::as_str);
    let chosen = chosen.and_then(|text| catalog.inboxes.find(&ItemRef::Id(reference(text))));
    chosen.or_else(|| catalog.main_inbox())
}
