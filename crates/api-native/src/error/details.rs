//! What a problem says: its type, title and status, and what else there is to say of it.

use std::collections::HashSet;

use api_kit::Problem;
use app::{BadKey, Repeated};
use model::{Json, Rejection, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::kind::Kind;
use super::violation::Refused;
use super::{Error, Map};
use crate::json_patch::Fault;
use crate::resource::to_json;
use crate::search::{self, SearchFault};

/// Entries of `errors` at most: a small body can be wrong in very many places.
const ERRORS_MAX: usize = 1000;

/// A problem, ready to be written.
#[derive(Clone, Debug)]
pub(super) struct Details {
    pub(super) kind: Kind,
    pub(super) detail: String,
    pub(super) errors: Vec<Refused>,
    pub(super) challenge: Option<&'static str>,
    /// The revision that the record has, when another one was wanted.
    pub(super) revision: Option<u64>,
    /// What else there is to say.
    pub(super) members: Map,
    /// The media types that the body could have had.
    pub(super) accepted: &'static [&'static str],
    /// What is wrong with a search.
    pub(super) search: Option<Box<SearchFault>>,
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

    pub(super) fn of(error: &Error) -> Self {
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

    pub(super) fn of_app(error: &app::Error) -> Self {
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

    pub(super) fn body(&self, request_id: Option<&str>) -> axum::body::Body {
        // Plain data with text keys, for which this cannot fail.
        serde_json::to_vec(&self.shown(request_id)).unwrap_or_default().into()
    }

    pub(super) fn part(&self) -> (u16, Json) {
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

/// The violations, each once.
pub(super) fn refused(rejection: &Rejection) -> Vec<Refused> {
    let mut seen = HashSet::new();
    let mut errors: Vec<_> = rejection.violations.iter().map(Refused::from).collect();
    errors.retain(|refused| seen.insert(refused.clone()));
    errors
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
