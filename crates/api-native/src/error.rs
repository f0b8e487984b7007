//! Errors as problem details (RFC 9457).

mod kind;
mod violation;

use std::collections::HashSet;

use api_kit::{Problem, RequestId};
use app::{BadKey, Repeated};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Json, Rejection, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use self::kind::Kind;
pub use self::kind::{ProblemKind, problem_kinds};
use self::violation::Refused;
use crate::json_patch::Fault;
use crate::resource::to_json;
use crate::search::{self, SearchFault};

/// Entries of `errors` at most: a small body can be wrong in very many places.
const ERRORS_MAX: usize = 1000;

type Map = serde_json::Map<String, Json>;

/// Why a request got no success.
#[derive(Debug)]
pub enum Error {
    /// What can go wrong in every dialect.
    Problem(Problem),
    /// The same with members that say more.
    Explained {
        /// What went wrong.
        problem: Problem,
        /// The members of the problem that say more.
        members: Box<Map>,
    },
    /// A search cannot be read or carried out.
    Search(Box<SearchFault>),
    /// There is no such thing; which.
    Absent(String),
    /// It was deleted; when.
    Gone(String),
    /// What a contact is named by cannot be read; what it must be.
    NoKey(&'static str),
    /// A key is that of several contacts: the one of this operation, in a batch.
    Ambiguous(Option<usize>),
    /// A batch has more operations than this.
    TooMany(usize),
    /// An operation of a JSON Patch cannot be carried out.
    Operation {
        /// Its place in the patch, from 0.
        place: usize,
        /// Why.
        fault: Fault,
    },
    /// The body's Content-Type is none of these, which it can have.
    MediaType(&'static [&'static str]),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<SearchFault> for Error {
    fn from(fault: SearchFault) -> Self {
        Self::Search(Box::new(fault))
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
    /// What else there is to say.
    members: Map,
    /// The media types that the body could have had.
    accepted: &'static [&'static str],
    /// What is wrong with a search.
    search: Option<Box<SearchFault>>,
}

/// The body of a problem.
#[derive(JsonSchema, Serialize)]
// What a kind of problem has beside these: later_changes, differences, operation, position, …
#[schemars(rename = "Problem", extend("additionalProperties" = true))]
pub(crate) struct DetailsBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    errors: &'a [Refused],
    #[serde(flatten)]
    #[schemars(skip)]
    search: Option<&'a SearchFault>,
    #[serde(flatten)]
    #[schemars(schema_with = "crate::schema::explanation")]
    members: &'a Map,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl Details {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (errors, members) = (Vec::new(), Map::new());
        Self {
            kind,
            detail: detail.into(),
            errors,
            challenge: None,
            revision: None,
            members,
            accepted: &[],
            search: None,
        }
    }

    fn of(error: &Error) -> Self {
        let problem = match error {
            Error::Problem(problem) => problem,
            Error::Explained { problem, members } => {
                return Self { members: Map::clone(members), ..Self::of_problem(problem) };
            }
            Error::Search(fault) => {
                return Self { search: Some(fault.clone()), ..Self::new(Kind::BadSearch, fault.detail()) };
            }
            Error::Absent(why) => return Self::new(Kind::NotFound, why),
            Error::Gone(why) => return Self::new(Kind::Gone, why),
            Error::NoKey(must) => {
                return Self::new(Kind::BadRequest, format!("the key in the path {must}"));
            }
            Error::Ambiguous(operation) => {
                let members = operation.iter().map(|place| ("operation".to_owned(), Json::from(*place)));
                let detail = "several contacts have this key; nothing was stored";
                return Self { members: members.collect(), ..Self::new(Kind::Ambiguous, detail) };
            }
            Error::TooMany(max) => {
                let detail = format!("nothing was stored: a batch has at most {max} operations");
                return Self::new(Kind::TooLarge, detail);
            }
            Error::Operation { place, fault } => return Self::of_operation(*place, *fault),
            Error::MediaType(accepted) => {
                let detail = format!("a write must have the Content-Type {}", accepted.join(" or "));
                return Self { accepted, ..Self::new(Kind::MediaType, detail) };
            }
        };
        Self::of_problem(problem)
    }

    fn of_problem(problem: &Problem) -> Self {
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
            app::Error::Repeated(fault) => {
                let kind = match fault {
                    Repeated::InFlight => Kind::InFlight,
                    Repeated::OtherRequest => Kind::OtherRequest,
                    Repeated::CarriedOut(_) => Kind::CarriedOut,
                };
                Self::new(kind, fault.to_string())
            }
            app::Error::Busy | app::Error::Stopping | app::Error::Unavailable(_) => {
                Self::new(Kind::Unavailable, format!("{error}; nothing was stored"))
            }
            app::Error::TooSlow(slow) => Self::new(Kind::TooSlow, search::too_slow(slow)),
            app::Error::OutcomeUnknown(_) => {
                Self::new(Kind::OutcomeUnknown, format!("{error}; reading the contact will tell"))
            }
            app::Error::Store(_) => Self::new(Kind::Internal, error.to_string()),
        }
    }

    fn of_operation(place: usize, fault: Fault) -> Self {
        let refused = Refused::operation(place, fault);
        let kind = if fault == Fault::TestFailed { Kind::TestFailed } else { Kind::Invalid };
        let detail = format!("nothing was stored: {refused}");
        Self { errors: vec![refused], ..Self::new(kind, detail) }
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
        // Plain data with text keys, for which this cannot fail.
        serde_json::to_vec(&self.shown(request_id)).unwrap_or_default().into()
    }

    fn part(&self) -> (u16, Json) {
        let shown = self.shown(None);
        (shown.status, to_json(&shown))
    }

    fn shown<'a>(&'a self, request_id: Option<&'a str>) -> DetailsBody<'a> {
        let (status, kind, title) = self.kind.parts();
        let status = status.as_u16();
        let Self { detail, errors, members, revision, search, .. } = self;
        let (search, revision) = (search.as_deref(), *revision);
        DetailsBody { kind, title, status, detail, errors, search, members, revision, request_id }
    }
}

/// A problem as a part of another answer: its status, and what it says.
pub(crate) fn as_part(error: &Error) -> (u16, Json) {
    Details::of(error).part()
}

/// The same of an error of the application.
pub(crate) fn of_app_as_part(error: &app::Error) -> (u16, Json) {
    Details::of_app(error).part()
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
        if let Self::Problem(problem) | Self::Explained { problem, .. } = &self {
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
            && let Ok(accepted) = HeaderValue::from_str(&details.accepted.join(", "))
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

    use app::{Slow, StoreError};

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
    fn what_takes_too_long_is_said_as_it_is() {
        let terms = |terms: &[&str]| terms.iter().map(|term| (*term).to_owned()).collect::<Vec<_>>();
        let documents = |all: &[&str], lacking_index: &[&str]| Slow::Documents {
            terms: terms(all),
            lacking_index: terms(lacking_index),
        };
        let one_by_one = "is answered by reading contacts one by one, and so many were left that the time was up; narrow \
                          the search by words, tags, flags or options";
        for (slow, expected) in [
            (documents(&["city:oslo"], &[]), format!("'city:oslo' {one_by_one}")),
            (
                documents(&["city:oslo", "lead_score>80"], &["lead_score>80"]),
                format!(
                    "'city:oslo', 'lead_score>80' {one_by_one}; 'lead_score>80' has an index once what it compares is made \
                     filterable"
                ),
            ),
            (
                Slow::Texts(terms(&["jo", "an"])),
                "'jo', 'an' is found so often that the time was up; ask for longer words, or narrow the search by tags, \
                 flags or options"
                    .to_owned(),
            ),
            (
                Slow::Values(terms(&["lead_score>80"])),
                "so many contacts have a value that 'lead_score>80' asks for that the time was up; ask for fewer values, \
                 or narrow the search by words, tags, flags or options"
                    .to_owned(),
            ),
            (
                Slow::Order,
                "so many contacts were to be compared for the order that the time was up; narrow the search by words, \
                 tags, flags or options, or order by number, updated_at, name or one filterable field"
                    .to_owned(),
            ),
        ] {
            check(app::Error::TooSlow(slow).into(), &format!("422 - /docs/problems/too-slow: {expected}"));
        }
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
