//! The account: whose key it is, and what the plan includes.

use model::Catalog;
use schemars::JsonSchema;
use serde::Serialize;

use super::team::{Team, is_available, name};

/// Whose key it is.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Me<'a> {
    status: &'static str,
    user_email: Option<&'a str>,
    user_name: String,
    api_key: String,
}

impl<'a> Me<'a> {
    /// Encodes the first user of the workspace, for whom a key stands that is named by this text.
    pub(crate) fn of(key: &str, catalog: &'a Catalog) -> Self {
        let user = catalog.users.iter().next();
        Self {
            status: "ok",
            user_email: user.map(|user| user.email.as_str()),
            user_name: user.map(name).filter(|name| !name.is_empty()).unwrap_or_else(|| key.to_owned()),
            api_key: key.to_owned(),
        }
    }
}

/// What the plan includes: what there is.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan<'a> {
    plan: &'static str,
    included_channels: usize,
    licenses: usize,
    active_users: usize,
    teams: Vec<Team<'a>>,
}

impl<'a> Plan<'a> {
    /// Counts a catalog.
    pub(crate) fn of(catalog: &'a Catalog) -> Self {
        Self {
            plan: "self_hosted",
            included_channels: catalog.inboxes.len(),
            licenses: catalog.users.len(),
            active_users: catalog.users.iter().filter(|user| is_available(user, catalog)).count(),
            teams: catalog.teams.iter().map(Team::of).collect(),
        }
    }
}
