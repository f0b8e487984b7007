//! Contacts: list, create, get, update, delete.

use api_kit::{Answer, Call, with_change, wrote};
use app::Written;
use axum::response::Response;
use model::{Change, Dialect, Ref};

use crate::camel::{Input, NoInput};
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::contact::{Contact, Context, decode_create, decode_update};
use crate::wire::{status, value};
use crate::{Error, Zingle, existing, filter};

/// What contacts can be sorted by.
pub(crate) const SORTABLE: [&str; 12] = [
    "id",
    "created_at",
    "updated_at",
    "is_confirmed",
    "is_starred",
    "is_closed",
    "last_message_created_at",
    "locked_by_source",
    "last_name",
    "first_name",
    "optin_status",
    "unconfirmed_at",
];

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, service } = enter(call).await?;
    let catalog = call.app.catalog(&call.caller).await?;
    let page = Page::read_of_contacts(&call.query, &SORTABLE, &|name| value::ranking(name, &catalog))?;
    let query = page.of_contacts(filter::of(&call.query, &catalog)?);
    let found = call.app.list_contacts(&call.caller, &query).await?;
    let context = Context::of(&call.app, &found.catalog, service);
    let rows: Vec<_> = found.contacts.iter().map(|contact| Contact::of(contact, &context)).collect();
    Ok(status::list(&rows, page.echo(found.total)))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, service } = enter(call).await?;
    let view = call.app.get_contact(&call.caller, &named(&call)).await?;
    let context = Context::of(&call.app, &view.catalog, service);
    call.shown(view.contact.revision, || status::one(&Contact::of(&view.contact, &context)))
}

pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, service } = enter(call).await?;
    let change = decode_create(body);
    let written = match call.query.get("return_existing") {
        Some("1" | "true") => existing::find_or_create(&call, change).await?,
        _ => call.app.create_contact(&call.caller, change).await?,
    };
    Ok(answer(&written, &Inside { call, service }))
}

pub(crate) async fn update(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    change(call, |_| decode_update(body)).await
}

/// Changes the contact that the path names, and answers it.
pub(crate) async fn change(
    call: Call<Zingle>,
    decode: impl FnOnce(&Call<Zingle>) -> Change,
) -> Answer<Zingle> {
    let (written, inside) = change_of(call, decode).await?;
    Ok(answer(&written, &inside))
}

/// Changes the contact that the path names.
pub(crate) async fn change_of(
    call: Call<Zingle>,
    decode: impl FnOnce(&Call<Zingle>) -> Change,
) -> Result<(Written, Inside), Error> {
    let Inside { call, service } = enter(call).await?;
    let written = call.app.update_contact(&call.caller, named(&call), decode(&call)).await?;
    Ok((written, Inside { call, service }))
}

/// Any body is read, within bounds, and ignored: the vendor's web client sends `{}`.
pub(crate) async fn delete(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let written = call.app.delete_contact(&call.caller, named(&call)).await?;
    Ok(with_change(written.change, status::done("Contact deleted")))
}

/// The contact that the path names.
pub(crate) fn named(call: &Call<Zingle>) -> Ref {
    Ref::uuid(Dialect::Zingle, call.param("contact_id"))
}

/// The answer to a write of a contact.
pub(crate) fn answer(written: &Written, inside: &Inside) -> Response {
    let context = Context::of(&inside.call.app, &written.view.catalog, inside.service);
    let contact = Contact::of(&written.view.contact, &context);
    wrote(written, status::one(&contact))
}
