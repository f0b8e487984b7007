//! The account: whose key it is, and its plan.

use api_kit::{Answer, Call, json};
use axum::http::StatusCode;

use crate::Callbell;
use crate::wire::account::{Me, Plan};

pub(crate) async fn me(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(json(StatusCode::OK, &Me::of(&call.caller.key().name, &catalog)))
}

pub(crate) async fn plan(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(json(StatusCode::OK, &Plan::of(&catalog)))
}
