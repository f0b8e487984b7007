//! What goes over the wire.

mod change;
mod channel;
mod company;
mod contact;
mod patch;
mod undo;
mod value;

use std::fmt::Display;

use model::Timestamp;
use serde::{Serialize, Serializer};

pub(crate) use change::{ChangeBody, ChangesBody, member_path};
pub(crate) use contact::{ContactBody, ContactsBody};
pub(crate) use patch::decode;
pub(crate) use undo::{UndoneBody, decode_undo};

/// Something shown as text: ids in their hyphenated form.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// An instant as RFC 3339 with milliseconds.
struct Instant(Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_millis())
    }
}

fn shown<T: Display + Copy>(ids: &[T]) -> Vec<Shown<T>> {
    ids.iter().map(|id| Shown(*id)).collect()
}
