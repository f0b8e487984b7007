//! Reader threads: each has a connection; whoever is free takes the next read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::connection::{self, Access};
use crate::StoreError;

/// Reads that wait before callers do.
const QUEUE_MAX: usize = 1024;

type Read = Box<dyn FnOnce(&mut Connection) + Send>;

/// A queue that some threads read from; `None` in it stops one of them.
pub(super) struct Readers {
    queue: mpsc::Sender<Option<Read>>,
    threads: usize,
}

impl Readers {
    pub(super) fn start(path: &Path, threads: usize) -> Result<Self, StoreError> {
        let threads = threads.max(1);
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 1..=threads {
            let mut connection = connection::open(path, Access::Read)?;
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new()
                .name(format!("store-read-{number}"))
                .spawn(move || {
                    while let Some(read) = next(&waiting) {
                        // A read that panics has dropped its answer, which its caller notices.
                        drop(catch_unwind(AssertUnwindSafe(|| read(&mut connection))));
                    }
                })
                .map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
        }
        Ok(Self { queue, threads })
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
        self.queue.send(Some(job)).await.map_err(|_| StoreError::Closing)?;
        answered.await.map_err(|_| StoreError::Closing)?
    }

    /// Lets what is queued finish, and stops the threads.
    pub(super) async fn close(&self) {
        for _ in 0..self.threads {
            if self.queue.send(None).await.is_err() {
                return;
            }
        }
        self.queue.closed().await;
    }
}

/// Takes the next read. One thread waits for it, the others wait for that thread.
fn next(waiting: &Mutex<mpsc::Receiver<Option<Read>>>) -> Option<Read> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv().flatten()
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
