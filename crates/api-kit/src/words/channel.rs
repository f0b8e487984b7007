//! Channels of a contact.

use model::{ChannelDocument, ChannelId, Written};
use schemars::JsonSchema;
use serde::Serialize;

use super::Shown;

/// A channel.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Channel")]
pub struct ChannelBody<'a> {
    id: Shown<ChannelId>,
    #[schemars(with = "String")]
    kind: Written<'a>,
    #[schemars(with = "String")]
    value: Written<'a>,
    #[schemars(with = "String")]
    raw: Written<'a>,
    #[schemars(with = "Option<String>")]
    label: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    country: Option<Written<'a>>,
    primary: bool,
    default: bool,
}

impl<'a> From<&ChannelDocument<'a>> for ChannelBody<'a> {
    fn from(channel: &ChannelDocument<'a>) -> Self {
        Self {
            id: Shown(channel.id),
            kind: channel.kind,
            value: channel.value,
            raw: channel.raw,
            label: channel.label,
            country: channel.country,
            primary: channel.primary,
            default: channel.default,
        }
    }
}
