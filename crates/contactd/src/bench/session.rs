//! Rounds of measurements on the database of a run, and the database growing in between.

use std::time::Duration;

use super::child::Server;
use super::database::Database;
use super::load::{Plan, Watched, drive};
use super::operation::Operation;
use super::process::Process;
use super::report::{self, Case, Figures, Point, Round, Seeding};
use super::seed::{self, Seeded};
use super::statistics::{largest, median, quotient};
use super::{http, raw};
use crate::cli::BenchArgs;
use crate::progress::{Progress, Unwatched};

/// How long a server rests before its memory is read.
pub(super) const SETTLE: Duration = Duration::from_millis(100);

/// What is measured in every round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) operation: Operation,
    pub(super) connections: usize,
    pub(super) batch_max: usize,
}

/// A run on its own database.
pub(super) struct Session<'a> {
    args: &'a BenchArgs,
    progress: Progress,
    pub(super) database: Database,
    pub(super) seeded: Seeded,
    starts: Vec<Start>,
    log_max_bytes: Option<u64>,
    events: u64,
}

/// A server's life, seen from outside.
#[derive(Clone, Copy, Debug)]
struct Start {
    took: Duration,
    idle_bytes: u64,
    peak_bytes: u64,
}

/// Writes in one commit at most, if not said otherwise.
pub(super) fn usual_batch() -> usize {
    app::Options::default().batch_max
}

impl<'a> Session<'a> {
    /// Makes the database, without contacts.
    pub(super) async fn start(args: &'a BenchArgs, database: Database) -> anyhow::Result<Self> {
        let store = raw::open(database.location(), usual_batch()).await?;
        let seeded = seed::prepare(&store).await;
        store.close().await;
        let progress = Progress::new(Unwatched::Nothing);
        let (starts, log_max_bytes) = (Vec::new(), None);
        Ok(Self { args, progress, database, seeded: seeded?, starts, log_max_bytes, events: 0 })
    }

    /// Says what goes on.
    pub(super) fn show(&self, text: &str) {
        self.progress.show(text);
    }

    /// Makes contacts until there are so many.
    pub(super) async fn grow(&mut self, contacts: u64) -> anyhow::Result<Seeding> {
        let store = raw::open(self.database.location(), usual_batch()).await?;
        let filled = self.seeded.grow(&store, contacts, &self.progress).await;
        store.close().await;
        let filled = filled?;
        if filled.writes == 0 {
            // A load made more contacts than this already, and more events than were counted.
            self.lengthen(0).await?;
        } else {
            self.events = filled.events;
        }
        let seconds = filled.took.as_secs_f64();
        Ok(Seeding {
            contacts: self.seeded.workload.people(),
            made: filled.writes,
            seconds,
            contacts_per_second: quotient(filled.writes as f64, seconds),
            contact_bytes: filled.contact_bytes,
            database_bytes: self.database.bytes()?,
        })
    }

    /// Makes the history longer by so many updates, and at least one, which tells how long it is.
    pub(super) async fn lengthen(&mut self, updates: u64) -> anyhow::Result<()> {
        let store = raw::open(self.database.location(), usual_batch()).await?;
        let filled = self.seeded.lengthen(&store, updates.max(1), &self.progress).await;
        store.close().await;
        self.events = filled?.events;
        Ok(())
    }

    /// All rounds of all kinds. A round has every kind, so that a noisy minute does not fall on one alone.
    pub(super) async fn cases(&mut self, kinds: &[Kind]) -> anyhow::Result<Vec<Case>> {
        let mut rounds: Vec<Vec<Round>> = kinds.iter().map(|_| Vec::new()).collect();
        let contacts = self.seeded.workload.people();
        for number in 1..=self.args.rounds {
            for (kind, rounds) in kinds.iter().zip(&mut rounds) {
                let Kind { operation, connections, batch_max } = kind;
                let (operation, of) = (operation.name(), self.args.rounds);
                self.progress.show(&format!(
                    "{contacts} contacts, round {number} of {of}: {operation}, {connections} connections, \
                     batches of {batch_max} at most"
                ));
                rounds.push(self.round(number, *kind).await?);
            }
        }
        let case =
            |(kind, rounds): (&Kind, _)| Case::new(kind.operation, kind.connections, kind.batch_max, rounds);
        Ok(kinds.iter().zip(rounds).map(case).collect())
    }

    /// The same, as points of a database that grows.
    pub(super) async fn points(&mut self, kinds: &[Kind]) -> anyhow::Result<Vec<Point>> {
        let (contacts, events) = (self.seeded.workload.people(), self.events);
        let database_bytes = self.database.bytes()?;
        let point =
            |case| Point { contacts, events, database_bytes, case, http_of_first: 1.0, raw_of_first: 1.0 };
        Ok(self.cases(kinds).await?.into_iter().map(point).collect())
    }

    /// Both measurements, in turns: the second meets what the first left the disk to do.
    async fn round(&mut self, number: u32, kind: Kind) -> anyhow::Result<Round> {
        if number.is_multiple_of(2) {
            let http = self.http(kind).await?;
            return Ok(Round { http, raw: self.raw(kind).await? });
        }
        let raw = self.raw(kind).await?;
        Ok(Round { http: self.http(kind).await?, raw })
    }

    /// One measurement without HTTP.
    async fn raw(&mut self, kind: Kind) -> anyhow::Result<Figures> {
        let store = raw::open(self.database.location(), kind.batch_max).await?;
        let clients = (0..kind.connections).map(|_| self.seeded.raw(&store)).collect();
        let watched = Watched::new(Process::this(), &self.database);
        let workload = &self.seeded.workload;
        let measured = drive(clients, workload, kind.operation, self.plan(), &watched).await;
        store.close().await;
        let measured = measured?;
        self.log_max_bytes = self.log_max_bytes.max(measured.log_bytes);
        Ok(Figures::new(&measured))
    }

    /// One measurement through HTTP.
    async fn http(&mut self, kind: Kind) -> anyhow::Result<Figures> {
        let server = Server::start(self.database.location(), kind.batch_max).await?;
        tokio::time::sleep(SETTLE).await;
        let idle_bytes = server.process().memory()?.now_bytes;
        let clients = http::connect(server.address(), kind.connections, &self.seeded.secret).await?;
        let watched = Watched::new(server.process(), &self.database);
        let workload = &self.seeded.workload;
        let measured = drive(clients, workload, kind.operation, self.plan(), &watched).await?;
        let peak_bytes = server.process().memory()?.peak_bytes;
        self.starts.push(Start { took: server.started_in(), idle_bytes, peak_bytes });
        self.log_max_bytes = self.log_max_bytes.max(measured.log_bytes);
        server.stop().await?;
        Ok(Figures::new(&measured))
    }

    fn plan(&self) -> Plan {
        Plan {
            warmup: Duration::from_secs_f64(self.args.warmup),
            measured: Duration::from_secs_f64(self.args.seconds),
        }
    }

    /// What was seen of servers since this was last asked.
    pub(super) fn server(&mut self) -> report::Server {
        let starts = std::mem::take(&mut self.starts);
        report::Server {
            start_ms: median(starts.iter().map(|start| start.took.as_secs_f64() * 1000.0)),
            idle_bytes: median(starts.iter().map(|start| start.idle_bytes as f64)) as u64,
            peak_bytes: largest(starts.iter().map(|start| start.peak_bytes)),
            log_max_bytes: self.log_max_bytes.take(),
        }
    }
}
