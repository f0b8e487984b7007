//! Lists of contacts.

use std::sync::Arc;

use model::{ChannelKind, Contact};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::event_row::LAST_EVENTS;
use super::load;
use crate::query::{Bind, Select, Syntax};
use crate::{ContactPage, ContactQuery, StoreError, WorkspaceNumber};

/// SQLite's ways to say what lists need.
pub(crate) const SYNTAX: Syntax = Syntax {
    mark: '?',
    key: "c.row",
    log: LAST_EVENTS,
    log_order: "e.row",
    any_tag: |tags| format!("EXISTS (SELECT 1 FROM json_each(c.doc, '$.tags') t WHERE t.value IN ({tags}))"),
    team: "json_extract(c.doc, '$.assigned_team')",
    extra: |dialect, name, value| {
        format!(
            "EXISTS (SELECT 1 FROM json_each(c.doc, '$.extras.{dialect}') x \
             WHERE x.key = {name} AND x.type = 'text' AND x.value = {value})"
        )
    },
    no_extra: |dialect, name| {
        format!("NOT EXISTS (SELECT 1 FROM json_each(c.doc, '$.extras.{dialect}') x WHERE x.key = {name})")
    },
};

pub(super) fn list(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<ContactPage, StoreError> {
    let select = Select::of(workspace, query, &SYNTAX);
    // First the rows, then the documents: so that sorting and skipping need not carry documents along.
    let rows: Vec<i64> = {
        let mut statement = connection.prepare_cached(&select.page)?;
        let rows = statement.query_map(params_from_iter(select.page_binds()), |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    let contacts = documents(connection, &rows)?;
    let on_page = rows.len() as u64;
    let is_end =
        select.after.is_none() && on_page < u64::from(query.limit) && (on_page > 0 || query.offset == 0);
    let total = if is_end { query.offset + on_page } else { total(connection, workspace, &select)? };
    Ok(ContactPage { contacts, total })
}

pub(super) fn by_channel(
    connection: &Connection,
    workspace: WorkspaceNumber,
    kind: &ChannelKind,
    value: &str,
    limit: u32,
) -> Result<Vec<Arc<Contact>>, StoreError> {
    let sql = "SELECT c.row FROM channels h JOIN contacts c ON c.workspace = h.workspace AND c.id = h.contact \
               WHERE h.workspace = ?1 AND h.kind = ?2 AND h.value = ?3 ORDER BY h.contact LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![workspace.0, kind.as_str(), value, limit], |row| row.get(0))?;
    documents(connection, &rows.collect::<Result<Vec<_>, _>>()?)
}

fn documents(connection: &Connection, rows: &[i64]) -> Result<Vec<Arc<Contact>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT format, doc FROM contacts WHERE row = ?1")?;
    rows.iter()
        .map(|row| {
            let contact = statement.query_row([row], |row| load::contact(row, 0, 1))?;
            contact.map(Arc::new).map_err(|source| StoreError::Unreadable { what: "contact", source })
        })
        .collect()
}

fn total(connection: &Connection, workspace: WorkspaceNumber, select: &Select) -> Result<u64, StoreError> {
    match &select.count {
        Some(count) => {
            let mut statement = connection.prepare_cached(count)?;
            Ok(statement.query_row(params_from_iter(&select.binds), |row| row.get(0))?)
        }
        None => {
            let sql = "SELECT contact_count FROM workspaces WHERE number = ?1";
            let count =
                connection.prepare_cached(sql)?.query_row([workspace.0], |row| row.get(0)).optional()?;
            Ok(count.unwrap_or(0))
        }
    }
}

impl rusqlite::ToSql for Bind {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Integer(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}
