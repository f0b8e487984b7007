//! A contact as a get answers it: with its relations.

use app::View;
use schemars::JsonSchema;
use serde::Serialize;

use super::company::Company;
use super::contact::{Contact, Echo};
use super::tag::{self, Tag};
use crate::page::Selection;

/// A contact with the relations that were asked for.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ContactDetail", transform = super::selectable)]
pub(crate) struct Detail<'a> {
    #[serde(flatten)]
    contact: Contact<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<Company<'a>>,
    tags: Vec<Tag<'a>>,
    #[serde(flatten)]
    absent: Absent,
}

/// Relations that contactd does not hold: empty where they are asked for.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Absent {
    #[serde(skip_serializing_if = "Option::is_none")]
    cases: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visits: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<[(); 0]>,
}

impl Absent {
    /// Those that were asked for.
    pub(crate) fn of(selection: &Selection) -> Self {
        Self {
            cases: selection.empty("cases"),
            visits: selection.empty("visits"),
            timeline: selection.empty("timeline"),
        }
    }
}

impl<'a> Detail<'a> {
    /// A contact, with its company if that relation was asked for.
    pub(crate) fn of(view: &'a View, selection: &Selection, companies: &'a [model::Company]) -> Self {
        Self {
            contact: Contact::of(view, companies, &Echo::default()),
            company: selection.has("company").then(|| Company::of(&view.contact, companies)),
            tags: tag::of(&view.contact, &view.catalog),
            absent: Absent::of(selection),
        }
    }
}
