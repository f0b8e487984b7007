//! Notes: free texts linked to any number of contacts, each with a thread of messages.

use serde::{Deserialize, Serialize};

use crate::{Aliases, Extras, MessageId, NoteId, Timestamp, UserId};

/// A note. The contacts it belongs to name it in [`Contact::notes`](crate::Contact::notes). Members that are empty are
/// left out of the stored document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// Its number in the workspace; never changes, never used again. 0 before it is stored: then it gets the next one.
    #[serde(default)]
    pub number: u64,
    /// Counts its changes, from 1.
    #[serde(default)]
    pub revision: u64,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text, kept as written.
    pub body: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// The users that it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// What was said about it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<NoteMessage>,
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

impl Note {
    /// A note that has nothing but its text.
    pub fn new(id: NoteId, body: impl Into<String>, now: Timestamp) -> Self {
        Self {
            id,
            number: 0,
            revision: 0,
            title: None,
            body: body.into(),
            author: None,
            mentions: Vec::new(),
            messages: Vec::new(),
            created_at: now,
            updated_at: now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        }
    }
}

/// One message of a note's thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteMessage {
    /// Its id.
    pub id: MessageId,
    /// Its number among the messages of the note, from 1.
    pub number: u64,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<MessageId>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// The text, kept as written.
    pub body: String,
    /// The users that it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// When it was written.
    pub created_at: Timestamp,
}
