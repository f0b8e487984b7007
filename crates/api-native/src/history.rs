//! What happened to a contact, and undo.

use api_kit::{Answer, Call, json, with_change};
use app::Missing;
use axum::http::StatusCode;
use model::{Catalog, Member, Rejection};

use crate::contacts::contact_ref;
use crate::media::Document;
use crate::wire::{self, ChangeBody, ChangesBody, UndoneBody};
use crate::{Error, NativeApi, page};

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let limit = page::limit(&call.query)?;
    let before = call.query.integer("before", 1)?;
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
    let undone = match call.app.undo(&call.caller, number, on_conflict).await {
        Err(app::Error::Rejected(rejection)) => {
            let catalog = call.app.catalog(&call.caller).await?;
            return Err(app::Error::Rejected(in_native_words(rejection, &catalog)).into());
        }
        undone => undone?,
    };
    Ok(with_change(undone.change, json(StatusCode::OK, &UndoneBody::new(&undone))))
}

/// The change that the path names. What is no number names none.
fn change_number(call: &Call<NativeApi>) -> Result<u64, Error> {
    let text = call.param("id");
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain);
    Ok(number.ok_or(app::Error::NotFound(Missing::Change))?)
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
