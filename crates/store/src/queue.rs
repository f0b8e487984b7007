//! The bounded queue before the writer, and what the writer runs on; a write to a file that comes alone needs neither.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::backend::{Administered, Batches};
use crate::catalogs::Catalogs;
use crate::once::AnswerSave;
use crate::pending::OnItsWay;
use crate::writer::{Command, Counters, Held, SharedWriter, Writer};
use crate::{AnyOutcome, Options, StoreError, Together, Write, WriterStats};

/// What came of a write, beside the write itself as far as it is not lost with the writer.
pub(crate) type Returned = (Option<Write>, Result<AnyOutcome, StoreError>);

/// Carries out a write on the thread that calls it, or gives it back.
type WriteAlone = Box<dyn Fn(Write) -> BoxFuture<'static, Result<Returned, Write>> + Send + Sync>;

/// The way to the writer.
pub(crate) struct Queue {
    /// `None` only while it is dropped.
    commands: Option<mpsc::Sender<Command>>,
    /// Answers for which nobody waits.
    held: Held,
    /// `None` where writing waits for a network.
    write_alone: Option<WriteAlone>,
    counters: Arc<Counters>,
    is_closing: AtomicBool,
    /// Closed when the writer has ended.
    ended: watch::Receiver<()>,
    /// The writer's own, where it has one.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Queue {
    /// Starts the writer: on a thread of its own, or as a task of this runtime where it waits for a network. `is_away` is
    /// what all writers of a store know of their database.
    pub(crate) fn start<B: Batches + 'static>(
        batches: B,
        catalogs: Arc<Catalogs>,
        is_away: Arc<AtomicBool>,
        options: &Options,
    ) -> Result<Self, StoreError> {
        let (commands, waiting) = mpsc::channel(options.queue_max.max(1));
        let (end, ended) = watch::channel(());
        let counters = Arc::new(Counters::default());
        let writer = Writer::new(batches, catalogs, Arc::clone(&counters), is_away, options.alone_within);
        let writer = SharedWriter::new(Some(writer).into());
        let write_alone = (!B::USES_NETWORK).then(|| alone_by(&writer));
        let (held, batch_max) = (Held::default(), options.batch_max);
        let to_save = held.clone();
        let work = async move {
            Writer::run(writer, waiting, to_save, batch_max).await;
            drop(end);
        };
        let thread = if B::USES_NETWORK {
            // Beside those who ask and the connection, so that neither side has to wake another thread.
            #[expect(clippy::disallowed_methods, reason = "it ends when the queue is closed or dropped")]
            drop(tokio::spawn(work));
            None
        } else {
            Some(on_a_thread(work)?)
        };
        Ok(Self {
            commands: Some(commands),
            held,
            write_alone,
            counters,
            is_closing: AtomicBool::new(false),
            ended,
            thread: Mutex::new(thread),
        })
    }

    /// Queues a change of a record, and waits for what comes of it; makes it at once while nobody else writes.
    pub(crate) async fn write(&self, mut write: Write) -> Returned {
        if let Some(write_alone) = &self.write_alone
            && self.may_write_alone()
        {
            match write_alone(write).await {
                Ok(done) => return done,
                Err(given_back) => write = given_back,
            }
        }
        match self.queue(|reply| Command::Write(write, reply)).await {
            Ok((write, result)) => (Some(write), result),
            Err(fault) => (None, Err(fault)),
        }
    }

    /// The same, of which only the number of the event comes back, if there is one.
    pub(crate) async fn write_unseen(&self, write: Write) -> Result<Option<u64>, StoreError> {
        let (_, result) = self.queue(|reply| Command::Unseen(write, reply)).await?;
        result
    }

    /// Whether nothing is queued, and another thread does what else there is to do meanwhile.
    fn may_write_alone(&self) -> bool {
        let is_empty = self.commands.as_ref().is_some_and(|queue| queue.capacity() == queue.max_capacity());
        let threads = || Handle::try_current().map_or(0, |runtime| runtime.metrics().num_workers());
        is_empty && !self.is_closing.load(Ordering::Acquire) && threads() > 1
    }

    /// Queues changes of records that are one group, and waits for what comes of each.
    pub(crate) async fn write_group(
        &self,
        writes: Vec<Write>,
        together: Together,
    ) -> Result<Vec<Result<AnyOutcome, StoreError>>, StoreError> {
        let (_, results) = self.queue(|reply| Command::Group(writes, together, reply)).await?;
        results
    }

    /// Queues an answer to keep, and waits until it is durable.
    pub(crate) async fn keep(&self, answer: AnswerSave) -> Result<(), StoreError> {
        self.queue(|reply| Command::Answer(answer, reply)).await?
    }

    /// Leaves an answer to the writer to keep, for which nobody waits.
    pub(crate) fn keep_later(&self, answer: AnswerSave, on_its_way: OnItsWay) -> Result<(), StoreError> {
        if self.is_closing.load(Ordering::Acquire) {
            return Err(StoreError::Closing);
        }
        if self.held.add(answer, on_its_way) {
            match self.place() {
                Ok(place) => place.send(Command::Held),
                // It is at work, and looks at what is held before each batch.
                Err(StoreError::Busy) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Queues another write, and waits for what comes of it.
    pub(crate) async fn administer(&self, admin: Administered) -> Result<u64, StoreError> {
        self.queue(|reply| Command::Admin(admin, reply)).await?
    }

    /// Takes no more writes, and waits until those that are queued are done and the writer has ended.
    pub(crate) async fn close(&self) {
        self.is_closing.store(true, Ordering::Release);
        if let Some(commands) = &self.commands {
            // An error means that the writer has ended already.
            drop(commands.send(Command::Close).await);
        }
        // The only change is the end.
        drop(self.ended.clone().changed().await);
    }

    /// All but the size of the log.
    pub(crate) fn stats(&self) -> WriterStats {
        let waiting = self.commands.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity());
        WriterStats {
            batches: self.counters.batches.load(Ordering::Relaxed),
            writes: self.counters.writes.load(Ordering::Relaxed),
            alone: self.counters.alone.load(Ordering::Relaxed),
            events: self.counters.events.load(Ordering::Relaxed),
            busy_micros: self.counters.busy_micros.load(Ordering::Relaxed),
            waiting: waiting as u64,
            log_bytes: 0,
        }
    }

    /// A place in the queue, if there is one.
    fn place(&self) -> Result<mpsc::Permit<'_, Command>, StoreError> {
        if self.is_closing.load(Ordering::Acquire) {
            return Err(StoreError::Closing);
        }
        let commands = self.commands.as_ref().ok_or(StoreError::Closing)?;
        commands.try_reserve().map_err(|fault| match fault {
            TrySendError::Full(()) => StoreError::Busy,
            TrySendError::Closed(()) => StoreError::Closing,
        })
    }

    async fn queue<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, StoreError> {
        let place = self.place()?;
        let (reply, answer) = oneshot::channel();
        place.send(command(reply));
        // Without an answer the writer is gone, and nobody knows how far it got.
        answer.await.map_err(|_| StoreError::OutcomeUnknown(Arc::new(StoreError::Closing)))
    }
}

/// Runs a writer that never waits for others than who ask.
fn on_a_thread(work: impl Future<Output = ()> + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let fault = |source| StoreError::File { path: "the writer's thread".to_owned(), source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(fault)?;
    let work = move || runtime.block_on(work);
    std::thread::Builder::new().name("store-write".to_owned()).spawn(work).map_err(fault)
}

/// A write by the thread that has it, while the writer is not at work.
fn alone_by<B: Batches + 'static>(writer: &SharedWriter<B>) -> WriteAlone {
    let writer = Arc::clone(writer);
    Box::new(move |write| {
        let writer = Arc::clone(&writer);
        Box::pin(async move {
            match writer.try_lock().as_deref_mut() {
                Ok(Some(writer)) => writer.write_alone(write).await,
                Ok(None) | Err(_) => Err(write),
            }
        })
    })
}

impl Drop for Queue {
    /// Waits for a thread, so that the files are free for the next one to open them.
    fn drop(&mut self) {
        self.commands = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer's thread panicked");
        }
    }
}
