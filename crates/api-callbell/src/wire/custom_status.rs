//! A status that users can give themselves.

use api_kit::Body;
use model::{Catalog, CustomStatus, Json, Rejection, limits};
use schemars::JsonSchema;
use serde::Serialize;

use super::Status;
use super::item::{dashed, spaced};
use super::member::Members;

/// The answer to a deletion.
pub(crate) const DESTROYED: Status = Status { status: "custom status was destroyed" };

/// A custom status.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CustomStatus")]
pub(crate) struct Shown<'a> {
    name: &'a str,
    created_at: String,
    updated_at: String,
    emoji: Option<&'a str>,
    id: String,
}

impl<'a> Shown<'a> {
    /// Encodes a custom status.
    pub(crate) fn of(status: &'a CustomStatus, catalog: &Catalog) -> Self {
        let updated_at = catalog.updated_at.get(&status.id.0).copied();
        Self {
            name: &status.name,
            created_at: spaced(status.created_at),
            updated_at: spaced(updated_at.unwrap_or(status.created_at)),
            emoji: status.emoji.as_deref(),
            id: dashed(&status.aliases, status.id.0),
        }
    }
}

/// What a body makes of a custom status, or what is wrong with it.
#[derive(Debug)]
pub(crate) struct Wish(Result<Named, Rejection>);

/// The members that are given; an emoji that is there may be nothing.
#[derive(Debug)]
struct Named {
    name: Option<String>,
    emoji: Option<Option<String>>,
}

impl Wish {
    /// Decodes `POST`, which needs a name.
    pub(crate) fn create(body: Body) -> Self {
        let mut members = Members::of(body);
        let name = members.required("name", limits::SHORT_TEXT_CHARS);
        Self::of(members, name)
    }

    /// Decodes `PUT`, which changes what it names.
    pub(crate) fn update(body: Body) -> Self {
        let mut members = Members::of(body);
        let name = members.name("name");
        Self::of(members, name)
    }

    fn of(mut members: Members, name: Option<String>) -> Self {
        let emoji = match members.given("emoji") {
            Some(Json::Null) => Some(None),
            _ => members.text("emoji", limits::SHORT_TEXT_CHARS).map(Some),
        };
        Self(members.check().map(|()| Named { name, emoji }))
    }

    /// Gives a custom status what is wished for.
    pub(crate) fn carry_out(&self, status: &mut CustomStatus) -> Result<(), Rejection> {
        let Named { name, emoji } = self.0.as_ref().map_err(Clone::clone)?;
        if let Some(name) = name {
            status.name.clone_from(name);
        }
        if let Some(emoji) = emoji {
            status.emoji.clone_from(emoji);
        }
        Ok(())
    }
}
