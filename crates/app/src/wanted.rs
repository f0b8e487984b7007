//! The revision that a request wants the record to have that it is about.

use std::sync::atomic::{AtomicBool, Ordering};

use model::{Precondition, Rejection, Revisions};

/// What a request says of the revision of the record that it is about: HTTP's `If-Match` and `If-None-Match`.
#[derive(Debug, Default)]
pub struct Wanted {
    precondition: Precondition,
    is_used: AtomicBool,
}

impl Wanted {
    /// What the request says; `None` when it says nothing.
    pub fn new(precondition: Precondition) -> Option<Self> {
        let is_used = AtomicBool::new(false);
        (precondition != Precondition::default()).then_some(Self { precondition, is_used })
    }

    /// What must hold of the record that is changed.
    pub fn of_write(&self) -> &Precondition {
        self.is_used.store(true, Ordering::Relaxed);
        &self.precondition
    }

    /// Whether anybody asked, so that it had an effect.
    pub fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    /// The headers that said it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let Precondition { is, is_not } = &self.precondition;
        let names = [("if-match", is.is_some()), ("if-none-match", is_not.is_some())];
        names.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name)
    }

    /// Whether the reader has the record as it is: at this revision.
    ///
    /// # Errors
    /// That it wants another one.
    pub fn is_known(&self, revision: u64) -> Result<bool, Rejection> {
        let Precondition { is, is_not } = self.of_write();
        Precondition { is: is.clone(), is_not: None }.check(revision)?;
        Ok(is_not.as_ref().is_some_and(|revisions| revisions.have(revision)))
    }

    /// Whether it names a revision that the record must have.
    pub(crate) fn names_one(precondition: &Precondition) -> bool {
        matches!(&precondition.is, Some(Revisions::These(_)))
    }
}
