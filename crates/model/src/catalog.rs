//! A workspace's catalog: what its contacts refer to and all its servers hold in memory.

mod changes;
mod desk;
mod gone;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::changes::{CatalogItem, CatalogRow, ItemChange, ItemEdit};
pub use self::desk::{CustomStatus, Funnel, Presence, Subscription};
pub use self::gone::{Carried, Gone, Span};
use crate::{
    Aliases, ChannelKind, ChannelTypeId, Contact, Extras, FieldId, InboxId, Item, Items, ListId, OptionId,
    RecordKind, TagId, TeamId, Timestamp, UserId,
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
}

impl Catalog {
    /// The custom fields of contacts: those whose values stand in [`Contact::values`].
    pub fn custom_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.system.is_none() && field.entity == Entity::Contact)
    }

    /// The revision of one of its items: that of the catalog when the item was made or last changed, so it grows with
    /// each change, also over a deletion and an undo. 0 for what the workspace was made with, before its first change.
    pub fn revision_of(&self, item: Uuid) -> u64 {
        self.revisions.get(&item).copied().unwrap_or(0)
    }

    /// A key for a new field of this name and number, which no field has.
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

/// What a field belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// Contacts.
    #[default]
    Contact,
    /// Companies.
    Company,
}

/// The type of a field's values; fixed once the field is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Text.
    Text,
    /// An e-mail address.
    Email,
    /// A URL.
    Url,
    /// A phone number, as written.
    Phone,
    /// A decimal number of any precision.
    Number,
    /// True or false.
    Boolean,
    /// A calendar date.
    Date,
    /// A time of day, `HH:MM` or `HH:MM:SS`.
    Time,
    /// An instant.
    Datetime,
    /// One of the field's options.
    SingleSelect,
    /// Any of the field's options.
    MultiSelect,
    /// A user of the workspace.
    User,
}

/// A member of the record that dialects show as if it were a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemMember {
    /// [`Name::first`](crate::Name::first).
    FirstName,
    /// [`Name::last`](crate::Name::last).
    LastName,
    /// [`Contact::salutation`].
    Salutation,
}

impl SystemMember {
    /// The member's value.
    pub fn of(self, contact: &Contact) -> Option<&str> {
        match self {
            Self::FirstName => contact.name.first.as_deref(),
            Self::LastName => contact.name.last.as_deref(),
            Self::Salutation => contact.salutation.as_deref(),
        }
    }
}

/// The definition of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its id.
    pub id: FieldId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its short name, such as `lead_score`; unique in the workspace.
    pub key: String,
    /// Its name, such as `Lead Score`.
    pub name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What it belongs to.
    #[serde(default)]
    pub entity: Entity,
    /// The member of the record that it shows, if it is no custom field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemMember>,
    /// Its options, in their order. A text field may have some too, as suggestions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<FieldOption>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// Members that only one dialect knows.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}

impl Field {
    /// The option with this id.
    pub fn option(&self, id: OptionId) -> Option<&FieldOption> {
        self.options.iter().find(|option| option.id == id)
    }

    /// The option whose value is exactly this text.
    pub fn option_valued(&self, value: &str) -> Option<&FieldOption> {
        self.options.iter().find(|option| option.value == value)
    }
}

impl Item for Field {
    fn id(&self) -> Uuid {
        self.id.0
    }
    fn number(&self) -> Option<u64> {
        Some(self.number)
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn key(&self) -> Option<&str> {
        Some(&self.key)
    }
    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}

/// One choice of a select field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldOption {
    /// Its id.
    pub id: OptionId,
    /// What is stored and compared.
    pub value: String,
    /// What people read.
    pub name: String,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
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
    /// Background colour, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Text colour, `#rrggbb`.
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
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}
named_item!(List);

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
