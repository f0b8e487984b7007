//! Reading events: of a record, of a workspace.

use model::{Event, RecordKind, Ref};

use super::Store;
use crate::backend::{Backend, Wanted};
use crate::{HistoryQuery, StoreError, WorkspaceNumber};

impl Store {
    /// A contact's events, newest first, also when it was deleted: those before `before`, at most `limit`.
    /// `None` when there never was such a contact.
    ///
    /// # Errors
    /// What the database says.
    pub async fn history(
        &self,
        workspace: WorkspaceNumber,
        contact: &Ref,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
        let query = HistoryQuery { kind: RecordKind::Contact, record: contact.clone(), before, limit };
        self.shared.backend.history(workspace, query).await
    }

    /// A record's events, newest first, also when it was deleted. `None` when there never was such a record, or nothing
    /// ever happened to it since its workspace was made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn record_history(
        &self,
        workspace: WorkspaceNumber,
        query: &HistoryQuery,
    ) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
        self.shared.backend.history(workspace, query.clone()).await
    }

    /// One event.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_event(
        &self,
        workspace: WorkspaceNumber,
        event: u64,
    ) -> Result<Option<Event>, StoreError> {
        let wanted = Wanted { events: vec![(workspace, event)], ..Wanted::default() };
        Ok(self.shared.backend.load(wanted).await?.events.into_iter().flatten().next())
    }

    /// A workspace's events after this one, oldest first. A reader that goes on after the last event it got misses
    /// none, however many servers write.
    ///
    /// # Errors
    /// What the database says.
    pub async fn events_after(
        &self,
        workspace: WorkspaceNumber,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StoreError> {
        self.shared.backend.events(workspace, after, limit).await
    }

    /// The number of a workspace's last event; 0 when it has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_event(&self, workspace: WorkspaceNumber) -> Result<u64, StoreError> {
        let wanted = Wanted { heads: vec![workspace], ..Wanted::default() };
        let heads = self.shared.backend.load(wanted).await?.heads;
        Ok(heads.first().map_or(0, |(_, head)| head.last_event))
    }
}
