//! Noting which events are a contact's last, so that lists in the order of last changes are fast far down.

use std::sync::atomic::Ordering;

use super::Store;
use crate::backend::{Admin, Backend};
use crate::last_events::NOTE_EVERY;
use crate::{StoreError, WorkspaceNumber};

impl Store {
    /// Notes what is not noted yet. The store does so by itself now and then.
    ///
    /// # Errors
    /// What the database says; then it can be done again.
    pub async fn note_last_events(&self, workspace: WorkspaceNumber) -> Result<(), StoreError> {
        while let Some(notes) = self.shared.backend.notes(workspace).await? {
            if self.administer(Admin::Note(workspace, notes)).await? == 0 {
                // Another server does it.
                break;
            }
        }
        Ok(())
    }

    /// Notes beside the writes of these events, when there have been many since the last time.
    pub(super) fn note_after(&self, workspace: WorkspaceNumber, events: impl IntoIterator<Item = u64>) {
        if events.into_iter().any(|event| event % NOTE_EVERY == 0) {
            self.note_soon(workspace);
        }
    }

    /// Notes beside what else is done, unless somebody does already.
    #[expect(clippy::disallowed_methods, reason = "the work is bounded, and ends when the store is closed")]
    pub(super) fn note_soon(&self, workspace: WorkspaceNumber) {
        if self.shared.is_beside || self.shared.is_noting.swap(true, Ordering::Relaxed) {
            return;
        }
        let store = self.clone();
        tokio::spawn(async move {
            if let Err(fault) = store.note_last_events(workspace).await {
                tracing::debug!(%fault, "the last events are noted later");
            }
            store.shared.is_noting.store(false, Ordering::Relaxed);
        });
    }
}
