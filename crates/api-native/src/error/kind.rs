//! The kinds of problems.

use axum::http::StatusCode;

/// The kinds of problems: each has a stable URI, under which `/docs` explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Malformed,
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    OtherRevision,
    VersionRequired,
    RateLimited,
    InUse,
    TooLarge,
    MediaType,
    Invalid,
    Unavailable,
    OutcomeUnknown,
    Internal,
}

impl Kind {
    /// Status, type and title.
    pub(super) fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => {
                (StatusCode::BAD_REQUEST, "/docs/problems/malformed", "The body cannot be read")
            }
            Self::BadRequest => {
                (StatusCode::BAD_REQUEST, "/docs/problems/bad-request", "The request cannot be read")
            }
            Self::Unauthenticated => {
                (StatusCode::UNAUTHORIZED, "/docs/problems/unauthenticated", "A valid API key is required")
            }
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, "/docs/problems/forbidden", "The API key does not allow this")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "/docs/problems/not-found", "There is no such thing"),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "/docs/problems/method-not-allowed",
                "The route does not have this method",
            ),
            Self::Conflict => {
                (StatusCode::CONFLICT, "/docs/problems/changed-since", "The record was changed again since")
            }
            Self::OtherRevision => (
                StatusCode::PRECONDITION_FAILED,
                "/docs/problems/other-revision",
                "The record is at another revision",
            ),
            Self::VersionRequired => (
                StatusCode::PRECONDITION_REQUIRED,
                "/docs/problems/version-required",
                "The request must name the revision of the contact",
            ),
            Self::RateLimited => (
                StatusCode::TOO_MANY_REQUESTS,
                "/docs/problems/rate-limited",
                "The API key sends too many requests",
            ),
            Self::InUse => (StatusCode::CONFLICT, "/docs/problems/in-use", "An id is in use"),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "/docs/problems/too-large", "The body is too large")
            }
            Self::MediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "/docs/problems/unsupported-media-type",
                "The body has a media type that is not supported",
            ),
            Self::Invalid => {
                (StatusCode::UNPROCESSABLE_ENTITY, "/docs/problems/invalid", "The change was refused")
            }
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "/docs/problems/unavailable", "Try again soon")
            }
            Self::OutcomeUnknown => (
                StatusCode::SERVICE_UNAVAILABLE,
                "/docs/problems/outcome-unknown",
                "It is unknown whether the change took effect",
            ),
            Self::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, "/docs/problems/internal", "A fault in contactd")
            }
        }
    }
}
