//! The users that others show: who wrote a note, whom it mentions.

use model::{Catalog, UserId};
use schemars::JsonSchema;
use serde::Serialize;

/// A user as Acquire's agent summaries show one.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User<'a> {
    departments: [(); 0],
    roles: [(); 0],
    id: u64,
    name: String,
    first_name: &'a str,
    last_name: &'a str,
    photo: &'a str,
    email: &'a str,
    client_id: &'static str,
    parent_id: u8,
    meta_details: MetaDetails,
    #[serde(rename = "type")]
    kind: &'static str,
    access_level: Option<()>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct MetaDetails {
    is_bot_client: bool,
    label: &'static str,
}

impl<'a> User<'a> {
    /// A user of the workspace.
    pub(crate) fn of(user: &'a model::User) -> Self {
        let names = [user.first_name.as_str(), user.last_name.as_str()];
        let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
        Self {
            departments: [],
            roles: [],
            id: shown_id(user),
            name: if names.is_empty() { user.email.clone() } else { names.join(" ") },
            first_name: &user.first_name,
            last_name: &user.last_name,
            photo: user.avatar_url.as_deref().unwrap_or_default(),
            email: &user.email,
            client_id: "",
            parent_id: 0,
            meta_details: MetaDetails { is_bot_client: false, label: "" },
            kind: "user",
            access_level: None,
        }
    }

    /// A user that a record names, where it still is one.
    pub(crate) fn find(catalog: &'a Catalog, id: Option<UserId>) -> Option<Self> {
        catalog.users.get(id?.0).map(Self::of)
    }
}

/// The id that a user is shown with.
pub(crate) fn shown_id(user: &model::User) -> u64 {
    super::contact::shown_id(&user.aliases, user.number)
}

/// The id of a user that a record names, where it still is one.
pub(crate) fn find_id(catalog: &Catalog, id: Option<UserId>) -> Option<u64> {
    catalog.users.get(id?.0).map(shown_id)
}
