//! Pictures of contacts and users, at `/pictures/{workspace}/{name}` beside every dialect's routes. Browsers show them
//! without a key: their addresses cannot be guessed, and are told only to those who may read the contact.

use app::App;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::{Api, Problem};

/// The route.
pub const ROUTE: &str = "/pictures/{workspace}/{name}";

/// A picture never changes under its address, but it may be taken away.
const CACHE: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// No page, whatever a browser makes of it.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const CROSS_ORIGIN: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

pub(crate) async fn get<A: Api>(
    State(app): State<App>,
    Path((workspace, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, A::Error> {
    let picture = app.picture(&workspace, &name).await?.ok_or(Problem::NoRoute)?;
    let tag = format!("\"{}\"", picture.id.simple());
    let is_known = headers.get_all(header::IF_NONE_MATCH).iter().any(|known| is_tag(known, &tag));
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => picture.bytes.to_vec().into_response(),
    };
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if !is_known && let Ok(media_type) = HeaderValue::try_from(&picture.media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, CACHE);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CROSS_ORIGIN, HeaderValue::from_static("cross-origin"));
    Ok(response)
}

/// Whether one of the tags in `If-None-Match` is this one, weak or not.
fn is_tag(known: &HeaderValue, tag: &str) -> bool {
    let tags = known.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.into_iter().any(|each| each == "*" || each.strip_prefix("W/").unwrap_or(each) == tag)
}
