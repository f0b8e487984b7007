//! Contacts: list, get, create, update, delete.

use api_kit::{Answer, Body, Call, json, with_change};
use app::{View, Written};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use model::{Change, Dialect, Json, Ref};

use crate::json_patch::{self, JsonPatch};
use crate::media::{self, Document};
use crate::page::Page;
use crate::precondition::{Wanted, not_modified, with_tag};
use crate::resource::to_json;
use crate::shape::Shape;
use crate::wire::{self, ContactBody, ContactsBody};
use crate::{Error, NativeApi, past};

/// What a client does not choose.
const FIXED: [&str; 6] = ["id", "number", "revision", "created_at", "updated_at", "unconfirmed_at"];

/// The contact that the path names: by its id, or an alias of this dialect.
pub(crate) fn contact_ref(call: &Call<NativeApi>) -> Ref {
    Ref::uuid(Dialect::Native, call.param("id"))
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let page = Page::from_query(&call.query)?;
    let shape = Shape::of(&call, &*call.app.catalog(&call.caller).await?)?;
    let (list, next) = page.load(&call).await?;
    let body = ContactsBody::new(&list, next);
    if shape.is_plain() {
        return Ok(json(StatusCode::OK, &body));
    }
    let mut body = to_json(&body);
    if let Some(Json::Array(rows)) = body.get_mut("contacts") {
        rows.iter_mut().for_each(|row| shape.trim(row));
    }
    let contacts = list.contacts.iter().map(|contact| &**contact);
    let included = shape.included(&call, contacts, &list.catalog).await?;
    Ok(json(StatusCode::OK, &with_included(body, included)))
}

/// An answer with the records that it includes.
fn with_included(mut body: Json, included: Option<Json>) -> Json {
    if let (Some(members), Some(included)) = (body.as_object_mut(), included) {
        members.insert("included".to_owned(), included);
    }
    body
}

pub(crate) async fn get(call: Call<NativeApi>, wanted: Wanted) -> Answer<NativeApi> {
    if let Some(at) = call.query.get("at").map(str::to_owned) {
        return past::get(call, wanted, &at).await;
    }
    shown(&call, &call.app.get_contact(&call.caller, &contact_ref(&call)).await?, &wanted).await
}

/// A contact to one who may want a revision of it.
pub(crate) async fn shown(call: &Call<NativeApi>, view: &View, wanted: &Wanted) -> Answer<NativeApi> {
    let revision = view.contact.revision;
    wanted.check_read(revision)?;
    let shape = Shape::of(call, &view.catalog)?;
    if wanted.is_known(revision) {
        return Ok(not_modified(revision));
    }
    let body = ContactBody::new(&view.contact, &view.catalog);
    if shape.is_plain() {
        return Ok(with_tag(revision, json(StatusCode::OK, &body)));
    }
    let mut body = to_json(&body);
    shape.trim(&mut body);
    let included = shape.included(call, std::iter::once(&*view.contact), &view.catalog).await?;
    Ok(with_tag(revision, json(StatusCode::OK, &with_included(body, included))))
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
    change: media::Change,
) -> Answer<NativeApi> {
    let written = match change {
        media::Change::Merge(body) => {
            let body = without_what_was_read(&call, body).await?;
            let change = Change { precondition: wanted.boxed(), ..wire::decode(body) };
            call.app.update_contact(&call.caller, contact_ref(&call), change).await?
        }
        media::Change::Operations(body) => {
            let patch = JsonPatch::decode(body).map_err(app::Error::Rejected)?;
            patch_contact(&call, &wanted, &patch).await?
        }
    };
    let contact = &written.view.contact;
    let answer = json(StatusCode::OK, &ContactBody::new(contact, &written.view.catalog));
    Ok(with_tag(contact.revision, with_change(written.change, answer)))
}

/// Changes a contact as a JSON Patch says.
async fn patch_contact(call: &Call<NativeApi>, wanted: &Wanted, patch: &JsonPatch) -> Result<Written, Error> {
    for _ in 0..json_patch::TRIES {
        if let Some(written) = try_patch(call, wanted, patch).await? {
            return Ok(written);
        }
    }
    Err(json_patch::never_settled())
}

/// Changes a contact as a JSON Patch says, if it still is what the patch was applied to.
async fn try_patch(
    call: &Call<NativeApi>,
    wanted: &Wanted,
    patch: &JsonPatch,
) -> Result<Option<Written>, Error> {
    let View { contact, catalog } = call.app.get_contact(&call.caller, &contact_ref(call)).await?;
    wanted.0.check(contact.revision).map_err(app::Error::Rejected)?;
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

pub(crate) async fn delete(call: Call<NativeApi>, wanted: Wanted) -> Answer<NativeApi> {
    let written = call.app.delete_contact_at(&call.caller, contact_ref(&call), wanted.boxed()).await?;
    Ok(with_change(written.change, StatusCode::NO_CONTENT.into_response()))
}
