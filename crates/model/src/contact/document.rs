//! A contact's stored document, read in place: texts and free JSON stay as they are written, so that showing a contact
//! copies what is stored instead of reading it and writing it anew. What a contact in memory is stored as has the same form.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Aliases, Birthday, Contact, Extras, Name, Network, OptIn};
use crate::{
    Channel, ChannelId, CompanyId, CompanyLink, ContactId, Decimal, FieldId, ListId, NoteId, OptionId, TagId,
    TeamId, Text, Timestamp, UserId, Value,
};

/// A text, or free JSON: as it is written in the document, or as a contact in memory has it.
#[derive(Clone, Copy, Debug)]
pub enum Written<'a> {
    /// As it is written.
    Raw(&'a RawValue),
    /// A text.
    Text(&'a str),
    /// Names by social network.
    Social(&'a BTreeMap<Network, Text>),
    /// Ids by dialect.
    Aliases(&'a Aliases),
    /// Members by dialect.
    Extras(&'a Extras),
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Raw(json) => json.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Social(names) => names.serialize(serializer),
            Self::Aliases(aliases) => aliases.serialize(serializer),
            Self::Extras(extras) => extras.serialize(serializer),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Written<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(Self::Raw)
    }
}

/// A text that may not be there.
fn text(text: &Option<Text>) -> Option<Written<'_>> {
    text.as_deref().map(Written::Text)
}

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

impl<'a> From<&'a Contact> for ContactDocument<'a> {
    fn from(contact: &'a Contact) -> Self {
        let Contact { social, aliases, extras, .. } = contact;
        Self {
            id: contact.id,
            number: contact.number,
            revision: contact.revision,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            name: (&contact.name).into(),
            salutation: text(&contact.salutation),
            job_title: text(&contact.job_title),
            description: text(&contact.description),
            remarks: text(&contact.remarks),
            location: text(&contact.location),
            city: text(&contact.city),
            state: text(&contact.state),
            country: text(&contact.country),
            website_url: text(&contact.website_url),
            image_url: text(&contact.image_url),
            social: (!social.is_empty()).then_some(Written::Social(social)),
            birthday: contact.birthday,
            channels: contact.channels.iter().map(Into::into).collect(),
            companies: contact.companies.iter().map(Into::into).collect(),
            tags: contact.tags.clone(),
            lists: contact.lists.clone(),
            notes: contact.notes.clone(),
            values: (&contact.values).into(),
            starred: contact.starred,
            confirmed: contact.confirmed,
            unconfirmed_at: contact.unconfirmed_at,
            closed_at: contact.closed_at,
            blocked_at: contact.blocked_at,
            opt_in: contact.opt_in,
            assigned_user: contact.assigned_user,
            assigned_team: contact.assigned_team,
            locked_by: text(&contact.locked_by),
            aliases: (!aliases.is_empty()).then_some(Written::Aliases(aliases)),
            extras: (!extras.is_empty()).then_some(Written::Extras(extras)),
        }
    }
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

impl<'a> From<&'a Name> for NameDocument<'a> {
    fn from(Name { full, first, last }: &'a Name) -> Self {
        Self { full: text(full), first: text(first), last: text(last) }
    }
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

impl<'a> From<&'a Channel> for ChannelDocument<'a> {
    fn from(channel: &'a Channel) -> Self {
        Self {
            id: channel.id,
            kind: Written::Text(channel.kind.as_str()),
            value: Written::Text(&channel.value),
            raw: Written::Text(&channel.raw),
            label: text(&channel.label),
            country: text(&channel.country),
            primary: channel.primary,
            default: channel.default,
        }
    }
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

impl<'a> From<&'a CompanyLink> for CompanyLinkDocument<'a> {
    fn from(link: &'a CompanyLink) -> Self {
        Self {
            id: link.id,
            title: text(&link.title),
            start_date: text(&link.start_date),
            active: link.active,
        }
    }
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

impl<'a> From<&'a Value> for ValueDocument<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(Written::Text(text)),
            Value::Number(number) => Self::Number(number.clone()),
            Value::Boolean(flag) => Self::Boolean(*flag),
            Value::Date(text) => Self::Date(Written::Text(text)),
            Value::Time(text) => Self::Time(Written::Text(text)),
            Value::Datetime(at) => Self::Datetime(*at),
            Value::Option(id) => Self::Option(*id),
            Value::Options(ids) => Self::Options(ids.clone()),
            Value::User(id) => Self::User(*id),
        }
    }
}

/// Most contacts have no more values, so that reading them takes one allocation.
const USUAL_VALUES: usize = 8;

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

impl<'a> From<&'a BTreeMap<FieldId, Value>> for ValueDocuments<'a> {
    fn from(values: &'a BTreeMap<FieldId, Value>) -> Self {
        Self(values.iter().map(|(field, value)| (*field, value.into())).collect())
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
                let mut pairs = Vec::with_capacity(USUAL_VALUES);
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
