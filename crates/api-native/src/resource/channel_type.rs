//! Channel types: `name`, `kind` (`phone`, `email`, `whatsapp`, …; fixed once made), `global`; what an outside system wants
//! of them: `inbound_url`, `outbound_url`, `muted`, `priority`.

use api_kit::decode;
use app::Fresh;
use model::{Aliases, Catalog, ChannelKind, ChannelType, ChannelTypeId, limits};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::{AliasesBody, channel_kind};

/// A channel type.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ChannelType")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    kind: &'a str,
    global: bool,
    inbound_url: Option<&'a str>,
    outbound_url: Option<&'a str>,
    muted: bool,
    priority: Option<i64>,
    aliases: AliasesBody<'a>,
}

impl Resource for ChannelType {
    const PLURAL: &'static str = "channel-types";
    const REQUIRED: &'static [&'static str] = &["name", "kind"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, None),
            name: &self.name,
            kind: self.kind.as_str(),
            global: self.global,
            inbound_url: self.inbound_url.as_deref(),
            outbound_url: self.outbound_url.as_deref(),
            muted: self.muted,
            priority: self.priority,
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: ChannelTypeId(fresh.id),
            number: fresh.number,
            kind: ChannelKind::Phone,
            name: String::new(),
            global: false,
            inbound_url: None,
            outbound_url: None,
            muted: false,
            priority: None,
            aliases: Aliases::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, _: &Catalog) {
        members.name(&mut self.name);
        members.flag("global", &mut self.global);
        members.nullable("inbound_url", limits::LONG_TEXT_CHARS, &mut self.inbound_url);
        members.nullable("outbound_url", limits::LONG_TEXT_CHARS, &mut self.outbound_url);
        members.flag("muted", &mut self.muted);
        if let Some(priority) = members.read("priority", decode::nullable_integer) {
            self.priority = priority;
        }
        members.require("kind");
        if !members.is_new() {
            members.fixed("kind", &self.kind.as_str());
        } else if let Some(kind) = members.read("kind", channel_kind) {
            self.kind = kind;
        }
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}
