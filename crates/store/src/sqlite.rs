//! SQLite: one file, one writer thread, readers beside it, a log that a thread of its own moves into the file.

mod administer;
mod connection;
mod event_row;
mod facets;
mod history;
mod last_changes;
mod last_events;
mod list;
mod load;
mod log;
mod migrate;
mod pictures;
mod readers;
mod records;
mod requests;
mod revisions;
mod save;
mod seen;
mod texts;
mod transfer;
mod values;
mod verify;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::{ChannelKind, Contact, Event, KeyId, RecordKind};
use uuid::Uuid;

use self::connection::{Access, FileLock};
#[cfg(test)]
pub(crate) use self::list::SYNTAX;
use self::log::Log;
use self::readers::Readers;
use self::seen::Seen;
pub(crate) use self::transfer::SqliteEnd;
pub(crate) use self::writer::SqliteWriter;
use crate::backend::{Backend, KeysWanted, Loaded, Wanted};
use crate::last_events::Notes;
use crate::revision::RevisedKind;
use crate::{
    CarriedOut, ContactQuery, DocumentPage, HistoryQuery, Key, Options, Picture, RecordPage, RecordQuery,
    StoreError, StoredIndex, Verified, Workspace, WorkspaceNumber,
};

/// The reading half.
pub(crate) struct Sqlite {
    readers: Readers,
    log: Option<Arc<Log>>,
    /// What the file may know of requests; nothing where this process is not its server.
    seen: Arc<Seen>,
}

impl Sqlite {
    /// Opens a file for serving. Blocks.
    pub(crate) fn open(path: &Path, options: &Options) -> Result<(Self, SqliteWriter), StoreError> {
        let lock = FileLock::take(path)?;
        let mut connection = connection::open(path, Access::Write)?;
        migrate::run(&mut connection)?;
        transfer::refuse_unfinished(&connection)?;
        texts::make_missing(&mut connection)?;
        let log = Log::open(path, options.log_max_bytes)?;
        let readers = Readers::start(path, options.readers)?;
        let seen = Arc::default();
        let writer = SqliteWriter::serving(connection, Arc::clone(&log), Arc::clone(&seen), lock)?;
        Ok((Self { readers, log: Some(log), seen }, writer))
    }

    /// Opens a file beside the process that serves it. Blocks.
    pub(crate) fn open_beside(path: &Path) -> Result<(Self, SqliteWriter), StoreError> {
        let mut connection = connection::open(path, Access::Write)?;
        migrate::run(&mut connection)?;
        transfer::refuse_unfinished(&connection)?;
        let readers = Readers::start(path, 1)?;
        let reader = Self { readers, log: None, seen: Arc::default() };
        Ok((reader, SqliteWriter::beside(connection)))
    }

    /// Bytes of the log that are in use.
    pub(crate) fn log_bytes(&self) -> u64 {
        self.log.as_ref().map_or(0, |log| log.bytes())
    }

    /// Whether there is certainly no such request.
    pub(crate) fn is_new(&self, api_key: KeyId, hash: Uuid) -> bool {
        self.seen.is_new(api_key, hash)
    }

    /// Lets the readers finish what they do, and stops them.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
    }
}

impl Backend for Sqlite {
    async fn load(&self, wanted: Wanted) -> Result<Loaded, StoreError> {
        self.readers.run(move |connection| load::load(connection, &wanted, None)).await
    }

    async fn contacts_with_channel(
        &self,
        workspace: WorkspaceNumber,
        kind: ChannelKind,
        value: String,
        limit: u32,
    ) -> Result<Vec<Arc<Contact>>, StoreError> {
        let read = move |connection: &_| list::by_channel(connection, workspace, &kind, &value, limit);
        self.readers.run(read).await?.contacts()
    }

    async fn list_contacts(
        &self,
        workspace: WorkspaceNumber,
        query: ContactQuery,
    ) -> Result<DocumentPage, StoreError> {
        let read = move |connection: &_| list::list(connection, workspace, &query);
        self.readers.run(read).await
    }

    async fn list_records(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        query: RecordQuery,
    ) -> Result<RecordPage, StoreError> {
        self.readers.run(move |connection| records::list(connection, workspace, kind, &query)).await
    }

    async fn history(
        &self,
        workspace: WorkspaceNumber,
        query: HistoryQuery,
    ) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
        self.readers.run(move |connection| history::history(connection, workspace, &query)).await
    }

    async fn events(
        &self,
        workspace: WorkspaceNumber,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StoreError> {
        self.readers.run(move |connection| history::events(connection, workspace, after, limit)).await
    }

    async fn notes(&self, workspace: WorkspaceNumber) -> Result<Option<Notes>, StoreError> {
        self.readers.run(move |connection| last_events::notes(connection, workspace)).await
    }

    async fn indexes(&self) -> Result<Vec<StoredIndex>, StoreError> {
        self.readers.run(values::indexes).await
    }

    async fn workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        self.readers.run(administer::workspaces).await
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        self.readers.run(verify::verify).await
    }

    async fn keys(&self, which: KeysWanted) -> Result<Vec<Key>, StoreError> {
        self.readers.run(move |connection| administer::keys(connection, which)).await
    }

    async fn revisions(
        &self,
        what: (RevisedKind, Uuid),
        before: u64,
        limit: u32,
    ) -> Result<Vec<(u64, String)>, StoreError> {
        self.readers.run(move |connection| revisions::find(connection, what, before, limit)).await
    }

    async fn picture(&self, workspace: WorkspaceNumber, id: Uuid) -> Result<Option<Picture>, StoreError> {
        self.readers.run(move |connection| pictures::find(connection, workspace, id)).await
    }

    async fn carried_out(
        &self,
        workspaces: Vec<WorkspaceNumber>,
        api_key: KeyId,
        hash: Uuid,
    ) -> Result<Vec<CarriedOut>, StoreError> {
        if self.seen.is_new(api_key, hash) {
            return Ok(Vec::new());
        }
        let seen = self.log.is_some().then(|| Arc::clone(&self.seen));
        let read = move |connection: &_| {
            if let Some(seen) = seen {
                seen.learn(connection)?;
            }
            requests::find(connection, &workspaces, api_key, hash)
        };
        self.readers.run(read).await
    }

    async fn crowded_keys(&self, most: u64) -> Result<Vec<(WorkspaceNumber, KeyId, u64)>, StoreError> {
        self.readers.run(move |connection| requests::crowded(connection, most)).await
    }

    /// A file is served by one process, which has every lease for good.
    async fn take_lease(&self, _: &str, _: Uuid, _: Duration) -> Result<Option<u64>, StoreError> {
        Ok(self.log.is_some().then_some(1))
    }

    async fn give_back_lease(&self, _: &str, _: Uuid) -> Result<(), StoreError> {
        Ok(())
    }
}
