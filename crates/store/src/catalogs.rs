//! The catalogs in memory.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use model::Catalog;

use crate::WorkspaceNumber;

/// How old a catalog may be that readers get.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The last known catalog of each workspace, and when it was known to be the stored one.
#[derive(Debug, Default)]
pub(crate) struct Catalogs(RwLock<HashMap<WorkspaceNumber, (Arc<Catalog>, Instant)>>);

impl Catalogs {
    /// The catalog, if it is fresh enough for readers.
    pub(crate) fn fresh(&self, workspace: WorkspaceNumber) -> Option<Arc<Catalog>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (catalog, at) = known.get(&workspace)?;
        (at.elapsed() < MAX_AGE).then(|| Arc::clone(catalog))
    }

    /// The catalog, if it has this revision.
    pub(crate) fn at_revision(&self, workspace: WorkspaceNumber, revision: u64) -> Option<Arc<Catalog>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (catalog, _) = known.get(&workspace)?;
        (catalog.revision == revision).then(|| Arc::clone(catalog))
    }

    /// Notes that this catalog was the stored one at this instant.
    pub(crate) fn put(&self, workspace: WorkspaceNumber, catalog: &Arc<Catalog>, at: Instant) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_older = |(other, _): &(Arc<Catalog>, Instant)| other.revision > catalog.revision;
        if !known.get(&workspace).is_some_and(is_older) {
            known.insert(workspace, (Arc::clone(catalog), at));
        }
    }

    /// Forgets one that was replaced.
    pub(crate) fn forget(&self, workspace: WorkspaceNumber) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&workspace);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
