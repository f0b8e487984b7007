//! A part of a stored contact: what asks many contacts for little reads the rest of their documents only to pass it over.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Contact;

/// What every stored contact has.
const ALWAYS: [&str; 5] = ["id", "number", "revision", "created_at", "updated_at"];

/// The members of a contact that something reads, by their names in its stored document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// All of them.
    #[default]
    Everything,
    /// These, and what every contact has: id, number, revision, when it was made and last changed.
    Only(BTreeSet<&'static str>),
}

impl Reads {
    /// These.
    pub fn only(members: impl IntoIterator<Item = &'static str>) -> Self {
        Self::Only(members.into_iter().collect())
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(mut members), Self::Only(others)) => {
                members.extend(others);
                Self::Only(members)
            }
            _ => Self::Everything,
        }
    }

    fn has(&self, member: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(members) => members.contains(member) || ALWAYS.contains(&member),
        }
    }
}

impl Contact {
    /// Reads these members of a stored contact; the others are as if they were empty.
    ///
    /// # Errors
    /// What is wrong with the document, as far as it is read.
    pub fn read_part(doc: &str, reads: &Reads) -> serde_json::Result<Self> {
        if *reads == Reads::Everything {
            return serde_json::from_str(doc);
        }
        let mut json = serde_json::Deserializer::from_str(doc);
        let contact = Self::deserialize(Part { inner: &mut json, reads })?;
        json.end()?;
        Ok(contact)
    }
}

/// A deserializer, a visitor or a map without the members that are not read.
struct Part<'r, T> {
    inner: T,
    reads: &'r Reads,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Part<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Part { inner: visitor, reads: self.reads })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Part<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Part { inner: map, reads: self.reads })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Part<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        // Names of members need no escapes, so they stand in the document as they are.
        while let Some(member) = self.inner.next_key::<&'de str>()? {
            if self.reads.has(member) {
                return seed.deserialize(BorrowedStrDeserializer::new(member)).map(Some);
            }
            self.inner.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{ContactId, FieldId, Timestamp, Value};

    fn contact() -> Contact {
        let mut contact = Contact::blank(ContactId(Uuid::nil()), 7, Timestamp::default());
        contact.name.full = Some("Jane \"J\" Smith".into());
        contact.city = Some("Oslo".into());
        contact.starred = true;
        contact.values.insert(FieldId(Uuid::max()), Value::Text("x".into()));
        contact
    }

    #[test]
    fn what_is_not_read_is_as_if_it_were_empty() {
        let whole = contact();
        let doc = serde_json::to_string(&whole).unwrap();
        let blank = Contact::blank(whole.id, whole.number, whole.created_at);
        for (reads, expected) in [
            (Reads::Everything, whole.clone()),
            (Reads::only([]), blank.clone()),
            (Reads::only(["city"]), Contact { city: whole.city.clone(), ..blank.clone() }),
            (
                Reads::only(["values"]).and(&Reads::only(["name"])),
                Contact { values: whole.values.clone(), name: whole.name.clone(), ..blank },
            ),
            (Reads::only(["values"]).and(&Reads::Everything), whole),
        ] {
            assert_eq!(Contact::read_part(&doc, &reads).unwrap(), expected, "{reads:?}");
        }
    }

    #[test]
    fn damaged_documents_are_refused() {
        let doc = serde_json::to_string(&contact()).unwrap();
        let reads = Reads::only(["city"]);
        let (begun, ended) = (doc.strip_suffix('}').unwrap(), doc.strip_prefix('{').unwrap());
        for damaged in [begun, ended, &format!("{doc} x"), "[]", "7", "{}"] {
            assert!(Contact::read_part(damaged, &reads).is_err(), "{damaged}");
        }
    }
}
