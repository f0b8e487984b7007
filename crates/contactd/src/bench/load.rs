//! Sends requests from many clients at a time and measures what comes of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::task::JoinSet;

use super::database::Database;
use super::operation::Operation;
use super::process::{Process, Usage};
use super::statistics::Latencies;
use super::workload::{Request, Workload};

/// What requests are sent to, by one client that waits for each answer.
pub(super) trait Target: Send + 'static {
    /// Carries out one request; an error when it is not durable or not answered as promised.
    fn carry_out(&mut self, request: &Request) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// For how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) warmup: Duration,
    pub(super) measured: Duration,
}

/// What is looked at from outside meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    /// The process that answers.
    server: Process,
    /// The write-ahead log of the database; `None` when other processes write the database's files.
    log: Option<PathBuf>,
}

impl Watched {
    pub(super) fn new(server: Process, database: &Database) -> Self {
        Self { server, log: database.log() }
    }

    /// The length of the log now; zero when there is none yet.
    fn log_bytes(&self) -> Option<u64> {
        let log = self.log.as_ref()?;
        Some(std::fs::metadata(log).map_or(0, |metadata| metadata.len()))
    }
}

/// What was measured.
#[derive(Debug)]
pub(super) struct Measured {
    /// From the first measured request to the last.
    pub(super) took: Duration,
    pub(super) latencies: Latencies,
    /// CPU time of the process that answers.
    pub(super) server_cpu: Duration,
    /// CPU time of this process.
    pub(super) generator_cpu: Duration,
    /// What the process that answers has written; `None` when others do that.
    pub(super) written_bytes: Option<u64>,
    /// The longest that the write-ahead log was; `None` when nobody can see it.
    pub(super) log_bytes: Option<u64>,
}

const WARMUP: u8 = 0;
const MEASURE: u8 = 1;
const STOP: u8 = 2;

/// How often the length of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Drives all targets at once. Fails with the first request that fails.
pub(super) async fn drive<T: Target>(
    targets: Vec<T>,
    workload: &Arc<Workload>,
    operation: Operation,
    plan: Plan,
    watched: &Watched,
) -> anyhow::Result<Measured> {
    let phase = Arc::new(AtomicU8::new(WARMUP));
    let mut clients = JoinSet::new();
    for target in targets {
        clients.spawn(client(target, Arc::clone(workload), operation, Arc::clone(&phase)));
    }
    let mut measured = tokio::select! {
        measured = watch(&phase, plan, watched) => measured?,
        ended = clients.join_next() => {
            ended.context("there are no clients")?.context("a client broke off")??;
            bail!("a client ended too early");
        }
    };
    while let Some(ended) = clients.join_next().await {
        measured.latencies.append(&ended.context("a client broke off")??)?;
    }
    Ok(measured)
}

/// Sends one request after the other; remembers how long those took that were answered in the measured time.
async fn client<T: Target>(
    mut target: T,
    workload: Arc<Workload>,
    operation: Operation,
    phase: Arc<AtomicU8>,
) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::new()?;
    loop {
        let request = workload.next(operation).context("there are no contacts")?;
        let started = Instant::now();
        target.carry_out(&request).await?;
        let took = started.elapsed();
        match phase.load(Ordering::Relaxed) {
            WARMUP => {}
            MEASURE => latencies.record(took),
            _ => return Ok(latencies),
        }
    }
}

/// Keeps the time, and reads the counters at its two ends.
async fn watch(phase: &AtomicU8, plan: Plan, watched: &Watched) -> anyhow::Result<Measured> {
    tokio::time::sleep(plan.warmup).await;
    let (server, generator) = (watched.server.usage()?, Process::this().usage()?);
    phase.store(MEASURE, Ordering::Relaxed);
    let started = Instant::now();
    let mut log_bytes = watched.log_bytes();
    while let Some(left) = plan.measured.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) {
        tokio::time::sleep(left.min(LOOK_EVERY)).await;
        log_bytes = log_bytes.max(watched.log_bytes());
    }
    phase.store(STOP, Ordering::Relaxed);
    let took = started.elapsed();
    let Usage { cpu, written_bytes } = watched.server.usage()?.since(server);
    Ok(Measured {
        took,
        latencies: Latencies::new()?,
        server_cpu: cpu,
        generator_cpu: Process::this().usage()?.since(generator).cpu,
        written_bytes: watched.log.is_some().then_some(written_bytes),
        log_bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::records;

    struct Nothing(bool);

    impl Target for Nothing {
        async fn carry_out(&mut self, _: &Request) -> anyhow::Result<()> {
            tokio::task::yield_now().await;
            if self.0 { bail!("refused") } else { Ok(()) }
        }
    }

    async fn driven(targets: Vec<Nothing>, log: Option<PathBuf>) -> anyhow::Result<Measured> {
        let mut workload = Workload::new(&records::tests::catalog()).unwrap();
        workload.add([model::ContactId(app::Clock::fresh_id(&app::SystemClock))]);
        let plan = Plan { warmup: Duration::ZERO, measured: Duration::from_millis(1) };
        let watched = Watched { server: Process::this(), log };
        drive(targets, &Arc::new(workload), Operation::Mixed, plan, &watched).await
    }

    #[tokio::test]
    async fn it_lasts_as_long_as_planned() {
        let log = Some(PathBuf::from("no-such.db-wal"));
        let measured = driven(vec![Nothing(false), Nothing(false)], log).await.unwrap();
        assert!(measured.took >= Duration::from_millis(1));
        assert_eq!(measured.log_bytes, Some(0));
        assert!(measured.written_bytes.is_some());
    }

    #[tokio::test]
    async fn what_others_write_is_not_claimed() {
        let measured = driven(vec![Nothing(false)], None).await.unwrap();
        assert_eq!((measured.log_bytes, measured.written_bytes), (None, None));
    }

    #[tokio::test]
    async fn a_failed_request_fails_the_run() {
        let fault = driven(vec![Nothing(false), Nothing(true)], None).await.unwrap_err();
        assert_eq!(fault.to_string(), "refused");
    }
}
