//! The envelope: the `status` of every answer and what stands beside it.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use crate::page::Echo;

/// The `status` member. Clients read the HTTP status from its `status_code`.
#[derive(Debug, Serialize)]
struct Status<'a> {
    text: &'a str,
    status_code: u16,
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<u32>,
    #[serde(flatten)]
    echo: Option<Echo>,
}

impl Status<'_> {
    const OK: Self = Self { text: "OK", status_code: 200, description: None, error_code: None, echo: None };
}

#[derive(Serialize)]
struct Envelope<'a, R: ?Sized, A> {
    status: Status<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<&'a A>,
}

// QUIRK(zingle): success is always 200, creation included: a client of theirs takes 201 for a failure.
// Pinned by `every_success_is_200_with_an_object_status`.
fn ok<R: Serialize + ?Sized, A: Serialize>(envelope: &Envelope<'_, R, A>) -> Response {
    api_kit::json(StatusCode::OK, envelope)
}

/// One record.
pub(crate) fn one(record: &impl Serialize) -> Response {
    ok(&Envelope { status: Status::OK, result: Some(record), auth: None::<&()> })
}

/// One record, and what was done to it.
pub(crate) fn told(description: &str, record: &impl Serialize) -> Response {
    let status = Status { description: Some(description), ..Status::OK };
    ok(&Envelope { status, result: Some(record), auth: None::<&()> })
}

/// A page of records.
pub(crate) fn list<R: Serialize>(records: &[R], echo: Echo) -> Response {
    let status = Status { echo: Some(echo), ..Status::OK };
    ok(&Envelope { status, result: Some(records), auth: None::<&()> })
}

/// Who asks. QUIRK(zingle): the payload's member is `auth`, not `result` (`README.md`); pinned by
/// `the_caller_is_in_auth`.
pub(crate) fn auth(caller: &impl Serialize) -> Response {
    ok(&Envelope { status: Status::OK, result: None::<&()>, auth: Some(caller) })
}

/// Something was done that has no result.
pub(crate) fn done(description: &str) -> Response {
    let status = Status { description: Some(description), ..Status::OK };
    ok(&Envelope { status, result: None::<&()>, auth: None::<&()> })
}

/// Something was done that has neither a result nor a text.
pub(crate) fn nothing() -> Response {
    ok(&Envelope { status: Status::OK, result: None::<&()>, auth: None::<&()> })
}

/// Something was not done.
pub(crate) fn failure(status: StatusCode, error_code: Option<u32>, description: &str) -> Response {
    let text = status.canonical_reason().unwrap_or("Error");
    let body =
        Status { text, status_code: status.as_u16(), description: Some(description), error_code, echo: None };
    api_kit::json(status, &Envelope { status: body, result: None::<&()>, auth: None::<&()> })
}
