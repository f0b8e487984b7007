//! `contactd bench`: how many durable updates a second this machine does through HTTP, beside the same store
//! without HTTP.
//!
//! Measuring (`load`, `process`), running (this file, `seed`, `child`) and showing (`report`, `table`) are
//! apart: a report is plain data.

mod child;
mod http;
mod load;
mod machine;
mod process;
mod progress;
mod raw;
mod records;
mod report;
mod seed;
mod statistics;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::TempDir;

use self::child::Server;
use self::load::{Plan, Watched, drive};
use self::machine::Machine;
use self::process::Process;
use self::progress::Progress;
use self::report::{Batching, Case, Figures, Report, Round, Seeding, Settings};
use self::seed::Seeded;
use self::statistics::{largest, median, quotient};
use crate::cli::BenchArgs;
use crate::serve::stop_signal;

/// How long a server rests before its idle memory is read.
const SETTLE: Duration = Duration::from_millis(100);

/// Measures, prints, and removes everything it made, also when it is asked to stop.
pub(crate) async fn run(args: BenchArgs) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let report = tokio::select! {
        report = measure(&args) => report?,
        () = stop => bail!("stopped before the end"),
    };
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report).context("cannot write the result as JSON")?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut out = std::io::stdout().lock();
    write!(out, "{}", table::Text(&report)).context("cannot write to standard output")?;
    Ok(out.flush()?)
}

/// What is measured in every round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    connections: usize,
    batch_max: usize,
}

/// A run on its own database.
struct Bench<'a> {
    args: &'a BenchArgs,
    progress: Progress,
    database: PathBuf,
    seeded: Seeded,
    starts: Vec<Start>,
    log_max_bytes: u64,
}

/// A server's life, seen from outside.
#[derive(Clone, Copy, Debug)]
struct Start {
    took: Duration,
    idle_bytes: u64,
    peak_bytes: u64,
}

async fn measure(args: &BenchArgs) -> anyhow::Result<Report> {
    let folder = temporary(args.database_folder.as_deref())?;
    let progress = Progress::new();
    let machine = Machine::look(folder.path())?;
    let database = folder.path().join("bench.db");
    let seeded = seed::seed(&database, args.contacts, &progress).await?;
    let seeding = Seeding {
        seconds: seeded.took.as_secs_f64(),
        contacts_per_second: quotient(args.contacts as f64, seeded.took.as_secs_f64()),
        contact_bytes: seeded.contact_bytes,
        database_bytes: std::fs::metadata(&database).context("cannot see the database")?.len(),
    };
    let mut bench = Bench { args, progress, database, seeded, starts: Vec::new(), log_max_bytes: 0 };
    let cases = bench.cases().await?;
    Ok(Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        machine,
        settings: Settings {
            contacts: args.contacts,
            seconds: args.seconds,
            warmup_seconds: args.warmup,
            rounds: args.rounds,
        },
        seeding,
        server: bench.server(),
        batching: args.batch_of_one.then(|| batching(&cases)).flatten(),
        cases,
    })
}

fn temporary(parent: Option<&Path>) -> anyhow::Result<TempDir> {
    let made = match parent {
        Some(parent) => TempDir::with_prefix_in("contactd-bench-", parent),
        None => TempDir::with_prefix("contactd-bench-"),
    };
    made.map_err(|fault| {
        anyhow::anyhow!("hint: --database-folder names a folder that exists and is writable")
            .context(fault)
            .context("cannot make a folder for the database")
    })
}

impl Bench<'_> {
    /// All rounds of all kinds. A round has every kind, so that a noisy minute does not fall on one alone.
    async fn cases(&mut self) -> anyhow::Result<Vec<Case>> {
        let kinds = kinds(self.args);
        let mut rounds: Vec<Vec<Round>> = kinds.iter().map(|_| Vec::new()).collect();
        for number in 1..=self.args.rounds {
            for (kind, rounds) in kinds.iter().zip(&mut rounds) {
                let Kind { connections, batch_max } = kind;
                let of = self.args.rounds;
                self.progress.show(&format!(
                    "round {number} of {of}: {connections} connections, batches of {batch_max} at most"
                ));
                rounds.push(self.round(number, *kind).await?);
            }
        }
        let case = |(kind, rounds): (Kind, _)| Case::new(kind.connections, kind.batch_max, rounds);
        Ok(kinds.into_iter().zip(rounds).map(case).collect())
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
        let store = raw::open(&self.database, kind.batch_max).await?;
        let clients = raw::clients(&store, kind.connections, self.seeded.workspace, self.seeded.key);
        let watched = Watched { server: Process::this(), database: self.database.clone() };
        let measured = drive(clients, &self.seeded.updates, self.plan(), &watched).await;
        store.close().await;
        let measured = measured?;
        self.log_max_bytes = self.log_max_bytes.max(measured.log_bytes);
        Ok(Figures::new(measured))
    }

    /// One measurement through HTTP.
    async fn http(&mut self, kind: Kind) -> anyhow::Result<Figures> {
        let server = Server::start(&self.database, kind.batch_max).await?;
        tokio::time::sleep(SETTLE).await;
        let idle_bytes = server.process().memory()?.now_bytes;
        let clients = http::connect(server.address(), kind.connections, &self.seeded.secret).await?;
        let watched = Watched { server: server.process(), database: self.database.clone() };
        let measured = drive(clients, &self.seeded.updates, self.plan(), &watched).await?;
        let peak_bytes = server.process().memory()?.peak_bytes;
        self.starts.push(Start { took: server.started_in(), idle_bytes, peak_bytes });
        self.log_max_bytes = self.log_max_bytes.max(measured.log_bytes);
        server.stop().await?;
        Ok(Figures::new(measured))
    }

    fn plan(&self) -> Plan {
        Plan {
            warmup: Duration::from_secs(self.args.warmup),
            measured: Duration::from_secs(self.args.seconds),
        }
    }

    fn server(&self) -> report::Server {
        report::Server {
            start_ms: median(self.starts.iter().map(|start| start.took.as_secs_f64() * 1000.0)),
            idle_bytes: median(self.starts.iter().map(|start| start.idle_bytes as f64)) as u64,
            peak_bytes: largest(self.starts.iter().map(|start| start.peak_bytes)),
            log_max_bytes: self.log_max_bytes,
        }
    }
}

/// What to measure, in the order of the options; batches of one last.
fn kinds(args: &BenchArgs) -> Vec<Kind> {
    let batch_max = app::Options::default().batch_max;
    let connections = args.connections.iter().map(|count| usize::from(*count));
    let mut kinds: Vec<Kind> = connections.map(|connections| Kind { connections, batch_max }).collect();
    if args.batch_of_one {
        let connections = largest(kinds.iter().map(|kind| kind.connections));
        kinds.push(Kind { connections, batch_max: 1 });
    }
    kinds
}

/// Compares batches of one with the batches of the same number of connections.
fn batching(cases: &[Case]) -> Option<Batching> {
    let single = cases.iter().find(|case| case.batch_max == 1)?;
    let batched = cases.iter().find(|case| case.batch_max > 1 && case.connections == single.connections)?;
    let worth = |of: fn(&Round) -> f64| {
        median(batched.rounds.iter().zip(&single.rounds).map(|(many, one)| quotient(of(many), of(one))))
    };
    Some(Batching {
        connections: single.connections,
        http: worth(|round| round.http.updates_per_second),
        raw: worth(|round| round.raw.updates_per_second),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn args(options: &[&str]) -> Result<BenchArgs, String> {
        let words = ["contactd", "bench"].iter().chain(options);
        match Cli::try_parse_from(words).map_err(|fault| fault.to_string())?.command {
            Command::Bench(args) => Ok(args),
            other => Err(format!("{other:?}")),
        }
    }

    fn pairs(options: &[&str]) -> Vec<(usize, usize)> {
        let kinds = kinds(&args(options).unwrap());
        kinds.iter().map(|kind| (kind.connections, kind.batch_max)).collect()
    }

    #[test]
    fn the_options_say_what_is_measured() {
        assert_eq!(pairs(&[]), [(1, 256), (32, 256), (256, 256)]);
        assert_eq!(pairs(&["--connections", "8,2", "--batch-of-one"]), [(8, 256), (2, 256), (8, 1)]);
        let defaults = args(&[]).unwrap();
        assert_eq!((defaults.contacts, defaults.seconds, defaults.json), (100_000, 5, None));
    }

    #[test]
    fn nothing_can_be_measured_with_nothing() {
        for options in [
            ["--connections", "0"],
            ["--connections", "1,,2"],
            ["--connections", ""],
            ["--contacts", "0"],
            ["--seconds", "0"],
            ["--rounds", "0"],
        ] {
            assert!(args(&options).is_err(), "{options:?}");
        }
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named_with_a_hint() {
        let fault = temporary(Some(Path::new("/no/such/folder"))).unwrap_err();
        assert!(fault.chain().any(|cause| cause.to_string().contains("/no/such/folder")), "{fault:?}");
        assert!(fault.chain().any(|cause| cause.to_string().starts_with("hint: ")), "{fault:?}");
    }

    fn case(batch_max: usize, rates: &[f64]) -> Case {
        let figures = |updates_per_second| Figures {
            updates_per_second,
            p50_ms: 0.0,
            p99_ms: 0.0,
            p999_ms: 0.0,
            max_ms: 1.0 / updates_per_second,
            cpu_ms_per_update: 0.0,
            bytes_written_per_update: 0.0,
            server_cores: 0.0,
            generator_cores: 0.0,
        };
        let round = |rate: &f64| Round { http: figures(*rate), raw: figures(2.0 * rate) };
        Case::new(4, batch_max, rates.iter().map(round).collect())
    }

    #[test]
    fn rounds_are_summed_up_by_their_medians() {
        let case = case(256, &[10.0, 50.0, 20.0]);
        assert_eq!((case.http.updates_per_second, case.raw.updates_per_second), (20.0, 40.0));
        assert_eq!((case.share_of_raw, case.http.max_ms), (0.5, 0.1));
    }

    #[test]
    fn batches_are_compared_round_by_round() {
        let cases = [case(256, &[60.0, 10.0]), case(1, &[10.0, 5.0])];
        let batching = batching(&cases).unwrap();
        assert_eq!((batching.connections, batching.http), (4, 4.0));
        assert!(super::batching(&cases[..1]).is_none());
    }
}
