//! The two ends of a move: what a database must be able to do for one, beside `Backend` and `Batches`.

use super::cell::Position;
use super::record::Record;
use super::table::Table;
use crate::StoreError;

/// Records in a page at most. Each is written in a transaction of its own.
pub(crate) const PAGE_RECORDS: usize = 1000;

/// Bytes of documents after which a page ends, so that pages fit into memory whatever is stored.
pub(crate) const PAGE_BYTES: usize = 4 << 20;

/// A database that a store is moved out of, or into.
pub(crate) trait End {
    /// From now on nobody else writes, and what is read is one state, until [`End::finish`] or until it is dropped.
    async fn hold(&mut self) -> Result<(), StoreError>;

    /// How many records a table has.
    async fn count(&mut self, table: Table) -> Result<u64, StoreError>;

    /// The records after a place, in the order of their keys: [`PAGE_RECORDS`] at most, and [`PAGE_BYTES`] but for
    /// the last one. None only when there are no more.
    async fn page(&mut self, table: Table, after: &Position) -> Result<Vec<Record>, StoreError>;

    /// How far a move into this database has come; `None` when there is none.
    async fn mark(&mut self) -> Result<Option<Mark>, StoreError>;

    /// Stores records of one table and how far the move has come, in one transaction.
    async fn put(&mut self, records: &[Record], mark: &Mark) -> Result<(), StoreError>;

    /// Makes new numbers go on after those that were moved, and removes the mark.
    async fn finish(&mut self) -> Result<(), StoreError>;
}

/// How far a move has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Which store is moved.
    pub(crate) source: String,
    /// Where that store was, for people.
    pub(crate) place: String,
    /// The checksum of its workspaces with their counters.
    pub(crate) state: String,
    /// The table that is being moved.
    pub(crate) table: Table,
    /// The last record of it that was stored.
    pub(crate) position: Position,
}

/// A mark's columns, in the order of the table `moves`.
pub(crate) type MarkColumns = [String; 5];

impl Mark {
    pub(crate) fn write(&self) -> Result<MarkColumns, StoreError> {
        let json = crate::document::write("move", &self.position)?;
        Ok([
            self.source.clone(),
            self.place.clone(),
            self.state.clone(),
            self.table.as_str().to_owned(),
            json,
        ])
    }

    pub(crate) fn read([source, place, state, table, position]: MarkColumns) -> Result<Self, StoreError> {
        let table = serde_json::from_value(table.into())
            .map_err(|source| StoreError::Unreadable { what: "move", source })?;
        let position = crate::document::read("move", &position)?;
        Ok(Self { source, place, state, table, position })
    }
}
