//! The list parameters: page, page size and order, as clients send them and as answers echo them.

use std::borrow::Cow;
use std::cmp::Ordering;

use api_kit::{Problem, Query};
use app::{ContactOrder, ContactQuery, Filter, Rank, Ranking, Sort, SortKey};
use model::{Contact, Facet, Timestamp};

/// The field that lists are in the order of before they are sorted.
const ID: &str = "id";

const PAGE_SIZE: u64 = 10;
const PAGE_SIZE_MAX: u64 = 1000;

/// Which part of a list, in which order.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    number: u64,
    size: u64,
    /// The first counts most.
    first: Key,
    others: Vec<Key>,
    /// What is equal is in the order of its ids, backwards or not.
    is_backwards: bool,
}

/// A field that orders a list.
#[derive(Clone, Debug)]
struct Key {
    field: Cow<'static, str>,
    /// What it says of a contact, for a custom field.
    ranking: Option<Ranking>,
    is_descending: bool,
}

impl Key {
    fn by_id(is_descending: bool) -> Self {
        Self { field: Cow::Borrowed(ID), ranking: None, is_descending }
    }
}

/// What an answer says about its list.
#[derive(Clone, Debug)]
pub(crate) struct Echo {
    pub(crate) sort_field: String,
    pub(crate) sort_direction: &'static str,
    pub(crate) page: u64,
    pub(crate) page_size: u64,
    pub(crate) total_pages: u64,
    pub(crate) total_records: u64,
}

impl Page {
    /// Reads the parameters. `sortable` are the fields that the list can be in the order of, its default first;
    /// others are passed over.
    pub(crate) fn read(query: &Query, sortable: &[&'static str]) -> Result<Self, Problem> {
        Self::read_sized(query, (sortable, &|_| None), 1)
    }

    /// The same for contacts, which can also be in the order of a custom field; `ranking` tells what one that is named
    /// says of them.
    pub(crate) fn read_of_contacts(
        query: &Query,
        sortable: &[&'static str],
        ranking: &dyn Fn(&str) -> Option<Ranking>,
    ) -> Result<Self, Problem> {
        Self::read_sized(query, (sortable, ranking), 1)
    }

    /// The same, where a page may also have no rows. QUIRK(zingle): its mobile client asks for events so, to read only
    /// the totals (`ios-sdk`, `ZNGEventClient.m`). Pinned by `events_have_exact_totals_also_without_rows`.
    pub(crate) fn read_or_totals(query: &Query, sortable: &[&'static str]) -> Result<Self, Problem> {
        Self::read_sized(query, (sortable, &|_| None), 0)
    }

    fn read_sized(
        query: &Query,
        (sortable, ranking): (&[&'static str], &dyn Fn(&str) -> Option<Ranking>),
        min_size: u64,
    ) -> Result<Self, Problem> {
        let number = query.integer("page", 1)?.unwrap_or(1);
        let size = query.integer("page_size", min_size)?.unwrap_or(PAGE_SIZE);
        if size > PAGE_SIZE_MAX {
            let reason = format!("must be a whole number from 1 to {PAGE_SIZE_MAX}");
            return Err(Problem::BadQuery { name: "page_size", reason });
        }
        let is_backwards = direction("sort_direction", query.get("sort_direction").unwrap_or_default())?;
        let mut pairs = Vec::new();
        for item in query.list("sort_fields", ',') {
            let (name, word) = item.split_once(char::is_whitespace).unwrap_or((&item, ""));
            pairs.push((name.to_owned(), direction("sort_fields", word)?));
        }
        if pairs.is_empty() {
            pairs.extend(query.get("sort_field").map(|name| (name.to_owned(), is_backwards)));
        }
        let mut keys = pairs.iter().filter_map(|(name, is_descending)| {
            let is_descending = *is_descending;
            match sortable.iter().find(|each| *each == name) {
                Some(field) => Some(Key { field: Cow::Borrowed(field), ranking: None, is_descending }),
                None => {
                    let ranking = Some(ranking(name)?);
                    Some(Key { field: Cow::Owned(name.clone()), ranking, is_descending })
                }
            }
        });
        let field = Cow::Borrowed(sortable.first().copied().unwrap_or(ID));
        let default = Key { field, ranking: None, is_descending: is_backwards };
        let first = keys.next().unwrap_or(default);
        Ok(Self { number, size, first, others: keys.collect(), is_backwards })
    }

    /// The same, backwards where the request says nothing of an order.
    pub(crate) fn descending_unless_said(self, query: &Query) -> Self {
        let said = ["sort_direction", "sort_field", "sort_fields", "sort_fields[]"];
        let is_said = said.iter().any(|name| query.get(name).is_some());
        match is_said {
            true => self,
            false => Self { first: Key { is_descending: true, ..self.first }, is_backwards: true, ..self },
        }
    }

    /// Whether the largest comes first.
    pub(crate) fn is_descending(&self) -> bool {
        self.first.is_descending
    }

    /// How many items to skip.
    pub(crate) fn offset(&self) -> u64 {
        // What no list is longer than, so that no database stumbles over it.
        (self.number - 1).saturating_mul(self.size).min(u64::from(u32::MAX))
    }

    /// How many items to give.
    pub(crate) fn limit(&self) -> u32 {
        u32::try_from(self.size).unwrap_or(u32::MAX)
    }

    /// The page of a list of contacts.
    pub(crate) fn of_contacts(&self, filter: Filter) -> ContactQuery {
        let query =
            ContactQuery { filter, offset: self.offset(), limit: self.limit(), ..ContactQuery::default() };
        match (&*self.first.field, self.first.is_descending, self.others.is_empty()) {
            (ID, true, _) => ContactQuery { order: ContactOrder::Newest, ..query },
            (ID, false, _) => query,
            // The log of events has this order.
            ("updated_at", true, true) => ContactQuery { order: ContactOrder::LastUpdated, ..query },
            ("updated_at", false, true) => ContactQuery { order: ContactOrder::FirstUpdated, ..query },
            _ => ContactQuery { sort: self.sort(), ..query },
        }
    }

    fn sort(&self) -> Vec<Sort> {
        let by_id = Key::by_id(self.is_backwards);
        let keys = std::iter::once(&self.first).chain(&self.others).chain([&by_id]);
        let sorts = |key: &Key| {
            let is_descending = key.is_descending;
            let keys = match &key.ranking {
                Some(ranking) => vec![SortKey::Document(ranking.clone())],
                None => sort_keys(&key.field),
            };
            keys.into_iter().map(move |key| Sort { key, is_descending })
        };
        keys.flat_map(sorts).collect()
    }

    /// This page of a list that is in memory, in the order of its ids; `text` gives what a field of a row sorts by, in
    /// any case.
    pub(crate) fn of<T>(&self, rows: Vec<T>, text: impl Fn(&T, &str) -> String) -> (Vec<T>, Echo) {
        let echo = self.echo(rows.len() as u64);
        let by_id = Key::by_id(self.is_backwards);
        let keys: Vec<&Key> = std::iter::once(&self.first).chain(&self.others).chain([&by_id]).collect();
        let ranks = |(place, row): (usize, T)| {
            let rank = |key: &&Key| match &*key.field {
                ID => Rank::Number(i64::try_from(place).unwrap_or(i64::MAX)),
                field => Rank::Text(text(&row, field).to_lowercase()),
            };
            (keys.iter().map(rank).collect::<Vec<_>>(), row)
        };
        let mut ranked: Vec<_> = rows.into_iter().enumerate().map(ranks).collect();
        ranked.sort_by(|(one, _), (other, _)| {
            let each = keys.iter().zip(one.iter().zip(other));
            each.map(|(key, (one, other))| if key.is_descending { other.cmp(one) } else { one.cmp(other) })
                .fold(Ordering::Equal, Ordering::then)
        });
        let skip = usize::try_from(self.offset()).unwrap_or(usize::MAX);
        let take = usize::try_from(self.size).unwrap_or(usize::MAX);
        (ranked.into_iter().map(|(_, row)| row).skip(skip).take(take).collect(), echo)
    }

    /// What the answer says about a list of so many items.
    pub(crate) fn echo(&self, total: u64) -> Echo {
        Echo {
            sort_field: self.first.field.to_string(),
            sort_direction: if self.first.is_descending { "desc" } else { "asc" },
            page: self.number,
            page_size: self.size,
            // A page without rows leads nowhere.
            total_pages: if self.size == 0 { 0 } else { total.div_ceil(self.size) },
            total_records: total,
        }
    }
}

/// What the store compares for a field of contacts.
fn sort_keys(field: &str) -> Vec<SortKey> {
    let document = |rank: fn(&Contact) -> Rank| vec![SortKey::Document(Ranking::new(rank))];
    match field {
        "created_at" => vec![SortKey::CreatedAt],
        "first_name" => vec![SortKey::FirstName],
        "last_name" => vec![SortKey::LastName],
        "is_confirmed" => vec![SortKey::Is(Facet::Confirmed)],
        "is_starred" => vec![SortKey::Is(Facet::Starred)],
        "is_closed" => vec![SortKey::Is(Facet::Closed)],
        // As texts are compared: nothing, `opted-in`, `opted-out`.
        "optin_status" => vec![SortKey::Is(Facet::OptedOut), SortKey::Is(Facet::OptedIn)],
        "updated_at" => document(|contact| Rank::Number(contact.updated_at.seconds())),
        "unconfirmed_at" => document(|contact| at(contact.unconfirmed_at)),
        "locked_by_source" => document(|contact| {
            contact
                .locked_by
                .as_ref()
                .map_or(Rank::Nothing, |source| Rank::Text(source.to_lowercase().into()))
        }),
        // Nobody has a message here.
        "last_message_created_at" => Vec::new(),
        _ => vec![SortKey::Number],
    }
}

fn at(at: Option<Timestamp>) -> Rank {
    at.map_or(Rank::Nothing, |at| Rank::Number(at.seconds()))
}

/// Whether a direction is descending.
fn direction(name: &'static str, word: &str) -> Result<bool, Problem> {
    match word.trim().to_ascii_lowercase().as_str() {
        "" | "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(Problem::BadQuery { name, reason: "must be in the direction 'asc' or 'desc'".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &str) {
        let read = Page::read(&Query::parse(query), &["id", "updated_at"]);
        let got = match read {
            Ok(page) => format!(
                "{} {} {} {}",
                page.offset(),
                page.limit(),
                page.first.field,
                if page.first.is_descending { "desc" } else { "asc" }
            ),
            Err(problem) => problem.to_string(),
        };
        assert_eq!(got, expected, "{query}");
    }

    #[test]
    fn pages_and_orders_are_read() {
        check("", "0 10 id asc");
        check("page=3&page_size=1000", "2000 1000 id asc");
        check("sort_field=updated_at&sort_direction=desc", "0 10 updated_at desc");
        check("sort_field=last_name&sort_direction=DESC", "0 10 id desc");
        check("sort_fields[]=last_name%20desc&sort_fields%5B%5D=updated_at+desc", "0 10 updated_at desc");
        check("sort_fields=updated_at,id+desc&sort_direction=desc", "0 10 updated_at asc");
        check("page=18446744073709551615", "4294967295 10 id asc");
    }

    #[test]
    fn lists_in_memory_sort_by_every_field_that_is_asked_for() {
        let rows = [("1", "b", "x"), ("2", "A", "y"), ("3", "a", "x"), ("4", "B", "y")];
        for (query, expected) in [
            ("", "1234"),
            ("sort_direction=desc", "4321"),
            ("sort_field=name", "2314"),
            ("sort_field=name&sort_direction=desc", "4132"),
            ("sort_fields=name+desc", "1423"),
            ("sort_fields=name+desc&sort_direction=desc", "4132"),
            ("sort_fields=kind+desc,name", "2431"),
            ("sort_fields[]=kind&sort_fields[]=name%20desc", "1342"),
            ("sort_fields=nonsense,kind,id+desc", "3142"),
            ("sort_fields=name&page_size=2&page=2", "14"),
        ] {
            let page = Page::read(&Query::parse(query), &["id", "name", "kind"]).unwrap();
            let text = |row: &(&str, &str, &str), field: &str| match field {
                "kind" => row.2.to_owned(),
                _ => row.1.to_owned(),
            };
            let (rows, _) = page.of(rows.to_vec(), text);
            assert_eq!(rows.iter().map(|row| row.0).collect::<String>(), expected, "{query}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for query in ["page=0", "page=-1", "page=x", "page="] {
            check(query, "the query parameter 'page' must be a whole number, 1 or more");
        }
        check("page_size=0", "the query parameter 'page_size' must be a whole number, 1 or more");
        check("page_size=1001", "the query parameter 'page_size' must be a whole number from 1 to 1000");
        check(
            "sort_direction=up",
            "the query parameter 'sort_direction' must be in the direction 'asc' or 'desc'",
        );
        check(
            "sort_fields=id+up",
            "the query parameter 'sort_fields' must be in the direction 'asc' or 'desc'",
        );
    }
}
