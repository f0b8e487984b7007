//! What answers around contacts share: one item by its noun, a page of a list, and ids with hyphens.

use std::borrow::Cow;

use model::{Aliases, Dialect, Timestamp};
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// `{noun: item}`.
#[derive(Debug)]
pub(crate) struct One<T>(pub(crate) &'static str, pub(crate) T);

impl<T: Serialize> Serialize for One<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &self.1)?;
        map.end()
    }
}

/// `{nouns: [item], "meta": {"page": 1, "pages": 1}}`.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    /// What they are.
    pub(crate) nouns: &'static str,
    /// Those of the page.
    pub(crate) rows: Vec<T>,
    /// Which page.
    pub(crate) meta: Meta,
}

/// Which page of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub(crate) struct Meta {
    pub(crate) page: u64,
    pub(crate) pages: u64,
}

impl<T: Serialize> Serialize for Listed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.nouns, &self.rows)?;
        map.serialize_entry("meta", &self.meta)?;
        map.end()
    }
}

/// The id to show: the vendor's own, else ours in its form.
pub(crate) fn shown(aliases: &Aliases, hex: impl FnOnce() -> String) -> Cow<'_, str> {
    aliases.shown(Dialect::Callbell).map_or_else(|| hex().into(), Cow::Borrowed)
}

/// The id to show of what the vendor gives ids with hyphens: funnels and custom statuses.
pub(crate) fn dashed(aliases: &Aliases, id: Uuid) -> String {
    match aliases.shown(Dialect::Callbell) {
        Some(text) => {
            Uuid::try_parse(text).map_or_else(|_| text.to_owned(), |id| id.hyphenated().to_string())
        }
        None => id.hyphenated().to_string(),
    }
}

/// `2024-12-04 14:12:14 +0000`.
///
/// QUIRK(callbell): funnels, custom statuses and the webhook have their times in this form, all else in RFC 3339.
/// Pages: GET /funnels, GET /custom_statuses, POST /webhooks/subscribe. Test: `times_have_the_form_of_their_page`.
pub(crate) fn spaced(at: Timestamp) -> String {
    format!("{} +0000", at.to_sql())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_hyphens_are_shown_whatever_form_they_have() {
        let id = Uuid::from_u128(0xff0f_96b9_b003_4d0c_b14f_27f3_f686_8dd6);
        let text = "ff0f96b9-b003-4d0c-b14f-27f3f6868dd6";
        assert_eq!(dashed(&Aliases::default(), id), text);
        for alias in [text, "ff0f96b9b0034d0cb14f27f3f6868dd6"] {
            assert_eq!(dashed(&Aliases::one(Dialect::Callbell, alias), Uuid::nil()), text);
        }
        assert_eq!(dashed(&Aliases::one(Dialect::Callbell, "x"), id), "x");
    }
}
