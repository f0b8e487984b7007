//! Contacts by what they are called elsewhere: a phone number, or the id of WhatsApp Cloud.

use std::sync::Arc;

use api_kit::{Answer, Call, Payload, json};
use app::{ContactQuery, Error as AppError, Filter, Missing, View};
use axum::http::StatusCode;
use model::{ChannelKind, Contact, Dialect, Facet, InboxId, ItemRef};

use crate::wire::{channel, phone};
use crate::{Callbell, Error, wire};

const NOBODY: AppError = AppError::NotFound(Missing::Contact);

pub(crate) async fn by_phone(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let named = match phone::channel_uuid(&call.query, &payload.body) {
        Some(text) => {
            let inbox = catalog.inboxes.find(&ItemRef::Id(wire::reference(&text)));
            Some(inbox.ok_or(NOBODY)?.id)
        }
        None => None,
    };
    let found = with_number(&call, phone::forms(call.param("number"), catalog.default_country.as_deref()));
    let found = found.await?;
    let is_of = |inbox: InboxId| {
        let is_its = |each: &&Arc<Contact>| channel::inbox(each, &catalog).is_some_and(|its| its.id == inbox);
        found.iter().find(is_its)
    };
    let contact = match named {
        Some(inbox) => is_of(inbox),
        None => catalog.main_inbox().and_then(|main| is_of(main.id)).or_else(|| found.first()),
    };
    let view = View { contact: contact.map(Arc::clone).ok_or(NOBODY)?, catalog: Arc::clone(&catalog) };
    Ok(json(StatusCode::OK, &wire::Object::of(&view)))
}

pub(crate) async fn by_bsuid(call: Call<Callbell>) -> Answer<Callbell> {
    let id = Facet::Extra(Dialect::Callbell, wire::BSUID.to_owned(), call.param("bsuid").to_owned());
    let query = ContactQuery { filter: Filter::Is(id), limit: 1, ..ContactQuery::default() };
    let found = call.app.list_contacts(&call.caller, &query).await?;
    let contact = found.contacts.into_iter().next().ok_or(NOBODY)?;
    Ok(json(StatusCode::OK, &wire::Object::of(&View { contact, catalog: found.catalog })))
}

async fn with_number(call: &Call<Callbell>, forms: Vec<model::Text>) -> Result<Vec<Arc<Contact>>, Error> {
    let mut found = Vec::new();
    for form in forms {
        found.extend(call.app.find_by_channel(&call.caller, &ChannelKind::Phone, &form).await?);
    }
    Ok(found)
}
