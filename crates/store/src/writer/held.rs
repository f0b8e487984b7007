//! Answers for which nobody waits, until they are saved together.

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

/// The answers.
#[derive(Default)]
pub(super) struct Held {
    answers: Vec<(AnswerSave, OnItsWay)>,
    /// Since when the first of them waits.
    since: Option<Instant>,
    /// Nothing came that they could go with.
    is_alone: bool,
}

impl Held {
    pub(super) fn add(&mut self, answer: AnswerSave, on_its_way: OnItsWay) {
        self.since.get_or_insert_with(Instant::now);
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
        let Some(since) = self.since else { return queue.recv_many(taken, most).await > 0 };
        let count = timeout_at(since + ALONE_AFTER, queue.recv_many(taken, most)).await;
        // None when the queue is closed, too, which is found out again when they are saved.
        self.is_alone = count.unwrap_or(0) == 0;
        true
    }

    /// Adds them to a batch, when they are many, have waited for long enough, or nothing else comes.
    pub(super) fn give(&mut self, batch: &mut Taken) {
        let (many, long) = if batch.writes.is_empty() { (HELD_MAX, ALONE_AFTER) } else { (MANY, HELD_FOR) };
        let is_over = || self.since.is_some_and(|since| since.elapsed() >= long);
        if !self.is_alone && self.answers.len() < many && !is_over() {
            return;
        }
        (self.since, self.is_alone) = (None, false);
        for (answer, on_its_way) in self.answers.drain(..) {
            batch.keep(answer, AnswerReply::IsPending(on_its_way));
        }
    }
}
