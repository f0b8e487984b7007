//! The payloads, in the vendor's words: what is read into a [`Change`](model::Change) and what is written.

pub(crate) mod account;
pub(crate) mod assignment;
pub(crate) mod avatar;
pub(crate) mod caller;
pub(crate) mod channel;
pub(crate) mod channel_type;
pub(crate) mod contact;
pub(crate) mod contact_service;
pub(crate) mod event;
pub(crate) mod field;
pub(crate) mod group;
pub(crate) mod label;
pub(crate) mod members;
pub(crate) mod notification;
pub(crate) mod service;
pub(crate) mod status;
pub(crate) mod user;
pub(crate) mod value;

use std::borrow::Cow;

use model::{Aliases, Dialect};
use uuid::Uuid;

/// The id that a record has here: the one that the vendor gave it, else its UUID.
fn shown_id(aliases: &Aliases, id: Uuid) -> Cow<'_, str> {
    match aliases.shown(Dialect::Zingle) {
        Some(alias) => Cow::Borrowed(alias),
        None => Cow::Owned(id.hyphenated().to_string()),
    }
}

/// A text as the vendor reads it: `""` clears like `null`.
fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}
