//! Errors in the vendor's shape: what stands in `status`, its code and its HTTP status.

mod catalog;
mod refusal;

use api_kit::{Problem, Undocumented};
use app::{Error as AppError, Missing, Repeated};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{RecordKind, Rejection, Violation, ViolationKind};

use crate::wire::status;

pub(crate) use refusal::Refusal;

/// An answer that is no success.
#[derive(Debug)]
pub struct Error {
    status: StatusCode,
    code: Option<u32>,
    description: String,
}

/// HTTP status, the vendor's code where it has one, and its text.
type Kind = (StatusCode, Option<u32>, &'static str);

const AUTHENTICATION: Kind = (StatusCode::UNAUTHORIZED, Some(2601), "Authentication failed");
const PERMISSION: Kind = (StatusCode::FORBIDDEN, Some(2602), "Permission denied");
const NO_SERVICE: Kind = (StatusCode::NOT_FOUND, Some(2800), "Service not found");
const NO_CONTACT: Kind = (StatusCode::NOT_FOUND, Some(3000), "Contact not found");
const NO_ROUTE: Kind = (StatusCode::NOT_FOUND, None, "Not found");
const METHOD: Kind = (StatusCode::METHOD_NOT_ALLOWED, None, "Method not allowed");
const CONFLICT: Kind = (StatusCode::CONFLICT, None, "Already in use");
const OTHER_REVISION: Kind = (StatusCode::PRECONDITION_FAILED, None, "Precondition failed");
const NO_REVISION: Kind = (StatusCode::PRECONDITION_REQUIRED, None, "Precondition required");
const RATE: Kind = (StatusCode::TOO_MANY_REQUESTS, None, "Too many requests");
const REPEATED: Kind = (StatusCode::CONFLICT, None, "Already requested");
const OTHER_REQUEST: Kind = (StatusCode::UNPROCESSABLE_ENTITY, None, "Invalid header");
const HEADER: Kind = (StatusCode::BAD_REQUEST, None, "Invalid header");
const TOO_LARGE: Kind = (StatusCode::PAYLOAD_TOO_LARGE, Some(2604), "Invalid body content");
const FAULT: Kind = (StatusCode::INTERNAL_SERVER_ERROR, Some(2600), "Internal server error");
const UNAVAILABLE: Kind = (StatusCode::SERVICE_UNAVAILABLE, Some(2600), "Service unavailable");

/// Most characters of a description: it may cite what the client wrote.
const DESCRIPTION_CHARS: usize = 500;

impl Error {
    fn new(kind: Kind) -> Self {
        Self { status: kind.0, code: kind.1, description: kind.2.to_owned() }
    }

    /// The same with what is the matter in this case.
    fn because((status, code, text): Kind, detail: impl std::fmt::Display) -> Self {
        let mut description = format!("{text}: {detail}");
        if let Some((end, _)) = description.char_indices().nth(DESCRIPTION_CHARS) {
            description.truncate(end);
            description.push('…');
        }
        Self { status, code, description }
    }
}

impl From<AppError> for Error {
    fn from(fault: AppError) -> Self {
        Problem::from(fault).into()
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        problem.log();
        match &problem {
            Problem::App(AppError::Unauthenticated(bad_key)) => Self::because(AUTHENTICATION, bad_key),
            Problem::App(
                fault @ (AppError::WrongDialect(_) | AppError::MissingScope(_) | AppError::WrongWorkspace),
            ) => Self::because(PERMISSION, fault),
            Problem::App(AppError::NotFound(Missing::Workspace)) => Self::new(NO_SERVICE),
            Problem::App(AppError::NotFound(Missing::Contact)) => Self::new(NO_CONTACT),
            Problem::App(AppError::NotFound(Missing::Record(kind))) => Self::new(no_record(*kind)),
            Problem::App(AppError::NotFound(Missing::Change | Missing::Key)) | Problem::NoRoute => {
                Self::new(NO_ROUTE)
            }
            Problem::App(AppError::Rejected(rejection)) => rejected(rejection),
            Problem::App(fault @ AppError::VersionRequired) => Self::because(NO_REVISION, fault),
            Problem::App(fault @ AppError::RateLimited(_)) => Self::because(RATE, fault),
            Problem::BadHeader { .. } => Self::because(HEADER, &problem),
            Problem::App(AppError::InUse(what)) => Self::because(CONFLICT, what),
            Problem::App(AppError::Repeated(fault @ Repeated::OtherRequest)) => {
                Self::because(OTHER_REQUEST, fault)
            }
            Problem::App(AppError::Repeated(fault @ (Repeated::InFlight | Repeated::CarriedOut(_)))) => {
                Self::because(REPEATED, fault)
            }
            Problem::App(AppError::Store(_)) | Problem::Panic => Self::new(FAULT),
            Problem::App(
                fault @ (AppError::Busy
                | AppError::TooSlow(_)
                | AppError::Stopping
                | AppError::Unavailable(_)
                | AppError::OutcomeUnknown(_)),
            ) => Self::because(UNAVAILABLE, fault),
            Problem::Timeout => {
                let detail = "the request took too long; it is unknown whether a change took effect";
                Self::because(UNAVAILABLE, detail)
            }
            Problem::MethodNotAllowed => Self::new(METHOD),
            Problem::BadPath => Self::because(NO_ROUTE, &problem),
            Problem::BadQuery { name, .. } => Self::because(query_kind(name), &problem),
            Problem::Undocumented(Undocumented::Call { .. }) => Self::because(NO_ROUTE, &problem),
            Problem::Undocumented(Undocumented::Parameter(_)) => Self::because(query_kind(""), &problem),
            Problem::BodyTooLarge(_) => Self::because(TOO_LARGE, &problem),
            Problem::BodyCut => Self::because(BODY, &problem),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status::failure(self.status, self.code, &self.description);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The code for a record beside contacts that is not there.
fn no_record(kind: RecordKind) -> Kind {
    match kind {
        RecordKind::Tag => NO_LABEL,
        RecordKind::Field => NO_FIELD,
        RecordKind::List => NO_GROUP,
        RecordKind::ChannelType => NO_TYPE,
        _ => NO_ROUTE,
    }
}

fn query_kind(name: &str) -> Kind {
    match name {
        "page" => bad(2603, "Invalid page requested"),
        "page_size" => bad(2611, "Invalid page_size requested"),
        "sort_direction" | "sort_fields" => bad(2609, "Invalid sort_direction requested"),
        "is_global" => bad(2612, "Invalid is_global requested"),
        "return_existing" => bad(3012, "Exactly one channel is required"),
        _ => (StatusCode::BAD_REQUEST, None, "Invalid query"),
    }
}

const fn bad(code: u32, text: &'static str) -> Kind {
    (StatusCode::BAD_REQUEST, Some(code), text)
}

const BODY: Kind = bad(2604, "Invalid body content");

/// The vendor has room for one code: that of the first violation, in the order of the path, the body as a whole,
/// scalars, custom fields, channels.
fn rejected(rejection: &Rejection) -> Error {
    if let Some(revision) = rejection.other_revision() {
        return Error::because(OTHER_REVISION, format_args!("the record is at revision {revision}"));
    }
    match rejection.violations.iter().min_by_key(|violation| rank(violation)) {
        Some(violation) => Error::because(kind_of(violation), Detail(violation)),
        // Unreachable: a rejection has a violation.
        None => Error::new(BODY),
    }
}

fn rank(violation: &Violation) -> (u8, usize) {
    let mut parts = violation.at.split('.');
    let group = match (&violation.kind, parts.next()) {
        _ if is_of_path(violation) => 0,
        (ViolationKind::Unusable(_) | ViolationKind::Malformed(_), _)
            if catalog::split(violation).is_none() =>
        {
            1
        }
        (_, Some("custom_field_values")) => 3,
        (_, Some("channels")) => 4,
        _ => 2,
    };
    (group, parts.next().and_then(|part| part.parse().ok()).unwrap_or_default())
}

/// Whether a record that the path names is not there.
fn is_of_path(violation: &Violation) -> bool {
    match violation.kind {
        // Elsewhere a field is named in a list of values.
        ViolationKind::UnknownField(_) => violation.at == "value",
        // A member of the body may be called so too.
        ViolationKind::Unusable(_) | ViolationKind::Malformed(_) => false,
        _ => violation.at.starts_with("path.") && !violation.at.ends_with(LABEL),
    }
}

/// What a violation says, with the member that it concerns.
struct Detail<'v>(&'v Violation);

impl std::fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Violation { at, kind } = self.0;
        let in_body = catalog::split(self.0);
        let at = match in_body {
            _ if is_of_path(self.0) => String::new(),
            Some((_, at)) => at.to_owned(),
            None => member(at, kind),
        };
        if !at.is_empty() {
            write!(f, "{at}: ")?;
        }
        match kind {
            ViolationKind::Duplicate if in_body.is_some_and(|(_, at)| !at.contains('.')) => {
                f.write_str("is in use already")
            }
            ViolationKind::BadValue { field, kind, .. }
                if matches!(**kind, ViolationKind::BadDate | ViolationKind::BadInstant) =>
            {
                write!(f, "the field '{field}': must be Unix seconds")
            }
            ViolationKind::BadPhone if self.0.at.ends_with(".country") => {
                f.write_str("is required for a phone number without +")
            }
            kind => write!(f, "{kind}"),
        }
    }
}

/// What follows the channel whose label is refused.
const LABEL: &str = ".label";

/// The member that a violation concerns, where it was found in the whole of a channel; a body that is one channel has
/// its members itself.
fn member(at: &str, kind: &ViolationKind) -> String {
    let at = in_channel(at, kind);
    match at.strip_prefix("channel") {
        Some("") => String::new(),
        Some(rest) => rest.strip_prefix('.').map_or_else(|| at.clone(), str::to_owned),
        None => at,
    }
}

fn in_channel(at: &str, kind: &ViolationKind) -> String {
    let (at, is_label) = at.strip_suffix(LABEL).map_or((at, false), |at| (at, true));
    let in_channel = |part: &str| match at.rsplit_once('.') {
        Some((element, "value" | "country" | "id")) if is_channel(at) => format!("{element}.{part}"),
        _ => at.to_owned(),
    };
    if is_label {
        // A channel that the path names has its members in the body itself.
        return if is_channel(at) { in_channel("display_name") } else { "display_name".to_owned() };
    }
    match kind {
        ViolationKind::UnknownChannelType(_) => in_channel("channel_type_id"),
        ViolationKind::BadEmail
        | ViolationKind::BadChannelValue
        | ViolationKind::ChannelTaken
        | ViolationKind::TooLong { .. }
        | ViolationKind::Blank => in_channel("value"),
        _ => at.to_owned(),
    }
}

/// The vendor's code for a violation, by its kind and the member where it is.
fn kind_of(violation: &Violation) -> Kind {
    if let Some((what, at)) = catalog::split(violation) {
        return catalog::kind_of(what, at, &violation.kind);
    }
    let at = violation.at.as_str();
    let part = at.rsplit('.').next().unwrap_or_default();
    let is_channel = is_channel(at);
    match &violation.kind {
        ViolationKind::UnknownField(_) if is_of_path(violation) => {
            (StatusCode::NOT_FOUND, Some(3701), "Custom field not found")
        }
        ViolationKind::UnknownUser(_) | ViolationKind::UnknownTeam(_) => ASSIGNEE,
        ViolationKind::NotOneOf(_) if at.is_empty() => ASSIGNEE,
        ViolationKind::BadValue { kind, .. } => value_kind(kind),
        ViolationKind::WrongType(_) | ViolationKind::NotNullable if is_channel => match part {
            "channel_type_id" => CHANNEL_TYPE,
            "value" => CHANNEL_VALUE,
            _ => CHANNELS,
        },
        ViolationKind::Missing => match part {
            "custom_field_id" => bad(3700, "Missing custom_field_id"),
            "channel_type_id" => bad(3101, "Missing channel type"),
            "value" => bad(3102, "Missing channel value"),
            _ => BODY,
        },
        ViolationKind::BadBoolean => match at {
            "is_confirmed" => bad(3003, "Invalid value for is_confirmed"),
            "is_starred" => bad(3004, "Invalid value for is_starred"),
            "is_closed" => bad(3009, "Invalid value for is_closed"),
            _ => BODY,
        },
        ViolationKind::Blank if is_channel => bad(3102, "Missing channel value"),
        ViolationKind::TooLong { .. } if is_channel => CHANNEL_VALUE,
        ViolationKind::Duplicate if part == "label" => bad(3105, "Channel display_name in use"),
        ViolationKind::NotOneOf(_) if part == "display_name" => bad(3106, "Invalid channel display_name"),
        ViolationKind::BadPhone if part == "country" => bad(3103, "Missing channel country"),
        kind => plain_kind(kind),
    }
}

/// Whether a member is a channel, or in one.
fn is_channel(at: &str) -> bool {
    matches!(at.split('.').next(), Some("channels" | "channel"))
}

/// The vendor has no code for it.
const ASSIGNEE: Kind = (StatusCode::BAD_REQUEST, None, "Invalid assignee");
const CHANNELS: Kind = bad(3010, "Invalid value for channels");
const CHANNEL_TYPE: Kind = bad(2605, "Invalid channel_type_id");
const CHANNEL_VALUE: Kind = bad(3107, "Invalid channel value");
const NO_LABEL: Kind = (StatusCode::NOT_FOUND, Some(3400), "Label not found");
const NO_FIELD: Kind = (StatusCode::NOT_FOUND, Some(3200), "Custom field not found");
const NO_GROUP: Kind = (StatusCode::NOT_FOUND, Some(8000), "Contact group not found");
const NO_TYPE: Kind = (StatusCode::NOT_FOUND, Some(4000), "Channel type not found");
const NO_CHANNEL: Kind = (StatusCode::NOT_FOUND, Some(3100), "Contact channel not found");

/// The code for a value of the wrong kind for its custom field.
fn value_kind(kind: &ViolationKind) -> Kind {
    match kind {
        ViolationKind::BadDate | ViolationKind::BadInstant => bad(3704, "Invalid date"),
        ViolationKind::BadBoolean => bad(3706, "Invalid boolean"),
        kind => plain_kind(kind),
    }
}

/// The code for a violation wherever it is.
fn plain_kind(kind: &ViolationKind) -> Kind {
    match kind {
        ViolationKind::BadPhone => bad(2606, "Invalid phone number"),
        ViolationKind::BadEmail => bad(2607, "Invalid email address"),
        ViolationKind::BadCountry => bad(2608, "Invalid country code"),
        ViolationKind::BadChannelValue => CHANNEL_VALUE,
        ViolationKind::UnknownChannelType(_) => CHANNEL_TYPE,
        ViolationKind::UnknownChannel(_) => NO_CHANNEL,
        ViolationKind::ChannelTaken => bad(3104, "Contact channel already assigned to another contact"),
        ViolationKind::Locked(_) => bad(3011, "Field is not editable on a locked contact"),
        ViolationKind::UnknownField(_) => bad(3701, "Custom field not found"),
        ViolationKind::MissingOption { .. } => bad(3702, "Missing option for custom field"),
        ViolationKind::UnknownOption { .. } => bad(3703, "Invalid option for custom field"),
        ViolationKind::MissingValue { .. } => bad(3705, "Missing value for custom field"),
        ViolationKind::UnknownTag(_) => NO_LABEL,
        ViolationKind::UnknownList(_) => NO_GROUP,
        // The vendor has no code for these: it is the body that is wrong.
        ViolationKind::DynamicList(_)
        | ViolationKind::TooManyIndexes(_)
        | ViolationKind::Unconvertible { .. }
        | ViolationKind::MoreUnconvertible(_)
        | ViolationKind::QuotaReached { .. }
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
        | ViolationKind::BadUrl
        | ViolationKind::BadNumber
        | ViolationKind::BadBoolean
        | ViolationKind::BadDate
        | ViolationKind::BadTime
        | ViolationKind::BadInstant
        | ViolationKind::BadValue { .. }
        | ViolationKind::Unusable(_)
        | ViolationKind::Malformed(_)
        | ViolationKind::UnknownNote(_)
        | ViolationKind::UnknownCompany(_)
        | ViolationKind::UnknownContact(_)
        | ViolationKind::SameContact
        | ViolationKind::UnknownUser(_)
        | ViolationKind::UnknownTeam(_)
        | ViolationKind::UnknownInbox(_)
        | ViolationKind::AliasTaken
        | ViolationKind::Taken
        | ViolationKind::Permanent
        | ViolationKind::OtherRevision(_)
        | ViolationKind::Protected(_)
        | ViolationKind::BeyondRights
        | ViolationKind::ChangedSince => BODY,
    }
}
