//! The kinds of problems, and what `/docs/problems` says of them.

use axum::http::StatusCode;

/// The kinds of problems: each has a stable URI, under which `/docs` explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Malformed,
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    Gone,
    MethodNotAllowed,
    Conflict,
    Ambiguous,
    TestFailed,
    OtherRevision,
    VersionRequired,
    RateLimited,
    InUse,
    InFlight,
    OtherRequest,
    CarriedOut,
    TooLarge,
    MediaType,
    Invalid,
    BadSearch,
    TooSlow,
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
            Self::Gone => (StatusCode::GONE, "/docs/problems/gone", "It was deleted"),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "/docs/problems/method-not-allowed",
                "The route does not have this method",
            ),
            Self::Conflict => {
                (StatusCode::CONFLICT, "/docs/problems/changed-since", "The record was changed again since")
            }
            Self::Ambiguous => {
                (StatusCode::CONFLICT, "/docs/problems/ambiguous", "Several contacts have this key")
            }
            Self::TestFailed => {
                (StatusCode::CONFLICT, "/docs/problems/test-failed", "A test of the patch failed")
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
            Self::InFlight => {
                (StatusCode::CONFLICT, "/docs/problems/in-flight", "The same request is being carried out")
            }
            Self::OtherRequest => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "/docs/problems/idempotency-key-reused",
                "The idempotency key was used for another request",
            ),
            Self::CarriedOut => (
                StatusCode::CONFLICT,
                "/docs/problems/carried-out",
                "The request was carried out before, and its answer was not kept",
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
            Self::BadSearch => {
                (StatusCode::BAD_REQUEST, "/docs/problems/bad-search", "The search cannot be carried out")
            }
            Self::TooSlow => {
                (StatusCode::UNPROCESSABLE_ENTITY, "/docs/problems/too-slow", "The list takes too long")
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

/// A kind of problem as `/docs/problems` explains it.
#[derive(Clone, Copy, Debug)]
pub struct ProblemKind {
    /// Its type: a URI that stays the same, the path of its page.
    pub uri: &'static str,
    /// Its status.
    pub status: u16,
    /// What it is called.
    pub title: &'static str,
    /// What it means, and what to do.
    pub text: &'static str,
}

/// Every kind of problem.
pub fn problem_kinds() -> impl Iterator<Item = ProblemKind> {
    Kind::ALL.into_iter().map(|kind| {
        let (status, uri, title) = kind.parts();
        ProblemKind { uri, status: status.as_u16(), title, text: kind.text() }
    })
}

impl Kind {
    const ALL: [Self; 25] = [
        Self::Malformed,
        Self::BadRequest,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Gone,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::Ambiguous,
        Self::TestFailed,
        Self::OtherRevision,
        Self::VersionRequired,
        Self::RateLimited,
        Self::InUse,
        Self::InFlight,
        Self::OtherRequest,
        Self::CarriedOut,
        Self::TooLarge,
        Self::MediaType,
        Self::Invalid,
        Self::BadSearch,
        Self::TooSlow,
        Self::Unavailable,
        Self::OutcomeUnknown,
        Self::Internal,
    ];

    /// What it means, and what to do.
    fn text(self) -> &'static str {
        match self {
            Self::Malformed => {
                "The body is no JSON, or none that means one thing: a name that stands twice, a NUL, or nesting \
                 beyond 64 levels. Nothing was stored. The detail says where."
            }
            Self::BadRequest => {
                "A path, a query parameter or a header cannot be read. Nothing was stored. The detail names it and \
                 says what it must be."
            }
            Self::Unauthenticated => {
                "There is no key, or it is unknown, expired or revoked. Send it as Authorization: Bearer. Keys are \
                 made with contactd key create; their secret is shown once."
            }
            Self::Forbidden => {
                "The key is good, but does not allow this: it lacks a scope, this API, or the workspace."
            }
            Self::NotFound => {
                "There is no such route, record or change in the workspaces of the key. What was deleted is found in \
                 its history, and can be brought back by undoing the deletion."
            }
            Self::Gone => {
                "The contact had been deleted at the time that at names; the detail says when. An earlier at shows it, \
                 and undoing the deletion brings it back."
            }
            Self::MethodNotAllowed => {
                "The route is there, but not with this method. Allow names those that it has."
            }
            Self::Conflict => {
                "An undo would overwrite what was changed again since. Nothing was stored. The errors name the \
                 members; send on_conflict skip to leave them, or overwrite to undo them all the same."
            }
            Self::Ambiguous => {
                "Several contacts have the key by which one was named. Nothing was stored. operation is the place of the \
                 operation in its batch; name one of the contacts by its id."
            }
            Self::TestFailed => {
                "A test operation of a JSON Patch found another value. Nothing was stored. The errors name the \
                 operation by its place."
            }
            Self::OtherRevision => {
                "If-Match or If-None-Match names another revision than the record has. Nothing was stored. ETag is \
                 the revision that it has: read it, decide, and send the change again."
            }
            Self::VersionRequired => {
                "The key must name the revision that it changes: read the contact, and send its ETag as If-Match. \
                 Nothing was stored."
            }
            Self::RateLimited => {
                "The key sent more requests than its rate allows. Nothing was stored. Try again after the seconds that \
                 Retry-After says."
            }
            Self::InUse => "An id or a name that must be the only one is taken. Nothing was stored.",
            Self::InFlight => {
                "A request with the same Idempotency-Key is being carried out. Try again soon: then its answer is there."
            }
            Self::OtherRequest => {
                "The Idempotency-Key came with another method, path or body before. Nothing was stored. A new request \
                 needs a new key."
            }
            Self::CarriedOut => {
                "The request was carried out, and its answer was lost with the server that made it, or has the secret of a key, \
                 which is stored nowhere. It was not carried out again; contactd-change is the number of its change."
            }
            Self::TooLarge => "The body has more bytes than a request may have. Nothing was stored.",
            Self::MediaType => {
                "The Content-Type is none that this write can have. Nothing was stored. Accept-Patch names those \
                 that it can have; the same bytes would mean something else in another one."
            }
            Self::Invalid => {
                "The request was understood, and what it asks for is not allowed. Nothing was stored. The errors \
                 name every member and every reason at once, each with a code that stays the same."
            }
            Self::BadSearch => {
                "A search does not parse, or asks for what there is not. The detail says what was expected and where \
                 (position, in characters from 0), and suggestion, where there is one, what may have been meant."
            }
            Self::TooSlow => {
                "The search had to look at so much that it was given up. The detail names the terms that made it slow: \
                 add terms that leave fewer contacts, such as words, tags, flags and options, or make what they \
                 compare filterable."
            }
            Self::Unavailable => {
                "The server or its database cannot do it now. Nothing was stored. Try again after the seconds that \
                 Retry-After says."
            }
            Self::OutcomeUnknown => {
                "The change was sent to the database, and no answer came: it may be stored. Read the record, or \
                 repeat the request with the Idempotency-Key that it had."
            }
            Self::Internal => {
                "A fault in contactd. The log of the server has more under the request_id. It is worth a report."
            }
        }
    }
}
