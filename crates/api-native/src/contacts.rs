//! Contacts: list, get, create, update, delete.

use std::sync::Arc;

use api_kit::{Answer, Body, Call, Problem, json, json_of, with_change, wrote};
use app::{DocumentList, Scope, View, Written};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Dialect, Json, Ref, Revisions};
use serde::Serialize;

use crate::json_patch::{self, JsonPatch};
use crate::media::{self, Document};
use crate::page::Page;
use crate::resource::to_json;
use crate::shape::Shape;
use crate::wire::{self, ContactBody, ContactsBody, DocumentBody};
use crate::{Error, NativeApi, past, search};

/// What a client does not choose.
pub(crate) const FIXED: [&str; 6] =
    ["id", "number", "revision", "created_at", "updated_at", "unconfirmed_at"];

/// The contact that the path names: by its id, or an alias of this dialect.
pub(crate) fn contact_ref(call: &Call<NativeApi>) -> Ref {
    Ref::uuid(Dialect::Native, call.param("id"))
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    if search::is_asked(&call)? {
        return Box::pin(search::list(call)).await;
    }
    let page = Page::from_query(&call.query)?;
    let shape = Shape::of(&call, &*call.app.catalog(&call.caller).await?)?;
    let mut list = page.load(&call).await?;
    let next = page.cut(&mut list)?;
    listed(&call, &shape, &list, next).await
}

/// A page of contacts, as far as a client wants to see them.
pub(crate) async fn listed(
    call: &Call<NativeApi>,
    shape: &Shape,
    list: &DocumentList,
    next: Option<String>,
) -> Answer<NativeApi> {
    let DocumentList { documents, total, is_counted, catalog } = list;
    let page = ContactsBody::new(documents, catalog, (is_counted.then_some(*total), next));
    if shape.is_plain() {
        // What is empty in a contact is not stored, but shown.
        let answer = json_of(StatusCode::OK, &page, documents.bytes() * 9 / 8 + documents.len() * 256);
        return page.check().map(|()| answer).map_err(Into::into);
    }
    let mut body = to_json(&page);
    page.check()?;
    if let Some(Json::Array(rows)) = body.get_mut("contacts") {
        rows.iter_mut().for_each(|row| shape.trim(row));
    }
    if shape.has_others() {
        let contacts = documents.contacts().map_err(app::Error::from)?;
        let included = shape.included(call, contacts.iter().map(|contact| &**contact), catalog);
        body = with_included(body, Box::pin(included).await?);
    }
    Ok(json(StatusCode::OK, &body))
}

/// An answer with the records that it includes.
fn with_included(mut body: Json, included: Json) -> Json {
    if let Some(members) = body.as_object_mut() {
        members.insert("included".to_owned(), included);
    }
    body
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    if let Some(at) = call.query.one("at")?.map(str::to_owned) {
        return Box::pin(past::get(call, &at)).await;
    }
    let view = call.app.get_document(&call.caller, &contact_ref(&call)).await?;
    let shape = Shape::of(&call, &view.catalog)?;
    if shape.has_others() {
        let contact = Arc::new(view.document.contact().map_err(app::Error::from)?);
        return shown(&call, &View { contact, catalog: view.catalog }).await;
    }
    let contact = view.document.in_place().map_err(app::Error::from)?;
    call.shown(contact.revision, || alone(&DocumentBody::new(&contact, &view.catalog), &shape))
}

/// A contact to one who may want a revision of it.
pub(crate) async fn shown(call: &Call<NativeApi>, view: &View) -> Answer<NativeApi> {
    let revision = view.contact.revision;
    let shape = Shape::of(call, &view.catalog)?;
    let body = ContactBody::new(&view.contact, &view.catalog);
    if !shape.has_others() {
        return call.shown(revision, || alone(&body, &shape));
    }
    let included = shape.included(call, std::iter::once(&*view.contact), &view.catalog);
    let included = Box::pin(included).await?;
    let mut body = to_json(&body);
    shape.trim(&mut body);
    call.shown_beside_others(revision, || json(StatusCode::OK, &with_included(body, included)))
}

/// A contact without others, as far as a client wants to see it.
fn alone(body: &impl Serialize, shape: &Shape) -> Response {
    if shape.is_plain() {
        return json(StatusCode::OK, body);
    }
    let mut body = to_json(body);
    shape.trim(&mut body);
    json(StatusCode::OK, &body)
}

pub(crate) async fn create(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let written = call.app.create_contact(&call.caller, wire::decode(body)).await?;
    let contact = &written.view.contact;
    let mut answer = json(StatusCode::CREATED, &ContactBody::new(contact, &written.view.catalog));
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1/contacts/{}", contact.id)) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(wrote(&written, answer))
}

pub(crate) async fn update(call: Call<NativeApi>, change: media::Change) -> Answer<NativeApi> {
    let written = match change {
        media::Change::Merge(body) => {
            let body = without_what_was_read(&call, body).await?;
            let written = call.app.update_contact(&call.caller, contact_ref(&call), wire::decode(body)).await;
            written.map_err(Error::from)
        }
        media::Change::Operations(body) => {
            let patch = JsonPatch::decode(body).map_err(app::Error::Rejected)?;
            Box::pin(patch_contact(&call, &patch)).await
        }
    };
    let written = match written {
        Ok(written) => written,
        Err(fault) => return Err(Box::pin(explained(&call, fault)).await),
    };
    let contact = &written.view.contact;
    let answer = json(StatusCode::OK, &ContactBody::new(contact, &written.view.catalog));
    Ok(wrote(&written, answer))
}

/// Changes a contact as a JSON Patch says.
async fn patch_contact(call: &Call<NativeApi>, patch: &JsonPatch) -> Result<Written, Error> {
    call.caller.check_version()?;
    for _ in 0..json_patch::TRIES {
        if let Some(written) = try_patch(call, patch).await? {
            return Ok(written);
        }
    }
    Err(json_patch::never_settled())
}

/// Changes a contact as a JSON Patch says, if it still is what the patch was applied to.
async fn try_patch(call: &Call<NativeApi>, patch: &JsonPatch) -> Result<Option<Written>, Error> {
    let View { contact, catalog } = call.app.get_contact(&call.caller, &contact_ref(call)).await?;
    call.precondition().check(contact.revision).map_err(app::Error::Rejected)?;
    let patched = patch.apply(&to_json(&ContactBody::new(&contact, &catalog)), &catalog)?;
    let mut change = wire::decode(Body::Json(Json::Object(patched.members)));
    patched.sets.iter().for_each(|set| wire::change_set(set, &mut change));
    change.precondition = Some(Box::new(json_patch::only(contact.revision)));
    let written = call.app.update_contact(&call.caller, contact_ref(call), change).await;
    json_patch::unless_moved(written.map_err(Error::from))
}

/// A patch without what a client does not choose and sends back as it was read.
async fn without_what_was_read(call: &Call<NativeApi>, body: Body) -> Result<Body, Error> {
    let Body::Json(Json::Object(mut members)) = body else { return Ok(body) };
    if FIXED.iter().any(|name| members.contains_key(*name)) {
        let view = Box::pin(call.app.get_contact(&call.caller, &contact_ref(call))).await?;
        let shown = to_json(&ContactBody::new(&view.contact, &view.catalog));
        members.retain(|name, sent| !FIXED.contains(&name.as_str()) || shown.get(name) != Some(sent));
    }
    Ok(Body::Json(Json::Object(members)))
}

pub(crate) async fn delete(call: Call<NativeApi>) -> Answer<NativeApi> {
    match call.app.delete_contact(&call.caller, contact_ref(&call)).await {
        Ok(written) => Ok(with_change(written.change, StatusCode::NO_CONTENT.into_response())),
        Err(fault) => Err(Box::pin(explained(&call, fault.into())).await),
    }
}

/// Why a contact was not written. A client that knew another revision is told what happened since.
async fn explained(call: &Call<NativeApi>, fault: Error) -> Error {
    let rejection = match fault {
        Error::Problem(Problem::App(app::Error::Rejected(rejection)))
            if rejection.other_revision().is_some() =>
        {
            rejection
        }
        fault => return fault,
    };
    let known = match call.precondition().is {
        Some(Revisions::These(known)) => known.into_iter().max(),
        _ => None,
    };
    let since = match known {
        // Who may not read is not told what others wrote.
        Some(revision) if call.caller.require(Scope::Read).is_ok() => {
            match call.app.differences_since(&call.caller, &contact_ref(call), revision).await {
                Ok(since) => since,
                Err(fault) => return fault.into(),
            }
        }
        _ => None,
    };
    let differences = since.map(|since| wire::differences(&since.differences, &since.catalog));
    let members = differences.map(|differences| ("differences".to_owned(), differences));
    let problem = app::Error::Rejected(rejection).into();
    Error::Explained { problem, members: Box::new(members.into_iter().collect()) }
}
