//! Lists of contacts or of companies: `name`, `entity` (`contact` or `company`, fixed once made), `description`.

use app::Fresh;
use model::{Aliases, Catalog, Entity, List, ListId, limits};
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::AliasesBody;

/// What lists and fields can be of.
pub(super) const ENTITIES: [(&str, Entity); 2] = [("contact", Entity::Contact), ("company", Entity::Company)];

/// A list.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    entity: Entity,
    description: Option<&'a str>,
    aliases: AliasesBody<'a>,
}

impl Resource for List {
    const PLURAL: &'static str = "lists";
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            name: &self.name,
            entity: self.entity,
            description: self.description.as_deref(),
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: ListId(fresh.id),
            number: fresh.number,
            name: String::new(),
            entity: Entity::Contact,
            description: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, _: &Catalog) {
        members.name(&mut self.name);
        members.nullable("description", limits::LONG_TEXT_CHARS, &mut self.description);
        if members.is_new() {
            members.word("entity", &ENTITIES, &mut self.entity);
        } else {
            members.fixed("entity", &self.entity);
        }
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}
