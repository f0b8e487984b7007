//! Users: get.

use api_kit::{Answer, Call};
use model::{Dialect, ItemRef};

use crate::error::Refusal;
use crate::wire::status;
use crate::wire::user::User;
use crate::{Zingle, accounts};

/// A user is one of a service. The account has the users of all its services; one that works in several is
/// known by the same id in each.
pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let services = accounts::enter(&call).await?;
    let named = ItemRef::id_text(Dialect::Zingle, call.param("user_id"));
    let mut found = None;
    let mut ids = Vec::new();
    for each in &services {
        let catalog = call.app.catalog(&each.caller).await?;
        if let Some(user) = catalog.users.find(&named) {
            ids.push(each.workspace.id.to_string());
            found.get_or_insert_with(|| user.clone());
        }
    }
    let account = services.first().map(|first| first.workspace.id.to_string());
    let user = found.ok_or(Refusal::NoUser)?;
    Ok(status::one(&User::of(&user, account.into_iter().collect(), &ids)))
}
