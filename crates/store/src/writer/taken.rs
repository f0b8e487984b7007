//! What the writer is asked to do, what it takes of that for one batch, and who is told what came of it.

use std::ops::Range;

use tokio::sync::oneshot;

use crate::backend::{Administered, CommitError};
use crate::once::AnswerSave;
use crate::pending::OnItsWay;
use crate::{AnyOutcome, StoreError, Together, Write};

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// A write that was carried out, and what came of it. Who made the write drops it, too: the allocator has threads wait for
/// each other that free what others made.
pub(crate) type Written = (Write, Result<AnyOutcome, StoreError>);

/// The same with the number of the event only, if there is one: of the rest the writer disposes.
pub(crate) type WrittenUnseen = (Write, Result<Option<u64>, StoreError>);

/// The same of a group.
pub(crate) type WrittenGroup = (Vec<Write>, Result<Vec<Result<AnyOutcome, StoreError>>, StoreError>);

/// What the writer is asked to do.
pub(crate) enum Command {
    /// To change a record.
    Write(Write, oneshot::Sender<Written>),
    /// The same, for one who only wants to know the number of the event.
    Unseen(Write, oneshot::Sender<WrittenUnseen>),
    /// To change some records as one group.
    Group(Vec<Write>, Together, oneshot::Sender<WrittenGroup>),
    /// To keep an answer to a request that was carried out once.
    Answer(AnswerSave, Reply<()>),
    /// To look at what is held, now or soon.
    Held,
    /// To write something else. What is taken together with those is committed before them.
    Admin(Administered, Reply<u64>),
    /// To take nothing more than what is queued, and to end.
    Close,
}

/// Who is told that an answer was kept.
pub(super) enum AnswerReply {
    /// Somebody who waits for it.
    Waits(Reply<()>),
    /// Nobody; but until then it is found elsewhere.
    IsPending(OnItsWay),
}

/// The commands of one batch.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) admin: Vec<Administered>,
    admin_replies: Vec<Reply<u64>>,
    pub(super) writes: Vec<Write>,
    /// Which of them belong together.
    pub(super) groups: Vec<(Range<usize>, Together)>,
    write_replies: Vec<WriteReply>,
    /// Answers to keep.
    pub(super) answers: Vec<AnswerSave>,
    answer_replies: Vec<AnswerReply>,
}

/// Where the answer to a write goes, or to a group of so many.
enum WriteReply {
    One(oneshot::Sender<Written>),
    Unseen(oneshot::Sender<WrittenUnseen>),
    Group(usize, oneshot::Sender<WrittenGroup>),
}

impl Taken {
    /// One write.
    pub(super) fn alone(write: Write) -> Self {
        Self { writes: vec![write], ..Self::default() }
    }

    /// Takes a command too. Whether nothing is to come after what is queued.
    pub(super) fn take(&mut self, command: Command) -> bool {
        match command {
            Command::Write(write, reply) => {
                self.writes.push(write);
                self.write_replies.push(WriteReply::One(reply));
            }
            Command::Unseen(write, reply) => {
                self.writes.push(write);
                self.write_replies.push(WriteReply::Unseen(reply));
            }
            Command::Group(writes, together, reply) => {
                let (begin, count) = (self.writes.len(), writes.len());
                self.groups.push((begin..begin + count, together));
                self.writes.extend(writes);
                self.write_replies.push(WriteReply::Group(count, reply));
            }
            Command::Answer(answer, reply) => self.keep(answer, AnswerReply::Waits(reply)),
            Command::Held => {}
            Command::Admin(admin, reply) => {
                self.admin.push(admin);
                self.admin_replies.push(reply);
            }
            Command::Close => return true,
        }
        false
    }

    /// Takes an answer to keep.
    pub(super) fn keep(&mut self, answer: AnswerSave, reply: AnswerReply) {
        self.answers.push(answer);
        self.answer_replies.push(reply);
    }

    /// Tells what came of the other writes, or why nothing, or perhaps nothing, was stored.
    pub(super) fn administered(&mut self, done: Result<Vec<Result<u64, StoreError>>, CommitError>) {
        let replies = std::mem::take(&mut self.admin_replies);
        match done.map_err(CommitError::told) {
            Ok(results) => {
                for (reply, result) in replies.into_iter().zip(results) {
                    drop(reply.send(result));
                }
            }
            Err(fault) => replies.into_iter().for_each(|reply| drop(reply.send(Err(fault.copy())))),
        }
    }

    /// The same of changes of records, and of answers to keep.
    pub(super) fn written(self, done: Result<Vec<Result<AnyOutcome, StoreError>>, CommitError>) {
        answer_kept(self.answer_replies, done.as_ref().err());
        let mut done = done.map(Vec::into_iter).map_err(CommitError::told);
        let mut writes = self.writes.into_iter();
        let next = |done: &mut Result<std::vec::IntoIter<_>, StoreError>| match done {
            Ok(results) => results.next().unwrap_or(Err(StoreError::Closing)),
            Err(fault) => Err(fault.copy()),
        };
        for reply in self.write_replies {
            // An error means that the caller is gone; what it asked for is done all the same.
            match reply {
                WriteReply::One(reply) => {
                    if let Some(write) = writes.next() {
                        drop(reply.send((write, next(&mut done))));
                    }
                }
                WriteReply::Unseen(reply) => {
                    if let Some(write) = writes.next() {
                        drop(reply.send((write, next(&mut done).map(|outcome| outcome.event()))));
                    }
                }
                WriteReply::Group(count, reply) => {
                    let results = match &mut done {
                        Ok(results) => Ok(results.by_ref().take(count).collect()),
                        Err(fault) => Err(fault.copy()),
                    };
                    drop(reply.send((writes.by_ref().take(count).collect(), results)));
                }
            }
        }
    }
}

/// Tells whether answers were kept.
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
