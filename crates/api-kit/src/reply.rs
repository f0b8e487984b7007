//! Answers.

use app::Written;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::compact;
use serde::Serialize;

use crate::with_tag;

/// The number of the change that a write made, for history and undo; absent when nothing changed.
pub const CHANGE_HEADER: HeaderName = HeaderName::from_static("contactd-change");

/// Most answers are smaller, so that writing them takes one allocation.
const USUAL_BYTES: usize = 4096;

/// A JSON answer.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    json_of(status, body, USUAL_BYTES)
}

/// A JSON answer of about so many bytes; writing it takes one allocation when it has no more.
pub fn json_of(status: StatusCode, body: &impl Serialize, bytes: usize) -> Response {
    let mut text = Vec::with_capacity(bytes);
    match compact::write(&mut text, body) {
        Ok(()) => {
            let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
            (status, kind, text).into_response()
        }
        // Answers are plain data with text keys, for which this cannot fail.
        Err(fault) => {
            tracing::error!(error = %fault, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The answer to a write of a contact that shows it: with the number of the change, and the contact's revision.
pub fn wrote(written: &Written, response: Response) -> Response {
    with_tag(written.view.contact.revision, with_change(written.change, response))
}

/// The same answer with the number of its change.
pub fn with_change(change: Option<u64>, mut response: Response) -> Response {
    if let Some(change) = change {
        response.headers_mut().insert(CHANGE_HEADER, HeaderValue::from(change));
    }
    response
}
