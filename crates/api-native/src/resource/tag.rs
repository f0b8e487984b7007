//! Tags: `name`, `background_color`, `text_color`.

use app::Fresh;
use model::color::is_color;
use model::{Aliases, Catalog, Extras, Tag, TagId, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::AliasesBody;

/// A tag.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Tag")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    background_color: Option<&'a str>,
    text_color: Option<&'a str>,
    aliases: AliasesBody<'a>,
}

impl Resource for Tag {
    const PLURAL: &'static str = "tags";
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            name: &self.name,
            background_color: self.background_color.as_deref(),
            text_color: self.text_color.as_deref(),
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: TagId(fresh.id),
            number: fresh.number,
            name: String::new(),
            background_color: None,
            text_color: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, _: &Catalog) {
        members.name(&mut self.name);
        color(members, "background_color", &mut self.background_color);
        color(members, "text_color", &mut self.text_color);
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}

/// A colour, or none. One that stands there already in another form may be sent back.
pub(super) fn color(members: &mut Members<'_>, name: &'static str, slot: &mut Option<String>) {
    let before = slot.clone();
    members.nullable(name, 7, slot);
    if *slot != before && slot.as_deref().is_some_and(|text| !is_color(text)) {
        members.refuse(name, ViolationKind::WrongType("a colour such as #00ff7f, or null"));
    }
}
