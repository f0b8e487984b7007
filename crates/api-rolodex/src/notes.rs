//! The note endpoints.

use api_kit::{Answer, Call, Payload, with_change};
use axum::http::StatusCode;
use axum::response::Response;
use model::{Catalog, ContactId, Facet, Note, NoteId};

use crate::links::Links;
use crate::page::{Include, NOTE_ORDERS, Page, Relationship};
use crate::wire::members::Extras;
use crate::wire::{envelope, id, note};
use crate::{Error, Rolodex, resolve};

/// `GET /notes`
pub(crate) async fn list(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_NOTE)?;
    let asked = Page::read(&call.query, &NOTE_ORDERS)?;
    let page = call.app.list_records::<Note>(&call.caller, &asked.of_records()).await?;
    let links = Links::find(&call, page.records.iter().map(|note| Facet::Note(note.id)), &include).await?;
    let rows = page.records.iter().map(|note| note::encode(note, &include, &links)).collect();
    Ok(api_kit::json(StatusCode::OK, &envelope::page(asked, page.total, rows)))
}

/// `GET /notes/{id}`
pub(crate) async fn get(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_NOTE)?;
    let view = call.app.get_record::<Note>(&call.caller, &id::reference(call.param("id"))).await?;
    one(&call, &view.record, &include).await
}

/// `POST /notes`: the answer carries the contacts, whatever the request includes.
pub(crate) async fn create(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    Include::read(&call.query, &Relationship::OF_NOTE)?;
    let wanted = Wanted::of(&call, note::Asked::create(payload.body)).await?;
    let make = |fresh, now, _: &Catalog| {
        let mut note = Note::new(NoteId(fresh), "", now);
        wanted.apply(&mut note);
        Ok(note)
    };
    let contacts = wanted.contacts.as_deref().unwrap_or_default();
    let made = call.app.create_linked(&call.caller, contacts, make).await?;
    let answer = one(&call, &made.record, &Include::all(&Relationship::OF_NOTE)).await?;
    Ok(with_change(made.change, answer))
}

/// `PUT /notes/{id}`
pub(crate) async fn update(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_NOTE)?;
    let named = id::reference(call.param("id"));
    call.app.get_record::<Note>(&call.caller, &named).await?;
    let wanted = Wanted::of(&call, note::Asked::update(payload.body)).await?;
    let edit = |note: &mut Note, _: &Catalog| {
        wanted.apply(note);
        Ok(())
    };
    let changed = call.app.update_linked(&call.caller, &named, wanted.contacts.as_deref(), edit).await?;
    Ok(with_change(changed.change, one(&call, &changed.record, &include).await?))
}

/// `DELETE /notes/{id}`: the answer is the note as it was.
pub(crate) async fn delete(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_NOTE)?;
    let named = id::reference(call.param("id"));
    let before = call.app.get_record::<Note>(&call.caller, &named).await?.record;
    // It is taken from its contacts, which the answer still shows.
    let links = Links::find(&call, [Facet::Note(before.id)], &include).await?;
    let deleted = call.app.delete_record::<Note>(&call.caller, &named).await?;
    let answer = shown(&deleted.record, &include, &links);
    Ok(with_change(deleted.change, answer))
}

/// What a request asks for, with the contacts that it names; `None` leaves a member as it is.
struct Wanted {
    body: Option<String>,
    contacts: Option<Vec<ContactId>>,
    extras: Extras,
}

impl Wanted {
    /// Looks up what a request names; fails when anything is wrong with it.
    async fn of(call: &Call<Rolodex>, asked: note::Asked) -> Result<Self, Error> {
        let mut faults = asked.faults;
        let contacts = resolve::contacts(call, asked.contacts, &mut faults).await?;
        faults.check()?;
        Ok(Self { body: asked.body, contacts, extras: asked.extras })
    }

    fn apply(&self, note: &mut Note) {
        note.body = self.body.clone().unwrap_or_else(|| note.body.clone());
        self.extras.apply(&mut note.extras);
    }
}

async fn one(call: &Call<Rolodex>, note: &Note, include: &Include) -> Result<Response, Error> {
    let links = Links::find(call, [Facet::Note(note.id)], include).await?;
    Ok(shown(note, include, &links))
}

fn shown(note: &Note, include: &Include, links: &Links) -> Response {
    api_kit::json(StatusCode::OK, &envelope::one(note::encode(note, include, links)))
}
