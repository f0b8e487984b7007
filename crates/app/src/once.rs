//! Requests that are carried out once, however often they come: what their idempotency keys stand for.
//!
//! Each commit of such a request saves a row with it, so that nothing is carried out twice, whatever is killed when. The
//! answer is kept with the first of them: after it is sent where the event of the only commit tells all of it, else before.
//!
//! Almost all requests come once, so they are not looked for before they are carried out: the writer refuses what was done
//! before, and only what was refused, by it or by anything else, is looked for. A request that was carried out and has no
//! answer, because the server died in between, runs again: its writes yield what they did instead of doing it again.

mod again;
mod forgetting;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use model::{KeyId, Timestamp};
use sha2::{Digest, Sha256};
use store::{Action, AnyOutcome, CarriedOut, Claim, KeptAnswer, StoreError, WorkspaceNumber, Write};
use uuid::Uuid;

use crate::{App, Caller, Error, Missing, Terms};

/// How long a request that was carried out is known at least.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Requests of one API key that are known at most; the oldest ones are forgotten earlier then.
pub const KEPT_MAX: u64 = 100_000;

/// Most bytes of an answer that is kept.
pub const ANSWER_BYTES: usize = 64 << 10;

/// How long another server may still be at a request that was carried out and has no answer.
const MAY_RUN: Duration = Duration::from_secs(60);

/// Why a request with an idempotency key is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Repeated {
    /// The same request is being carried out.
    #[error("a request with this idempotency key is being carried out")]
    InFlight,
    /// Its idempotency key was used for something else.
    #[error("the idempotency key was used for another request")]
    OtherRequest,
    /// It was carried out, as this change if anything changed. Where its answer was kept, its client gets that instead of
    /// this.
    #[error("the request was carried out before{}, but its answer was not kept", as_change(*.0))]
    CarriedOut(Option<u64>),
}

fn as_change(change: Option<u64>) -> String {
    change.map_or_else(String::new, |change| format!(" as change {change}"))
}

/// A request that is carried out once. While it is there, no other with the same key begins on this server.
#[derive(Debug)]
pub struct Once {
    key: (KeyId, Uuid),
    fingerprint: Uuid,
    /// Where its caller may write.
    workspaces: Box<[WorkspaceNumber]>,
    /// What was carried out under its key before, once that was looked for.
    earlier: OnceLock<Earlier>,
    /// How many commits there were in this try.
    steps: AtomicU32,
    /// Where the first of them was.
    first: OnceLock<(WorkspaceNumber, Option<u64>)>,
    /// Whether one of them was not made by an earlier try.
    is_fresh: AtomicBool,
    /// Whether it read records beside what it wrote, so that its answer may tell of them.
    has_read: AtomicBool,
    /// Whether the event of its first commit tells all of what was written.
    is_told: AtomicBool,
    /// Whether its answer is for nobody but who asked first.
    is_secret: AtomicBool,
    in_flight: Arc<InFlight>,
}

/// What was carried out under an idempotency key.
#[derive(Debug)]
struct Earlier {
    /// By earlier tries of the request.
    commits: Vec<CarriedOut>,
    /// Where another request was.
    others: Vec<WorkspaceNumber>,
}

/// Requests that this server is at, with their fingerprints.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Mutex<HashMap<(KeyId, Uuid), Uuid>>);

impl InFlight {
    fn requests(&self) -> MutexGuard<'_, HashMap<(KeyId, Uuid), Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        self.in_flight.requests().remove(&self.key);
    }
}

impl Once {
    /// What earlier tries are known to have carried out.
    fn earlier(&self) -> &[CarriedOut] {
        self.earlier.get().map_or(&[], |earlier| earlier.commits.as_slice())
    }

    /// What an earlier try was answered, as far as it was looked for.
    fn answer(&self) -> Option<&KeptAnswer> {
        self.earlier().iter().find_map(|each| each.answer.as_ref())
    }

    /// Whether it was carried out by an earlier try and this one did not find out what came of all of that.
    fn is_lost(&self) -> bool {
        self.steps.load(Ordering::Relaxed) < u32::try_from(self.earlier().len()).unwrap_or(u32::MAX)
    }

    /// The number of the first change that it made, in an earlier try if there was one.
    pub fn change(&self) -> Option<u64> {
        let earlier = self.earlier().iter().find_map(|each| each.event);
        earlier.or_else(|| self.first.get().and_then(|(_, event)| *event))
    }

    /// Whether an earlier try carried out all of it.
    pub fn is_repeated(&self) -> bool {
        self.steps.load(Ordering::Relaxed) > 0 && !self.is_fresh.load(Ordering::Relaxed)
    }

    /// Its answer has a secret, which is stored nowhere: who sends it again hears only that it was carried out.
    pub(crate) fn keep_secret(&self) {
        self.is_secret.store(true, Ordering::Relaxed);
    }

    /// Notes that something was read.
    pub(crate) fn note_read(&self) {
        self.has_read.store(true, Ordering::Relaxed);
    }

    /// Whether the event of its only commit tells all of its answer, so that this need not be kept to be given again.
    fn is_exact(&self) -> bool {
        self.steps.load(Ordering::Relaxed) == 1
            && self.is_fresh.load(Ordering::Relaxed)
            && self.is_told.load(Ordering::Relaxed)
            && !self.has_read.load(Ordering::Relaxed)
    }

    /// What its next commit is marked with. `is_told`: whether its event tells all of what is written.
    fn claim(&self, is_told: bool) -> Claim {
        let (api_key, hash) = self.key;
        let step = self.steps.load(Ordering::Relaxed);
        // Where no answer is kept, no other server is waited for either.
        let is_secret = self.is_secret.load(Ordering::Relaxed);
        let is_exact = is_secret || is_told && step == 0 && !self.has_read.load(Ordering::Relaxed);
        Claim { once: store::Once { api_key, hash, step }, fingerprint: self.fingerprint, is_exact }
    }

    /// What its next commit is marked with, of which nothing else is known.
    pub(crate) fn next_claim(&self) -> Claim {
        self.claim(false)
    }

    /// Notes that its next commit is done.
    pub(crate) fn note(&self, workspace: WorkspaceNumber, event: Option<u64>) {
        self.is_fresh.store(true, Ordering::Relaxed);
        self.count(workspace, event);
    }

    fn count(&self, workspace: WorkspaceNumber, event: Option<u64>) {
        self.first.get_or_init(|| (workspace, event));
        self.steps.fetch_add(1, Ordering::Relaxed);
    }
}

/// 128 bits of a hash, as an id.
fn hash(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        // No two lists of parts give the same bytes.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let (half, _) = digest.split_at(16);
    half.try_into().map_or_else(|_| Uuid::nil(), Uuid::from_bytes)
}

impl App {
    /// Begins a request with an idempotency key. `asked` is all that makes it this request. Whether it came before is found
    /// out when it is carried out, and at last by [`find_answer`](Self::find_answer).
    ///
    /// # Errors
    /// [`Error::Repeated`] when this server is at a request with this key.
    pub fn begin_once(&self, caller: &Caller, key: &str, asked: &[&[u8]]) -> Result<Arc<Once>, Error> {
        let key = (caller.key.id, hash(&[key.as_bytes()]));
        let fingerprint = hash(asked);
        let in_flight = &self.inner.in_flight;
        match in_flight.requests().entry(key) {
            Entry::Occupied(other) if *other.get() == fingerprint => {
                return Err(Error::Repeated(Repeated::InFlight));
            }
            Entry::Occupied(_) => return Err(Error::Repeated(Repeated::OtherRequest)),
            Entry::Vacant(place) => place.insert(fingerprint),
        };
        Ok(Arc::new(Once {
            key,
            fingerprint,
            workspaces: caller.key.workspaces.as_slice().into(),
            earlier: OnceLock::new(),
            steps: AtomicU32::new(0),
            first: OnceLock::new(),
            is_fresh: AtomicBool::new(false),
            has_read: AtomicBool::new(false),
            is_told: AtomicBool::new(false),
            is_secret: AtomicBool::new(false),
            in_flight: Arc::clone(in_flight),
        }))
    }

    /// The answer that a request got before, of one that was refused now or wrote: where it wrote nothing, what was done
    /// before may be why, so that it is looked for.
    ///
    /// # Errors
    /// [`Error::Repeated`] when the request may not be answered as it would be now, or what the store says.
    pub async fn find_answer(&self, once: &Once, is_refused: bool) -> Result<Option<KeptAnswer>, Error> {
        self.find_earlier(once).await?;
        if let Some(answer) = once.answer() {
            return Ok(Some(answer.clone()));
        }
        // It was carried out by an earlier try, after which it cannot be carried out again.
        if is_refused && once.is_lost() {
            return Err(Error::Repeated(Repeated::CarriedOut(once.change())));
        }
        Ok(None)
    }

    /// Looks for what earlier tries carried out.
    ///
    /// # Errors
    /// Why the request must not go on: [`Error::Repeated`], or what the store says.
    async fn find_earlier(&self, once: &Once) -> Result<(), Error> {
        // Had an earlier try made the first commit, this one would have been refused it.
        let has_written = once.steps.load(Ordering::Relaxed) > 0;
        if has_written || once.earlier.get().is_some() {
            return Ok(());
        }
        let (api_key, hash) = once.key;
        let found = self.store().find_carried_out(&once.workspaces, api_key, hash).await?;
        let (earlier, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|each| each.fingerprint == once.fingerprint);
        // In which of several workspaces the request is, only its handler knows; what it writes is refused then.
        if earlier.is_empty() && !others.is_empty() && once.workspaces.len() == 1 {
            return Err(Error::Repeated(Repeated::OtherRequest));
        }
        let age = |at: Timestamp| self.clock().now().millis().saturating_sub(at.millis());
        // Of an exact commit nothing is left to do, whoever else is at its answer.
        let may_run = |each: &CarriedOut| {
            !each.is_exact && u128::from(age(each.at).unsigned_abs()) < MAY_RUN.as_millis()
        };
        let is_answered = earlier.iter().any(|each| each.answer.is_some());
        if !is_answered && self.store().is_shared() && earlier.last().is_some_and(may_run) {
            return Err(Error::Repeated(Repeated::InFlight));
        }
        let others = others.iter().map(|other| other.workspace).collect();
        once.earlier.get_or_init(|| Earlier { commits: earlier, others });
        Ok(())
    }

    /// Keeps the answer to a request that was carried out; does nothing for one that wrote nothing, which can run again,
    /// for an answer of more than [`ANSWER_BYTES`], and for one with a secret. Whoever gets the answer after this gets it
    /// again: the one that is kept, or if the server dies before that, the one that the change tells. What no event tells is
    /// waited for.
    ///
    /// # Errors
    /// What the store says; the request was carried out all the same.
    pub async fn keep_answer(&self, once: &Once, answer: KeptAnswer) -> Result<(), Error> {
        let Some((workspace, _)) = once.first.get() else { return Ok(()) };
        let is_secret = once.is_secret.load(Ordering::Relaxed);
        if is_secret || answer.body.len() + answer.headers.len() > ANSWER_BYTES {
            return Ok(());
        }
        let (api_key, hash) = once.key;
        let first = store::Once { api_key, hash, step: 0 };
        if once.is_exact() && (200..300).contains(&answer.status) {
            return Ok(self.store().keep_answer_later(*workspace, first, answer).await?);
        }
        Ok(self.store().keep_answer(*workspace, first, answer).await?)
    }
}

impl App {
    /// The next commit of a request, if an earlier try made it.
    ///
    /// # Errors
    /// Why the request must not go on: of one that was answered, there is nothing left to do.
    async fn next_of_earlier<'o>(&self, once: &'o Once) -> Result<Option<&'o CarriedOut>, Error> {
        self.find_earlier(once).await?;
        if once.answer().is_some() {
            return Err(Error::Repeated(Repeated::CarriedOut(once.change())));
        }
        let step = once.steps.load(Ordering::Relaxed);
        Ok(once.earlier().iter().find(|each| each.step == step))
    }

    /// Passes unless an earlier try made the next commit of the request, of which no event tells all.
    ///
    /// # Errors
    /// [`Repeated::CarriedOut`], and why the request must not go on.
    pub(crate) async fn refuse_again(&self, once: &Once) -> Result<(), Error> {
        match self.next_of_earlier(once).await? {
            Some(earlier) => {
                once.count(earlier.workspace, earlier.event);
                Err(Error::Repeated(Repeated::CarriedOut(once.change())))
            }
            None => Ok(()),
        }
    }

    /// Passes unless the next commit of a caller's request, which is no event, was made by an earlier try or one of another
    /// request with its key.
    ///
    /// # Errors
    /// [`Error::Repeated`]; what the store says.
    pub(crate) async fn check_once(&self, caller: Option<&Caller>) -> Result<(), Error> {
        let Some((workspace, once)) = once_of(caller) else { return Ok(()) };
        self.refuse_again(once).await?;
        let is_another = once.earlier.get().is_some_and(|earlier| earlier.others.contains(&workspace));
        if is_another { Err(Error::Repeated(Repeated::OtherRequest)) } else { Ok(()) }
    }

    /// The next commit of a caller's request, which is no event, after [`check_once`](Self::check_once).
    ///
    /// # Errors
    /// Why it could not be made.
    pub(crate) async fn commit_once<T>(
        &self,
        caller: Option<&Caller>,
        commit: impl AsyncFnOnce(Option<(WorkspaceNumber, Claim)>) -> Result<T, StoreError>,
    ) -> Result<T, Error> {
        let Some((workspace, once)) = once_of(caller) else { return Ok(commit(None).await?) };
        let done = commit(Some((workspace, once.next_claim()))).await?;
        once.note(workspace, None);
        Ok(done)
    }

    /// The next commit of a request, which is one write: what came of it, now or in an earlier try.
    pub(crate) async fn write_once(&self, once: &Once, mut write: Write) -> Result<AnyOutcome, Error> {
        let (api_key, hash) = once.key;
        if (once.earlier.get().is_some() || self.store().is_looked_for(api_key, hash))
            && let Some(outcome) = Box::pin(self.one_again(once, &write)).await?
        {
            return Ok(outcome);
        }
        let is_told =
            matches!(write.action, Action::Create { .. } | Action::Update { .. } | Action::Delete { .. });
        let workspace = write.workspace;
        write.claim = Some(once.claim(is_told));
        let (write, outcome) = self.store().write_and_return(write).await;
        let outcome = match (outcome, write) {
            (Err(StoreError::CarriedOut { is_same: true }), Some(write)) if once.earlier.get().is_none() => {
                let again = Box::pin(self.one_again(once, &write)).await?;
                // Whoever is at it is not done.
                return again.ok_or(Error::Repeated(Repeated::InFlight));
            }
            (outcome, _) => outcome?,
        };
        // What changed nothing has no event that tells anything.
        once.is_told.store(is_told && outcome.event().is_some(), Ordering::Relaxed);
        once.note(workspace, outcome.event());
        Ok(outcome)
    }

    async fn one_again(&self, once: &Once, write: &Write) -> Result<Option<AnyOutcome>, Error> {
        let outcomes = self.again(once, std::slice::from_ref(write)).await?;
        outcomes
            .map(|outcomes| outcomes.into_iter().next().ok_or(Error::NotFound(Missing::Change)))
            .transpose()
    }
}

/// The request of a caller, if it is carried out once, and its workspace.
fn once_of(caller: Option<&Caller>) -> Option<(WorkspaceNumber, &Once)> {
    let caller = caller?;
    match &caller.terms {
        Terms::Once(once) => Some((caller.workspace, once)),
        Terms::ForGood | Terms::OnTrial(_) => None,
    }
}
