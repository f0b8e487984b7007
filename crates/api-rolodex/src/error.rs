//! The dialect's error. The vendor documents none: one flat shape, whose two texts serve clients that print
//! `error` or `message`.

use api_kit::{Problem, Undocumented};
use app::BadKey;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Rejection, Violation, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::faults::Unknown;

/// Longest part of a client's text that is repeated in an answer.
const QUOTED_CHARS: usize = 80;

/// An answer that is no success.
#[derive(Debug)]
pub struct Error {
    status: StatusCode,
    body: ErrorBody,
    is_temporary: bool,
}

/// The body of an error.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ErrorBody {
    error: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

/// One thing that is wrong with a request, and where.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "ErrorDetail")]
struct Detail {
    path: String,
    message: String,
}

impl Error {
    fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        let body = ErrorBody { error, message: message.into(), details: Vec::new() };
        Self { status, body, is_temporary: false }
    }

    /// Trying again makes sense.
    fn unavailable(message: &str) -> Self {
        Self { is_temporary: true, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message) }
    }

    /// The answer to a request that is refused for these reasons.
    pub(crate) fn refusal(violations: &[Violation], unknown: &[Unknown]) -> Self {
        let judged = violations.iter().map(|each| {
            let (sort, message) = judge(&each.kind);
            (path(each), sort, message)
        });
        let missing = unknown.iter().map(|Unknown { at, what, id }| {
            (at.clone(), Sort::Reference, format!("no {what} with id {}", quoted(id)))
        });
        let judged: Vec<_> = judged.chain(missing).collect();
        let (error, message) = if judged.iter().any(|(_, sort, _)| *sort == Sort::Json) {
            ("invalid_json", "Request body must be a JSON object.")
        } else if judged.iter().all(|(_, sort, _)| *sort == Sort::Reference) {
            ("invalid_reference", "A referenced record does not exist.")
        } else {
            ("invalid_request", "Request body failed validation.")
        };
        let answer = Self::new(StatusCode::BAD_REQUEST, error, message);
        judged.into_iter().fold(answer, |answer, (path, _, message)| answer.with_detail(&path, message))
    }

    fn with_detail(mut self, path: &str, message: String) -> Self {
        self.body.details.push(Detail { path: path.to_owned(), message });
        self
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = api_kit::json(self.status, &self.body);
        if self.is_temporary {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<app::Error> for Error {
    fn from(fault: app::Error) -> Self {
        Self::from(Problem::App(fault))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        problem.log();
        match problem {
            Problem::App(fault) => of_app(&fault),
            Problem::NoRoute => Self::new(StatusCode::NOT_FOUND, "not_found", "No such route."),
            Problem::BadPath => Self::new(StatusCode::NOT_FOUND, "not_found", "No contact with that id."),
            Problem::MethodNotAllowed => Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This route does not have that method.",
            ),
            Problem::BadQuery { name, reason } => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_request", "Query parameters failed validation.")
                    .with_detail(name, reason)
            }
            Problem::BadHeader { name, reason } => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_request", "Headers failed validation.")
                    .with_detail(name, reason.to_owned())
            }
            Problem::Undocumented(what @ Undocumented::Call { .. }) => {
                Self::new(StatusCode::NOT_FOUND, "not_found", format!("No such route: {what}."))
            }
            Problem::Undocumented(Undocumented::Parameter(name)) => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_request", "Query parameters failed validation.")
                    .with_detail(&name, "is not documented".to_owned())
            }
            Problem::BodyTooLarge(max) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "payload_too_large",
                format!("Request body is over {max} bytes."),
            ),
            Problem::BodyCut => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_json", "Request body did not arrive whole.")
            }
            Problem::Timeout => Self::unavailable(
                "The request took too long; it is unknown whether a change took effect. Read the contact.",
            ),
            Problem::Panic => internal_error(),
        }
    }
}

fn internal_error() -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Internal server error.")
}

fn of_app(fault: &app::Error) -> Error {
    match fault {
        app::Error::Unauthenticated(bad_key) => {
            Error::new(StatusCode::UNAUTHORIZED, "unauthorized", bad_key_message(*bad_key))
        }
        app::Error::WrongDialect(_) => {
            Error::new(StatusCode::FORBIDDEN, "forbidden", "This API key is not for the Rolodex API.")
        }
        app::Error::MissingScope(scope) => {
            let message = format!("This API key lacks the scope '{scope}'.");
            Error::new(StatusCode::FORBIDDEN, "forbidden", message)
        }
        app::Error::WrongWorkspace => {
            Error::new(StatusCode::FORBIDDEN, "forbidden", "This API key does not open this workspace.")
        }
        app::Error::NotFound(missing) => {
            Error::new(StatusCode::NOT_FOUND, "not_found", format!("No {missing} with that id."))
        }
        app::Error::Rejected(rejection) => match rejection.other_revision() {
            Some(revision) => Error::new(
                StatusCode::PRECONDITION_FAILED,
                "precondition_failed",
                format!("The record is at revision {revision}."),
            ),
            None => of_rejection(rejection),
        },
        app::Error::VersionRequired => Error::new(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition_required",
            "This API key must name the revision of the contact that it changes: send its ETag in If-Match.",
        ),
        app::Error::RateLimited(_) => {
            Error::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "This API key sends too many requests.")
        }
        app::Error::InUse(what) => {
            Error::new(StatusCode::CONFLICT, "conflict", format!("{} is in use.", quoted(what)))
        }
        app::Error::Repeated(fault @ app::Repeated::OtherRequest) => {
            Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", format!("Refused: {fault}."))
        }
        app::Error::Repeated(fault @ (app::Repeated::InFlight | app::Repeated::CarriedOut(_))) => {
            Error::new(StatusCode::CONFLICT, "conflict", format!("Refused: {fault}."))
        }
        app::Error::Busy | app::Error::TooSlow(_) => {
            Error::unavailable("Too many requests wait; nothing was changed.")
        }
        app::Error::Stopping => Error::unavailable("The server is stopping; nothing was changed."),
        app::Error::Unavailable(_) => {
            Error::unavailable("The database is not available; nothing was changed.")
        }
        app::Error::OutcomeUnknown(_) => {
            Error::unavailable("It is unknown whether the change took effect. Read the contact.")
        }
        app::Error::Store(_) => internal_error(),
    }
}

fn bad_key_message(bad_key: BadKey) -> &'static str {
    match bad_key {
        BadKey::Missing => "Missing API key.",
        BadKey::Malformed => "Malformed API key.",
        BadKey::Unknown => "Unknown API key.",
        BadKey::Expired => "Expired API key.",
        BadKey::Revoked => "Revoked API key.",
    }
}

/// What sort of fault a violation is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Json,
    Reference,
    Request,
}

fn of_rejection(rejection: &Rejection) -> Error {
    Error::refusal(&rejection.violations, &[])
}

/// The member's path. Of a custom field's item either the id or the value is wrong, which only the kind tells.
fn path(violation: &Violation) -> String {
    let at = &violation.at;
    let is_item = at.strip_prefix("custom_fields.").is_some_and(|rest| !rest.contains('.'));
    match &violation.kind {
        ViolationKind::UnknownField(_) if is_item => format!("{at}.id"),
        ViolationKind::BadValue { kind, .. }
            if is_item && matches!(**kind, ViolationKind::UnknownField(_)) =>
        {
            format!("{at}.id")
        }
        ViolationKind::BadValue { .. } | ViolationKind::UnknownOption { .. } if is_item => {
            format!("{at}.value")
        }
        // Bounds of the whole contact; unknown members are kept beside it.
        _ if at == "extras" => String::new(),
        _ => at.clone(),
    }
}

fn judge(kind: &ViolationKind) -> (Sort, String) {
    let unknown = |what: &str, id: &str| (Sort::Reference, format!("no {what} with id {}", quoted(id)));
    match kind {
        ViolationKind::Malformed(reason) => (Sort::Json, reason.clone()),
        ViolationKind::UnknownField(id) => unknown("custom field", id),
        ViolationKind::UnknownContact(id) => unknown("contact", id),
        ViolationKind::UnknownTag(id) => unknown("tag", id),
        ViolationKind::UnknownList(id) => unknown("list", id),
        ViolationKind::UnknownNote(id) => unknown("note", id),
        ViolationKind::UnknownCompany(id) => unknown("company", id),
        ViolationKind::UnknownUser(id) => unknown("workspace user", id),
        ViolationKind::UnknownTeam(id) => unknown("team", id),
        ViolationKind::UnknownInbox(id) => unknown("inbox", id),
        ViolationKind::UnknownChannelType(id) => unknown("channel type", id),
        ViolationKind::UnknownOption { field, text, .. } => {
            (Sort::Reference, format!("the custom field '{field}' has no option {}", quoted(text)))
        }
        ViolationKind::BadValue { kind, .. } => judge(kind),
        ViolationKind::BadDate => {
            (Sort::Request, "must be a date (YYYY-MM-DD) or a timestamp (RFC 3339)".to_owned())
        }
        ViolationKind::BadCountry => (Sort::Request, "must be a calling code such as +1, or null".to_owned()),
        ViolationKind::UnknownChannel(id) => {
            (Sort::Request, format!("the contact has no row {}", quoted(id)))
        }
        ViolationKind::SameContact
        | ViolationKind::DynamicList(_)
        | ViolationKind::TooManyIndexes(_)
        | ViolationKind::Unconvertible { .. }
        | ViolationKind::MoreUnconvertible(_)
        | ViolationKind::QuotaReached { .. }
        | ViolationKind::Unusable(_)
        | ViolationKind::WrongType(_)
        | ViolationKind::Missing
        | ViolationKind::Blank
        | ViolationKind::NotNullable
        | ViolationKind::Immutable
        | ViolationKind::UnknownMember
        | ViolationKind::TooLong { .. }
        | ViolationKind::OutOfRange { .. }
        | ViolationKind::NotOneOf(_)
        | ViolationKind::Duplicate
        | ViolationKind::BadEmail
        | ViolationKind::BadPhone
        | ViolationKind::BadUrl
        | ViolationKind::BadNumber
        | ViolationKind::BadBoolean
        | ViolationKind::BadTime
        | ViolationKind::BadInstant
        | ViolationKind::BadChannelValue
        | ViolationKind::MissingOption { .. }
        | ViolationKind::MissingValue { .. }
        | ViolationKind::ChannelTaken
        | ViolationKind::AliasTaken
        | ViolationKind::Locked(_)
        | ViolationKind::Taken
        | ViolationKind::Permanent
        | ViolationKind::OtherRevision(_)
        | ViolationKind::Protected(_)
        | ViolationKind::BeyondRights
        | ViolationKind::ChangedSince => (Sort::Request, kind.to_string()),
    }
}

fn quoted(text: &str) -> String {
    if text.chars().count() <= QUOTED_CHARS {
        return text.to_owned();
    }
    let start: String = text.chars().take(QUOTED_CHARS).collect();
    format!("{start}…")
}
