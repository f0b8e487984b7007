//! Which revision a record must have for a change to be carried out: what HTTP says with `If-Match` and
//! `If-None-Match`.

use crate::{Rejection, Violation, ViolationKind};

/// What must hold of a record's revision; by default, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// It must be one of these.
    pub is: Option<Revisions>,
    /// It must be none of these.
    pub is_not: Option<Revisions>,
}

/// Some revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revisions {
    /// Any that there is.
    Any,
    /// These; there may be none.
    These(Vec<u64>),
}

impl Revisions {
    /// Whether this revision is among them.
    pub fn have(&self, revision: u64) -> bool {
        match self {
            Self::Any => true,
            Self::These(these) => these.contains(&revision),
        }
    }
}

impl Precondition {
    /// Whether a record at this revision may be changed.
    pub fn allows(&self, revision: u64) -> bool {
        self.is.as_ref().is_none_or(|revisions| revisions.have(revision))
            && !self.is_not.as_ref().is_some_and(|revisions| revisions.have(revision))
    }

    /// Passes if a record at this revision may be changed.
    ///
    /// # Errors
    /// [`ViolationKind::OtherRevision`], which names the revision that the record has.
    pub fn check(&self, revision: u64) -> Result<(), Rejection> {
        if self.allows(revision) {
            return Ok(());
        }
        Err(Violation::new("", ViolationKind::OtherRevision(revision)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_compared_as_http_compares_them() {
        let these = |revisions: &[u64]| Some(Revisions::These(revisions.to_vec()));
        for (is, is_not, allowed) in [
            (None, None, true),
            (these(&[7]), None, true),
            (these(&[6, 7]), None, true),
            (these(&[6]), None, false),
            (these(&[]), None, false),
            (Some(Revisions::Any), None, true),
            (None, these(&[7]), false),
            (None, these(&[6]), true),
            (None, Some(Revisions::Any), false),
            (these(&[7]), these(&[7]), false),
        ] {
            let precondition = Precondition { is, is_not };
            assert_eq!(precondition.allows(7), allowed, "{precondition:?}");
            assert_eq!(precondition.check(7).is_ok(), allowed);
        }
    }
}
