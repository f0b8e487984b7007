//! Errors as problem details (RFC 9457).

mod kind;
mod violation;

use std::collections::HashSet;

use api_kit::{Problem, RequestId};
use app::BadKey;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Json, Rejection, ViolationKind};
use serde::Serialize;

use self::kind::Kind;
use self::violation::Refused;
use crate::media;

/// Entries of `errors` at most: a small body can be wrong in very many places.
const ERRORS_MAX: usize = 1000;

/// Why a request got no success.
#[derive(Debug)]
pub enum Error {
    /// What can go wrong in every dialect.
    Problem(Problem),
    /// The body's Content-Type is none that a write can have.
    MediaType,
    /// The contact is at another revision than the client knows.
    Stale(Box<Stale>),
}

/// What a client is told of a contact that changed since it knew it.
#[derive(Debug)]
pub struct Stale {
    /// Why the change was refused.
    pub(crate) rejection: Rejection,
    /// What differs between the revision that the client knew and now, if that can be told.
    pub(crate) differences: Option<Json>,
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::Problem(Problem::App(error))
    }
}

/// A problem, ready to be written.
#[derive(Clone, Debug)]
struct Details {
    kind: Kind,
    detail: String,
    errors: Vec<Refused>,
    challenge: Option<&'static str>,
    /// The revision that the record has, when another one was wanted.
    revision: Option<u64>,
    /// What differs between the revision that was wanted and that one.
    differences: Option<Json>,
}

/// The body of a problem.
#[derive(Serialize)]
struct DetailsBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    errors: &'a [Refused],
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl Details {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            challenge: None,
            revision: None,
            differences: None,
        }
    }

    fn of(error: &Error) -> Self {
        let problem = match error {
            Error::Problem(problem) => problem,
            Error::MediaType => {
                let detail = format!("a write must have the Content-Type {}", media::ACCEPTED.join(" or "));
                return Self::new(Kind::MediaType, detail);
            }
            Error::Stale(stale) => {
                return Self {
                    differences: stale.differences.clone(),
                    ..Self::of_rejection(&stale.rejection)
                };
            }
        };
        match problem {
            Problem::App(error) => Self::of_app(error),
            Problem::NoRoute => Self::new(Kind::NotFound, problem.to_string()),
            Problem::MethodNotAllowed => Self::new(Kind::MethodNotAllowed, problem.to_string()),
            Problem::BadPath
            | Problem::BadQuery { .. }
            | Problem::BadHeader { .. }
            | Problem::Undocumented(_)
            | Problem::BodyCut => Self::new(Kind::BadRequest, problem.to_string()),
            Problem::BodyTooLarge(_) => Self::new(Kind::TooLarge, problem.to_string()),
            Problem::Timeout => {
                let detail = "the request took too long; whether a change took effect is unknown, reading \
                              the contact will tell";
                Self::new(Kind::OutcomeUnknown, detail)
            }
            Problem::Panic => Self::new(Kind::Internal, problem.to_string()),
        }
    }

    fn of_app(error: &app::Error) -> Self {
        match error {
            app::Error::Unauthenticated(reason) => {
                let challenge = Some(challenge(*reason));
                Self { challenge, ..Self::new(Kind::Unauthenticated, reason.to_string()) }
            }
            app::Error::WrongDialect(_) | app::Error::MissingScope(_) | app::Error::WrongWorkspace => {
                Self::new(Kind::Forbidden, error.to_string())
            }
            app::Error::NotFound(_) => Self::new(Kind::NotFound, error.to_string()),
            app::Error::Rejected(rejection) => Self::of_rejection(rejection),
            app::Error::VersionRequired => {
                let detail = format!("nothing was stored: {error}; send its ETag in If-Match");
                Self::new(Kind::VersionRequired, detail)
            }
            app::Error::RateLimited(_) => Self::new(Kind::RateLimited, error.to_string()),
            app::Error::InUse(_) => Self::new(Kind::InUse, error.to_string()),
            app::Error::Busy | app::Error::Stopping | app::Error::Unavailable(_) => {
                Self::new(Kind::Unavailable, format!("{error}; nothing was stored"))
            }
            app::Error::OutcomeUnknown(_) => {
                Self::new(Kind::OutcomeUnknown, format!("{error}; reading the contact will tell"))
            }
            app::Error::Store(_) => Self::new(Kind::Internal, error.to_string()),
        }
    }

    fn of_rejection(rejection: &Rejection) -> Self {
        let has = |is: fn(&ViolationKind) -> bool| rejection.violations.iter().any(|each| is(&each.kind));
        let revision = rejection.other_revision();
        let kind = if revision.is_some() {
            Kind::OtherRevision
        } else if has(|kind| matches!(kind, ViolationKind::Malformed(_))) {
            Kind::Malformed
        } else if has(|kind| matches!(kind, ViolationKind::ChangedSince)) {
            Kind::Conflict
        } else {
            Kind::Invalid
        };
        let mut errors = refused(rejection);
        let first = errors.first().map(Refused::to_string).unwrap_or_default();
        let detail = match errors.len() {
            0 | 1 => format!("nothing was stored: {first}"),
            count => format!("nothing was stored: {first} (and {} more)", count - 1),
        };
        errors.truncate(ERRORS_MAX);
        Self { errors, revision, ..Self::new(kind, detail) }
    }

    fn body(&self, request_id: Option<&str>) -> axum::body::Body {
        let (status, kind, title) = self.kind.parts();
        let status = status.as_u16();
        let body = DetailsBody {
            kind,
            title,
            status,
            detail: &self.detail,
            errors: &self.errors,
            revision: self.revision,
            differences: self.differences.as_ref(),
            request_id,
        };
        // Plain data with text keys, for which this cannot fail.
        serde_json::to_vec(&body).unwrap_or_default().into()
    }
}

/// The violations, each once.
fn refused(rejection: &Rejection) -> Vec<Refused> {
    let mut seen = HashSet::new();
    let mut errors: Vec<_> = rejection.violations.iter().map(Refused::from).collect();
    errors.retain(|refused| seen.insert(refused.clone()));
    errors
}

/// The texts of the violations, each once.
pub(crate) fn reasons(rejection: &Rejection) -> Vec<String> {
    refused(rejection).iter().map(Refused::to_string).collect()
}

/// RFC 6750 §3: the error is told only to those who sent a key.
fn challenge(reason: BadKey) -> &'static str {
    match reason {
        BadKey::Missing => "Bearer realm=\"contactd\"",
        BadKey::Malformed => "Bearer realm=\"contactd\", error=\"invalid_request\"",
        BadKey::Unknown | BadKey::Expired | BadKey::Revoked => {
            "Bearer realm=\"contactd\", error=\"invalid_token\""
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Problem(problem) = &self {
            problem.log();
        }
        let details = Details::of(&self);
        let (status, _, _) = details.kind.parts();
        let mut response = (status, details.body(None)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = details.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(tag) = details.revision.and_then(api_kit::tag) {
            headers.insert(header::ETAG, tag);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNSUPPORTED_MEDIA_TYPE
            && let Ok(accepted) = HeaderValue::from_str(&media::ACCEPTED.join(", "))
        {
            headers.insert(header::HeaderName::from_static("accept-patch"), accepted);
        }
        response.extensions_mut().insert(details);
        response
    }
}

/// Puts the id of the request into a problem, so that it can be found in the log.
pub(crate) async fn name_request(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let details = response.extensions_mut().remove::<Details>();
    if let (Some(id), Some(details)) = (id, details) {
        *response.body_mut() = details.body(Some(&id.0));
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use app::StoreError;

    use super::*;

    #[track_caller]
    fn check(problem: Problem, expected: &str) {
        let response = Error::from(problem).into_response();
        let header = |name: &str| response.headers().get(name).map_or("-", |value| value.to_str().unwrap());
        let details = response.extensions().get::<Details>().unwrap();
        let (_, kind, _) = details.kind.parts();
        let (status, retry_after) = (response.status().as_u16(), header("retry-after"));
        assert_eq!(format!("{status} {retry_after} {kind}: {}", details.detail), expected);
        assert_eq!(header("content-type"), "application/problem+json");
    }

    #[test]
    fn what_is_no_fault_of_the_client_says_whether_anything_was_stored() {
        check(
            app::Error::Busy.into(),
            "503 1 /docs/problems/unavailable: too many requests wait; nothing was stored",
        );
        check(
            app::Error::Stopping.into(),
            "503 1 /docs/problems/unavailable: the server is stopping; nothing was stored",
        );
        check(
            app::Error::OutcomeUnknown(StoreError::OutcomeUnknown(Arc::new(StoreError::Busy))).into(),
            "503 1 /docs/problems/outcome-unknown: it is unknown whether the change took effect; reading the \
             contact will tell",
        );
        check(
            Problem::Timeout,
            "503 1 /docs/problems/outcome-unknown: the request took too long; whether a change took effect is \
             unknown, reading the contact will tell",
        );
        check(app::Error::Store(StoreError::Busy).into(), "500 - /docs/problems/internal: the store failed");
        check(Problem::Panic, "500 - /docs/problems/internal: a fault in contactd");
    }

    #[test]
    fn what_tests_cannot_send_is_answered_too() {
        check(Problem::BodyCut, "400 - /docs/problems/bad-request: the body did not arrive whole");
        check(
            app::Error::WrongWorkspace.into(),
            "403 - /docs/problems/forbidden: the key does not open this workspace",
        );
        check(app::Error::InUse("a".to_owned()).into(), "409 - /docs/problems/in-use: a is in use");
    }
}
