//! Tasks: `body`, `due_at`, `completed_at`, `contacts`, `tags`, `assignee`, `creator`. Lists are filtered by `contact`,
//! `tag`, `assignee` (`none` for nobody) and `completed`.

use std::ops::Not as _;

use api_kit::{Query, decode};
use app::{App, Caller, Filter, Fresh};
use model::{
    Aliases, Catalog, ContactId, Facet, Json, Rejection, TagId, Task, TaskId, UserId, Violation,
    ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::company::id_of;
use super::{Context, Head, Resource};
use crate::Error;
use crate::filter::{flag, named};
use crate::members::Members;
use crate::wire::{AliasesBody, ExtrasBody, Instant, Shown, shown, uuid};

/// A task. Tags and users that are gone are left out.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Task")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    body: &'a str,
    due_at: Option<Instant>,
    completed_at: Option<Instant>,
    contacts: Vec<Shown<ContactId>>,
    tags: Vec<Shown<TagId>>,
    assignee: Option<Shown<UserId>>,
    creator: Option<Shown<UserId>>,
    aliases: AliasesBody<'a>,
    extras: ExtrasBody<'a>,
}

impl Resource for Task {
    const PLURAL: &'static str = "tasks";
    const REQUIRED: &'static [&'static str] = &["body"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        let catalog = context.catalog;
        let tags = self.tags.iter().filter(|id| catalog.tags.get(id.0).is_some());
        let living = |id: &UserId| catalog.users.get(id.0).is_some();
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            body: &self.body,
            due_at: self.due_at.map(Instant),
            completed_at: self.completed_at.map(Instant),
            contacts: shown(&self.contacts),
            tags: tags.map(|id| Shown(*id)).collect(),
            assignee: self.assignee.filter(living).map(Shown),
            creator: self.creator.filter(living).map(Shown),
            aliases: AliasesBody(&self.aliases),
            extras: ExtrasBody(&self.extras),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self::new(TaskId(fresh.id), "", fresh.now)
    }

    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.text("body", limits::LONG_TEXT_CHARS, &mut self.body);
        members.instant("due_at", &mut self.due_at);
        members.instant("completed_at", &mut self.completed_at);
        members.ids("tags", (&catalog.tags, ViolationKind::UnknownTag), &mut self.tags);
        let users = (&catalog.users, ViolationKind::UnknownUser as crate::members::Unknown);
        members.item("assignee", users, &mut self.assignee);
        members.item("creator", users, &mut self.creator);
        members.extras(&mut self.extras);
        let Some(rows) = members.rows("contacts") else { return };
        let mut contacts = Vec::with_capacity(rows.len());
        for (at, row) in rows {
            match contact(row) {
                Ok(id) if contacts.contains(&id) => members.refuse(&at, ViolationKind::Duplicate),
                Ok(id) => contacts.push(id),
                Err(kind) => members.refuse(&at, kind),
            }
        }
        self.contacts = contacts;
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }

    fn filter(query: &Query, catalog: &Catalog) -> Result<Filter, Error> {
        let mut parts = Vec::new();
        if let Some(text) = query.one("contact")? {
            parts.push(Filter::Is(Facet::Contact(ContactId(id_of("contact", text)?))));
        }
        if let Some(text) = query.one("tag")? {
            parts.push(Filter::Is(Facet::Tag(named("tag", &catalog.tags, text)?.id)));
        }
        match query.one("assignee")? {
            None => {}
            Some("none") => parts.push(Filter::Is(Facet::HasUser).not()),
            Some(text) => parts.push(Filter::Is(Facet::User(named("assignee", &catalog.users, text)?.id))),
        }
        if let Some(text) = query.one("completed")? {
            parts.push(flag("completed", Facet::Closed, text)?);
        }
        Ok(if parts.is_empty() { Filter::All } else { Filter::And(parts) })
    }

    /// The contacts of a task must be there. Those that it has already may be sent back when they are gone.
    async fn check_links(
        app: &App,
        caller: &Caller,
        (before, patch): (Option<&Self>, &serde_json::Map<String, Json>),
    ) -> Result<(), app::Error> {
        let Some(Json::Array(rows)) = patch.get("contacts") else { return Ok(()) };
        let ids: Vec<_> = rows.iter().map(contact).collect();
        let asked = ids.iter().flatten().take(limits::SET_ITEMS).copied();
        let found = app.find_contacts(caller, asked).await?;
        let is_there = |id: &ContactId| {
            found.iter().any(|contact| contact.id == *id)
                || before.is_some_and(|task| task.contacts.contains(id))
        };
        let missing = |(n, id): (usize, &Result<ContactId, ViolationKind>)| {
            let id = id.as_ref().ok().filter(|id| !is_there(id))?;
            Some(Violation::new(format!("contacts.{n}"), unknown(&id.to_string())))
        };
        let violations: Vec<_> = ids.iter().enumerate().take(limits::SET_ITEMS).filter_map(missing).collect();
        if violations.is_empty() {
            return Ok(());
        }
        Err(app::Error::Rejected(Rejection { violations }))
    }
}

fn contact(json: &Json) -> Result<ContactId, ViolationKind> {
    let text = decode::text(json)?;
    uuid(text).map(ContactId).ok_or_else(|| unknown(text))
}

fn unknown(_: &str) -> ViolationKind {
    ViolationKind::WrongType("the id of a contact")
}
