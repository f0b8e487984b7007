//! Sends updates from many clients at a time and measures what comes of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::task::JoinSet;

use super::process::{Process, Usage};
use super::records::{Update, Updates};
use super::statistics::Latencies;

/// What updates are sent to, by one client that waits for each answer.
pub(super) trait Target: Send + 'static {
    /// Carries out one update; an error when it is not durable or not answered as promised.
    fn update(&mut self, update: &Update) -> impl Future<Output = anyhow::Result<()>> + Send;
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
    /// The process that stores.
    pub(super) server: Process,
    /// The database.
    pub(super) database: PathBuf,
}

/// What was measured.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// From the first measured update to the last.
    pub(super) took: Duration,
    pub(super) latencies: Latencies,
    /// What the process that stores has used.
    pub(super) server: Usage,
    /// What this process has used.
    pub(super) generator: Usage,
    /// The longest that the write-ahead log was.
    pub(super) log_bytes: u64,
}

const WARMUP: u8 = 0;
const MEASURE: u8 = 1;
const STOP: u8 = 2;

/// How often the length of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Drives all targets at once. Fails with the first update that fails.
pub(super) async fn drive<T: Target>(
    targets: Vec<T>,
    updates: &Arc<Updates>,
    plan: Plan,
    watched: &Watched,
) -> anyhow::Result<Measured> {
    let phase = Arc::new(AtomicU8::new(WARMUP));
    let mut clients = JoinSet::new();
    for target in targets {
        clients.spawn(client(target, Arc::clone(updates), Arc::clone(&phase)));
    }
    let mut measured = tokio::select! {
        measured = watch(&phase, plan, watched) => measured?,
        ended = clients.join_next() => {
            ended.context("there are no clients")?.context("a client broke off")??;
            bail!("a client ended too early");
        }
    };
    while let Some(ended) = clients.join_next().await {
        measured.latencies.append(ended.context("a client broke off")??);
    }
    Ok(measured)
}

/// Sends one update after the other; remembers how long those took that were answered in the measured time.
async fn client<T: Target>(
    mut target: T,
    updates: Arc<Updates>,
    phase: Arc<AtomicU8>,
) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    loop {
        let update = updates.next().context("there is nothing to update")?;
        let started = Instant::now();
        target.update(&update).await?;
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
    let mut log_bytes = 0;
    while let Some(left) = plan.measured.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) {
        tokio::time::sleep(left.min(LOOK_EVERY)).await;
        log_bytes = log_bytes.max(log_length(&watched.database));
    }
    phase.store(STOP, Ordering::Relaxed);
    Ok(Measured {
        took: started.elapsed(),
        latencies: Latencies::default(),
        server: watched.server.usage()?.since(server),
        generator: Process::this().usage()?.since(generator),
        log_bytes,
    })
}

/// The length of a database's write-ahead log; zero when there is none.
fn log_length(database: &Path) -> u64 {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    std::fs::metadata(PathBuf::from(name)).map_or(0, |metadata| metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::records;

    struct Nothing(bool);

    impl Target for Nothing {
        async fn update(&mut self, _: &Update) -> anyhow::Result<()> {
            tokio::task::yield_now().await;
            if self.0 { bail!("refused") } else { Ok(()) }
        }
    }

    async fn driven(targets: Vec<Nothing>) -> anyhow::Result<Measured> {
        let mut catalog = model::Catalog::default();
        records::extend(&mut catalog);
        let contact = model::ContactId(app::Clock::fresh_id(&app::SystemClock));
        let updates = Arc::new(Updates::new(vec![contact], &catalog));
        let plan = Plan { warmup: Duration::ZERO, measured: Duration::from_millis(1) };
        let watched = Watched { server: Process::this(), database: PathBuf::from("no-such.db") };
        drive(targets, &updates, plan, &watched).await
    }

    #[tokio::test]
    async fn it_lasts_as_long_as_planned() {
        let measured = driven(vec![Nothing(false), Nothing(false)]).await.unwrap();
        assert!(measured.took >= Duration::from_millis(1));
        assert_eq!(measured.log_bytes, 0);
    }

    #[tokio::test]
    async fn a_failed_update_fails_the_run() {
        let fault = driven(vec![Nothing(false), Nothing(true)]).await.unwrap_err();
        assert_eq!(fault.to_string(), "refused");
    }
}
