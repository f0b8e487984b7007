//! contactd's own API: contacts and all that stands beside them as they are, their history, and undo.
//!
//! The entry point is [`routes`]. Updates are JSON Merge Patches (RFC 7396) or JSON Patches (RFC 6902), errors are problem details
//! (RFC 9457), ids are UUIDs, instants are RFC 3339 texts with milliseconds, entity tags are revisions.

mod auth;
mod batch;
mod by;
pub mod command;
mod contacts;
mod contract;
mod error;
mod filter;
mod history;
mod json_patch;
mod keys;
mod limits;
mod media;
mod members;
mod merge;
mod minimal;
mod page;
mod past;
mod resource;
mod revisions;
mod schema;
mod search;
mod settings;
mod shape;
mod shelf;
mod wire;
mod workspaces;

use api_kit::{Body, shell};
use app::{App, Key, Revisions, Workspace};
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, patch, post, put};
use model::{Change, Rejection};

use crate::minimal::may_be_minimal;

pub use contract::CONTRACT;
pub use error::{Error, ProblemKind, problem_kinds};

/// Reads one document as the body of `POST /api/v1/contacts`. What is wrong with it is noted in the change, which is
/// then refused.
pub fn decode(document: &[u8]) -> Change {
    wire::decode(Body::parse(document))
}

/// Why a change was refused, as the API says it: one text for each violation.
pub fn reasons(rejection: &Rejection) -> Vec<String> {
    error::reasons(rejection)
}

/// What was done to a key, as the API shows it: one JSON text for each change.
pub fn key_changes(history: &Revisions<Key>, keys: Vec<Key>, workspaces: &[Workspace]) -> Vec<String> {
    keys::changes(history, keys, workspaces)
}

/// contactd's own API, as [`api_kit::Api`].
pub struct NativeApi;

/// All routes. They stand under `/api/v1` of the server itself, unlike the vendors', which have a prefix.
pub fn routes(app: App) -> Router {
    let routes = Router::new()
        .route("/api/v1/contacts", get(contacts::list).merge(may_be_minimal(post(contacts::create))))
        .route("/api/v1/contacts/search", post(search::search))
        .route(
            "/api/v1/contacts/{id}",
            get(contacts::get).merge(may_be_minimal(patch(contacts::update))).delete(contacts::delete),
        )
        .route("/api/v1/contacts/by/{key}/{value}", get(by::get).merge(may_be_minimal(put(by::put))))
        .route("/api/v1/contacts/{id}/history", get(history::list))
        .route("/api/v1/contacts/{id}/merge", post(merge::merge))
        .route("/api/v1/contacts/{id}/unmerge", post(merge::unmerge))
        .route("/api/v1/contacts/{id}/provenance", get(past::provenance))
        .route("/api/v1/batch", post(batch::run))
        .route("/api/v1/changes/{id}", get(history::get))
        .route("/api/v1/changes/{id}/undo", post(history::undo))
        .route("/api/v1/keys", get(keys::list).post(keys::create))
        .route(
            "/api/v1/keys/{id}",
            get(keys::get).merge(may_be_minimal(patch(keys::update))).delete(keys::revoke),
        )
        .route("/api/v1/keys/{id}/rotate", post(keys::rotate))
        .route("/api/v1/keys/{id}/history", get(keys::history))
        .route("/api/v1/keys/{id}/history/{revision}/undo", may_be_minimal(post(keys::undo)))
        .route("/api/v1/workspaces", get(workspaces::list).merge(may_be_minimal(post(workspaces::create))))
        .route(
            "/api/v1/workspaces/{id}",
            get(workspaces::get).merge(may_be_minimal(patch(workspaces::update))),
        )
        .route("/api/v1/workspaces/{id}/history", get(workspaces::history))
        .route("/api/v1/workspaces/{id}/history/{revision}/undo", may_be_minimal(post(workspaces::undo)))
        .route("/api/v1/settings", get(settings::get).merge(may_be_minimal(patch(settings::update))))
        .route("/api/v1/limits", get(limits::get));
    shell::<NativeApi>(resource::routes(routes), app).layer(from_fn(error::name_request))
}
