//! Newtypes for the ids of records: UUIDv7, so that sorting by id is sorting by creation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "uuid::serde::simple")] pub Uuid);

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
