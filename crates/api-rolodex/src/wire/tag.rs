//! Tags: what requests ask of one, and how answers carry it.

use std::borrow::Cow;

use api_kit::Body;
use model::Catalog;
use schemars::JsonSchema;
use serde::Serialize;

use super::members::{EndIds, Extras, Members, NAME_CHARS};
use super::{id, linked, timestamps};
use crate::faults::Faults;
use crate::links::Links;
use crate::page::{Include, Relationship};

/// What a request asks to make of a tag; `None` leaves a member alone.
pub(crate) struct Asked {
    pub(crate) name: Option<String>,
    pub(crate) ends: EndIds,
    pub(crate) extras: Extras,
    pub(crate) faults: Faults,
}

impl Asked {
    /// What a `POST` asks.
    pub(crate) fn create(body: Body) -> Self {
        Self::read(Members::read(body).require(&["name"]))
    }

    /// What a `PUT` asks.
    pub(crate) fn update(body: Body) -> Self {
        Self::read(Members::read(body))
    }

    fn read(mut members: Members) -> Self {
        Self {
            name: members.text("name", NAME_CHARS),
            ends: EndIds {
                contacts: members.ids("contacts", "contact"),
                companies: members.ids("companies", "company"),
                tasks: members.ids("tasks", "task"),
            },
            extras: members.extras(),
            faults: members.faults(),
        }
    }
}

/// A tag. Its links are not wrapped.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Tag<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<linked::Contact<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    companies: Option<Vec<linked::Company<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks: Option<Vec<linked::Task<'a>>>,
}

/// A tag as an answer carries it.
pub(crate) fn encode<'a>(
    tag: &'a model::Tag,
    catalog: &Catalog,
    include: &Include,
    links: &'a Links,
) -> Tag<'a> {
    let (created_at, updated_at) = timestamps(catalog, tag.id.0, tag.created_at);
    Tag {
        id: id::shown(&tag.aliases, "tag", tag.id.0),
        name: &tag.name,
        created_at,
        updated_at,
        contacts: include.has(Relationship::Contacts).then(|| links.contacts(tag.id.0)),
        companies: include.has(Relationship::Companies).then(|| links.companies(tag.id.0)),
        tasks: include.has(Relationship::Tasks).then(|| links.tasks(tag.id.0)),
    }
}
