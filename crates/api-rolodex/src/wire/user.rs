//! Users of the workspace, as answers carry them.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::{id, value};

/// A user.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "WorkspaceUser")]
pub(crate) struct User<'a> {
    id: Cow<'a, str>,
    workspace_id: &'a str,
    full_name: String,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    avatar_url: Option<&'a str>,
    role: &'static str,
    created_at: String,
}

/// A user as an answer carries it.
pub(crate) fn encode<'a>(user: &'a model::User, workspace: &'a str) -> User<'a> {
    User {
        id: id::shown(&user.aliases, "workspace_user", user.id.0),
        workspace_id: workspace,
        full_name: value::full_name(user),
        first_name: &user.first_name,
        last_name: &user.last_name,
        email: &user.email,
        avatar_url: user.avatar_url.as_deref(),
        role: if user.admin { "ADMIN" } else { "USER" },
        created_at: user.created_at.to_rfc3339_seconds(),
    }
}
