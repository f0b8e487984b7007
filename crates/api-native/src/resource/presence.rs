//! What users say of being there, one a user: `user` (fixed once made), `available`, `custom_status`. When each was said
//! last is noted by contactd.

use api_kit::decode;
use app::Fresh;
use model::{Aliases, Catalog, CustomStatusId, Presence, PresenceId, UserId, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::{Members, find};
use crate::wire::{AliasesBody, Instant, Shown};

/// A presence. A status that is gone is left out.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Presence")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    user: Shown<UserId>,
    available: bool,
    available_at: Instant,
    custom_status: Option<Shown<CustomStatusId>>,
    custom_status_at: Option<Instant>,
    aliases: AliasesBody<'a>,
}

impl Resource for Presence {
    const PLURAL: &'static str = "presences";
    const REQUIRED: &'static [&'static str] = &["user"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        let living = |id: &CustomStatusId| context.catalog.custom_statuses.get(id.0).is_some();
        Body {
            head: context.head(self.id.0, self.number, None),
            user: Shown(self.user),
            available: self.available,
            available_at: Instant(self.available_at),
            custom_status: self.custom_status.filter(living).map(Shown),
            custom_status_at: self.custom_status_at.map(Instant),
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: PresenceId(fresh.id),
            number: fresh.number,
            user: UserId(Uuid::nil()),
            available: true,
            available_at: fresh.now,
            custom_status: None,
            custom_status_at: None,
            aliases: Aliases::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.require("user");
        if members.is_new() {
            self.user = members.read("user", |json| one_user(catalog, json)).unwrap_or(self.user);
        } else {
            members.fixed("user", &Shown(self.user));
        }
        let (was_available, had) = (self.available, self.custom_status);
        members.fixed("available_at", &Instant(self.available_at));
        members.fixed("custom_status_at", &self.custom_status_at.map(Instant));
        members.flag("available", &mut self.available);
        let known = (&catalog.custom_statuses, UNKNOWN_STATUS);
        members.item("custom_status", known, &mut self.custom_status);
        if self.available != was_available {
            self.available_at = members.now();
        }
        if self.custom_status != had {
            self.custom_status_at = self.custom_status.map(|_| members.now());
        }
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}

const UNKNOWN_STATUS: fn(String) -> ViolationKind =
    |_| ViolationKind::WrongType("the id of a custom status, or null");

/// A user who has no presence yet.
fn one_user(catalog: &Catalog, json: &model::Json) -> Result<UserId, ViolationKind> {
    let user = find(&catalog.users, ViolationKind::UnknownUser, decode::text(json)?)?;
    match catalog.presence(user.id) {
        Some(_) => Err(ViolationKind::Taken),
        None => Ok(user.id),
    }
}
