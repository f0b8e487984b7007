//! The store: opening, writing, reading, closing.

use std::sync::Arc;
use std::time::Instant;

use model::{Catalog, Company, CompanyId, Contact, Event, KeyId, Note, NoteId, Ref, Timestamp, WorkspaceId};

use crate::backend::{Admin, Backend, Keys, Wanted};
use crate::catalogs::Catalogs;
use crate::queue::Queue;
use crate::sqlite::Sqlite;
use crate::{
    ContactPage, ContactQuery, Key, KeyHash, Location, Outcome, StoreError, Verified, Workspace,
    WorkspaceNumber, Write, WriterStats,
};

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

/// A handle on the store; clones share it. When the last one is dropped, what is queued is still written.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    // Dropped first: it waits for the writer.
    queue: Queue,
    backend: Sqlite,
    catalogs: Arc<Catalogs>,
    is_beside: bool,
}

/// Contacts that [`Store::find_by_channel`] gives at most.
const BY_CHANNEL_MAX: u32 = 100;

impl Store {
    /// Opens a database for serving: makes it when it does not exist, migrates it under a lock, and keeps a
    /// lock against a second server until the store is closed.
    ///
    /// # Errors
    /// [`StoreError::InUseByOther`], [`StoreError::NewerSchema`], or what the file system and the database say.
    pub async fn open(location: &Location, options: Options) -> Result<Self, StoreError> {
        let path = sqlite_path(location)?;
        blocking(move || {
            let (backend, writer) = Sqlite::open(&path, &options)?;
            Self::start(backend, writer, &options, false)
        })
        .await
    }

    /// Opens a database for administration (workspaces and keys), beside a server that may be running on it.
    /// Such a store refuses contact writes.
    ///
    /// # Errors
    /// As [`Store::open`], but for the lock.
    pub async fn open_beside(location: &Location) -> Result<Self, StoreError> {
        let path = sqlite_path(location)?;
        blocking(move || {
            let (backend, writer) = Sqlite::open_beside(&path)?;
            Self::start(backend, writer, &Options::default(), true)
        })
        .await
    }

    fn start(
        backend: Sqlite,
        writer: crate::sqlite::SqliteWriter,
        options: &Options,
        is_beside: bool,
    ) -> Result<Self, StoreError> {
        let catalogs = Arc::new(Catalogs::default());
        let queue = Queue::start(writer, Arc::clone(&catalogs), options)?;
        Ok(Self { shared: Arc::new(Shared { queue, backend, catalogs, is_beside }) })
    }

    /// Lets what is queued finish, and closes. Later writes are [`StoreError::Closing`].
    pub async fn close(&self) {
        self.shared.queue.close().await;
        self.shared.backend.close().await;
    }

    /// Queues a write and waits until it is durable.
    ///
    /// # Errors
    /// Everything that [`StoreError`] lists for contacts. After any but [`StoreError::OutcomeUnknown`] nothing
    /// was stored.
    pub async fn write(&self, write: Write) -> Result<Outcome, StoreError> {
        if self.shared.is_beside {
            return Err(StoreError::Closing);
        }
        self.shared.queue.write(write).await
    }

    /// The contact that a client names.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_contact(
        &self,
        workspace: WorkspaceNumber,
        contact: &Ref,
    ) -> Result<Option<Arc<Contact>>, StoreError> {
        let mut wanted = Wanted::default();
        wanted.contacts.push(workspace, contact);
        let found = self.shared.backend.load(wanted).await?.contacts;
        // An alias wins over a well-formed id of ours.
        let id = found.aliases.into_iter().chain(found.numbers).flatten().next();
        let row = match id {
            Some(id) => found.rows.into_iter().find(|(_, row_id, _)| *row_id == id),
            None => found.rows.into_iter().next(),
        };
        let contact = row.map(|(_, _, stored)| stored.contact.map(Arc::new)).transpose();
        contact.map_err(|source| StoreError::Unreadable { what: "contact", source })
    }

    /// The contacts that have this channel, by kind and normalised value, oldest first, 100 at most.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_by_channel(
        &self,
        workspace: WorkspaceNumber,
        kind: &model::ChannelKind,
        value: &str,
    ) -> Result<Vec<Arc<Contact>>, StoreError> {
        let (kind, value) = (kind.clone(), value.to_owned());
        self.shared.backend.contacts_with_channel(workspace, kind, value, BY_CHANNEL_MAX).await
    }

    /// A page of contacts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_contacts(
        &self,
        workspace: WorkspaceNumber,
        query: &ContactQuery,
    ) -> Result<ContactPage, StoreError> {
        self.shared.backend.list_contacts(workspace, query.clone()).await
    }

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
        self.shared.backend.history(workspace, contact.clone(), before, limit).await
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

    /// The companies with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_companies(
        &self,
        workspace: WorkspaceNumber,
        ids: &[CompanyId],
    ) -> Result<Vec<Company>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let companies = by_ids(workspace, ids.iter().map(|id| id.0));
        let loaded = self.shared.backend.load(Wanted { companies, ..Wanted::default() }).await?;
        Ok(loaded.companies.rows.into_iter().map(|(_, _, company)| company).collect())
    }

    /// The notes with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_notes(
        &self,
        workspace: WorkspaceNumber,
        ids: &[NoteId],
    ) -> Result<Vec<Note>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let notes = by_ids(workspace, ids.iter().map(|id| id.0));
        let loaded = self.shared.backend.load(Wanted { notes, ..Wanted::default() }).await?;
        Ok(loaded.notes.rows.into_iter().map(|(_, _, note)| note).collect())
    }

    /// The workspace's catalog; at most one second old.
    ///
    /// # Errors
    /// [`StoreError::NoSuchContact`] when there is no such workspace; what the database says.
    pub async fn catalog(&self, workspace: WorkspaceNumber) -> Result<Arc<Catalog>, StoreError> {
        let catalogs = &self.shared.catalogs;
        if let Some(catalog) = catalogs.fresh(workspace) {
            return Ok(catalog);
        }
        let asked = Instant::now();
        let wanted = Wanted { heads: vec![workspace], ..Wanted::default() };
        let heads = self.shared.backend.load(wanted).await?.heads;
        let known =
            heads.first().and_then(|(_, head)| catalogs.at_revision(workspace, head.catalog_revision));
        let catalog = match known {
            Some(catalog) => catalog,
            None => {
                let wanted = Wanted { catalogs: vec![workspace], ..Wanted::default() };
                let stored = self.shared.backend.load(wanted).await?.catalogs.into_iter().next();
                stored.map(|(_, catalog)| Arc::new(catalog)).ok_or(StoreError::NoSuchContact)?
            }
        };
        catalogs.put(workspace, &catalog, asked);
        Ok(catalog)
    }

    /// Replaces the catalog, if it still has the revision of `catalog`; the stored one has the next revision.
    /// Readers of this store get it at once.
    ///
    /// # Errors
    /// [`StoreError::CatalogChanged`], or why it could not be stored.
    pub async fn write_catalog(
        &self,
        workspace: WorkspaceNumber,
        mut catalog: Catalog,
    ) -> Result<Arc<Catalog>, StoreError> {
        catalog.revision += 1;
        let catalog = Arc::new(catalog);
        self.shared.queue.administer(Admin::WriteCatalog(workspace, Arc::clone(&catalog))).await?;
        Ok(catalog)
    }

    /// Stores a company, new or changed.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another company has its number or one of its aliases, or why it could not be
    /// stored.
    pub async fn write_company(
        &self,
        workspace: WorkspaceNumber,
        company: Company,
    ) -> Result<(), StoreError> {
        self.shared.queue.administer(Admin::WriteCompany(workspace, company)).await.map(drop)
    }

    /// Stores a note, new or changed.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another note has one of its aliases, or why it could not be stored.
    pub async fn write_note(&self, workspace: WorkspaceNumber, note: Note) -> Result<(), StoreError> {
        self.shared.queue.administer(Admin::WriteNote(workspace, note)).await.map(drop)
    }

    /// Makes a workspace with this catalog. [`StoreError::InUse`] when the id or the name is taken.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn create_workspace(
        &self,
        id: WorkspaceId,
        name: &str,
        now: Timestamp,
        catalog: &Catalog,
    ) -> Result<Workspace, StoreError> {
        let (name, catalog) = (name.to_owned(), Arc::new(catalog.clone()));
        let command = Admin::CreateWorkspace { id, name: name.clone(), now, catalog };
        let number = WorkspaceNumber(self.shared.queue.administer(command).await?.cast_signed());
        Ok(Workspace { number, id, name, created_at: now })
    }

    /// All workspaces, in the order they were made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        self.shared.backend.workspaces().await
    }

    /// Stores a key under the hash of its secret. [`StoreError::InUse`] when the hash is taken.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn create_key(&self, hash: &KeyHash, key: &Key) -> Result<(), StoreError> {
        self.shared.queue.administer(Admin::CreateKey(*hash, key.clone())).await.map(drop)
    }

    /// All keys, in the order they were made, revoked ones too.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_keys(&self) -> Result<Vec<Key>, StoreError> {
        self.shared.backend.keys(None).await
    }

    /// Marks a key as revoked; `false` when there is none with this id. Revoking twice keeps the first time.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn revoke_key(&self, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.shared.queue.administer(Admin::RevokeKey(id, now)).await? > 0)
    }

    /// The key with this hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_key(&self, hash: &KeyHash) -> Result<Option<Key>, StoreError> {
        Ok(self.shared.backend.keys(Some(*hash)).await?.into_iter().next())
    }

    /// Whether a read and the writer work.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.shared.backend.workspaces().await?;
        self.shared.queue.administer(Admin::Check).await.map(drop)
    }

    /// Checks everything that is stored: the database itself, and that contacts, look-ups and events agree.
    /// Reads all of it.
    ///
    /// # Errors
    /// What the database says, beyond what [`Verified`] tells.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        self.shared.backend.verify().await
    }

    /// What the writer has done so far.
    pub fn writer_stats(&self) -> WriterStats {
        WriterStats { log_bytes: self.shared.backend.log_bytes(), ..self.shared.queue.stats() }
    }
}

fn by_ids(workspace: WorkspaceNumber, ids: impl Iterator<Item = uuid::Uuid>) -> Keys {
    Keys { ids: ids.map(|id| (workspace, id)).collect(), ..Keys::default() }
}

fn sqlite_path(location: &Location) -> Result<std::path::PathBuf, StoreError> {
    match location {
        Location::Sqlite(path) => Ok(path.clone()),
        Location::Postgres(_) => Err(StoreError::Closing),
    }
}

/// Runs what waits for the disk on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    // It fails only when the runtime shuts down, or on a panic.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Closing))
}
