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
    /// Those with any of these tags.
    AnyTag(Vec<TagId>),
    /// Those assigned to this team; `None`: to none.
    Team(Option<TeamId>),
    /// Those whose extra member of this dialect is this text.
    Extra(Dialect, String, String),
    /// Those whose extra member of this dialect is absent.
    NoExtra(Dialect, String),
    /// Those with a number below this one.
    NumberBelow(u64),
}

/// The order of a list. Equal contacts are in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactOrder {
    /// By id, which is by creation, oldest first.
    Oldest,
    /// By id, newest first.
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
    /// How many the whole list has, exactly.
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

/// The statements of a list. The first bind is the workspace; those of the page end with limit and offset.
#[derive(Debug)]
pub(crate) struct Select {
    /// Yields the `row` of each contact of the page, in order.
    pub(crate) page: String,
    /// Counts the whole list; `None` when it is all contacts of the workspace.
    pub(crate) count: Option<String>,
    /// The binds of the count.
    pub(crate) binds: Vec<Bind>,
    limit: i64,
    offset: i64,
}

impl Select {
    pub(crate) fn of(workspace: crate::WorkspaceNumber, query: &ContactQuery) -> Self {
        let mut binds = vec![Bind::Integer(workspace.0)];
        let condition = condition(&query.filter, &mut binds);
        let filter = condition.as_ref().map(|condition| format!(" AND {condition}")).unwrap_or_default();
        let (limit, offset) = (binds.len() + 1, binds.len() + 2);
        // The log of events knows what is newest, so no index has to: each contact stands there once with its
        // last event. CROSS JOIN makes SQLite walk the log first.
        let by_event = "events e CROSS JOIN contacts c \
                        ON c.workspace = e.workspace AND c.id = e.contact AND c.last_event = e.seq \
                        WHERE e.workspace = ?1";
        let by_contact = "contacts c WHERE c.workspace = ?1";
        let (from, order) = match query.order {
            ContactOrder::Oldest => (by_contact, "c.id"),
            ContactOrder::Newest => (by_contact, "c.id DESC"),
            ContactOrder::LastUpdated => (by_event, "e.seq DESC"),
            ContactOrder::FirstUpdated => (by_event, "e.seq"),
            ContactOrder::Name => (by_contact, "c.name, c.number"),
            ContactOrder::NameDescending => (by_contact, "c.name DESC, c.number"),
        };
        Self {
            page: format!(
                "SELECT c.row FROM {from}{filter} ORDER BY {order} LIMIT ?{limit} OFFSET ?{offset}"
            ),
            count: condition.map(|condition| format!("SELECT count(*) FROM {by_contact} AND {condition}")),
            binds,
            limit: query.limit.into(),
            offset: integer(query.offset),
        }
    }

    /// The binds of the page.
    pub(crate) fn page_binds(&self) -> impl Iterator<Item = Bind> {
        self.binds.iter().cloned().chain([Bind::Integer(self.limit), Bind::Integer(self.offset)])
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
            return (!conditions.is_empty()).then(|| conditions.join(" AND "));
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
        Filter::NumberBelow(number) => format!("c.number < {}", bind(Bind::Integer(integer(*number)))),
    };
    Some(text)
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
