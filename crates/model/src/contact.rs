//! The contact: one record per person, stored as one document.

mod document;
mod part;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Channel, ChannelKind, CompanyLink, ContactId, Dialect, FieldId, Json, ListId, Native, NoteId, TagId,
    TeamId, Text, Timestamp, UserId, Value,
};

pub use document::{
    ChannelDocument, CompanyLinkDocument, ContactDocument, NameDocument, ValueDocument, ValueDocuments,
    Written,
};
pub use part::Reads;

/// One person. Members that are empty are left out of the stored document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Its number in the workspace; never changes, never used again.
    pub number: u64,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: Name,
    /// Mr., Dr., … (Zingle's `title`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salutation: Option<Text>,
    /// What it does (Rolodex's `title`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_title: Option<Text>,
    /// Who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// One free text kept beside the contact (Zingle's `notes`, Callbell's `note`); not to be confused with
    /// [`notes`](Self::notes), which are records of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Text>,
    /// Where it is, as one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Text>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Text>,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Text>,
    /// Country: ISO 3166-1 alpha-2 where known, else as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Text>,
    /// Its web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_url: Option<Text>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<Text>,
    /// Its names on social networks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub social: BTreeMap<Network, Text>,
    /// Its birthday, as far as it is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub birthday: Birthday,
    /// The ways to reach it, in the order of their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// The companies it belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companies: Vec<CompanyLink>,
    /// Its tags, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// The lists it is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListId>,
    /// Its notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteId>,
    /// The values of its custom fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<FieldId, Value>,
    /// Marked with a star.
    #[serde(default, skip_serializing_if = "is_default")]
    pub starred: bool,
    /// Its conversation was seen to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confirmed: bool,
    /// When `confirmed` last went from true to false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unconfirmed_at: Option<Timestamp>,
    /// When its conversation was closed; `None` while open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// When it was blocked; `None` while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_at: Option<Timestamp>,
    /// Whether it agreed to receive messages; `None` when nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in: Option<OptIn>,
    /// The user it is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_user: Option<UserId>,
    /// The team it is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_team: Option<TeamId>,
    /// The outside system that owns its name, e-mail and phone (Zingle's `locked_by_source`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_by: Option<Text>,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// The ids of the contacts that were merged into it. They lead to it, and are never shown as its own. Ids of ours
    /// stand among those of the native API, in the form of [`Contact::former_id`].
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub former: Aliases,
    /// Members that only one dialect knows, as they came.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}

impl Contact {
    /// An empty contact, before its first change: revision 0.
    pub fn blank(id: ContactId, number: u64, now: Timestamp) -> Self {
        Self {
            id,
            number,
            revision: 0,
            created_at: now,
            updated_at: now,
            name: Name::default(),
            salutation: None,
            job_title: None,
            description: None,
            remarks: None,
            location: None,
            city: None,
            state: None,
            country: None,
            website_url: None,
            image_url: None,
            social: BTreeMap::new(),
            birthday: Birthday::default(),
            channels: Vec::new(),
            companies: Vec::new(),
            tags: Vec::new(),
            lists: Vec::new(),
            notes: Vec::new(),
            values: BTreeMap::new(),
            starred: false,
            confirmed: false,
            unconfirmed_at: None,
            closed_at: None,
            blocked_at: None,
            opt_in: None,
            assigned_user: None,
            assigned_team: None,
            locked_by: None,
            aliases: Aliases::default(),
            former: Aliases::default(),
            extras: Extras::default(),
        }
    }

    /// Every id that leads to it beside its own: those that vendors gave it, and those of contacts merged into it.
    pub fn leading_ids(&self) -> impl Iterator<Item = (Dialect, &str)> {
        self.aliases.pairs().chain(self.former.pairs())
    }

    /// How an id of ours stands in [`former`](Self::former): no other id has this form, so a contact that lives is never
    /// taken for one that was merged.
    pub fn former_id(native: Native) -> String {
        match native {
            Native::Uuid(id) => format!("merged-{id}"),
            Native::Number(number) => format!("merged-{number}"),
        }
    }

    /// The channel of this kind that is used first.
    pub fn primary(&self, kind: &ChannelKind) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.kind == *kind && channel.primary)
    }

    /// The channels of this kind, the primary one first, then in the order they were added.
    pub fn channels_of(&self, kind: &ChannelKind) -> Vec<&Channel> {
        let mut found: Vec<_> = self.channels.iter().filter(|channel| channel.kind == *kind).collect();
        found.sort_by_key(|channel| !channel.primary);
        found
    }
}

/// A contact's name. Each part is kept exactly as written; a part that was never written is derived from the
/// others: the full name by joining the parts with a space, the parts by splitting at the first white space.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Name {
    /// The whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<Text>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Text>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Text>,
}

impl Name {
    /// Whether no part of it says anything.
    pub fn is_empty(&self) -> bool {
        [&self.full, &self.first, &self.last].into_iter().flatten().all(|part| part.is_empty())
    }
}

/// A birthday; each part may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Birthday {
    /// 1 to 31.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<u8>,
    /// 1 to 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<u8>,
    /// 1 to 9999.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
}

/// A social network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// LinkedIn.
    Linkedin,
    /// X.
    X,
    /// Facebook.
    Facebook,
    /// Instagram.
    Instagram,
    /// YouTube.
    Youtube,
}

impl Network {
    /// Every network.
    pub const ALL: [Self; 5] = [Self::Linkedin, Self::X, Self::Facebook, Self::Instagram, Self::Youtube];

    /// The lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linkedin => "linkedin",
            Self::X => "x",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
            Self::Youtube => "youtube",
        }
    }
}

/// Whether a contact agreed to receive messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptIn {
    /// It agreed.
    OptedIn,
    /// It refused.
    OptedOut,
}

/// The ids that vendors gave a record, by dialect. The first of a dialect is the one shown in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aliases(BTreeMap<Dialect, Vec<String>>);

impl Aliases {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One alias.
    pub fn one(dialect: Dialect, text: &str) -> Self {
        Self(BTreeMap::from([(dialect, vec![text.to_owned()])]))
    }

    /// The same with one more.
    #[must_use]
    pub fn and(mut self, dialect: Dialect, text: &str) -> Self {
        self.0.entry(dialect).or_default().push(text.to_owned());
        self
    }

    /// The id to show in a dialect, where a vendor gave one.
    pub fn shown(&self, dialect: Dialect) -> Option<&str> {
        self.0.get(&dialect)?.first().map(String::as_str)
    }

    /// All of a dialect.
    pub fn of(&self, dialect: Dialect) -> &[String] {
        self.0.get(&dialect).map_or(&[], Vec::as_slice)
    }

    /// Sets those of a dialect.
    pub fn set(&mut self, dialect: Dialect, texts: Vec<String>) {
        if texts.is_empty() {
            self.0.remove(&dialect);
        } else {
            self.0.insert(dialect, texts);
        }
    }

    /// By dialect.
    pub fn iter(&self) -> std::collections::btree_map::Iter<'_, Dialect, Vec<String>> {
        self.0.iter()
    }

    /// Every dialect and alias.
    pub fn pairs(&self) -> impl Iterator<Item = (Dialect, &str)> {
        self.0.iter().flat_map(|(dialect, texts)| texts.iter().map(|text| (*dialect, text.as_str())))
    }
}

/// Members without a shared meaning, by dialect and name, kept as they came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extras(BTreeMap<Dialect, BTreeMap<String, Json>>);

impl Extras {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are over all dialects.
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }

    /// One member of a dialect.
    pub fn get(&self, dialect: Dialect, name: &str) -> Option<&Json> {
        self.0.get(&dialect)?.get(name)
    }

    /// Sets or, with `None`, removes one. A member that is `null` is one that is not there.
    pub fn set(&mut self, dialect: Dialect, name: &str, value: Option<Json>) {
        match value.filter(|value| !value.is_null()) {
            Some(value) => {
                self.0.entry(dialect).or_default().insert(name.to_owned(), value);
            }
            None => {
                if let Some(members) = self.0.get_mut(&dialect) {
                    members.remove(name);
                    if members.is_empty() {
                        self.0.remove(&dialect);
                    }
                }
            }
        }
    }

    /// The members of each dialect.
    pub fn by_dialect(&self) -> impl Iterator<Item = (Dialect, &BTreeMap<String, Json>)> {
        self.0.iter().map(|(dialect, members)| (*dialect, members))
    }

    /// Every dialect, name and value.
    pub fn iter(&self) -> impl Iterator<Item = (Dialect, &str, &Json)> {
        self.0.iter().flat_map(|(dialect, members)| {
            members.iter().map(|(name, value)| (*dialect, name.as_str(), value))
        })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
