//! What goes over the wire.

mod change;
mod channel;
mod company;
mod contact;
mod patch;
mod undo;
mod value;

use model::Timestamp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

pub(crate) use change::{ChangeBody, ChangesBody, member_path};
pub(crate) use contact::{ContactBody, ContactsBody};
pub(crate) use patch::decode;
pub(crate) use undo::{UndoneBody, decode_undo};

/// An id in its hyphenated form.
struct Shown<T>(T);

impl<T: Copy + Into<Uuid>> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id: Uuid = self.0.into();
        serializer.serialize_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// An instant as RFC 3339 with milliseconds.
struct Instant(Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_millis())
    }
}

fn shown<T: Copy>(ids: &[T]) -> Vec<Shown<T>> {
    ids.iter().map(|id| Shown(*id)).collect()
}
