//! Records of every kind, and those among them that are documents of their own beside contacts.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Aliases, Catalog, Company, Difference, Facet, Json, Note, OnConflict, Rejection, Task, Timestamp, Value,
    Violation, ViolationKind, difference, limits, value,
};

/// What a record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A contact.
    #[default]
    Contact,
    /// A company.
    Company,
    /// A note.
    Note,
    /// A task.
    Task,
    /// A field of the catalog.
    Field,
    /// A tag of the catalog.
    Tag,
    /// A list of the catalog.
    List,
    /// A user of the catalog.
    User,
    /// A team of the catalog.
    Team,
    /// A channel type of the catalog.
    ChannelType,
    /// An inbox of the catalog.
    Inbox,
    /// A funnel of the catalog.
    Funnel,
    /// A status of the catalog that users can give themselves.
    CustomStatus,
    /// A user's presence in the catalog.
    Presence,
    /// A subscription of the catalog.
    Subscription,
    /// What the catalog says of the workspace itself.
    Settings,
}

impl RecordKind {
    /// Every kind that a workspace has many of.
    pub const COUNTED: [Self; 15] = [
        Self::Contact,
        Self::Company,
        Self::Note,
        Self::Task,
        Self::Field,
        Self::Tag,
        Self::List,
        Self::User,
        Self::Team,
        Self::ChannelType,
        Self::Inbox,
        Self::Funnel,
        Self::CustomStatus,
        Self::Presence,
        Self::Subscription,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Company => "company",
            Self::Note => "note",
            Self::Task => "task",
            Self::Field => "field",
            Self::Tag => "tag",
            Self::List => "list",
            Self::User => "user",
            Self::Team => "team",
            Self::ChannelType => "channel_type",
            Self::Inbox => "inbox",
            Self::Funnel => "funnel",
            Self::CustomStatus => "custom_status",
            Self::Presence => "presence",
            Self::Subscription => "subscription",
            Self::Settings => "settings",
        }
    }

    /// Whether it is a contact, as most are.
    pub fn is_contact(&self) -> bool {
        *self == Self::Contact
    }

    /// Whether it stands in the catalog.
    pub fn is_in_catalog(self) -> bool {
        !matches!(self, Self::Contact | Self::Company | Self::Note | Self::Task)
    }
}

impl std::fmt::Display for RecordKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A document beside contacts and outside the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "records are handed on behind an `Arc`")]
pub enum Record {
    /// A company.
    Company(Company),
    /// A note.
    Note(Note),
    /// A task.
    Task(Task),
}

/// One of the kinds of [`Record`].
pub trait Document: Clone + Into<Record> + Send + Sync + 'static {
    /// Which kind it is.
    const KIND: RecordKind;
    /// The record as one of this kind, if it is one.
    fn of(record: &Record) -> Option<&Self>;
}

macro_rules! documents {
    ($($type:ident),*) => {
        $(impl From<$type> for Record {
            fn from(document: $type) -> Self {
                Self::$type(document)
            }
        }

        impl Document for $type {
            const KIND: RecordKind = RecordKind::$type;

            fn of(record: &Record) -> Option<&Self> {
                if let Record::$type(document) = record { Some(document) } else { None }
            }
        })*

        impl Record {
            /// What it is.
            pub fn kind(&self) -> RecordKind {
                match self {
                    $(Self::$type(_) => RecordKind::$type,)*
                }
            }

            /// Its id.
            pub fn id(&self) -> Uuid {
                match self {
                    $(Self::$type(document) => document.id.0,)*
                }
            }

            /// Its number in the workspace, unique among its kind; 0 before it is stored.
            pub fn number(&self) -> u64 {
                match self {
                    $(Self::$type(document) => document.number,)*
                }
            }

            /// Counts its changes, from 1; 0 before it is stored.
            pub fn revision(&self) -> u64 {
                match self {
                    $(Self::$type(document) => document.revision,)*
                }
            }

            /// The ids that vendors gave it.
            pub fn aliases(&self) -> &Aliases {
                match self {
                    $(Self::$type(document) => &document.aliases,)*
                }
            }

            /// Sets what a client does not choose.
            pub fn number_and_revise(&mut self, own: u64, count: u64) {
                match self {
                    $(Self::$type(document) => (document.number, document.revision) = (own, count),)*
                }
            }

            /// Its stored document.
            ///
            /// # Errors
            /// Never: a document is plain data with text keys.
            pub fn to_json(&self) -> serde_json::Result<Json> {
                match self {
                    $(Self::$type(document) => serde_json::to_value(document),)*
                }
            }

            /// A document of this kind.
            ///
            /// # Errors
            /// When it is none.
            pub fn from_json(kind: RecordKind, json: Json) -> serde_json::Result<Self> {
                match kind {
                    $(RecordKind::$type => serde_json::from_value(json).map(Self::$type),)*
                    _ => Err(no_document(kind)),
                }
            }

            /// Reads a stored document of this kind.
            ///
            /// # Errors
            /// When it is none.
            pub fn read(kind: RecordKind, doc: &str) -> serde_json::Result<Self> {
                match kind {
                    $(RecordKind::$type => serde_json::from_str(doc).map(Self::$type),)*
                    _ => Err(no_document(kind)),
                }
            }
        }
    };
}

documents!(Company, Note, Task);

fn no_document(kind: RecordKind) -> serde_json::Error {
    serde::de::Error::custom(format_args!("a {kind} is no document of its own"))
}

/// What a client does not choose, and what says nothing about the record.
const APART: [&str; 4] = ["id", "number", "revision", "updated_at"];

impl Record {
    /// Makes the values of a company, which may be from before their fields got their types, values of these.
    pub fn settle_values(&mut self, catalog: &Catalog) {
        if let Self::Company(company) = self {
            value::settle(&mut company.values, catalog);
        }
    }

    /// When it last changed, or was made.
    pub fn updated_at(&self) -> Timestamp {
        match self {
            Self::Company(company) => company.updated_at.unwrap_or(company.created_at),
            Self::Note(note) => note.updated_at,
            Self::Task(task) => task.updated_at,
        }
    }

    /// Notes when it last changed.
    pub fn touch(&mut self, at: Timestamp) {
        match self {
            Self::Company(company) => company.updated_at = Some(at),
            Self::Note(note) => note.updated_at = at,
            Self::Task(task) => task.updated_at = at,
        }
    }

    /// What lists of its kind are ordered by, as a text: companies by name in any case, tasks by due date (those
    /// without one first); notes are not.
    pub fn sort_text(&self) -> String {
        match self {
            Self::Company(company) => company.name.to_lowercase(),
            Self::Note(_) => String::new(),
            Self::Task(task) => task.due_at.map(sortable).unwrap_or_default(),
        }
    }

    /// The ids of the questions that it answers with yes, sorted, each once.
    pub fn facets(&self) -> Vec<Uuid> {
        let mut facets = vec![Facet::Every];
        match self {
            Self::Company(company) => {
                facets.extend(company.starred.then_some(Facet::Starred));
                facets.extend((!company.tags.is_empty()).then_some(Facet::HasTag));
                facets.extend(company.tags.iter().copied().map(Facet::Tag));
                facets.extend(company.lists.iter().copied().map(Facet::List));
                for (field, value) in &company.values {
                    match value {
                        Value::Option(id) => facets.push(Facet::Option(*id)),
                        Value::Options(ids) => facets.extend(ids.iter().copied().map(Facet::Option)),
                        Value::Boolean(true) => facets.push(Facet::True(*field)),
                        _ => {}
                    }
                }
            }
            Self::Note(note) => facets.extend(note.author.map(Facet::User)),
            Self::Task(task) => {
                facets.extend(task.completed_at.map(|_| Facet::Closed));
                facets.extend((!task.tags.is_empty()).then_some(Facet::HasTag));
                facets.extend(task.tags.iter().copied().map(Facet::Tag));
                facets.extend(task.contacts.iter().copied().map(Facet::Contact));
                facets.extend(task.assignee.map(|_| Facet::HasUser));
                facets.extend(task.assignee.map(Facet::User));
            }
        }
        let mut ids: Vec<_> = facets.iter().map(|facet| facet.id_for(self.kind())).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The members that differ, with both their states; before it was made all were empty.
    pub fn differences(before: Option<&Self>, after: &Self) -> Vec<Difference> {
        let json = |record: &Self| record.to_json().unwrap_or_default();
        difference::document_differences(&before.map(json).unwrap_or_default(), &json(after), &APART)
    }

    /// The record with these differences taken back.
    ///
    /// # Errors
    /// Every member that was changed again since, if that is to be refused.
    pub fn reverted(&self, differences: &[Difference], on_conflict: OnConflict) -> Result<Self, Rejection> {
        let unusable = |fault: serde_json::Error| {
            Rejection::from(Violation::new("", ViolationKind::Unusable(fault.to_string())))
        };
        let mut json = self.to_json().map_err(unusable)?;
        difference::revert_document(&mut json, differences, on_conflict)?;
        Self::from_json(self.kind(), json).map_err(unusable)
    }

    /// What is too large about it.
    ///
    /// # Errors
    /// Every member that goes over a bound.
    pub fn check(&self) -> Result<(), Rejection> {
        let json = self.to_json().unwrap_or_default();
        let members = json.as_object().into_iter().flatten();
        let violations: Vec<_> = members
            .filter_map(|(name, value)| too_long(name, value).map(|kind| Violation::new(name.as_str(), kind)))
            .collect();
        if violations.is_empty() { Ok(()) } else { Err(Rejection { violations }) }
    }
}

/// An instant as a text that is ordered as it is.
fn sortable(at: Timestamp) -> String {
    format!("{:020}", at.millis().cast_unsigned() ^ (1 << 63))
}

fn too_long(name: &str, value: &Json) -> Option<ViolationKind> {
    let (found, max, unit) = match value {
        Json::String(text) => {
            let is_long = matches!(name, "body" | "description" | "website_url" | "image_url");
            let max = if is_long { limits::LONG_TEXT_CHARS } else { limits::SHORT_TEXT_CHARS };
            (text.chars().count(), max, "characters")
        }
        Json::Array(rows) => (rows.len(), limits::SET_ITEMS, "items"),
        Json::Object(_) => (value.to_string().len(), limits::DOCUMENT_BYTES, "bytes"),
        Json::Null | Json::Bool(_) | Json::Number(_) => return None,
    };
    (found > max).then_some(ViolationKind::TooLong { max, unit })
}

#[cfg(test)]
mod tests;
