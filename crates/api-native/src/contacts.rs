//! Contacts: list, get, create, update, delete.

use std::sync::Arc;

use api_kit::{Answer, Body, Call, Problem, json, with_change, wrote};
use app::{DocumentList, Scope, View, Written};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use model::{Dialect, Json, Ref, Revisions};

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
    if search::is_asked(&call) {
        return search::list(call).await;
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
    let contacts = documents.in_place().map_err(app::Error::from)?;
    let body = ContactsBody::new(&contacts, catalog, (is_counted.then_some(*total), next));
    if shape.is_plain() {
        return Ok(json(StatusCode::OK, &body));
    }
    let mut body = to_json(&body);
    if let Some(Json::Array(rows)) = body.get_mut("contacts") {
        rows.iter_mut().for_each(|row| shape.trim(row));
    }
    let contacts = documents.contacts().map_err(app::Error::from)?;
    let included = shape.included(call, contacts.iter().map(|contact| &**contact), catalog).await?;
    Ok(json(StatusCode::OK, &with_included(body, included)))
}

/// An answer with the records that it includes.
fn with_included(mut body: Json, included: Option<Json>) -> Json {
    if let (Some(members), Some(included)) = (body.as_object_mut(), included) {
        members.insert("included".to_owned(), included);
    }
    body
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    if let Some(at) = call.query.get("at").map(str::to_owned) {
        return past::get(call, &at).await;
    }
    let view = call.app.get_document(&call.caller, &contact_ref(&call)).await?;
    let contact = view.document.in_place().map_err(app::Error::from)?;
    if !Shape::of(&call, &view.catalog)?.is_plain() {
        let contact = Arc::new(view.document.contact().map_err(app::Error::from)?);
        return shown(&call, &View { contact, catalog: view.catalog }).await;
    }
    call.shown(contact.revision, || json(StatusCode::OK, &DocumentBody::new(&contact, &view.catalog)))
}

/// A contact to one who may want a revision of it.
pub(crate) async fn shown(call: &Call<NativeApi>, view: &View) -> Answer<NativeApi> {
    let revision = view.contact.revision;
    let shape = Shape::of(call, &view.catalog)?;
    let body = ContactBody::new(&view.contact, &view.catalog);
    if shape.is_plain() {
        return call.shown(revision, || json(StatusCode::OK, &body));
    }
    let mut body = to_json(&body);
    shape.trim(&mut body);
    match shape.included(call, std::iter::once(&*view.contact), &view.catalog).await? {
        None => call.shown(revision, || json(StatusCode::OK, &body)),
        included => {
            call.shown_beside_others(revision, || json(StatusCode::OK, &with_included(body, included)))
        }
    }
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
            or_stale(&call, written.map_err(Error::from)).await?
        }
        media::Change::Operations(body) => {
            let patch = JsonPatch::decode(body).map_err(app::Error::Rejected)?;
            or_stale(&call, patch_contact(&call, &patch).await).await?
        }
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
        let view = call.app.get_contact(&call.caller, &contact_ref(call)).await?;
        let shown = to_json(&ContactBody::new(&view.contact, &view.catalog));
        members.retain(|name, sent| !FIXED.contains(&name.as_str()) || shown.get(name) != Some(sent));
    }
    Ok(Body::Json(Json::Object(members)))
}

pub(crate) async fn delete(call: Call<NativeApi>) -> Answer<NativeApi> {
    let written = call.app.delete_contact(&call.caller, contact_ref(&call)).await;
    let written = or_stale(&call, written.map_err(Error::from)).await?;
    Ok(with_change(written.change, StatusCode::NO_CONTENT.into_response()))
}

/// What was written. A client that knew another revision is told what happened since.
async fn or_stale(call: &Call<NativeApi>, written: Result<Written, Error>) -> Result<Written, Error> {
    let rejection = match written {
        Err(Error::Problem(Problem::App(app::Error::Rejected(rejection))))
            if rejection.other_revision().is_some() =>
        {
            rejection
        }
        written => return written,
    };
    let Some(Revisions::These(known)) = call.precondition().is else {
        return Err(app::Error::Rejected(rejection).into());
    };
    let since = match known.into_iter().max() {
        // Who may not read is not told what others wrote.
        Some(revision) if call.caller.require(Scope::Read).is_ok() => {
            call.app.differences_since(&call.caller, &contact_ref(call), revision).await?
        }
        _ => None,
    };
    let differences = since.map(|since| wire::differences(&since.differences, &since.catalog));
    let members = Box::new(
        differences.map(|differences| ("differences".to_owned(), differences)).into_iter().collect(),
    );
    Err(Error::Explained { problem: app::Error::Rejected(rejection).into(), members })
}
