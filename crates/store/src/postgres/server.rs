//! A PostgreSQL server: its URL, and connections to it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{
    ClientWrapper, Connect, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
    Timeouts,
};
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, Row};

use super::pipeline::{self, Failed, Param, ROUND_TRIP_MAX, Sql, Step};
use super::settings::{self, CONNECT_MAX, Settings};
use super::tls::Tls;
use crate::StoreError;

/// How long a host may take to let in, when there is another. Less than a healthy one ever needs, more than a broken one
/// should hold anybody up.
const HOST_MAX: Duration = Duration::from_secs(2);

/// After how long a copy that is away is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a read of a copy takes at most, before the main database is read instead.
const READ_MAX: Duration = Duration::from_secs(3);

/// How long work on the whole database takes at most.
const LONG_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Connects to the first host that lets in. The driver's own way would wait for a host that takes connections and then
/// says nothing, as one does that is frozen.
struct Hosts {
    configs: Vec<Config>,
    tls: Tls,
}

impl Connect for Hosts {
    fn connect(&self, whole: &Config) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), Error>> {
        let last = self.configs.last().unwrap_or(whole).clone();
        Box::pin(async move {
            let others = self.configs.split_last().map_or(&[][..], |(_, others)| others);
            for config in others {
                match timeout(HOST_MAX, self.tls.open(config)).await {
                    Ok(Ok(opened)) => return Ok(opened),
                    Ok(Err(fault)) => tracing::debug!(%fault, "a host of the database does not let in"),
                    Err(_) => tracing::debug!("a host of the database does not answer"),
                }
            }
            self.tls.open(&last).await
        })
    }
}

/// What a URL names, and the connections to it; clones share them.
#[derive(Clone)]
pub(super) struct Server {
    pool: Pool,
    is_prepared: bool,
    connect_max: Duration,
    /// Until when nobody tries to connect who can do without.
    away_until: Arc<Mutex<Option<Instant>>>,
}

/// How the server plans statements. A pooler may give transactions other connections than those where this was set;
/// then they are only slower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Planning {
    /// For what reads whole tables.
    Each,
    /// For what looks things up: once, for all that is ever looked up.
    Once,
}

impl Planning {
    /// Everything is looked up by key. What the server knows of its tables misleads it while they are new or growing
    /// fast, and reading a whole table, or workspace, for a few keys is the worst that it can do: above all for as long
    /// as a plan is kept.
    fn settings(self) -> &'static str {
        match self {
            Self::Each => {
                "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
            }
            Self::Once => {
                "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                 SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan"
            }
        }
    }
}

/// A connection that goes back when it is dropped, unless it was in the middle of something.
pub(super) struct Session {
    client: Option<Object>,
    is_prepared: bool,
    longest: Duration,
    /// In the middle of a statement, or after one that failed.
    is_dirty: AtomicBool,
    /// In the middle of a transaction.
    is_open: AtomicBool,
    /// The server said that it cannot do what it should, or nothing.
    is_away: AtomicBool,
}

impl Server {
    /// Connects when a connection is first needed; `connections` at most.
    pub(super) fn new(url: &str, connections: usize, planning: Planning) -> Result<Self, StoreError> {
        let Settings { config, tls, hosts, is_prepared } = settings::read(url)?;
        let others = u32::try_from(hosts.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let connect_max = CONNECT_MAX.saturating_add(HOST_MAX.saturating_mul(others));
        let limits =
            Timeouts { wait: Some(CONNECT_MAX), create: Some(connect_max), recycle: Some(CONNECT_MAX) };
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_connect(config, Hosts { configs: hosts, tls }, recycling))
            .max_size(connections.max(1))
            .timeouts(limits)
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(move |client: &mut ClientWrapper, _| {
                Box::pin(async move {
                    client.batch_execute(planning.settings()).await.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|fault| StoreError::Unavailable(Arc::new(fault)))?;
        Ok(Self { pool, is_prepared, connect_max, away_until: Arc::default() })
    }

    pub(super) async fn session(&self) -> Result<Session, StoreError> {
        let got = timeout(CONNECT_MAX + self.connect_max, self.pool.get()).await;
        let client = got.map_err(|elapsed| StoreError::Unavailable(Arc::new(elapsed)))??;
        let (is_dirty, is_open, is_away) = Default::default();
        let (client, longest) = (Some(client), ROUND_TRIP_MAX);
        Ok(Session { client, is_prepared: self.is_prepared, longest, is_dirty, is_open, is_away })
    }

    /// A connection, unless the server was just found to be away.
    pub(super) async fn session_unless_away(&self) -> Option<Session> {
        {
            let mut until = self.away_until();
            if until.is_some_and(|until| Instant::now() < until) {
                return None;
            }
            // Whoever comes first after that tries; meanwhile the others do without.
            *until = until.map(|_| Instant::now() + CONNECT_MAX + READ_MAX);
        }
        match self.session().await {
            Ok(mut session) => {
                session.longest = READ_MAX;
                Some(session)
            }
            Err(fault) => {
                self.note_away(&fault);
                None
            }
        }
    }

    /// Notes that the server does not answer.
    pub(super) fn note_away(&self, fault: &dyn std::error::Error) {
        tracing::warn!(%fault, "the read database is away; the main one is read");
        *self.away_until() = Some(Instant::now() + TRY_AGAIN_AFTER);
    }

    /// Notes that it does.
    pub(super) fn note_back(&self) {
        let mut until = self.away_until();
        if until.is_some() {
            *until = None;
        }
    }

    fn away_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.away_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives no more connections.
    pub(super) fn close(&self) {
        self.pool.close();
    }
}

impl Session {
    /// The same for what reads all of the database, or waits for somebody who changes all of it.
    pub(super) fn patient(mut self) -> Self {
        self.longest = LONG_MAX;
        self
    }

    /// Sends `first`, the steps and `last` together; see [`pipeline::run`].
    pub(super) async fn run(
        &self,
        first: &str,
        steps: &[Step<'_>],
        last: &str,
    ) -> Result<Vec<Vec<Row>>, Failed> {
        let client = self.client().map_err(Failed::Broken)?;
        // Until it is known what came of it; a future that is dropped meanwhile never knows.
        self.is_dirty.store(true, Ordering::Relaxed);
        let done = pipeline::run(client, self.is_prepared, self.longest, first, steps, last).await;
        if let Err(failed) = &done {
            self.is_away.fetch_or(failed.is_away(), Ordering::Relaxed);
        } else if !last.is_empty() {
            self.is_open.store(false, Ordering::Relaxed);
        } else if first.starts_with("BEGIN") {
            self.is_open.store(true, Ordering::Relaxed);
        }
        self.is_dirty.store(done.is_err(), Ordering::Relaxed);
        done
    }

    /// Whether the server said that it cannot do what it should, or nothing.
    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// One statement.
    pub(super) async fn query(
        &self,
        sql: &'static Sql,
        params: Vec<Param<'_>>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.run("", &[Step::new(sql, params)], "").await?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    /// One statement that is made up at run time; it is not kept.
    pub(super) async fn ask(
        &self,
        text: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, StoreError> {
        self.is_dirty.store(true, Ordering::Relaxed);
        let asked = timeout(self.longest, self.client()?.query_typed(text, params)).await;
        let rows = asked.map_err(|elapsed| StoreError::Unavailable(Arc::new(elapsed)))??;
        self.is_dirty.store(false, Ordering::Relaxed);
        Ok(rows)
    }

    /// Statements without parameters and rows.
    pub(super) async fn execute(&self, text: &str) -> Result<(), StoreError> {
        Ok(self.client()?.batch_execute(text).await?)
    }

    fn client(&self) -> Result<&ClientWrapper, StoreError> {
        Ok(self.client.as_ref().ok_or(StoreError::Closing)?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let is_unfit = [&self.is_dirty, &self.is_open].into_iter().any(|each| each.load(Ordering::Relaxed));
        if is_unfit && let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_urls_are_told_without_their_passwords() {
        for url in [
            "postgres://jane:secret@db:port/x",
            "postgres://jane:secret@db:99999/x",
            "postgres://jane:secret@db/x?unknown=1",
            "postgres://jane:secret@db/x?sslmode=maybe",
            "postgres://jane:%ff%secret@db/x?connect_timeout=soon",
        ] {
            let Err(fault) = settings::read(url) else { panic!("{url}") };
            let said = chain(&fault);
            assert!(!said.contains("secret"), "{url}: {said}");
            assert!(Server::new(url, 1, Planning::Each).is_err());
        }
    }

    fn chain(fault: &StoreError) -> String {
        let mut said = fault.to_string();
        let mut cause = std::error::Error::source(fault);
        while let Some(each) = cause {
            said = format!("{said}: {each}");
            cause = each.source();
        }
        said
    }

    #[tokio::test]
    async fn nobody_there_is_away() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let server = Server::new(&format!("postgres://jane@{address}/x"), 1, Planning::Each).unwrap();
        assert!(matches!(server.session().await.map(drop), Err(StoreError::Unavailable(_))));
        assert!(server.session_unless_away().await.is_none());
        assert!(server.away_until.lock().unwrap().is_some());
        server.close();
        assert!(matches!(server.session().await.map(drop), Err(StoreError::Closing)));
        let nowhere = Server::new("postgres://jane@no.such.host.invalid/x", 1, Planning::Each).unwrap();
        assert!(matches!(nowhere.session().await.map(drop), Err(StoreError::Unavailable(_))));
    }
}
