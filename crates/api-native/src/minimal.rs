//! Answers to writes without a body, for clients that would rather have none (`Prefer: return=minimal`, RFC 7240 §4.2).

use api_kit::Preferences;
use app::App;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::MethodRouter;

/// Writes whose answer is the record that they changed, which a client knows well enough. Any other answer tells what no
/// second request would tell.
pub(crate) fn may_be_minimal(writes: MethodRouter<App>) -> MethodRouter<App> {
    writes.route_layer(from_fn(minimal))
}

/// Leaves the body away: what was created stays 201, with its `Location`, and every other success is 204. All headers stay.
async fn minimal(request: Request, next: Next) -> Response {
    let is_minimal = Preferences::read(request.headers()).has("return", "minimal");
    let mut response = next.run(request).await;
    if is_minimal && response.status().is_success() {
        if response.status() != StatusCode::CREATED {
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        Preferences::applied(&mut response, "return=minimal");
    }
    response
}
