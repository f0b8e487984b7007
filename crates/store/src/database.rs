//! The database of a store: one of the backends.

use std::sync::Arc;
use std::time::Duration;

use model::{ChannelKind, Contact, Event, KeyId, RecordKind};
use uuid::Uuid;

use crate::backend::{Backend, KeysWanted, Loaded, Wanted};
use crate::last_events::Notes;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{
    CarriedOut, ContactQuery, DocumentPage, HistoryQuery, Key, Picture, RecordPage, RecordQuery, StoreError,
    Verified, Workspace, WorkspaceNumber,
};

/// Reads go to whichever it is.
pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Calls the same method of whichever it is.
macro_rules! each {
    ($database:expr, $backend:ident => $call:expr) => {
        match $database {
            Database::Sqlite($backend) => $call.await,
            Database::Postgres($backend) => $call.await,
        }
    };
}

impl Database {
    /// Lets the readers finish what they do, and stops them.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close(),
        }
    }

    /// Whether other servers may write to it, too.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Bytes of the write-ahead log that are in use, where it is this process's own.
    pub(crate) fn log_bytes(&self) -> u64 {
        match self {
            Self::Sqlite(sqlite) => sqlite.log_bytes(),
            Self::Postgres(_) => 0,
        }
    }
}

impl Backend for Database {
    async fn load(&self, wanted: Wanted) -> Result<Loaded, StoreError> {
        each!(self, backend => backend.load(wanted))
    }

    async fn contacts_with_channel(
        &self,
        workspace: WorkspaceNumber,
        kind: ChannelKind,
        value: String,
        limit: u32,
    ) -> Result<Vec<Arc<Contact>>, StoreError> {
        each!(self, backend => backend.contacts_with_channel(workspace, kind, value, limit))
    }

    async fn list_contacts(
        &self,
        workspace: WorkspaceNumber,
        query: ContactQuery,
    ) -> Result<DocumentPage, StoreError> {
        each!(self, backend => backend.list_contacts(workspace, query))
    }

    async fn list_records(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        query: RecordQuery,
    ) -> Result<RecordPage, StoreError> {
        each!(self, backend => backend.list_records(workspace, kind, query))
    }

    async fn history(
        &self,
        workspace: WorkspaceNumber,
        query: HistoryQuery,
    ) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
        each!(self, backend => backend.history(workspace, query))
    }

    async fn events(
        &self,
        workspace: WorkspaceNumber,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StoreError> {
        each!(self, backend => backend.events(workspace, after, limit))
    }

    async fn notes(&self, workspace: WorkspaceNumber) -> Result<Option<Notes>, StoreError> {
        each!(self, backend => backend.notes(workspace))
    }

    async fn workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        each!(self, backend => backend.workspaces())
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        each!(self, backend => backend.verify())
    }

    async fn keys(&self, which: KeysWanted) -> Result<Vec<Key>, StoreError> {
        each!(self, backend => backend.keys(which))
    }

    async fn picture(&self, workspace: WorkspaceNumber, id: Uuid) -> Result<Option<Picture>, StoreError> {
        each!(self, backend => backend.picture(workspace, id))
    }

    async fn carried_out(
        &self,
        workspaces: Vec<WorkspaceNumber>,
        api_key: KeyId,
        hash: Uuid,
    ) -> Result<Vec<CarriedOut>, StoreError> {
        each!(self, backend => backend.carried_out(workspaces, api_key, hash))
    }

    async fn crowded_keys(&self, most: u64) -> Result<Vec<(WorkspaceNumber, KeyId, u64)>, StoreError> {
        each!(self, backend => backend.crowded_keys(most))
    }

    async fn take_lease(
        &self,
        name: &str,
        holder: Uuid,
        length: Duration,
    ) -> Result<Option<u64>, StoreError> {
        each!(self, backend => backend.take_lease(name, holder, length))
    }

    async fn give_back_lease(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        each!(self, backend => backend.give_back_lease(name, holder))
    }
}
