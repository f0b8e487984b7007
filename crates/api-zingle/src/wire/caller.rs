//! The caller, as `GET /v1` shows it.

use app::Key;
use schemars::JsonSchema;
use serde::Serialize;

/// The vendor shows a user here. Ours is a key, so what only users have is null.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Caller<'a> {
    id: String,
    email: Option<&'a str>,
    first_name: &'a str,
    last_name: Option<&'a str>,
    title: Option<&'a str>,
    authorization_class: &'static str,
}

impl<'a> Caller<'a> {
    /// A key's name stands as the first name.
    pub(crate) fn of(key: &'a Key) -> Self {
        Self {
            id: key.id.to_string(),
            email: None,
            first_name: &key.name,
            last_name: None,
            title: None,
            authorization_class: "account",
        }
    }
}
