//! Members of records in contactd's own words: ids with hyphens, instants as RFC 3339, values under the keys of their fields.
//! The native API shows records in them, and every API's dry runs tell in them what would differ, as history does.

mod channel;
mod company;
mod member;
mod stored;
mod value;

use std::borrow::Cow;

use model::{Dialect, Native, Ref, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use uuid::Uuid;

pub use channel::ChannelBody;
pub use company::CompanyBody;
pub use member::{DifferenceBody, difference, member_json};
pub use value::ValueBody;

/// An id in its hyphenated form.
#[derive(Clone, Copy)]
pub struct Shown<T>(pub T);

impl<T: Copy + Into<Uuid>> Shown<T> {
    /// Whether a text is this id, in any form that clients are given.
    pub fn is(self, text: &str) -> bool {
        uuid(text) == Some(self.0.into())
    }
}

impl<T: Copy + Into<Uuid>> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id: Uuid = self.0.into();
        serializer.serialize_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl<T: Copy> From<&T> for Shown<T> {
    fn from(id: &T) -> Self {
        Self(*id)
    }
}

/// An instant as RFC 3339 with milliseconds.
#[derive(Clone, Copy)]
pub struct Instant(pub Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_millis())
    }
}

/// Ids in their hyphenated form.
pub fn shown<T: Copy>(ids: &[T]) -> Vec<Shown<T>> {
    ids.iter().map(|id| Shown(*id)).collect()
}

/// The id that a text is.
pub fn uuid(text: &str) -> Option<Uuid> {
    match Ref::uuid(Dialect::Native, text).native {
        Some(Native::Uuid(id)) => Some(id),
        _ => None,
    }
}

impl<T> JsonSchema for Shown<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uuid" })
    }
}

impl JsonSchema for Instant {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}
