//! Teams: `name`, `default` (the team of contacts that have none; one at most), `members` (ids of users).

use app::Fresh;
use model::{Aliases, Catalog, Team, TeamId, UserId, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::{AliasesBody, Shown};

/// A team. Members that are gone are left out.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Team")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    default: bool,
    members: Vec<Shown<UserId>>,
    aliases: AliasesBody<'a>,
}

impl Resource for Team {
    const PLURAL: &'static str = "teams";
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        let living = self.members.iter().filter(|id| context.catalog.users.get(id.0).is_some());
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            name: &self.name,
            default: self.default,
            members: living.map(|id| Shown(*id)).collect(),
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: TeamId(fresh.id),
            number: fresh.number,
            name: String::new(),
            default: false,
            members: Vec::new(),
            created_at: fresh.now,
            aliases: Aliases::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.name(&mut self.name);
        members.flag("default", &mut self.default);
        members.ids("members", (&catalog.users, ViolationKind::UnknownUser), &mut self.members);
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}
