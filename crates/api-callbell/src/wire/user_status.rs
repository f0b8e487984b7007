//! Whether a user takes conversations, and the custom status that it has.

use api_kit::Body;
use app::Fresh;
use model::{
    Aliases, Catalog, ItemRef, Json, Presence, PresenceId, Rejection, Timestamp, UserId, Violation,
    ViolationKind,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::item::dashed;
use super::member::Members;
use super::reference;

/// What a user says of being there.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct UserStatus<'a> {
    custom_status: Option<GivenStatus<'a>>,
    appearance: Appearance,
}

#[derive(Debug, JsonSchema, Serialize)]
struct GivenStatus<'a> {
    id: String,
    name: &'a str,
    last_updated_at: String,
}

#[derive(Debug, JsonSchema, Serialize)]
struct Appearance {
    available: bool,
    last_updated_at: String,
}

impl<'a> UserStatus<'a> {
    /// Encodes a presence.
    pub(crate) fn of(presence: &Presence, catalog: &'a Catalog) -> Self {
        let status = presence.custom_status.and_then(|id| catalog.custom_statuses.get(id.0));
        Self {
            custom_status: status.map(|status| GivenStatus {
                id: dashed(&status.aliases, status.id.0),
                name: &status.name,
                last_updated_at: offset(presence.custom_status_at.unwrap_or_default()),
            }),
            appearance: Appearance {
                available: presence.available,
                last_updated_at: offset(presence.available_at),
            },
        }
    }
}

/// `2024-11-22T21:29:43.311+00:00`.
///
/// QUIRK(callbell): only here are times with milliseconds and an offset. Page: PUT /users/:uuid/status. Test:
/// `times_have_the_form_of_their_page`.
fn offset(at: Timestamp) -> String {
    format!("{}+00:00", at.to_rfc3339_millis().trim_end_matches('Z'))
}

/// What a body asks for; what is not there stays. A custom status that is there may be none.
#[derive(Debug)]
pub(crate) struct Wish {
    available: Option<bool>,
    custom_status: Option<Option<String>>,
}

impl Wish {
    /// Decodes a body.
    pub(crate) fn of(body: Body) -> Result<Self, Rejection> {
        let mut members = Members::of(body);
        let available = match members.given("available") {
            None => None,
            Some(Json::Bool(flag)) => Some(*flag),
            Some(_) => {
                members.refuse("available", ViolationKind::WrongType("a boolean"));
                None
            }
        };
        let custom_status = match members.given(CUSTOM_STATUS) {
            None => None,
            Some(Json::Null) => Some(None),
            Some(Json::String(text)) => Some(Some(text.clone())),
            Some(_) => {
                members.refuse(CUSTOM_STATUS, ViolationKind::WrongType("a string or null"));
                None
            }
        };
        members.check().map(|()| Self { available, custom_status })
    }

    /// The presence of a user as it is wished for.
    pub(crate) fn presence(
        &self,
        user: UserId,
        fresh: Fresh,
        catalog: &Catalog,
    ) -> Result<Presence, Rejection> {
        let known = catalog.presence(user).cloned();
        let mut presence = known.unwrap_or_else(|| Presence {
            id: PresenceId(fresh.id),
            number: fresh.number,
            user,
            available: true,
            available_at: fresh.now,
            custom_status: None,
            custom_status_at: None,
            aliases: Aliases::default(),
        });
        if let Some(flag) = self.available.filter(|flag| *flag != presence.available) {
            presence.available = flag;
            presence.available_at = fresh.now;
        }
        let status = match &self.custom_status {
            None => return Ok(presence),
            Some(None) => None,
            Some(Some(text)) => match catalog.custom_statuses.find(&ItemRef::Id(reference(text))) {
                Some(status) => Some(status.id),
                None => {
                    let kind = ViolationKind::Unusable("custom status does not exist".to_owned());
                    return Err(Violation::new(CUSTOM_STATUS, kind).into());
                }
            },
        };
        if status != presence.custom_status {
            presence.custom_status = status;
            presence.custom_status_at = status.map(|_| fresh.now);
        }
        Ok(presence)
    }
}

const CUSTOM_STATUS: &str = "custom_status_uuid";

/// Takes a user's custom status away.
pub(crate) fn clear(presence: &mut Presence) {
    presence.custom_status = None;
    presence.custom_status_at = None;
}
