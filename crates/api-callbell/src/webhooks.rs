//! The webhook: subscribe, unsubscribe, events. It is kept; nothing is sent yet.

use api_kit::{Answer, Call, Payload, json, with_change};
use app::{Error as AppError, Missing};
use axum::http::StatusCode;
use model::{RecordKind, Subscription};

use crate::wire::item::One;
use crate::wire::webhook::{self, DESTROYED, SentEvent, Webhook, Wish};
use crate::{Callbell, filter, items, page};

pub(crate) async fn subscribe(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let wish = Wish::of(payload.body).map_err(AppError::Rejected)?;
    let written =
        call.app.create_item(&call.caller, |fresh, catalog| Ok(wish.subscription(fresh, catalog))).await?;
    let body = One("webhook", Webhook::of(&written.item));
    Ok(with_change(written.change, json(StatusCode::OK, &body)))
}

pub(crate) async fn unsubscribe(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let missing = AppError::NotFound(Missing::Record(RecordKind::Subscription));
    let known = webhook::current(&catalog).ok_or(missing)?;
    let gone = call.app.delete_item::<Subscription>(&call.caller, &items::own(known.id.0)).await?;
    Ok(with_change(gone.change, json(StatusCode::OK, &DESTROYED)))
}

pub(crate) async fn events(call: Call<Callbell>) -> Answer<Callbell> {
    call.app.catalog(&call.caller).await?;
    filter::either(&call.query, "status", ["failed", "success"])?;
    call.query.integer("items", 1)?;
    let none: [SentEvent; 0] = [];
    Ok(json(StatusCode::OK, &page::of_items(&call.query, ("webhook_events", none), |event| event)?))
}
