//! A writing half on PostgreSQL: one round trip to load and lock, one to save and commit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;

use super::load::{Claims, Loading, Locking};
use super::pipeline::Failed;
use super::save::{self, Saving};
use super::server::{Server, Session};
use super::{administer, requests};
use crate::StoreError;
use crate::backend::{Admin, Batches, CommitError, Committed, Loaded, Saves, Wanted};
use crate::last_rows::LastRows;

/// What every transaction begins with. Another node waits for a lock at most `lock_timeout`; a node that does not go
/// on with its transaction, because it is stopped or cut off, loses it after `idle_in_transaction_session_timeout`.
/// Both are milliseconds. Set here, because poolers may give each transaction another connection.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 4000; \
                     SET LOCAL idle_in_transaction_session_timeout = 2000";

/// An answer means durable, whatever the server's default is.
const DURABLE: &str = "; SET LOCAL synchronous_commit = on";

/// A connection that writes.
pub(crate) struct PostgresWriter {
    server: Server,
    session: Option<Session>,
    begin: String,
    /// Whether the transaction's first statement is still to come.
    is_beginning: bool,
    has_locks: bool,
    /// Requests are looked for until then.
    seeks_until: Option<Instant>,
    last_rows: SharedLastRows,
}

/// What all writers of this process know of the requests that they carried out.
pub(super) type SharedLastRows = Arc<Mutex<LastRows>>;

/// How long requests are looked for in batches after one came again. Without looking, the key of their table tells, which
/// fails a whole batch, but most requests are new.
const SEEK_FOR: Duration = Duration::from_secs(10);

impl PostgresWriter {
    pub(super) fn new(server: Server, is_durable: bool, last_rows: &SharedLastRows) -> Self {
        let begin = if is_durable { BEGIN.to_owned() } else { format!("{BEGIN}{DURABLE}") };
        Self {
            server,
            session: None,
            begin,
            is_beginning: false,
            has_locks: false,
            seeks_until: None,
            last_rows: Arc::clone(last_rows),
        }
    }

    fn last_rows(&self) -> MutexGuard<'_, LastRows> {
        self.last_rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self) -> Result<&Session, StoreError> {
        self.session.as_ref().ok_or(StoreError::Closing)
    }

    /// What the next statements are sent after.
    fn first(&mut self) -> String {
        if std::mem::take(&mut self.is_beginning) { self.begin.clone() } else { String::new() }
    }
}

impl Batches for PostgresWriter {
    const USES_NETWORK: bool = true;

    async fn begin(&mut self) -> Result<(), StoreError> {
        if self.session.is_none() {
            self.session = Some(self.server.session().await?);
        }
        (self.is_beginning, self.has_locks) = (true, false);
        Ok(())
    }

    async fn administer(&mut self, command: &Admin) -> Result<u64, StoreError> {
        let first = self.first();
        let session = self.session()?;
        session.run(&first, &[], "").await?;
        administer::run(session, command).await
    }

    async fn load(&mut self, wanted: &Wanted) -> Result<Loaded, StoreError> {
        let is_seeking = self.seeks_until.is_some_and(|until| Instant::now() < until);
        // What is wanted later is wanted because something is refused.
        let claims = if is_seeking || !self.is_beginning { Claims::Sought } else { Claims::TakenForNew };
        let first = self.first();
        let locking = if self.has_locks { Locking::Failing } else { Locking::Waiting };
        let loading = Loading::new(wanted, locking, claims);
        self.has_locks |= loading.has_locks();
        let rows = self.session()?.run(&first, loading.steps(), "").await?;
        let are_taken_for_new = claims == Claims::TakenForNew && !wanted.claims.is_empty();
        Ok(Loaded { are_taken_for_new, ..loading.read(rows)? })
    }

    async fn commit(&mut self, saves: &Saves) -> Result<Committed, CommitError> {
        let first = self.first();
        let saving = Saving::new(saves, &self.last_rows()).map_err(CommitError::NotStored)?;
        let session = self.session().map_err(CommitError::NotStored)?;
        let rows = match session.run(&first, saving.steps(), "COMMIT").await {
            Ok(rows) => rows,
            Err(Failed::Refused(fault)) => {
                if !saves.claims.is_empty() && fault.code() == Some(&SqlState::UNIQUE_VIOLATION) {
                    self.seeks_until = Some(Instant::now() + SEEK_FOR);
                }
                return Err(CommitError::NotStored(fault.into()));
            }
            Err(Failed::Broken(fault)) => return Err(CommitError::Lost(fault)),
        };
        // Without it the place is looked for.
        for (key, place) in saving.places(&rows).unwrap_or_default() {
            if key.1.step == 0 {
                self.last_rows().add(key, place);
            }
        }
        // It is committed: that a number cannot be read is no reason to say anything else.
        saving.read(&rows).map_err(CommitError::Unknown)
    }

    async fn find_committed(&mut self, saves: &Saves) -> Result<Option<Committed>, StoreError> {
        if saves.events.is_empty() {
            // Keeping an answer again does no harm.
            let [claim, ..] = saves.claims.as_slice() else { return Ok(None) };
            let rows = self.session()?.run("", &[requests::claims(&[claim.key])], "").await?;
            let is_there = rows.first().is_some_and(|rows| !rows.is_empty());
            return Ok(is_there.then(Committed::new));
        }
        let (workspaces, steps): (Vec<_>, Vec<_>) = save::find(saves).into_iter().unzip();
        let rows = self.session()?.run("", &steps, "").await?;
        let mut committed = Committed::new();
        for (workspace, rows) in workspaces.into_iter().zip(rows) {
            match save::found(&rows)? {
                Some(seq) => committed.push((workspace, seq)),
                None => return Ok(None),
            }
        }
        Ok(Some(committed))
    }

    async fn rollback(&mut self) {
        if std::mem::take(&mut self.is_beginning) {
            return;
        }
        // The next connection may be to a server that is well.
        let Some(session) = self.session.take_if(|session| !session.is_away()) else {
            self.session = None;
            return;
        };
        match session.run("", &[], "ROLLBACK").await {
            Ok(_) => self.session = Some(session),
            // Dropped, and with it the transaction.
            Err(failed) => tracing::debug!(?failed, "a batch was rolled back by closing its connection"),
        }
    }
}
