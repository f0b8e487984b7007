//! What happened: one event for every committed change.

use serde::{Deserialize, Serialize};

use crate::{Contact, ContactId, Dialect, Difference, KeyId, Timestamp};

/// A committed change of one contact. The log of events is append-only; undo appends another event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The contact.
    pub contact: ContactId,
    /// What was done.
    pub kind: EventKind,
    /// The contact's revision after it.
    pub revision: u64,
    /// When.
    pub at: Timestamp,
    /// Who, and through what.
    pub actor: Actor,
    /// What differs, member by member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The whole contact as it was, when it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Box<Contact>>,
    /// The event that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// The contact's event before this one. It is stored beside the event: a database that numbers events when
    /// they are committed knows it no earlier.
    #[serde(skip)]
    pub previous: Option<u64>,
}

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Made the contact.
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
