//! `return_existing=1`: the contact that owns the one channel of a create request is updated and answered
//! instead of being refused.

use std::sync::Arc;

use api_kit::{Call, Problem};
use app::{App, Caller, Error as AppError, Missing, Written};
use model::{Change, ChannelWrite, Contact, Dialect, Edit, Ref, ViolationKind};

use crate::{Error, Zingle};

/// Updates the owner of the change's channel with the change's custom field values, or makes a contact.
///
/// Between the look-up and the write another request may take or free the channel; then it is looked up once
/// more. That no two contacts get the channel is the writer's to see to.
pub(crate) async fn find_or_create(call: &Call<Zingle>, change: Change) -> Result<Written, Error> {
    if change.violations.is_empty() && change.exclusive_channels().count() != 1 {
        let reason = "needs exactly one channel".to_owned();
        return Err(Problem::BadQuery { name: "return_existing", reason }.into());
    }
    match attempt(call, change.clone()).await {
        Err(fault) if is_overtaken(&fault) => Ok(attempt(call, change).await?),
        written => Ok(written?),
    }
}

async fn attempt(call: &Call<Zingle>, change: Change) -> Result<Written, AppError> {
    match owner(call, &change).await? {
        Some(contact) => {
            let contact = Ref::uuid(Dialect::Zingle, &contact.id.to_string());
            call.app.update_contact(&call.caller, contact, values_only(change)).await
        }
        None => call.app.create_contact(&call.caller, change).await,
    }
}

/// The contact that has the change's channel. A change that is refused anyway is not looked up.
async fn owner(call: &Call<Zingle>, change: &Change) -> Result<Option<Arc<Contact>>, AppError> {
    let write = change.exclusive_channels().next().filter(|_| change.violations.is_empty());
    match write {
        Some(write) => owner_of(&call.app, &call.caller, write).await,
        None => Ok(None),
    }
}

/// The contact of the caller's service that has a channel.
pub(crate) async fn owner_of(
    app: &App,
    caller: &Caller,
    write: &ChannelWrite,
) -> Result<Option<Arc<Contact>>, AppError> {
    let catalog = app.catalog(caller).await?;
    match write.lookup_key(&catalog) {
        Some((kind, value)) => Ok(app.find_by_channel(caller, &kind, &value).await?.into_iter().next()),
        None => Ok(None),
    }
}

/// QUIRK(zingle): of the request only the custom field values are written to a contact that was found
/// (`contacts/POST_create.md`). Pinned by `return_existing_updates_the_owner_with_the_values_only`.
fn values_only(change: Change) -> Change {
    let is_value = |(_, edit): &(String, Edit)| matches!(edit, Edit::Values(..));
    Change { edits: change.edits.into_iter().filter(is_value).collect(), ..change }
}

/// Whether another request came in between.
fn is_overtaken(fault: &AppError) -> bool {
    match fault {
        AppError::NotFound(Missing::Contact) => true,
        AppError::Rejected(rejection) => {
            rejection.violations.iter().any(|each| each.kind == ViolationKind::ChannelTaken)
        }
        _ => false,
    }
}
