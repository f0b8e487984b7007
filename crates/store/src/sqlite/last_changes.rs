//! When contacts last changed: noting it, and who did in a range.

use rusqlite::{Connection, params};

use super::event_row::event_row;
use super::last_events;
use crate::backend::integer;
use crate::document::changed_at;
use crate::last_changes::{ChangedIn, Changes, InstantRange, LastChange, is_too_much};
use crate::last_events::{SPAN_MAX, Span};
use crate::numbers::Numbers;
use crate::{StoreError, WorkspaceNumber};

/// Notes a chunk.
pub(super) fn note(
    connection: &Connection,
    workspace: WorkspaceNumber,
    chunk: u64,
    Changes { first_at, last_at, packed }: &Changes,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO last_changes (workspace, chunk, first_at, last_at, changes) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![workspace.0, chunk, first_at, last_at, packed])?;
    Ok(())
}

/// Adds what contacts tell of the events of a span that do not tell it themselves. Of one that cannot be read there is
/// nothing: `verify` tells of it.
pub(super) fn ask(
    connection: &Connection,
    workspace: WorkspaceNumber,
    span: &mut Span,
) -> Result<(), StoreError> {
    let sql = "SELECT c.number, c.format, c.doc FROM events e JOIN contacts c \
               ON c.workspace = ?1 AND c.id = e.record AND c.last_event = ?3 WHERE e.row = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut changes = Vec::new();
    for event in span.silent() {
        let mut rows =
            statement.query(params![workspace.0, event_row(workspace, *event), integer(*event)])?;
        if let Some(row) = rows.next()?
            && let Some(at) =
                changed_at(row.get(1)?, row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)
        {
            changes.push(LastChange { event: *event, number: row.get(0)?, at });
        }
    }
    span.add_changes(changes);
    Ok(())
}

/// The contacts that last changed in a range; `None` when that is too much to find out, where no others than these
/// matter.
pub(super) fn find(
    connection: &Connection,
    workspace: WorkspaceNumber,
    range: InstantRange,
    bound: Option<&Numbers>,
) -> Result<Option<Numbers>, StoreError> {
    let not_noted = last_events::not_noted(connection, workspace)?;
    if is_too_much(not_noted.end, bound) {
        return Ok(None);
    }
    let last = last_events::all(connection, workspace, not_noted, SPAN_MAX)?;
    let Some(last) = last else { return Ok(None) };
    let mut found = Vec::new();
    let see = |change: LastChange| found.push(change.number);
    each(connection, workspace, &last.changes, ChangedIn { range, last: &last.events, see })?;
    Ok(Some(found.into_iter().collect()))
}

/// Each last change in a range, where these are not noted.
pub(super) fn each(
    connection: &Connection,
    workspace: WorkspaceNumber,
    not_noted: &[LastChange],
    mut changed: ChangedIn<'_, impl FnMut(LastChange)>,
) -> Result<(), StoreError> {
    let range = changed.range;
    let sql = "SELECT chunk, first_at, changes FROM last_changes WHERE workspace = ?1 AND first_at <= ?2 AND last_at >= ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![workspace.0, range.last(), range.from])?;
    while let Some(row) = rows.next()? {
        let changes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        changed.meet_noted(row.get(0)?, row.get(1)?, changes);
    }
    not_noted.iter().for_each(|change| changed.meet(*change));
    Ok(())
}
