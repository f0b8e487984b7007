//! How many records of each kind a workspace may have. Only what makes a new one asks: an undo never meets a quota.

use super::Catalog;
use crate::{RecordKind, Rejection, Violation, ViolationKind, limits};

impl Catalog {
    /// How many records of a kind there may be; `None` without a bound. What stands in the catalog itself has one in any
    /// case, since every server holds it in memory.
    pub fn quota(&self, kind: RecordKind) -> Option<u64> {
        let set = self.quotas.get(&kind).copied();
        match self.count(kind) {
            Some(_) => Some(set.unwrap_or(limits::CATALOG_ITEMS).min(limits::CATALOG_ITEMS)),
            None => set,
        }
    }

    /// Passes if there may be so many records of a kind when another one was made.
    ///
    /// # Errors
    /// [`ViolationKind::QuotaReached`].
    pub fn check_quota(&self, kind: RecordKind, count: u64) -> Result<(), Rejection> {
        match self.quota(kind).filter(|quota| count > *quota) {
            Some(quota) => Err(Violation::new("", ViolationKind::QuotaReached { kind, quota }).into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_has_a_bound_that_settings_only_lower() {
        let mut catalog = Catalog::default();
        assert_eq!((catalog.quota(RecordKind::Tag), catalog.quota(RecordKind::Note)), (Some(10_000), None));
        catalog.quotas = [(RecordKind::Tag, 3), (RecordKind::Field, 20_000), (RecordKind::Note, 0)].into();
        let quotas = [RecordKind::Tag, RecordKind::Field, RecordKind::Note].map(|kind| catalog.quota(kind));
        assert_eq!(quotas, [Some(3), Some(10_000), Some(0)]);
        assert!(catalog.check_quota(RecordKind::Tag, 3).is_ok());
        assert!(catalog.check_quota(RecordKind::Contact, u64::MAX).is_ok());
        let refused = catalog.check_quota(RecordKind::Tag, 4).unwrap_err();
        assert_eq!(
            refused.violations[0].kind.to_string(),
            "the workspace may have at most 3 records of the kind tag"
        );
    }
}
