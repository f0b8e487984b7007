//! The write-ahead log: moved into the file by a thread of its own, and never longer than its bound.
//!
//! A passive checkpoint disturbs nobody, but while writes go on without a break the log never starts over.
//! So when the log nears its bound, the writer pauses for one checkpoint that makes it start over.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use rusqlite::Connection;

use super::connection::{self, Access};
use crate::StoreError;

/// Passive checkpoints begin when the log has grown by this much, or by a tenth of its bound.
const STEP_MAX_BYTES: u64 = 4 << 20;

/// From this size on, or an eighth of its bound, the log starts over whenever that is nearly free: flushing a
/// log that is written anew from its start costs less than flushing one that grows.
const EASY_MAX_BYTES: u64 = 16 << 20;

/// What is still to be moved then at most, as a part of the log's size.
const EASY_REST: u64 = 16;

/// How long the writer's pause waits for readers that still read from the log.
const RESTART_TIMEOUT: Duration = Duration::from_millis(500);

/// The log of one database. Sizes are in bytes of frames in use, which the file's length may exceed.
pub(super) struct Log {
    max_bytes: u64,
    frame_bytes: u64,
    /// In use.
    bytes: AtomicU64,
    /// In use, and moved into the file already.
    moved_bytes: AtomicU64,
    /// In use when a pause last failed, because somebody read from the log all the time.
    stuck_bytes: AtomicU64,
    connection: Mutex<Connection>,
    wake: SyncSender<()>,
}

impl Log {
    pub(super) fn open(path: &Path, max_bytes: u64) -> Result<Arc<Self>, StoreError> {
        let connection = connection::open(path, Access::Write)?;
        connection.busy_timeout(RESTART_TIMEOUT)?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        let page_bytes: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let (wake, woken) = sync_channel(1);
        let log = Arc::new(Self {
            max_bytes,
            frame_bytes: page_bytes + 24,
            bytes: AtomicU64::new(0),
            moved_bytes: AtomicU64::new(0),
            stuck_bytes: AtomicU64::new(0),
            connection: Mutex::new(connection),
            wake,
        });
        // What an earlier process left in the log.
        log.checkpoint(&log.connection(), "TRUNCATE")?;
        let weak: Weak<Self> = Arc::downgrade(&log);
        std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while woken.recv().is_ok() {
                    let Some(log) = weak.upgrade() else { return };
                    if let Err(fault) = log.checkpoint(&log.connection(), "PASSIVE") {
                        tracing::warn!(%fault, "a checkpoint failed; it is tried again");
                    }
                }
            })
            .map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
        Ok(log)
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Notes how many frames are in the log after a commit, and wakes the thread when it is time.
    pub(super) fn grew_to(&self, frames: u64) {
        let bytes = frames * self.frame_bytes;
        let before = self.bytes.swap(bytes, Ordering::Relaxed);
        if bytes < before {
            // It started over by itself.
            self.moved_bytes.store(0, Ordering::Relaxed);
            self.stuck_bytes.store(0, Ordering::Relaxed);
        }
        if bytes.saturating_sub(self.moved_bytes.load(Ordering::Relaxed)) >= self.step_bytes() {
            match self.wake.try_send(()) {
                // Full: it is awake already. Disconnected: it ended with the store.
                Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
            }
        }
    }

    /// Called by the writer between two batches: makes the log start over when that is [due](Self::is_due).
    pub(super) fn keep_bounded(&self) {
        if !self.is_due() {
            return;
        }
        let bytes = self.bytes();
        match self.checkpoint(&self.connection(), "RESTART") {
            Ok(true) => self.stuck_bytes.store(0, Ordering::Relaxed),
            Ok(false) => self.stuck_bytes.store(bytes, Ordering::Relaxed),
            Err(fault) => {
                self.stuck_bytes.store(bytes, Ordering::Relaxed);
                tracing::warn!(%fault, "the log could not start over; it is tried again");
            }
        }
    }

    /// Whether the log is to start over: as soon as the passive checkpoints have nearly caught up, and when it nears its
    /// bound also if they have not, at the latest just below it.
    pub(super) fn is_due(&self) -> bool {
        let bytes = self.bytes();
        let rest = bytes.saturating_sub(self.moved_bytes.load(Ordering::Relaxed));
        let is_easy = bytes >= EASY_MAX_BYTES.min(self.max_bytes / 8) && rest <= bytes / EASY_REST;
        let is_near = bytes >= self.max_bytes / 4 * 3;
        let is_last_chance = bytes >= self.max_bytes / 8 * 7;
        let is_stuck = bytes < self.stuck_bytes.load(Ordering::Relaxed).saturating_add(self.step_bytes());
        let had_failed = self.stuck_bytes.load(Ordering::Relaxed) > 0;
        let is_wanted = is_easy || is_last_chance || (is_near && rest <= self.step_bytes());
        is_wanted && !(had_failed && is_stuck)
    }

    /// Moves all of the log into the file and empties it.
    pub(super) fn empty(&self) -> Result<(), StoreError> {
        self.checkpoint(&self.connection(), "TRUNCATE").map(drop)
    }

    fn step_bytes(&self) -> u64 {
        (self.max_bytes / 10).min(STEP_MAX_BYTES)
    }

    /// Only one checkpoint at a time: SQLite would refuse a second one at once, without waiting.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether all of the log was moved.
    fn checkpoint(&self, connection: &Connection, mode: &str) -> Result<bool, StoreError> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let (is_busy, frames, moved): (bool, i64, i64) =
            connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let bytes = |frames: i64| u64::try_from(frames).unwrap_or(0) * self.frame_bytes;
        self.moved_bytes.store(bytes(moved), Ordering::Relaxed);
        let is_done = !is_busy && moved == frames;
        if is_done && mode != "PASSIVE" {
            // The next commit writes from the start of the log.
            self.bytes.store(0, Ordering::Relaxed);
            self.moved_bytes.store(0, Ordering::Relaxed);
        }
        Ok(is_done)
    }
}
