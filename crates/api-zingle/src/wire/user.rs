//! Users.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::shown_id;

/// A user.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct User<'a> {
    id: Cow<'a, str>,
    username: &'a str,
    title: Option<&'a str>,
    email: &'a str,
    status: &'static str,
    first_name: &'a str,
    last_name: &'a str,
    phone_number: Option<&'a str>,
    avatar_uri: Option<&'a str>,
    account_uuids: Vec<String>,
    // QUIRK(zingle): one list under two names: its pages and its mobile client each know one. Pinned by
    // `a_user_has_the_documented_shape`.
    service_uuids: &'a [String],
    service_ids: &'a [String],
}

impl<'a> User<'a> {
    pub(crate) fn of(user: &'a model::User, account_uuids: Vec<String>, services: &'a [String]) -> Self {
        Self {
            id: shown_id(&user.aliases, user.id.0),
            username: &user.email,
            title: None,
            email: &user.email,
            status: "active",
            first_name: &user.first_name,
            last_name: &user.last_name,
            phone_number: None,
            avatar_uri: user.avatar_url.as_deref(),
            account_uuids,
            service_uuids: services,
            service_ids: services,
        }
    }
}
