//! Requests that are carried out once, in a batch.

use std::ops::Range;

use super::batch::Batch;
use crate::backend::{Batches, Wanted};
use crate::once::ClaimSave;
use crate::{Claim, StoreError, WorkspaceNumber, Write};

impl Batch {
    /// Looks for the requests that were taken for new, all at once: where one is refused, more may be.
    pub(super) async fn know_claims(&mut self, batches: &mut impl Batches) -> Result<(), StoreError> {
        let wanted = Wanted { claims: std::mem::take(&mut self.taken_for_new), ..Wanted::default() };
        let loaded = batches.load(&wanted).await?;
        self.learn(wanted, loaded);
        Ok(())
    }

    /// Refuses what was carried out already; writes of one group are one commit.
    pub(super) fn check_claim(&self, workspace: WorkspaceNumber, claim: Claim) -> Result<(), StoreError> {
        let key = (workspace, claim.once);
        match self.claimed.get(&key) {
            Some(fingerprint) if self.claim_of_group != Some(key) => {
                Err(StoreError::CarriedOut { is_same: *fingerprint == claim.fingerprint })
            }
            _ => Ok(()),
        }
    }

    /// Notes that a write was carried out, with the events after the first of these numbers up to the second.
    pub(super) fn note_claim(&mut self, write: &Write, claim: Claim, events: Range<u64>) {
        let key = (write.workspace, claim.once);
        let count = events.end.saturating_sub(events.start);
        let event = (count > 0).then_some(events.start + 1);
        match self.claims.last_mut().filter(|last| last.key == key) {
            Some(group) => {
                group.event = group.event.or(event);
                group.events += count;
                group.is_exact &= claim.is_exact;
            }
            None => {
                let (fingerprint, at) = (claim.fingerprint, write.stamp.now);
                let is_exact = claim.is_exact;
                self.claims.push(ClaimSave { key, fingerprint, at, event, events: count, is_exact });
            }
        }
        self.claimed.insert(key, claim.fingerprint);
        if self.is_in_group() {
            self.claim_of_group = Some(key);
        }
    }
}
