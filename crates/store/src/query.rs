//! Lists of contacts: filter, order and page, in words that both backends understand.

use std::sync::Arc;

use model::{Contact, Dialect, TagId, TeamId};

use crate::backend::integer;

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

/// The statements of a list. The first bind is the workspace; those of the page end with limit, offset, and the
/// number that it comes after, if there is one.
#[derive(Debug)]
pub(crate) struct Select {
    /// Yields the key of each contact of the page, in order.
    pub(crate) page: String,
    /// Counts the whole list; `None` when it is all contacts of the workspace.
    pub(crate) count: Option<String>,
    /// The binds of the count.
    pub(crate) binds: Vec<Bind>,
    /// The number that the page comes after, where the order heeds it.
    pub(crate) after: Option<i64>,
    limit: i64,
    offset: i64,
}

/// How a backend says what lists need of contacts `c`.
pub(crate) struct Syntax {
    /// What stands before the number of a bound value.
    pub(crate) mark: char,
    /// What a page yields of each contact.
    pub(crate) key: &'static str,
    /// The log of events joined with the contacts: what follows `FROM`, up to a first condition. The log knows what
    /// is newest, so no index has to. Each contact stands there once, with its last event, in the workspace that is
    /// the first bound value.
    pub(crate) log: &'static str,
    /// What orders the log, oldest first.
    pub(crate) log_order: &'static str,
    /// That a contact has one of these tags, bound values with commas between.
    pub(crate) any_tag: fn(&str) -> String,
    /// The id of the team.
    pub(crate) team: &'static str,
    /// That this extra of a dialect is this text: both are bound values.
    pub(crate) extra: fn(Dialect, &str, &str) -> String,
    /// That a dialect has no such extra.
    pub(crate) no_extra: fn(Dialect, &str) -> String,
}

impl Select {
    pub(crate) fn of(workspace: crate::WorkspaceNumber, query: &ContactQuery, syntax: &Syntax) -> Self {
        let mut binds = vec![Bind::Integer(workspace.0)];
        let mark = syntax.mark;
        let condition = condition(&query.filter, syntax, &mut binds);
        let filter = condition.as_ref().map(|condition| format!(" AND {condition}")).unwrap_or_default();
        let (limit, offset, last) = (binds.len() + 1, binds.len() + 2, binds.len() + 3);
        let (sign, after) = match query.order {
            ContactOrder::Oldest => (">", query.after.map(integer)),
            ContactOrder::Newest => ("<", query.after.map(integer)),
            _ => ("", None),
        };
        let beyond = after.map(|_| format!(" AND c.number {sign} {mark}{last}")).unwrap_or_default();
        let newest = format!("{} DESC", syntax.log_order);
        let by_contact = format!("contacts c WHERE c.workspace = {mark}1");
        let by_contact = by_contact.as_str();
        let (from, order) = match query.order {
            ContactOrder::Oldest => (by_contact, "c.number"),
            ContactOrder::Newest => (by_contact, "c.number DESC"),
            ContactOrder::LastUpdated => (syntax.log, newest.as_str()),
            ContactOrder::FirstUpdated => (syntax.log, syntax.log_order),
            ContactOrder::Name => (by_contact, "c.name, c.number"),
            ContactOrder::NameDescending => (by_contact, "c.name DESC, c.number"),
        };
        Self {
            page: format!(
                "SELECT {} FROM {from}{filter}{beyond} ORDER BY {order} LIMIT {mark}{limit} OFFSET {mark}{offset}",
                syntax.key
            ),
            count: condition.map(|condition| format!("SELECT count(*) FROM {by_contact} AND {condition}")),
            binds,
            limit: query.limit.into(),
            offset: integer(query.offset),
            after,
        }
    }

    /// The binds of the page.
    pub(crate) fn page_binds(&self) -> impl Iterator<Item = Bind> {
        let own = [self.limit, self.offset].into_iter().chain(self.after);
        self.binds.iter().cloned().chain(own.map(Bind::Integer))
    }
}

/// The condition of a filter; `None` when it always holds.
fn condition(filter: &Filter, syntax: &Syntax, binds: &mut Vec<Bind>) -> Option<String> {
    let mut bind = |value: Bind| {
        binds.push(value);
        format!("{}{}", syntax.mark, binds.len())
    };
    let text = match filter {
        Filter::All => return None,
        Filter::And(parts) => {
            let conditions: Vec<_> = parts.iter().filter_map(|part| condition(part, syntax, binds)).collect();
            return joined(&conditions, "AND");
        }
        Filter::Any(parts) => {
            let known = binds.len();
            let conditions: Option<Vec<_>> =
                parts.iter().map(|part| condition(part, syntax, binds)).collect();
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
            (syntax.any_tag)(&tags.join(", "))
        }
        Filter::Team(Some(team)) => {
            format!("{} = {}", syntax.team, bind(Bind::Text(team.hex())))
        }
        Filter::Team(None) => format!("{} IS NULL", syntax.team),
        // No stored text has a NUL, and PostgreSQL cannot compare with one.
        Filter::Extra(_, _, value) if value.contains('\0') => "FALSE".to_owned(),
        Filter::Extra(dialect, name, value) => {
            let (name, value) = (bind(Bind::Text(name.clone())), bind(Bind::Text(value.clone())));
            (syntax.extra)(*dialect, &name, &value)
        }
        Filter::NoExtra(dialect, name) => {
            let name = bind(Bind::Text(name.clone()));
            (syntax.no_extra)(*dialect, &name)
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

    const SYNTAX: Syntax = crate::sqlite::SYNTAX;

    fn select(filter: Filter, order: ContactOrder) -> Select {
        Select::of(WorkspaceNumber(7), &query(filter, order), &SYNTAX)
    }

    fn query(filter: Filter, order: ContactOrder) -> ContactQuery {
        ContactQuery { filter, order, after: None, offset: 20, limit: 10 }
    }

    /// The condition of a filter, and the texts that it binds.
    #[track_caller]
    fn check(filter: &Filter, expected: Option<&str>, texts: &[&str]) {
        let mut binds = Vec::new();
        assert_eq!(condition(filter, &SYNTAX, &mut binds).as_deref(), expected);
        assert_eq!(binds, texts.iter().map(|text| Bind::Text((*text).to_owned())).collect::<Vec<_>>());
    }

    fn team(number: u128) -> (Filter, String) {
        let team = TeamId(uuid::Uuid::from_u128(number));
        (Filter::Team(Some(team)), team.hex())
    }

    #[test]
    fn all_contacts_need_no_count() {
        let select = select(Filter::And(vec![Filter::All, Filter::And(vec![])]), ContactOrder::Newest);
        assert_eq!(select.count, None);
        assert_eq!(
            select.page,
            "SELECT c.row FROM contacts c WHERE c.workspace = ?1 ORDER BY c.number DESC LIMIT ?2 OFFSET ?3"
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
                Filter::AnyTag(vec![]),
            ]),
            ContactOrder::Name,
        );
        let count = select.count.unwrap();
        assert!(count.ends_with("x.value = ?3) AND FALSE)"), "{count}");
        assert!(select.page.ends_with("LIMIT ?4 OFFSET ?5"), "{}", select.page);
        assert_eq!(select.binds, [Bind::Integer(7), Bind::Text(evil.clone()), Bind::Text(evil)]);
    }

    #[test]
    fn parts_are_joined_in_parentheses() {
        let ((a, a_text), (b, b_text), (c, c_text)) = (team(1), team(2), team(3));
        let none = "json_extract(c.doc, '$.assigned_team') IS NULL";
        let is = |place: u8| format!("json_extract(c.doc, '$.assigned_team') = ?{place}");
        check(&Filter::Any(vec![]), Some("FALSE"), &[]);
        check(&Filter::Any(vec![Filter::Team(None)]), Some(none), &[]);
        check(
            &Filter::And(vec![Filter::Any(vec![a.clone(), Filter::Team(None)]), Filter::All, b.clone()]),
            Some(&format!("(({} OR {none}) AND {})", is(1), is(2))),
            &[&a_text, &b_text],
        );
        check(
            &Filter::Any(vec![a, Filter::And(vec![b, Filter::Team(None)]), c]),
            Some(&format!("({} OR (({} AND {none}) OR {}))", is(1), is(2), is(3))),
            &[&a_text, &b_text, &c_text],
        );
    }

    #[test]
    fn what_always_holds_makes_any_hold_and_binds_nothing() {
        let ((a, a_text), (b, _), (c, c_text)) = (team(1), team(2), team(3));
        check(&Filter::Any(vec![a.clone(), Filter::All]), None, &[]);
        check(&Filter::Any(vec![a.clone(), Filter::And(vec![])]), None, &[]);
        let any = Filter::Any(vec![b, Filter::Any(vec![Filter::All])]);
        let expected = "(json_extract(c.doc, '$.assigned_team') = ?1 AND \
                        json_extract(c.doc, '$.assigned_team') = ?2)";
        check(&Filter::And(vec![a, any, c]), Some(expected), &[&a_text, &c_text]);
    }

    #[test]
    fn only_the_orders_by_number_come_after_one() {
        for (order, expected) in [
            (ContactOrder::Oldest, Some("c.number > ?4 ORDER BY c.number LIMIT ?2 OFFSET ?3")),
            (ContactOrder::Newest, Some("c.number < ?4 ORDER BY c.number DESC LIMIT ?2 OFFSET ?3")),
            (ContactOrder::LastUpdated, None),
            (ContactOrder::FirstUpdated, None),
            (ContactOrder::Name, None),
            (ContactOrder::NameDescending, None),
        ] {
            let query = ContactQuery { after: Some(u64::MAX), ..query(Filter::All, order) };
            let select = Select::of(WorkspaceNumber(7), &query, &SYNTAX);
            let binds: Vec<_> = select.page_binds().collect();
            let numbers = [7, 10, 20, i64::MAX].map(Bind::Integer);
            match expected {
                Some(expected) => {
                    assert!(select.page.ends_with(expected), "{}", select.page);
                    assert_eq!(binds, numbers);
                }
                None => {
                    assert!(!select.page.contains("c.number <"), "{}", select.page);
                    assert_eq!(binds, numbers[..3]);
                }
            }
            assert_eq!(select.count, None);
        }
    }
}
