//! Lists of records: filter, order and page, in words that both backends understand.

use std::sync::Arc;

use model::{Contact, Record, RecordKind, Ref};

use crate::backend::integer;
use crate::filter::Filter;
use crate::numbers::Numbers;

/// A list of records of one kind.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Which records.
    pub filter: Filter,
    /// In which order.
    pub order: ListOrder,
    /// Only records beyond this number in the order [`Oldest`](ListOrder::Oldest) or
    /// [`Newest`](ListOrder::Newest): those after the last one of the page before. Ignored in other orders.
    /// The total stays that of the whole list.
    pub after: Option<u64>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
}

/// A list of contacts.
pub type ContactQuery = ListQuery;

/// The order of a list of contacts.
pub type ContactOrder = ListOrder;

/// A list of companies, notes or tasks.
pub type RecordQuery = ListQuery;

/// The order of a list of companies, notes or tasks.
pub type RecordOrder = ListOrder;

/// The order of a list. Equal records are in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOrder {
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
    /// Yields the key of each record of the page, in order.
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
    /// is newest, so no index has to. Each record stands there once, with its last event, in the workspace that is
    /// the first bound value.
    pub(crate) log: &'static str,
    /// What orders the log, oldest first.
    pub(crate) log_order: &'static str,
    /// The contacts whose numbers are the fourth bound value, looked up one by one: what follows `FROM`, up to a first
    /// condition.
    pub(crate) few: &'static str,
    /// That a contact is one of those whose bits are the fourth bound value ([`Numbers::dense`]).
    pub(crate) many: &'static str,
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
    pub(crate) fn of(list: &Numbers, query: &ListQuery, all: u64) -> Self {
        const LOOK_UP_STEPS: f64 = 20.0;
        // What bits of all numbers up to the largest one would take.
        const BYTES_MAX: u64 = 8 << 20;
        let (found, end) = (list.len() as f64, query.offset.saturating_add(query.limit.into()) as f64);
        let steps = all as f64 * (end / found.max(1.0)).min(1.0);
        let is_sparse = list.last().is_some_and(|last| last / 8 >= BYTES_MAX);
        if is_sparse || found * LOOK_UP_STEPS <= steps {
            Self::Few(Bind::Integers(list.ascending(None).map(integer).collect()))
        } else {
            Self::Many(Bind::Bytes(list.dense()))
        }
    }
}

impl ListQuery {
    /// The number that the page comes after, where the order heeds it.
    pub(crate) fn after(&self) -> Option<u64> {
        self.after.filter(|_| matches!(self.order, ListOrder::Oldest | ListOrder::Newest))
    }

    /// The numbers of the page, where they can be told from the whole list alone: in the orders by number.
    pub(crate) fn page_of(&self, list: &Numbers) -> Option<Vec<u64>> {
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let take = self.limit as usize;
        match self.order {
            ListOrder::Oldest => Some(list.ascending(self.after).skip(skip).take(take).collect()),
            ListOrder::Newest => Some(list.descending(self.after).skip(skip).take(take).collect()),
            _ => None,
        }
    }
}

impl Select {
    pub(crate) fn of(
        workspace: crate::WorkspaceNumber,
        query: &ListQuery,
        among: Among,
        syntax: &Syntax,
    ) -> Self {
        let Syntax { mark, key, all, name, log, log_order, few, many } = syntax;
        let is_few = matches!(among, Among::Few(_));
        let (all, log, log_order) = match is_few {
            true => (*few, *few, "c.last_event"),
            false => (*all, *log, *log_order),
        };
        let (from, order, direction) = match query.order {
            ListOrder::Oldest => (all, "c.number", ""),
            ListOrder::Newest => (all, "c.number", " DESC"),
            ListOrder::LastUpdated => (log, log_order, " DESC"),
            ListOrder::FirstUpdated => (log, log_order, ""),
            ListOrder::Name => (all, *name, ", c.number"),
            ListOrder::NameDescending => (all, *name, " DESC, c.number"),
        };
        let (condition, fourth) = match among {
            Among::Few(numbers) => (String::new(), Some(numbers)),
            Among::Many(bits) => (format!(" AND {many}"), Some(bits)),
            Among::All => match query.after() {
                Some(after) => {
                    let sign = if query.order == ListOrder::Newest { '<' } else { '>' };
                    (format!(" AND c.number {sign} {mark}4"), Some(Bind::Integer(integer(after))))
                }
                None => (String::new(), None),
            },
        };
        let page = format!(
            "SELECT {key} FROM {from}{condition} ORDER BY {order}{direction} LIMIT {mark}2 OFFSET {mark}3"
        );
        let first = [workspace.0, query.limit.into(), integer(query.offset)].map(Bind::Integer);
        Self { page, binds: first.into_iter().chain(fourth).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WorkspaceNumber;

    const SYNTAX: Syntax = crate::sqlite::SYNTAX;

    fn query(order: ContactOrder) -> ContactQuery {
        ContactQuery { filter: Filter::All, order, after: None, offset: 20, limit: 10 }
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
        assert!(few.page.starts_with("SELECT c.row FROM json_each(?4)"), "{}", few.page);
        assert!(few.page.ends_with("ORDER BY c.last_event DESC LIMIT ?2 OFFSET ?3"), "{}", few.page);
        assert_eq!(few.binds.last(), Some(&Bind::Integers((1..=100).collect())));
        let many = select(ContactOrder::LastUpdated, 1000);
        assert!(many.page.ends_with("AND is_chosen(?4, c.number) ORDER BY e.row DESC LIMIT ?2 OFFSET ?3"));
        assert_eq!(many.binds.last(), Some(&Bind::Bytes(list.dense())));
        let sparse: Numbers = [1, 1 << 52].into_iter().collect();
        assert!(matches!(Among::of(&sparse, &query(ContactOrder::Name), 2), Among::Few(_)));
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
