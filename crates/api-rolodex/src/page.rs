//! The parameters of lists, and which relationships an answer carries.

use api_kit::{Problem, Query};
use app::{ContactOrder, ContactQuery};

const DEFAULT_LIMIT: u64 = 25;
const MAX_LIMIT: u64 = 1_000;
/// Far beyond any list, and within what databases count with.
const MAX_OFFSET: u64 = i64::MAX as u64;

/// What `order_by` can say. A contact's last team interaction is never known, so that order is the one of
/// equal contacts, in both directions.
const ORDERS: [(&str, ContactOrder); 8] = [
    ("updated_at:asc", ContactOrder::FirstUpdated),
    ("updated_at:desc", ContactOrder::LastUpdated),
    ("created_at:asc", ContactOrder::Oldest),
    ("created_at:desc", ContactOrder::Newest),
    ("last_team_interaction:asc", ContactOrder::Oldest),
    ("last_team_interaction:desc", ContactOrder::Oldest),
    ("full_name:asc", ContactOrder::Name),
    ("full_name:desc", ContactOrder::NameDescending),
];

/// Which contacts of the list a request asks for.
pub(crate) fn contact_query(query: &Query) -> Result<ContactQuery, Problem> {
    let limit = integer(query, "limit", 1)?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    Ok(ContactQuery {
        order: order(query)?,
        offset: integer(query, "offset", 0)?.unwrap_or_default().min(MAX_OFFSET),
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
        ..ContactQuery::default()
    })
}

/// A whole number; one with more digits than any database counts with is the greatest.
fn integer(query: &Query, name: &'static str, min: u64) -> Result<Option<u64>, Problem> {
    let is_huge = |text: &str| text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    if query.get(name).is_some_and(is_huge) {
        return Ok(Some(u64::MAX));
    }
    query.integer(name, min)
}

// QUIRK(rolodex): the Lists page prints the parameter's name as `order by`; both names are read. Pinned by
// `lists_are_ordered_by_every_documented_field`.
fn order(query: &Query) -> Result<ContactOrder, Problem> {
    let Some(asked) = query.get("order_by").or_else(|| query.get("order by")) else {
        return Ok(ContactOrder::Newest);
    };
    let found = ORDERS.iter().find(|(name, _)| *name == asked.trim());
    found.map(|(_, order)| *order).ok_or_else(|| {
        let names = ORDERS.map(|(name, _)| name).join(", ");
        Problem::BadQuery { name: "order_by", reason: format!("must be one of: {names}") }
    })
}

/// A relationship of a contact that answers can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relationship {
    Emails,
    PhoneNumbers,
    Companies,
    CustomFields,
    Tags,
    Lists,
    Notes,
}

const RELATIONSHIPS: [(&str, Relationship); 7] = [
    ("emails", Relationship::Emails),
    ("phone_numbers", Relationship::PhoneNumbers),
    ("companies", Relationship::Companies),
    ("custom_fields", Relationship::CustomFields),
    ("tags", Relationship::Tags),
    ("lists", Relationship::Lists),
    ("notes", Relationship::Notes),
];

/// The relationships that an answer carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Include(Vec<Relationship>);

impl Include {
    /// Those that the request names.
    pub(crate) fn read(query: &Query) -> Result<Self, Problem> {
        let find = |asked: &String| {
            let found = RELATIONSHIPS.iter().find(|(name, _)| name == asked);
            found.map(|(_, relationship)| *relationship).ok_or_else(|| {
                let names = RELATIONSHIPS.map(|(name, _)| name).join(", ");
                Problem::BadQuery { name: "include", reason: format!("must name some of: {names}") }
            })
        };
        query.list("include", ',').iter().map(find).collect::<Result<_, _>>().map(Self)
    }

    /// All of them.
    pub(crate) fn all() -> Self {
        Self(RELATIONSHIPS.map(|(_, relationship)| relationship).to_vec())
    }

    /// Whether this one is among them.
    pub(crate) fn has(&self, relationship: Relationship) -> bool {
        self.0.contains(&relationship)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_come_in_every_spelling() {
        for text in [
            "include=tags,emails",
            "include=tags%2Cemails",
            "include=tags&include=emails",
            "include=%20tags%20,,emails,tags",
            "include[]=tags&include[]=emails",
        ] {
            let include = Include::read(&Query::parse(text)).unwrap();
            assert_eq!(include.0, [Relationship::Tags, Relationship::Emails], "{text}");
        }
        assert_eq!(Include::read(&Query::parse("include=")).unwrap().0, []);
        for text in ["include=tasks", "include=tags,Emails", "include=tags;emails"] {
            assert!(Include::read(&Query::parse(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_and_offsets_keep_to_their_bounds() {
        for (text, limit, offset) in [
            ("", 25, 0),
            ("limit=1&offset=7", 1, 7),
            ("limit=1001", 1000, 0),
            ("limit=99999999999999999999999999&offset=99999999999999999999999999", 1000, MAX_OFFSET),
            ("limit=5&limit=6", 6, 0),
        ] {
            let query = contact_query(&Query::parse(text)).unwrap();
            assert_eq!((query.limit, query.offset), (limit, offset), "{text}");
        }
        for text in ["limit=0", "limit=-1", "limit=x", "limit=", "limit=1.5", "offset=-1", "offset=x"] {
            assert!(contact_query(&Query::parse(text)).is_err(), "{text}");
        }
    }
}
