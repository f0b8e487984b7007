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
mod saves;
mod slot;
mod undo;
mod upsert;

use std::collections::HashMap;
use std::future::poll_fn;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc, oneshot};

use self::batch::Batch;
use self::held::Held;
pub(crate) use self::rehearsal::rehearse;
use crate::backend::{Admin, Batches, CommitError, Committed, Saves};
use crate::catalogs::Catalogs;
use crate::once::AnswerSave;
use crate::pending::OnItsWay;
use crate::{AnyOutcome, StoreError, Together, Write};

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked to do.
pub(crate) enum Command {
    /// To change a record.
    Write(Write, Reply<AnyOutcome>),
    /// To change some records as one group.
    Group(Vec<Write>, Together, Reply<Vec<Result<AnyOutcome, StoreError>>>),
    /// To keep an answer to a request that was carried out once.
    Answer(AnswerSave, AnswerReply),
    /// To write something else. What is taken together with those is committed before them.
    Admin(Admin, Reply<u64>),
    /// To take nothing more than what is queued, and to end.
    Close,
}

/// What the writer has done so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) batches: AtomicU64,
    pub(crate) writes: AtomicU64,
    pub(crate) alone: AtomicU64,
    pub(crate) events: AtomicU64,
    pub(crate) busy_micros: AtomicU64,
}

/// How long a batch is tried again that fails for a reason that may pass.
const RETRY_FOR: Duration = Duration::from_secs(5);

/// How long to wait before the first of these tries; each next one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// How long to wait at most.
const MAX_PAUSE: Duration = Duration::from_millis(250);

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

/// The commands of one batch.
#[derive(Default)]
struct Taken {
    admin: Vec<Admin>,
    admin_replies: Vec<Reply<u64>>,
    writes: Vec<Write>,
    /// Which of them belong together.
    groups: Vec<(Range<usize>, Together)>,
    write_replies: Vec<WriteReply>,
    /// Answers to keep.
    answers: Vec<AnswerSave>,
    answer_replies: Vec<AnswerReply>,
}

/// Who is told that an answer was kept.
pub(crate) enum AnswerReply {
    /// Somebody who waits for it.
    Waits(Reply<()>),
    /// Nobody; but until then it is found elsewhere.
    IsPending(OnItsWay),
}

/// Where the answer to a write goes, or to a group of so many.
enum WriteReply {
    One(Reply<AnyOutcome>),
    Group(usize, Reply<Vec<Result<AnyOutcome, StoreError>>>),
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
    pub(crate) async fn run(shared: SharedWriter<B>, mut queue: mpsc::Receiver<Command>, batch_max: usize) {
        let batch_max = batch_max.max(1);
        let (mut waiting, mut held) = (Vec::new(), Held::default());
        while held.take(&mut queue, &mut waiting, batch_max).await {
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
                match command {
                    Command::Write(write, reply) => {
                        taken.writes.push(write);
                        taken.write_replies.push(WriteReply::One(reply));
                    }
                    Command::Group(writes, together, reply) => {
                        let (begin, count) = (taken.writes.len(), writes.len());
                        taken.groups.push((begin..begin + count, together));
                        taken.writes.extend(writes);
                        taken.write_replies.push(WriteReply::Group(count, reply));
                    }
                    Command::Answer(answer, reply @ AnswerReply::Waits(_)) => {
                        taken.answers.push(answer);
                        taken.answer_replies.push(reply);
                    }
                    Command::Answer(answer, AnswerReply::IsPending(on_its_way)) => {
                        held.add(answer, on_its_way);
                    }
                    Command::Admin(admin, reply) => {
                        taken.admin.push(admin);
                        taken.admin_replies.push(reply);
                    }
                    Command::Close => queue.close(),
                }
            }
            held.give(&mut taken);
            if !taken.admin.is_empty() {
                let done = writer.persist(async |writer| writer.administer(&taken.admin).await).await;
                answer(std::mem::take(&mut taken.admin_replies), done);
            }
            if !taken.writes.is_empty() || !taken.answers.is_empty() {
                let done = writer.persist(async |writer| writer.write(&taken).await).await;
                answer_kept(taken.answer_replies, done.as_ref().err());
                answer_writes(taken.write_replies, done.map(|done| done.results));
            }
        }
        *shared.lock().await = None;
    }

    /// Carries out one write at once, on the thread that asks for it: to wake another one and be woken by it takes about as
    /// long as a quarter of the write. Gives it back where it may take long: after a batch of many or a slow one, when the
    /// database has to tidy up first, or is not free.
    ///
    /// Only for a database whose futures never wait, so that nobody gives this up half-way.
    pub(crate) async fn write_alone(
        &mut self,
        write: Write,
    ) -> Result<Result<AnyOutcome, StoreError>, Write> {
        if !self.is_quiet || !self.batches.hurry(true) {
            return Err(write);
        }
        let mut taken = Taken { writes: vec![write], ..Taken::default() };
        let done = unwinding(self.write(&taken)).await;
        self.batches.hurry(false);
        let fault = match done {
            Ok(mut done) => {
                self.counters.alone.fetch_add(1, Ordering::Relaxed);
                return Ok(done.results.pop().unwrap_or(Err(StoreError::Closing)));
            }
            Err(fault) => fault,
        };
        self.batches.rollback().await;
        self.catalogs.doubt_all();
        match (fault, taken.writes.pop()) {
            (CommitError::NotStored(StoreError::Busy), Some(write)) => Err(write),
            (fault, _) => Ok(Err(fault.told())),
        }
    }

    /// Carries out a batch, and again while what stopped it may pass.
    async fn persist<T>(
        &mut self,
        batch: impl AsyncFn(&mut Self) -> Result<T, CommitError>,
    ) -> Result<T, CommitError> {
        let mut until = Instant::now() + RETRY_FOR;
        let mut pause = FIRST_PAUSE;
        let mut was_lost = false;
        loop {
            let fault = match unwinding(batch(self)).await {
                Ok(done) => {
                    self.is_away.store(false, Ordering::Relaxed);
                    return Ok(done);
                }
                Err(fault) => fault,
            };
            self.batches.rollback().await;
            self.catalogs.doubt_all();
            if matches!(fault, CommitError::Lost(_)) && !std::mem::replace(&mut was_lost, true) {
                // However long the commit took: now there is something to find out.
                until = Instant::now() + RETRY_FOR;
            }
            let is_hopeless = self.is_away.load(Ordering::Relaxed) && fault.is_away() && self.lost.is_none();
            let is_over = is_hopeless || Instant::now() + pause > until;
            if is_over || !fault.may_pass() {
                self.is_away.store(fault.is_away(), Ordering::Relaxed);
                return Err(match (self.lost.take(), fault) {
                    (Some(_), CommitError::NotStored(fault)) | (_, CommitError::Lost(fault)) => {
                        CommitError::Unknown(fault)
                    }
                    (_, fault) => fault,
                });
            }
            tracing::debug!(?fault, "a batch is tried again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
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
    async fn administer(&mut self, commands: &[Admin]) -> Result<Vec<Result<u64, StoreError>>, CommitError> {
        let started = Instant::now();
        self.batches.begin().await.map_err(CommitError::NotStored)?;
        let mut done = Vec::with_capacity(commands.len());
        for command in commands {
            let result = self.batches.administer(command).await;
            match result {
                Ok(_) | Err(StoreError::InUse(_) | StoreError::RecordChanged) => done.push(result),
                // It may have been carried out in part, so nothing of the batch may be stored.
                Err(fault) => return Err(CommitError::NotStored(fault)),
            }
        }
        self.batches.commit(&Saves::default()).await.map_err(|fault| match fault {
            // Nothing in the database would tell.
            CommitError::Lost(fault) => CommitError::Unknown(fault),
            fault => fault,
        })?;
        self.count(started, commands.len(), 0);
        Ok(done)
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

impl CommitError {
    /// What callers are told.
    fn told(self) -> StoreError {
        match self {
            Self::NotStored(fault) => fault,
            Self::Lost(fault) | Self::Unknown(fault) => StoreError::OutcomeUnknown(Arc::new(fault)),
        }
    }

    /// The same for others that were in the batch.
    fn copy(&self) -> Self {
        match self {
            Self::NotStored(fault) => Self::NotStored(fault.copy()),
            Self::Lost(fault) => Self::Lost(fault.copy()),
            Self::Unknown(fault) => Self::Unknown(fault.copy()),
        }
    }

    /// Whether trying the batch again may help, and cannot do anything twice.
    fn may_pass(&self) -> bool {
        match self {
            Self::NotStored(fault) => matches!(fault, StoreError::Conflict(_) | StoreError::Unavailable(_)),
            Self::Lost(_) => true,
            Self::Unknown(_) => false,
        }
    }

    /// Whether the database could not be reached.
    fn is_away(&self) -> bool {
        matches!(self, Self::NotStored(StoreError::Unavailable(_)) | Self::Lost(_))
    }
}

/// A panic in a batch, which only a mistake in this program can cause, fails this batch and not those after it.
async fn unwinding<T>(work: impl Future<Output = Result<T, CommitError>>) -> Result<T, CommitError> {
    let mut work = pin!(work);
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(CommitError::Unknown(StoreError::Closing))))
    })
    .await
}

/// Tells everybody what came of it, or why nothing, or perhaps nothing, was stored.
fn answer<T>(replies: Vec<Reply<T>>, done: Result<Vec<Result<T, StoreError>>, CommitError>) {
    match done.map_err(CommitError::told) {
        Ok(results) => {
            for (reply, result) in replies.into_iter().zip(results) {
                // An error means that the caller is gone; what it asked for is done all the same.
                drop(reply.send(result));
            }
        }
        Err(fault) => {
            for reply in replies {
                drop(reply.send(Err(fault.copy())));
            }
        }
    }
}

/// The same for answers that were to be kept.
fn answer_kept(replies: Vec<AnswerReply>, fault: Option<&CommitError>) {
    for reply in replies {
        match (reply, fault.map(|fault| fault.copy().told())) {
            (AnswerReply::Waits(reply), fault) => drop(reply.send(fault.map_or(Ok(()), Err))),
            (AnswerReply::IsPending(on_its_way), None) => drop(on_its_way),
            (AnswerReply::IsPending(_), Some(fault)) => {
                tracing::warn!(error = %fault, "an answer could not be kept; its request is answered from its change");
            }
        }
    }
}

/// The same for writes, of which a group has one answer.
fn answer_writes(replies: Vec<WriteReply>, done: Result<Vec<Result<AnyOutcome, StoreError>>, CommitError>) {
    let mut done = done.map(Vec::into_iter).map_err(CommitError::told);
    for reply in replies {
        match (reply, &mut done) {
            (WriteReply::One(reply), Ok(results)) => drop(results.next().map(|result| reply.send(result))),
            (WriteReply::Group(count, reply), Ok(results)) => {
                drop(reply.send(Ok(results.by_ref().take(count).collect())));
            }
            (WriteReply::One(reply), Err(fault)) => drop(reply.send(Err(fault.copy()))),
            (WriteReply::Group(_, reply), Err(fault)) => drop(reply.send(Err(fault.copy()))),
        }
    }
}
