//! Values in order: saving them, finding who has one in a range, filling an index, forgetting it.

use rusqlite::{Connection, OptionalExtension, params};

use super::load;
use crate::backend::integer;
use crate::numbers::Numbers;
use crate::values::{CatalogIndex, FILLED_AT_ONCE, FORGOTTEN_AT_ONCE, StoredIndex, ValueRange, ValueRow};
use crate::{StoreError, WorkspaceNumber};

/// Removes the values that a batch makes stale, and saves those that are fresh.
pub(super) fn save(
    connection: &Connection,
    stale: &[ValueRow],
    fresh: &[ValueRow],
) -> Result<(), StoreError> {
    const REMOVE: &str = "DELETE FROM field_values \
                          WHERE workspace = ?1 AND value_index = ?2 AND value = ?3 AND number = ?4";
    const PUT: &str = "INSERT INTO field_values (workspace, value_index, value, number) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT DO NOTHING";
    for (sql, rows) in [(REMOVE, stale), (PUT, fresh)] {
        if rows.is_empty() {
            continue;
        }
        let mut statement = connection.prepare_cached(sql)?;
        for ValueRow { workspace, index, value, number } in rows {
            statement.execute(params![workspace.0, integer(*index), value.as_bytes(), integer(*number)])?;
        }
    }
    Ok(())
}

/// The contacts that have a value in a range; `None` when they are more than `most`, or the index does not have all.
pub(super) fn find(
    connection: &Connection,
    workspace: WorkspaceNumber,
    range: &ValueRange,
    most: u64,
) -> Result<Option<Numbers>, StoreError> {
    if !is_filled(connection, workspace, range.index)? {
        return Ok(None);
    }
    let key = (workspace.0, integer(range.index));
    let until = if range.until.is_some() { "AND value < ?4" } else { "AND ?4 IS NULL" };
    let sql = format!(
        "SELECT number FROM field_values WHERE workspace = ?1 AND value_index = ?2 AND value >= ?3 {until} LIMIT ?5"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let most = most.saturating_add(1);
    let until = range.until.as_deref().map(str::as_bytes);
    let params = params![key.0, key.1, range.from.as_bytes(), until, integer(most)];
    let mut found: Vec<u64> = Vec::new();
    for number in statement.query_map(params, |row| row.get(0))? {
        found.push(number?);
    }
    Ok(((found.len() as u64) < most).then(|| found.into_iter().collect()))
}

/// Whether an index has all contacts.
pub(super) fn is_filled(
    connection: &Connection,
    workspace: WorkspaceNumber,
    index: u64,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM value_indexes WHERE workspace = ?1 AND value_index = ?2 AND last_number IS NULL";
    Ok(connection.prepare_cached(sql)?.exists((workspace.0, integer(index)))?)
}

/// Fills an index with the values of the next contacts; how many they were, 0 when there are none left.
pub(super) fn fill(
    connection: &Connection,
    workspace: WorkspaceNumber,
    indexed: CatalogIndex,
) -> Result<u64, StoreError> {
    let key = (workspace.0, integer(indexed.index.number));
    let sql = "SELECT last_number FROM value_indexes WHERE workspace = ?1 AND value_index = ?2";
    let last = connection.query_row(sql, key, |row| row.get::<_, Option<i64>>(0)).optional()?;
    // Filled already.
    if last == Some(None) {
        return Ok(0);
    }
    let last = last.flatten().unwrap_or(0);
    let sql = "SELECT number, format, doc FROM contacts WHERE workspace = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![workspace.0, last, FILLED_AT_ONCE])?;
    let (mut count, mut last, mut fresh) = (0, None, Vec::new());
    while let Some(row) = rows.next()? {
        count += 1;
        last = Some(row.get::<_, i64>(0)?);
        // What cannot be read has no row: `verify` tells of it.
        if let Ok(contact) = load::contact(row, 1, 2)?.read() {
            fresh.push(indexed.row(workspace, &contact));
        }
    }
    fresh.sort_unstable();
    save(connection, &[], &fresh)?;
    let sql = "INSERT INTO value_indexes (workspace, value_index, last_number) VALUES (?1, ?2, ?3) \
               ON CONFLICT (workspace, value_index) DO UPDATE SET last_number = excluded.last_number";
    connection.prepare_cached(sql)?.execute(params![key.0, key.1, last])?;
    Ok(count)
}

/// Forgets an index, or the next values of it; how many they were, 0 when there are none left.
pub(super) fn forget(
    connection: &Connection,
    workspace: WorkspaceNumber,
    index: u64,
) -> Result<u64, StoreError> {
    let key = (workspace.0, integer(index));
    connection.execute("DELETE FROM value_indexes WHERE workspace = ?1 AND value_index = ?2", key)?;
    let sql = "DELETE FROM field_values WHERE (workspace, value_index, value, number) IN (\
               SELECT workspace, value_index, value, number FROM field_values \
               WHERE workspace = ?1 AND value_index = ?2 LIMIT ?3)";
    Ok(connection.execute(sql, (key.0, key.1, FORGOTTEN_AT_ONCE))? as u64)
}

/// The indexes of which anything is stored.
pub(super) fn indexes(connection: &Connection) -> Result<Vec<StoredIndex>, StoreError> {
    let sql = "SELECT workspace, value_index, last_number IS NULL FROM value_indexes";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(StoredIndex {
            workspace: WorkspaceNumber(row.get(0)?),
            number: row.get(1)?,
            is_filled: row.get(2)?,
        })
    })?;
    let mut found: Vec<StoredIndex> = rows.collect::<Result<_, _>>()?;
    // Some may have values before anything was filled: a step from each index to the next.
    let sql = "SELECT workspace, value_index FROM field_values WHERE (workspace, value_index) > (?1, ?2) \
               ORDER BY workspace, value_index LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut last = (i64::MIN, i64::MIN);
    while let Some(next) = statement.query_row(last, |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
        last = next;
        StoredIndex::note(&mut found, WorkspaceNumber(next.0), next.1.unsigned_abs());
    }
    Ok(found)
}

/// All values that are stored.
pub(super) fn each(connection: &Connection, mut see: impl FnMut(ValueRow)) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare("SELECT workspace, value_index, value, number FROM field_values")?;
    let rows = statement.query_map([], |row| {
        Ok(ValueRow {
            workspace: WorkspaceNumber(row.get(0)?),
            index: row.get(1)?,
            value: String::from_utf8_lossy(row.get_ref(2)?.as_blob()?).into_owned(),
            number: row.get(3)?,
        })
    })?;
    for row in rows {
        see(row?);
    }
    Ok(())
}
