//! What this dialect answers when something is wrong. The vendor documents codes but no body; the body has
//! every member that known clients read: `message` and `error` as texts, `errors[]` with one entry per
//! violation.

use api_kit::{Problem, Undocumented};
use app::BadKey;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{RecordKind, Ref, Violation, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

/// Longest quotation of a client's own text in a message.
const QUOTED_CHARS: usize = 100;

const INVALID: &str = "ERROR_INVALID_INPUT";
const DUPLICATE: &str = "ERROR_DUPLICATE_RECORD_FOUND";
const MISSING: &str = "ERROR_RECORD_NOT_FOUND";
const UNAUTHORIZED: &str = "ERROR_UNAUTHORIZED";
const FORBIDDEN: &str = "ERROR_UNAUTHORIZED_ACCESS";
const SERVER: &str = "ERROR_SERVER_ERROR";

/// Why a request got no success, in this dialect's shape.
#[derive(Debug)]
pub struct Error {
    problem: Problem,
    told: Box<Told>,
}

/// What the handler knows of it.
#[derive(Debug, Default)]
struct Told {
    named: Option<Named>,
    /// What to say when a name is taken.
    taken: Option<String>,
    /// What a missing contact is called.
    word: Option<&'static str>,
}

/// How the request names the record that it is about.
#[derive(Debug)]
struct Named {
    /// The part of the path, the parameter or the member.
    at: String,
    text: String,
    is_path: bool,
}

/// The answer's body.
#[derive(Clone, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ErrorBody")]
pub(crate) struct Body {
    message: String,
    error: String,
    code: &'static str,
    status_code: u16,
    errors: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Clone, JsonSchema, Serialize)]
struct Fault {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    resource: &'static str,
}

impl Error {
    /// The same, about the record that this part of the path names: a 404 then says its id.
    pub(crate) fn about(mut self, at: &str, id: &Ref) -> Self {
        self.told.named = Some(Named { at: at.to_owned(), text: id.text.clone(), is_path: true });
        self
    }

    // QUIRK(acquire): the error table has `ERROR_RECORD_NOT_FOUND` with status 400, the status table 404. Here a
    // path that leads nowhere is 404, which clients look for, anything else that does 400. Test:
    // what_a_request_names_beside_its_path_is_400_when_missing.
    /// The same, about the record that this parameter or member names.
    pub(crate) fn about_named(mut self, at: impl Into<String>, id: &Ref) -> Self {
        self.told.named = Some(Named { at: at.into(), text: id.text.clone(), is_path: false });
        self
    }

    /// The same, saying this when a name is taken.
    pub(crate) fn if_taken(mut self, what: &str, name: &str) -> Self {
        self.told.taken = Some(format!("A {what} named \"{}\" already exists.", cut(name)));
        self
    }

    /// The same, where what is missing is a block of a contact.
    pub(crate) fn of_block(mut self) -> Self {
        self.told.word = Some("block");
        self
    }

    /// Everything that is wrong with a request.
    pub(crate) fn of(violations: Vec<Violation>) -> Self {
        app::Error::from(model::Rejection { violations }).into()
    }

    /// A member of the request is wrong.
    pub(crate) fn refused(at: &str, kind: ViolationKind) -> Self {
        app::Error::from(model::Rejection::from(Violation::new(at, kind))).into()
    }

    /// Status and what is wrong.
    fn answer(&self) -> (StatusCode, Vec<Fault>) {
        let one = |status, code, text: &str| (status, vec![fault(code, text.to_owned(), None)]);
        match &self.problem {
            Problem::App(error) => self.app_answer(error),
            Problem::NoRoute => one(StatusCode::NOT_FOUND, INVALID, "No such endpoint."),
            Problem::MethodNotAllowed => {
                one(StatusCode::METHOD_NOT_ALLOWED, INVALID, "The endpoint does not have this method.")
            }
            // The only parts of paths are ids.
            Problem::BadPath => {
                one(StatusCode::BAD_REQUEST, INVALID, "The path cannot be read: an id must be an integer.")
            }
            Problem::BadQuery { name, reason } => {
                let text = format!("The query parameter \"{name}\" {reason}.");
                (StatusCode::BAD_REQUEST, vec![fault(INVALID, text, Some(name))])
            }
            Problem::BadHeader { name, reason } => {
                one(StatusCode::BAD_REQUEST, INVALID, &format!("The header \"{name}\" {reason}."))
            }
            Problem::Undocumented(what @ Undocumented::Call { .. }) => {
                one(StatusCode::NOT_FOUND, INVALID, &format!("No such endpoint: {what}."))
            }
            Problem::Undocumented(Undocumented::Parameter(name)) => {
                let text = format!("The query parameter \"{name}\" is not documented.");
                (StatusCode::BAD_REQUEST, vec![fault(INVALID, text, Some(name))])
            }
            Problem::BodyTooLarge(max) => {
                let text = format!("The request body has more than {max} bytes.");
                one(StatusCode::PAYLOAD_TOO_LARGE, INVALID, &text)
            }
            Problem::BodyCut => {
                one(StatusCode::BAD_REQUEST, INVALID, "The request body did not arrive whole.")
            }
            Problem::Timeout => one(
                StatusCode::SERVICE_UNAVAILABLE,
                SERVER,
                "The request took too long; it is unknown whether a change took effect.",
            ),
            Problem::Panic => one(StatusCode::INTERNAL_SERVER_ERROR, SERVER, "Internal server error."),
        }
    }

    fn app_answer(&self, error: &app::Error) -> (StatusCode, Vec<Fault>) {
        let one = |status, code, text: &str| (status, vec![fault(code, text.to_owned(), None)]);
        match error {
            app::Error::Unauthenticated(bad) => one(StatusCode::UNAUTHORIZED, UNAUTHORIZED, key_text(*bad)),
            app::Error::WrongDialect(_) => {
                one(StatusCode::FORBIDDEN, FORBIDDEN, "The API key has no permission for this API.")
            }
            app::Error::MissingScope(_) => {
                one(StatusCode::FORBIDDEN, FORBIDDEN, "The API key has no permission for this endpoint.")
            }
            app::Error::WrongWorkspace => {
                one(StatusCode::FORBIDDEN, FORBIDDEN, "The API key has no permission for this account.")
            }
            app::Error::NotFound(app::Missing::Contact) => {
                self.missing(self.told.word.unwrap_or("contact"), "contactId")
            }
            app::Error::NotFound(app::Missing::Record(kind)) => {
                let (word, at) = record_words(*kind);
                self.missing(word, at)
            }
            app::Error::NotFound(
                what @ (app::Missing::Workspace | app::Missing::Change | app::Missing::Key),
            ) => one(StatusCode::NOT_FOUND, MISSING, &format!("No such {what}.")),
            app::Error::Rejected(rejection) => {
                let faults = rejection.violations.iter().map(|violation| self.violation_fault(violation));
                let status = match rejection.other_revision() {
                    Some(_) => StatusCode::PRECONDITION_FAILED,
                    None => StatusCode::BAD_REQUEST,
                };
                (status, faults.collect())
            }
            app::Error::VersionRequired => one(
                StatusCode::PRECONDITION_REQUIRED,
                INVALID,
                "The API key must name the revision of the contact that it changes: send its ETag in If-Match.",
            ),
            app::Error::RateLimited(_) => {
                one(StatusCode::TOO_MANY_REQUESTS, SERVER, "The API key sends too many requests.")
            }
            app::Error::InUse(what) => {
                one(StatusCode::BAD_REQUEST, DUPLICATE, &format!("{} is in use.", cut(what)))
            }
            app::Error::Repeated(fault @ app::Repeated::OtherRequest) => {
                one(StatusCode::UNPROCESSABLE_ENTITY, INVALID, &format!("Refused: {fault}."))
            }
            app::Error::Repeated(fault @ (app::Repeated::InFlight | app::Repeated::CarriedOut(_))) => {
                one(StatusCode::CONFLICT, DUPLICATE, &format!("Refused: {fault}."))
            }
            app::Error::Busy | app::Error::TooSlow(_) => {
                one(StatusCode::SERVICE_UNAVAILABLE, SERVER, "Too many requests wait; nothing was stored.")
            }
            app::Error::Stopping => {
                one(StatusCode::SERVICE_UNAVAILABLE, SERVER, "The server is stopping; nothing was stored.")
            }
            app::Error::Unavailable(_) => one(
                StatusCode::SERVICE_UNAVAILABLE,
                SERVER,
                "The database is not available; nothing was stored.",
            ),
            app::Error::OutcomeUnknown(_) => one(
                StatusCode::SERVICE_UNAVAILABLE,
                SERVER,
                "It is unknown whether the change took effect; get the contact to find out.",
            ),
            app::Error::Store(_) => one(StatusCode::INTERNAL_SERVER_ERROR, SERVER, "Internal server error."),
        }
    }

    /// There is no such record.
    fn missing(&self, word: &str, at: &str) -> (StatusCode, Vec<Fault>) {
        let Some(Named { at, text, is_path }) = &self.told.named else {
            return (StatusCode::NOT_FOUND, vec![fault(MISSING, format!("No {word}."), Some(at))]);
        };
        let status = if *is_path { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        (status, vec![fault(MISSING, format!("No {word} with id {}.", cut(text)), Some(at))])
    }

    fn violation_fault(&self, violation: &Violation) -> Fault {
        let (code, message) = match (&violation.kind, &self.told.taken) {
            (ViolationKind::Duplicate, Some(taken)) => (DUPLICATE, taken.clone()),
            _ => wording(&violation.at, &violation.kind),
        };
        let at = cut(&violation.at);
        fault(code, message, (!at.is_empty()).then_some(at.as_str()))
    }
}

/// The vendor's word for a kind of record, and the part of the path that names one.
fn record_words(kind: RecordKind) -> (&'static str, &'static str) {
    match kind {
        RecordKind::Company => ("company", "companyId"),
        RecordKind::Note => ("note", "noteId"),
        RecordKind::Tag => ("tag", "tagId"),
        RecordKind::Field => ("field", "fieldId"),
        kind => (kind.as_str(), "id"),
    }
}

/// The answer to a request about another resource than contacts: errors name it.
pub(crate) fn about(resource: &'static str, mut response: Response) -> Response {
    let Some(mut body) = response.extensions_mut().remove::<Body>() else { return response };
    body.errors.iter_mut().for_each(|each| each.resource = resource);
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut named = api_kit::json(status, &body);
    named.headers_mut().extend(headers);
    named
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self { problem, told: Box::default() }
    }
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Problem::from(error).into()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.problem.log();
        let (status, errors) = self.answer();
        let (code, message) = match errors.first() {
            Some(first) => (first.code, first.message.clone()),
            // Unreachable: a rejection has at least one violation.
            None => (INVALID, String::new()),
        };
        let body = Body { error: message.clone(), message, code, status_code: status.as_u16(), errors };
        let mut response = api_kit::json(status, &body);
        // For `about`.
        response.extensions_mut().insert(body);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

fn fault(code: &'static str, message: String, field: Option<&str>) -> Fault {
    Fault { code, message, field: field.map(str::to_owned), resource: "contact" }
}

fn key_text(bad: BadKey) -> &'static str {
    match bad {
        BadKey::Missing | BadKey::Unknown => "Missing or invalid API key.",
        BadKey::Malformed => "The API key cannot be read: send one header \"Authorization: Bearer {key}\".",
        BadKey::Expired => "The API key has expired.",
        BadKey::Revoked => "The API key was revoked.",
    }
}

/// Code and text of a violation.
fn wording(at: &str, kind: &ViolationKind) -> (&'static str, String) {
    use ViolationKind as V;
    let at_member = || format!("\"{}\" {kind}.", cut(at));
    match kind {
        V::UnknownField(key) => (INVALID, format!("Unknown field \"{}\".", cut(key))),
        V::UnknownContact(id) => (MISSING, format!("No contact with id {}.", cut(id))),
        V::QuotaReached { kind, quota } => {
            (INVALID, format!("The workspace may have at most {quota} records of the kind {kind}."))
        }
        V::SameContact => (INVALID, "A contact cannot be merged into itself.".to_owned()),
        V::UnknownTag(tag) => (INVALID, format!("Unknown tag \"{}\".", cut(tag))),
        V::UnknownCompany(company) => (INVALID, format!("Unknown company \"{}\".", cut(company))),
        V::UnknownUser(user) => (INVALID, format!("\"{}\": unknown user \"{}\".", cut(at), cut(user))),
        V::UnknownOption { field, text, options } => {
            let options = cut(&options.join(", "));
            (INVALID, format!("\"{}\" is no option of \"{field}\". Options: {options}.", cut(text)))
        }
        V::BadValue { kind, .. } => wording(at, kind),
        V::Malformed(reason) if at.is_empty() => (INVALID, format!("Malformed request body: {reason}.")),
        V::Malformed(reason) => (INVALID, format!("Malformed request body at \"{}\": {reason}.", cut(at))),
        V::ChannelTaken | V::AliasTaken | V::Taken | V::Duplicate => (DUPLICATE, at_member()),
        V::Unusable(_)
        | V::WrongType(_)
        | V::Missing
        | V::Blank
        | V::NotNullable
        | V::Immutable
        | V::UnknownMember
        | V::TooLong { .. }
        | V::OutOfRange { .. }
        | V::NotOneOf(_)
        | V::BadEmail
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
        | V::UnknownNote(_)
        | V::UnknownTeam(_)
        | V::UnknownInbox(_)
        | V::UnknownChannelType(_)
        | V::UnknownChannel(_)
        | V::Locked(_)
        | V::Permanent
        | V::OtherRevision(_)
        | V::Protected(_)
        | V::BeyondRights
        | V::ChangedSince => (INVALID, at_member()),
    }
}

/// A text that may be the client's own, cut to a bounded length.
fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
