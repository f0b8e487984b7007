//! Labels: our tags.

use std::borrow::Cow;

use api_kit::Body;
use app::{Error as AppError, Fresh};
use model::{Aliases, Catalog, Extras, Rejection, Tag, TagId};
use schemars::JsonSchema;
use serde::Serialize;

use super::members::{Members, taken};
use super::shown_id;

/// Colours of a tag that has none: clients read a text, never null.
const BACKGROUND: &str = "#595959";
const TEXT: &str = "#ffffff";

/// A label.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Label<'a> {
    id: Cow<'a, str>,
    pub(crate) display_name: &'a str,
    background_color: &'a str,
    text_color: &'a str,
    pub(crate) is_global: bool,
    is_automatic: bool,
}

impl<'a> Label<'a> {
    pub(crate) fn of(tag: &'a Tag) -> Self {
        Self {
            id: shown_id(&tag.aliases, tag.id.0),
            display_name: &tag.name,
            background_color: tag.background_color.as_deref().unwrap_or(BACKGROUND),
            text_color: tag.text_color.as_deref().unwrap_or(TEXT),
            is_global: false,
            is_automatic: false,
        }
    }
}

/// What a request asks to make of a label; `None` leaves a member alone.
#[derive(Debug)]
pub(crate) struct Asked {
    name: Option<String>,
    background_color: Option<String>,
    text_color: Option<String>,
}

impl Asked {
    pub(crate) fn create(body: Body) -> Result<Self, AppError> {
        let required = ["display_name", "background_color", "text_color"];
        Self::read(Members::read("label", body).require(&required))
    }

    pub(crate) fn update(body: Body) -> Result<Self, AppError> {
        Self::read(Members::read("label", body))
    }

    fn read(mut members: Members) -> Result<Self, AppError> {
        let asked = Self {
            name: members.text("display_name"),
            background_color: members.color("background_color"),
            text_color: members.color("text_color"),
        };
        members.check().map(|()| asked)
    }

    /// A new label.
    pub(crate) fn make(&self, fresh: Fresh, catalog: &Catalog) -> Result<Tag, Rejection> {
        let mut tag = Tag {
            id: TagId(fresh.id),
            number: fresh.number,
            name: String::new(),
            background_color: None,
            text_color: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        };
        self.change(&mut tag, catalog).map(|()| tag)
    }

    /// Changes a label. No two labels of a service have one name; that other APIs tell `lead` from `Lead` is kept.
    pub(crate) fn change(&self, tag: &mut Tag, catalog: &Catalog) -> Result<(), Rejection> {
        if let Some(name) = &self.name {
            if catalog.tags.iter().any(|other| other.id != tag.id && other.name == *name) {
                return Err(taken("label.display_name"));
            }
            tag.name.clone_from(name);
        }
        for (color, own) in
            [(&self.background_color, &mut tag.background_color), (&self.text_color, &mut tag.text_color)]
        {
            if color.is_some() {
                own.clone_from(color);
            }
        }
        Ok(())
    }
}
