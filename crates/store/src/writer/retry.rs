//! Carrying out a batch again while what stopped it may pass.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::Writer;
use crate::StoreError;
use crate::backend::{Batches, CommitError};

/// How long a batch is tried again that fails for a reason that may pass.
const RETRY_FOR: Duration = Duration::from_secs(5);

/// How long to wait before the first of these tries; each next one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// How long to wait at most.
const MAX_PAUSE: Duration = Duration::from_millis(250);

/// Something that is one commit, and may have to be done again. A trait, because the compiler cannot tell of an async closure
/// that its futures may move between threads.
pub(super) trait Work: Sync {
    /// What came of it.
    type Done: Send;

    /// Does it once.
    fn attempt<B: Batches>(
        &self,
        writer: &mut Writer<B>,
    ) -> impl Future<Output = Result<Self::Done, CommitError>> + Send;
}

impl<B: Batches> Writer<B> {
    /// Carries out a batch, and again while what stopped it may pass.
    pub(super) async fn persist<W: Work>(&mut self, work: &W) -> Result<W::Done, CommitError> {
        let mut until = Instant::now() + RETRY_FOR;
        let mut pause = FIRST_PAUSE;
        let mut was_lost = false;
        loop {
            let fault = match unwinding(work.attempt(self)).await {
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
}

impl CommitError {
    /// What callers are told.
    pub(super) fn told(self) -> StoreError {
        match self {
            Self::NotStored(fault) => fault,
            Self::Lost(fault) | Self::Unknown(fault) => StoreError::OutcomeUnknown(Arc::new(fault)),
        }
    }

    /// The same for others that were in the batch.
    pub(super) fn copy(&self) -> Self {
        match self {
            Self::NotStored(fault) => Self::NotStored(fault.copy()),
            Self::Lost(fault) => Self::Lost(fault.copy()),
            Self::Unknown(fault) => Self::Unknown(fault.copy()),
        }
    }

    /// Whether trying the batch again may help, and cannot do anything twice.
    pub(super) fn may_pass(&self) -> bool {
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
pub(super) async fn unwinding<T>(
    work: impl Future<Output = Result<T, CommitError>>,
) -> Result<T, CommitError> {
    let mut work = pin!(work);
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(CommitError::Unknown(StoreError::Closing))))
    })
    .await
}
