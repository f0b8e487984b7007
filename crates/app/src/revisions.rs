//! What was done to keys and workspaces, and what taking it back has in common.

use model::{OnConflict, Rejection, Violation, ViolationKind};
use store::Revision;

use crate::{Error, Missing};

/// A change of a key or workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Revised<T> {
    /// The revision that it made.
    pub number: u64,
    /// What was done, by whom, and what came of it.
    pub revision: Revision<T>,
    /// What was there before; `None` when it was made then, or nobody knows.
    pub before: Option<T>,
}

/// A page of changes, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Revisions<T> {
    /// The changes.
    pub changes: Vec<Revised<T>>,
    /// Where the next page begins: give it as `before`. `None` on the last page.
    pub next: Option<u64>,
}

/// How many revisions a page of so many needs: one more, which shows what the last of them changed.
pub(crate) fn asked(limit: u32) -> u32 {
    limit.saturating_add(1)
}

impl<T: Clone> Revisions<T> {
    /// A page of so many, from as many revisions as are [`asked`] for.
    pub(crate) fn of(found: Vec<(u64, Revision<T>)>, limit: u32) -> Self {
        let states: Vec<T> = found.iter().skip(1).map(|(_, revision)| revision.state.clone()).collect();
        let (mut states, limit) = (states.into_iter(), usize::try_from(limit).unwrap_or(usize::MAX));
        let is_last = found.len() <= limit;
        let revised = found.into_iter().take(limit).map(|(number, revision)| {
            let before = states.next();
            Revised { number, revision, before }
        });
        let changes: Vec<_> = revised.collect();
        let next = changes.last().filter(|_| !is_last).map(|last| last.number);
        Self { changes, next }
    }

    /// The change that made this revision.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) fn take(self, number: u64) -> Result<Revised<T>, Error> {
        let found = self.changes.into_iter().find(|each| each.number == number);
        found.ok_or(Error::NotFound(Missing::Change))
    }
}

/// What cannot be taken back, and why.
pub(crate) fn not_undoable(why: &str) -> Error {
    Error::Rejected(Violation::new("", ViolationKind::Unusable(why.to_owned())).into())
}

/// Puts members back, as far as they were not changed again.
pub(crate) struct Putting {
    on_conflict: OnConflict,
    violations: Vec<Violation>,
}

impl Putting {
    pub(crate) fn new(on_conflict: OnConflict) -> Self {
        Self { on_conflict, violations: Vec::new() }
    }

    /// Gives a member what it had before a change, if that changed it.
    pub(crate) fn put<T: Clone + PartialEq>(&mut self, member: &str, now: &mut T, before: &T, after: &T) {
        if before == after || now == before {
            return;
        }
        match self.on_conflict {
            OnConflict::Skip if now != after => {}
            OnConflict::Refuse if now != after => {
                self.violations.push(Violation::new(member, ViolationKind::ChangedSince));
            }
            _ => now.clone_from(before),
        }
    }

    /// Passes if nothing stood in the way.
    ///
    /// # Errors
    /// The members that were changed again.
    pub(crate) fn finish(self) -> Result<(), Rejection> {
        if self.violations.is_empty() { Ok(()) } else { Err(Rejection { violations: self.violations }) }
    }
}
