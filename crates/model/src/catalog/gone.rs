//! What was deleted from the catalog while records may still carry its id.
//!
//! A deletion changes the catalog alone. Readers leave out what is gone; after a while its id is cleaned away from the
//! records, each by an event of its own, and an undo of the deletion gives it back to them. The catalog keeps how far
//! that is, so that any server can go on with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Catalog, CatalogItem, Field, FieldType, ItemChange, ItemEdit};
use crate::{Company, Contact, Difference, Facet, FieldId, Json, Member, OptionId, Record, RecordKind};
use crate::{ListId, TagId, Task, TeamId, Timestamp, UserId, Value};

/// What records carry the id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carried {
    /// A tag.
    Tag,
    /// A list.
    List,
    /// A field, with its values.
    Field,
    /// An option of a field.
    Option,
    /// A user.
    User,
    /// A team.
    Team,
}

/// Something that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// What it was.
    pub what: Carried,
    /// When it was deleted.
    pub at: Timestamp,
    /// Where the events are that cleaned its id away; `None` before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleaned: Option<Span>,
}

/// A part of a workspace's log in which ids were cleaned away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// All of its events have larger numbers than this.
    pub after: u64,
    /// The last number that it may have had; `None` while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// The contacts up to this number are done, where all must be looked at.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub contacts: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Gone {
    /// Whether nothing is left to be cleaned.
    pub fn is_done(&self) -> bool {
        self.cleaned.is_some_and(|span| span.until.is_some())
    }
}

/// How many deletions are remembered whose cleaning is done. The changes of older ones can be undone record by record.
const DONE_MAX: usize = 1000;

impl Carried {
    /// What an item of the catalog is to records.
    fn of(item: &CatalogItem) -> Option<Self> {
        match item {
            CatalogItem::Tag(_) => Some(Self::Tag),
            CatalogItem::List(_) => Some(Self::List),
            CatalogItem::Field(_) => Some(Self::Field),
            CatalogItem::User(_) => Some(Self::User),
            CatalogItem::Team(_) => Some(Self::Team),
            CatalogItem::ChannelType(_)
            | CatalogItem::Inbox(_)
            | CatalogItem::Funnel(_)
            | CatalogItem::CustomStatus(_)
            | CatalogItem::Presence(_)
            | CatalogItem::Subscription(_) => None,
        }
    }

    /// The question that the records answer with yes that carry it; `None` when none tells them all.
    pub fn facet(self, id: Uuid, catalog: &Catalog) -> Option<Facet> {
        match self {
            Self::Tag => Some(Facet::Tag(TagId(id))),
            Self::List => Some(Facet::List(ListId(id))),
            Self::Option => Some(Facet::Option(OptionId(id))),
            Self::Team => Some(Facet::Team(TeamId(id))),
            // Values that are users are asked by no question.
            Self::User if catalog.fields.iter().any(|field| field.kind == FieldType::User) => None,
            Self::User => Some(Facet::User(UserId(id))),
            Self::Field => None,
        }
    }
}

impl Catalog {
    /// Whether there is such a thing, so that its id may not be cleaned away.
    pub fn has(&self, what: Carried, id: Uuid) -> bool {
        match what {
            Carried::Tag => self.tags.get(id).is_some(),
            Carried::List => self.lists.get(id).is_some(),
            Carried::Field => self.fields.get(id).is_some(),
            Carried::Option => self.fields.iter().any(|field| field.any_option(OptionId(id)).is_some()),
            Carried::User => self.users.get(id).is_some(),
            Carried::Team => self.teams.get(id).is_some(),
        }
    }

    /// Notes what is gone and what came back since an earlier state.
    pub(super) fn note_gone(&mut self, before: &Self, change: &ItemChange, now: Timestamp) {
        match &change.edit {
            ItemEdit::Removed(item) => {
                if let Some(what) = Carried::of(item) {
                    self.lose(what, change.id, now);
                }
            }
            ItemEdit::Made(_) => {
                self.regain(change.id);
                let field = self.fields.get(change.id).map(option_ids).unwrap_or_default();
                field.into_iter().for_each(|id| self.regain(id));
            }
            ItemEdit::Changed(_) if change.kind == RecordKind::Field => {
                let ids = |catalog: &Self| catalog.fields.get(change.id).map(option_ids).unwrap_or_default();
                let (old, new) = (ids(before), ids(self));
                for id in old.iter().filter(|id| !new.contains(id)) {
                    self.lose(Carried::Option, *id, now);
                }
                new.into_iter().filter(|id| !old.contains(id)).for_each(|id| self.regain(id));
            }
            ItemEdit::Changed(_) => {}
        }
    }

    fn lose(&mut self, what: Carried, id: Uuid, at: Timestamp) {
        // What was being given back is cleaned away again, and both by the same events.
        let cleaned = self.returning.remove(&id).map(|span| Span { until: None, contacts: 0, ..span });
        self.gone.insert(id, Gone { what, at, cleaned });
    }

    fn regain(&mut self, id: Uuid) {
        if let Some(span) = self.gone.remove(&id).and_then(|gone| gone.cleaned) {
            self.returning.insert(id, span);
        }
    }

    /// Notes that nothing is left to be cleaned; what no event tells of is forgotten.
    pub fn finish_cleaning(&mut self, id: Uuid, until: Option<u64>) {
        let Some(gone) = self.gone.get_mut(&id) else { return };
        match (&mut gone.cleaned, until) {
            (Some(span), Some(_)) => span.until = until,
            _ => drop(self.gone.remove(&id)),
        }
        let mut done: Vec<_> =
            self.gone.iter().filter(|(_, gone)| gone.is_done()).map(|(id, gone)| (gone.at, *id)).collect();
        done.sort_unstable();
        let excess = done.len().saturating_sub(DONE_MAX);
        for (_, id) in done.into_iter().take(excess) {
            self.gone.remove(&id);
        }
    }

    /// What was noted of cleaning since an earlier state, beside what follows from changes of items.
    pub(super) fn cleaning_since(&self, before: &Self) -> Vec<Difference> {
        let gone = difference("gone", &before.gone, &self.gone);
        gone.into_iter().chain(difference("returning", &before.returning, &self.returning)).collect()
    }
}

/// Whether a difference tells of cleaning, which no undo takes back.
pub(super) fn is_of_cleaning(difference: &Difference) -> bool {
    matches!(&difference.member, Member::Other(name) if matches!(name.as_str(), "gone" | "returning"))
}

fn difference<T: PartialEq + Serialize>(
    name: &str,
    before: &BTreeMap<Uuid, T>,
    after: &BTreeMap<Uuid, T>,
) -> Option<Difference> {
    if before == after {
        return None;
    }
    let only = |one: &BTreeMap<Uuid, T>, other: &BTreeMap<Uuid, T>| {
        let differing = one.iter().filter(|(id, each)| other.get(id) != Some(each));
        let rows: serde_json::Map<_, _> = differing
            .map(|(id, each)| (id.to_string(), serde_json::to_value(each).unwrap_or_default()))
            .collect();
        if rows.is_empty() { Json::Null } else { Json::Object(rows) }
    };
    let (before, after) = (only(before, after), only(after, before));
    Some(Difference { member: Member::Other(name.to_owned()), before, after })
}

/// Those that were taken away by a replacement count: contacts keep them.
fn option_ids(field: &Field) -> Vec<Uuid> {
    field.options.iter().chain(&field.former_options).map(|option| option.id.0).collect()
}

impl Contact {
    /// Whether it carries the id of something.
    pub fn carries(&self, what: Carried, id: Uuid) -> bool {
        match what {
            Carried::Tag => self.tags.contains(&TagId(id)),
            Carried::List => self.lists.contains(&ListId(id)),
            Carried::Team => self.assigned_team == Some(TeamId(id)),
            Carried::User if self.assigned_user == Some(UserId(id)) => true,
            Carried::User | Carried::Field | Carried::Option => values_carry(&self.values, what, id),
        }
    }

    /// Takes the id of something away from it.
    pub fn forget(&mut self, what: Carried, id: Uuid) {
        match what {
            Carried::Tag => self.tags.retain(|tag| tag.0 != id),
            Carried::List => self.lists.retain(|list| list.0 != id),
            Carried::Team => self.assigned_team = self.assigned_team.filter(|team| team.0 != id),
            Carried::User => self.assigned_user = self.assigned_user.filter(|user| user.0 != id),
            Carried::Field | Carried::Option => {}
        }
        forget_values(&mut self.values, what, id);
    }
}

impl Record {
    /// The record without the id of something; `None` when it does not carry it. Who wrote a note or made a task is kept.
    pub fn without(&self, what: Carried, id: Uuid) -> Option<Self> {
        let mut record = self.clone();
        match &mut record {
            Self::Company(Company { tags, lists, values, .. }) => {
                tags.retain(|tag| what != Carried::Tag || tag.0 != id);
                lists.retain(|list| what != Carried::List || list.0 != id);
                forget_values(values, what, id);
            }
            Self::Task(Task { tags, assignee, .. }) => {
                tags.retain(|tag| what != Carried::Tag || tag.0 != id);
                *assignee = assignee.filter(|user| what != Carried::User || user.0 != id);
            }
            Self::Note(_) => {}
        }
        (record != *self).then_some(record)
    }
}

fn values_carry(values: &BTreeMap<FieldId, Value>, what: Carried, id: Uuid) -> bool {
    match what {
        Carried::Field => values.contains_key(&FieldId(id)),
        Carried::Option => values.values().any(|value| match value {
            Value::Option(option) => option.0 == id,
            Value::Options(options) => options.contains(&OptionId(id)),
            _ => false,
        }),
        Carried::User => values.values().any(|value| *value == Value::User(UserId(id))),
        Carried::Tag | Carried::List | Carried::Team => false,
    }
}

/// What is left of several options stays, even if it is none.
fn forget_values(values: &mut BTreeMap<FieldId, Value>, what: Carried, id: Uuid) {
    if !values_carry(values, what, id) {
        return;
    }
    values.retain(|field, value| match (what, value) {
        (Carried::Field, _) => field.0 != id,
        (Carried::Option, Value::Option(option)) => option.0 != id,
        (Carried::Option, Value::Options(options)) => {
            options.retain(|option| option.0 != id);
            true
        }
        (Carried::User, Value::User(user)) => user.0 != id,
        _ => true,
    });
}

#[cfg(test)]
mod tests;
