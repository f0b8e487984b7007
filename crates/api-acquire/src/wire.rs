//! Payloads, and what several of them share: envelopes, ids, texts.

pub(crate) mod company;
pub(crate) mod contact;
pub(crate) mod country;
pub(crate) mod detail;
pub(crate) mod fields;
pub(crate) mod instant;
pub(crate) mod list;
pub(crate) mod tag;
pub(crate) mod value;

use model::{Json, ViolationKind};
use serde::Serialize;

/// The envelope of one thing: `{"data":…}`.
#[derive(Serialize)]
pub(crate) struct Single<T> {
    /// The thing.
    pub(crate) data: T,
}

/// The answer to a deletion.
#[derive(Serialize)]
pub(crate) struct Deleted {
    /// How many were deleted.
    pub(crate) deleted: u8,
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
