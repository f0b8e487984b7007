//! Answers to writes without a body, for clients that would rather have none (`Prefer: return=minimal`, RFC 7240 §4.2).

use api_kit::Preferences;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Leaves the body away: what was created stays 201, with its `Location`, and every other success is 204. All headers stay.
pub(crate) async fn minimal(request: Request, next: Next) -> Response {
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let is_minimal = is_write && Preferences::read(request.headers()).has("return", "minimal");
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
