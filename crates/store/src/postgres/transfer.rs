//! A PostgreSQL database as an end of a move.

mod sql;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::bits::Bits;
use super::pipeline::{Param, Sql, Step, param};
use super::row::get;
use super::server::{Planning, Server, Session};
use super::{migrate, texts};
use crate::StoreError;
use crate::transfer::{Cell, Columns, End, Mark, PAGE_BYTES, PAGE_RECORDS, Position, Record, Table};

/// A connection of its own.
pub(crate) struct PostgresEnd {
    session: Session,
}

/// Writers wait for the locks and answer that the database is away, as long as it takes. The tables stand in the
/// order in which writers come to them, and whoever writes anything comes to one of them. What is read is the state
/// of the first statement after this one. A move that does not get on, because it is stopped or cut off, loses the
/// locks.
const HOLD: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = 10000; \
                    SET LOCAL idle_in_transaction_session_timeout = 60000; \
                    LOCK TABLE workspaces, heads, catalogs, records, keys, pictures, requests, answers IN SHARE MODE";

const PUT: &str = "BEGIN; SET LOCAL lock_timeout = 10000; SET LOCAL synchronous_commit = on";

/// So that lists are planned well from the first one on.
const ANALYZE: &str = "ANALYZE workspaces, heads, catalogs, contacts, tombstones, aliases, channels, facets, \
                       sort_keys, records, events, last_events, last_changes, pictures, requests, answers, \
                       revisions, keys";

static UNFINISHED: Sql = Sql { text: "SELECT place FROM moves LIMIT 1", types: &[] };

static MARK: Sql = Sql { text: "SELECT source, place, state, part, last_key FROM moves LIMIT 1", types: &[] };

static SET_MARK: Sql = Sql {
    text: "INSERT INTO moves (source, place, state, part, last_key) VALUES ($1, $2, $3, $4, $5) \
           ON CONFLICT (source) DO UPDATE SET part = excluded.part, last_key = excluded.last_key",
    types: &[Type::TEXT, Type::TEXT, Type::TEXT, Type::TEXT, Type::TEXT],
};

static REMOVE_MARK: Sql = Sql { text: "DELETE FROM moves", types: &[] };

static NUMBER_WORKSPACES: Sql = Sql {
    text: "SELECT setval(pg_get_serial_sequence('workspaces', 'number'), max(number)) FROM workspaces \
           HAVING max(number) > 0",
    types: &[],
};

static NUMBER_KEYS: Sql = Sql {
    text: "SELECT setval(pg_get_serial_sequence('keys', 'place'), max(place)) FROM keys HAVING max(place) > 0",
    types: &[],
};

static NUMBER_REQUESTS: Sql = Sql {
    text: "SELECT setval(pg_get_serial_sequence('requests', 'place'), max(place)) FROM requests \
           HAVING max(place) > 0",
    types: &[],
};

impl PostgresEnd {
    /// The database to read from; `None` when there is no store.
    pub(crate) async fn source(url: &str) -> Result<Option<Self>, StoreError> {
        let end = Self::open(url).await?;
        if !migrate::is_there(&end.session).await? {
            return Ok(None);
        }
        migrate::run(&end.session).await?;
        refuse_unfinished(&end.session).await?;
        Ok(Some(end))
    }

    /// The database to write to, which must exist; its tables are made when it has none.
    pub(crate) async fn target(url: &str) -> Result<Self, StoreError> {
        let end = Self::open(url).await?;
        migrate::run(&end.session).await?;
        Ok(end)
    }

    async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self { session: Server::new(url, 1, Planning::Each)?.session().await? })
    }
}

/// Keeps everybody away from a database into which a store is being moved.
pub(super) async fn refuse_unfinished(session: &Session) -> Result<(), StoreError> {
    match session.query(&UNFINISHED, Vec::new()).await?.first() {
        Some(row) => Err(StoreError::UnfinishedMove(get(row, 0)?)),
        None => Ok(()),
    }
}

impl End for PostgresEnd {
    async fn hold(&mut self) -> Result<(), StoreError> {
        self.session.run(HOLD, &[], "").await?;
        Ok(())
    }

    /// May take long, so it is not one of the statements that are given up then.
    async fn count(&mut self, table: Table) -> Result<u64, StoreError> {
        let rows = self.session.ask(&format!("SELECT count(*) FROM {}", table.as_str()), &[]).await?;
        rows.first().map_or(Ok(0), |row| super::row::unsigned(row, 0))
    }

    async fn page(&mut self, table: Table, after: &Position) -> Result<Vec<Record>, StoreError> {
        let mut params: Vec<Param<'_>> = after.iter().map(value).collect();
        params.push(param(i64::try_from(PAGE_RECORDS).unwrap_or(i64::MAX)));
        params.push(param(i64::try_from(PAGE_BYTES).unwrap_or(i64::MAX)));
        let rows = self.session.query(sql::page(table), params).await?;
        rows.iter().map(|row| table.read(row)).collect()
    }

    async fn mark(&mut self) -> Result<Option<Mark>, StoreError> {
        let rows = self.session.query(&MARK, Vec::new()).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Mark::read([get(row, 0)?, get(row, 1)?, get(row, 2)?, get(row, 3)?, get(row, 4)?]).map(Some)
    }

    async fn put(&mut self, records: &[Record], mark: &Mark) -> Result<(), StoreError> {
        let rows: Vec<_> = records.iter().map(Record::cells).collect();
        let mut steps = Vec::new();
        if let Some(first) = rows.first() {
            let columns = (0..first.len()).map(|place| column(&rows, place)).collect();
            steps.push(Step::new(sql::insert(mark.table), columns));
        }
        steps.push(Step::new(&SET_MARK, mark.write()?.into_iter().map(param).collect()));
        self.session.run(PUT, &steps, "COMMIT").await?;
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), StoreError> {
        // Texts are not carried, but made from the records when the store is opened.
        let steps =
            [&NUMBER_WORKSPACES, &NUMBER_KEYS, &NUMBER_REQUESTS, &texts::MAKE_ALL_AGAIN, &REMOVE_MARK];
        let steps = steps.map(|sql| Step::new(sql, Vec::new()));
        self.session.run("", &steps, "COMMIT").await?;
        self.session.execute(ANALYZE).await
    }
}

/// A value alone.
fn value<'c>(cell: &'c Cell<'_>) -> Param<'c> {
    match cell {
        Cell::Number(number) => param(*number),
        Cell::Maybe(number) => param(*number),
        Cell::Id(id) => param(*id),
        Cell::Text(text) => param(text.as_ref()),
        Cell::Bytes(bytes) => param(bytes.as_ref()),
        Cell::Bits(bits) => param(Bits::from(bits.as_ref())),
    }
}

/// The values of one column, which all are of one kind.
fn column<'c>(rows: &'c [Vec<Cell<'_>>], place: usize) -> Param<'c> {
    let cells = || rows.iter().filter_map(|row| row.get(place));
    match cells().next() {
        Some(Cell::Id(_)) => param(cells().filter_map(Cell::as_id).collect::<Vec<Uuid>>()),
        Some(Cell::Text(_)) => param(cells().filter_map(Cell::as_text).collect::<Vec<&str>>()),
        Some(Cell::Bytes(_)) => param(cells().filter_map(Cell::as_bytes).collect::<Vec<&[u8]>>()),
        Some(Cell::Bits(_)) => {
            param(cells().filter_map(Cell::as_bits).map(Bits::from).collect::<Vec<Bits<'_>>>())
        }
        Some(Cell::Number(_) | Cell::Maybe(_)) | None => {
            param(cells().map(Cell::as_number).collect::<Vec<Option<i64>>>())
        }
    }
}

impl Columns for Row {
    type Fault = StoreError;

    fn number(&self, column: usize) -> Result<i64, StoreError> {
        get(self, column)
    }

    fn maybe(&self, column: usize) -> Result<Option<i64>, StoreError> {
        get(self, column)
    }

    fn id(&self, column: usize) -> Result<Uuid, StoreError> {
        get(self, column)
    }

    fn text(&self, column: usize) -> Result<String, StoreError> {
        get(self, column)
    }

    fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        get(self, column)
    }

    fn bits(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        Ok(get::<Bits<'_>>(self, column)?.as_bytes().to_owned())
    }
}
