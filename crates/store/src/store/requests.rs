//! Requests that are carried out once: what they did, and what they were answered.

use std::sync::Arc;

use model::{KeyId, Timestamp};
use uuid::Uuid;

use super::Store;
use crate::backend::{Admin, Backend};
use crate::once::AnswerSave;
use crate::queue::Queue;
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
        // Before the database, so that none is missed that is stored in between.
        let once = Once { api_key, hash, step: 0 };
        let pending = workspaces.iter().filter_map(|workspace| {
            let answer = self.shared.pending.find(&(*workspace, once))?;
            Some((*workspace, answer))
        });
        let pending: Vec<_> = pending.collect();
        let mut found = self.shared.backend.carried_out(workspaces.to_vec(), api_key, hash).await?;
        for (workspace, answer) in pending {
            let first = found.iter_mut().find(|each| (each.workspace, each.step) == (workspace, once.step));
            if let Some(CarriedOut { answer: none @ None, .. }) = first {
                *none = Some(KeptAnswer::clone(&answer));
            }
        }
        Ok(found)
    }

    /// Whether it is better to ask [`find_carried_out`](Self::find_carried_out) before a request is carried out than to let
    /// the writer refuse it, which takes its time where hashes have no index of their own.
    pub fn is_looked_for(&self, api_key: KeyId, hash: Uuid) -> bool {
        self.shared.backend.is_looked_for(api_key, hash)
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
        let save = AnswerSave { key: (workspace, once), answer: Arc::new(answer), is_told: false };
        self.queue_of(once)?.keep(save).await
    }

    /// Keeps the answer to a request as [`keep_answer`](Self::keep_answer) does, without waiting for it: until it is
    /// durable, [`find_carried_out`](Self::find_carried_out) of this process finds it nevertheless, and what ends the
    /// process without [`close`](Self::close) loses it. Waits all the same while too much is on its way.
    ///
    /// # Errors
    /// Why it cannot be stored, as far as that is known at once.
    pub async fn keep_answer_later(
        &self,
        workspace: WorkspaceNumber,
        once: Once,
        answer: KeptAnswer,
    ) -> Result<(), StoreError> {
        let save = AnswerSave { key: (workspace, once), answer: Arc::new(answer), is_told: true };
        let queue = self.queue_of(once)?;
        match self.shared.pending.take(save.key, &save.answer) {
            Some(on_its_way) => queue.keep_later(save, on_its_way),
            None => queue.keep(save).await,
        }
    }

    /// The queue for the answer to a request.
    fn queue_of(&self, once: Once) -> Result<&Queue, StoreError> {
        let queues = &self.shared.queues;
        let place = once.hash.as_u128().checked_rem(queues.len() as u128);
        let queue = place.and_then(|place| queues.get(usize::try_from(place).ok()?));
        queue.ok_or(StoreError::Closing)
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
