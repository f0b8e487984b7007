//! A workspace's catalog: what its contacts refer to and all its servers hold in memory.

mod changes;
mod desk;
mod field;
mod filterable;
mod gone;
mod quotas;
mod value_index;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::changes::{CatalogItem, CatalogRow, ItemChange, ItemEdit};
pub use self::desk::{CustomStatus, Funnel, Presence, Subscription};
pub use self::field::{Entity, Field, FieldOption, FieldType, SystemMember};
pub use self::filterable::{FilterableMember, IndexOf, Said};
pub use self::gone::{Carried, Gone, Span};
pub use self::value_index::{INDEXES_MAX, ValueIndex};
use crate::{
    Aliases, ChannelKind, ChannelTypeId, Condition, Extras, InboxId, Item, Items, ListId, RecordKind, TagId,
    TeamId, Timestamp, UserId,
};

/// The fields, tags, lists, users, teams, channel types, inboxes, and what else is like them, of one workspace: one small
/// document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Catalog {
    /// Counts the changes to this document.
    pub revision: u64,
    /// Reads phone numbers without `+`: ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_country: Option<String>,
    /// How many records of a kind there may be, where the settings say so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub quotas: BTreeMap<RecordKind, u64>,
    /// The members of contacts that are kept in order, where the settings say so.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub filterable_members: BTreeSet<FilterableMember>,
    /// Custom fields, and the system fields through which dialects see members of the record.
    pub fields: Items<Field>,
    /// Tags.
    pub tags: Items<Tag>,
    /// Lists.
    pub lists: Items<List>,
    /// Users.
    pub users: Items<User>,
    /// Teams.
    pub teams: Items<Team>,
    /// Channel types.
    pub channel_types: Items<ChannelType>,
    /// Inboxes.
    pub inboxes: Items<Inbox>,
    /// Funnels.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub funnels: Items<Funnel>,
    /// The statuses that users can give themselves.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub custom_statuses: Items<CustomStatus>,
    /// What users say of being there.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub presences: Items<Presence>,
    /// Where events are sent to.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub subscriptions: Items<Subscription>,
    /// When items last changed, by their ids; those that never did are left out. Kept by the store.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub updated_at: BTreeMap<Uuid, Timestamp>,
    /// The revisions of the catalog at which items last changed or came back, by their ids; those that never did since the
    /// workspace was made are left out. Kept by the store.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub revisions: BTreeMap<Uuid, u64>,
    /// What was deleted, by its id, while records may still carry that, and what was cleaned away. Deletions are noted by
    /// the store.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub gone: BTreeMap<Uuid, Gone>,
    /// What came back after its id was cleaned away, by its id, until the records have it again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub returning: BTreeMap<Uuid, Span>,
    /// The largest number that an item of each kind had that is gone: no number is given again. Kept by the store.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub last_numbers: BTreeMap<RecordKind, u64>,
    /// The fields and members whose values are kept in order. Kept by the store.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<IndexOf, ValueIndex>,
}

impl Catalog {
    /// The custom fields of contacts: those whose values stand in [`Contact::values`](crate::Contact::values).
    pub fn custom_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.system.is_none() && field.entity == Entity::Contact)
    }

    /// The revision of one of its items: that of the catalog when the item was made or last changed, so it grows with
    /// each change, also over a deletion and an undo. 0 for what the workspace was made with, before its first change.
    pub fn revision_of(&self, item: Uuid) -> u64 {
        self.revisions.get(&item).copied().unwrap_or(0)
    }

    /// The revision of the settings: that of the catalog when they last changed, else 0.
    pub fn settings_revision(&self) -> u64 {
        self.revision_of(Uuid::nil())
    }

    /// A short name for a new field that no other has.
    pub fn fresh_key(&self, name: &str, number: u64) -> String {
        let is_taken = |key: &str| self.fields.iter().any(|field| field.key == key);
        let letters = name.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "_");
        let key = letters.trim_matches('_');
        let key = if key.is_empty() { "field" } else { key };
        if !is_taken(key) {
            return key.to_owned();
        }
        let numbers = number..=number.saturating_add(self.fields.len() as u64);
        let mut keys = numbers.map(|number| format!("{key}_{number}"));
        // There are more of these than fields.
        keys.find(|key| !is_taken(key)).unwrap_or_else(|| key.to_owned())
    }

    /// The team that a contact without one belongs to.
    pub fn default_team(&self) -> Option<&Team> {
        self.teams.iter().find(|team| team.default).or_else(|| self.teams.iter().next())
    }

    /// The inbox that a contact without one belongs to.
    pub fn main_inbox(&self) -> Option<&Inbox> {
        self.inboxes.iter().find(|inbox| inbox.main).or_else(|| self.inboxes.iter().next())
    }

    /// What a user says of being there, if anything.
    pub fn presence(&self, user: crate::UserId) -> Option<&Presence> {
        self.presences.iter().find(|presence| presence.user == user)
    }

    /// The channel type of a channel: its own, else the first of its kind.
    pub fn type_of(&self, channel: &crate::Channel) -> Option<&ChannelType> {
        channel
            .type_id
            .and_then(|id| self.channel_types.get(id.0))
            .or_else(|| self.channel_types.iter().find(|each| each.kind == channel.kind))
    }
}

macro_rules! named_item {
    ($type:ty $(, $stands_out:ident)?) => {
        impl Item for $type {
            fn id(&self) -> Uuid {
                self.id.0
            }
            fn number(&self) -> Option<u64> {
                Some(self.number)
            }
            fn name(&self) -> &str {
                &self.name
            }
            fn aliases(&self) -> &Aliases {
                &self.aliases
            }
            $(fn stands_out(&mut self) -> Option<&mut bool> {
                Some(&mut self.$stands_out)
            })?
        }
    };
}
use named_item;

/// A tag (Zingle's label).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its name, exactly as given.
    pub name: String,
    /// Background colour, `#rgb` or `#rrggbb`, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Text colour, `#rgb` or `#rrggbb`, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_color: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// Members that only one dialect knows.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}
named_item!(Tag);

/// A list of contacts or of companies (Zingle's contact group).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// Its id.
    pub id: ListId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What it lists.
    #[serde(default)]
    pub entity: Entity,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What contacts must fulfil to be on it, every one. With conditions the list is dynamic: who is on it is found out
    /// when somebody asks, and cannot be set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Background colour, `#rgb` or `#rrggbb`, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Text colour, `#rgb` or `#rrggbb`, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_color: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// Members that only one dialect knows.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}
named_item!(List);

impl List {
    /// Whether conditions say who is on it.
    pub fn is_dynamic(&self) -> bool {
        !self.conditions.is_empty()
    }
}

/// A person who works in the workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// E-mail address: the name by which Callbell assigns.
    pub email: String,
    /// First name.
    #[serde(default)]
    pub first_name: String,
    /// Last name.
    #[serde(default)]
    pub last_name: String,
    /// Picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Whether they manage settings and users.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admin: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}

impl Item for User {
    fn id(&self) -> Uuid {
        self.id.0
    }
    fn number(&self) -> Option<u64> {
        Some(self.number)
    }
    /// Users are named by their e-mail address.
    fn name(&self) -> &str {
        &self.email
    }
    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}

/// A team of users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// The team of contacts that have none.
    #[serde(default)]
    pub default: bool,
    /// Its members.
    #[serde(default)]
    pub members: Vec<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}
named_item!(Team, default);

/// A kind of channel as the workspace defines it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelType {
    /// Its id.
    pub id: ChannelTypeId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// The kind of the channels that have it.
    pub kind: ChannelKind,
    /// Its name.
    pub name: String,
    /// Whether every workspace has it.
    #[serde(default)]
    pub global: bool,
    /// The URL that an outside system wants to be told of incoming messages at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound_url: Option<String>,
    /// The URL that an outside system wants to be told of outgoing messages at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbound_url: Option<String>,
    /// Whether no messages are to go over it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    /// Its place among the types where people are shown them, as a client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}
named_item!(ChannelType);

/// The workspace's own end of conversations: one WhatsApp number, one Facebook page (Callbell's channel).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    /// Its id.
    pub id: InboxId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its title.
    pub name: String,
    /// `whatsapp`, `facebook`, `instagram`, `telegram`, …
    pub kind: String,
    /// The one that is used when none is named.
    #[serde(default)]
    pub main: bool,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}
named_item!(Inbox, main);
