//! Bodies of writes: JSON under a media type that means a merge patch.

use api_kit::{Body, LargePayload, Payload, credentials};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::{Error, NativeApi};

/// The media types that a write may have; a request without Content-Type is read as the first.
pub(crate) const ACCEPTED: &[&str] = &["application/merge-patch+json", "application/json"];

/// Those that a change may have.
pub(crate) const ACCEPTED_PATCHES: &[&str] =
    &["application/merge-patch+json", "application/json-patch+json", "application/json"];

/// The one whose body is a list of operations (RFC 6902).
pub(crate) const OPERATIONS: &str = "application/json-patch+json";

/// A write's body. Another media type is refused before anything is read: the same bytes would mean
/// something else.
pub(crate) struct Document(pub(crate) Body);

/// The same for many writes at once, of at most `MAX` bytes.
pub(crate) struct LargeDocument<const MAX: usize>(pub(crate) Body);

/// What a record is changed by.
pub(crate) enum Change {
    /// A merge patch (RFC 7396).
    Merge(Body),
    /// A JSON Patch (RFC 6902).
    Operations(Body),
}

impl<S: Sync> FromRequest<S> for Document {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        essence(&request, ACCEPTED).map_err(Error::into_response)?;
        let payload = Payload::<NativeApi>::from_request(request, state).await?;
        Ok(Self(payload.body))
    }
}

impl<S: Sync, const MAX: usize> FromRequest<S> for LargeDocument<MAX> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        essence(&request, ACCEPTED).map_err(Error::into_response)?;
        let payload = LargePayload::<NativeApi, MAX>::from_request(request, state).await?;
        Ok(Self(payload.body))
    }
}

impl<S: Sync> FromRequest<S> for Change {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let essence = essence(&request, ACCEPTED_PATCHES).map_err(Error::into_response)?;
        let payload = Payload::<NativeApi>::from_request(request, state).await?;
        Ok(if essence == Some(OPERATIONS) {
            Self::Operations(payload.body)
        } else {
            Self::Merge(payload.body)
        })
    }
}

/// Which of the media types the request has, if it says one. Parameters such as `charset` are let pass: JSON is UTF-8,
/// and what is not is refused as such.
fn essence(request: &Request, accepted: &'static [&'static str]) -> Result<Option<&'static str>, Error> {
    let refused = || Error::MediaType(accepted);
    let written =
        credentials::single(request.headers(), header::CONTENT_TYPE.as_str()).map_err(|_| refused())?;
    let Some(written) = written else { return Ok(None) };
    let essence = written.split(';').next().unwrap_or_default().trim();
    let found = accepted.iter().find(|accepted| accepted.eq_ignore_ascii_case(essence));
    found.copied().map(Some).ok_or_else(refused)
}
