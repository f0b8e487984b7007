//! Links of a contact to companies.

use model::{CompanyId, CompanyLinkDocument, Written};
use schemars::JsonSchema;
use serde::Serialize;

use super::Shown;

/// A link to a company.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "CompanyLink")]
pub struct CompanyBody<'a> {
    id: Shown<CompanyId>,
    #[schemars(with = "Option<String>")]
    title: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    start_date: Option<Written<'a>>,
    active: bool,
}

impl<'a> From<&CompanyLinkDocument<'a>> for CompanyBody<'a> {
    fn from(link: &CompanyLinkDocument<'a>) -> Self {
        let CompanyLinkDocument { id, title, start_date, active } = *link;
        Self { id: Shown(id), title, start_date, active }
    }
}
