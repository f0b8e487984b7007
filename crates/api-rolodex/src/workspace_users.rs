//! The workspace user endpoints, which only read.

use api_kit::{Answer, Call};
use axum::http::StatusCode;

use crate::Rolodex;
use crate::page::{Page, USER_ORDERS};
use crate::wire::{envelope, id, user};

/// `GET /workspace-users`
pub(crate) async fn list(call: Call<Rolodex>) -> Answer<Rolodex> {
    let asked = Page::read(&call.query, &USER_ORDERS)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let workspace = id::workspace(call.app.workspace_of(&call.caller).await?.id);
    let (users, total) = asked.of_items(catalog.users.iter(), |user| user.created_at);
    let rows = users.into_iter().map(|each| user::encode(each, &workspace)).collect();
    Ok(api_kit::json(StatusCode::OK, &envelope::page(asked, total, rows)))
}

/// `GET /workspace-users/{id}`
pub(crate) async fn get(call: Call<Rolodex>) -> Answer<Rolodex> {
    let catalog = call.app.catalog(&call.caller).await?;
    let workspace = id::workspace(call.app.workspace_of(&call.caller).await?.id);
    let row = user::encode(id::find(&catalog, call.param("id"))?, &workspace);
    Ok(api_kit::json(StatusCode::OK, &envelope::one(row)))
}
