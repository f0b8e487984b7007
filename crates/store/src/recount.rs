//! What the stored answers and sort keys of contacts should be: made again from the contacts themselves.

use std::collections::HashMap;

use model::Contact;
use uuid::Uuid;

use crate::numbers::{Chunk, chunk};
use crate::sort::StoredKeys;
use crate::{Verified, WorkspaceNumber};

/// The answers of all contacts that were met.
#[derive(Default)]
pub(crate) struct Recount {
    chunks: HashMap<(WorkspaceNumber, Uuid, u64), Chunk>,
}

/// Compares the stored sort keys of a contact with those that it should have.
pub(crate) fn compare_keys(contact: &Contact, stored: Option<&StoredKeys>, verified: &mut Verified) {
    if stored != Some(&StoredKeys::of(contact)) {
        verified.fault(format!("contact {} has other sort keys than it should", contact.id));
    }
}

impl Recount {
    /// Counts a contact.
    pub(crate) fn add(&mut self, workspace: WorkspaceNumber, contact: &Contact) {
        for facet in contact.facets() {
            let key = (workspace, facet, chunk(contact.number));
            self.chunks.entry(key).or_default().insert(contact.number);
        }
    }

    /// Compares a stored chunk with what was counted.
    pub(crate) fn compare(
        &mut self,
        (workspace, facet, chunk): (WorkspaceNumber, Uuid, u64),
        stored: Chunk,
        verified: &mut Verified,
    ) {
        let counted = self.chunks.remove(&(workspace, facet, chunk)).unwrap_or_default();
        if counted != stored {
            verified.fault(differs(workspace, facet, chunk));
        }
    }

    /// Tells what was not stored at all.
    pub(crate) fn finish(self, verified: &mut Verified) {
        let mut missing: Vec<_> = self.chunks.into_keys().collect();
        missing.sort_unstable();
        for (workspace, facet, chunk) in missing {
            verified.fault(differs(workspace, facet, chunk));
        }
    }
}

fn differs(WorkspaceNumber(workspace): WorkspaceNumber, facet: Uuid, chunk: u64) -> String {
    format!("facet {facet} of workspace {workspace} does not say what contacts {} and later say", chunk << 10)
}
