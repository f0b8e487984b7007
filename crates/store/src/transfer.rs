//! Moving a whole store from one database to another: copied page by page, then compared.
//!
//! The source is not changed. How far the copying has come is stored in the target with every page, so that a move
//! that was interrupted goes on where it stopped; until both are found to be the same, nobody can open the target.

mod cell;
mod end;
mod record;
mod sum;
mod table;

use std::ops::ControlFlow;

pub(crate) use self::cell::{Cell, Columns, Position};
pub(crate) use self::end::{End, Mark, PAGE_BYTES, PAGE_RECORDS};
pub(crate) use self::record::Record;
use self::sum::Sum;
pub(crate) use self::table::Table;
use crate::postgres::PostgresEnd;
use crate::sqlite::SqliteEnd;
use crate::{Location, StoreError};

/// How far a move has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// With the records of which table.
    pub table: &'static str,
    /// Records that are done, in this stage, also by an earlier run.
    pub done: u64,
    /// Records to do in this stage.
    pub total: u64,
}

/// What a move does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It copies the source's records.
    Copying,
    /// It reads both databases again.
    Comparing,
}

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The tables, found to be the same in both databases.
    pub tables: Vec<MovedTable>,
}

/// A table that was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTable {
    /// Its name.
    pub name: &'static str,
    /// How many records it has.
    pub records: u64,
    /// The SHA-256 of them all, in hexadecimal.
    pub checksum: String,
}

/// Why a store was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// Both ends are the same.
    #[error("{0} cannot be moved to itself")]
    SamePlace(String),
    /// The source is no store.
    #[error("there is no database of contactd at {0}")]
    NoStore(String),
    /// The source has no workspace.
    #[error("{0} has no workspace, so there is nothing to move")]
    NothingToMove(String),
    /// The target is in use.
    #[error("{place} is not empty: it has {table}")]
    NotEmpty {
        /// The target.
        place: String,
        /// What it has.
        table: &'static str,
    },
    /// The target has a part of another store.
    #[error("{place} has an unfinished move of another database, {other}")]
    OtherMove {
        /// The target.
        place: String,
        /// Where the other move came from.
        other: String,
    },
    /// The source was used after the move was interrupted.
    #[error("{0} was written to since the move was interrupted")]
    SourceChanged(String),
    /// A table was not the same in the end. The target stays closed.
    #[error(
        "{table} differ: {source_records} records with the checksum {source_checksum} became {target_records} with \
         {target_checksum}"
    )]
    Different {
        /// The table.
        table: &'static str,
        /// Its records in the source.
        source_records: u64,
        /// Their checksum.
        source_checksum: String,
        /// Its records in the target.
        target_records: u64,
        /// Their checksum.
        target_checksum: String,
    },
    /// It was told to stop, and can go on.
    #[error("stopped before all was moved")]
    Stopped,
    /// The source failed.
    #[error("cannot read {place}")]
    Source {
        /// Where it is.
        place: String,
        /// Why.
        #[source]
        fault: StoreError,
    },
    /// The target failed.
    #[error("cannot write {place}")]
    Target {
        /// Where it is.
        place: String,
        /// Why.
        #[source]
        fault: StoreError,
    },
}

/// Moves everything from one database to another, which must be empty or have a part of the same move. Nobody can
/// write to the source meanwhile; it is left as it was. `watch` is called after every page, and breaks to stop there.
///
/// # Errors
/// [`MoveError`]; after most of them, and after [`MoveError::Stopped`], the same call goes on with the move.
pub async fn move_all(
    from: &Location,
    to: &Location,
    watch: impl FnMut(Progress) -> ControlFlow<()> + Send + 'static,
) -> Result<Moved, MoveError> {
    if from == to {
        return Err(MoveError::SamePlace(from.to_string()));
    }
    let (from, to) = (from.clone(), to.clone());
    let runtime = tokio::runtime::Handle::current();
    // On a thread that may wait, as files make it. It fails only when the runtime shuts down, or on a panic.
    let work = tokio::task::spawn_blocking(move || runtime.block_on(open_source(&from, &to, watch)));
    work.await.unwrap_or(Err(MoveError::Stopped))
}

async fn open_source(
    from: &Location,
    to: &Location,
    watch: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Moved, MoveError> {
    let fault = |fault| MoveError::Source { place: from.to_string(), fault };
    let none = || MoveError::NoStore(from.to_string());
    match from {
        Location::Sqlite(path) => {
            let source = SqliteEnd::source(path).map_err(fault)?.ok_or_else(none)?;
            open_target(source, from, to, watch).await
        }
        Location::Postgres(url) => {
            let source = PostgresEnd::source(url).await.map_err(fault)?.ok_or_else(none)?;
            open_target(source, from, to, watch).await
        }
    }
}

async fn open_target(
    source: impl End,
    from: &Location,
    to: &Location,
    watch: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Moved, MoveError> {
    let places = Places { source: from.to_string(), target: to.to_string() };
    match to {
        Location::Sqlite(path) => {
            let target = SqliteEnd::target(path).map_err(|fault| places.target(fault))?;
            Move { source, target, places, watch }.run().await
        }
        Location::Postgres(url) => {
            let target = PostgresEnd::target(url).await.map_err(|fault| places.target(fault))?;
            Move { source, target, places, watch }.run().await
        }
    }
}

/// Where the ends are, for people.
struct Places {
    source: String,
    target: String,
}

impl Places {
    fn source(&self, fault: StoreError) -> MoveError {
        MoveError::Source { place: self.source.clone(), fault }
    }

    fn target(&self, fault: StoreError) -> MoveError {
        MoveError::Target { place: self.target.clone(), fault }
    }
}

/// A move that goes on.
struct Move<S, T, W> {
    source: S,
    target: T,
    places: Places,
    watch: W,
}

impl<S: End, T: End, W: FnMut(Progress) -> ControlFlow<()>> Move<S, T, W> {
    async fn run(mut self) -> Result<Moved, MoveError> {
        let earlier = self.earlier().await?;
        let (mut done, mut total) = (0, 0);
        for table in Table::ALL {
            done += self.target.count(table).await.map_err(|fault| self.places.target(fault))?;
        }
        self.source.hold().await.map_err(|fault| self.places.source(fault))?;
        let mark = self.begin(earlier).await?;
        for table in Table::ALL {
            total += self.source.count(table).await.map_err(|fault| self.places.source(fault))?;
        }
        self.copy(mark, done, total).await?;
        self.compare(total).await
    }

    /// The mark of a move into the target that was interrupted; none in an empty one.
    async fn earlier(&mut self) -> Result<Option<Mark>, MoveError> {
        let fault = |fault| self.places.target(fault);
        let earlier = self.target.mark().await.map_err(fault)?;
        for table in Table::ALL.into_iter().filter(|_| earlier.is_none()) {
            if !self.target.page(table, &table.start()).await.map_err(fault)?.is_empty() {
                let place = self.places.target.clone();
                return Err(MoveError::NotEmpty { place, table: table.as_str() });
            }
        }
        Ok(earlier)
    }

    /// Where to go on.
    async fn begin(&mut self, earlier: Option<Mark>) -> Result<Mark, MoveError> {
        let table = Table::Workspaces;
        let fault = |fault| self.places.source(fault);
        let first = self.source.page(table, &table.start()).await.map_err(fault)?.into_iter().next();
        let Some(Record::Workspace { id, created_at, .. }) = first else {
            return Err(MoveError::NothingToMove(self.places.source.clone()));
        };
        let mut counters = Reading::new(table);
        while !counters.is_done {
            counters.go_on(&mut self.source).await.map_err(fault)?;
        }
        let begun = Mark {
            // Ids are random, so no other store has it.
            source: format!("{id} {created_at}"),
            place: self.places.source.clone(),
            state: counters.sum.hex(),
            table,
            position: table.start(),
        };
        match earlier {
            Some(earlier) if earlier.source != begun.source => {
                Err(MoveError::OtherMove { place: self.places.target.clone(), other: earlier.place })
            }
            Some(earlier) if earlier.state != begun.state => Err(MoveError::SourceChanged(begun.place)),
            Some(earlier) => Ok(earlier),
            None => {
                self.target.put(&[], &begun).await.map_err(|fault| self.places.target(fault))?;
                Ok(begun)
            }
        }
    }

    async fn copy(&mut self, mut mark: Mark, mut done: u64, total: u64) -> Result<(), MoveError> {
        let stage = Stage::Copying;
        let passed = Table::ALL.into_iter().skip_while(|table| *table != mark.table);
        for table in passed.collect::<Vec<_>>() {
            if table != mark.table {
                mark = Mark { table, position: table.start(), ..mark };
            }
            loop {
                tell(&mut self.watch, Progress { stage, table: table.as_str(), done, total })?;
                let page = self.source.page(table, &mark.position).await;
                let records = page.map_err(|fault| self.places.source(fault))?;
                let Some(last) = records.last() else { break };
                mark.position = last.position(table);
                self.target.put(&records, &mark).await.map_err(|fault| self.places.target(fault))?;
                done += records.len() as u64;
            }
        }
        Ok(())
    }

    /// Reads both again, and opens the target when they are the same.
    async fn compare(&mut self, total: u64) -> Result<Moved, MoveError> {
        self.target.hold().await.map_err(|fault| self.places.target(fault))?;
        let mut progress = Progress { stage: Stage::Comparing, table: "", done: 0, total: total * 2 };
        let mut tables = Vec::new();
        for table in Table::ALL {
            progress.table = table.as_str();
            let (mut source, mut target) = (Reading::new(table), Reading::new(table));
            // In turns, so that neither database finds its transaction idle and ends it.
            while !(source.is_done && target.is_done) {
                progress.done +=
                    source.go_on(&mut self.source).await.map_err(|fault| self.places.source(fault))?;
                progress.done +=
                    target.go_on(&mut self.target).await.map_err(|fault| self.places.target(fault))?;
                tell(&mut self.watch, progress)?;
            }
            let (source, target) = (source.sum, target.sum);
            if (source.records(), source.hex()) != (target.records(), target.hex()) {
                return Err(MoveError::Different {
                    table: table.as_str(),
                    source_records: source.records(),
                    source_checksum: source.hex(),
                    target_records: target.records(),
                    target_checksum: target.hex(),
                });
            }
            tables.push(MovedTable {
                name: table.as_str(),
                records: source.records(),
                checksum: source.hex(),
            });
        }
        self.target.finish().await.map_err(|fault| self.places.target(fault))?;
        Ok(Moved { tables })
    }
}

/// A table that is read again and added up.
struct Reading {
    table: Table,
    position: Position,
    sum: Sum,
    is_done: bool,
}

impl Reading {
    fn new(table: Table) -> Self {
        Self { table, position: table.start(), sum: Sum::default(), is_done: false }
    }

    /// Adds a page, and tells how many records that were.
    async fn go_on(&mut self, end: &mut impl End) -> Result<u64, StoreError> {
        if self.is_done {
            return Ok(0);
        }
        let records = end.page(self.table, &self.position).await?;
        self.sum.add(&records);
        match records.last() {
            Some(last) => self.position = last.position(self.table),
            None => self.is_done = true,
        }
        Ok(records.len() as u64)
    }
}

fn tell(watch: &mut impl FnMut(Progress) -> ControlFlow<()>, progress: Progress) -> Result<(), MoveError> {
    if watch(progress).is_break() { Err(MoveError::Stopped) } else { Ok(()) }
}
