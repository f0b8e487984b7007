//! The parameters of lists, and which relationships an answer carries.

use std::cmp::Reverse;

use api_kit::{Problem, Query};
use app::{ContactOrder, ContactQuery, RecordQuery};
use model::{Item, Timestamp};

const DEFAULT_LIMIT: u64 = 25;
const MAX_LIMIT: u64 = 1_000;
/// Far beyond any list, and within what databases count with.
const MAX_OFFSET: u64 = i64::MAX as u64;

/// A field that `order_by` can name, with what ascending and descending by it mean.
type OrderField = (&'static str, ContactOrder, ContactOrder);

const CREATED: OrderField = ("created_at", ContactOrder::Oldest, ContactOrder::Newest);
const UPDATED: OrderField = ("updated_at", ContactOrder::FirstUpdated, ContactOrder::LastUpdated);

/// What `order_by` can say of contacts.
pub(crate) const CONTACT_ORDERS: [OrderField; 4] =
    [UPDATED, CREATED, unknown("last_team_interaction"), named("full_name")];
/// Of companies.
pub(crate) const COMPANY_ORDERS: [OrderField; 5] =
    [UPDATED, CREATED, unknown("last_team_interaction"), named("name"), unknown("team_members_connected")];
/// Of tasks.
pub(crate) const TASK_ORDERS: [OrderField; 1] = [named("due_date")];
/// Of tags, lists and custom fields.
pub(crate) const ITEM_ORDERS: [OrderField; 2] = [CREATED, named("name")];
/// Of workspace users.
pub(crate) const USER_ORDERS: [OrderField; 1] = [CREATED];
/// Of notes.
pub(crate) const NOTE_ORDERS: [OrderField; 2] = [UPDATED, CREATED];

/// What records are sorted by beside time.
const fn named(field: &'static str) -> OrderField {
    (field, ContactOrder::Name, ContactOrder::NameDescending)
}

/// What is never known of any record orders nothing: both directions are the order of equal records.
const fn unknown(field: &'static str) -> OrderField {
    (field, ContactOrder::Oldest, ContactOrder::Oldest)
}

/// Which rows of a list a request asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    /// In which order.
    pub(crate) order: ContactOrder,
    /// How many to skip.
    pub(crate) offset: u64,
    /// How many to give at most.
    pub(crate) limit: u32,
}

impl Page {
    /// What the request says.
    pub(crate) fn read(query: &Query, orders: &[OrderField]) -> Result<Self, Problem> {
        let limit = integer(query, "limit", 1)?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
        Ok(Self {
            order: order(query, orders)?,
            offset: integer(query, "offset", 0)?.unwrap_or_default().min(MAX_OFFSET),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        })
    }

    /// The page of a list of contacts.
    pub(crate) fn of_contacts(self) -> ContactQuery {
        let Self { order, offset, limit } = self;
        ContactQuery { order, offset, limit, ..ContactQuery::default() }
    }

    /// The page of a list of companies, notes or tasks.
    pub(crate) fn of_records(self) -> RecordQuery {
        let Self { order, offset, limit } = self;
        RecordQuery { order, offset, limit, ..RecordQuery::default() }
    }

    /// The page of items of the catalog, and how many there are. Equal items are in the order they were made.
    pub(crate) fn of_items<'a, T: Item>(
        self,
        rows: impl Iterator<Item = &'a T>,
        created_at: fn(&T) -> Timestamp,
    ) -> (Vec<&'a T>, u64) {
        let mut rows: Vec<_> = rows.collect();
        match self.order {
            ContactOrder::Name => rows.sort_by_cached_key(|row| (row.name().to_lowercase(), row.number())),
            ContactOrder::NameDescending => {
                rows.sort_by_cached_key(|row| (Reverse(row.name().to_lowercase()), row.number()));
            }
            ContactOrder::Newest => rows.sort_by_key(|row| Reverse((created_at(row), row.number()))),
            _ => rows.sort_by_key(|row| (created_at(row), row.number())),
        }
        let total = rows.len() as u64;
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        (rows.into_iter().skip(skip).take(self.limit as usize).collect(), total)
    }
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
fn order(query: &Query, orders: &[OrderField]) -> Result<ContactOrder, Problem> {
    let Some(asked) = query.get("order_by").or_else(|| query.get("order by")) else {
        return Ok(ContactOrder::Newest);
    };
    let found = asked.trim().split_once(':').and_then(|(name, direction)| {
        let (_, ascending, descending) = orders.iter().find(|(field, ..)| *field == name)?;
        match direction {
            "asc" => Some(*ascending),
            "desc" => Some(*descending),
            _ => None,
        }
    });
    found.ok_or_else(|| {
        let words: Vec<_> = orders.iter().map(|(name, ..)| format!("{name}:asc, {name}:desc")).collect();
        Problem::BadQuery { name: "order_by", reason: format!("must be one of: {}", words.join(", ")) }
    })
}

/// A word of a request for one of several values, such as `type=CONTACT`.
pub(crate) fn word<T: Copy>(
    query: &Query,
    name: &'static str,
    words: &[(&'static str, T)],
) -> Result<Option<T>, Problem> {
    let Some(asked) = query.get(name) else { return Ok(None) };
    match words.iter().find(|(word, _)| *word == asked.trim()) {
        Some((_, meant)) => Ok(Some(*meant)),
        None => {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            Err(Problem::BadQuery { name, reason: format!("must be one of: {}", words.join(", ")) })
        }
    }
}

/// A relationship that answers can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relationship {
    Emails,
    PhoneNumbers,
    Companies,
    CustomFields,
    Tags,
    Lists,
    Notes,
    Contacts,
    Tasks,
}

impl Relationship {
    /// Those of a contact.
    pub(crate) const OF_CONTACT: [Self; 7] = [
        Self::Emails,
        Self::PhoneNumbers,
        Self::Companies,
        Self::CustomFields,
        Self::Tags,
        Self::Lists,
        Self::Notes,
    ];
    /// Those of a tag.
    pub(crate) const OF_TAG: [Self; 3] = [Self::Contacts, Self::Companies, Self::Tasks];
    /// Those of a list.
    pub(crate) const OF_LIST: [Self; 2] = [Self::Contacts, Self::Companies];
    /// Those of a note.
    pub(crate) const OF_NOTE: [Self; 1] = [Self::Contacts];

    /// Those of a company.
    pub(crate) const OF_COMPANY: [Self; 4] = [Self::CustomFields, Self::Tags, Self::Lists, Self::Contacts];
    /// Those of a task that must be asked for.
    pub(crate) const OF_TASK: [Self; 1] = [Self::Tags];

    fn name(self) -> &'static str {
        match self {
            Self::Emails => "emails",
            Self::PhoneNumbers => "phone_numbers",
            Self::Companies => "companies",
            Self::CustomFields => "custom_fields",
            Self::Tags => "tags",
            Self::Lists => "lists",
            Self::Notes => "notes",
            Self::Contacts => "contacts",
            Self::Tasks => "tasks",
        }
    }
}

/// The relationships that an answer carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Include(Vec<Relationship>);

impl Include {
    /// Those that the request names, of those that the resource has.
    pub(crate) fn read(query: &Query, all: &[Relationship]) -> Result<Self, Problem> {
        let find = |asked: &String| {
            all.iter().copied().find(|each| each.name() == asked).ok_or_else(|| {
                let names: Vec<_> = all.iter().map(|each| each.name()).collect();
                let reason = format!("must name some of: {}", names.join(", "));
                Problem::BadQuery { name: "include", reason }
            })
        };
        query.list("include", ',').iter().map(find).collect::<Result<_, _>>().map(Self)
    }

    /// All of these.
    pub(crate) fn all(all: &[Relationship]) -> Self {
        Self(all.to_vec())
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
            let include = Include::read(&Query::parse(text), &Relationship::OF_CONTACT).unwrap();
            assert_eq!(include.0, [Relationship::Tags, Relationship::Emails], "{text}");
        }
        assert_eq!(Include::read(&Query::parse("include="), &Relationship::OF_CONTACT).unwrap().0, []);
        for text in ["include=tasks", "include=tags,Emails", "include=tags;emails"] {
            assert!(Include::read(&Query::parse(text), &Relationship::OF_CONTACT).is_err(), "{text}");
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
            let query = Page::read(&Query::parse(text), &CONTACT_ORDERS).unwrap();
            assert_eq!((query.limit, query.offset), (limit, offset), "{text}");
        }
        for text in ["limit=0", "limit=-1", "limit=x", "limit=", "limit=1.5", "offset=-1", "offset=x"] {
            assert!(Page::read(&Query::parse(text), &CONTACT_ORDERS).is_err(), "{text}");
        }
    }
}
