//! Users: whether they take conversations, and the custom status that they have.

use api_kit::{Answer, Call, Payload, json, with_change};
use app::{Error as AppError, Missing, Scope};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use model::{Catalog, ItemRef, Presence, RecordKind, UserId};

use crate::wire::item::One;
use crate::wire::user_status::{UserStatus, Wish, clear};
use crate::{Callbell, Error, items};

pub(crate) async fn set_status(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let user = find(&call, &*call.app.catalog(&call.caller).await?)?;
    let wish = Wish::of(payload.body).map_err(AppError::Rejected)?;
    let written = call.app.create_item(&call.caller, |fresh, catalog| wish.presence(user, fresh, catalog));
    let written = written.await?;
    let body = One("user_status", UserStatus::of(&written.item, &written.catalog));
    Ok(with_change(written.change, json(StatusCode::OK, &body)))
}

pub(crate) async fn delete_status(call: Call<Callbell>) -> Answer<Callbell> {
    call.caller.require(Scope::Write)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let user = find(&call, &catalog)?;
    let mut change = None;
    if let Some(presence) = catalog.presence(user) {
        let edit = |presence: &mut Presence, _: &Catalog| {
            clear(presence);
            Ok(())
        };
        change = call.app.update_item(&call.caller, &items::own(presence.id.0), edit).await?.change;
    }
    Ok(with_change(change, StatusCode::NO_CONTENT.into_response()))
}

/// The user that the path names: no page says where a client has the id from, so the e-mail address is taken too.
fn find(call: &Call<Callbell>, catalog: &Catalog) -> Result<UserId, Error> {
    let by_email = || catalog.users.find(&ItemRef::NameAnyCase(call.param("uuid").to_owned()));
    let user = catalog.users.find(&items::named(call)).or_else(by_email);
    Ok(user.ok_or(AppError::NotFound(Missing::Record(RecordKind::User)))?.id)
}
