//! Handlers of `/crm/objects/contact`.

use api_kit::{Answer, Call, Payload, with_change};
use app::{ContactList, Missing};
use axum::http::StatusCode;
use axum::response::Response;
use model::{Company, Contact};
use serde::Serialize;

use crate::page::{Page, Selection, contact_id};
use crate::wire::contact::{self, Purpose};
use crate::wire::{Deleted, Single, detail, list};
use crate::{Acquire, Error};

/// `POST /crm/objects/contact`
pub(crate) async fn create(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let (change, echo) = contact::decode(payload.body, Purpose::Create);
    let written = call.app.create_contact(&call.caller, change).await?;
    Ok(with_change(written.change, single(&contact::Contact::of(&written.view, &echo))))
}

/// `GET /crm/objects/contact/{contactId}`
pub(crate) async fn get(call: Call<Acquire>) -> Answer<Acquire> {
    let id = contact_id(&call)?;
    let selection = Selection::read(&call.query);
    let view =
        call.app.get_contact(&call.caller, &id).await.map_err(|error| Error::from(error).about(&id))?;
    let companies =
        if selection.has("company") { companies(&call, &[&view.contact]).await? } else { Vec::new() };
    selected(selection.apply(&detail::Detail::of(&view, &selection, &companies)))
}

/// `GET /crm/objects/contact`
pub(crate) async fn list(call: Call<Acquire>) -> Answer<Acquire> {
    let page = Page::read(&call.query)?;
    let selection = Selection::read(&call.query);
    let found = find(&call, &page).await?;
    let contacts: Vec<&Contact> = found.contacts.iter().map(|contact| &**contact).collect();
    let companies = companies(&call, &contacts).await?;
    selected(list::encode(&found, &selection, &companies))
}

/// `PUT /crm/objects/contact/{contactId}`
pub(crate) async fn update(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let id = contact_id(&call)?;
    let about = |error: app::Error| Error::from(error).about(&id);
    let (change, echo) = contact::decode(payload.body, Purpose::Update);
    let written = call.app.update_contact(&call.caller, id.clone(), change).await.map_err(about)?;
    Ok(with_change(written.change, single(&contact::Contact::of(&written.view, &echo))))
}

/// `DELETE /crm/objects/contact/{contactId}`
pub(crate) async fn delete(call: Call<Acquire>) -> Answer<Acquire> {
    let id = contact_id(&call)?;
    let about = |error: app::Error| Error::from(error).about(&id);
    let written = call.app.delete_contact(&call.caller, id.clone()).await.map_err(about)?;
    Ok(with_change(written.change, single(&Deleted { deleted: 1 })))
}

fn single(data: &impl Serialize) -> Response {
    api_kit::json(StatusCode::OK, &Single { data })
}

fn selected(shaped: serde_json::Result<model::Json>) -> Answer<Acquire> {
    // Answers are plain data with text keys, which can always be written.
    shaped.map(|data| single(&data)).map_err(|_| api_kit::Problem::Panic.into())
}

/// The companies that contacts are shown with.
async fn companies(call: &Call<Acquire>, contacts: &[&Contact]) -> Result<Vec<Company>, app::Error> {
    let ids: Vec<_> =
        contacts.iter().filter_map(|contact| contact::company(contact)).map(|link| link.id).collect();
    call.app.find_companies(&call.caller, &ids).await
}

/// The contacts of a page. The one that `where=id|eq|…` names is looked up by its id.
async fn find(call: &Call<Acquire>, page: &Page) -> Result<ContactList, app::Error> {
    let Some((first, others)) = page.ids.split_first() else {
        return call.app.list_contacts(&call.caller, &page.query()).await;
    };
    let catalog = call.app.catalog(&call.caller).await?;
    let found = match call.app.get_contact(&call.caller, first).await {
        Ok(view) => Some(view.contact),
        Err(app::Error::NotFound(Missing::Contact)) => None,
        Err(error) => return Err(error),
    };
    let is_met = |contact: &Contact| {
        others.iter().all(|id| id == first)
            && page.texts.iter().all(|(name, text)| contact::client_text(contact, name) == Some(text))
    };
    let found = found.filter(|contact| is_met(contact));
    let total = u64::from(found.is_some());
    let contacts = found.filter(|_| page.is_first()).into_iter().collect();
    Ok(ContactList { contacts, total, catalog })
}
