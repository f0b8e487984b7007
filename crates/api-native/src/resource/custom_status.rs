//! The statuses that users can give themselves: `name`, `emoji`.

use app::Fresh;
use model::{Aliases, Catalog, CustomStatus, CustomStatusId};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::funnel::EMOJI_CHARS;
use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::AliasesBody;

/// A status.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "CustomStatus")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    emoji: Option<&'a str>,
    aliases: AliasesBody<'a>,
}

impl Resource for CustomStatus {
    const PLURAL: &'static str = "custom-statuses";
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            name: &self.name,
            emoji: self.emoji.as_deref(),
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: CustomStatusId(fresh.id),
            number: fresh.number,
            name: String::new(),
            emoji: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, _: &Catalog) {
        members.name(&mut self.name);
        members.nullable("emoji", EMOJI_CHARS, &mut self.emoji);
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}
