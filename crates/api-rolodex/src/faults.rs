//! What is wrong with a request, collected over all its members.

use model::{Change, Violation, ViolationKind};

use crate::Error;

/// Every fault of a request: with none of them it is carried out.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    violations: Vec<Violation>,
    unknown: Vec<Unknown>,
}

/// A record that a request names and that does not exist.
#[derive(Debug)]
pub(crate) struct Unknown {
    /// The member that names it.
    pub(crate) at: String,
    /// What it would be.
    pub(crate) what: &'static str,
    /// The id as written.
    pub(crate) id: String,
}

impl Faults {
    /// Notes what is wrong with a member.
    pub(crate) fn refuse(&mut self, at: impl Into<String>, kind: ViolationKind) {
        self.violations.push(Violation::new(at, kind));
    }

    /// Notes what a decoder found.
    pub(crate) fn take(&mut self, change: Change) {
        self.violations.extend(change.violations);
    }

    /// Notes that there is no such record.
    pub(crate) fn unknown(&mut self, at: String, what: &'static str, id: String) {
        self.unknown.push(Unknown { at, what, id });
    }

    /// The answer to a request with faults.
    pub(crate) fn check(self) -> Result<(), Error> {
        if self.violations.is_empty() && self.unknown.is_empty() {
            return Ok(());
        }
        Err(Error::refusal(&self.violations, &self.unknown))
    }
}
