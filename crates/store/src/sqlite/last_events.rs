//! Which events are the last one of a contact: noting it, and pages that are told from it.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, params};

use super::event_row::{event_row, last_row, number};
use super::facets::bits;
use super::{last_changes, list};
use crate::Documents;
use crate::backend::integer;
use crate::last_events::{Fresh, Last, Notes, SPAN_MAX, Span, due};
use crate::numbers::{CHUNK_NUMBERS, Numbers};
use crate::{ContactQuery, StoreError, WorkspaceNumber};

/// What is to be noted next.
pub(super) fn notes(
    connection: &Connection,
    workspace: WorkspaceNumber,
) -> Result<Option<Notes>, StoreError> {
    let noted = noted_chunks(connection, workspace)?;
    let last = last_event(connection, workspace)?;
    let Some(events) = last.and_then(|last| due(noted, last)) else { return Ok(None) };
    Ok(Some(span(connection, workspace, events.clone())?.notes(events)))
}

/// Stores notes; how many chunks are new.
pub(super) fn note(
    connection: &Connection,
    workspace: WorkspaceNumber,
    notes: &Notes,
) -> Result<u64, StoreError> {
    let first = notes.fresh.first().map(|fresh| fresh.chunk);
    if first != Some(noted_chunks(connection, workspace)?) {
        return Ok(0);
    }
    let find = "SELECT bits FROM last_events WHERE workspace = ?1 AND chunk = ?2";
    let update = "UPDATE last_events SET bits = ?3 WHERE workspace = ?1 AND chunk = ?2";
    for (chunk, stale) in &notes.stale {
        let key = params![workspace.0, chunk];
        let before = connection.prepare_cached(find)?.query_row(key, |row| bits(row, 0)).optional()?;
        let after = before.unwrap_or_default().without(*stale);
        connection.prepare_cached(update)?.execute(params![workspace.0, chunk, after.bytes()])?;
    }
    let insert = "INSERT INTO last_events (workspace, chunk, bits) VALUES (?1, ?2, ?3)";
    for Fresh { chunk, last, changes } in &notes.fresh {
        let key = params![workspace.0, chunk];
        match connection.prepare_cached(find)?.query_row(key, |row| bits(row, 0)).optional()? {
            Some(before) => {
                let bits = before.and(*last).bytes();
                connection.prepare_cached(update)?.execute(params![workspace.0, chunk, bits])?;
            }
            None => {
                connection.prepare_cached(insert)?.execute(params![workspace.0, chunk, last.bytes()])?;
            }
        }
        last_changes::note(connection, workspace, *chunk, changes)?;
    }
    Ok(notes.fresh.len() as u64)
}

/// The contacts of a page in the order of last changes; `None` when more events than are read together are not noted.
pub(super) fn page(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<Option<Documents>, StoreError> {
    let not_noted = not_noted(connection, workspace)?;
    let Some(last) = all(connection, workspace, not_noted, SPAN_MAX)? else { return Ok(None) };
    let sql = "SELECT c.format, c.doc FROM events e JOIN contacts c ON c.workspace = ?1 AND c.id = e.record \
               WHERE e.row = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut documents = Documents::default();
    for event in query.page_of_events(&last.events) {
        let key = params![workspace.0, event_row(workspace, event)];
        statement.query_row(key, |row| list::add_with_event(&mut documents, row, event))?;
    }
    Ok(Some(documents))
}

/// The first event that is not noted, and the one after the last.
pub(super) fn not_noted(
    connection: &Connection,
    workspace: WorkspaceNumber,
) -> Result<Range<u64>, StoreError> {
    let first = noted_chunks(connection, workspace)?.saturating_mul(CHUNK_NUMBERS);
    Ok(first..last_event(connection, workspace)?.map_or(0, |last| last + 1))
}

/// The last events of all contacts, of a log of which these events are not noted; `None` when they are more than this.
pub(super) fn all(
    connection: &Connection,
    workspace: WorkspaceNumber,
    not_noted: Range<u64>,
    most: u64,
) -> Result<Option<Last>, StoreError> {
    if not_noted.end.saturating_sub(not_noted.start) > most {
        return Ok(None);
    }
    let first = not_noted.start;
    let sql = "SELECT chunk, bits FROM last_events WHERE workspace = ?1 AND chunk < ?2 ORDER BY chunk";
    let mut noted = Numbers::default();
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![workspace.0, integer(first / CHUNK_NUMBERS)])?;
    while let Some(row) = rows.next()? {
        noted.push(row.get(0)?, bits(row, 1)?);
    }
    Ok(Some(span(connection, workspace, not_noted)?.follow(&noted)))
}

/// The number of the last event, if there is one.
fn last_event(connection: &Connection, workspace: WorkspaceNumber) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT max(row) FROM events WHERE row BETWEEN ?1 AND ?2";
    let rows = [event_row(workspace, 0), last_row(workspace)];
    let last: Option<i64> = connection.prepare_cached(sql)?.query_row(rows, |row| row.get(0))?;
    Ok(last.map(number))
}

/// How many chunks are noted: all up to there.
fn noted_chunks(connection: &Connection, workspace: WorkspaceNumber) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(chunk) + 1, 0) FROM last_changes WHERE workspace = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([workspace.0], |row| row.get(0))?)
}

/// These events, with what contacts tell of them.
fn span(connection: &Connection, workspace: WorkspaceNumber, events: Range<u64>) -> Result<Span, StoreError> {
    let sql = "SELECT row, previous, doc FROM events WHERE row >= ?1 AND row <= ?2 ORDER BY row LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let length = integer(events.end.saturating_sub(events.start));
    let mut rows = statement.query([event_row(workspace, events.start), last_row(workspace), length])?;
    let mut span = Span::default();
    while let Some(row) = rows.next()? {
        let start = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        span.add(number(row.get(0)?), row.get(1)?, start);
    }
    last_changes::ask(connection, workspace, &mut span)?;
    Ok(span)
}
