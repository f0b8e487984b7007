//! The bot of a contact: there is none, but what was asked of it is kept and shown.

use api_kit::Body;
use model::{Change, Contact, Dialect, Json, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::change::{BOT_WORDS, bot_status};
use super::member::ignored_but;
use super::{BOT_STATUS, NOBODY};

/// The bot.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bot {
    uuid: &'static str,
    name: &'static str,
    status: &'static str,
    conversation_started_at: Option<String>,
    version: u32,
    latest_bot_version: bool,
}

impl Bot {
    /// The bot of a contact, if one was ever asked for.
    pub(crate) fn of(contact: &Contact) -> Option<Self> {
        let asked = contact.extras.get(Dialect::Callbell, BOT_STATUS).and_then(Json::as_str)?;
        let [start, end] = BOT_WORDS;
        let status = match asked {
            word if word == start => "started",
            word if word == end => "ended",
            _ => return None,
        };
        Some(Self {
            uuid: NOBODY,
            name: "Bot",
            status,
            conversation_started_at: None,
            version: 1,
            latest_bot_version: true,
        })
    }
}

/// Decodes what is asked of the bot.
pub(crate) fn set(body: Body) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    ignored_but("status", &members);
    match members.get("status") {
        _ if !change.violations.is_empty() => {}
        None | Some(Json::Null) => change.refuse("status", ViolationKind::Missing),
        Some(json) => match bot_status(json) {
            Ok(edit) => change.push("status", edit),
            Err(kind) => change.refuse("status", kind),
        },
    }
    change
}
