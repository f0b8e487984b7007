//! Requests that are carried out once: what they did, and what they were answered.

use model::{KeyId, Timestamp};
use uuid::Uuid;

use super::Store;
use crate::backend::{Admin, Backend};
use crate::once::AnswerSave;
use crate::{CarriedOut, KeptAnswer, Once, StoreError, WorkspaceNumber};

impl Store {
    /// The commits of the requests with this API key and hash in these workspaces, in the order of their steps.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_carried_out(
        &self,
        workspaces: &[WorkspaceNumber],
        api_key: KeyId,
        hash: Uuid,
    ) -> Result<Vec<CarriedOut>, StoreError> {
        self.shared.backend.carried_out(workspaces.to_vec(), api_key, hash).await
    }

    /// Keeps the answer to a request, at this commit of it, unless there is one; durable when it returns.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn keep_answer(
        &self,
        workspace: WorkspaceNumber,
        once: Once,
        answer: KeptAnswer,
    ) -> Result<(), StoreError> {
        let queue = self.shared.queues.first().ok_or(StoreError::Closing)?;
        queue.keep(AnswerSave { key: (workspace, once), answer }).await
    }

    /// Forgets requests of before this time, the first ones first; how many, `limit` at most.
    ///
    /// # Errors
    /// Why not.
    pub async fn forget_requests(&self, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
        self.administer(Admin::ForgetRequests(before, limit)).await
    }

    /// Forgets the first requests of each API key that has more than `most`, so many in one commit at most; how many.
    ///
    /// # Errors
    /// Why not; what is forgotten until then is.
    pub async fn forget_surplus_requests(&self, most: u64, at_once: u64) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        // Finding out who has too many takes reading them all, so it is done once.
        for (workspace, api_key, count) in self.shared.backend.crowded_keys(most).await? {
            let mut surplus = count.saturating_sub(most);
            while surplus > 0 {
                let first = Admin::ForgetFirst(workspace, api_key, surplus.min(at_once));
                let gone = self.administer(first).await?;
                if gone == 0 {
                    // Another server did it.
                    break;
                }
                forgotten += gone;
                surplus = surplus.saturating_sub(gone);
            }
        }
        Ok(forgotten)
    }

    /// Whether other servers may write to the database, too.
    pub fn is_shared(&self) -> bool {
        self.shared.backend.is_shared()
    }
}
