//! Lists of contacts.

use std::sync::Arc;

use model::{ChannelKind, Contact};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::event_row::LAST_EVENTS;
use super::{facets, load};
use crate::backend::integer;
use crate::query::{Among, Bind, Select, Syntax};
use crate::sort::Ranked;
use crate::{ContactPage, ContactQuery, StoreError, WorkspaceNumber};

/// SQLite's ways to say what lists need.
pub(crate) const SYNTAX: Syntax = Syntax {
    mark: '?',
    key: "c.row",
    log: LAST_EVENTS,
    log_order: "e.row",
    numbers: "(SELECT value AS number FROM json_each(?4)) n",
    is_chosen: |bits, number| format!("is_chosen({bits}, {number})"),
};

pub(super) fn list(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<ContactPage, StoreError> {
    if !query.is_plain() {
        return looked_up(connection, workspace, query);
    }
    let contacts = page(connection, Select::of(workspace, query, Among::All, &SYNTAX))?;
    let on_page = contacts.len() as u64;
    let is_end =
        query.after().is_none() && on_page < u64::from(query.limit) && (on_page > 0 || query.offset == 0);
    let total = if is_end { query.offset + on_page } else { contact_count(connection, workspace)? };
    Ok(ContactPage { contacts, total })
}

/// A page of a list for which something must be looked up.
fn looked_up(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<ContactPage, StoreError> {
    let answers = facets::answers(connection, workspace, query)?;
    let mut found = query.filter.numbers(&answers);
    let mut ranked = Ranked::new(&query.sort, query.end());
    if query.asks_documents(&answers) {
        let mut holds = Vec::new();
        each(connection, workspace, found.ascending(None), |contact| {
            if query.filter.holds(&contact) {
                holds.push(contact.number);
                ranked.add(&contact);
            }
        })?;
        found = holds.into_iter().collect();
    }
    let numbers = if query.ranks_documents(&answers) {
        let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
        ranked.finish().into_iter().skip(skip).collect()
    } else if let Some(numbers) = query.page_of(&found) {
        numbers
    } else {
        let among = match query.filter.is_all() {
            true => Among::All,
            false => Among::of(&found, query, contact_count(connection, workspace)?),
        };
        if query.sort.is_empty() {
            let contacts = page(connection, Select::of(workspace, query, among, &SYNTAX))?;
            return Ok(ContactPage { contacts, total: found.len() });
        }
        let Select { page, binds } = Select::sorted(workspace, query, (among, &answers), &SYNTAX);
        let mut statement = connection.prepare_cached(&page)?;
        let numbers = statement.query_map(params_from_iter(binds), |row| row.get(0))?;
        numbers.collect::<Result<_, _>>()?
    };
    let mut contacts = Vec::with_capacity(numbers.len());
    each(connection, workspace, numbers.into_iter(), |contact| contacts.push(Arc::new(contact)))?;
    Ok(ContactPage { contacts, total: found.len() })
}

/// The contacts with these numbers, in this order.
fn each(
    connection: &Connection,
    workspace: WorkspaceNumber,
    numbers: impl Iterator<Item = u64>,
    mut see: impl FnMut(Contact),
) -> Result<(), StoreError> {
    let sql = "SELECT format, doc FROM contacts WHERE workspace = ?1 AND number = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    for number in numbers {
        let key = params![workspace.0, integer(number)];
        let contact = statement.query_row(key, |row| load::contact(row, 0, 1))?;
        see(contact.map_err(|source| StoreError::Unreadable { what: "contact", source })?);
    }
    Ok(())
}

/// The contacts of a page: first the rows, then the documents, so that sorting and skipping need not carry documents
/// along.
fn page(connection: &Connection, select: Select) -> Result<Vec<Arc<Contact>>, StoreError> {
    let mut statement = connection.prepare_cached(&select.page)?;
    let rows = statement.query_map(params_from_iter(select.binds), |row| row.get(0))?;
    documents(connection, &rows.collect::<Result<Vec<_>, _>>()?)
}

/// That a number (second) is among bits (first), as [`Numbers::dense`](crate::numbers::Numbers::dense) makes them.
pub(super) fn add_is_chosen(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("is_chosen", 2, flags, |arguments| {
        let bits = arguments.get_raw(0).as_blob()?;
        let number: u64 = arguments.get(1)?;
        let byte = usize::try_from(number / 8).ok().and_then(|place| bits.get(place));
        Ok(byte.is_some_and(|byte| byte >> (number % 8) & 1 == 1))
    })
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

fn contact_count(connection: &Connection, workspace: WorkspaceNumber) -> Result<u64, StoreError> {
    let sql = "SELECT contact_count FROM workspaces WHERE number = ?1";
    let count = connection.prepare_cached(sql)?.query_row([workspace.0], |row| row.get(0)).optional()?;
    Ok(count.unwrap_or(0))
}

impl rusqlite::ToSql for Bind {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Integer(number) => number.to_sql(),
            // What `json_each` reads.
            Self::Integers(numbers) => {
                let texts: Vec<_> = numbers.iter().map(i64::to_string).collect();
                Ok(format!("[{}]", texts.join(",")).into())
            }
            Self::Bytes(bytes) => bytes.to_sql(),
        }
    }
}
