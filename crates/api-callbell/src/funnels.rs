//! The stages of the sales funnel, which the vendor calls funnels.

use api_kit::{Answer, Call, json};
use axum::http::StatusCode;

use crate::Callbell;
use crate::wire::funnel::Funnel;
use crate::wire::item::One;

pub(crate) async fn list(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let funnels: Vec<_> = catalog.funnels.iter().map(Funnel::of).collect();
    Ok(json(StatusCode::OK, &One("funnels", funnels)))
}
