//! Conversations of contacts: open, close, note, funnel, messages.

use api_kit::{Answer, Call, Payload, json, with_change, wrote};
use app::Written;
use axum::http::StatusCode;
use axum::response::Response;
use model::{Change, Edit};

use crate::page;
use crate::wire::conversation::{self, Message};
use crate::{Callbell, Error, wire};

pub(crate) async fn open(call: Call<Callbell>) -> Answer<Callbell> {
    let written = update(&call, conversation::state(Edit::Closed(false))).await?;
    Ok(single(&call, &written))
}

pub(crate) async fn close(call: Call<Callbell>) -> Answer<Callbell> {
    let written = update(&call, conversation::state(Edit::Closed(true))).await?;
    Ok(wrote(&written, json(StatusCode::OK, &wire::Object::of(&written.view))))
}

pub(crate) async fn update_funnel(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let written = update(&call, conversation::funnel(payload.body, &catalog)).await?;
    Ok(single(&call, &written))
}

pub(crate) async fn note(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let view = call.app.get_contact(&call.caller, &wire::reference(call.param("uuid"))).await?;
    let body = payload.body;
    let contacts = [view.contact.id];
    let made = call.app.create_linked(&call.caller, &contacts, |id, now, catalog| {
        Ok(conversation::made(&conversation::note(body)?, id, now, catalog))
    });
    Ok(with_change(made.await?.change, json(StatusCode::OK, &conversation::NOTED)))
}

pub(crate) async fn messages(call: Call<Callbell>) -> Answer<Callbell> {
    call.app.get_contact(&call.caller, &wire::reference(call.param("uuid"))).await?;
    let none: [Message; 0] = [];
    Ok(json(StatusCode::OK, &page::of_items(&call.query, ("messages", none), |message| message)?))
}

async fn update(call: &Call<Callbell>, change: Change) -> Result<Written, Error> {
    let contact = wire::reference(call.param("uuid"));
    Ok(call.app.update_contact(&call.caller, contact, change).await?)
}

fn single(call: &Call<Callbell>, written: &Written) -> Response {
    let body = wire::Single::of(&written.view, call.caller.compat(), wire::Types::Hidden);
    wrote(written, json(StatusCode::OK, &body))
}
