//! Records as the answers about others show them: links from tags, lists, notes, companies and tasks.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::{contact, id};

/// A contact that something else names.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "LinkedContact")]
pub(crate) struct Contact<'a> {
    id: Cow<'a, str>,
    full_name: Option<Cow<'a, str>>,
    image_url: Option<&'a str>,
}

/// A company that something else names.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "LinkedCompany")]
pub(crate) struct Company<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    logo_url: Option<&'a str>,
}

/// A task that something else names.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "LinkedTask")]
pub(crate) struct Task<'a> {
    id: Cow<'a, str>,
    body: &'a str,
}

impl<'a> From<&'a model::Contact> for Contact<'a> {
    fn from(contact: &'a model::Contact) -> Self {
        Self {
            id: id::shown(&contact.aliases, "contact", contact.id.0),
            full_name: contact::full_name(&contact.name),
            image_url: contact.image_url.as_deref(),
        }
    }
}

impl<'a> From<&'a model::Company> for Company<'a> {
    fn from(company: &'a model::Company) -> Self {
        Self {
            id: id::shown(&company.aliases, "company", company.id.0),
            name: &company.name,
            logo_url: company.image_url.as_deref(),
        }
    }
}

impl<'a> From<&'a model::Task> for Task<'a> {
    fn from(task: &'a model::Task) -> Self {
        Self { id: id::shown(&task.aliases, "task", task.id.0), body: &task.body }
    }
}
