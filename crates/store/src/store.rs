//! The store: opening, writing, checking, closing.

mod admin;
mod contacts;
mod history;
mod indexes;
mod notes;
mod records;
mod requests;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use model::Catalog;
use tokio::sync::Semaphore;
use uuid::Uuid;

use self::indexes::Filled;
use crate::backend::{Admin, Administered, Backend, Batches, Wanted};
use crate::catalogs::Catalogs;
use crate::database::Database;
use crate::pending::Pending;
use crate::postgres::Postgres;
use crate::queue::Queue;
use crate::sqlite::Sqlite;
use crate::writer::rehearse;
use crate::{
    Action, AnyOutcome, Location, StoreError, Together, Verified, WorkspaceNumber, Write, WriterStats,
};

/// Bounds of the store.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections for reading.
    pub readers: usize,
    /// Connections for writing, on PostgreSQL. A file has one.
    pub writers: usize,
    /// A copy of a PostgreSQL database that follows it: contacts, lists and histories are read there. They may be
    /// behind by what the copy is.
    pub read_from: Option<Location>,
    /// Writes in one commit at most.
    pub batch_max: usize,
    /// Writes that may wait at most; one more is [`StoreError::Busy`].
    pub queue_max: usize,
    /// Bytes of the write-ahead log at most.
    pub log_max_bytes: u64,
    /// A write to a file that comes alone, after another one that came alone and took less than this, is carried out by the
    /// thread that has it, instead of by the writer's.
    pub alone_within: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            writers: 2,
            read_from: None,
            batch_max: 256,
            queue_max: 4096,
            log_max_bytes: 256 << 20,
            alone_within: Duration::from_millis(1),
        }
    }
}

/// A handle on the store; clones share it. When the last one is dropped, what is queued is still written, on PostgreSQL
/// while the runtime lasts.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    // Dropped first: they wait for the writers.
    queues: Vec<Queue>,
    backend: Database,
    catalogs: Arc<Catalogs>,
    /// For lists that read documents, with patience that ends, and for [turns](Store::turn_to_scan).
    scans: Semaphore,
    filled: Filled,
    is_beside: bool,
    /// Answers that their clients have, and that are to be stored.
    pending: Pending,
    /// Whether somebody is [noting](Store::note_last_events).
    is_noting: AtomicBool,
}

/// Lists that read documents at a time: less than the readers there are.
const SCANS_MAX: usize = 2;

impl Store {
    /// Opens a database for serving and migrates it under a lock. A file is made when it does not exist, and locked
    /// against a second server until the store is closed.
    ///
    /// # Errors
    /// [`StoreError::InUseByOther`], [`StoreError::NewerSchema`], or what the file system and the database say.
    pub async fn open(location: &Location, options: Options) -> Result<Self, StoreError> {
        match location.clone() {
            Location::Sqlite(path) => {
                blocking(move || {
                    let (backend, writer) = Sqlite::open(&path, &options)?;
                    Self::start(Database::Sqlite(backend), vec![writer], Arc::default(), &options, false)
                })
                .await
            }
            Location::Postgres(url) => Self::open_postgres(&url, &options, false).await,
        }
    }

    /// Opens a database for administration (workspaces, keys and catalogs), beside a server that may be running on it.
    /// Such a store refuses to write other records.
    ///
    /// # Errors
    /// As [`Store::open`], but for the lock.
    pub async fn open_beside(location: &Location) -> Result<Self, StoreError> {
        let options = Options { writers: 1, readers: 1, ..Options::default() };
        match location.clone() {
            Location::Sqlite(path) => {
                blocking(move || {
                    let (backend, writer) = Sqlite::open_beside(&path)?;
                    Self::start(Database::Sqlite(backend), vec![writer], Arc::default(), &options, true)
                })
                .await
            }
            Location::Postgres(url) => Self::open_postgres(&url, &options, true).await,
        }
    }

    async fn open_postgres(url: &str, options: &Options, is_beside: bool) -> Result<Self, StoreError> {
        let catalogs = Arc::default();
        let (backend, writers) = Postgres::open(url, options, Arc::clone(&catalogs)).await?;
        Self::start(Database::Postgres(backend), writers, catalogs, options, is_beside)
    }

    fn start(
        backend: Database,
        writers: Vec<impl Batches + 'static>,
        catalogs: Arc<Catalogs>,
        options: &Options,
        is_beside: bool,
    ) -> Result<Self, StoreError> {
        let is_away = Arc::default();
        let start = |writer| Queue::start(writer, Arc::clone(&catalogs), Arc::clone(&is_away), options);
        let queues = writers.into_iter().map(start).collect::<Result<_, _>>()?;
        let scans = Semaphore::new(SCANS_MAX.min(options.readers.saturating_sub(1)).max(1));
        let is_noting = AtomicBool::new(false);
        let (filled, pending) = (Filled::default(), Pending::default());
        let shared = Shared { queues, backend, catalogs, scans, filled, is_beside, pending, is_noting };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Lets what is queued finish, and closes. Later writes are [`StoreError::Closing`].
    pub async fn close(&self) {
        for queue in &self.shared.queues {
            queue.close().await;
        }
        self.shared.backend.close().await;
    }

    /// Queues a write and waits until it is durable.
    ///
    /// # Errors
    /// Everything that [`StoreError`] lists for records. After any but [`StoreError::OutcomeUnknown`] nothing
    /// was stored.
    pub async fn write(&self, write: Write) -> Result<AnyOutcome, StoreError> {
        self.write_and_return(write).await.1
    }

    /// The same, with the write given back to who may have more to do with it; only one that was to be made while the store
    /// closes may be lost.
    pub async fn write_and_return(&self, write: Write) -> (Option<Write>, Result<AnyOutcome, StoreError>) {
        let workspace = write.workspace;
        let queue = self.check_beside(std::slice::from_ref(&write)).and_then(|()| self.queue(&write));
        let (write, result) = match queue {
            Ok(queue) => queue.write(write).await,
            Err(fault) => (Some(write), Err(fault)),
        };
        if let Ok(outcome) = &result {
            self.note_after(workspace, outcome.event());
        }
        (write, result)
    }

    /// The same without what came of it, which costs less where many threads allocate memory.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_unseen(&self, write: Write) -> Result<(), StoreError> {
        self.check_beside(std::slice::from_ref(&write))?;
        let workspace = write.workspace;
        let event = self.queue(&write)?.write_unseen(write).await?;
        self.note_after(workspace, event);
        Ok(())
    }

    /// Queues writes of one workspace that are all carried out, in their order, or none of them; waits until they are
    /// durable. Their events follow each other, and each knows its place ([`Event::part`](model::Event::part)).
    ///
    /// # Errors
    /// [`StoreError::InGroup`] of the first write that cannot be carried out; then nothing was stored.
    pub async fn write_group(&self, writes: Vec<Write>) -> Result<Vec<AnyOutcome>, StoreError> {
        let outcomes = self.write_batch(writes, Together::AllOrNone).await?;
        outcomes.into_iter().collect()
    }

    /// Queues writes of one workspace that are one group; waits until they are durable. What came of each, in their
    /// order: each sees what those before it did.
    ///
    /// # Errors
    /// Why none of them was carried out. What stopped only some of them is said of those.
    pub async fn write_batch(
        &self,
        writes: Vec<Write>,
        together: Together,
    ) -> Result<Vec<Result<AnyOutcome, StoreError>>, StoreError> {
        self.check_beside(&writes)?;
        let Some(first) = writes.first() else { return Ok(Vec::new()) };
        let workspace = first.workspace;
        let outcomes = self.queue(first)?.write_group(writes, together).await?;
        self.note_after(workspace, outcomes.iter().flatten().filter_map(AnyOutcome::event));
        Ok(outcomes)
    }

    /// What would come now of these writes, one after the other, of which those of a part are a group or one write alone.
    /// Nothing is stored, nothing is locked, no number is taken, and a writer need not be there. The outcomes are of the
    /// last part, and have no events; of the parts before it, what cannot be carried out is passed over.
    ///
    /// # Errors
    /// As [`Store::write_batch`].
    pub fn rehearse<'a>(
        &'a self,
        parts: &'a [Vec<Write>],
        together: Together,
    ) -> BoxFuture<'a, Result<Vec<Result<AnyOutcome, StoreError>>, StoreError>> {
        // Seldom, and much: compiled once, and of little room in what awaits it.
        Box::pin(rehearse(&self.shared.backend, &self.shared.catalogs, parts, together))
    }

    /// The workspace's catalog; at most one second old.
    ///
    /// # Errors
    /// [`StoreError::NoSuchContact`] when there is no such workspace; what the database says.
    pub async fn catalog(&self, workspace: WorkspaceNumber) -> Result<Arc<Catalog>, StoreError> {
        let catalogs = &self.shared.catalogs;
        if let Some(catalog) = catalogs.fresh(workspace) {
            return Ok(catalog);
        }
        let asked = Instant::now();
        let wanted = Wanted { heads: vec![workspace], ..Wanted::default() };
        let heads = self.shared.backend.load(wanted).await?.heads;
        let known =
            heads.first().and_then(|(_, head)| catalogs.at_revision(workspace, head.catalog_revision));
        let catalog = match known {
            Some(catalog) => catalog,
            None => {
                let wanted = Wanted { catalogs: vec![workspace], ..Wanted::default() };
                let stored = self.shared.backend.load(wanted).await?.catalogs.into_iter().next();
                stored.map(|(_, catalog)| Arc::new(catalog)).ok_or(StoreError::NoSuchContact)?
            }
        };
        catalogs.put(workspace, &catalog, asked);
        Ok(catalog)
    }

    /// Whether a read and the writer work.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.shared.backend.workspaces().await?;
        self.administer(Admin::Check).await.map(drop)
    }

    /// Checks everything that is stored: the database itself, and that contacts, look-ups and events agree.
    /// Reads all of it.
    ///
    /// # Errors
    /// What the database says, beyond what [`Verified`] tells.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let mut verified = self.shared.backend.verify().await?;
        self.verify_revisions(&mut verified).await?;
        Ok(verified)
    }

    /// Takes a lease on work that one server at a time does, or keeps it for longer. Yields the term: it grows with
    /// each new holder, so that what an earlier one still does can be told apart. `None` while another has it.
    ///
    /// # Errors
    /// What the database says; then nothing is known.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: Uuid,
        length: Duration,
    ) -> Result<Option<u64>, StoreError> {
        self.shared.backend.take_lease(name, holder, length).await
    }

    /// Lets another server take a lease at once.
    ///
    /// # Errors
    /// What the database says; then the lease ends by itself.
    pub async fn give_back_lease(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        self.shared.backend.give_back_lease(name, holder).await
    }

    /// Passes if these writes may be made beside a server that is running: those of the catalog alone.
    fn check_beside(&self, writes: &[Write]) -> Result<(), StoreError> {
        let is_of_catalog = |write: &Write| matches!(write.action, Action::Catalog(_));
        if self.shared.is_beside && !writes.iter().all(is_of_catalog) {
            return Err(StoreError::Closing);
        }
        Ok(())
    }

    /// The queue for a write. Writes of one contact under one name go to one writer, in their order; new contacts of
    /// a workspace too, because they take their numbers in turn.
    fn queue(&self, write: &Write) -> Result<&Queue, StoreError> {
        let queues = &self.shared.queues;
        let mut hasher = DefaultHasher::new();
        write.workspace.hash(&mut hasher);
        if let Action::Update { contact, .. } | Action::Delete { contact, .. } = &write.action {
            contact.text.hash(&mut hasher);
        }
        let place = hasher.finish().checked_rem(queues.len() as u64);
        let queue = place.and_then(|place| queues.get(usize::try_from(place).ok()?));
        queue.ok_or(StoreError::Closing)
    }

    async fn administer(&self, command: impl Into<Administered>) -> Result<u64, StoreError> {
        let queue = self.shared.queues.first().ok_or(StoreError::Closing)?;
        queue.administer(command.into()).await
    }

    /// What the writers have done so far.
    pub fn writer_stats(&self) -> WriterStats {
        let log_bytes = self.shared.backend.log_bytes();
        let all = WriterStats { log_bytes, ..WriterStats::default() };
        self.shared.queues.iter().map(Queue::stats).fold(all, WriterStats::plus)
    }
}

/// Runs what waits for the disk on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    // It fails only when the runtime shuts down, or on a panic.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Closing))
}
