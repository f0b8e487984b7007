//! Reader threads: each has a connection; whoever is free takes the next read.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot, watch};

use super::connection::{self, Access};
use crate::StoreError;

/// Reads that wait before callers do.
const QUEUE_MAX: usize = 1024;

type Read = Box<dyn FnOnce(&mut Connection) + Send>;

/// Some threads, and the queue that they read from.
pub(super) struct Readers {
    queue: Arc<Queue>,
    /// Closed when the last thread has ended.
    ended: watch::Receiver<()>,
}

/// What waits for a thread. One that arrives wakes one thread, and no other is told of it.
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    room: Semaphore,
}

#[derive(Default)]
struct Waiting {
    reads: VecDeque<Read>,
    /// Nothing more arrives.
    is_closed: bool,
}

impl Readers {
    pub(super) fn start(path: &Path, threads: usize) -> Result<Self, StoreError> {
        let (end, ended) = watch::channel(());
        let end = Arc::new(end);
        let queue =
            Queue { waiting: Mutex::default(), arrived: Condvar::new(), room: Semaphore::new(QUEUE_MAX) };
        let readers = Self { queue: Arc::new(queue), ended };
        for number in 1..=threads.max(1) {
            let mut connection = connection::open(path, Access::Read)?;
            let (queue, end) = (Arc::clone(&readers.queue), Arc::clone(&end));
            std::thread::Builder::new()
                .name(format!("store-read-{number}"))
                .spawn(move || {
                    while let Some(read) = queue.next() {
                        // A read that panics has dropped its answer, which its caller notices.
                        drop(catch_unwind(AssertUnwindSafe(|| read(&mut connection))));
                    }
                    drop((connection, end));
                })
                .map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
        }
        Ok(readers)
    }

    /// Runs a read in one transaction, so that all its statements see the same state.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Read = Box::new(move |connection| {
            if !answer.is_closed() {
                // An error means that the caller is gone.
                drop(answer.send(in_transaction(connection, read)));
            }
        });
        self.queue.push(job).await?;
        answered.await.map_err(|_| StoreError::Closing)?
    }

    /// Lets what is queued finish, and stops the threads.
    pub(super) async fn close(&self) {
        self.queue.close();
        // The only change is the end.
        drop(self.ended.clone().changed().await);
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Queue {
    async fn push(&self, read: Read) -> Result<(), StoreError> {
        let room = self.room.acquire().await.map_err(|_| StoreError::Closing)?;
        {
            let mut waiting = self.waiting();
            if waiting.is_closed {
                return Err(StoreError::Closing);
            }
            waiting.reads.push_back(read);
        }
        // It is taken until a thread has the read.
        room.forget();
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for the next read; `None` when there is none and none will come.
    fn next(&self) -> Option<Read> {
        let mut waiting = self.waiting();
        loop {
            if let Some(read) = waiting.reads.pop_front() {
                drop(waiting);
                self.room.add_permits(1);
                return Some(read);
            }
            if waiting.is_closed {
                return None;
            }
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        self.room.close();
        self.waiting().is_closed = true;
        self.arrived.notify_all();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    read: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if !connection.is_autocommit() {
        // The read before this one panicked.
        connection.execute_batch("ROLLBACK")?;
    }
    connection.prepare_cached("BEGIN")?.execute([])?;
    let found = read(connection);
    connection.prepare_cached("ROLLBACK")?.execute([])?;
    found
}
