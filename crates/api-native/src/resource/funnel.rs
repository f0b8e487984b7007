//! Funnels, the stages of the sales funnel: `name`, `emoji`, `position` (where it is shown, from 1).

use api_kit::decode;
use app::Fresh;
use model::{Aliases, Catalog, Funnel, FunnelId, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::AliasesBody;

/// Characters of an emoji at most: some are made of many.
pub(super) const EMOJI_CHARS: usize = 32;

/// The last place.
const POSITION_MAX: u64 = 1_000_000;

/// A funnel.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Funnel")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    emoji: Option<&'a str>,
    position: u64,
    aliases: AliasesBody<'a>,
}

impl Resource for Funnel {
    const PLURAL: &'static str = "funnels";
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            name: &self.name,
            emoji: self.emoji.as_deref(),
            position: self.position,
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: FunnelId(fresh.id),
            number: fresh.number,
            name: String::new(),
            emoji: None,
            position: 0,
            created_at: fresh.now,
            aliases: Aliases::default(),
        }
    }

    /// A new one that names no place comes last.
    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.name(&mut self.name);
        members.nullable("emoji", EMOJI_CHARS, &mut self.emoji);
        if members.is_new() {
            self.position = catalog.funnels.iter().map(|funnel| funnel.position).max().unwrap_or(0) + 1;
        }
        let range = || ViolationKind::OutOfRange { min: 1, max: POSITION_MAX.cast_signed() };
        let read = members.read("position", |json| {
            let number = decode::nullable_integer(json)?.ok_or(ViolationKind::NotNullable)?;
            let number = u64::try_from(number).map_err(|_| range())?;
            if (1..=POSITION_MAX).contains(&number) { Ok(number) } else { Err(range()) }
        });
        self.position = read.unwrap_or(self.position);
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}
