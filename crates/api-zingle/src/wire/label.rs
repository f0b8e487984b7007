//! Labels: our tags.

use std::borrow::Cow;

use model::Tag;
use serde::Serialize;

use super::shown_id;

/// Colours of a tag that has none: clients read a text, never null.
const BACKGROUND: &str = "#595959";
const TEXT: &str = "#ffffff";

/// A label.
#[derive(Debug, Serialize)]
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
