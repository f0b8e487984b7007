//! Events: list, get. There are none: messages are not kept here, and what happened to a contact is its history in
//! contactd's own API.

use api_kit::{Answer, Call};

use crate::Zingle;
use crate::error::Refusal;
use crate::page::Page;
use crate::service::enter;
use crate::wire::status;

const SORTABLE: [&str; 13] = [
    "created_at",
    "id",
    "contact_id",
    "event_type",
    "read_at",
    "communication_direction",
    "triggered_by_user_id",
    "automation_id",
    "body",
    "is_delayed",
    "execute_at",
    "executed_at",
    "updated_at",
];

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let call = enter(call).await?.call;
    let page = Page::read_or_totals(&call.query, &SORTABLE)?;
    Ok(status::list::<()>(&[], page.echo(0)))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    enter(call).await?;
    Err(Refusal::NoEvent.into())
}
