//! The Rolodex CRM user API v1: every route, and the parts that turn its requests into changes of contacts
//! and contacts into its answers.

mod auth;
mod companies;
mod contacts;
mod contract;
mod custom_fields;
mod error;
mod faults;
mod links;
mod lists;
mod notes;
mod page;
mod related;
mod resolve;
mod tags;
mod tasks;
mod wire;
mod workspace_users;

use api_kit::{Api, Contract};
use app::{App, BadKey};
use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{MethodRouter, get};
use model::Dialect;

pub use contract::CONTRACT;
pub use error::Error;

/// The Rolodex dialect.
#[derive(Clone, Copy, Debug)]
pub struct Rolodex;

impl Api for Rolodex {
    const DIALECT: Dialect = Dialect::Rolodex;
    type Error = Error;

    fn secret(headers: &HeaderMap) -> Result<String, BadKey> {
        auth::secret(headers)
    }

    fn contract() -> Option<&'static Contract> {
        Some(&CONTRACT)
    }
}

// QUIRK(rolodex): the endpoint pages say `/user-api/v1`, the guide's curl sample says `/v1` (How to use API
// keys); both are served. Pinned by `both_mounts_and_both_key_headers_work`.
/// Where the routes are mounted.
pub const MOUNTS: [&str; 2] = ["/user-api/v1", "/v1"];

/// Every route, below each mount.
pub const ROUTES: [(&str, &str); 37] = [
    ("GET", "/contacts"),
    ("POST", "/contacts"),
    ("GET", "/contacts/{id}"),
    ("PUT", "/contacts/{id}"),
    ("DELETE", "/contacts/{id}"),
    ("GET", "/tags"),
    ("POST", "/tags"),
    ("GET", "/tags/{id}"),
    ("PUT", "/tags/{id}"),
    ("DELETE", "/tags/{id}"),
    ("GET", "/lists"),
    ("POST", "/lists"),
    ("GET", "/lists/{id}"),
    ("PUT", "/lists/{id}"),
    ("DELETE", "/lists/{id}"),
    ("GET", "/notes"),
    ("POST", "/notes"),
    ("GET", "/notes/{id}"),
    ("PUT", "/notes/{id}"),
    ("DELETE", "/notes/{id}"),
    ("GET", "/companies"),
    ("POST", "/companies"),
    ("GET", "/companies/{id}"),
    ("PUT", "/companies/{id}"),
    ("DELETE", "/companies/{id}"),
    ("GET", "/tasks"),
    ("POST", "/tasks"),
    ("GET", "/tasks/{id}"),
    ("PUT", "/tasks/{id}"),
    ("DELETE", "/tasks/{id}"),
    ("GET", "/custom-fields"),
    ("POST", "/custom-fields"),
    ("GET", "/custom-fields/{id}"),
    ("PUT", "/custom-fields/{id}"),
    ("DELETE", "/custom-fields/{id}"),
    ("GET", "/workspace-users"),
    ("GET", "/workspace-users/{id}"),
];

/// The routes, below both mounts, each also with a slash at its end.
pub fn routes(app: App) -> Router {
    let built: [(&str, MethodRouter<App>); 16] = [
        ("/contacts", get(contacts::list).post(contacts::create)),
        ("/contacts/{id}", get(contacts::get).put(contacts::update).delete(contacts::delete)),
        ("/tags", get(tags::list).post(tags::create)),
        ("/tags/{id}", get(tags::get).put(tags::update).delete(tags::delete)),
        ("/lists", get(lists::list).post(lists::create)),
        ("/lists/{id}", get(lists::get).put(lists::update).delete(lists::delete)),
        ("/notes", get(notes::list).post(notes::create)),
        ("/notes/{id}", get(notes::get).put(notes::update).delete(notes::delete)),
        ("/companies", get(companies::list).post(companies::create)),
        ("/companies/{id}", get(companies::get).put(companies::update).delete(companies::delete)),
        ("/tasks", get(tasks::list).post(tasks::create)),
        ("/tasks/{id}", get(tasks::get).put(tasks::update).delete(tasks::delete)),
        ("/custom-fields", get(custom_fields::list).post(custom_fields::create)),
        (
            "/custom-fields/{id}",
            get(custom_fields::get).put(custom_fields::update).delete(custom_fields::delete),
        ),
        ("/workspace-users", get(workspace_users::list)),
        ("/workspace-users/{id}", get(workspace_users::get)),
    ];
    let mut router = Router::new();
    for mount in MOUNTS {
        for (path, methods) in &built {
            router = router.route(&format!("{mount}{path}"), methods.clone());
            router = router.route(&format!("{mount}{path}/"), methods.clone());
        }
    }
    api_kit::shell::<Rolodex>(router, app)
}
