//! Contacts: list, create, get, update, delete.

use api_kit::{Answer, Call, Payload, json, with_change, wrote};
use axum::http::StatusCode;

use crate::page::Page;
use crate::{Callbell, filter, wire};

pub(crate) async fn list(call: Call<Callbell>) -> Answer<Callbell> {
    let page = Page::of(&call.query)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let found = page.find(&call, filter::of(&call.query, &catalog)).await?;
    Ok(json(StatusCode::OK, &wire::Contacts::of(&found, wire::Types::of(&call.query))))
}

pub(crate) async fn get(call: Call<Callbell>) -> Answer<Callbell> {
    let view = call.app.get_contact(&call.caller, &wire::reference(call.param("uuid"))).await?;
    let types = wire::Types::of(&call.query);
    call.shown(view.contact.revision, || {
        json(StatusCode::OK, &wire::Single::of(&view, call.caller.compat(), types))
    })
}

pub(crate) async fn create(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let change = wire::change::create(payload.body, &catalog);
    let written = call.app.create_contact(&call.caller, change).await?;
    let body = wire::Single::of(&written.view, call.caller.compat(), wire::Types::Hidden);
    Ok(wrote(&written, json(StatusCode::OK, &body)))
}

pub(crate) async fn update(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let change = wire::change::update(payload.body);
    let contact = wire::reference(call.param("uuid"));
    let written = call.app.update_contact(&call.caller, contact, change).await?;
    let body = wire::Single::of(&written.view, call.caller.compat(), wire::Types::Hidden);
    Ok(wrote(&written, json(StatusCode::OK, &body)))
}

pub(crate) async fn delete(call: Call<Callbell>) -> Answer<Callbell> {
    let contact = wire::reference(call.param("uuid"));
    let written = call.app.delete_contact(&call.caller, contact).await?;
    Ok(with_change(written.change, json(StatusCode::OK, &wire::DESTROYED)))
}
