//! The batch writer: takes what waits, applies it in memory, commits once, then answers everybody.
//!
//! There is no timer: a batch is what queued while the one before it was committed. Knows no SQL. A batch that
//! met another node's, or whose database is away for a moment, is carried out again.

mod batch;
mod catalog;
mod claims;
mod contacts;
mod gather;
mod held;
mod known;
mod merge;
mod named;
mod records;
mod rehearsal;
mod retry;
mod saves;
mod slot;
mod taken;
mod undo;
mod upsert;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc};

use self::batch::Batch;
pub(crate) use self::held::Held;
pub(crate) use self::rehearsal::rehearse;
use self::retry::{Work, unwinding};
pub(crate) use self::taken::Command;
use self::taken::Taken;
use crate::backend::{Administered, Batches, CommitError, Committed, Saves, Wanted};
use crate::catalogs::Catalogs;
use crate::once::ClaimSave;
use crate::queue::Returned;
use crate::{AnyOutcome, StoreError, Together, Write};

/// What the writer has done so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) batches: AtomicU64,
    pub(crate) writes: AtomicU64,
    pub(crate) alone: AtomicU64,
    pub(crate) events: AtomicU64,
    pub(crate) busy_micros: AtomicU64,
}

/// A writer whose thread is not the only one to use it; `None` when it has ended.
pub(crate) type SharedWriter<B> = Arc<Mutex<Option<Writer<B>>>>;

/// A writer: the only one in a file, one of some on PostgreSQL.
pub(crate) struct Writer<B> {
    batches: B,
    catalogs: Arc<Catalogs>,
    counters: Arc<Counters>,
    /// The batch whose connection broke while it was committed, until it is known what came of it.
    lost: Option<Done>,
    /// Whether the database was away for so long that no batch of any writer waits for it any more.
    is_away: Arc<AtomicBool>,
    /// Whether the last batch was one write, and took less than this.
    is_quiet: bool,
    quick: Duration,
}

/// Changes of records, and answers to keep.
impl Work for Taken {
    type Done = Done;

    async fn attempt<B: Batches>(&self, writer: &mut Writer<B>) -> Result<Done, CommitError> {
        writer.write(self).await
    }
}

/// Other writes.
struct Administration<'a>(&'a [Administered]);

impl Work for Administration<'_> {
    type Done = Vec<Result<u64, StoreError>>;

    async fn attempt<B: Batches>(&self, writer: &mut Writer<B>) -> Result<Self::Done, CommitError> {
        writer.administer(self.0).await
    }
}

/// What came of each write, and the rows that hold it.
struct Done {
    results: Vec<Result<AnyOutcome, StoreError>>,
    saves: Saves,
}

impl<B: Batches> Writer<B> {
    pub(crate) fn new(
        batches: B,
        catalogs: Arc<Catalogs>,
        counters: Arc<Counters>,
        is_away: Arc<AtomicBool>,
        quick: Duration,
    ) -> Self {
        Self { batches, catalogs, counters, lost: None, is_away, is_quiet: false, quick }
    }

    /// Writes until the queue is closed and empty.
    pub(crate) async fn run(
        shared: SharedWriter<B>,
        mut queue: mpsc::Receiver<Command>,
        held: Held,
        batch_max: usize,
    ) {
        let batch_max = batch_max.max(1);
        let mut waiting = Vec::new();
        while let Some(is_alone) = held.take(&mut queue, &mut waiting, batch_max).await {
            let mut writer = shared.lock().await;
            let Some(writer) = &mut *writer else { return };
            // What came while another thread wrote.
            while waiting.len() < batch_max
                && let Ok(command) = queue.try_recv()
            {
                waiting.push(command);
            }
            let mut taken = Taken::default();
            for command in waiting.drain(..) {
                if taken.take(command) {
                    queue.close();
                }
            }
            held.give(&mut taken, is_alone);
            if !taken.admin.is_empty() {
                let done = writer.persist(&Administration(&taken.admin)).await;
                taken.administered(done);
            }
            if !taken.writes.is_empty() || !taken.answers.is_empty() {
                let done = writer.persist(&taken).await;
                taken.written(done.map(|done| done.results));
            }
        }
        *shared.lock().await = None;
    }

    /// Carries out one write at once, on the thread that asks for it: waking another one and being woken by it is a quarter of
    /// such a write. Gives it back where it may take long: after a batch of many or a slow one, when the
    /// database has to tidy up first, or is not free.
    ///
    /// Only for a database whose futures never wait, so that nobody gives this up half-way.
    pub(crate) async fn write_alone(&mut self, write: Write) -> Result<Returned, Write> {
        if !self.is_quiet {
            return Err(write);
        }
        let mut taken = Taken::alone(write);
        self.batches.hurry(true);
        let done = unwinding(self.write(&taken)).await;
        self.batches.hurry(false);
        let fault = match done {
            Ok(mut done) => {
                self.counters.alone.fetch_add(1, Ordering::Relaxed);
                return Ok((taken.writes.pop(), done.results.pop().unwrap_or(Err(StoreError::Closing))));
            }
            Err(fault) => fault,
        };
        self.batches.rollback().await;
        self.catalogs.doubt_all();
        match (fault, taken.writes.pop()) {
            (CommitError::NotStored(StoreError::Busy), Some(write)) => Err(write),
            (fault, write) => Ok((write, Err(fault.told()))),
        }
    }

    /// One try of a batch of records.
    async fn write(&mut self, taken: &Taken) -> Result<Done, CommitError> {
        let mut refused = HashMap::new();
        loop {
            if let Some(done) = self.write_without(taken, &mut refused).await? {
                return Ok(done);
            }
            self.batches.rollback().await;
        }
    }

    /// The batch without the groups, by their place, that were refused. `None` when one more is: what it did before can
    /// only be taken back with everything else.
    async fn write_without(
        &mut self,
        Taken { writes, groups, answers, .. }: &Taken,
        refused: &mut HashMap<usize, StoreError>,
    ) -> Result<Option<Done>, CommitError> {
        let started = Instant::now();
        self.batches.begin().await.map_err(CommitError::NotStored)?;
        let loaded = Batch::load(&mut self.batches, &self.catalogs, writes).await;
        let mut batch = loaded.map_err(CommitError::NotStored)?;
        if let Some(lost) = &self.lost {
            let found = self.batches.find_committed(&lost.saves).await.map_err(CommitError::NotStored)?;
            if let (Some(committed), Some(mut done)) = (found, self.lost.take()) {
                self.batches.rollback().await;
                done.number(writes, &committed);
                return Ok(Some(done));
            }
        }
        let mut results = Vec::with_capacity(writes.len());
        for (place, write) in writes.iter().enumerate() {
            let group = groups.iter().enumerate().find(|(_, (places, _))| places.contains(&place));
            if let Some(fault) = group.and_then(|(group, _)| refused.get(&group)) {
                results.push(Err(fault.copy()));
                continue;
            }
            batch.enter(group.filter(|(_, (places, _))| places.len() > 1).map(|(group, _)| group));
            let done = batch.carry_out(&mut self.batches, write).await.map_err(CommitError::NotStored)?;
            match (done, group) {
                (Err(fault), Some((group, (places, Together::AllOrNone)))) => {
                    let place = place - places.start;
                    let fault = StoreError::InGroup { place, fault: Box::new(fault) };
                    if places.len() > 1 {
                        refused.insert(group, fault);
                        return Ok(None);
                    }
                    results.push(Err(fault));
                }
                (done, _) => results.push(done),
            }
        }
        let mut done = Done { results, saves: batch.saves().map_err(CommitError::NotStored)? };
        done.saves.answers.clone_from(answers);
        if done.saves.is_empty() {
            self.batches.rollback().await;
        } else {
            match self.batches.commit(&done.saves).await {
                Ok(committed) => done.number(writes, &committed),
                Err(fault) => {
                    self.lost = matches!(fault, CommitError::Lost(_)).then_some(done);
                    return Err(fault);
                }
            }
            self.count(started, writes.len(), done.saves.events.len());
        }
        for (workspace, catalog) in batch.catalogs() {
            self.catalogs.put(workspace, catalog, started);
        }
        Ok(Some(done))
    }

    /// One try of a batch of other writes.
    async fn administer(
        &mut self,
        commands: &[Administered],
    ) -> Result<Vec<Result<u64, StoreError>>, CommitError> {
        let started = Instant::now();
        self.batches.begin().await.map_err(CommitError::NotStored)?;
        let mut done = Vec::with_capacity(commands.len());
        let mut saves = Saves::default();
        for Administered { command, claim } in commands {
            let result = match self.check_claim(claim.as_ref(), &saves.claims).await {
                Ok(()) => self.batches.administer(command).await,
                refused => refused.map(|()| 0),
            };
            // What found nothing to write may come again.
            saves.claims.extend(claim.clone().filter(|_| matches!(result, Ok(1..))));
            match result {
                Ok(_)
                | Err(StoreError::InUse(_) | StoreError::RecordChanged | StoreError::CarriedOut { .. }) => {
                    done.push(result);
                }
                // It may have been carried out in part, so nothing of the batch may be stored.
                Err(fault) => return Err(CommitError::NotStored(fault)),
            }
        }
        self.batches.commit(&saves).await.map_err(|fault| match fault {
            // Nothing in the database would tell.
            CommitError::Lost(fault) => CommitError::Unknown(fault),
            fault => fault,
        })?;
        self.count(started, commands.len(), 0);
        Ok(done)
    }

    /// Passes unless the request was carried out before, or with those of the same batch.
    async fn check_claim(
        &mut self,
        claim: Option<&ClaimSave>,
        beside: &[ClaimSave],
    ) -> Result<(), StoreError> {
        let Some(ClaimSave { key, fingerprint, .. }) = claim else { return Ok(()) };
        let loaded = self.batches.load(&Wanted { claims: vec![*key], ..Wanted::default() }).await?;
        let stored = loaded.claims.into_iter();
        let mut found = stored.chain(beside.iter().map(|claim| (claim.key, claim.fingerprint)));
        match found.find(|(found, _)| found == key) {
            Some((_, found)) => Err(StoreError::CarriedOut { is_same: found == *fingerprint }),
            None => Ok(()),
        }
    }

    fn count(&mut self, started: Instant, writes: usize, events: usize) {
        let elapsed = started.elapsed();
        self.is_quiet = writes <= 1 && elapsed < self.quick;
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        self.counters.batches.fetch_add(1, Ordering::Relaxed);
        self.counters.writes.fetch_add(writes as u64, Ordering::Relaxed);
        self.counters.events.fetch_add(events as u64, Ordering::Relaxed);
        self.counters.busy_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Done {
    /// Gives events their numbers, where they got them with the commit.
    fn number(&mut self, writes: &[Write], committed: &Committed) {
        for (workspace, last) in committed {
            let counted = self.saves.events.iter().rev().find(|event| event.workspace == *workspace);
            let Some(counted) = counted.map(|event| event.seq) else { continue };
            let outcomes =
                writes.iter().zip(&mut self.results).filter(|(each, _)| each.workspace == *workspace);
            for (_, result) in outcomes {
                for event in result.iter_mut().flat_map(AnyOutcome::events_mut) {
                    *event = *event + *last - counted;
                }
            }
        }
    }
}
