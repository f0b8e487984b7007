//! A contact's stored document, read in place: texts and free JSON stay as they are written, so that showing a contact
//! copies what is stored instead of reading it and writing it anew.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Birthday, OptIn};
use crate::{
    ChannelId, CompanyId, ContactId, Decimal, FieldId, ListId, NoteId, OptionId, TagId, TeamId, Timestamp,
    UserId,
};

/// A text, or free JSON, as it is written in the document.
pub type Written<'a> = &'a RawValue;

/// What a [`Contact`](crate::Contact) is stored as. The members are the same; those that are empty are not in it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ContactDocument<'a> {
    /// Its id.
    pub id: ContactId,
    /// Its number in the workspace.
    pub number: u64,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its name.
    #[serde(borrow, default)]
    pub name: NameDocument<'a>,
    /// Mr., Dr., …
    #[serde(borrow, default)]
    pub salutation: Option<Written<'a>>,
    /// What it does.
    #[serde(borrow, default)]
    pub job_title: Option<Written<'a>>,
    /// Who it is.
    #[serde(borrow, default)]
    pub description: Option<Written<'a>>,
    /// One free text kept beside the contact.
    #[serde(borrow, default)]
    pub remarks: Option<Written<'a>>,
    /// Where it is, as one text.
    #[serde(borrow, default)]
    pub location: Option<Written<'a>>,
    /// City.
    #[serde(borrow, default)]
    pub city: Option<Written<'a>>,
    /// State or province.
    #[serde(borrow, default)]
    pub state: Option<Written<'a>>,
    /// Country.
    #[serde(borrow, default)]
    pub country: Option<Written<'a>>,
    /// Its web site.
    #[serde(borrow, default)]
    pub website_url: Option<Written<'a>>,
    /// Its picture.
    #[serde(borrow, default)]
    pub image_url: Option<Written<'a>>,
    /// Its names by social network, an object.
    #[serde(borrow, default)]
    pub social: Option<Written<'a>>,
    /// Its birthday.
    #[serde(default)]
    pub birthday: Birthday,
    /// The ways to reach it, in the order of their ids.
    #[serde(borrow, default)]
    pub channels: Vec<ChannelDocument<'a>>,
    /// The companies it belongs to.
    #[serde(borrow, default)]
    pub companies: Vec<CompanyLinkDocument<'a>>,
    /// Its tags, in the order given.
    #[serde(default)]
    pub tags: Vec<TagId>,
    /// The lists it is on.
    #[serde(default)]
    pub lists: Vec<ListId>,
    /// Its notes.
    #[serde(default)]
    pub notes: Vec<NoteId>,
    /// The values of its custom fields.
    #[serde(borrow, default)]
    pub values: ValueDocuments<'a>,
    /// Marked with a star.
    #[serde(default)]
    pub starred: bool,
    /// Its conversation was seen to.
    #[serde(default)]
    pub confirmed: bool,
    /// When `confirmed` last went from true to false.
    #[serde(default)]
    pub unconfirmed_at: Option<Timestamp>,
    /// When its conversation was closed.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
    /// When it was blocked.
    #[serde(default)]
    pub blocked_at: Option<Timestamp>,
    /// Whether it agreed to receive messages.
    #[serde(default)]
    pub opt_in: Option<OptIn>,
    /// The user it is assigned to.
    #[serde(default)]
    pub assigned_user: Option<UserId>,
    /// The team it is assigned to.
    #[serde(default)]
    pub assigned_team: Option<TeamId>,
    /// The outside system that owns its name, e-mail and phone.
    #[serde(borrow, default)]
    pub locked_by: Option<Written<'a>>,
    /// The ids that vendors gave it: an object of arrays, by dialect.
    #[serde(borrow, default)]
    pub aliases: Option<Written<'a>>,
    /// Members that only one dialect knows: an object of objects, by dialect.
    #[serde(borrow, default)]
    pub extras: Option<Written<'a>>,
}

/// What a [`Name`](crate::Name) is stored as.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default)]
pub struct NameDocument<'a> {
    /// The whole name.
    #[serde(borrow)]
    pub full: Option<Written<'a>>,
    /// The first name.
    #[serde(borrow)]
    pub first: Option<Written<'a>>,
    /// The last name.
    #[serde(borrow)]
    pub last: Option<Written<'a>>,
}

/// What a [`Channel`](crate::Channel) is stored as.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ChannelDocument<'a> {
    /// Its id.
    pub id: ChannelId,
    /// The word for its kind.
    #[serde(borrow)]
    pub kind: Written<'a>,
    /// The normal form.
    #[serde(borrow)]
    pub value: Written<'a>,
    /// As it was written.
    #[serde(borrow)]
    pub raw: Written<'a>,
    /// What it is called.
    #[serde(borrow, default)]
    pub label: Option<Written<'a>>,
    /// The country of a phone number.
    #[serde(borrow, default)]
    pub country: Option<Written<'a>>,
    /// Used first among those of its kind.
    #[serde(default)]
    pub primary: bool,
    /// Used first of all.
    #[serde(default)]
    pub default: bool,
}

/// What a [`CompanyLink`](crate::CompanyLink) is stored as.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CompanyLinkDocument<'a> {
    /// The company.
    pub id: CompanyId,
    /// What the contact does there.
    #[serde(borrow, default)]
    pub title: Option<Written<'a>>,
    /// Since when, `YYYY-MM-DD`.
    #[serde(borrow, default)]
    pub start_date: Option<Written<'a>>,
    /// Whether it still does.
    pub active: bool,
}

/// What a [`Value`](crate::Value) is stored as.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub enum ValueDocument<'a> {
    /// Text, e-mail, URL and phone fields.
    #[serde(borrow)]
    Text(Written<'a>),
    /// Number fields.
    Number(Decimal),
    /// Boolean fields.
    Boolean(bool),
    /// Date fields.
    #[serde(borrow)]
    Date(Written<'a>),
    /// Time fields.
    #[serde(borrow)]
    Time(Written<'a>),
    /// Instants.
    Datetime(Timestamp),
    /// Single select fields.
    Option(OptionId),
    /// Multi select fields.
    Options(Vec<OptionId>),
    /// User fields.
    User(UserId),
}

/// Values in the order of their fields' ids.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ValueDocuments<'a>(
    #[cfg_attr(test, serde(serialize_with = "as_object"))] Vec<(FieldId, ValueDocument<'a>)>,
);

impl<'a> ValueDocuments<'a> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field.
    pub fn get(&self, field: FieldId) -> Option<&ValueDocument<'a>> {
        let place = self.0.binary_search_by_key(&field, |(id, _)| *id).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for ValueDocuments<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = ValueDocuments<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of values by field")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = members.next_entry()? {
                    pairs.push(pair);
                }
                // They are written in this order; a document that was made elsewhere need not be.
                if !pairs.is_sorted_by_key(|(id, _)| *id) {
                    pairs.sort_by_key(|(id, _)| *id);
                }
                Ok(ValueDocuments(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
fn as_object<S: serde::Serializer>(
    pairs: &[(FieldId, ValueDocument<'_>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(field, value)| (field, value)))
}
