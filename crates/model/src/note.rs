//! Notes: free texts linked to any number of contacts.

use serde::{Deserialize, Serialize};

use crate::{Aliases, NoteId, Timestamp};

/// A note. The contacts it belongs to name it in [`Contact::notes`](crate::Contact::notes).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The text, kept as written.
    pub body: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its text last changed.
    pub updated_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}
