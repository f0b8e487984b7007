//! What happened to a contact, and undo.

use api_kit::{Answer, Call, json, with_change};
use app::{Missing, NotUndone};
use axum::http::StatusCode;
use model::{Catalog, Member, Rejection};

use crate::contacts::contact_ref;
use crate::media::Document;
use crate::wire::{self, ChangeBody, ChangesBody, LaterBody, UndoneBody};
use crate::{Error, NativeApi, page};

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let limit = page::limit(&call.query)?;
    let before = page::before(&call.query)?;
    let history = call.app.history(&call.caller, &contact_ref(&call), before, limit as usize).await?;
    Ok(json(StatusCode::OK, &ChangesBody::new(&history)))
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    let number = change_number(&call)?;
    let event = call.app.get_change(&call.caller, number).await?;
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(json(StatusCode::OK, &ChangeBody::new(number, &event, &catalog)))
}

pub(crate) async fn undo(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let number = change_number(&call)?;
    let on_conflict = wire::decode_undo(body).map_err(app::Error::Rejected)?;
    match call.app.undo(&call.caller, number, on_conflict).await {
        Ok(undone) => Ok(with_change(undone.change, json(StatusCode::OK, &UndoneBody::new(&undone)))),
        Err(refused) => {
            let catalog = call.app.catalog(&call.caller).await?;
            Err(not_undone(refused, &catalog))
        }
    }
}

/// Why a change was not undone: with the edits since that stand in the way, where some do.
pub(crate) fn not_undone(refused: NotUndone, catalog: &Catalog) -> Error {
    let app::Error::Rejected(rejection) = refused.error else { return refused.error.into() };
    let rejection = in_native_words(rejection, catalog);
    let named = |member: &str| rejection.violations.iter().any(|each| each.at == member);
    // What is no member is the record as a whole.
    let is_whole = refused.later.iter().all(|edit| !named(&edit.member.path(catalog)));
    let later = refused.later.iter().map(|edit| LaterBody::new(edit, catalog));
    let later: Vec<_> = later
        .filter(|edit| is_whole || rejection.violations.iter().any(|each| edit.is_of(&each.at)))
        .collect();
    Error::changed_since(rejection, &later)
}

/// The change that the path names. What is no number names none.
fn change_number(call: &Call<NativeApi>) -> Result<u64, Error> {
    Ok(page::number(call.param("id")).ok_or(app::Error::NotFound(Missing::Change))?)
}

/// An undo is not a document of the client's: its violations name members of the record.
fn in_native_words(mut rejection: Rejection, catalog: &Catalog) -> Rejection {
    for violation in &mut rejection.violations {
        if let Ok(member) = violation.at.parse::<Member>() {
            violation.at = member.path(catalog);
        }
    }
    rejection
}
