//! Answers for which nobody waits, until they are saved together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::taken::{AnswerReply, Command, Taken};
use crate::once::AnswerSave;
use crate::pending::OnItsWay;

/// How long they may wait, so that many are saved together.
const HELD_FOR: Duration = Duration::from_millis(10);

/// So many of them go with the next changes.
const MANY: usize = 64;

/// How long they may wait for changes that they can go with, because a commit of their own costs as much as one of those.
const ALONE_AFTER: Duration = Duration::from_millis(30);

/// So many of them wait for no changes.
const HELD_MAX: usize = 256;

/// The answers, beside the writer's queue: what is in that wakes it. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: Vec<(AnswerSave, OnItsWay)>,
    /// Since when the first of them waits.
    since: Option<Instant>,
}

impl Held {
    /// Adds one. Whether the writer must be woken, unless it is at work: by the first one, so that it looks for them in time,
    /// and when they are very many.
    pub(crate) fn add(&self, answer: AnswerSave, on_its_way: OnItsWay) -> bool {
        let mut state = self.state();
        state.since.get_or_insert_with(Instant::now);
        state.answers.push((answer, on_its_way));
        matches!(state.answers.len(), 1 | HELD_MAX)
    }

    /// Takes the commands that wait, so many at most. Whether there are none and the answers have waited for long enough;
    /// `None` when nothing will come, and nothing is held.
    pub(super) async fn take(
        &self,
        queue: &mut mpsc::Receiver<Command>,
        taken: &mut Vec<Command>,
        most: usize,
    ) -> Option<bool> {
        let since = self.state().since;
        let Some(since) = since else { return (queue.recv_many(taken, most).await > 0).then_some(false) };
        let count = timeout_at(since + ALONE_AFTER, queue.recv_many(taken, most)).await;
        // 0 when the queue is closed, too, which is found out again when they are saved.
        Some(count.unwrap_or(0) == 0)
    }

    /// Adds them to a batch, when they are many, have waited for long enough, or are alone.
    pub(super) fn give(&self, batch: &mut Taken, is_alone: bool) {
        let mut state = self.state();
        let (many, long) = if batch.writes.is_empty() { (HELD_MAX, ALONE_AFTER) } else { (MANY, HELD_FOR) };
        let is_over = || state.since.is_some_and(|since| since.elapsed() >= long);
        if !is_alone && state.answers.len() < many && !is_over() {
            return;
        }
        state.since = None;
        for (answer, on_its_way) in state.answers.drain(..) {
            batch.keep(answer, AnswerReply::IsPending(on_its_way));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
