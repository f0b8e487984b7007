//! Answers for which nobody waits, until they are saved together.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::taken::{AnswerReply, Command, Taken};
use crate::once::AnswerSave;
use crate::pending::OnItsWay;

/// How long they may wait, so that many are saved together, and with changes.
const HELD_FOR: Duration = Duration::from_millis(10);

/// So many of them do not wait.
const HELD_MAX: usize = 64;

/// The answers.
#[derive(Default)]
pub(super) struct Held {
    answers: Vec<(AnswerSave, OnItsWay)>,
    /// How long they may wait.
    until: Option<Instant>,
    /// Nothing came that they could go with.
    is_alone: bool,
}

impl Held {
    pub(super) fn add(&mut self, answer: AnswerSave, on_its_way: OnItsWay) {
        self.until.get_or_insert_with(|| Instant::now() + HELD_FOR);
        self.answers.push((answer, on_its_way));
    }

    /// Takes the commands that wait, so many at most, or none when the answers have waited for long enough. Whether there is
    /// anything to do: otherwise nothing will come.
    pub(super) async fn take(
        &mut self,
        queue: &mut mpsc::Receiver<Command>,
        taken: &mut Vec<Command>,
        most: usize,
    ) -> bool {
        let Some(until) = self.until else { return queue.recv_many(taken, most).await > 0 };
        let count = timeout_at(until, queue.recv_many(taken, most)).await;
        // None when the queue is closed, too, which is found out again when they are saved.
        self.is_alone = count.unwrap_or(0) == 0;
        true
    }

    /// Adds them to a batch, when they are many, have waited for long enough, or nothing else comes.
    pub(super) fn give(&mut self, batch: &mut Taken) {
        let is_over = || self.until.is_some_and(|until| Instant::now() >= until);
        if !self.is_alone && self.answers.len() < HELD_MAX && !is_over() {
            return;
        }
        (self.until, self.is_alone) = (None, false);
        for (answer, on_its_way) in self.answers.drain(..) {
            batch.keep(answer, AnswerReply::IsPending(on_its_way));
        }
    }
}
