//! Field-level differences between two states of a record, and taking them back.

mod document;
mod revert;
pub(crate) mod rows;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{Catalog, Contact, Dialect, FieldId, Json, Network, RecordKind};

pub use document::{document_differences, revert_document};
pub(crate) use revert::revert;

/// One member that differs between two states of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The member.
    pub member: Member,
    /// Its JSON before; `null` when it was empty.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub before: Json,
    /// Its JSON after; `null` when it is empty.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub after: Json,
}

macro_rules! members {
    ($($variant:ident $path:literal $($field:ident).+;)*) => {
        /// A member of a record, the unit of differences, history and undo. Its text form is a path such as
        /// `name.first`, `channels`, `values.<field id>` or `extras.acquire.ip`. Members that only other records
        /// than contacts have are [`Other`](Self::Other).
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each variant is the member of the record that has its name")]
        pub enum Member {
            $($variant,)*
            Social(Network),
            Value(FieldId),
            Alias(Dialect),
            Former(Dialect),
            Extra(Dialect, String),
            Other(String),
        }

        impl std::fmt::Display for Member {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant => f.write_str($path),)*
                    Self::Social(network) => write!(f, "social.{}", network.as_str()),
                    Self::Value(field) => write!(f, "values.{}", field.0.simple()),
                    Self::Alias(dialect) => write!(f, "aliases.{dialect}"),
                    Self::Former(dialect) => write!(f, "former.{dialect}"),
                    Self::Extra(dialect, name) => write!(f, "extras.{dialect}.{name}"),
                    Self::Other(name) => f.write_str(name),
                }
            }
        }

        impl std::str::FromStr for Member {
            type Err = String;

            fn from_str(path: &str) -> Result<Self, String> {
                match path {
                    $($path => return Ok(Self::$variant),)*
                    _ => {}
                }
                keyed_member(path).ok_or_else(|| format!("no member '{path}'"))
            }
        }

        /// The members that differ, with both their states.
        pub fn differences(before: &Contact, after: &Contact) -> Vec<Difference> {
            let mut found = Vec::new();
            $(if before.$($field).+ != after.$($field).+ {
                found.push(Difference {
                    member: Member::$variant,
                    before: json(&before.$($field).+),
                    after: json(&after.$($field).+),
                });
            })*
            keyed_differences(before, after, &mut found);
            found
        }

        /// The JSON of a member; `null` when it is empty.
        pub(crate) fn get(contact: &Contact, member: &Member) -> Json {
            match member {
                $(Member::$variant => json(&contact.$($field).+),)*
                Member::Social(network) => json(&contact.social.get(network)),
                Member::Value(field) => json(&contact.values.get(field)),
                Member::Alias(dialect) => json(&contact.aliases.of(*dialect)),
                Member::Former(dialect) => json(&contact.former.of(*dialect)),
                Member::Extra(dialect, name) => contact.extras.get(*dialect, name).cloned().unwrap_or_default(),
                Member::Other(_) => Json::Null,
            }
        }

        /// Sets a member from JSON that [`get`] gave.
        pub(crate) fn put(contact: &mut Contact, member: &Member, value: &Json) -> serde_json::Result<()> {
            match member {
                $(Member::$variant => contact.$($field).+ = from_json(value)?,)*
                Member::Social(network) => match Option::deserialize(value)? {
                    Some(text) => { contact.social.insert(*network, text); }
                    None => { contact.social.remove(network); }
                },
                Member::Value(field) => match Option::deserialize(value)? {
                    Some(value) => { contact.values.insert(*field, value); }
                    None => { contact.values.remove(field); }
                },
                Member::Alias(dialect) => contact.aliases.set(*dialect, from_json(value)?),
                Member::Former(dialect) => contact.former.set(*dialect, from_json(value)?),
                Member::Extra(dialect, name) => {
                    contact.extras.set(*dialect, name, (!value.is_null()).then(|| value.clone()));
                }
                Member::Other(name) => {
                    return Err(serde::de::Error::custom(format_args!("a contact has no '{name}'")));
                }
            }
            Ok(())
        }
    };
}

members! {
    CreatedAt "created_at" created_at;
    NameFull "name.full" name.full;
    NameFirst "name.first" name.first;
    NameLast "name.last" name.last;
    Salutation "salutation" salutation;
    JobTitle "job_title" job_title;
    Description "description" description;
    Remarks "remarks" remarks;
    Location "location" location;
    City "city" city;
    State "state" state;
    Country "country" country;
    WebsiteUrl "website_url" website_url;
    ImageUrl "image_url" image_url;
    BirthdayDay "birthday.day" birthday.day;
    BirthdayMonth "birthday.month" birthday.month;
    BirthdayYear "birthday.year" birthday.year;
    Channels "channels" channels;
    Companies "companies" companies;
    Tags "tags" tags;
    Lists "lists" lists;
    Notes "notes" notes;
    Starred "starred" starred;
    Confirmed "confirmed" confirmed;
    UnconfirmedAt "unconfirmed_at" unconfirmed_at;
    ClosedAt "closed_at" closed_at;
    BlockedAt "blocked_at" blocked_at;
    OptIn "opt_in" opt_in;
    AssignedUser "assigned_user" assigned_user;
    AssignedTeam "assigned_team" assigned_team;
    LockedBy "locked_by" locked_by;
}

impl Member {
    /// Where it stands in the JSON of a record: as its text, but the value of a field is named by the field's key while
    /// there is such a field.
    pub fn path(&self, catalog: &Catalog) -> String {
        match self {
            Self::Value(id) => {
                let field = catalog.fields.get(id.0);
                format!("values.{}", field.map_or_else(|| id.to_string(), |field| field.key.clone()))
            }
            _ => self.to_string(),
        }
    }
}

/// Sets a member of a contact back to its state before a difference.
pub(crate) fn restore(contact: &mut Contact, difference: &Difference) {
    // What `differences` gave reads back, for which a test stands.
    let _ = put(contact, &difference.member, &difference.before);
}

fn keyed_member(path: &str) -> Option<Member> {
    let Some((head, tail)) = path.split_once('.') else {
        let is_name = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        return is_name.then(|| Member::Other(path.to_owned()));
    };
    match head {
        "social" => Network::ALL.into_iter().find(|network| network.as_str() == tail).map(Member::Social),
        "values" => Uuid::try_parse(tail).ok().map(|id| Member::Value(FieldId(id))),
        "aliases" => tail.parse().ok().map(Member::Alias),
        "former" => tail.parse().ok().map(Member::Former),
        "quotas" => {
            let is_kind = RecordKind::COUNTED.iter().any(|kind| kind.as_str() == tail);
            is_kind.then(|| Member::Other(path.to_owned()))
        }
        "extras" => {
            let (dialect, name) = tail.split_once('.')?;
            Some(Member::Extra(dialect.parse().ok()?, name.to_owned()))
        }
        _ => None,
    }
}

fn keyed_differences(before: &Contact, after: &Contact, found: &mut Vec<Difference>) {
    let mut members = Vec::new();
    if before.social != after.social {
        let networks: BTreeSet<_> = before.social.keys().chain(after.social.keys()).collect();
        members.extend(networks.into_iter().map(|network| Member::Social(*network)));
    }
    if before.values != after.values {
        let fields: BTreeSet<_> = before.values.keys().chain(after.values.keys()).collect();
        let differs = |field: &&FieldId| before.values.get(field) != after.values.get(field);
        members.extend(fields.into_iter().filter(differs).map(|field| Member::Value(*field)));
    }
    if before.aliases != after.aliases {
        members.extend(Dialect::ALL.into_iter().map(Member::Alias));
    }
    if before.former != after.former {
        members.extend(Dialect::ALL.into_iter().map(Member::Former));
    }
    if before.extras != after.extras {
        let names = |contact: &'_ Contact| {
            contact
                .extras
                .iter()
                .map(|(dialect, name, _)| (dialect, name.to_owned()))
                .collect::<BTreeSet<_>>()
        };
        let all = names(before).into_iter().chain(names(after)).collect::<BTreeSet<_>>();
        members.extend(all.into_iter().map(|(dialect, name)| Member::Extra(dialect, name)));
    }
    for member in members {
        let (before, after) = (get(before, &member), get(after, &member));
        if before != after {
            found.push(Difference { member, before, after });
        }
    }
}

fn json<T: Serialize>(value: &T) -> Json {
    // Members are plain data with text keys, for which this cannot fail.
    match serde_json::to_value(value) {
        Ok(Json::Array(rows)) if rows.is_empty() => Json::Null,
        Ok(value) => value,
        Err(_) => Json::Null,
    }
}

/// The reverse of [`json`], which writes an empty list as `null`.
fn from_json<'de, T: Deserialize<'de>>(value: &'de Json) -> serde_json::Result<T> {
    match T::deserialize(value) {
        Err(_) if value.is_null() => T::deserialize(&EMPTY),
        read => read,
    }
}

static EMPTY: Json = Json::Array(Vec::new());

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        path.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_reads_back_as_its_member() {
        let id = FieldId(Uuid::from_u128(7));
        let mut members = vec![Member::Value(id)];
        members.extend(Network::ALL.map(Member::Social));
        members.extend(Dialect::ALL.map(Member::Alias));
        members.extend(Dialect::ALL.map(Member::Former));
        for name in ["ip", "", ".", "a.b", "é 𝕏", "extras.acquire.ip"] {
            members.push(Member::Extra(Dialect::Acquire, name.to_owned()));
        }
        for member in members {
            let path = member.to_string();
            assert_eq!(path.parse(), Ok(member.clone()), "{path}");
            let stored = serde_json::to_string(&member).unwrap();
            assert_eq!(serde_json::from_str::<Member>(&stored).unwrap(), member, "{path}");
        }
    }

    #[test]
    fn plain_members_are_named_by_their_path() {
        for path in [
            "created_at",
            "name.full",
            "name.first",
            "birthday.day",
            "channels",
            "unconfirmed_at",
            "assigned_team",
            "locked_by",
            "number_of_employees",
        ] {
            assert_eq!(path.parse::<Member>().map(|member| member.to_string()), Ok(path.to_owned()));
        }
    }

    #[test]
    fn other_paths_are_no_members() {
        for path in [
            "",
            ".",
            "Name",
            "Name.full",
            "name.",
            "values.x",
            "values.",
            "social.myspace",
            "aliases.Zingle",
            "extras.acquire",
            "extras.nobody.x",
        ] {
            assert_eq!(path.parse::<Member>(), Err(format!("no member '{path}'")));
        }
    }

    #[test]
    fn an_empty_side_of_a_difference_is_left_out() {
        let difference = Difference { member: Member::City, before: Json::Null, after: "Paris".into() };
        let stored = serde_json::to_string(&difference).unwrap();
        assert_eq!(stored, r#"{"member":"city","after":"Paris"}"#);
        assert_eq!(serde_json::from_str::<Difference>(&stored).unwrap(), difference);
    }
}
