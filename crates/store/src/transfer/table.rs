//! The tables that are moved, and the order of it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cell::{Cell, Position};

/// The tables, in the order in which they are moved: keys last, so that nobody is let in before all is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Table {
    Workspaces,
    Catalogs,
    Contacts,
    Tombstones,
    Aliases,
    Channels,
    Facets,
    #[serde(rename = "sort_keys")]
    SortKeys,
    Records,
    Events,
    #[serde(rename = "last_events")]
    LastEvents,
    #[serde(rename = "last_changes")]
    LastChanges,
    Pictures,
    Requests,
    Answers,
    Revisions,
    Keys,
}

impl Table {
    pub(crate) const ALL: [Self; 17] = [
        Self::Workspaces,
        Self::Catalogs,
        Self::Contacts,
        Self::Tombstones,
        Self::Aliases,
        Self::Channels,
        Self::Facets,
        Self::SortKeys,
        Self::Records,
        Self::Events,
        Self::LastEvents,
        Self::LastChanges,
        Self::Pictures,
        Self::Requests,
        Self::Answers,
        Self::Revisions,
        Self::Keys,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Workspaces => "workspaces",
            Self::Catalogs => "catalogs",
            Self::Contacts => "contacts",
            Self::Tombstones => "tombstones",
            Self::Aliases => "aliases",
            Self::Channels => "channels",
            Self::Facets => "facets",
            Self::SortKeys => "sort_keys",
            Self::Records => "records",
            Self::Events => "events",
            Self::LastEvents => "last_events",
            Self::LastChanges => "last_changes",
            Self::Pictures => "pictures",
            Self::Requests => "requests",
            Self::Answers => "answers",
            Self::Revisions => "revisions",
            Self::Keys => "keys",
        }
    }

    /// The place before the first record; it has as many cells as the table's key.
    pub(crate) fn start(self) -> Position {
        let (number, id, text) =
            (Cell::Number(i64::MIN), Cell::Id(Uuid::nil()), Cell::Text(Cow::Borrowed("")));
        match self {
            Self::Workspaces | Self::Catalogs | Self::Requests | Self::Answers => vec![number],
            Self::Contacts | Self::Tombstones | Self::Pictures => vec![number, id],
            Self::Aliases => vec![number.clone(), number, text.clone(), text],
            Self::Channels => vec![number, text.clone(), text, id],
            Self::Facets => vec![number.clone(), id, number],
            Self::Records => vec![number.clone(), id, number],
            Self::Events | Self::LastEvents | Self::LastChanges | Self::SortKeys => {
                vec![number.clone(), number]
            }
            Self::Revisions => vec![number.clone(), id, number],
            Self::Keys => vec![Cell::Bytes(Cow::Borrowed(&[]))],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_the_schema_is_moved() {
        let tables = |schema: &'static str| -> Vec<&str> {
            schema.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.strip_suffix(" (")).collect()
        };
        // What is not moved: the counters on PostgreSQL are part of the workspaces, and the rest is of the moment.
        let apart = ["heads", "leases", "moves"];
        for schema in [
            concat!(
                include_str!("../../migrations/sqlite/0001_init.sql"),
                include_str!("../../migrations/sqlite/0002_pictures.sql"),
                include_str!("../../migrations/sqlite/0003_idempotency.sql"),
                include_str!("../../migrations/sqlite/0007_last_events.sql"),
                include_str!("../../migrations/sqlite/0009_answers.sql"),
                include_str!("../../migrations/sqlite/0011_last_changes.sql"),
                include_str!("../../migrations/sqlite/0012_revisions.sql")
            ),
            concat!(
                include_str!("../../migrations/postgres/0001_init.sql"),
                include_str!("../../migrations/postgres/0002_pictures.sql"),
                include_str!("../../migrations/postgres/0003_idempotency.sql"),
                include_str!("../../migrations/postgres/0007_last_events.sql"),
                include_str!("../../migrations/postgres/0009_answers.sql"),
                include_str!("../../migrations/postgres/0011_last_changes.sql"),
                include_str!("../../migrations/postgres/0012_revisions.sql")
            ),
        ] {
            let mut made: Vec<_> =
                tables(schema).into_iter().filter(|table| !apart.contains(table)).collect();
            made.sort_unstable();
            let mut moved = Table::ALL.map(Table::as_str);
            moved.sort_unstable();
            assert_eq!(made, moved);
        }
    }
}
