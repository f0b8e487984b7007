//! Lists of contacts: filter, order and page, in words that both backends understand.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Contact, Facet, Record, RecordKind, Ref};
use uuid::Uuid;

use crate::backend::integer;
use crate::filter::{Answers, Filter};
use crate::numbers::Numbers;
use crate::sort::{Sort, SortKey};

/// A list of contacts.
#[derive(Clone, Debug)]
pub struct ContactQuery {
    /// Which contacts.
    pub filter: Filter,
    /// In which order.
    pub order: ContactOrder,
    /// By what the list is ordered in place of [`order`](Self::order): the first key counts most, equal contacts are
    /// in the order of their numbers.
    pub sort: Vec<Sort>,
    /// Only contacts beyond this number in the order [`Oldest`](ContactOrder::Oldest) or
    /// [`Newest`](ContactOrder::Newest): those after the last one of the page before. Ignored in other orders.
    /// The total stays that of the whole list.
    pub after: Option<u64>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
}

impl Default for ContactQuery {
    /// All contacts, the oldest first, none of them shown.
    fn default() -> Self {
        let (filter, order) = (Filter::All, ContactOrder::Oldest);
        Self { filter, order, sort: Vec::new(), after: None, offset: 0, limit: 0 }
    }
}

/// The order of a list. Equal contacts are in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactOrder {
    /// By number, which is the order in which they were stored. Ids are taken before a write is queued, so
    /// theirs can be another one.
    Oldest,
    /// By number, the last one stored first.
    Newest,
    /// Latest change first.
    LastUpdated,
    /// Latest change last.
    FirstUpdated,
    /// Contacts by full name and companies by name, in any case; tasks by due date, those without one first.
    Name,
    /// By the same, from Z to A, or from the last date to the first.
    NameDescending,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ContactPage {
    /// The contacts.
    pub contacts: Vec<Arc<Contact>>,
    /// How many the whole list has, exactly; also those that `after` leaves out.
    pub total: u64,
}

/// The order of a list of companies, notes or tasks.
pub type RecordOrder = ContactOrder;

/// A list of companies, notes or tasks.
#[derive(Clone, Debug)]
pub struct RecordQuery {
    /// Which records. No record but a contact has channels, or is asked by a [`Predicate`](crate::Predicate).
    pub filter: Filter,
    /// In which order.
    pub order: RecordOrder,
    /// Only records beyond this number, as in [`ContactQuery::after`].
    pub after: Option<u64>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
}

impl Default for RecordQuery {
    /// All records, the oldest first, none of them shown.
    fn default() -> Self {
        Self { filter: Filter::All, order: RecordOrder::Oldest, after: None, offset: 0, limit: 0 }
    }
}

impl RecordQuery {
    /// The same list, as far as it is one of contacts.
    pub(crate) fn list(&self) -> ContactQuery {
        let Self { filter, order, after, offset, limit } = self.clone();
        ContactQuery { filter, order, sort: Vec::new(), after, offset, limit }
    }

    /// The ids of the questions whose answers it needs from records of a kind, and of the one whether they exist.
    pub(crate) fn questions(&self, kind: RecordKind) -> BTreeSet<Uuid> {
        let mut ids = self.filter.questions(kind);
        ids.insert(Facet::Every.id_for(kind));
        ids
    }
}

/// A page of a list of records beside contacts.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The records.
    pub records: Vec<Arc<Record>>,
    /// How many the whole list has, exactly; also those that `after` leaves out.
    pub total: u64,
}

/// A record's history.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    /// What the record is, or was.
    pub kind: RecordKind,
    /// Which it is, also when it was deleted.
    pub record: Ref,
    /// Only events before this one.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

/// A value bound to a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bind {
    /// An integer.
    Integer(i64),
    /// Integers.
    Integers(Vec<i64>),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The statement of a page.
#[derive(Debug)]
pub(crate) struct Select {
    /// Yields the key of each contact of the page, in order.
    pub(crate) page: String,
    /// What is bound to it.
    pub(crate) binds: Vec<Bind>,
}

/// How a backend says what lists need of records `c`.
pub(crate) struct Syntax {
    /// What stands before the number of a bound value.
    pub(crate) mark: char,
    /// What a page yields of each record.
    pub(crate) key: &'static str,
    /// All of them in the workspace that is the first bound value: what follows `FROM`, up to a first condition.
    pub(crate) all: &'static str,
    /// What orders them by name.
    pub(crate) name: &'static str,
    /// The log of events joined with the records: what follows `FROM`, up to a first condition. The log knows what
    /// is newest, so no index has to. Each contact stands there once, with its last event, in the workspace that is
    /// the first bound value.
    pub(crate) log: &'static str,
    /// What orders the log, oldest first.
    pub(crate) log_order: &'static str,
    /// The numbers in the fourth bound value, as a table `n` with a column `number`.
    pub(crate) numbers: &'static str,
    /// Whether a number (second) is one of those whose bits are a bound value (first, [`Numbers::dense`]); as a
    /// condition, and to order by.
    pub(crate) is_chosen: fn(&str, &str) -> String,
}

/// Which contacts a page is of.
#[derive(Debug)]
pub(crate) enum Among {
    /// All of them.
    All,
    /// So few that they are looked up one by one, and sorted.
    Few(Bind),
    /// So many that it is faster to go through all in the order of the page, up to its end.
    Many(Bind),
}

impl Among {
    /// Those of a list, when the workspace has so many. A look-up costs about as much as this many steps:
    pub(crate) fn of(list: &Numbers, query: &ContactQuery, all: u64) -> Self {
        const LOOK_UP_STEPS: f64 = 20.0;
        let (found, end) = (list.len() as f64, query.end() as f64);
        // Sort keys have no order to go through: all of them are seen.
        let seen = if query.sort.is_empty() { (end / found.max(1.0)).min(1.0) } else { 1.0 };
        let steps = all as f64 * seen;
        if list.is_sparse() || found * LOOK_UP_STEPS <= steps {
            Self::Few(Bind::Integers(list.ascending(None).map(integer).collect()))
        } else {
            Self::Many(Bind::Bytes(list.dense()))
        }
    }
}

impl ContactQuery {
    /// Whether nothing must be looked up to find the page.
    pub(crate) fn is_plain(&self) -> bool {
        self.filter.is_all() && self.sort.is_empty()
    }

    /// The ids of the questions whose answers it needs.
    pub(crate) fn questions(&self) -> BTreeSet<Uuid> {
        let mut ids = self.filter.questions(RecordKind::Contact);
        ids.extend(self.sort.iter().filter_map(|sort| match &sort.key {
            SortKey::Is(facet) => Some(facet.id()),
            _ => None,
        }));
        ids
    }

    /// Whether the documents of all contacts of the list must be read, to choose or to order them.
    pub(crate) fn asks_documents(&self, answers: &Answers) -> bool {
        self.filter.asks_documents() || self.ranks_documents(answers)
    }

    /// Whether documents decide on the order, because nothing else can.
    pub(crate) fn ranks_documents(&self, answers: &Answers) -> bool {
        self.sort.iter().any(|sort| match &sort.key {
            SortKey::Document(_) => true,
            SortKey::Is(facet) => answers.facets.get(&facet.id()).is_some_and(Numbers::is_sparse),
            _ => false,
        })
    }

    /// How many contacts the page and all before it have.
    pub(crate) fn end(&self) -> usize {
        usize::try_from(self.offset.saturating_add(self.limit.into())).unwrap_or(usize::MAX)
    }

    /// The number that the page comes after, where the order heeds it.
    pub(crate) fn after(&self) -> Option<u64> {
        let heeds = self.sort.is_empty() && matches!(self.order, ContactOrder::Oldest | ContactOrder::Newest);
        self.after.filter(|_| heeds)
    }

    /// The page as it is counted from the other end of a list of so many, where that is nearer; its contacts come in
    /// reverse. Only in orders in which no two are equal, of lists for which nothing is looked up.
    pub(crate) fn nearer_end(&self, total: u64) -> Option<Self> {
        let order = match self.order {
            ContactOrder::Oldest => ContactOrder::Newest,
            ContactOrder::Newest => ContactOrder::Oldest,
            ContactOrder::LastUpdated => ContactOrder::FirstUpdated,
            ContactOrder::FirstUpdated => ContactOrder::LastUpdated,
            ContactOrder::Name | ContactOrder::NameDescending => return None,
        };
        let end = self.offset.saturating_add(self.limit.into()).min(total);
        let (offset, limit) = (total - end, end.saturating_sub(self.offset));
        let is_nearer = self.is_plain() && self.after().is_none() && offset < self.offset;
        let limit = u32::try_from(limit).unwrap_or(self.limit);
        is_nearer.then(|| Self { order, offset, limit, ..Self::default() })
    }

    /// The numbers of the page, where they can be told from the whole list alone: in the orders by number.
    pub(crate) fn page_of(&self, list: &Numbers) -> Option<Vec<u64>> {
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let take = self.limit as usize;
        match self.order {
            _ if !self.sort.is_empty() => None,
            ContactOrder::Oldest => Some(list.ascending(self.after).skip(skip).take(take).collect()),
            ContactOrder::Newest => Some(list.descending(self.after).skip(skip).take(take).collect()),
            _ => None,
        }
    }
}

impl Select {
    pub(crate) fn of(
        workspace: crate::WorkspaceNumber,
        query: &ContactQuery,
        among: Among,
        syntax: &Syntax,
    ) -> Self {
        let Syntax { mark, key, all, name, log, log_order, numbers, is_chosen } = syntax;
        let few = format!("{numbers} CROSS JOIN {all} AND c.number = n.number");
        let (all, log, log_order) = match &among {
            Among::Few(_) => (few.as_str(), few.as_str(), "c.last_event"),
            Among::All | Among::Many(_) => (*all, *log, *log_order),
        };
        let (from, order, direction) = match query.order {
            ContactOrder::Oldest => (all, "c.number", ""),
            ContactOrder::Newest => (all, "c.number", " DESC"),
            ContactOrder::LastUpdated => (log, log_order, " DESC"),
            ContactOrder::FirstUpdated => (log, log_order, ""),
            ContactOrder::Name => (all, *name, ", c.number"),
            ContactOrder::NameDescending => (all, *name, " DESC, c.number"),
        };
        let (condition, fourth) = match among {
            Among::Few(numbers) => (String::new(), Some(numbers)),
            Among::Many(bits) => (format!(" AND {}", is_chosen(&format!("{mark}4"), "c.number")), Some(bits)),
            Among::All => match query.after() {
                Some(after) => {
                    let sign = if query.order == ContactOrder::Newest { '<' } else { '>' };
                    (format!(" AND c.number {sign} {mark}4"), Some(Bind::Integer(integer(after))))
                }
                None => (String::new(), None),
            },
        };
        let page = format!(
            "SELECT {key} FROM {from}{condition} ORDER BY {order}{direction} LIMIT {mark}2 OFFSET {mark}3"
        );
        Self { page, binds: page_binds(workspace, query, fourth) }
    }

    /// The page of a list that is ordered by sort keys; yields the number of each contact, in order.
    pub(crate) fn sorted(
        workspace: crate::WorkspaceNumber,
        query: &ContactQuery,
        (among, answers): (Among, &Answers),
        syntax: &Syntax,
    ) -> Self {
        let Syntax { mark, numbers, is_chosen, .. } = syntax;
        let from = match &among {
            Among::All => format!("sort_keys k WHERE k.workspace = {mark}1"),
            Among::Few(_) => {
                format!(
                    "{numbers} CROSS JOIN sort_keys k WHERE k.workspace = {mark}1 AND k.number = n.number"
                )
            }
            Among::Many(_) => {
                let condition = is_chosen(&format!("{mark}4"), "k.number");
                format!("sort_keys k WHERE k.workspace = {mark}1 AND {condition}")
            }
        };
        let fourth = match among {
            Among::All => None,
            Among::Few(bind) | Among::Many(bind) => Some(bind),
        };
        let mut binds = page_binds(workspace, query, fourth);
        let mut order = String::new();
        for Sort { key, is_descending } in &query.sort {
            let key = match key {
                SortKey::Number | SortKey::Document(_) => "k.number".to_owned(),
                SortKey::CreatedAt => "k.created_at".to_owned(),
                SortKey::FirstName => "k.first_name".to_owned(),
                SortKey::LastName => "k.last_name".to_owned(),
                SortKey::Is(facet) => {
                    let bits = answers.facets.get(&facet.id()).map(Numbers::dense).unwrap_or_default();
                    binds.push(Bind::Bytes(bits));
                    is_chosen(&format!("{mark}{}", binds.len()), "k.number")
                }
            };
            order.push_str(&key);
            order.push_str(if *is_descending { " DESC, " } else { ", " });
        }
        let page =
            format!("SELECT k.number FROM {from} ORDER BY {order}k.number LIMIT {mark}2 OFFSET {mark}3");
        Self { page, binds }
    }
}

/// What every page is bound to, and a fourth value.
fn page_binds(workspace: crate::WorkspaceNumber, query: &ContactQuery, fourth: Option<Bind>) -> Vec<Bind> {
    let first = [workspace.0, query.limit.into(), integer(query.offset)].map(Bind::Integer);
    first.into_iter().chain(fourth).collect()
}

#[cfg(test)]
mod tests {
    use model::Facet;

    use super::*;
    use crate::WorkspaceNumber;

    const SYNTAX: Syntax = crate::sqlite::SYNTAX;

    fn query(order: ContactOrder) -> ContactQuery {
        ContactQuery { order, offset: 20, limit: 10, ..ContactQuery::default() }
    }

    #[test]
    fn only_the_orders_by_number_come_after_one() {
        let by_name = "SELECT c.row FROM contacts c WHERE c.workspace = ?1 ORDER BY c.name";
        for (order, expected) in [
            (ContactOrder::Oldest, Some("AND c.number > ?4 ORDER BY c.number LIMIT ?2 OFFSET ?3")),
            (ContactOrder::Newest, Some("AND c.number < ?4 ORDER BY c.number DESC LIMIT ?2 OFFSET ?3")),
            (ContactOrder::LastUpdated, None),
            (ContactOrder::FirstUpdated, None),
            (ContactOrder::Name, None),
            (ContactOrder::NameDescending, None),
        ] {
            let query = ContactQuery { after: Some(u64::MAX), ..query(order) };
            let select = Select::of(WorkspaceNumber(7), &query, Among::All, &SYNTAX);
            let numbers = [7, 10, 20, i64::MAX].map(Bind::Integer);
            match expected {
                Some(expected) => {
                    assert!(select.page.ends_with(expected), "{}", select.page);
                    assert_eq!(select.binds, numbers);
                }
                None => {
                    assert!(!select.page.contains("c.number <"), "{}", select.page);
                    assert_eq!(select.binds, numbers[..3]);
                }
            }
        }
        let select = Select::of(WorkspaceNumber(7), &query(ContactOrder::Name), Among::All, &SYNTAX);
        assert_eq!(select.page, format!("{by_name}, c.number LIMIT ?2 OFFSET ?3"));
    }

    #[test]
    fn the_few_are_looked_up_and_the_many_met_on_the_way() {
        let list: Numbers = (1..=100).collect();
        let select = |order, all| {
            let query = query(order);
            Select::of(WorkspaceNumber(7), &query, Among::of(&list, &query, all), &SYNTAX)
        };
        let few = select(ContactOrder::LastUpdated, 10_000);
        assert!(few.page.starts_with("SELECT c.row FROM (SELECT value AS number FROM json_each(?4)) n"));
        assert!(few.page.ends_with("ORDER BY c.last_event DESC LIMIT ?2 OFFSET ?3"), "{}", few.page);
        assert_eq!(few.binds.last(), Some(&Bind::Integers((1..=100).collect())));
        let many = select(ContactOrder::LastUpdated, 1000);
        assert!(many.page.ends_with("AND is_chosen(?4, c.number) ORDER BY e.row DESC LIMIT ?2 OFFSET ?3"));
        assert_eq!(many.binds.last(), Some(&Bind::Bytes(list.dense())));
        let sparse: Numbers = [1, 1 << 52].into_iter().collect();
        assert!(matches!(Among::of(&sparse, &query(ContactOrder::Name), 2), Among::Few(_)));
    }

    #[test]
    fn sort_keys_are_compared_in_their_order() {
        let sort = |key, is_descending| Sort { key, is_descending };
        let starred = SortKey::Is(Facet::Starred);
        let keys = vec![sort(starred, true), sort(SortKey::LastName, false), sort(SortKey::CreatedAt, true)];
        let query = ContactQuery { sort: keys, ..query(ContactOrder::Newest) };
        let answers = Answers::default();
        let select = Select::sorted(WorkspaceNumber(7), &query, (Among::All, &answers), &SYNTAX);
        assert_eq!(
            select.page,
            "SELECT k.number FROM sort_keys k WHERE k.workspace = ?1 ORDER BY is_chosen(?4, k.number) DESC, \
             k.last_name, k.created_at DESC, k.number LIMIT ?2 OFFSET ?3"
        );
        assert_eq!(query.questions(), BTreeSet::from([Facet::Every.id(), Facet::Starred.id()]));
        assert!(!query.is_plain() && query.page_of(&Numbers::default()).is_none());
    }

    #[test]
    fn a_page_by_number_is_told_from_the_list() {
        let list: Numbers = (1..=30).collect();
        let page = |order, after, offset| {
            let query = ContactQuery { after, offset, limit: 2, ..query(order) };
            query.page_of(&list)
        };
        assert_eq!(page(ContactOrder::Oldest, None, 0), Some(vec![1, 2]));
        assert_eq!(page(ContactOrder::Oldest, Some(5), 3), Some(vec![9, 10]));
        assert_eq!(page(ContactOrder::Newest, Some(5), 3), Some(vec![1]));
        assert_eq!(page(ContactOrder::Newest, None, u64::MAX), Some(vec![]));
        assert_eq!(page(ContactOrder::Name, None, 0), None);
    }
}
