//! Errors in the vendor's shape: `{"error": text}`, or `{"error": {parameter: [texts]}}` for bad parameters.

use std::collections::BTreeMap;

use api_kit::{Problem, Undocumented, json};
use app::{BadKey, Missing, Repeated};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Json, RecordKind, Rejection, Violation, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, json as object};

use crate::wire::LIST_OF;

/// Why a request got no success.
#[derive(Debug)]
pub enum Error {
    /// What every dialect knows.
    Problem(Problem),
    /// A page beyond the last one that may be asked for.
    PageLimit,
    /// A cursor that this API never gave.
    BadCursor,
    /// Nobody ever asked for a bot for this contact.
    NoBot,
}

/// The body of an error.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ErrorBody {
    /// A text, or the texts to each parameter.
    #[schemars(with = "Reason")]
    error: Json,
}

/// What an error says.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "describes what `answer` writes")]
enum Reason {
    Text(String),
    Parameters(BTreeMap<String, Vec<String>>),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<app::Error> for Error {
    fn from(fault: app::Error) -> Self {
        Self::Problem(fault.into())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, error) = match &self {
            Self::PageLimit => (StatusCode::BAD_REQUEST, text("Pagination limit exceeded")),
            Self::BadCursor => (StatusCode::BAD_REQUEST, text("Invalid pagination cursor")),
            Self::NoBot => (StatusCode::NOT_FOUND, text("bot not found")),
            Self::Problem(problem) => {
                problem.log();
                answer(problem)
            }
        };
        let mut response = json(status, &ErrorBody { error });
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

fn text(text: &str) -> Json {
    Json::String(text.to_owned())
}

/// The status and the `error` member of each problem.
fn answer(problem: &Problem) -> (StatusCode, Json) {
    use StatusCode as S;
    use app::Error as E;
    match problem {
        // QUIRK(callbell): the pages know one text for all of these, which a client may compare; the cases that
        // its owner can mend say what is wrong. Page: errors. Test: `each_key_case_has_its_own_answer`.
        Problem::App(E::Unauthenticated(BadKey::Missing | BadKey::Unknown)) => {
            (S::UNAUTHORIZED, text("not authorized"))
        }
        Problem::App(E::Unauthenticated(fault @ (BadKey::Malformed | BadKey::Expired | BadKey::Revoked))) => {
            (S::UNAUTHORIZED, format!("not authorized: {fault}").into())
        }
        Problem::App(fault @ (E::WrongDialect(_) | E::MissingScope(_) | E::WrongWorkspace)) => {
            (S::FORBIDDEN, format!("not authorized: {fault}").into())
        }
        Problem::App(E::NotFound(missing)) => (S::NOT_FOUND, format!("{} not found", noun(*missing)).into()),
        Problem::App(E::Rejected(rejection)) if rejection.other_revision().is_some() => {
            (S::PRECONDITION_FAILED, violations(rejection))
        }
        Problem::App(E::Rejected(rejection)) => (S::BAD_REQUEST, violations(rejection)),
        Problem::App(fault @ E::VersionRequired) => (S::PRECONDITION_REQUIRED, fault.to_string().into()),
        Problem::App(fault @ E::RateLimited(_)) => (S::TOO_MANY_REQUESTS, fault.to_string().into()),
        Problem::App(fault @ E::InUse(_)) => (S::BAD_REQUEST, fault.to_string().into()),
        Problem::App(E::Repeated(fault @ Repeated::OtherRequest)) => {
            (S::UNPROCESSABLE_ENTITY, fault.to_string().into())
        }
        Problem::App(E::Repeated(fault @ (Repeated::InFlight | Repeated::CarriedOut(_)))) => {
            (S::CONFLICT, fault.to_string().into())
        }
        Problem::App(fault @ (E::Busy | E::TooSlow(_) | E::Stopping | E::Unavailable(_))) => {
            (S::SERVICE_UNAVAILABLE, format!("{fault}, try again").into())
        }
        Problem::App(fault @ E::OutcomeUnknown(_)) => (S::SERVICE_UNAVAILABLE, fault.to_string().into()),
        Problem::App(E::Store(_)) | Problem::Panic => {
            (S::INTERNAL_SERVER_ERROR, text("internal server error"))
        }
        Problem::NoRoute => (S::NOT_FOUND, text("not found")),
        Problem::MethodNotAllowed => (S::METHOD_NOT_ALLOWED, text("method not allowed")),
        // Nothing has an id that is no text; most that a path can name are contacts.
        Problem::BadPath => (S::NOT_FOUND, text("contact not found")),
        Problem::BadQuery { name, reason } => (S::BAD_REQUEST, object!({ *name: [reason] })),
        Problem::Undocumented(what @ Undocumented::Call { .. }) => {
            (S::NOT_FOUND, format!("not found: {what}").into())
        }
        Problem::Undocumented(Undocumented::Parameter(name)) => {
            (S::BAD_REQUEST, object!({ name.as_str(): ["is not documented"] }))
        }
        Problem::BodyTooLarge(_) => (S::PAYLOAD_TOO_LARGE, problem.to_string().into()),
        Problem::BodyCut | Problem::BadHeader { .. } => (S::BAD_REQUEST, problem.to_string().into()),
        Problem::Timeout => {
            let unknown = "it is unknown whether the change took effect";
            (S::GATEWAY_TIMEOUT, format!("{problem}; {unknown}").into())
        }
    }
}

/// The vendor's word for what was not found.
fn noun(missing: Missing) -> String {
    match missing {
        Missing::Record(RecordKind::Inbox) => "channel".to_owned(),
        Missing::Record(RecordKind::CustomStatus) => "custom status".to_owned(),
        Missing::Record(RecordKind::Subscription) => "webhook".to_owned(),
        missing => missing.to_string(),
    }
}

/// All violations by the parameter that they concern; those of the body as a whole are one text.
fn violations(rejection: &Rejection) -> Json {
    let whole: Vec<_> = rejection.violations.iter().filter(|each| each.at.is_empty()).collect();
    if !whole.is_empty() {
        return whole.into_iter().map(|each| wording(&each.kind)).collect::<Vec<_>>().join("; ").into();
    }
    let mut parameters = Map::new();
    for violation in &rejection.violations {
        let (parameter, message) = message(violation);
        let messages = parameters.entry(parameter).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(messages) = messages {
            messages.push(message.into());
        }
    }
    Json::Object(parameters)
}

/// The parameter and the text, which names the part of the parameter unless the wording does so itself.
fn message(violation: &Violation) -> (&str, String) {
    let wording = wording(&violation.kind);
    match violation.at.split_once('.') {
        Some((parameter, part)) if !names_its_part(&violation.kind) => {
            (parameter, format!("'{part}' {wording}"))
        }
        Some((parameter, _)) => (parameter, wording),
        None => (&violation.at, wording),
    }
}

fn names_its_part(kind: &ViolationKind) -> bool {
    matches!(
        kind,
        ViolationKind::UnknownField(_)
            | ViolationKind::UnknownOption { .. }
            | ViolationKind::BadValue { .. }
            | ViolationKind::UnknownTag(_)
    )
}

/// The vendor's words, where its pages have some.
fn wording(kind: &ViolationKind) -> String {
    use ViolationKind as V;
    match kind {
        V::Missing | V::Blank => "must be present and not empty".to_owned(),
        V::TooLong { max, unit } => format!("must be at most {max} {unit}"),
        V::NotOneOf(words) => format!("must be one of: {}", words.join(", ")),
        V::BadEmail => "must be a valid email".to_owned(),
        V::UnknownField(name) => format!("'{name}' does not exist"),
        V::UnknownOption { field, options, .. } => {
            format!("'{field}' must be one of: {}", options.join(", "))
        }
        V::BadValue { field, options, kind } => match &**kind {
            // The name of a system field: to this API's clients there is no such field.
            V::UnknownField(name) => format!("'{name}' does not exist"),
            V::WrongType(LIST_OF) => format!("'{field}' must be a list of: {}", options.join(", ")),
            V::UnknownUser(_) => format!("'{field}' must be the email of a user"),
            kind => format!("'{field}' {}", wording(kind)),
        },
        V::UnknownTag(name) => format!("tag '{name}' does not exist"),
        V::UnknownUser(_) => "user does not exist".to_owned(),
        V::UnknownTeam(_) => "team does not exist".to_owned(),
        V::UnknownInbox(_) => "channel does not exist".to_owned(),
        V::ChannelTaken | V::AliasTaken | V::Taken => "has already been taken".to_owned(),
        V::WrongType(_)
        | V::NotNullable
        | V::Immutable
        | V::UnknownMember
        | V::OutOfRange { .. }
        | V::Duplicate
        | V::BadPhone
        | V::BadCountry
        | V::BadUrl
        | V::BadNumber
        | V::BadBoolean
        | V::BadDate
        | V::BadTime
        | V::BadInstant
        | V::BadChannelValue
        | V::MissingOption { .. }
        | V::MissingValue { .. }
        | V::UnknownList(_)
        | V::DynamicList(_)
        | V::TooManyIndexes(_)
        | V::Unconvertible { .. }
        | V::MoreUnconvertible(_)
        | V::QuotaReached { .. }
        | V::UnknownNote(_)
        | V::UnknownCompany(_)
        | V::UnknownContact(_)
        | V::SameContact
        | V::UnknownChannelType(_)
        | V::UnknownChannel(_)
        | V::Locked(_)
        | V::Permanent
        | V::OtherRevision(_)
        | V::Protected(_)
        | V::BeyondRights
        | V::ChangedSince
        | V::Unusable(_)
        | V::Malformed(_) => kind.to_string(),
    }
}
