//! Bodies of writes: JSON under a media type that means a merge patch.

use api_kit::{Body, Payload, credentials};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::{Error, NativeApi};

/// The media types that a write may have; a request without Content-Type is read as the first.
pub(crate) const ACCEPTED: [&str; 2] = ["application/merge-patch+json", "application/json"];

/// A write's body. Another media type is refused before anything is read: the same bytes would mean
/// something else as, for example, a JSON Patch.
pub(crate) struct Document(pub(crate) Body);

impl<S: Sync> FromRequest<S> for Document {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match credentials::single(request.headers(), header::CONTENT_TYPE.as_str()) {
            Ok(None) => {}
            Ok(Some(written)) if is_accepted(written) => {}
            Ok(Some(_)) | Err(_) => return Err(Error::MediaType.into_response()),
        }
        let payload = Payload::<NativeApi>::from_request(request, state).await?;
        Ok(Self(payload.body))
    }
}

/// Parameters such as `charset` are let pass: JSON is UTF-8, and what is not is refused as such.
fn is_accepted(written: &str) -> bool {
    let essence = written.split(';').next().unwrap_or_default().trim();
    ACCEPTED.iter().any(|accepted| accepted.eq_ignore_ascii_case(essence))
}
