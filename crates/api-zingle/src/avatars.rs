//! Pictures of contacts and of users: put, delete. They are served by `api_kit` beside the routes.

use api_kit::{Answer, Call, Host, with_change, wrote};
use model::{Dialect, ItemRef};

use crate::camel::{LargeInput, NoInput};
use crate::contacts::named;
use crate::error::Refusal;
use crate::service::{Inside, enter};
use crate::wire::contact::{Contact, Context};
use crate::wire::{avatar, status};
use crate::{Zingle, accounts};

pub(crate) async fn update(
    call: Call<Zingle>,
    Host(host): Host,
    LargeInput(body): LargeInput,
) -> Answer<Zingle> {
    let Inside { call, service } = enter(call).await?;
    let contact = named(&call);
    // A contact that is not there is told before what is wrong with the picture.
    call.app.get_contact(&call.caller, &contact).await?;
    let upload = avatar::decode("avatar", body)?;
    let base = call.app.public_url(host.as_deref());
    let written = call.app.set_contact_picture(&call.caller, &contact, (upload, &base)).await?;
    let context = Context::of(&call.app, &written.view.catalog, service);
    let shown = Contact::of(&written.view.contact, &context);
    Ok(wrote(&written, status::told("Contact avatar updated", &shown)))
}

/// Nothing changes where there is none.
pub(crate) async fn delete(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let written = call.app.clear_contact_picture(&call.caller, named(&call)).await?;
    Ok(wrote(&written, status::done("Contact avatar deleted")))
}

/// A user who works in several services gets the picture in each.
pub(crate) async fn update_user(
    call: Call<Zingle>,
    Host(host): Host,
    LargeInput(body): LargeInput,
) -> Answer<Zingle> {
    let callers = working(&call).await?;
    let upload = avatar::decode("user_avatar", body)?;
    let base = call.app.public_url(host.as_deref());
    let mut change = None;
    for caller in callers {
        let written = call.app.set_user_picture(&caller, &user(&call), (upload.clone(), &base)).await?;
        change = written.change.or(change);
    }
    Ok(with_change(change, status::done("User avatar updated")))
}

pub(crate) async fn delete_user(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let mut change = None;
    for caller in working(&call).await? {
        change = call.app.clear_user_picture(&caller, &user(&call)).await?.change.or(change);
    }
    Ok(with_change(change, status::done("User avatar deleted")))
}

/// The user that the path names.
fn user(call: &Call<Zingle>) -> ItemRef {
    ItemRef::id_text(Dialect::Zingle, call.param("user_id"))
}

/// The caller in each service of the account in which the user works.
async fn working(call: &Call<Zingle>) -> Result<Vec<app::Caller>, crate::Error> {
    let named = user(call);
    let mut callers = Vec::new();
    for each in accounts::enter(call).await? {
        if call.app.catalog(&each.caller).await?.users.find(&named).is_some() {
            callers.push(each.caller);
        }
    }
    if callers.is_empty() { Err(Refusal::NoUser.into()) } else { Ok(callers) }
}
