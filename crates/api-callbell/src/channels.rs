//! The workspace's inboxes, which the vendor calls channels: list, get, rename.

use api_kit::{Answer, Call, Payload, json, with_change};
use axum::http::StatusCode;
use model::Inbox;

use crate::wire::channel::{Channel, ListedChannel};
use crate::wire::item::One;
use crate::{Callbell, filter, items, page};

pub(crate) async fn list(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let kind = call.query.get("type").filter(|kind| !kind.is_empty());
    // None is ever discarded.
    let has_any = filter::either(&call.query, "active", ["true", "false"])?.unwrap_or(true);
    let inboxes =
        catalog.inboxes.iter().filter(|inbox| has_any && kind.is_none_or(|kind| kind == inbox.kind));
    let body = page::of_items(&call.query, ("channels", inboxes), ListedChannel::of)?;
    Ok(json(StatusCode::OK, &body))
}

pub(crate) async fn get(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(json(StatusCode::OK, &One("channel", Channel::of(items::find(&call, &catalog)?))))
}

pub(crate) async fn update(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let rename = |inbox: &mut Inbox, name: &str| name.clone_into(&mut inbox.name);
    let written = items::rename(&call, (payload.body, "title"), rename).await?;
    let body = One("channel", Channel::of(&written.item));
    Ok(with_change(written.change, json(StatusCode::OK, &body)))
}
