//! The Acquire CRM API v1 dialect. What it answers and on what evidence stands in `fidelity.toml`.

mod auth;
mod contacts;
mod error;
mod page;
mod wire;

use app::App;
use axum::Router;
use axum::routing::get;

pub use error::Error;

/// The Acquire dialect.
#[derive(Clone, Copy, Debug)]
pub struct Acquire;

/// Every route that is served: method and path. The vendor's other routes are listed in `fidelity.toml`.
pub const ROUTES: [(&str, &str); 5] = [
    ("POST", "/api/v1/crm/objects/contact"),
    ("GET", "/api/v1/crm/objects/contact"),
    ("GET", "/api/v1/crm/objects/contact/{contactId}"),
    ("PUT", "/api/v1/crm/objects/contact/{contactId}"),
    ("DELETE", "/api/v1/crm/objects/contact/{contactId}"),
];

/// All routes of the dialect, with its answers to everything else around them.
pub fn routes(app: App) -> Router {
    let routes =
        Router::new().route("/api/v1/crm/objects/contact", get(contacts::list).post(contacts::create)).route(
            "/api/v1/crm/objects/contact/{contactId}",
            get(contacts::get).put(contacts::update).delete(contacts::delete),
        );
    api_kit::shell::<Acquire>(routes, app)
}
