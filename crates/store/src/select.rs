//! The statements of lists: what a page selects, in words that both backends understand.

use crate::answers::Answers;
use crate::backend::integer;
use crate::numbers::Numbers;
use crate::query::{Behind, ContactOrder, ContactQuery};
use crate::sort::{Rank, Sort, SortKey};

/// A value bound to a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bind {
    /// An integer.
    Integer(i64),
    /// Integers.
    Integers(Vec<i64>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
}

/// The statement of a page.
#[derive(Debug)]
pub(crate) struct Select {
    /// Yields the key of each contact of the page, in order.
    pub(crate) page: String,
    /// What is bound to it.
    pub(crate) binds: Vec<Bind>,
}

/// Which events of the log; those that they are compared with are bound values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LogPart<'b> {
    All,
    Before(&'b str),
    After(&'b str),
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
    pub(crate) log: fn(LogPart<'_>) -> String,
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

impl Select {
    pub(crate) fn of(
        workspace: crate::WorkspaceNumber,
        query: &ContactQuery,
        among: Among,
        syntax: &Syntax,
    ) -> Self {
        let Syntax { mark, key, all, name, log, log_order, numbers, is_chosen } = syntax;
        let is_few = matches!(among, Among::Few(_));
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
        let mut binds = page_binds(workspace, query, fourth);
        let few = || format!("{numbers} CROSS JOIN {all} AND c.number = n.number");
        let place = behind_event(query, *mark, &mut binds);
        let (from, behind) = match query.order {
            ContactOrder::LastUpdated | ContactOrder::FirstUpdated => {
                let part = match &place {
                    Some(event) if query.order == ContactOrder::LastUpdated => LogPart::Before(event),
                    Some(event) => LogPart::After(event),
                    None => LogPart::All,
                };
                match (is_few, part) {
                    (false, part) => (log(part), String::new()),
                    (true, LogPart::All) => (few(), String::new()),
                    (true, LogPart::Before(event)) => (few(), format!(" AND c.last_event < {event}")),
                    (true, LogPart::After(event)) => (few(), format!(" AND c.last_event > {event}")),
                }
            }
            _ if is_few => (few(), behind_name(query, syntax, &mut binds)),
            _ => ((*all).to_owned(), behind_name(query, syntax, &mut binds)),
        };
        let log_order = if is_few { "c.last_event" } else { log_order };
        let (order, direction) = match query.order {
            ContactOrder::Oldest => ("c.number", ""),
            ContactOrder::Newest => ("c.number", " DESC"),
            ContactOrder::LastUpdated => (log_order, " DESC"),
            ContactOrder::FirstUpdated => (log_order, ""),
            ContactOrder::Name => (*name, ", c.number"),
            ContactOrder::NameDescending => (*name, " DESC, c.number"),
        };
        let page = format!(
            "SELECT {key} FROM {from}{condition}{behind} ORDER BY {order}{direction} LIMIT {mark}2 OFFSET {mark}3"
        );
        Self { page, binds }
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
        let mut compared = Vec::new();
        for Sort { key, is_descending } in &query.sort {
            let key = match key {
                SortKey::Number | SortKey::Value(_) | SortKey::Document(_) => "k.number".to_owned(),
                SortKey::CreatedAt => "k.created_at".to_owned(),
                SortKey::FirstName => "k.first_name".to_owned(),
                SortKey::LastName => "k.last_name".to_owned(),
                SortKey::Is(facet) => {
                    let bits = answers.facets.get(&facet.id()).map(Numbers::dense).unwrap_or_default();
                    binds.push(Bind::Bytes(bits));
                    let is_chosen = is_chosen(&format!("{mark}{}", binds.len()), "k.number");
                    format!("CASE WHEN {is_chosen} THEN 1 ELSE 0 END")
                }
            };
            order.push_str(&key);
            order.push_str(if *is_descending { " DESC, " } else { ", " });
            compared.push((key, *is_descending));
        }
        let behind = match &query.behind {
            Some(Behind::Ranks(ranks, number)) => {
                behind_ranks(&compared, (ranks, *number), *mark, &mut binds)
            }
            _ => String::new(),
        };
        let page = format!(
            "SELECT k.number FROM {from}{behind} ORDER BY {order}k.number LIMIT {mark}2 OFFSET {mark}3"
        );
        Self { page, binds }
    }

    /// The page of a list in the order of an index; yields the number of each contact, in order.
    pub(crate) fn walk(
        (workspace, index): (crate::WorkspaceNumber, u64),
        query: &ContactQuery,
        among: Among,
        syntax: &Syntax,
    ) -> Self {
        let Syntax { mark, is_chosen, .. } = syntax;
        let mut binds = page_binds(workspace, query, Some(Bind::Integer(integer(index))));
        let mut bind = |value| {
            binds.push(value);
            format!("{mark}{}", binds.len())
        };
        let mut conditions = String::new();
        if let Among::Few(chosen) | Among::Many(chosen) = among {
            conditions.push_str(&format!(" AND {}", is_chosen(&bind(chosen), "v.number")));
        }
        let is_descending = query.sort.iter().any(|sort| sort.is_descending);
        if let Some(Behind::Ranks(ranks, number)) = &query.behind {
            let key = ranks.first().map(Rank::order_key).unwrap_or_default();
            let (key, number) = (bind(Bind::Bytes(key.into_bytes())), bind(Bind::Integer(integer(*number))));
            // So that the index leads to the place at once.
            conditions.push_str(&match is_descending {
                false => format!(" AND (v.value, v.number) > ({key}, {number})"),
                true => format!(" AND v.value <= {key} AND (v.value < {key} OR v.number > {number})"),
            });
        }
        let direction = if is_descending { " DESC" } else { "" };
        let page = format!(
            "SELECT v.number FROM field_values v WHERE v.workspace = {mark}1 AND v.value_index = {mark}4{conditions} \
             ORDER BY v.value{direction}, v.number LIMIT {mark}2 OFFSET {mark}3"
        );
        Self { page, binds }
    }
}

/// The event where another page ended, as a bound value.
fn behind_event(query: &ContactQuery, mark: char, binds: &mut Vec<Bind>) -> Option<String> {
    let (Some(Behind::Event(event)), ContactOrder::LastUpdated | ContactOrder::FirstUpdated) =
        (&query.behind, query.order)
    else {
        return None;
    };
    binds.push(Bind::Integer(integer(*event)));
    Some(format!("{mark}{}", binds.len()))
}

/// The condition that a contact is behind the name where another page ended.
fn behind_name(query: &ContactQuery, Syntax { mark, name, .. }: &Syntax, binds: &mut Vec<Bind>) -> String {
    let mut bind = |value| {
        binds.push(value);
        format!("{mark}{}", binds.len())
    };
    match (&query.behind, query.order) {
        (Some(Behind::Name(text, number)), ContactOrder::Name) => {
            let (text, number) = (bind(Bind::Text(text.clone())), bind(Bind::Integer(integer(*number))));
            format!(" AND ({name}, c.number) > ({text}, {number})")
        }
        (Some(Behind::Name(text, number)), ContactOrder::NameDescending) => {
            let (text, number) = (bind(Bind::Text(text.clone())), bind(Bind::Integer(integer(*number))));
            format!(" AND {name} <= {text} AND ({name} < {text} OR c.number > {number})")
        }
        _ => String::new(),
    }
}

/// The condition that a contact is behind a place in an order by sort keys.
fn behind_ranks(
    keys: &[(String, bool)],
    (ranks, number): (&[Rank], u64),
    mark: char,
    binds: &mut Vec<Bind>,
) -> String {
    let mut bind = |value| {
        binds.push(value);
        format!("{mark}{}", binds.len())
    };
    // From the last key to the first: behind by this key, or equal by it and behind by the rest.
    let mut condition = format!("k.number > {}", bind(Bind::Integer(integer(number))));
    for ((key, is_descending), rank) in keys.iter().zip(ranks).rev() {
        let value = bind(match rank {
            Rank::Nothing => Bind::Text(String::new()),
            Rank::Number(number) => Bind::Integer(*number),
            Rank::Text(text) => Bind::Text(text.clone()),
        });
        let sign = if *is_descending { '<' } else { '>' };
        condition = format!("({key} {sign} {value} OR ({key} = {value} AND {condition}))");
    }
    format!(" AND {condition}")
}

/// What every page is bound to, and a fourth value.
fn page_binds(workspace: crate::WorkspaceNumber, query: &ContactQuery, fourth: Option<Bind>) -> Vec<Bind> {
    let first = [workspace.0, query.limit.into(), integer(query.offset)].map(Bind::Integer);
    first.into_iter().chain(fourth).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
            "SELECT k.number FROM sort_keys k WHERE k.workspace = ?1 ORDER BY CASE WHEN is_chosen(?4, k.number) THEN 1 ELSE 0 END DESC, \
             k.last_name, k.created_at DESC, k.number LIMIT ?2 OFFSET ?3"
        );
        assert_eq!(query.questions(), BTreeSet::from([Facet::Every.id(), Facet::Starred.id()]));
        assert!(!query.is_plain() && query.page_of(&Numbers::default()).is_none());
    }
}
