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
pub(crate) struct Catalogs(RwLock<HashMap<WorkspaceNumber, Known>>);

/// A catalog, and when it was the stored one; `None` when it must be looked up again.
type Known = (Arc<Catalog>, Option<Instant>);

impl Catalogs {
    /// The catalog, if it is fresh enough for readers.
    pub(crate) fn fresh(&self, workspace: WorkspaceNumber) -> Option<Arc<Catalog>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (catalog, at) = known.get(&workspace)?;
        at.is_some_and(|at| at.elapsed() < MAX_AGE).then(|| Arc::clone(catalog))
    }

    /// The last known catalog, however old.
    pub(crate) fn last_known(&self, workspace: WorkspaceNumber) -> Option<Arc<Catalog>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&workspace).map(|(catalog, _)| Arc::clone(catalog))
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
        let is_older = |(other, _): &Known| other.revision > catalog.revision;
        if !known.get(&workspace).is_some_and(is_older) {
            known.insert(workspace, (Arc::clone(catalog), Some(at)));
        }
    }

    /// Has one looked up again that may have been replaced.
    pub(crate) fn doubt(&self, workspace: WorkspaceNumber) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.get_mut(&workspace).into_iter().for_each(|(_, at)| *at = None);
    }

    /// Has all looked up again.
    pub(crate) fn doubt_all(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.values_mut().for_each(|(_, at)| *at = None);
    }
}
