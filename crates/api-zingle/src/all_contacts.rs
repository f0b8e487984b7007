//! Contacts of more than one service: of an account, and of all that the caller may enter.

use api_kit::{Answer, Call};
use app::{Filter, Reached};

use crate::page::Page;
use crate::wire::contact::{Contact, Context};
use crate::wire::{status, value};
use crate::{Zingle, accounts, contacts, filter};

pub(crate) async fn of_account(call: Call<Zingle>) -> Answer<Zingle> {
    let services = accounts::enter(&call).await?;
    list(&call, services).await
}

pub(crate) async fn everywhere(call: Call<Zingle>) -> Answer<Zingle> {
    let services = call.app.reached(&call.caller).await?;
    list(&call, services).await
}

/// Several services come one after the other, so that only ids order them.
async fn list(call: &Call<Zingle>, services: Vec<Reached>) -> Answer<Zingle> {
    let page = match services.as_slice() {
        [only] => {
            let catalog = call.app.catalog(&only.caller).await?;
            let ranking = |name: &str| value::ranking(name, &catalog);
            Page::read_of_contacts(&call.query, &contacts::SORTABLE, &ranking)?
        }
        _ => Page::read(&call.query, &["id"])?,
    };
    let mut queries = Vec::with_capacity(services.len());
    for service in services {
        let catalog = call.app.catalog(&service.caller).await?;
        queries.push((service, filter::of(&call.query, &catalog)?));
    }
    let found = call.app.list_contacts_of(queries, &page.of_contacts(Filter::All)).await?;
    let rows: Vec<_> = found
        .iter()
        .flat_map(|(service, list)| {
            let context = Context::of(&call.app, &list.catalog, service.id);
            let shown = |contact| Contact::of(contact, &context);
            list.contacts.iter().map(|contact| shown(contact)).collect::<Vec<_>>()
        })
        .collect();
    Ok(status::list(&rows, page.echo(found.iter().map(|(_, list)| list.total).sum())))
}
