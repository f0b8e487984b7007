//! A database of its own for each test, and short forms for what tests write.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use model::{
    Actor, Aliases, Catalog, Change, ChannelKind, ChannelWrite, Contact, ContactId, Dialect, Edit, KeyId,
    NamePart, OnConflict, Record, Ref, Stamp, Timestamp, Violation, ViolationKind, WorkspaceId,
};
use store::{
    Action, Authored, Compat, ContactQuery, Key, Location, Options, Outcome, RecordOutcome, RecordWrite,
    Scope, Store, StoreError, WorkspaceNumber, Write,
};
use testdb::Session;
use uuid::Uuid;

/// A database that is gone when it is dropped.
pub(crate) struct Database {
    place: testdb::Database,
    clock: AtomicU64,
}

/// A store with one workspace.
pub(crate) struct Served {
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceNumber,
}

/// Another connection's transaction, during which no write is carried out.
pub(crate) enum Held {
    Sqlite(rusqlite::Connection),
    Postgres(Session),
}

/// A new, empty database of the kind that this program is about.
pub(crate) fn database() -> Database {
    Database { place: crate::empty(), clock: AtomicU64::new(1) }
}

/// A new database with one workspace, opened for serving with one writer, so that writes that wait together are one
/// batch.
pub(crate) async fn served() -> (Database, Served) {
    let database = Database { place: crate::with_schema(), clock: AtomicU64::new(1) };
    let served = database.serve(Options { writers: 1, ..Options::default() }).await;
    (database, served)
}

/// Makes the schema of a new database.
pub(crate) async fn make_schema(url: String) {
    Store::open_beside(&url.parse().unwrap()).await.unwrap().close().await;
}

impl Database {
    /// Another place for the same records: its times and ids go on after those of this one.
    pub(crate) fn other(&self, place: testdb::Database) -> Database {
        Database { place, clock: AtomicU64::new(self.clock.load(Ordering::Relaxed)) }
    }

    pub(crate) fn location(&self) -> Location {
        self.place.argument().parse().unwrap()
    }

    /// Opens the database, and makes its first workspace if there is none.
    pub(crate) async fn serve(&self, options: Options) -> Served {
        let store = Store::open(&self.location(), options).await.unwrap();
        let workspace = match store.list_workspaces().await.unwrap().first() {
            Some(workspace) => workspace.number,
            None => self.workspace(&store, "first").await,
        };
        Served { store, workspace }
    }

    pub(crate) async fn workspace(&self, store: &Store, name: &str) -> WorkspaceNumber {
        let id = WorkspaceId(Uuid::from_u128(self.tick().into()));
        store.create_workspace(id, name, by(0), &Catalog::default(), None).await.unwrap().number
    }

    /// Keeps the writer of a served database from getting on with a batch.
    pub(crate) fn lock(&self) -> Held {
        match self.location() {
            Location::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch("BEGIN IMMEDIATE").unwrap();
                Held::Sqlite(connection)
            }
            Location::Postgres(url) => {
                let mut session = Session::open(&url);
                session.run("BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE");
                Held::Postgres(session)
            }
        }
    }

    /// Makes the writer take this write and wait with it until the lock is released. What is queued meanwhile is
    /// one batch.
    pub(crate) async fn hold<W: Future + Send + 'static>(
        &self,
        served: &Served,
        write: W,
    ) -> (Held, Pin<Box<W>>) {
        let held = self.lock();
        let mut write = Box::pin(write);
        poll_fn(|context| {
            assert!(write.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        while served.store.writer_stats().waiting > 0 {
            tokio::task::yield_now().await;
        }
        (held, write)
    }

    /// A number that no call gave before.
    pub(crate) fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    /// An id later than all before.
    pub(crate) fn id(&self) -> ContactId {
        ContactId(Uuid::from_u128(u128::from(self.tick()) << 32))
    }

    pub(crate) fn write(&self, workspace: WorkspaceNumber, action: Action) -> Write {
        let tick = self.tick();
        Write {
            workspace,
            actor: Actor { key: None, dialect: Dialect::Native, request_id: None },
            stamp: Stamp { now: at(tick), seed: Uuid::from_u128((u128::from(tick) << 32) + 1) },
            policy: None,
            claim: None,
            action,
        }
    }

    pub(crate) fn create(
        &self,
        served: &Served,
        change: Change,
    ) -> impl Future<Output = Result<Outcome, StoreError>> + use<> {
        let action = Action::Create { id: self.id(), number: None, change };
        served.run(self.write(served.workspace, action))
    }

    pub(crate) fn update(
        &self,
        served: &Served,
        contact: &Contact,
        change: Change,
    ) -> impl Future<Output = Result<Outcome, StoreError>> + use<> {
        let action = Action::Update { contact: by_id(contact.id), change };
        served.run(self.write(served.workspace, action))
    }

    pub(crate) fn delete(
        &self,
        served: &Served,
        contact: &Contact,
    ) -> impl Future<Output = Result<Outcome, StoreError>> + use<> {
        served.run(
            self.write(served.workspace, Action::Delete { contact: by_id(contact.id), precondition: None }),
        )
    }

    pub(crate) fn undo(
        &self,
        served: &Served,
        event: u64,
        on_conflict: OnConflict,
    ) -> impl Future<Output = Result<Outcome, StoreError>> + use<> {
        served.run(self.write(served.workspace, Action::Undo { event, on_conflict }))
    }
}

impl Held {
    pub(crate) fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("ROLLBACK").unwrap(),
            Self::Postgres(mut session) => drop(session.run("ROLLBACK")),
        }
    }
}

impl Served {
    /// Queues a write of a contact, when the result is first polled.
    pub(crate) fn run(&self, write: Write) -> impl Future<Output = Result<Outcome, StoreError>> + use<> {
        let store = self.store.clone();
        async move { Ok(store.write(write).await?.contact().unwrap()) }
    }

    pub(crate) async fn get(&self, id: ContactId) -> Option<Arc<Contact>> {
        self.store.find_contact(self.workspace, &by_id(id)).await.unwrap()
    }
}

/// Does something to a database behind the store's back.
pub(crate) fn behind(location: &Location, sql: &str) {
    match location {
        Location::Sqlite(path) => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
        Location::Postgres(url) => drop(Session::open(url).run(sql)),
    }
}

/// A write in contactd's own name at the beginning of time.
pub(crate) fn own_write(workspace: WorkspaceNumber, action: Action) -> Write {
    Write {
        workspace,
        actor: Actor { key: None, dialect: Dialect::Native, request_id: None },
        stamp: Stamp { now: at(0), seed: Uuid::nil() },
        policy: None,
        claim: None,
        action,
    }
}

/// Replaces the catalog of a workspace.
pub(crate) async fn write_catalog(
    store: &Store,
    workspace: WorkspaceNumber,
    catalog: Catalog,
) -> Result<Arc<Catalog>, StoreError> {
    let outcome = store.write(own_write(workspace, Action::Catalog(Box::new(catalog)))).await?;
    Ok(outcome.catalog().unwrap().catalog)
}

/// Stores a record, new or read at a revision.
pub(crate) async fn put(
    store: &Store,
    workspace: WorkspaceNumber,
    record: impl Into<Record>,
    expected: Option<u64>,
) -> Result<RecordOutcome, StoreError> {
    let write = RecordWrite::Put { record: Box::new(record.into()), expected };
    Ok(store.write(own_write(workspace, Action::Record(write))).await?.record().unwrap())
}

pub(crate) fn everything() -> ContactQuery {
    ContactQuery { limit: 100, ..ContactQuery::default() }
}

/// A key of the first workspace.
pub(crate) fn key(id: u128) -> Key {
    Key {
        id: KeyId(Uuid::from_u128(id)),
        name: format!("key {id}"),
        workspaces: vec![WorkspaceNumber(1)],
        scopes: vec![Scope::Read, Scope::Write],
        dialects: vec![Dialect::Zingle, Dialect::Callbell],
        compat: Some(Compat::Observed),
        strict: Some(true),
        policy: None,
        demand_version: false,
        rate: None,
        revision: 1,
        created_at: at(1),
        expires_at: None,
        revoked_at: None,
        used_at: None,
        former_of: None,
    }
}

/// contactd's own commands, at this time.
pub(crate) fn by(millis: u64) -> Authored {
    let actor = Actor { key: None, dialect: Dialect::Native, request_id: None };
    Authored { at: at(millis), actor, undoes: None }
}

pub(crate) fn at(tick: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + i64::try_from(tick).unwrap())
}

pub(crate) fn by_id(id: ContactId) -> Ref {
    Ref::uuid(Dialect::Native, &id.to_string())
}

pub(crate) fn edit(edit: Edit) -> Change {
    edits([edit])
}

pub(crate) fn edits(edits: impl IntoIterator<Item = Edit>) -> Change {
    let mut change = Change::default();
    edits.into_iter().for_each(|edit| change.push("member", edit));
    change
}

pub(crate) fn named(name: &str) -> Change {
    edit(name_edit(name))
}

pub(crate) fn name_edit(name: &str) -> Edit {
    Edit::Name(NamePart::Full, Some(name.to_owned()))
}

pub(crate) fn aliased(dialect: Dialect, alias: &str) -> Change {
    edit(Edit::Aliases(dialect, vec![alias.to_owned()]))
}

pub(crate) fn exclusive_email(value: &str) -> Change {
    let mut channel = ChannelWrite::new("email", ChannelKind::Email, value);
    channel.exclusive = true;
    edit(Edit::ReplaceChannelsOf(ChannelKind::Email, vec![channel]))
}

pub(crate) fn aliases(contact: &Contact) -> Aliases {
    contact.aliases.clone()
}

/// All violations of a refused write.
pub(crate) fn violations<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Vec<Violation> {
    match result {
        Err(StoreError::Rejected(rejection)) => rejection.violations,
        other => panic!("expected violations, got {other:?}"),
    }
}

/// The only violation of a refused write: where, and what.
pub(crate) fn violation<T: std::fmt::Debug>(result: Result<T, StoreError>) -> (String, ViolationKind) {
    let [violation] = violations(result).try_into().unwrap();
    (violation.at, violation.kind)
}

/// What is in use already.
pub(crate) fn in_use<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::InUse(what)) => what,
        other => panic!("expected InUse, got {other:?}"),
    }
}

/// Runs all at the same time, and gives the results in the order of the futures.
pub(crate) async fn all<T: Send + 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut set = tokio::task::JoinSet::new();
    let mut count = 0;
    for (index, future) in futures.into_iter().enumerate() {
        set.spawn(async move { (index, future.await) });
        count += 1;
    }
    let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
    while let Some(done) = set.join_next().await {
        let (index, result) = done.unwrap();
        results[index] = Some(result);
    }
    results.into_iter().map(Option::unwrap).collect()
}
