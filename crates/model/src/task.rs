//! Tasks: what is to be done about contacts, and by when.

use serde::{Deserialize, Serialize};

use crate::{Aliases, ContactId, Extras, TagId, TaskId, Timestamp, UserId};

/// A task. Members that are empty are left out of the stored document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its number in the workspace; never changes, never used again. 0 before it is stored: then it gets the next one.
    pub number: u64,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// What is to be done, kept as written.
    pub body: String,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When it was done; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// The contacts that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactId>,
    /// Its tags, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<UserId>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// Members that only one dialect knows.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}

impl Task {
    /// An open task that has nothing but its text.
    pub fn new(id: TaskId, body: impl Into<String>, now: Timestamp) -> Self {
        Self {
            id,
            number: 0,
            revision: 0,
            body: body.into(),
            due_at: None,
            completed_at: None,
            contacts: Vec::new(),
            tags: Vec::new(),
            assignee: None,
            creator: None,
            created_at: now,
            updated_at: now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        }
    }
}
