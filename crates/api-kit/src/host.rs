//! The host that a request names.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::http::uri::Authority;

/// The host and port by which the client reached the server: of the request line, or HTTP/2's `:authority`, else of
/// the header `Host`. `None` when there is none, or none that can be one.
#[derive(Clone, Debug)]
pub struct Host(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for Host {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let named = || parts.headers.get(header::HOST)?.to_str().ok();
        let text = parts.uri.authority().map(Authority::as_str).or_else(named);
        let is_plain = |text: &&str| !text.contains('@') && Authority::try_from(*text).is_ok();
        Ok(Self(text.filter(is_plain).map(str::to_owned)))
    }
}
