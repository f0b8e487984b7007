//! The channels of a contact: get, create, update, delete.

use api_kit::{Answer, Call, wrote};
use app::View;
use axum::response::Response;
use model::Channel;

use crate::camel::{Input, NoInput};
use crate::contacts::{change_of, named};
use crate::error::Refusal;
use crate::service::{Inside, enter};
use crate::wire::channel::{ContactChannel, decode_create, decode_update, id, removal};
use crate::wire::status;
use crate::{Error, Zingle};

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let view = call.app.get_contact(&call.caller, &named(&call)).await?;
    let shown = answer(&view, with_id(&view, call.param("channel_id")))?;
    call.shown(view.contact.revision, || shown)
}

/// A channel that the contact has already is the answer too.
pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let change = decode_create(body);
    let write = change.exclusive_channels().next().cloned();
    let (written, _) = change_of(call, |_| change).await?;
    let view = &written.view;
    let channel = write.and_then(|write| write.find_in(&view.contact, &view.catalog));
    Ok(wrote(&written, answer(view, channel)?))
}

pub(crate) async fn update(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let channel_id = call.param("channel_id").to_owned();
    let (written, _) = change_of(call, |_| decode_update(&channel_id, body)).await?;
    Ok(wrote(&written, answer(&written.view, with_id(&written.view, &channel_id))?))
}

/// Any body is read, within bounds, and ignored.
pub(crate) async fn delete(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let (written, _) = change_of(call, |call| removal(call.param("channel_id"))).await?;
    Ok(wrote(&written, status::done("Contact Channel deleted")))
}

fn with_id<'v>(view: &'v View, text: &str) -> Option<&'v Channel> {
    view.contact.channels.iter().find(|channel| Some(channel.id) == id(text))
}

fn answer(view: &View, channel: Option<&Channel>) -> Result<Response, Error> {
    let channel = channel.ok_or(Refusal::NoChannel)?;
    Ok(status::one(&ContactChannel::of_contact(&view.contact, channel, &view.catalog)))
}
