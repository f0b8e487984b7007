//! The database of a store: one of the backends.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use model::{ChannelKind, Contact, Event, KeyId, RecordKind};
use uuid::Uuid;

use crate::backend::{Backend, KeysWanted, Loaded, Wanted};
use crate::last_events::Notes;
use crate::postgres::Postgres;
use crate::revision::RevisedKind;
use crate::sqlite::Sqlite;
use crate::{
    CarriedOut, ContactQuery, DocumentPage, HistoryQuery, Key, Picture, RecordPage, RecordQuery, StoreError,
    StoredIndex, Verified, Workspace, WorkspaceNumber,
};

/// Reads go to whichever it is.
pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Calls the same method of whichever it is. The future's type is forgotten: so it is compiled once, here, and not again
/// with everything that awaits it, and takes little room there.
macro_rules! each {
    ($database:expr, $backend:ident => $call:expr) => {{
        let future: BoxFuture<'_, _> = match $database {
            Database::Sqlite($backend) => Box::pin($call),
            Database::Postgres($backend) => Box::pin($call),
        };
        future
    }};
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

    /// Whether it is better to look for a request before it is carried out than to let the writer refuse it. Only who has
    /// the database alone can know; on PostgreSQL few come twice.
    pub(crate) fn is_looked_for(&self, api_key: KeyId, hash: Uuid) -> bool {
        match self {
            Self::Sqlite(backend) => !backend.is_new(api_key, hash),
            Self::Postgres(_) => false,
        }
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
    fn load(&self, wanted: Wanted) -> impl Future<Output = Result<Loaded, StoreError>> + Send {
        each!(self, backend => backend.load(wanted))
    }

    fn contacts_with_channel(
        &self,
        workspace: WorkspaceNumber,
        kind: ChannelKind,
        value: String,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Arc<Contact>>, StoreError>> + Send {
        each!(self, backend => backend.contacts_with_channel(workspace, kind, value, limit))
    }

    fn list_contacts(
        &self,
        workspace: WorkspaceNumber,
        query: ContactQuery,
    ) -> impl Future<Output = Result<DocumentPage, StoreError>> + Send {
        each!(self, backend => backend.list_contacts(workspace, query))
    }

    fn list_records(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        query: RecordQuery,
    ) -> impl Future<Output = Result<RecordPage, StoreError>> + Send {
        each!(self, backend => backend.list_records(workspace, kind, query))
    }

    fn history(
        &self,
        workspace: WorkspaceNumber,
        query: HistoryQuery,
    ) -> impl Future<Output = Result<Option<Vec<(u64, Event)>>, StoreError>> + Send {
        each!(self, backend => backend.history(workspace, query))
    }

    fn events(
        &self,
        workspace: WorkspaceNumber,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(u64, Event)>, StoreError>> + Send {
        each!(self, backend => backend.events(workspace, after, limit))
    }

    fn notes(
        &self,
        workspace: WorkspaceNumber,
    ) -> impl Future<Output = Result<Option<Notes>, StoreError>> + Send {
        each!(self, backend => backend.notes(workspace))
    }

    fn indexes(&self) -> impl Future<Output = Result<Vec<StoredIndex>, StoreError>> + Send {
        each!(self, backend => backend.indexes())
    }

    fn workspaces(&self) -> impl Future<Output = Result<Vec<Workspace>, StoreError>> + Send {
        each!(self, backend => backend.workspaces())
    }

    fn verify(&self) -> impl Future<Output = Result<Verified, StoreError>> + Send {
        each!(self, backend => backend.verify())
    }

    fn keys(&self, which: KeysWanted) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send {
        each!(self, backend => backend.keys(which))
    }

    fn revisions(
        &self,
        what: (RevisedKind, Uuid),
        before: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(u64, String)>, StoreError>> + Send {
        each!(self, backend => backend.revisions(what, before, limit))
    }

    fn picture(
        &self,
        workspace: WorkspaceNumber,
        id: Uuid,
    ) -> impl Future<Output = Result<Option<Picture>, StoreError>> + Send {
        each!(self, backend => backend.picture(workspace, id))
    }

    fn carried_out(
        &self,
        workspaces: Vec<WorkspaceNumber>,
        api_key: KeyId,
        hash: Uuid,
    ) -> impl Future<Output = Result<Vec<CarriedOut>, StoreError>> + Send {
        each!(self, backend => backend.carried_out(workspaces, api_key, hash))
    }

    fn crowded_keys(
        &self,
        most: u64,
    ) -> impl Future<Output = Result<Vec<(WorkspaceNumber, KeyId, u64)>, StoreError>> + Send {
        each!(self, backend => backend.crowded_keys(most))
    }

    async fn take_lease(
        &self,
        name: &str,
        holder: Uuid,
        length: Duration,
    ) -> Result<Option<u64>, StoreError> {
        each!(self, backend => backend.take_lease(name, holder, length)).await
    }

    async fn give_back_lease(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        each!(self, backend => backend.give_back_lease(name, holder)).await
    }
}
