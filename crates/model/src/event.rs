//! What happened: one event for every committed change.

use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::{
    CatalogItem, Contact, ContactId, Dialect, Difference, HeldBack, KeyId, Member, Record, RecordKind,
    Timestamp,
};

/// A committed change of one record. The log of events is append-only; undo appends another event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What the record is.
    #[serde(default, skip_serializing_if = "RecordKind::is_contact")]
    pub subject: RecordKind,
    /// The record's id.
    #[serde(alias = "contact", with = "uuid::serde::simple")]
    pub record: Uuid,
    /// What was done.
    pub kind: EventKind,
    /// The record's revision after it; of what stands in the catalog, the catalog's.
    pub revision: u64,
    /// When.
    pub at: Timestamp,
    /// The number of the contact that lives after it and says that it changed then; what a contact says never goes back, as
    /// the clocks of servers may. Events of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Who, and through what.
    pub actor: Actor,
    /// What differs, member by member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// What the policy of the key held back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_back: Vec<HeldBack>,
    /// The whole record as it was, when it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Deleted>,
    /// The contacts that were merged into this one, whole, in the order of their deletions, which are the events just
    /// before this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Contact>,
    /// The event that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// Its place, from 0, among the events of one change that wrote several records: they follow each other. None when
    /// it stands alone. Undoing the first of them undoes all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// The record's event before this one. It is stored beside the event: a database that numbers events when
    /// they are committed knows it no earlier.
    #[serde(skip)]
    pub previous: Option<u64>,
}

impl Event {
    /// The contact that it changed, if it is one.
    pub fn contact(&self) -> Option<ContactId> {
        self.subject.is_contact().then_some(ContactId(self.record))
    }

    /// Whether it took a merge apart: ids that led to the contact do so no more. The event that it takes back says whose.
    pub fn takes_merge_apart(&self) -> bool {
        let is_former = |each: &Difference| matches!(each.member, Member::Former(_));
        self.undoes.is_some() && self.merged.is_empty() && self.differences.iter().any(is_former)
    }
}

/// A record that was deleted, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deleted {
    /// A contact.
    Contact(Box<Contact>),
    /// A company, a note or a task.
    Record(Box<Record>),
    /// What stood in the catalog.
    Item(Box<CatalogItem>),
}

impl Deleted {
    /// The contact, if it was one.
    pub fn contact(&self) -> Option<&Contact> {
        if let Self::Contact(contact) = self { Some(contact) } else { None }
    }
}

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Made the record.
    Created,
    /// Changed it.
    Updated,
    /// Deleted it.
    Deleted,
    /// Brought it back after a deletion.
    Restored,
}

/// Who made a change, and through what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    /// The key; `None` for contactd's own commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// The dialect of the request.
    pub dialect: Dialect,
    /// The id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
