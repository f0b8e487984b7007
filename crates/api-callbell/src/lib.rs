//! Callbell API v1: contacts, as the vendor's pages show them or as its live service answers.
//!
//! The entry point is [`routes`]; what is exact, what differs and what is missing stands in `fidelity.toml`.

mod auth;
mod contacts;
mod error;
mod filter;
mod page;
mod wire;

use app::App;
use axum::Router;
use axum::routing::get;

pub use error::Error;

/// The vendor, as an HTTP API.
#[derive(Debug)]
pub struct Callbell;

/// Every route that is built: method and path. The vendor's other routes answer like unknown ones.
pub const ROUTES: [(&str, &str); 5] = [
    ("GET", "/v1/contacts"),
    ("POST", "/v1/contacts"),
    ("GET", "/v1/contacts/{uuid}"),
    ("PATCH", "/v1/contacts/{uuid}"),
    ("DELETE", "/v1/contacts/{uuid}"),
];

/// All routes, each also with a slash at its end.
pub fn routes(app: App) -> Router {
    let many = || get(contacts::list).post(contacts::create);
    let one = || get(contacts::get).patch(contacts::update).delete(contacts::delete);
    let routes = Router::new()
        .route("/v1/contacts", many())
        .route("/v1/contacts/", many())
        .route("/v1/contacts/{uuid}", one())
        .route("/v1/contacts/{uuid}/", one());
    api_kit::shell::<Callbell>(routes, app)
}
