//! A file as an end of a move.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, TransactionBehavior, params_from_iter};
use uuid::Uuid;

use super::connection::{self, Access, FileLock};
use super::{load, migrate, texts};
use crate::StoreError;
use crate::transfer::{Cell, Columns, End, Mark, PAGE_BYTES, PAGE_RECORDS, Position, Record, Table};

/// A file that no server uses.
pub(crate) struct SqliteEnd {
    connection: Connection,
    _lock: FileLock,
}

impl SqliteEnd {
    /// The file to read from; `None` when there is no store.
    pub(crate) fn source(path: &Path) -> Result<Option<Self>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let mut end = Self::open(path)?;
        if !migrate::is_there(&end.connection)? {
            return Ok(None);
        }
        migrate::run(&mut end.connection)?;
        refuse_unfinished(&end.connection)?;
        Ok(Some(end))
    }

    /// The file to write to; made when it does not exist.
    pub(crate) fn target(path: &Path) -> Result<Self, StoreError> {
        let mut end = Self::open(path)?;
        migrate::run(&mut end.connection)?;
        Ok(end)
    }

    fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = FileLock::take(path)?;
        Ok(Self { connection: connection::open(path, Access::Write)?, _lock: lock })
    }
}

/// Keeps everybody away from a file into which a store is being moved.
pub(super) fn refuse_unfinished(connection: &Connection) -> Result<(), StoreError> {
    let place = connection.query_row("SELECT place FROM moves", [], |row| row.get(0)).optional()?;
    place.map_or(Ok(()), |place| Err(StoreError::UnfinishedMove(place)))
}

impl End for SqliteEnd {
    /// Commands that administer the file beside its server wait, too.
    async fn hold(&mut self) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    async fn count(&mut self, table: Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.as_str());
        Ok(self.connection.query_row(&sql, [], |row| row.get(0))?)
    }

    async fn page(&mut self, table: Table, after: &Position) -> Result<Vec<Record>, StoreError> {
        let mut statement = self.connection.prepare_cached(&page(table))?;
        let mut rows = statement.query(params_from_iter(after))?;
        let (mut records, mut bytes) = (Vec::new(), 0);
        while records.len() < PAGE_RECORDS && bytes < PAGE_BYTES {
            let Some(row) = rows.next()? else { break };
            let record = table.read(row)?;
            let size = |cell: &Cell<'_>| match cell {
                Cell::Text(text) => text.len(),
                Cell::Bytes(bytes) => bytes.len(),
                _ => 0,
            };
            bytes += record.cells().iter().map(size).sum::<usize>();
            records.push(record);
        }
        Ok(records)
    }

    async fn mark(&mut self) -> Result<Option<Mark>, StoreError> {
        let sql = "SELECT source, place, state, part, last_key FROM moves";
        let columns = self
            .connection
            .query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]));
        columns.optional()?.map(Mark::read).transpose()
    }

    async fn put(&mut self, records: &[Record], mark: &Mark) -> Result<(), StoreError> {
        let columns = mark.write()?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = transaction.prepare_cached(insert(mark.table))?;
            // The number of a workspace's last event stands only in the log.
            let columns = insert.parameter_count();
            for record in records {
                insert.execute(params_from_iter(record.cells().into_iter().take(columns)))?;
            }
        }
        let sql = "INSERT INTO moves (source, place, state, part, last_key) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (source) DO UPDATE SET part = excluded.part, last_key = excluded.last_key";
        transaction.prepare_cached(sql)?.execute(columns)?;
        Ok(transaction.commit()?)
    }

    /// New workspaces and keys get the number after the largest one anyway.
    async fn finish(&mut self) -> Result<(), StoreError> {
        // Texts are not carried, but made from the records when the store is opened.
        texts::make_all_again(&self.connection)?;
        self.connection.execute_batch("DELETE FROM moves; COMMIT")?;
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

/// Reads a page: the table's columns, what they come from and its key.
fn page(table: Table) -> String {
    let (columns, from, key) = match table {
        Table::Workspaces => (
            "number, id, name, created_at, next_number, contact_count, coalesce((SELECT max(row) & 1099511627775 \
             FROM events WHERE row BETWEEN (number << 40) AND (number << 40) + 1099511627775), 0)",
            "workspaces",
            "number",
        ),
        Table::Catalogs => ("workspace, revision, doc", "catalogs", "workspace"),
        Table::Contacts => {
            ("workspace, id, number, last_event, format, name, doc", "contacts", "workspace, id")
        }
        Table::Tombstones => ("workspace, id, number, last_event", "tombstones", "workspace, id"),
        Table::Aliases => {
            ("workspace, kind, dialect, alias, id", "aliases", "workspace, kind, dialect, alias")
        }
        Table::Channels => ("workspace, kind, value, contact", "channels", "workspace, kind, value, contact"),
        Table::Facets => ("workspace, facet, chunk, bits", "facets", "workspace, facet, chunk"),
        Table::SortKeys => {
            ("workspace, number, created_at, first_name, last_name", "sort_keys", "workspace, number")
        }
        Table::Records => {
            ("workspace, id, kind, number, sort, last_event, doc", "records", "workspace, id, kind")
        }
        Table::Events => {
            return "SELECT row >> 40, row & 1099511627775, record, previous, doc FROM events \
                    WHERE row > (?1 << 40) + ?2 ORDER BY row"
                .to_owned();
        }
        Table::LastEvents => ("workspace, chunk, bits", "last_events", "workspace, chunk"),
        Table::LastChanges => {
            ("workspace, chunk, first_at, last_at, changes", "last_changes", "workspace, chunk")
        }
        Table::Pictures => {
            ("workspace, id, owner_kind, owner, created_at, media_type, bytes", "pictures", "workspace, id")
        }
        Table::Requests => (
            "row, workspace, api_key, hash, step, fingerprint, at, event, events, status, headers, body, exact",
            "requests",
            "row",
        ),
        Table::Answers => ("row, first, status, headers, body", "answers", "row"),
        Table::Revisions => ("kind, id, revision, doc", "revisions", "kind, id, revision"),
        Table::Keys => ("hash, row, id, doc", "keys", "hash"),
    };
    let marks = match table.start().len() {
        1 => "?1",
        2 => "?1, ?2",
        3 => "?1, ?2, ?3",
        _ => "?1, ?2, ?3, ?4",
    };
    format!("SELECT {columns} FROM {from} WHERE ({key}) > ({marks}) ORDER BY {key}")
}

/// Inserts a record.
fn insert(table: Table) -> &'static str {
    match table {
        Table::Workspaces => {
            "INSERT INTO workspaces (number, id, name, created_at, next_number, contact_count) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        }
        Table::Catalogs => "INSERT INTO catalogs (workspace, revision, doc) VALUES (?1, ?2, ?3)",
        Table::Contacts => {
            "INSERT INTO contacts (workspace, id, number, last_event, format, name, doc) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        }
        Table::Tombstones => {
            "INSERT INTO tombstones (workspace, id, number, last_event) VALUES (?1, ?2, ?3, ?4)"
        }
        Table::Aliases => {
            "INSERT INTO aliases (workspace, kind, dialect, alias, id) VALUES (?1, ?2, ?3, ?4, ?5)"
        }
        Table::Channels => "INSERT INTO channels (workspace, kind, value, contact) VALUES (?1, ?2, ?3, ?4)",
        Table::Facets => "INSERT INTO facets (workspace, facet, chunk, bits) VALUES (?1, ?2, ?3, ?4)",
        Table::SortKeys => {
            "INSERT INTO sort_keys (workspace, number, created_at, first_name, last_name) \
             VALUES (?1, ?2, ?3, ?4, ?5)"
        }
        Table::Records => {
            "INSERT INTO records (workspace, id, kind, number, sort, last_event, doc) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        }
        Table::Events => {
            "INSERT INTO events (row, record, previous, doc) VALUES ((?1 << 40) + ?2, ?3, ?4, ?5)"
        }
        Table::LastEvents => "INSERT INTO last_events (workspace, chunk, bits) VALUES (?1, ?2, ?3)",
        Table::LastChanges => {
            "INSERT INTO last_changes (workspace, chunk, first_at, last_at, changes) VALUES (?1, ?2, ?3, ?4, ?5)"
        }
        Table::Pictures => {
            "INSERT INTO pictures (workspace, id, owner_kind, owner, created_at, media_type, bytes) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        }
        Table::Requests => {
            "INSERT INTO requests \
             (row, workspace, api_key, hash, step, fingerprint, at, event, events, status, headers, body, exact) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        }
        Table::Answers => {
            "INSERT INTO answers (row, first, status, headers, body) VALUES (?1, ?2, ?3, ?4, ?5)"
        }
        Table::Revisions => "INSERT INTO revisions (kind, id, revision, doc) VALUES (?1, ?2, ?3, ?4)",
        Table::Keys => "INSERT INTO keys (hash, row, id, doc) VALUES (?1, ?2, ?3, ?4)",
    }
}

impl Columns for Row<'_> {
    type Fault = rusqlite::Error;

    fn number(&self, column: usize) -> rusqlite::Result<i64> {
        self.get(column)
    }

    fn maybe(&self, column: usize) -> rusqlite::Result<Option<i64>> {
        self.get(column)
    }

    fn id(&self, column: usize) -> rusqlite::Result<Uuid> {
        load::uuid(self, column)
    }

    fn text(&self, column: usize) -> rusqlite::Result<String> {
        self.get(column)
    }

    fn bytes(&self, column: usize) -> rusqlite::Result<Vec<u8>> {
        self.get(column)
    }

    fn bits(&self, column: usize) -> rusqlite::Result<Vec<u8>> {
        self.get(column)
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Number(number) | Self::Maybe(Some(number)) => (*number).into(),
            Self::Maybe(None) => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Id(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) | Self::Bits(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_moved() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::run(&mut connection).unwrap();
        for table in Table::ALL {
            let sql = format!("SELECT name FROM pragma_table_info('{}') WHERE name <> 'row'", table.as_str());
            let mut statement = connection.prepare(&sql).unwrap();
            let (columns, _) = insert(table).split_once(" VALUES ").unwrap();
            for name in statement.query_map([], |row| row.get::<_, String>(0)).unwrap() {
                let name = name.unwrap();
                assert!(
                    columns.split([' ', ',', '(', ')']).any(|column| column == name),
                    "{table:?}: {name}"
                );
            }
        }
    }

    #[test]
    fn pages_are_found_by_the_key() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::run(&mut connection).unwrap();
        for table in Table::ALL {
            let sql = format!("EXPLAIN QUERY PLAN {}", page(table));
            let mut statement = connection.prepare(&sql).unwrap();
            let start = table.start();
            let rows = statement.query_map(params_from_iter(&start), |row| row.get::<_, String>(3)).unwrap();
            let plan: Vec<_> = rows.map(Result::unwrap).collect();
            assert!(plan[0].starts_with("SEARCH"), "{table:?}: {plan:?}");
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{table:?}: {plan:?}");
        }
    }
}
