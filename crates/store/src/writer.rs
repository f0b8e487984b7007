//! The batch writer: takes what waits, applies it in memory, commits once, then answers everybody.
//!
//! There is no timer: a batch is what queued while the one before it was committed. Knows no SQL.

mod batch;
mod gather;
mod known;
mod saves;
mod undo;

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use self::batch::Batch;
use crate::backend::{Admin, Batches, CommitError};
use crate::catalogs::Catalogs;
use crate::{Outcome, StoreError, Write};

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked to do.
pub(crate) enum Command {
    /// To change a contact.
    Contact(Write, Reply<Outcome>),
    /// To write something else. Within a batch these come before the contacts.
    Admin(Admin, Reply<u64>),
    /// To take nothing more than what is queued, and to end.
    Close,
}

/// What the writer has done so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) batches: AtomicU64,
    pub(crate) writes: AtomicU64,
    pub(crate) events: AtomicU64,
    pub(crate) busy_micros: AtomicU64,
}

/// The one writer.
pub(crate) struct Writer<B> {
    batches: B,
    catalogs: Arc<Catalogs>,
    counters: Arc<Counters>,
}

/// The commands of one batch.
#[derive(Default)]
struct Taken {
    admin: Vec<Admin>,
    admin_replies: Vec<Reply<u64>>,
    writes: Vec<Write>,
    write_replies: Vec<Reply<Outcome>>,
}

/// What came of each of them, and how many events were appended.
struct Done {
    admin: Vec<Result<u64, StoreError>>,
    writes: Vec<Result<Outcome, StoreError>>,
    events: usize,
    is_stored: bool,
}

impl<B: Batches> Writer<B> {
    pub(crate) fn new(batches: B, catalogs: Arc<Catalogs>, counters: Arc<Counters>) -> Self {
        Self { batches, catalogs, counters }
    }

    /// Writes until the queue is closed and empty.
    pub(crate) async fn run(mut self, mut queue: mpsc::Receiver<Command>, batch_max: usize) {
        let mut waiting = Vec::new();
        while queue.recv_many(&mut waiting, batch_max.max(1)).await > 0 {
            let mut taken = Taken::default();
            for command in waiting.drain(..) {
                match command {
                    Command::Contact(write, reply) => {
                        taken.writes.push(write);
                        taken.write_replies.push(reply);
                    }
                    Command::Admin(admin, reply) => {
                        taken.admin.push(admin);
                        taken.admin_replies.push(reply);
                    }
                    Command::Close => queue.close(),
                }
            }
            self.batch(taken).await;
        }
    }

    async fn batch(&mut self, taken: Taken) {
        let started = Instant::now();
        match self.attempt(&taken.admin, &taken.writes).await {
            Ok(done) => {
                if done.is_stored {
                    self.count(started, taken.writes.len() + taken.admin.len(), done.events);
                }
                answer(taken.admin_replies, done.admin);
                answer(taken.write_replies, done.writes);
            }
            Err(fault) => {
                self.batches.rollback().await;
                self.catalogs.clear();
                taken.refuse(fault);
            }
        }
    }

    fn count(&self, started: Instant, writes: usize, events: usize) {
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.counters.batches.fetch_add(1, Ordering::Relaxed);
        self.counters.writes.fetch_add(writes as u64, Ordering::Relaxed);
        self.counters.events.fetch_add(events as u64, Ordering::Relaxed);
        self.counters.busy_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Carries out a batch. A panic in it, which only a mistake in this program can cause, fails this batch
    /// and not those after it.
    async fn attempt(&mut self, admin: &[Admin], writes: &[Write]) -> Result<Done, CommitError> {
        let mut work = pin!(self.carry_out(admin, writes));
        poll_fn(|context| {
            catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
                .unwrap_or_else(|_| Poll::Ready(Err(CommitError::Unknown(StoreError::Closing))))
        })
        .await
    }

    async fn carry_out(&mut self, admin: &[Admin], writes: &[Write]) -> Result<Done, CommitError> {
        let started = Instant::now();
        self.batches.begin().await.map_err(CommitError::NotStored)?;
        let admin_done = self.administer(admin).await.map_err(CommitError::NotStored)?;
        let loaded = Batch::load(&mut self.batches, &self.catalogs, writes).await;
        let mut batch = loaded.map_err(CommitError::NotStored)?;
        let mut writes_done = Vec::with_capacity(writes.len());
        for write in writes {
            let done = batch.carry_out(&mut self.batches, write).await;
            writes_done.push(done.map_err(CommitError::NotStored)?);
        }
        let saves = batch.saves().map_err(CommitError::NotStored)?;
        let is_stored = !saves.is_empty() || admin_done.iter().any(Result::is_ok);
        if is_stored {
            self.batches.commit(&saves).await?;
        } else {
            self.batches.rollback().await;
        }
        for (workspace, catalog) in batch.catalogs() {
            self.catalogs.put(workspace, catalog, started);
        }
        for (command, done) in admin.iter().zip(&admin_done) {
            if let (Admin::WriteCatalog(workspace, catalog), Ok(_)) = (command, done) {
                self.catalogs.put(*workspace, catalog, started);
            }
        }
        Ok(Done { admin: admin_done, writes: writes_done, events: saves.events.len(), is_stored })
    }

    async fn administer(&mut self, commands: &[Admin]) -> Result<Vec<Result<u64, StoreError>>, StoreError> {
        let mut done = Vec::with_capacity(commands.len());
        for command in commands {
            let result = self.batches.administer(command).await;
            match result {
                Ok(_) | Err(StoreError::InUse(_) | StoreError::CatalogChanged) => done.push(result),
                // It may have been carried out in part, so nothing of the batch may be stored.
                Err(fault) => return Err(fault),
            }
        }
        Ok(done)
    }
}

impl Taken {
    /// Tells everybody why nothing, or perhaps nothing, was stored.
    fn refuse(self, fault: CommitError) {
        let faults: Box<dyn Fn() -> StoreError> = match fault {
            CommitError::NotStored(fault) => Box::new(move || fault.copy()),
            CommitError::Unknown(fault) => {
                let fault = Arc::new(fault);
                Box::new(move || StoreError::OutcomeUnknown(Arc::clone(&fault)))
            }
        };
        let (admin, writes) = (self.admin_replies.len(), self.write_replies.len());
        answer(self.admin_replies, (0..admin).map(|_| Err(faults())));
        answer(self.write_replies, (0..writes).map(|_| Err(faults())));
    }
}

fn answer<T>(replies: Vec<Reply<T>>, results: impl IntoIterator<Item = Result<T, StoreError>>) {
    for (reply, result) in replies.into_iter().zip(results) {
        // An error means that the caller is gone; what it asked for is done all the same.
        drop(reply.send(result));
    }
}
