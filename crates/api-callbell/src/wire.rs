//! Payloads: what the vendor's JSON means, and how records look in it.

pub(crate) mod account;
pub(crate) mod bot;
pub(crate) mod change;
pub(crate) mod channel;
mod contact;
pub(crate) mod conversation;
pub(crate) mod custom_status;
pub(crate) mod funnel;
pub(crate) mod item;
pub(crate) mod member;
pub(crate) mod phone;
pub(crate) mod team;
pub(crate) mod user_status;
mod value;
pub(crate) mod webhook;

use api_kit::Query;
use model::{Dialect, Native, Ref};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

pub(crate) use contact::{Contacts, Object, Single};

/// The extra member that holds where a contact came from.
pub(crate) const SOURCE: &str = "source";
/// The extra member that holds the inbox of a contact (the vendor's channel).
pub(crate) const CHANNEL_UUID: &str = "channel_uuid";
/// The extra member that holds the stage of the sales funnel that a contact is at.
pub(crate) const FUNNEL_ID: &str = "funnelId";
/// The extra member that holds the id that WhatsApp Cloud knows a contact by.
pub(crate) const BSUID: &str = "bsuid";
/// The extra member that holds what was last asked of the bot.
pub(crate) const BOT_STATUS: &str = "bot_status";
/// The id of what stands in for a team, an inbox or a bot where the workspace has none: clients read them unguarded.
pub(crate) const NOBODY: &str = "00000000000000000000000000000000";
/// The source of contacts with a telephone number.
pub(crate) const WHATSAPP: &str = "whatsapp";
/// Marks the violation of a value that must be a list of options, which the error then names.
pub(crate) const LIST_OF: &str = "a list of its options";

/// The answer to a deletion.
pub(crate) const DESTROYED: Status = Status { status: "contact was destroyed" };

/// The answer to an action.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Status {
    pub(crate) status: &'static str,
}

/// Whether `customFieldsMetadata` is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    /// It is.
    Shown,
    /// It is left out.
    Hidden,
}

impl Types {
    /// Reads `include_field_types`.
    pub(crate) fn of(query: &Query) -> Self {
        match query.get("include_field_types") {
            Some("true" | "1") => Self::Shown,
            _ => Self::Hidden,
        }
    }
}

/// The record that a client names: ids are 32 hex digits, and are taken with hyphens too.
pub(crate) fn reference(text: &str) -> Ref {
    // `Uuid` reads braces and a URN prefix as well, which are no ids here.
    match Uuid::try_parse(text) {
        Ok(uuid) if matches!(text.len(), 32 | 36) => Ref {
            dialect: Dialect::Callbell,
            text: uuid.simple().to_string(),
            native: Some(Native::Uuid(uuid)),
        },
        _ => Ref { dialect: Dialect::Callbell, text: text.to_owned(), native: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hex_with_or_without_hyphens() {
        let plain = reference("414a6d692bd645ed803f2e7ce360d4c8");
        assert!(plain.native.is_some());
        assert_eq!(reference("414a6d69-2bd6-45ed-803f-2e7ce360d4c8"), plain);
        for text in [
            "",
            "x",
            "12",
            "contact_414a6d692bd645ed803f2e7ce360d4c8",
            "{414a6d69-2bd6-45ed-803f-2e7ce360d4c8}",
            "urn:uuid:414a6d69-2bd6-45ed-803f-2e7ce360d4c8",
        ] {
            assert_eq!((reference(text).native, reference(text).text.as_str()), (None, text));
        }
    }
}
