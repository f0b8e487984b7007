//! The members of contacts that can be filterable, as fields can: their values are kept in order.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::FieldType;
use crate::value::order;
use crate::{Contact, FieldId, Timestamp};

/// A member of contacts that can be filterable, under its name in searches. Members that change with every update are
/// none, nor are long texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterableMember {
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// How to address them.
    Salutation,
    /// The job title.
    JobTitle,
    /// The location.
    Location,
    /// The city.
    City,
    /// The state.
    State,
    /// The country.
    Country,
    /// The website.
    WebsiteUrl,
    /// Who locked it.
    LockedBy,
    /// When it was made.
    CreatedAt,
    /// When it was closed.
    ClosedAt,
    /// When it was blocked.
    BlockedAt,
}

/// What a member says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'c> {
    /// A text that is not empty.
    Text(&'c str),
    /// An instant.
    Instant(Timestamp),
}

impl Said<'_> {
    /// Its [key](crate::value::order).
    fn order_key(self) -> String {
        match self {
            Self::Text(text) => order::text_key(text),
            Self::Instant(at) => order::instant_key(at),
        }
    }
}

impl FilterableMember {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::FirstName,
        Self::LastName,
        Self::Salutation,
        Self::JobTitle,
        Self::Location,
        Self::City,
        Self::State,
        Self::Country,
        Self::WebsiteUrl,
        Self::LockedBy,
        Self::CreatedAt,
        Self::ClosedAt,
        Self::BlockedAt,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Salutation => "salutation",
            Self::JobTitle => "job_title",
            Self::Location => "location",
            Self::City => "city",
            Self::State => "state",
            Self::Country => "country",
            Self::WebsiteUrl => "website_url",
            Self::LockedBy => "locked_by",
            Self::CreatedAt => "created_at",
            Self::ClosedAt => "closed_at",
            Self::BlockedAt => "blocked_at",
        }
    }

    /// The type of what it says: a text or an instant.
    pub fn kind(self) -> FieldType {
        match self {
            Self::CreatedAt | Self::ClosedAt | Self::BlockedAt => FieldType::Datetime,
            _ => FieldType::Text,
        }
    }

    /// The member of the stored contact that it stands in.
    pub fn stored(self) -> &'static str {
        match self {
            Self::FirstName | Self::LastName => "name",
            other => other.as_str(),
        }
    }

    /// What a contact says in it, if it says something.
    pub fn said(self, contact: &Contact) -> Option<Said<'_>> {
        let text = match self {
            Self::FirstName => &contact.name.first,
            Self::LastName => &contact.name.last,
            Self::Salutation => &contact.salutation,
            Self::JobTitle => &contact.job_title,
            Self::Location => &contact.location,
            Self::City => &contact.city,
            Self::State => &contact.state,
            Self::Country => &contact.country,
            Self::WebsiteUrl => &contact.website_url,
            Self::LockedBy => &contact.locked_by,
            Self::CreatedAt => return Some(Said::Instant(contact.created_at)),
            Self::ClosedAt => return contact.closed_at.map(Said::Instant),
            Self::BlockedAt => return contact.blocked_at.map(Said::Instant),
        };
        text.as_deref().filter(|text| !text.is_empty()).map(Said::Text)
    }

    /// The text that a contact has in it.
    pub fn text(self, contact: &Contact) -> Option<&str> {
        match self.said(contact) {
            Some(Said::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl FromStr for FilterableMember {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|each| each.as_str() == name).ok_or(())
    }
}

/// What an index has the values of. In JSON, a field is its id and a member its name, which is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IndexOf {
    /// A field.
    Field(FieldId),
    /// A member.
    Member(FilterableMember),
}

impl IndexOf {
    /// The member of the stored contact that the values stand in.
    pub fn stored(self) -> &'static str {
        match self {
            Self::Field(_) => "values",
            Self::Member(member) => member.stored(),
        }
    }

    /// Whether two contacts say the same.
    pub fn is_same(self, one: &Contact, other: &Contact) -> bool {
        match self {
            Self::Field(field) => one.values.get(&field) == other.values.get(&field),
            Self::Member(member) => member.said(one) == member.said(other),
        }
    }
}

impl Contact {
    /// The [key](crate::value::order) of what it says there, as a value of this type: empty where it says nothing.
    pub fn order_key(&self, of: IndexOf, kind: FieldType) -> String {
        match of {
            IndexOf::Field(field) => self.values.get(&field).map(|value| value.order_key(kind)),
            IndexOf::Member(member) => member.said(self).map(Said::order_key),
        }
        .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::{Catalog, ContactId, ValueIndex};

    #[test]
    fn members_have_their_names_in_json() {
        for member in FilterableMember::ALL {
            assert_eq!(serde_json::to_value(member).unwrap(), member.as_str());
            assert_eq!(member.as_str().parse(), Ok(member));
        }
        assert_eq!("updated_at".parse::<FilterableMember>(), Err(()));
    }

    #[test]
    fn what_a_member_says_has_a_key() {
        let at = Timestamp::from_millis;
        let mut contact = Contact::blank(ContactId(Uuid::nil()), 7, at(5));
        contact.city = Some("Århus".into());
        contact.state = Some("".into());
        contact.name.last = Some("Ö".into());
        contact.closed_at = Some(at(9));
        for (member, key) in [
            (FilterableMember::City, order::text_key("arhus")),
            (FilterableMember::State, String::new()),
            (FilterableMember::FirstName, String::new()),
            (FilterableMember::LastName, order::text_key("o")),
            (FilterableMember::CreatedAt, order::instant_key(at(5))),
            (FilterableMember::ClosedAt, order::instant_key(at(9))),
            (FilterableMember::BlockedAt, String::new()),
        ] {
            let of = IndexOf::Member(member);
            assert_eq!(contact.order_key(of, member.kind()), key, "{member:?}");
            // The member that it is told to stand in is enough.
            let doc = serde_json::to_string(&contact).unwrap();
            let part = Contact::read_part(&doc, &crate::Reads::only([of.stored()])).unwrap();
            assert!(of.is_same(&contact, &part), "{member:?}");
        }
    }

    #[test]
    fn catalogs_that_know_fields_only_are_read_as_ever() {
        let field = Uuid::from_u128(0xf1e1d);
        let index = r#"{"number":65536,"type":"number"}"#;
        let key = FieldId(field).hex();
        let stored = format!(r#"{{"revision":3,"indexes":{{"{key}":{index}}}}}"#);
        let mut catalog: Catalog = serde_json::from_str(&stored).unwrap();
        let number = ValueIndex { number: 65536, kind: FieldType::Number };
        assert_eq!(catalog.indexes, BTreeMap::from([(IndexOf::Field(FieldId(field)), number)]));
        assert!(catalog.filterable_members.is_empty());
        catalog.filterable_members.insert(FilterableMember::City);
        let text = ValueIndex { number: 65537, kind: FieldType::Text };
        catalog.indexes.insert(IndexOf::Member(FilterableMember::City), text);
        let json = serde_json::to_value(&catalog).unwrap();
        assert_eq!(json["indexes"][key]["number"], 65536);
        assert_eq!(json["indexes"]["city"], serde_json::json!({"number": 65537, "type": "text"}));
        assert_eq!(json["filterable_members"], serde_json::json!(["city"]));
        assert_eq!(serde_json::from_str::<Catalog>(&json.to_string()).unwrap(), catalog);
    }
}
