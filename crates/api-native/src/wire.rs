//! What goes over the wire.

mod batch;
mod candidates;
mod change;
mod channel;
mod company;
mod contact;
mod merge;
mod patch;
mod provenance;
mod stored;
mod undo;
mod value;

use model::{Dialect, Native, Ref, Timestamp};
use serde::{Serialize, Serializer};
use uuid::Uuid;

pub(crate) use batch::{Batch, BatchBody, decode_batch};
pub(crate) use candidates::CandidatesBody;
pub(crate) use change::{ChangeBody, ChangesBody, differences};
pub(crate) use channel::channel_kind;
pub(crate) use contact::{AliasesBody, ContactBody, ContactsBody, DocumentBody, ExtrasBody, Object};
pub(crate) use merge::{MergedBody, UnmergedBody, decode_merge, decode_unmerge, read_merge};
pub(crate) use patch::{change_set, decode};
pub(crate) use provenance::ProvenanceBody;
pub(crate) use undo::{LaterBody, UndoneBody, decode_undo};
pub(crate) use value::{CompanyValues, Values, read as read_value};

/// An id in its hyphenated form.
#[derive(Clone, Copy)]
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Copy + Into<Uuid>> Shown<T> {
    /// Whether a text is this id, in any form that clients are given.
    pub(crate) fn is(self, text: &str) -> bool {
        uuid(text) == Some(self.0.into())
    }
}

impl<T: Copy + Into<Uuid>> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id: Uuid = self.0.into();
        serializer.serialize_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// An instant as RFC 3339 with milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_millis())
    }
}

/// Ids in their hyphenated form.
pub(crate) fn shown<T: Copy>(ids: &[T]) -> Vec<Shown<T>> {
    ids.iter().map(|id| Shown(*id)).collect()
}

/// The id that a text is.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    match Ref::uuid(Dialect::Native, text).native {
        Some(Native::Uuid(id)) => Some(id),
        _ => None,
    }
}
