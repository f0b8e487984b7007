//! When contacts last changed: noting it, and who did in a range.

use std::ops::Range;

use rusqlite::{Connection, params};

use super::event_row::{self, event_row, last_row, number};
use super::last_events;
use crate::document::changed_at;
use crate::last_changes::{ChangedIn, Changes, InstantRange, LastChange, is_too_much};
use crate::last_events::SPAN_MAX;
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

/// Yields what contacts tell of those of their last events from the row `?2` to the row `?3` that do not tell it themselves.
fn told_sql() -> String {
    let log = event_row::between("?2", "?3");
    format!("SELECT e.row, c.number, c.format, c.doc FROM {log} AND e.number IS NULL")
}

/// The last changes that these events made, of which only contacts tell. Of one that cannot be read there is none: `verify`
/// tells of it.
pub(super) fn told(
    connection: &Connection,
    workspace: WorkspaceNumber,
    events: Range<u64>,
) -> Result<Vec<LastChange>, StoreError> {
    let mut statement = connection.prepare_cached(&told_sql())?;
    let last = last_row(workspace);
    let until = if events.end > number(last) { last } else { event_row(workspace, events.end) - 1 };
    let mut rows = statement.query(params![workspace.0, event_row(workspace, events.start), until])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(at) = changed_at(row.get(2)?, row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?) {
            changes.push(LastChange { event: number(row.get(0)?), number: row.get(1)?, at });
        }
    }
    Ok(changes)
}

/// The contacts that last changed in a range; `None` when that is too much to find out, where no others than these
/// matter.
pub(super) fn find(
    connection: &Connection,
    workspace: WorkspaceNumber,
    range: InstantRange,
    bound: Option<&Numbers>,
) -> Result<Option<Numbers>, StoreError> {
    let events = last_events::last_event(connection, workspace)?.unwrap_or(0);
    let Some(last) =
        last_events::all(connection, workspace, SPAN_MAX)?.filter(|_| !is_too_much(events, bound))
    else {
        return Ok(None);
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Reading all of the log for some events of it makes all that is noted cost more the longer it is.
    #[test]
    fn events_are_read_from_the_first_to_the_last_that_are_asked_for() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::sqlite::migrate::run(&mut connection).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", told_sql())).unwrap();
        let steps = statement.query_map([1, 2, 3], |row| row.get(3)).unwrap();
        let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
        let expected = ["SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "SEARCH c USING INDEX"];
        assert!(
            steps.len() == 2 && steps.iter().zip(expected).all(|(step, expected)| step.starts_with(expected)),
            "{steps:?}"
        );
    }
}
