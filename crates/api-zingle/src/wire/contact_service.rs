//! A service, and the contact that somebody is there.

use api_kit::Query;
use app::Workspace;
use model::{ChannelKind, ChannelWrite};
use schemars::JsonSchema;
use serde::Serialize;

use super::{channel_type, shown_id};
use crate::error::Refusal;

/// A service, and who one is in it.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ContactService {
    contact_id: Option<String>,
    service_id: String,
    pub(crate) account_id: String,
    unread_message_count: u32,
    pub(crate) service_display_name: String,
    pub(crate) account_display_name: String,
    last_message: LastServiceMessage,
    pub(crate) created_at: i64,
    updated_at: i64,
}

/// Always an object, of nulls: messages are not kept here.
#[derive(Debug, Default, JsonSchema, Serialize)]
struct LastServiceMessage {
    #[schemars(with = "Option<String>")]
    id: Option<()>,
    #[schemars(with = "Option<String>")]
    body: Option<()>,
    #[schemars(with = "Option<String>")]
    direction: Option<()>,
    #[schemars(with = "Option<i64>")]
    created_at: Option<()>,
}

impl ContactService {
    pub(crate) fn of(contact: Option<&model::Contact>, service: &Workspace, account: &Workspace) -> Self {
        let created_at = contact.map_or(service.created_at, |contact| contact.created_at);
        let updated_at = contact.map_or(service.created_at, |contact| contact.updated_at);
        Self {
            contact_id: contact.map(|contact| shown_id(&contact.aliases, contact.id.0).into_owned()),
            service_id: service.id.to_string(),
            account_id: account.id.to_string(),
            unread_message_count: 0,
            service_display_name: service.name.clone(),
            account_display_name: account.name.clone(),
            last_message: LastServiceMessage::default(),
            created_at: created_at.seconds(),
            updated_at: updated_at.seconds(),
        }
    }
}

/// The channel by which somebody is looked for, if any.
pub(crate) fn decode_channel(query: &Query) -> Result<Option<ChannelWrite>, Refusal> {
    let given = |name| query.get(name).filter(|text| !text.trim().is_empty());
    match (given("channel_value"), given("channel_type_id")) {
        (None, None) => Ok(None),
        (Some(value), Some(type_id)) => {
            // QUIRK(zingle): a client writes the + of a number without encoding it (`zingle_api_android`), which then
            // reads as a space. Pinned by `contact_services_say_who_one_is_in_each_service`.
            let value = value.strip_prefix(' ').map_or_else(|| value.to_owned(), |rest| format!("+{rest}"));
            let write = ChannelWrite::new("channel_value", ChannelKind::Phone, value);
            Ok(Some(ChannelWrite { kind: channel_type::named(type_id), ..write }))
        }
        _ => Err(Refusal::HalfAChannel),
    }
}
