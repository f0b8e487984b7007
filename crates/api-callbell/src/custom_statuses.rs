//! The statuses that users can give themselves: list, get, create, update, delete.

use api_kit::{Answer, Call, Payload, json, with_change};
use axum::http::StatusCode;
use model::{Aliases, CustomStatus, CustomStatusId};

use crate::wire::custom_status::{DESTROYED, Shown, Wish};
use crate::wire::item::One;
use crate::{Callbell, items, page};

pub(crate) async fn list(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let encode = |status| Shown::of(status, &catalog);
    let body = page::of_items(&call.query, ("customStatuses", &catalog.custom_statuses), encode)?;
    Ok(json(StatusCode::OK, &body))
}

pub(crate) async fn get(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let status = items::find(&call, &catalog)?;
    Ok(json(StatusCode::OK, &One("customStatus", Shown::of(status, &catalog))))
}

pub(crate) async fn create(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let wish = Wish::create(payload.body);
    let made = call.app.create_item(&call.caller, |fresh, _| {
        let mut status = CustomStatus {
            id: CustomStatusId(fresh.id),
            number: fresh.number,
            name: String::new(),
            emoji: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
        };
        wish.carry_out(&mut status).map(|()| status)
    });
    let made = made.await?;
    let body = One("customStatus", Shown::of(&made.item, &made.catalog));
    Ok(with_change(made.change, json(StatusCode::OK, &body)))
}

pub(crate) async fn update(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let wish = Wish::update(payload.body);
    let edit = |status: &mut CustomStatus, _: &_| wish.carry_out(status);
    let written = call.app.update_item(&call.caller, &items::named(&call), edit).await?;
    let body = One("customStatus", Shown::of(&written.item, &written.catalog));
    Ok(with_change(written.change, json(StatusCode::OK, &body)))
}

pub(crate) async fn delete(call: Call<Callbell>) -> Answer<Callbell> {
    let gone = call.app.delete_item::<CustomStatus>(&call.caller, &items::named(&call)).await?;
    Ok(with_change(gone.change, json(StatusCode::OK, &DESTROYED)))
}
