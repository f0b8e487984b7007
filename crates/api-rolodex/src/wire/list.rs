//! Lists of contacts or of companies: what requests ask of one, and how answers carry it.

use std::borrow::Cow;

use api_kit::{Body, decode};
use model::{Catalog, Entity, Json, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::members::{EndIds, Extras, Members, NAME_CHARS};
use super::{id, linked, timestamps};
use crate::faults::Faults;
use crate::links::Links;
use crate::page::{Include, Relationship};

/// The vendor's words for what lists and fields belong to.
pub(crate) const ENTITIES: [(&str, Entity); 2] = [("CONTACT", Entity::Contact), ("COMPANY", Entity::Company)];
/// Most characters of a description.
const DESCRIPTION_CHARS: usize = 150;

/// What a request asks to make of a list; `None` leaves a member alone.
pub(crate) struct Asked {
    pub(crate) name: Option<String>,
    pub(crate) entity: Option<Entity>,
    pub(crate) description: Option<Option<String>>,
    pub(crate) ends: EndIds,
    pub(crate) extras: Extras,
    pub(crate) faults: Faults,
}

impl Asked {
    /// What a `POST` asks.
    pub(crate) fn create(body: Body) -> Self {
        let asked = Self::read(Members::read(body).require(&["name", "type"]));
        let entity = asked.entity;
        asked.fitting(entity)
    }

    /// What a `PUT` asks of a list that lists this.
    pub(crate) fn update(body: Body, lists: Entity) -> Self {
        let mut asked = Self::read(Members::read(body));
        if asked.entity.is_some_and(|entity| entity != lists) {
            asked.faults.refuse("type", ViolationKind::Immutable);
        }
        asked.fitting(Some(lists))
    }

    fn read(mut members: Members) -> Self {
        Self {
            name: members.text("name", NAME_CHARS),
            entity: members.get("type", entity),
            description: members.nullable_text("description", DESCRIPTION_CHARS),
            ends: EndIds {
                contacts: members.ids("contacts", "contact"),
                companies: members.ids("companies", "company"),
                tasks: None,
            },
            extras: members.extras(),
            faults: members.faults(),
        }
    }

    /// Members of the other kind are refused; an empty set of them says nothing.
    fn fitting(mut self, lists: Option<Entity>) -> Self {
        let (name, others) = match lists {
            Some(Entity::Contact) => ("companies", &mut self.ends.companies),
            Some(Entity::Company) => ("contacts", &mut self.ends.contacts),
            None => return self,
        };
        if others.take().is_some_and(|ids| !ids.is_empty()) {
            let kind = ViolationKind::TooLong { max: 0, unit: "items in a list of this type" };
            self.faults.refuse(name, kind);
        }
        self
    }
}

/// What a list or a field belongs to.
pub(crate) fn entity(json: &Json) -> Result<Entity, ViolationKind> {
    let text = decode::text(json)?;
    let found = ENTITIES.iter().find(|(word, _)| *word == text);
    let words = || ENTITIES.map(|(word, _)| word.to_owned()).to_vec();
    found.map(|(_, entity)| *entity).ok_or_else(|| ViolationKind::NotOneOf(words()))
}

/// The vendor's word for what a list or a field belongs to.
pub(crate) fn entity_word(entity: Entity) -> &'static str {
    match entity {
        Entity::Contact => "CONTACT",
        Entity::Company => "COMPANY",
    }
}

/// A list. It only ever carries links of its own kind, which are not wrapped.
#[derive(JsonSchema, Serialize)]
pub(crate) struct List<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    #[serde(rename = "type")]
    entity: &'static str,
    description: Option<&'a str>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<linked::Contact<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    companies: Option<Vec<linked::Company<'a>>>,
}

/// A list as an answer carries it.
pub(crate) fn encode<'a>(
    list: &'a model::List,
    catalog: &Catalog,
    include: &Include,
    links: &'a Links,
) -> List<'a> {
    let (created_at, updated_at) = timestamps(catalog, list.id.0, list.created_at);
    let has = |relationship, entity| list.entity == entity && include.has(relationship);
    List {
        id: id::shown(&list.aliases, "list", list.id.0),
        name: &list.name,
        entity: entity_word(list.entity),
        description: list.description.as_deref(),
        created_at,
        updated_at,
        contacts: has(Relationship::Contacts, Entity::Contact).then(|| links.contacts(list.id.0)),
        companies: has(Relationship::Companies, Entity::Company).then(|| links.companies(list.id.0)),
    }
}
