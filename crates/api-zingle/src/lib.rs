//! The Zingle REST API v1: contacts, and the lists of the catalog that they refer to.

mod auth;
mod caller;
mod camel;
mod channel_types;
mod contact_custom_fields;
mod contact_labels;
mod contacts;
mod error;
mod existing;
mod page;
mod service;
mod wire;

use app::App;
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;

pub use error::Error;

/// The Zingle API, for the parts that all dialects share.
#[derive(Clone, Copy, Debug)]
pub struct Zingle;

/// Every method and path that [`routes`] serves.
pub const ROUTES: [(&str, &str); 9] = [
    ("GET", "/v1"),
    ("GET", "/v1/services/{service_id}/contacts"),
    ("POST", "/v1/services/{service_id}/contacts"),
    ("GET", "/v1/services/{service_id}/contacts/{contact_id}"),
    ("PUT", "/v1/services/{service_id}/contacts/{contact_id}"),
    ("DELETE", "/v1/services/{service_id}/contacts/{contact_id}"),
    ("GET", "/v1/services/{service_id}/contact-custom-fields"),
    ("GET", "/v1/services/{service_id}/contact-labels"),
    ("GET", "/v1/services/{service_id}/channel-types"),
];

/// The routes, without a mount prefix. One trailing slash is the server's to take off.
pub fn routes(app: App) -> Router {
    let routes = Router::new()
        .route("/v1", get(caller::get))
        .route("/v1/services/{service_id}/contacts", get(contacts::list).post(contacts::create))
        .route(
            "/v1/services/{service_id}/contacts/{contact_id}",
            get(contacts::get).put(contacts::update).delete(contacts::delete),
        )
        .route("/v1/services/{service_id}/contact-custom-fields", get(contact_custom_fields::list))
        .route("/v1/services/{service_id}/contact-labels", get(contact_labels::list))
        .route("/v1/services/{service_id}/channel-types", get(channel_types::list));
    api_kit::shell::<Zingle>(routes, app).layer(from_fn(camel::answer))
}
