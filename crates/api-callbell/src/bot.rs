//! The bot of a contact: get, set.

use api_kit::{Answer, Call, Payload, json, wrote};
use axum::http::StatusCode;

use crate::wire::bot::{self, Bot};
use crate::wire::item::One;
use crate::{Callbell, Error, wire};

pub(crate) async fn get(call: Call<Callbell>) -> Answer<Callbell> {
    let view = call.app.get_contact(&call.caller, &wire::reference(call.param("uuid"))).await?;
    let bot = Bot::of(&view.contact).ok_or(Error::NoBot)?;
    Ok(json(StatusCode::OK, &One("bot", bot)))
}

pub(crate) async fn set(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let contact = wire::reference(call.param("uuid"));
    let written = call.app.update_contact(&call.caller, contact, bot::set(payload.body)).await?;
    let bot = Bot::of(&written.view.contact).ok_or(Error::NoBot)?;
    Ok(wrote(&written, json(StatusCode::OK, &One("bot", bot))))
}
