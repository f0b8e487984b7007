//! The envelope: the `status` of every answer and what stands beside it.

use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::page::Echo;

/// The `status` of a success. Clients read the HTTP status from its `status_code`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Status<'a> {
    text: &'static str,
    status_code: u16,
    description: Option<&'a str>,
}

/// The `status` of a list: which page it is, in which order.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ListStatus {
    text: &'static str,
    status_code: u16,
    description: Option<String>,
    sort_field: String,
    sort_direction: &'static str,
    page: u64,
    page_size: u64,
    total_pages: u64,
    total_records: u64,
}

/// The `status` of a failure.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ErrorStatus<'a> {
    text: &'a str,
    status_code: u16,
    description: &'a str,
    /// The vendor's, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<u32>,
}

/// A failure.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ErrorBody<'a> {
    status: ErrorStatus<'a>,
}

const OK: &str = "OK";

fn status(description: Option<&str>) -> Status<'_> {
    Status { text: OK, status_code: 200, description }
}

#[derive(Serialize)]
struct Envelope<'a, S, R: ?Sized, A> {
    status: S,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<&'a A>,
}

// QUIRK(zingle): success is always 200, creation included: a client of theirs takes 201 for a failure.
// Pinned by `every_success_is_200_with_an_object_status`.
fn ok<S: Serialize, R: Serialize + ?Sized, A: Serialize>(envelope: &Envelope<'_, S, R, A>) -> Response {
    api_kit::json(StatusCode::OK, envelope)
}

/// One record.
pub(crate) fn one(record: &impl Serialize) -> Response {
    ok(&Envelope { status: status(None), result: Some(record), auth: None::<&()> })
}

/// One record, and what was done to it.
pub(crate) fn told(description: &str, record: &impl Serialize) -> Response {
    ok(&Envelope { status: status(Some(description)), result: Some(record), auth: None::<&()> })
}

/// A page of records.
pub(crate) fn list<R: Serialize>(records: &[R], echo: Echo) -> Response {
    let Echo { sort_field, sort_direction, page, page_size, total_pages, total_records } = echo;
    let status = ListStatus {
        text: OK,
        status_code: 200,
        description: None,
        sort_field,
        sort_direction,
        page,
        page_size,
        total_pages,
        total_records,
    };
    ok(&Envelope { status, result: Some(records), auth: None::<&()> })
}

/// Who asks. QUIRK(zingle): the payload's member is `auth`, not `result` (`README.md`); pinned by
/// `the_caller_is_in_auth`.
pub(crate) fn auth(caller: &impl Serialize) -> Response {
    ok(&Envelope { status: status(None), result: None::<&()>, auth: Some(caller) })
}

/// Something was done that has no result.
pub(crate) fn done(description: &str) -> Response {
    ok(&Envelope { status: status(Some(description)), result: None::<&()>, auth: None::<&()> })
}

/// Something was done that has neither a result nor a text.
pub(crate) fn nothing() -> Response {
    ok(&Envelope { status: status(None), result: None::<&()>, auth: None::<&()> })
}

/// Something was not done.
pub(crate) fn failure(status: StatusCode, error_code: Option<u32>, description: &str) -> Response {
    let text = status.canonical_reason().unwrap_or("Error");
    let body = ErrorStatus { text, status_code: status.as_u16(), description, error_code };
    api_kit::json(status, &ErrorBody { status: body })
}
