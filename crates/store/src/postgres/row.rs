//! Reading the columns of rows.

use model::Event;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::{Document, StoreError, WorkspaceNumber, document};

/// A column.
pub(super) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, StoreError> {
    Ok(row.try_get(column)?)
}

/// A number that is never negative.
pub(super) fn unsigned(row: &Row, column: usize) -> Result<u64, StoreError> {
    Ok(get::<i64>(row, column)?.unsigned_abs())
}

pub(super) fn workspace(row: &Row, column: usize) -> Result<WorkspaceNumber, StoreError> {
    Ok(WorkspaceNumber(get(row, column)?))
}

/// A place in a list of keys; SQL counts from 1.
pub(super) fn place(row: &Row, column: usize) -> Result<usize, StoreError> {
    Ok(usize::try_from(get::<i64>(row, column)? - 1).unwrap_or(usize::MAX))
}

/// A contact, from its columns.
pub(super) fn contact(row: &Row, format: usize, doc: usize) -> Result<Document, StoreError> {
    Ok(Document { format: get(row, format)?, text: get(row, doc)? })
}

/// An event, from its columns.
pub(super) fn event(row: &Row, previous: usize, doc: usize) -> Result<Event, StoreError> {
    let previous = get::<Option<i64>>(row, previous)?.map(i64::unsigned_abs);
    Ok(Event { previous, ..document::read("event", get(row, doc)?)? })
}

pub(super) fn each<'r, T>(
    rows: &'r [Row],
    read: impl Fn(&'r Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.iter().map(read).collect()
}
