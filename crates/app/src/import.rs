//! Importing: contacts made in contactd's own name, many in flight, answered in the order in which they came.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{FuturesOrdered, Stream};
use model::{Actor, Change, Contact, ContactId, Dialect, Edit, Rejection, Violation, ViolationKind};
use store::{Action, Options, Together, Write};

use crate::{App, Error, WorkspaceNumber};

/// Writes in one commit: so many that most pages of an index that a batch touches get several entries.
const BATCH_MAX: usize = 2048;

/// Contacts in flight: one batch is committed while the next one gathers.
const IN_FLIGHT: usize = 2 * BATCH_MAX;

/// Contacts that a trial reads for at a time.
const TRIED_AT_A_TIME: usize = 64;

/// Bytes of the documents in flight. What a document becomes in memory takes some ten times as much.
const IN_FLIGHT_BYTES: usize = 16 << 20;

/// Aliases that a trial remembers, to find those that are given twice.
const TRIED_ALIASES: usize = 1 << 20;

/// Whether an import stores anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storing {
    /// It does.
    Durably,
    /// Each contact is only checked, against what is stored and what came before it.
    Nothing,
}

/// An import into one workspace. Every contact has a tag, which comes back with what came of it.
pub struct Import<T> {
    app: App,
    workspace: WorkspaceNumber,
    storing: Storing,
    actor: Actor,
    running: FuturesOrdered<Running<T>>,
    bytes: usize,
    tried: Tried,
}

type Running<T> = Pin<Box<dyn Future<Output = Ended<T>> + Send>>;

struct Ended<T> {
    tag: T,
    bytes: usize,
    aliases: Vec<(Dialect, String)>,
    result: Result<(), Error>,
}

impl<T: Send + 'static> Import<T> {
    /// How a store is best opened for an import alone.
    pub fn options() -> Options {
        Options {
            readers: 1,
            // All contacts of a workspace are made by the same one.
            writers: 1,
            batch_max: BATCH_MAX,
            queue_max: IN_FLIGHT + 1,
            // Many are in flight in one task, of which none may keep the others from being taken.
            alone_within: Duration::ZERO,
            ..Options::default()
        }
    }

    /// An import. Its events have no key, and [`id`](Self::id) as the id of their request.
    pub fn new(app: &App, workspace: WorkspaceNumber, storing: Storing) -> Self {
        let request_id = Some(format!("import-{}", app.clock().fresh_id().simple()));
        Self {
            app: app.clone(),
            workspace,
            storing,
            actor: Actor { key: None, dialect: Dialect::Native, request_id },
            running: FuturesOrdered::new(),
            bytes: 0,
            tried: Tried::default(),
        }
    }

    /// What the events of this import have as the id of their request.
    pub fn id(&self) -> &str {
        self.actor.request_id.as_deref().unwrap_or_default()
    }

    /// Whether one more may be in flight.
    pub fn has_room(&self) -> bool {
        let most = match self.storing {
            Storing::Durably => IN_FLIGHT,
            Storing::Nothing => TRIED_AT_A_TIME,
        };
        self.running.len() < most && self.bytes < IN_FLIGHT_BYTES
    }

    /// Whether nothing is in flight.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Begins to make a contact, from a document of so many bytes. Nothing goes on without [`next`](Self::next).
    pub fn push(&mut self, change: Change, bytes: usize, tag: T) {
        let aliases = match self.storing {
            Storing::Durably => Vec::new(),
            Storing::Nothing => aliases(&change),
        };
        let (app, workspace, storing) = (self.app.clone(), self.workspace, self.storing);
        let actor = self.actor.clone();
        self.bytes += bytes;
        self.running.push_back(Box::pin(async move {
            let result = app.import_contact((workspace, actor), change, storing).await;
            Ended { tag, bytes, aliases, result }
        }));
    }

    /// What came of the one that was begun first of those in flight; `None` when nothing is.
    pub async fn next(&mut self) -> Option<(T, Result<(), Error>)> {
        let ended = poll_fn(|context| Pin::new(&mut self.running).poll_next(context)).await?;
        self.bytes -= ended.bytes;
        let result = ended.result.and_then(|()| self.tried.add(&ended.aliases));
        Some((ended.tag, result))
    }
}

impl App {
    async fn import_contact(
        &self,
        (workspace, actor): (WorkspaceNumber, Actor),
        mut change: Change,
        storing: Storing,
    ) -> Result<(), Error> {
        let id = ContactId(self.clock().fresh_id());
        let stamp = self.stamp();
        if !change.violations.is_empty() {
            let blank = Contact::blank(id, 0, stamp.now);
            return Err(self.refusal(workspace, &blank, &change).await?);
        }
        change.read_ahead();
        let action = Action::Create { id, number: None, change };
        let write = Write { workspace, actor, stamp, policy: None, claim: None, action };
        match storing {
            Storing::Durably => self.store().write_unseen(write).await?,
            Storing::Nothing => self.store().rehearse(&[vec![write]], Together::AllOrNone).await.map(drop)?,
        }
        Ok(())
    }
}

fn aliases(change: &Change) -> Vec<(Dialect, String)> {
    let of = |(_, edit): &(String, Edit)| match edit {
        Edit::Aliases(dialect, texts) => texts.iter().map(|text| (*dialect, text.clone())).collect(),
        _ => Vec::new(),
    };
    change.edits.iter().flat_map(of).collect()
}

/// The aliases of the contacts that a trial would have made, as hashes; the first ones, so that it stays small.
#[derive(Default)]
struct Tried {
    hasher: RandomState,
    aliases: HashSet<u64>,
}

impl Tried {
    fn add(&mut self, aliases: &[(Dialect, String)]) -> Result<(), Error> {
        let hashes: Vec<u64> = aliases.iter().map(|alias| self.hasher.hash_one(alias)).collect();
        let taken = aliases.iter().zip(&hashes).find(|(_, hash)| self.aliases.contains(hash));
        if let Some(((dialect, _), _)) = taken {
            let violation = Violation::new(format!("aliases.{dialect}"), ViolationKind::AliasTaken);
            return Err(Error::Rejected(Rejection::from(violation)));
        }
        let room = TRIED_ALIASES.saturating_sub(self.aliases.len());
        self.aliases.extend(hashes.into_iter().take(room));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_finds_aliases_that_are_given_twice() {
        let mut tried = Tried::default();
        let alias = |dialect, text: &str| vec![(dialect, text.to_owned())];
        tried.add(&alias(Dialect::Callbell, "a")).unwrap();
        tried.add(&alias(Dialect::Zingle, "a")).unwrap();
        tried.add(&[]).unwrap();
        let taken = tried.add(&[alias(Dialect::Callbell, "b"), alias(Dialect::Callbell, "a")].concat());
        assert_eq!(taken.unwrap_err().to_string(), "refused: aliases.callbell: is the id of another contact");
        // What is refused takes nothing.
        tried.add(&alias(Dialect::Callbell, "b")).unwrap();
    }
}
