//! Handlers of `/crm/objects/contact`.

use std::sync::Arc;

use api_kit::{Answer, Call, Payload, with_change, wrote};
use app::{ContactList, Merge, Missing};
use model::Contact;

use crate::filter::Asked;
use crate::page::{Selection, path_id};
use crate::wire::contact::{self, Purpose};
use crate::wire::merge::{self, Merged};
use crate::wire::{Deleted, detail, list, search, single};
use crate::{Acquire, Error, companies};

/// What a contact can be shown with.
const RELATIONS: [&str; 6] = ["company", "cases", "fields", "tags", "visits", "timeline"];

/// The part of paths that names a contact.
const ID: &str = "contactId";

/// `POST /crm/objects/contact`
pub(crate) async fn create(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let (change, echo) = contact::decode(payload.body, Purpose::Create);
    let written = call.app.create_contact(&call.caller, change).await?;
    let companies = companies::of(&call, [&*written.view.contact]).await?;
    let shown = contact::Contact::of(&written.view, &companies, &echo);
    Ok(wrote(&written, single(&shown)))
}

/// `GET /crm/objects/contact/{contactId}`
pub(crate) async fn get(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, ID)?;
    let selection = Selection::read(&call.query, &RELATIONS);
    let view =
        call.app.get_contact(&call.caller, &id).await.map_err(|error| Error::from(error).about(ID, &id))?;
    let companies = companies::of(&call, [&*view.contact]).await?;
    let shown = selected(selection.apply(&detail::Detail::of(&view, &selection, &companies)))?;
    call.shown(view.contact.revision, || shown)
}

/// `GET /crm/objects/contact`
pub(crate) async fn list(call: Call<Acquire>) -> Answer<Acquire> {
    let asked = Asked::read(&call.query, call.app.catalog(&call.caller).await?)?;
    let selection = Selection::read(&call.query, &RELATIONS);
    let found = find(&call, &asked).await?;
    let companies = companies::of(&call, found.contacts.iter().map(|contact| &**contact)).await?;
    selected(list::encode(&found, &selection, &companies))
}

/// `POST /crm/contact/list`
pub(crate) async fn search(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let search::Asked { text, page } = search::Asked::read(payload.body)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let found = find(&call, &Asked::search(text.clone(), page, catalog)).await?;
    let companies = companies::of(&call, found.contacts.iter().map(|contact| &**contact)).await?;
    Ok(single(&search::encode(&found, text.as_deref(), &companies)?))
}

/// `POST /crm/contact/merge/{contactId}`
pub(crate) async fn merge(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, ID)?;
    let about = |error: app::Error| Error::from(error).about(ID, &id);
    call.app.get_contact(&call.caller, &id).await.map_err(about)?;
    let from = merge::read(payload.body)?;
    let merge = Merge::new(id.clone(), from.clone());
    let merged = call.app.merge_contacts(&call.caller, &merge).await.map_err(about)?;
    let contact = &merged.view.contact;
    let stays = contact::shown_id(&contact.aliases, contact.number);
    Ok(wrote(&merged, single(&Merged::new(stays, &from))))
}

/// `PUT /crm/objects/contact/{contactId}`
pub(crate) async fn update(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, ID)?;
    let about = |error: app::Error| Error::from(error).about(ID, &id);
    let (change, echo) = contact::decode(payload.body, Purpose::Update);
    let written = call.app.update_contact(&call.caller, id.clone(), change).await.map_err(about)?;
    let companies = companies::of(&call, [&*written.view.contact]).await?;
    let shown = contact::Contact::of(&written.view, &companies, &echo);
    Ok(wrote(&written, single(&shown)))
}

/// `DELETE /crm/objects/contact/{contactId}`
pub(crate) async fn delete(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, ID)?;
    let about = |error: app::Error| Error::from(error).about(ID, &id);
    let written = call.app.delete_contact(&call.caller, id.clone()).await.map_err(about)?;
    Ok(with_change(written.change, single(&Deleted { deleted: 1 })))
}

fn selected(shaped: serde_json::Result<model::Json>) -> Answer<Acquire> {
    // Answers are plain data with text keys, which can always be written.
    shaped.map(|data| single(&data)).map_err(|_| api_kit::Problem::Panic.into())
}

/// The contacts of a page. Those that `where=id|eq|…` names are looked up by their ids.
async fn find(call: &Call<Acquire>, asked: &Asked) -> Result<ContactList, app::Error> {
    let Some(ids) = asked.ids() else {
        return call.app.list_contacts(&call.caller, &asked.query(call).await?).await;
    };
    let mut contacts: Vec<Arc<Contact>> = Vec::new();
    for id in &ids {
        match call.app.get_contact(&call.caller, id).await {
            Ok(view) if contacts.iter().any(|contact| contact.id == view.contact.id) => {}
            Ok(view) => contacts.push(view.contact),
            Err(app::Error::NotFound(Missing::Contact)) => {}
            Err(error) => return Err(error),
        }
    }
    contacts.retain(|contact| asked.holds_for(contact));
    asked.sort(&mut contacts);
    let (contacts, total) = asked.page().of(contacts);
    Ok(ContactList::counted(contacts, total, call.app.catalog(&call.caller).await?))
}
