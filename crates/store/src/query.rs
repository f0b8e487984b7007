//! Lists of contacts: filter, order and page, in words that both backends understand.

use std::sync::Arc;

use model::{Contact, Dialect, TagId, TeamId};

/// A list of contacts.
#[derive(Clone, Debug)]
pub struct ContactQuery {
    /// Which contacts.
    pub filter: Filter,
    /// In which order.
    pub order: ContactOrder,
    /// Only contacts beyond this number in the order [`Oldest`](ContactOrder::Oldest) or
    /// [`Newest`](ContactOrder::Newest): those after the last one of the page before. Ignored in other orders.
    /// The total stays that of the whole list.
    pub after: Option<u64>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
}

/// Which contacts; a tree.
#[derive(Clone, Debug)]
pub enum Filter {
    /// All of them.
    All,
    /// Those that every part holds for.
    And(Vec<Filter>),
    /// Those that at least one part holds for; without parts: none.
    Any(Vec<Filter>),
    /// Those with any of these tags.
    AnyTag(Vec<TagId>),
    /// Those assigned to this team; `None`: to none.
    Team(Option<TeamId>),
    /// Those whose extra member of this dialect is this text.
    Extra(Dialect, String, String),
    /// Those whose extra member of this dialect is absent.
    NoExtra(Dialect, String),
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
    /// By full name, in any case.
    Name,
    /// By full name, in any case, from Z to A.
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

/// A value bound to a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bind {
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
}

/// The statements of a list. The first bind is the workspace; those of the page end with the number that it
/// comes after, if there is one, limit and offset.
#[derive(Debug)]
pub(crate) struct Select {
    /// Yields the `row` of each contact of the page, in order.
    pub(crate) page: String,
    /// Counts the whole list; `None` when it is all contacts of the workspace.
    pub(crate) count: Option<String>,
    /// The binds of the count.
    pub(crate) binds: Vec<Bind>,
    /// Whether the page is one of what comes after a number, so that it does not tell the total.
    pub(crate) is_after: bool,
    after: Option<i64>,
    limit: i64,
    offset: i64,
}

impl Select {
    pub(crate) fn of(workspace: crate::WorkspaceNumber, query: &ContactQuery) -> Self {
        let mut binds = vec![Bind::Integer(workspace.0)];
        let condition = condition(&query.filter, &mut binds);
        let filter = condition.as_ref().map(|condition| format!(" AND {condition}")).unwrap_or_default();
        let beyond = match query.order {
            ContactOrder::Oldest => query.after.map(|number| (">", integer(number))),
            ContactOrder::Newest => query.after.map(|number| ("<", integer(number))),
            _ => None,
        };
        let mut place = binds.len();
        let mut next_place = || {
            place += 1;
            place
        };
        let beyond_condition = beyond.map(|(sign, _)| format!(" AND c.number {sign} ?{}", next_place()));
        let beyond_condition = beyond_condition.unwrap_or_default();
        let (limit, offset) = (next_place(), next_place());
        // The log of events knows what is newest, so no index has to: each contact stands there once with its
        // last event. CROSS JOIN makes SQLite walk the log first.
        let by_event = "events e CROSS JOIN contacts c \
                        ON c.workspace = e.workspace AND c.id = e.contact AND c.last_event = e.seq \
                        WHERE e.workspace = ?1";
        let by_contact = "contacts c WHERE c.workspace = ?1";
        let (from, order) = match query.order {
            ContactOrder::Oldest => (by_contact, "c.number"),
            ContactOrder::Newest => (by_contact, "c.number DESC"),
            ContactOrder::LastUpdated => (by_event, "e.seq DESC"),
            ContactOrder::FirstUpdated => (by_event, "e.seq"),
            ContactOrder::Name => (by_contact, "c.name, c.number"),
            ContactOrder::NameDescending => (by_contact, "c.name DESC, c.number"),
        };
        Self {
            page: format!(
                "SELECT c.row FROM {from}{filter}{beyond_condition} ORDER BY {order} \
                 LIMIT ?{limit} OFFSET ?{offset}"
            ),
            count: condition.map(|condition| format!("SELECT count(*) FROM {by_contact} AND {condition}")),
            binds,
            is_after: beyond.is_some(),
            after: beyond.map(|(_, number)| number),
            limit: query.limit.into(),
            offset: integer(query.offset),
        }
    }

    /// The binds of the page.
    pub(crate) fn page_binds(&self) -> impl Iterator<Item = Bind> {
        let own = self.after.into_iter().chain([self.limit, self.offset]);
        self.binds.iter().cloned().chain(own.map(Bind::Integer))
    }
}

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The condition of a filter; `None` when it always holds.
fn condition(filter: &Filter, binds: &mut Vec<Bind>) -> Option<String> {
    let mut bind = |value: Bind| {
        binds.push(value);
        format!("?{}", binds.len())
    };
    let text = match filter {
        Filter::All => return None,
        Filter::And(parts) => {
            let conditions: Vec<_> = parts.iter().filter_map(|part| condition(part, binds)).collect();
            return joined(&conditions, "AND");
        }
        Filter::Any(parts) => {
            let known = binds.len();
            let conditions: Option<Vec<_>> = parts.iter().map(|part| condition(part, binds)).collect();
            let Some(conditions) = conditions else {
                // What the parts before the one that always holds have bound is in no statement.
                binds.truncate(known);
                return None;
            };
            joined(&conditions, "OR").unwrap_or_else(|| "FALSE".to_owned())
        }
        Filter::AnyTag(tags) if tags.is_empty() => "FALSE".to_owned(),
        Filter::AnyTag(tags) => {
            let tags: Vec<_> = tags.iter().map(|tag| bind(Bind::Text(tag.hex()))).collect();
            let tags = tags.join(", ");
            format!("EXISTS (SELECT 1 FROM json_each(c.doc, '$.tags') t WHERE t.value IN ({tags}))")
        }
        Filter::Team(Some(team)) => {
            format!("json_extract(c.doc, '$.assigned_team') = {}", bind(Bind::Text(team.hex())))
        }
        Filter::Team(None) => "json_extract(c.doc, '$.assigned_team') IS NULL".to_owned(),
        Filter::Extra(dialect, name, value) => {
            let (name, value) = (bind(Bind::Text(name.clone())), bind(Bind::Text(value.clone())));
            format!(
                "EXISTS (SELECT 1 FROM json_each(c.doc, '$.extras.{dialect}') x \
                 WHERE x.key = {name} AND x.type = 'text' AND x.value = {value})"
            )
        }
        Filter::NoExtra(dialect, name) => {
            let name = bind(Bind::Text(name.clone()));
            format!(
                "NOT EXISTS (SELECT 1 FROM json_each(c.doc, '$.extras.{dialect}') x WHERE x.key = {name})"
            )
        }
    };
    Some(text)
}

/// Conditions joined by a word, in parentheses; `None` when there are none. In halves, because SQLite takes
/// an expression only so deep, and clients can ask for many conditions.
fn joined(conditions: &[String], word: &str) -> Option<String> {
    match conditions {
        [] => None,
        [condition] => Some(condition.clone()),
        _ => {
            let (left, right) = conditions.split_at(conditions.len() / 2);
            Some(format!("({} {word} {})", joined(left, word)?, joined(right, word)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WorkspaceNumber;

    fn select(filter: Filter, order: ContactOrder) -> Select {
        Select::of(WorkspaceNumber(7), &ContactQuery { filter, order, offset: 20, limit: 10 })
    }

    #[test]
    fn all_contacts_need_no_count() {
        let select = select(Filter::And(vec![Filter::All, Filter::And(vec![])]), ContactOrder::Newest);
        assert_eq!(select.count, None);
        assert_eq!(
            select.page,
            "SELECT c.row FROM contacts c WHERE c.workspace = ?1 ORDER BY c.id DESC LIMIT ?2 OFFSET ?3"
        );
        assert_eq!(
            select.page_binds().collect::<Vec<_>>(),
            [Bind::Integer(7), Bind::Integer(10), Bind::Integer(20)]
        );
    }

    #[test]
    fn values_are_bound() {
        let evil = "'; DROP TABLE contacts; --".to_owned();
        let select = select(
            Filter::And(vec![
                Filter::Extra(Dialect::Acquire, evil.clone(), evil.clone()),
                Filter::NumberBelow(u64::MAX),
                Filter::AnyTag(vec![]),
            ]),
            ContactOrder::Name,
        );
        let count = select.count.unwrap();
        assert!(count.ends_with("x.value = ?3) AND c.number < ?4 AND FALSE"), "{count}");
        assert!(select.page.ends_with("LIMIT ?5 OFFSET ?6"), "{}", select.page);
        assert_eq!(
            select.binds,
            [Bind::Integer(7), Bind::Text(evil.clone()), Bind::Text(evil), Bind::Integer(i64::MAX)]
        );
    }
}
