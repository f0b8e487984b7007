//! Records beside contacts: loading, saving and listing them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use model::{Facet, Record, RecordKind};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use super::facets;
use super::load::{AliasKind, aliases, integer, uuid};
use super::save::{put_alias, remove_alias};
use crate::answers::Answers;
use crate::backend::{Found, Keys, Lookups, RecordSave, StoredRecord, kind_number};
use crate::numbers::Numbers;
use crate::select::{Among, Bind, Select, Syntax};
use crate::{RecordPage, RecordQuery, StoreError, WorkspaceNumber};

/// The records of each kind with these keys.
pub(super) fn load(
    connection: &Connection,
    wanted: &BTreeMap<RecordKind, Keys>,
) -> Result<BTreeMap<RecordKind, Found<StoredRecord>>, StoreError> {
    wanted.iter().map(|(kind, keys)| Ok((*kind, load_kind(connection, *kind, keys)?))).collect()
}

fn load_kind(
    connection: &Connection,
    kind: RecordKind,
    keys: &Keys,
) -> Result<Found<StoredRecord>, StoreError> {
    let names = aliases(connection, AliasKind::Record(kind), &keys.aliases)?;
    let mut found = Found { aliases: names, ..Found::default() };
    let mut seen = HashSet::new();
    let by_id = "SELECT id, last_event, doc FROM records WHERE workspace = ?1 AND id = ?2 AND kind = ?3";
    let mut by_id = connection.prepare_cached(by_id)?;
    let named = keys.aliases.iter().zip(&found.aliases).filter_map(|(key, id)| Some((key.0, (*id)?)));
    for (workspace, id) in keys.ids.iter().copied().chain(named) {
        if seen.insert((workspace, id)) {
            let key = params![workspace.0, id.as_bytes(), kind_number(kind)];
            if let Some(row) = by_id.query_row(key, |row| stored(kind, row)).optional()? {
                found.rows.push((workspace, id, row.1?));
            }
        }
    }
    let by_number =
        "SELECT id, last_event, doc FROM records WHERE workspace = ?1 AND kind = ?2 AND number = ?3";
    for (workspace, number) in &keys.numbers {
        let key = params![workspace.0, kind_number(kind), integer(*number)];
        let mut statement = connection.prepare_cached(by_number)?;
        let row = statement.query_row(key, |row| stored(kind, row)).optional()?;
        found.numbers.push(row.as_ref().map(|(id, _)| *id));
        if let Some((id, record)) = row
            && seen.insert((*workspace, id))
        {
            found.rows.push((*workspace, id, record?));
        }
    }
    Ok(found)
}

/// A record, from the columns `id`, `last_event` and `doc`.
fn stored(kind: RecordKind, row: &Row<'_>) -> rusqlite::Result<(Uuid, Result<StoredRecord, StoreError>)> {
    let doc = row.get_ref(2)?.as_str()?;
    Ok((uuid(row, 0)?, StoredRecord::read(kind, row.get(1)?, doc)))
}

/// The largest number of each kind.
pub(super) fn last_numbers(
    connection: &Connection,
    wanted: &[(WorkspaceNumber, RecordKind)],
) -> Result<Vec<(WorkspaceNumber, RecordKind, u64)>, StoreError> {
    let last = |(workspace, kind): &(WorkspaceNumber, RecordKind)| {
        Ok((*workspace, *kind, last_number(connection, *workspace, *kind)?))
    };
    wanted.iter().map(last).collect()
}

fn last_number(
    connection: &Connection,
    workspace: WorkspaceNumber,
    kind: RecordKind,
) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(number), 0) FROM records WHERE workspace = ?1 AND kind = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([workspace.0, kind_number(kind)], |row| row.get(0))?)
}

/// How many records of each kind there are.
pub(super) fn counts(
    connection: &Connection,
    wanted: &[(WorkspaceNumber, RecordKind)],
) -> Result<Vec<(WorkspaceNumber, RecordKind, u64)>, StoreError> {
    let count = |(workspace, kind): &(WorkspaceNumber, RecordKind)| {
        let every = Facet::Every.id_for(*kind);
        let answers = facets::yes(connection, *workspace, [every].into())?;
        Ok((*workspace, *kind, answers.get(&every).map_or(0, Numbers::len)))
    };
    wanted.iter().map(count).collect()
}

/// Saves the records of a batch, and the aliases that lead to them.
pub(super) fn save(connection: &Connection, records: &[RecordSave]) -> Result<(), StoreError> {
    for RecordSave { workspace, kind, id, is_new, number, sort, last_event, doc } in records {
        let sql = if *is_new {
            "INSERT INTO records (workspace, id, kind, number, sort, last_event, doc) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        } else {
            "UPDATE records SET number = ?4, sort = ?5, last_event = ?6, doc = ?7 \
             WHERE workspace = ?1 AND id = ?2 AND kind = ?3"
        };
        let key = (workspace.0, id.as_bytes(), kind_number(*kind));
        connection
            .prepare_cached(sql)?
            .execute(params![key.0, key.1, key.2, number, sort, last_event, doc])?;
    }
    Ok(())
}

/// Removes aliases that lead to records no more, or saves those that newly do.
pub(super) fn save_aliases(
    connection: &Connection,
    stale: &Lookups,
    fresh: &Lookups,
) -> Result<(), StoreError> {
    for (kind, key, id) in &stale.of_records {
        remove_alias(connection, AliasKind::Record(*kind), key, *id)?;
    }
    for (kind, key, id) in &fresh.of_records {
        put_alias(connection, AliasKind::Record(*kind), key, *id)?;
    }
    Ok(())
}

/// SQLite's ways to say what lists of records need. The kind is the fifth bound value.
const SYNTAX: Syntax = Syntax {
    mark: '?',
    key: "c.row",
    all: "records c WHERE c.workspace = ?1 AND c.kind = ?5",
    name: "c.sort",
    // No list of records begins behind an event.
    log: |_| "records c WHERE c.workspace = ?1 AND c.kind = ?5".to_owned(),
    log_order: "c.last_event",
    numbers: "(SELECT value AS number FROM json_each(?4)) n",
    is_chosen: |bits, number| format!("is_chosen({bits}, {number})"),
};

pub(super) fn list(
    connection: &Connection,
    workspace: WorkspaceNumber,
    kind: RecordKind,
    query: &RecordQuery,
) -> Result<RecordPage, StoreError> {
    let every = Facet::Every.id_for(kind);
    let mut questions = query.questions(kind);
    questions.insert(every);
    let facets = facets::yes(connection, workspace, questions)?;
    let all = facets.get(&every).map_or(0, Numbers::len);
    let found = query.filter.numbers(kind, &Answers { facets, ..Answers::default() });
    let query = &query.list();
    let records = match query.page_of(&found) {
        Some(numbers) => {
            let sql = "SELECT doc FROM records WHERE workspace = ?1 AND kind = ?2 AND number = ?3";
            let keys =
                numbers.into_iter().map(|number| vec![workspace.0, kind_number(kind), integer(number)]);
            documents(connection, kind, sql, keys)?
        }
        None => {
            let mut select = Select::of(workspace, query, Among::of(&found, query, all), &SYNTAX);
            select.binds.push(Bind::Integer(kind_number(kind)));
            let mut statement = connection.prepare_cached(&select.page)?;
            let rows = statement.query_map(params_from_iter(select.binds), |row| row.get(0))?;
            let rows = rows.collect::<Result<Vec<i64>, _>>()?.into_iter().map(|row| vec![row]);
            documents(connection, kind, "SELECT doc FROM records WHERE row = ?1", rows)?
        }
    };
    Ok(RecordPage { records, total: found.len() })
}

fn documents(
    connection: &Connection,
    kind: RecordKind,
    sql: &str,
    keys: impl Iterator<Item = Vec<i64>>,
) -> Result<Vec<Arc<Record>>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    keys.map(|key| {
        let read = |row: &Row<'_>| Ok(Record::read(kind, row.get_ref(0)?.as_str()?));
        let record = statement.query_row(params_from_iter(key), read)?;
        record.map(Arc::new).map_err(|source| StoreError::Unreadable { what: kind.as_str(), source })
    })
    .collect()
}
