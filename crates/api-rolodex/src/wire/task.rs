//! Tasks: what requests ask of one, and how answers carry it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use api_kit::{Body, decode};
use model::{Catalog, Contact, ContactId, Json, Ref, Timestamp, UserId, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::members::{Extras, Ids, Members};
use super::value::{self, Person};
use super::wrapped::{self, Named};
use super::{id, linked, note, relationships};
use crate::faults::Faults;
use crate::page::{Include, Relationship};

/// What a request asks to make of a task; `None` leaves a member alone.
pub(crate) struct Asked {
    pub(crate) body: Option<String>,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Option<Timestamp>>,
    pub(crate) assignee: Option<Option<Ref>>,
    pub(crate) creator: Option<Option<Ref>>,
    pub(crate) contacts: Ids,
    pub(crate) tags: Ids,
    pub(crate) extras: Extras,
    pub(crate) faults: Faults,
}

impl Asked {
    /// What a `POST` asks.
    pub(crate) fn create(body: Body) -> Self {
        Self::read(Members::read(body).require(&["body", "due_date"]), |json| due(json).map(Some))
    }

    /// What a `PUT` asks of a task. One that another API made may lack what is required here: that can be sent back.
    pub(crate) fn update(body: Body, task: &model::Task) -> Self {
        Self::read(Members::read(body), |json| match json {
            Json::Null if task.due_at.is_none() => Ok(None),
            json => due(json).map(Some),
        })
    }

    fn read(
        mut members: Members,
        due: impl FnOnce(&Json) -> Result<Option<Timestamp>, ViolationKind>,
    ) -> Self {
        Self {
            body: members.get("body", |json| note::text(decode::text(json)?)),
            due_at: members.get("due_date", due).flatten(),
            completed_at: members
                .get("completed_at", |json| decode::nullable_text(json)?.map(instant).transpose()),
            assignee: members.get("assignee", |json| user("assignee", json)),
            creator: members.get("creator", |json| user("creator", json)),
            contacts: members.ids("contacts", "contact"),
            tags: members.ids("tags", "tag"),
            extras: members.extras(),
            faults: members.faults(),
        }
    }
}

fn due(json: &Json) -> Result<Timestamp, ViolationKind> {
    instant(decode::text(json)?)
}

fn instant(text: &str) -> Result<Timestamp, ViolationKind> {
    Timestamp::parse_rfc3339(text).ok_or(ViolationKind::BadInstant)
}

/// A user by id, alone or in an object; `null` is nobody.
fn user(name: &str, json: &Json) -> Result<Option<Ref>, ViolationKind> {
    let named = json.get("id").unwrap_or(json);
    if let Some(members) = json.as_object() {
        relationships::ignored_but(&["id"], name, members);
    }
    match named {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(id::reference(text))),
        _ => Err(ViolationKind::WrongType("an id, an object with an id, or null")),
    }
}

/// A task. Its contacts and users are always there; its tags are not wrapped.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Task<'a> {
    id: Cow<'a, str>,
    body: &'a str,
    due_date: Option<String>,
    completed_at: Option<String>,
    created_at: String,
    updated_at: String,
    contacts: Vec<linked::Contact<'a>>,
    assignee: Option<Person<'a>>,
    creator: Option<Person<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Named<'a>>>,
}

/// A task as an answer carries it.
pub(crate) fn encode<'a>(
    task: &'a model::Task,
    catalog: &'a Catalog,
    include: &Include,
    contacts: &'a HashMap<ContactId, Arc<Contact>>,
) -> Task<'a> {
    let person = |id: Option<UserId>| catalog.users.get(id?.0).map(value::person);
    let contacts = task.contacts.iter().filter_map(|id| contacts.get(id));
    Task {
        id: id::shown(&task.aliases, "task", task.id.0),
        body: &task.body,
        due_date: task.due_at.map(value::utc),
        completed_at: task.completed_at.map(value::utc),
        created_at: task.created_at.to_rfc3339_seconds(),
        updated_at: task.updated_at.to_rfc3339_seconds(),
        contacts: contacts.map(|each| linked::Contact::from(&**each)).collect(),
        assignee: person(task.assignee),
        creator: person(task.creator),
        tags: include.has(Relationship::Tags).then(|| wrapped::flat_tags(&task.tags, catalog)),
    }
}
