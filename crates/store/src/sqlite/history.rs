//! The history of a record: a walk along the chain of its events.

use model::{Event, Native, RecordKind, Ref};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::event_row::{event_row, last_row, number};
use super::load::{AliasKind, EVENT, event, find_alias, integer, uuid};
use crate::backend::kind_number;
use crate::{HistoryQuery, StoreError, WorkspaceNumber};

pub(super) fn history(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &HistoryQuery,
) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
    let HistoryQuery { kind, record, before, limit } = query;
    let end = match kind {
        RecordKind::Contact => end_of_chain(connection, workspace, record)?,
        kind => end_of_record(connection, workspace, *kind, record)?,
    };
    let Some((id, last_event)) = end else { return Ok(None) };
    let mut next = match before {
        Some(before) => before_event(connection, workspace, id, last_event, *before)?,
        None => Some(last_event),
    };
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached(EVENT)?;
    while let Some(seq) = next
        && found.len() < *limit
    {
        let event: Event = statement.query_row([event_row(workspace, seq)], event)??;
        next = event.previous;
        found.push((seq, event));
    }
    Ok(Some(found))
}

/// The record's last event before this number.
fn before_event(
    connection: &Connection,
    workspace: WorkspaceNumber,
    id: Uuid,
    last_event: u64,
    before: u64,
) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT previous FROM events WHERE row = ?1 AND record = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut previous =
        |seq: u64| statement.query_row(params![event_row(workspace, seq), id.as_bytes()], |row| row.get(0));
    // A cursor is one of the record's events; then there is nothing to walk.
    if let Some(found) = previous(before).optional()? {
        return Ok(found);
    }
    let mut next = Some(last_event);
    while let Some(seq) = next.filter(|seq| *seq >= before) {
        next = previous(seq)?;
    }
    Ok(next)
}

/// Which contact it is, and its last event. Living contacts come before deleted ones.
fn end_of_chain(
    connection: &Connection,
    workspace: WorkspaceNumber,
    contact: &Ref,
) -> Result<Option<(Uuid, u64)>, StoreError> {
    let alias = (workspace, contact.dialect, contact.text.as_str());
    let sources = [
        (AliasKind::Contact, "contacts", ""),
        (AliasKind::DeletedContact, "tombstones", " ORDER BY last_event DESC LIMIT 1"),
    ];
    for (kind, table, latest) in sources {
        let find = |column: &str, key: &dyn rusqlite::ToSql| {
            let sql =
                format!("SELECT id, last_event FROM {table} WHERE workspace = ?1 AND {column} = ?2{latest}");
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_row(params![workspace.0, key], |row| Ok((uuid(row, 0)?, row.get(1)?))).optional()
        };
        if let Some(id) = find_alias(connection, kind, alias)?
            && let Some(found) = find("id", id.as_bytes())?
        {
            return Ok(Some(found));
        }
        let found = match contact.native {
            Some(Native::Uuid(id)) => find("id", id.as_bytes())?,
            Some(Native::Number(number)) => find("number", &integer(number))?,
            None => None,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Which record beside contacts it is, or was, and its last event.
fn end_of_record(
    connection: &Connection,
    workspace: WorkspaceNumber,
    kind: RecordKind,
    record: &Ref,
) -> Result<Option<(Uuid, u64)>, StoreError> {
    let find = |column: &str, key: &dyn rusqlite::ToSql| {
        let sql = format!(
            "SELECT id, last_event FROM records WHERE workspace = ?1 AND kind = ?2 AND {column} = ?3"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let key = params![workspace.0, kind_number(kind), key];
        statement.query_row(key, |row| Ok((uuid(row, 0)?, row.get(1)?))).optional()
    };
    let alias = (workspace, record.dialect, record.text.as_str());
    if let Some(id) = find_alias(connection, AliasKind::Record(kind), alias)?
        && let Some(found) = find("id", id.as_bytes())?
    {
        return Ok(Some(found));
    }
    Ok(match record.native {
        Some(Native::Uuid(id)) => find("id", id.as_bytes())?,
        Some(Native::Number(number)) => find("number", &integer(number))?,
        None => None,
    })
}

/// The events of a workspace after this one, oldest first.
pub(super) fn events(
    connection: &Connection,
    workspace: WorkspaceNumber,
    after: u64,
    limit: u32,
) -> Result<Vec<(u64, Event)>, StoreError> {
    let Some(beyond) = after.checked_add(1).map(|first| event_row(workspace, first)).filter(|row| *row >= 0)
    else {
        return Ok(Vec::new());
    };
    let sql = "SELECT previous, doc, row FROM events WHERE row BETWEEN ?1 AND ?2 ORDER BY row LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map([beyond, last_row(workspace), i64::from(limit)], |row| {
        Ok((number(row.get(2)?), event(row)?))
    })?;
    found.map(|row| row.map_err(StoreError::from).and_then(|(seq, event)| Ok((seq, event?)))).collect()
}
