//! In which services somebody is a contact.

use api_kit::{Answer, Call};

use crate::Zingle;
use crate::existing::owner_of;
use crate::matching::{is_like, is_same};
use crate::page::Page;
use crate::wire::contact_service::{ContactService, decode_channel};
use crate::wire::status;

const SORTABLE: [&str; 2] = ["last_message_created_at", "created_at"];

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let page = Page::read(&call.query, &SORTABLE)?.descending_unless_said(&call.query);
    let channel = decode_channel(&call.query)?;
    let services = call.app.reached(&call.caller).await?;
    let mut rows = Vec::with_capacity(services.len());
    for each in &services {
        let contact = match &channel {
            Some(write) => owner_of(&call.app, &each.caller, write).await?,
            None => None,
        };
        let account = services.first().unwrap_or(each);
        rows.push(ContactService::of(contact.as_deref(), &each.workspace, &account.workspace));
    }
    rows.retain(|row| {
        is_same(&call.query, "account_id", &row.account_id)
            && is_like(&call.query, "service_display_name", &row.service_display_name)
            && is_like(&call.query, "account_display_name", &row.account_display_name)
    });
    // No service has a message, so that the time of the last one orders nothing.
    let (rows, echo) = page.of(rows, |row, field| match field {
        "created_at" => format!("{:020}", row.created_at),
        _ => String::new(),
    });
    Ok(status::list(&rows, echo))
}
