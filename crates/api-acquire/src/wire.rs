//! Payloads, and what several of them share: ids, texts.

pub(crate) mod block;
pub(crate) mod company;
pub(crate) mod company_write;
pub(crate) mod contact;
pub(crate) mod country;
pub(crate) mod detail;
pub(crate) mod envelope;
pub(crate) mod field_config;
pub(crate) mod fields;
pub(crate) mod instant;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod merge;
pub(crate) mod note;
pub(crate) mod object_field;
pub(crate) mod search;
pub(crate) mod tag;
pub(crate) mod user;
pub(crate) mod value;

use axum::http::StatusCode;
use axum::response::Response;
use model::{Json, ViolationKind};
use schemars::Schema;
use serde::Serialize;

use crate::Error;
pub(crate) use envelope::{Deleted, Single};

/// An answer with one thing.
pub(crate) fn single(data: &impl Serialize) -> Response {
    api_kit::json(StatusCode::OK, &Single { data })
}

/// Of what `select` leaves only the id is always there.
pub(crate) fn selectable(schema: &mut Schema) {
    schema.insert("required".to_owned(), serde_json::json!(["id"]));
}

/// Rows that were made to JSON.
///
/// # Errors
/// Never: answers are plain data with text keys.
pub(crate) fn shaped(rows: impl IntoIterator<Item = serde_json::Result<Json>>) -> Result<Vec<Json>, Error> {
    rows.into_iter().collect::<Result<_, _>>().map_err(|_| api_kit::Problem::Panic.into())
}

/// Whether a text is an integer of any length.
pub(crate) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// An id in a body: an integer, or the text of one, which the vendor's own examples mix.
pub(crate) fn id_text(json: &Json) -> Option<String> {
    let text = match json {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    is_integer(&text).then_some(text)
}

/// A member of `fields`: a text, or another scalar as its text, or `null`.
pub(crate) fn scalar(json: &Json) -> Result<Option<String>, ViolationKind> {
    match json {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text.clone())),
        Json::Number(number) => Ok(Some(number.to_string())),
        Json::Bool(flag) => Ok(Some(flag.to_string())),
        Json::Array(_) | Json::Object(_) => Err(ViolationKind::WrongType("a string or null")),
    }
}
