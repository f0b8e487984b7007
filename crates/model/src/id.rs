//! Newtypes for the ids of records: UUIDv7, so that sorting by id is sorting by creation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Ids as 32 hex digits. They are read in every form that `uuid` reads; this one, in which they are stored, without looking
/// for others.
mod hex {
    use std::fmt;

    use serde::de::{Deserializer, Error, Visitor};
    use uuid::Uuid;
    pub(super) use uuid::serde::simple::serialize;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
        struct Hex;

        impl Visitor<'_> for Hex {
            type Value = Uuid;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a UUID")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Uuid, E> {
                match read(text.as_bytes()) {
                    Some(id) => Ok(id),
                    None => Uuid::try_parse(text)
                        .map_err(|fault| E::custom(format_args!("UUID parsing failed: {fault}"))),
                }
            }
        }

        deserializer.deserialize_str(Hex)
    }

    /// Reads 32 lower-case hex digits, eight at a time.
    pub(super) fn read(digits: &[u8]) -> Option<Uuid> {
        let digits: &[u8; 32] = digits.try_into().ok()?;
        let (words, _) = digits.as_chunks::<8>();
        let mut id = 0;
        for word in words {
            id = id << 32 | u128::from(eight(u64::from_be_bytes(*word))?);
        }
        Some(Uuid::from_u128(id))
    }

    /// The value of eight lower-case hex digits, the first of which is in the highest byte.
    fn eight(digits: u64) -> Option<u32> {
        const ONES: u64 = u64::MAX / 255;
        const HIGH: u64 = ONES << 7;
        // Beyond ASCII nothing is a digit, and below it no sum carries over into the next byte.
        if digits & HIGH != 0 {
            return None;
        }
        let from = |byte: u64| (digits + (0x80 - byte) * ONES) & HIGH;
        // In each byte the highest bit is set where it is a digit, or a letter.
        let digit = from(0x30) & !from(0x3a);
        let letter = from(0x61) & !from(0x67);
        if digit | letter != HIGH {
            return None;
        }
        // A letter's lower half counts from one.
        let nibbles = (digits & 0x0f * ONES) + (letter >> 7) * 9;
        let bytes = (nibbles >> 4 | nibbles) & 0x00ff_00ff_00ff_00ff;
        let halves = (bytes >> 8 | bytes) & 0x0000_ffff_0000_ffff;
        u32::try_from((halves >> 16 | halves) & 0xffff_ffff).ok()
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "hex")] pub Uuid);

        impl $name {
            /// The 32 lower-case hex digits without hyphens.
            pub fn hex(&self) -> String {
                self.0.simple().to_string()
            }
        }

        /// The hyphenated lower-case form.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// The isolation unit: a Zingle service, an Acquire account, a Callbell account, a Rolodex workspace.
    WorkspaceId,
    /// A person.
    ContactId,
    /// One way to reach a contact.
    ChannelId,
    /// A kind of channel as a workspace defines it (Zingle's channel type).
    ChannelTypeId,
    /// A company.
    CompanyId,
    /// A tag (Zingle's label).
    TagId,
    /// A list of contacts or companies (Zingle's contact group).
    ListId,
    /// A note.
    NoteId,
    /// One message of a note's thread.
    MessageId,
    /// A task.
    TaskId,
    /// The definition of a custom field.
    FieldId,
    /// One choice of a select field.
    OptionId,
    /// A person who works in the workspace.
    UserId,
    /// A team of users.
    TeamId,
    /// The workspace's own end of a conversation (Callbell's channel: one WhatsApp number, one page).
    InboxId,
    /// A stage of the sales funnel (Callbell's funnel).
    FunnelId,
    /// A status that users can give themselves.
    CustomStatusId,
    /// What a user says of being there.
    PresenceId,
    /// Where events are sent to.
    SubscriptionId,
    /// An API key (its id, not its secret).
    KeyId,
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::ProptestConfig, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn ids_are_read_as_they_are_stored_and_as_elsewhere(bits: [u8; 16], other in "[0-9a-fA-F-]{30,40}|[/-:`-g]{32}|é{16}") {
            let id = ContactId(Uuid::from_bytes(bits));
            prop_assert_eq!(hex::read(id.hex().as_bytes()), Some(id.0));
            for text in [id.hex(), id.to_string(), id.hex().to_uppercase()] {
                prop_assert_eq!(serde_json::from_str::<ContactId>(&format!("\"{text}\"")).unwrap(), id);
            }
            let read = serde_json::from_str::<ContactId>(&format!("\"{other}\"")).ok();
            prop_assert_eq!(read, Uuid::try_parse(&other).ok().map(ContactId));
        }
    }
}
