//! PostgreSQL: one database, any number of nodes, each with writers and a pool of connections for reading.

mod administer;
mod bits;
mod facets;
mod fault;
mod history;
mod keys;
mod last_changes;
mod last_events;
mod lease;
mod list;
mod listen;
mod load;
mod looked_up;
mod migrate;
mod pictures;
mod pipeline;
mod records;
mod requests;
mod revisions;
mod row;
mod save;
mod server;
mod settings;
mod single;
mod sort_keys;
mod texts;
mod tls;
mod transfer;
mod values;
mod verify;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use model::{ChannelKind, Contact, Event, KeyId, RecordKind};
use tokio::task::JoinSet;
use uuid::Uuid;

use self::load::{Claims, Loading, Locking};
use self::pipeline::Sql;
use self::server::{Planning, Server, Session};
pub(crate) use self::transfer::PostgresEnd;
pub(crate) use self::writer::PostgresWriter;
use crate::backend::{Backend, KeysWanted, Loaded, Wanted};
use crate::catalogs::Catalogs;
use crate::last_events::Notes;
use crate::revision::RevisedKind;
use crate::{
    CarriedOut, ContactQuery, DocumentPage, HistoryQuery, Key, Location, Options, Picture, RecordPage,
    RecordQuery, StoreError, StoredIndex, Verified, Workspace, WorkspaceNumber,
};

/// The reading half.
pub(crate) struct Postgres {
    primary: Server,
    /// Where contacts and events are read; the primary itself, or a copy that follows it.
    replica: Option<Server>,
    _listener: JoinSet<()>,
}

static IS_DURABLE: Sql = Sql {
    text: "SELECT current_setting('synchronous_commit') <> 'off', current_setting('fsync') = 'on'",
    types: &[],
};

impl Postgres {
    /// Connects, migrates, and makes the writers.
    pub(crate) async fn open(
        url: &str,
        options: &Options,
        catalogs: Arc<Catalogs>,
    ) -> Result<(Self, Vec<PostgresWriter>), StoreError> {
        let primary = Server::new(url, options.readers, Planning::Once)?;
        let session = primary.session().await?.patient();
        migrate::run(&session).await?;
        transfer::refuse_unfinished(&session).await?;
        texts::make_missing(&session).await?;
        let rows = session.query(&IS_DURABLE, Vec::new()).await?;
        let (is_durable, is_flushed) = match rows.first() {
            Some(row) => (row::get(row, 0)?, row::get(row, 1)?),
            None => (false, false),
        };
        if !is_flushed {
            tracing::warn!(
                "the database server runs with fsync off: what is stored is lost with its machine"
            );
        }
        drop(session);
        let replica = match &options.read_from {
            Some(Location::Postgres(url)) => Some(Server::new(url, options.readers, Planning::Once)?),
            Some(Location::Sqlite(_)) | None => None,
        };
        let last_rows = Arc::default();
        let writer =
            |_| Ok(PostgresWriter::new(Server::new(url, 1, Planning::Once)?, is_durable, &last_rows));
        let writers = (0..options.writers.max(1)).map(writer).collect::<Result<_, StoreError>>()?;
        Ok((Self { primary, replica, _listener: listen::start(url, catalogs) }, writers))
    }

    pub(crate) fn close(&self) {
        self.primary.close();
        self.replica.iter().for_each(Server::close);
    }
}

/// Reads what may be a little behind: from the copy, where there is one and it answers, else from the main database.
macro_rules! reading {
    ($self:ident, $session:ident => $read:expr) => {{
        if let Some(replica) = &$self.replica
            && let Some(copy) = replica.session_unless_away().await
        {
            let $session = &copy;
            match $read.await {
                Err(StoreError::Unavailable(fault)) => replica.note_away(&*fault),
                done => {
                    replica.note_back();
                    return done;
                }
            }
        }
        let $session = &$self.primary.session().await?;
        $read.await
    }};
}

async fn load(session: &Session, wanted: &Wanted) -> Result<Loaded, StoreError> {
    let loading = Loading::new(wanted, Locking::None, Claims::Sought);
    // A single statement sees one state anyway.
    let (begin, commit) = match loading.steps().len() {
        0 | 1 => ("", ""),
        _ => ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "COMMIT"),
    };
    let rows = session.run(begin, loading.steps(), commit).await?;
    loading.read(rows)
}

impl Backend for Postgres {
    async fn load(&self, wanted: Wanted) -> Result<Loaded, StoreError> {
        // Catalogs decide what is written, so they are never behind.
        if !wanted.heads.is_empty() || !wanted.catalogs.is_empty() {
            return load(&self.primary.session().await?, &wanted).await;
        }
        reading!(self, session => load(session, &wanted))
    }

    async fn contacts_with_channel(
        &self,
        workspace: WorkspaceNumber,
        kind: ChannelKind,
        value: String,
        limit: u32,
    ) -> Result<Vec<Arc<Contact>>, StoreError> {
        reading!(self, session => list::by_channel(session, workspace, &kind, &value, limit))
    }

    async fn list_contacts(
        &self,
        workspace: WorkspaceNumber,
        query: ContactQuery,
    ) -> Result<DocumentPage, StoreError> {
        reading!(self, session => list::list(session, workspace, &query))
    }

    async fn list_records(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        query: RecordQuery,
    ) -> Result<RecordPage, StoreError> {
        reading!(self, session => records::page(session, workspace, kind, &query))
    }

    async fn history(
        &self,
        workspace: WorkspaceNumber,
        query: HistoryQuery,
    ) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
        reading!(self, session => history::history(session, workspace, &query))
    }

    async fn events(
        &self,
        workspace: WorkspaceNumber,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StoreError> {
        reading!(self, session => history::events(session, workspace, after, limit))
    }

    async fn notes(&self, workspace: WorkspaceNumber) -> Result<Option<Notes>, StoreError> {
        reading!(self, session => last_events::notes(session, workspace))
    }

    async fn indexes(&self) -> Result<Vec<StoredIndex>, StoreError> {
        values::indexes(&self.primary.session().await?).await
    }

    async fn workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        administer::workspaces(&self.primary.session().await?).await
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        verify::verify(&self.primary.session().await?.patient()).await
    }

    async fn keys(&self, which: KeysWanted) -> Result<Vec<Key>, StoreError> {
        administer::keys(&self.primary.session().await?, which).await
    }

    async fn revisions(
        &self,
        what: (RevisedKind, Uuid),
        before: u64,
        limit: u32,
    ) -> Result<Vec<(u64, String)>, StoreError> {
        revisions::find(&self.primary.session().await?, what, before, limit).await
    }

    /// Shown right after it was stored, so it is never behind.
    async fn picture(&self, workspace: WorkspaceNumber, id: Uuid) -> Result<Option<Picture>, StoreError> {
        pictures::find(&self.primary.session().await?, workspace, id).await
    }

    /// What was just carried out counts, so it is never behind.
    async fn carried_out(
        &self,
        workspaces: Vec<WorkspaceNumber>,
        api_key: KeyId,
        hash: Uuid,
    ) -> Result<Vec<CarriedOut>, StoreError> {
        requests::find(&self.primary.session().await?, &workspaces, api_key, hash).await
    }

    async fn crowded_keys(&self, most: u64) -> Result<Vec<(WorkspaceNumber, KeyId, u64)>, StoreError> {
        requests::crowded(&self.primary.session().await?.patient(), most).await
    }

    async fn take_lease(
        &self,
        name: &str,
        holder: Uuid,
        length: Duration,
    ) -> Result<Option<u64>, StoreError> {
        lease::take(&self.primary.session().await?, name, holder, length).await
    }

    async fn give_back_lease(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        lease::give_back(&self.primary.session().await?, name, holder).await
    }
}
