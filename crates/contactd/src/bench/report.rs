//! The result: what `--json` writes and tables are made from. Knows neither how it was measured nor how it looks.

use serde::Serialize;

use super::load::Measured;
use super::machine::Machine;
use super::statistics::{median, quotient};

/// Everything that a run found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The version of contactd.
    pub(crate) version: String,
    pub(crate) machine: Machine,
    pub(crate) settings: Settings,
    pub(crate) seeding: Seeding,
    pub(crate) server: Server,
    /// By connections, in the order asked for; those with batches of one last.
    pub(crate) cases: Vec<Case>,
    /// What batches are worth, if asked for.
    pub(crate) batching: Option<Batching>,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Settings {
    pub(crate) contacts: u64,
    /// Of each measurement.
    pub(crate) seconds: u64,
    /// Before each measurement.
    pub(crate) warmup_seconds: u64,
    /// Measurements of each kind.
    pub(crate) rounds: u32,
}

/// How the contacts were made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Seeding {
    pub(crate) seconds: f64,
    pub(crate) contacts_per_second: f64,
    /// The stored size of one contact.
    pub(crate) contact_bytes: usize,
    /// The size of the file with all of them.
    pub(crate) database_bytes: u64,
}

/// The server as a process.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Server {
    /// From its start to the line that says that it listens, on the full database; the median of all starts.
    pub(crate) start_ms: f64,
    /// In memory when it had just started; the median.
    pub(crate) idle_bytes: u64,
    /// In memory at most.
    pub(crate) peak_bytes: u64,
    /// The longest that the write-ahead log was, with and without HTTP.
    pub(crate) log_max_bytes: u64,
}

/// One number of connections.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Case {
    pub(crate) connections: usize,
    /// Updates in one commit at most.
    pub(crate) batch_max: usize,
    /// Through HTTP: the median of the rounds, but the longest of their longest latencies.
    pub(crate) http: Figures,
    /// Straight to the store, the same.
    pub(crate) raw: Figures,
    /// Updates per second through HTTP by those of the raw writer: the median of the rounds' quotients.
    pub(crate) share_of_raw: f64,
    pub(crate) rounds: Vec<Round>,
}

/// One measurement of each kind, one right after the other.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Round {
    pub(crate) http: Figures,
    pub(crate) raw: Figures,
}

/// One measurement.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) updates_per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    pub(crate) max_ms: f64,
    /// CPU time of the process that stores. Of the raw writer this includes making up the updates.
    pub(crate) cpu_ms_per_update: f64,
    pub(crate) bytes_written_per_update: f64,
    /// Cores that the process that stores kept busy.
    pub(crate) server_cores: f64,
    /// Cores that the load generator kept busy; with the raw writer, both are one process.
    pub(crate) generator_cores: f64,
}

/// What batches are worth: updates per second with them by those without.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Batching {
    pub(crate) connections: usize,
    pub(crate) http: f64,
    pub(crate) raw: f64,
}

impl Case {
    /// Sums up its rounds.
    pub(super) fn new(connections: usize, batch_max: usize, rounds: Vec<Round>) -> Self {
        let share = |round: &Round| quotient(round.http.updates_per_second, round.raw.updates_per_second);
        Self {
            connections,
            batch_max,
            http: Figures::middle(&rounds.iter().map(|round| &round.http).collect::<Vec<_>>()),
            raw: Figures::middle(&rounds.iter().map(|round| &round.raw).collect::<Vec<_>>()),
            share_of_raw: median(rounds.iter().map(share)),
            rounds,
        }
    }
}

impl Figures {
    pub(super) fn new(measured: Measured) -> Self {
        let updates = measured.latencies.count() as f64;
        let seconds = measured.took.as_secs_f64();
        let [p50_ms, p99_ms, p999_ms, max_ms] = measured.latencies.percentiles_ms([0.5, 0.99, 0.999, 1.0]);
        Self {
            updates_per_second: quotient(updates, seconds),
            p50_ms,
            p99_ms,
            p999_ms,
            max_ms,
            cpu_ms_per_update: quotient(measured.server.cpu.as_secs_f64() * 1000.0, updates),
            bytes_written_per_update: quotient(measured.server.written_bytes as f64, updates),
            server_cores: quotient(measured.server.cpu.as_secs_f64(), seconds),
            generator_cores: quotient(measured.generator.cpu.as_secs_f64(), seconds),
        }
    }

    /// The median of each figure, but the longest latency of all.
    fn middle(all: &[&Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(all.iter().map(|each| figure(each)));
        Self {
            updates_per_second: of(|each| each.updates_per_second),
            p50_ms: of(|each| each.p50_ms),
            p99_ms: of(|each| each.p99_ms),
            p999_ms: of(|each| each.p999_ms),
            max_ms: all.iter().map(|each| each.max_ms).fold(0.0, f64::max),
            cpu_ms_per_update: of(|each| each.cpu_ms_per_update),
            bytes_written_per_update: of(|each| each.bytes_written_per_update),
            server_cores: of(|each| each.server_cores),
            generator_cores: of(|each| each.generator_cores),
        }
    }
}
