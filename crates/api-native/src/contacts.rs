//! Contacts: list, get, create, update, delete.

use api_kit::{Answer, Body, Call, json, with_change, wrote};
use app::{Scope, Written};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use model::{Dialect, Json, Ref, Revisions};

use crate::error::Stale;
use crate::media::Document;
use crate::page::Page;
use crate::resource::to_json;
use crate::wire::{self, ContactBody, ContactsBody};
use crate::{Error, NativeApi};

/// What a client does not choose.
const FIXED: [&str; 6] = ["id", "number", "revision", "created_at", "updated_at", "unconfirmed_at"];

/// The contact that the path names: by its id, or an alias of this dialect.
pub(crate) fn contact_ref(call: &Call<NativeApi>) -> Ref {
    Ref::uuid(Dialect::Native, call.param("id"))
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let page = Page::from_query(&call.query)?;
    let (list, next) = page.load(&call).await?;
    Ok(json(StatusCode::OK, &ContactsBody::new(&list, next)))
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    let view = call.app.get_contact(&call.caller, &contact_ref(&call)).await?;
    call.shown(view.contact.revision, || {
        json(StatusCode::OK, &ContactBody::new(&view.contact, &view.catalog))
    })
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

pub(crate) async fn update(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let body = without_what_was_read(&call, body).await?;
    let written = call.app.update_contact(&call.caller, contact_ref(&call), wire::decode(body)).await;
    let written = or_stale(&call, written).await?;
    let contact = &written.view.contact;
    let answer = json(StatusCode::OK, &ContactBody::new(contact, &written.view.catalog));
    Ok(wrote(&written, answer))
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
    let written = or_stale(&call, written).await?;
    Ok(with_change(written.change, StatusCode::NO_CONTENT.into_response()))
}

/// What was written. A client that knew another revision is told what happened since.
async fn or_stale(call: &Call<NativeApi>, written: Result<Written, app::Error>) -> Result<Written, Error> {
    let rejection = match written {
        Err(app::Error::Rejected(rejection)) if rejection.other_revision().is_some() => rejection,
        written => return Ok(written?),
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
    Err(Error::Stale(Box::new(Stale { rejection, differences })))
}
