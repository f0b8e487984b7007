//! Contacts: list, get, create, update, delete.

use api_kit::{Answer, Body, Call, json, with_change};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use model::{Change, Dialect, Json, Ref};

use crate::media::Document;
use crate::page::Page;
use crate::precondition::{Wanted, not_modified, with_tag};
use crate::resource::to_json;
use crate::wire::{self, ContactBody, ContactsBody};
use crate::{Error, NativeApi, search};

/// What a client does not choose.
const FIXED: [&str; 6] = ["id", "number", "revision", "created_at", "updated_at", "unconfirmed_at"];

/// The contact that the path names: by its id, or an alias of this dialect.
pub(crate) fn contact_ref(call: &Call<NativeApi>) -> Ref {
    Ref::uuid(Dialect::Native, call.param("id"))
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    if search::is_asked(&call) {
        return search::list(call).await;
    }
    let page = Page::from_query(&call.query)?;
    let (list, next) = page.load(&call).await?;
    Ok(json(StatusCode::OK, &ContactsBody::new(&list, next, Some(list.total))))
}

pub(crate) async fn get(call: Call<NativeApi>, wanted: Wanted) -> Answer<NativeApi> {
    let view = call.app.get_contact(&call.caller, &contact_ref(&call)).await?;
    let revision = view.contact.revision;
    wanted.check_read(revision)?;
    if wanted.is_known(revision) {
        return Ok(not_modified(revision));
    }
    Ok(with_tag(revision, json(StatusCode::OK, &ContactBody::new(&view.contact, &view.catalog))))
}

pub(crate) async fn create(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let written = call.app.create_contact(&call.caller, wire::decode(body)).await?;
    let contact = &written.view.contact;
    let mut answer = json(StatusCode::CREATED, &ContactBody::new(contact, &written.view.catalog));
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1/contacts/{}", contact.id)) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(with_tag(contact.revision, with_change(written.change, answer)))
}

pub(crate) async fn update(
    call: Call<NativeApi>,
    wanted: Wanted,
    Document(body): Document,
) -> Answer<NativeApi> {
    let body = without_what_was_read(&call, body).await?;
    let change = Change { precondition: wanted.boxed(), ..wire::decode(body) };
    let written = call.app.update_contact(&call.caller, contact_ref(&call), change).await?;
    let contact = &written.view.contact;
    let answer = json(StatusCode::OK, &ContactBody::new(contact, &written.view.catalog));
    Ok(with_tag(contact.revision, with_change(written.change, answer)))
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

pub(crate) async fn delete(call: Call<NativeApi>, wanted: Wanted) -> Answer<NativeApi> {
    let written = call.app.delete_contact_at(&call.caller, contact_ref(&call), wanted.boxed()).await?;
    Ok(with_change(written.change, StatusCode::NO_CONTENT.into_response()))
}
