//! Teams and their members.

use std::borrow::Cow;

use model::{Catalog, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::NOBODY;
use super::item::{dashed, shown};

/// A team.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Team<'a> {
    uuid: Cow<'a, str>,
    name: &'a str,
    default: bool,
    members: usize,
    created_at: String,
}

impl<'a> Team<'a> {
    /// Encodes a team.
    pub(crate) fn of(team: &'a model::Team) -> Self {
        Self {
            uuid: shown(&team.aliases, || team.id.hex()),
            name: &team.name,
            default: team.default,
            members: team.members.len(),
            created_at: team.created_at.to_rfc3339_seconds(),
        }
    }

    /// The team of a contact.
    ///
    /// QUIRK(callbell): some examples show `{}`, but clients read `team.uuid` unguarded, and the live service
    /// always has one. Page: object types, Contact. Test: `team_and_channel_are_always_objects`.
    pub(super) fn of_contact(contact: &model::Contact, catalog: &'a Catalog) -> Self {
        let assigned = contact.assigned_team.and_then(|id| catalog.teams.get(id.0));
        match assigned.or_else(|| catalog.default_team()) {
            Some(team) => Self::of(team),
            None => Self {
                uuid: NOBODY.into(),
                name: "General",
                default: true,
                members: 0,
                created_at: contact.created_at.to_rfc3339_seconds(),
            },
        }
    }
}

/// A member of a team.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member<'a> {
    email: &'a str,
    name: String,
    available: bool,
    last_updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_custom_status: Option<UserCustomStatus<'a>>,
}

/// The status that a member has.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserCustomStatus<'a> {
    updated_at: String,
    id: String,
    name: &'a str,
    emoji: Option<&'a str>,
}

impl<'a> Member<'a> {
    /// Encodes a user. One that never said anything is there since it was made.
    pub(crate) fn of(user: &'a model::User, catalog: &'a Catalog) -> Self {
        let presence = catalog.presence(user.id);
        let status = presence.and_then(|presence| {
            let status = catalog.custom_statuses.get(presence.custom_status?.0)?;
            Some(UserCustomStatus {
                updated_at: presence.custom_status_at.unwrap_or_default().to_rfc3339_seconds(),
                id: dashed(&status.aliases, status.id.0),
                name: &status.name,
                emoji: status.emoji.as_deref(),
            })
        });
        let since: Timestamp = presence.map_or(user.created_at, |presence| presence.available_at);
        Self {
            email: &user.email,
            name: name(user),
            available: is_available(user, catalog),
            last_updated_at: since.to_rfc3339_seconds(),
            user_custom_status: status,
        }
    }
}

/// Whether a user takes conversations.
pub(crate) fn is_available(user: &model::User, catalog: &Catalog) -> bool {
    catalog.presence(user.id).is_none_or(|presence| presence.available)
}

/// The name of a user as one text.
pub(crate) fn name(user: &model::User) -> String {
    format!("{} {}", user.first_name, user.last_name).trim().to_owned()
}
