//! Inboxes, the workspace's own ends of conversations: `name`, `kind` (`whatsapp`, `facebook`, …), `main` (the one that is
//! used when none is named; one at most).

use app::Fresh;
use model::{Aliases, Catalog, Inbox, InboxId};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::{AliasesBody, channel_kind};

/// An inbox.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Inbox")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    kind: &'a str,
    main: bool,
    aliases: AliasesBody<'a>,
}

impl Resource for Inbox {
    const PLURAL: &'static str = "inboxes";
    const REQUIRED: &'static [&'static str] = &["name", "kind"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, None),
            name: &self.name,
            kind: &self.kind,
            main: self.main,
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: InboxId(fresh.id),
            number: fresh.number,
            name: String::new(),
            kind: String::new(),
            main: false,
            aliases: Aliases::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, _: &Catalog) {
        members.name(&mut self.name);
        members.flag("main", &mut self.main);
        members.require("kind");
        if let Some(kind) = members.read("kind", channel_kind) {
            kind.as_str().clone_into(&mut self.kind);
        }
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}
