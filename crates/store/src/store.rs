//! The store: opening, writing, reading, closing.

use std::path::PathBuf;
use std::sync::Arc;

use model::{Catalog, Company, CompanyId, Contact, Event, KeyId, Note, NoteId, Ref, Timestamp, WorkspaceId};

use crate::{
    ContactPage, ContactQuery, Key, KeyHash, Outcome, StoreError, Workspace, WorkspaceNumber, Write,
};

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Location {
    /// An SQLite file; made when it does not exist.
    Sqlite(PathBuf),
}

/// Bounds of the store.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections for reading.
    pub readers: usize,
    /// Writes in one commit at most.
    pub batch_max: usize,
    /// Writes that may wait at most; one more is [`StoreError::Busy`].
    pub queue_max: usize,
    /// Bytes of the write-ahead log at most.
    pub log_max_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, batch_max: 256, queue_max: 4096, log_max_bytes: 256 << 20 }
    }
}

/// What the writer has done so far, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterStats {
    /// Batches committed.
    pub batches: u64,
    /// Writes in them.
    pub writes: u64,
    /// Events appended.
    pub events: u64,
    /// Time spent from taking a batch to its commit, in microseconds.
    pub busy_micros: u64,
    /// Writes that wait now.
    pub waiting: u64,
    /// Bytes of the write-ahead log now.
    pub log_bytes: u64,
}

/// A handle on the store; clones share it.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Opens a database for serving: makes it when it does not exist, migrates it under a lock, and keeps a
    /// lock against a second server until the store is closed.
    ///
    /// # Errors
    /// [`StoreError::InUseByOther`], [`StoreError::NewerSchema`], or what the file system and the database say.
    pub async fn open(_location: &Location, _options: Options) -> Result<Self, StoreError> {
        todo!()
    }

    /// Opens a database for administration (workspaces and keys), beside a server that may be running on it.
    /// Such a store refuses contact writes.
    pub async fn open_beside(_location: &Location) -> Result<Self, StoreError> {
        todo!()
    }

    /// Lets what is queued finish, and closes. Later writes are [`StoreError::Closing`].
    pub async fn close(&self) {
        todo!()
    }

    /// Queues a write and waits until it is durable.
    pub async fn write(&self, _write: Write) -> Result<Outcome, StoreError> {
        todo!()
    }

    /// The contact that a client names.
    pub async fn find_contact(
        &self,
        _workspace: WorkspaceNumber,
        _contact: &Ref,
    ) -> Result<Option<Arc<Contact>>, StoreError> {
        todo!()
    }

    /// The contacts that have this channel, by kind and normalised value, oldest first, 100 at most.
    pub async fn find_by_channel(
        &self,
        _workspace: WorkspaceNumber,
        _kind: &model::ChannelKind,
        _value: &str,
    ) -> Result<Vec<Arc<Contact>>, StoreError> {
        todo!()
    }

    /// A page of contacts.
    pub async fn list_contacts(
        &self,
        _workspace: WorkspaceNumber,
        _query: &ContactQuery,
    ) -> Result<ContactPage, StoreError> {
        todo!()
    }

    /// A contact's events, newest first, also when it was deleted: those before `before`, at most `limit`.
    /// `None` when there never was such a contact.
    pub async fn history(
        &self,
        _workspace: WorkspaceNumber,
        _contact: &Ref,
        _before: Option<u64>,
        _limit: usize,
    ) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
        todo!()
    }

    /// One event.
    pub async fn find_event(
        &self,
        _workspace: WorkspaceNumber,
        _event: u64,
    ) -> Result<Option<Event>, StoreError> {
        todo!()
    }

    /// The companies with these ids, in any order; unknown ids are left out.
    pub async fn find_companies(
        &self,
        _workspace: WorkspaceNumber,
        _ids: &[CompanyId],
    ) -> Result<Vec<Company>, StoreError> {
        todo!()
    }

    /// The notes with these ids, in any order; unknown ids are left out.
    pub async fn find_notes(
        &self,
        _workspace: WorkspaceNumber,
        _ids: &[NoteId],
    ) -> Result<Vec<Note>, StoreError> {
        todo!()
    }

    /// The workspace's catalog; at most one second old.
    pub async fn catalog(&self, _workspace: WorkspaceNumber) -> Result<Arc<Catalog>, StoreError> {
        todo!()
    }

    /// Replaces the catalog, if it still has the revision of `catalog`; the stored one has the next revision.
    pub async fn write_catalog(
        &self,
        _workspace: WorkspaceNumber,
        _catalog: Catalog,
    ) -> Result<Arc<Catalog>, StoreError> {
        todo!()
    }

    /// Stores a company, new or changed.
    pub async fn write_company(
        &self,
        _workspace: WorkspaceNumber,
        _company: Company,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Stores a note, new or changed.
    pub async fn write_note(&self, _workspace: WorkspaceNumber, _note: Note) -> Result<(), StoreError> {
        todo!()
    }

    /// Makes a workspace with this catalog. [`StoreError::InUse`] when the id or the name is taken.
    pub async fn create_workspace(
        &self,
        _id: WorkspaceId,
        _name: &str,
        _now: Timestamp,
        _catalog: &Catalog,
    ) -> Result<Workspace, StoreError> {
        todo!()
    }

    /// All workspaces, in the order they were made.
    pub async fn list_workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        todo!()
    }

    /// Stores a key under the hash of its secret. [`StoreError::InUse`] when the hash is taken.
    pub async fn create_key(&self, _hash: &KeyHash, _key: &Key) -> Result<(), StoreError> {
        todo!()
    }

    /// All keys, in the order they were made, revoked ones too.
    pub async fn list_keys(&self) -> Result<Vec<Key>, StoreError> {
        todo!()
    }

    /// Marks a key as revoked; `false` when there is none with this id. Revoking twice keeps the first time.
    pub async fn revoke_key(&self, _id: KeyId, _now: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// The key with this hash.
    pub async fn find_key(&self, _hash: &KeyHash) -> Result<Option<Key>, StoreError> {
        todo!()
    }

    /// Whether a read and the writer work.
    pub async fn check(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// What the writer has done so far.
    pub fn writer_stats(&self) -> WriterStats {
        todo!()
    }
}
