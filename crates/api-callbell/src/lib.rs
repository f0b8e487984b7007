//! Callbell API v1: contacts and what stands around them, as the vendor's pages show them or as its live service
//! answers.
//!
//! The entry point is [`routes`]; what is exact, what differs and what is missing stands in `fidelity.toml`.

mod account;
mod auth;
mod bot;
mod channels;
mod contacts;
mod contract;
mod conversations;
mod custom_statuses;
mod error;
mod filter;
mod find;
mod funnels;
mod items;
mod page;
mod teams;
mod users;
mod webhooks;
mod wire;

use app::App;
use axum::Router;
use axum::routing::{MethodRouter, delete, get, post, put};

pub use contract::CONTRACT;
pub use error::Error;

/// The vendor, as an HTTP API.
#[derive(Debug)]
pub struct Callbell;

/// Every route that is built: method and path. The vendor's other routes answer like unknown ones.
pub const ROUTES: [(&str, &str); 37] = [
    ("GET", "/v1/contacts"),
    ("POST", "/v1/contacts"),
    ("GET", "/v1/contacts/{uuid}"),
    ("PATCH", "/v1/contacts/{uuid}"),
    ("DELETE", "/v1/contacts/{uuid}"),
    ("GET", "/v1/contacts/phone/{number}"),
    ("GET", "/v1/contacts/bsuid/{bsuid}"),
    ("GET", "/v1/contacts/{uuid}/messages"),
    ("POST", "/v1/contacts/{uuid}/messages/update_funnel"),
    ("POST", "/v1/contacts/{uuid}/conversation/close"),
    ("POST", "/v1/contacts/{uuid}/conversation/open"),
    ("POST", "/v1/contacts/{uuid}/conversation/note"),
    ("PUT", "/v1/contacts/{uuid}/conversation/update_funnel"),
    ("GET", "/v1/contacts/{uuid}/bot"),
    ("POST", "/v1/contacts/{uuid}/bot"),
    ("GET", "/v1/channels"),
    ("GET", "/v1/channels/{uuid}"),
    ("PATCH", "/v1/channels/{uuid}"),
    ("GET", "/v1/teams"),
    ("GET", "/v1/teams/{uuid}"),
    ("PATCH", "/v1/teams/{uuid}"),
    ("GET", "/v1/teams/{uuid}/members"),
    ("GET", "/v1/auth/me"),
    ("POST", "/v1/auth/me"),
    ("GET", "/v1/plan"),
    ("GET", "/v1/funnels"),
    ("PUT", "/v1/users/{uuid}/status"),
    ("DELETE", "/v1/users/{uuid}/status"),
    ("GET", "/v1/custom_statuses"),
    ("POST", "/v1/custom_statuses"),
    ("GET", "/v1/custom_statuses/{id}"),
    ("PUT", "/v1/custom_statuses/{id}"),
    ("DELETE", "/v1/custom_statuses/{id}"),
    ("DELETE", "/v1/custom_status/{id}"),
    ("POST", "/v1/webhooks/subscribe"),
    ("DELETE", "/v1/webhooks/unsubscribe"),
    ("GET", "/v1/webhooks/events"),
];

/// All routes, each also with a slash at its end.
pub fn routes(app: App) -> Router {
    let all: [(&str, MethodRouter<App>); 26] = [
        ("/v1/contacts", get(contacts::list).post(contacts::create)),
        ("/v1/contacts/{uuid}", get(contacts::get).patch(contacts::update).delete(contacts::delete)),
        ("/v1/contacts/phone/{number}", get(find::by_phone)),
        ("/v1/contacts/bsuid/{bsuid}", get(find::by_bsuid)),
        ("/v1/contacts/{uuid}/messages", get(conversations::messages)),
        // QUIRK(callbell): the page's own snippet calls this one. Page: PUT …/conversation/update_funnel. Test:
        // `the_funnel_is_updated_at_the_path_of_the_snippet_too`.
        ("/v1/contacts/{uuid}/messages/update_funnel", post(conversations::update_funnel)),
        ("/v1/contacts/{uuid}/conversation/close", post(conversations::close)),
        ("/v1/contacts/{uuid}/conversation/open", post(conversations::open)),
        ("/v1/contacts/{uuid}/conversation/note", post(conversations::note)),
        ("/v1/contacts/{uuid}/conversation/update_funnel", put(conversations::update_funnel)),
        ("/v1/contacts/{uuid}/bot", get(bot::get).post(bot::set)),
        ("/v1/channels", get(channels::list)),
        ("/v1/channels/{uuid}", get(channels::get).patch(channels::update)),
        ("/v1/teams", get(teams::list)),
        ("/v1/teams/{uuid}", get(teams::get).patch(teams::update)),
        ("/v1/teams/{uuid}/members", get(teams::members)),
        ("/v1/auth/me", get(account::me).post(account::me)),
        ("/v1/plan", get(account::plan)),
        ("/v1/funnels", get(funnels::list)),
        ("/v1/users/{uuid}/status", put(users::set_status).delete(users::delete_status)),
        ("/v1/custom_statuses", get(custom_statuses::list).post(custom_statuses::create)),
        (
            "/v1/custom_statuses/{id}",
            get(custom_statuses::get).put(custom_statuses::update).delete(custom_statuses::delete),
        ),
        // QUIRK(callbell): the page's own snippet calls this one. Page: DELETE /custom_statuses/:id. Test:
        // `a_custom_status_is_deleted_at_the_path_of_the_snippet_too`.
        ("/v1/custom_status/{id}", delete(custom_statuses::delete)),
        ("/v1/webhooks/subscribe", post(webhooks::subscribe)),
        ("/v1/webhooks/unsubscribe", delete(webhooks::unsubscribe)),
        ("/v1/webhooks/events", get(webhooks::events)),
    ];
    let routes = all.into_iter().fold(Router::new(), |routes, (path, methods)| {
        routes.route(path, methods.clone()).route(&format!("{path}/"), methods)
    });
    api_kit::shell::<Callbell>(routes, app)
}
