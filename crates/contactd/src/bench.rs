//! `contactd bench`: what this machine does through HTTP (durable updates, reads, mixed loads), beside the same
//! store without HTTP.
//!
//! Measuring (`load`, `process`, `memory`), running (this file, `session`, `seed`, `child`) and showing
//! (`sections`, `text`, `html`, `plots`) are apart: a report is plain data.

mod child;
mod database;
mod html;
mod http;
mod load;
mod machine;
mod memory;
mod operation;
mod plot;
mod plots;
mod process;
mod raw;
mod records;
mod report;
mod routes;
mod sections;
mod seed;
mod session;
mod statistics;
mod text;
mod workload;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use self::database::Database;
use self::machine::Machine;
pub(crate) use self::operation::Operation;
use self::report::{Batching, Point, Report, Settings};
use self::session::{Kind, Session, usual_batch};
use self::statistics::largest;
use crate::cli::BenchArgs;
use crate::serve::stop_signal;

/// Measures, prints, and removes everything it made, also when it is asked to stop.
pub(crate) async fn run(args: BenchArgs) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let report = tokio::select! {
        report = measure(&args) => report?,
        () = stop => bail!("stopped before the end"),
    };
    let sections = sections::of(&report);
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report).context("cannot write the result as JSON")?;
        save(path, &(text + "\n"))?;
    }
    if let Some(path) = &args.html {
        save(path, &html::page(&sections)?)?;
    }
    if let Some(folder) = &args.svg {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for plot in sections.iter().flat_map(|section| &section.plots) {
            save(&folder.join(plot.file()), &plot.svg()?)?;
        }
    }
    let mut out = std::io::stdout().lock();
    write!(out, "{}", text::Text(&sections)).context("cannot write to standard output")?;
    Ok(out.flush()?)
}

fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

async fn measure(args: &BenchArgs) -> anyhow::Result<Report> {
    let connections = largest(args.connections.iter().chain(&args.idle_connections).copied());
    memory::raise_file_limit(connections.into())?;
    let database = Database::of(args)?;
    let machine = Machine::look(database.folder())?;
    let kind = database.kind();
    let mut session = Session::start(args, database).await?;
    let mut seeding = Vec::new();
    let (mut cases, mut server) = (Vec::new(), None);
    let (mut sizes, mut histories) = (Vec::new(), Vec::new());
    for contacts in ascending(args.sizes.iter().chain([&args.contacts])) {
        seeding.push(session.grow(contacts).await?);
        if args.sizes.contains(&contacts) {
            sizes.extend(session.points(&growth_kinds(args)).await?);
        }
        if args.contacts == contacts {
            // What was seen of servers on a smaller database does not count.
            session.server();
            cases = session.cases(&kinds(args)).await?;
            server = Some(session.server());
        }
    }
    if !args.events.is_empty() {
        let mut appended = 0;
        for events in [0].into_iter().chain(ascending(&args.events)) {
            session.lengthen(events - appended).await?;
            appended = events;
            histories.extend(session.points(&growth_kinds(args)).await?);
        }
    }
    Point::compare(&mut sizes);
    Point::compare(&mut histories);
    let idle_connections = match args.idle_connections {
        Some(count) => Some(session.idle_connections(count.into()).await?),
        None => None,
    };
    let slow_reader = match args.slow_reader {
        true => Some(session.slow_reader(Duration::from_secs_f64(args.seconds)).await?),
        false => None,
    };
    let routes = match args.routes {
        true => session.routes().await?,
        false => Vec::new(),
    };
    Ok(Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        machine,
        settings: Settings {
            database: kind,
            operations: operations(args),
            contacts: args.contacts,
            seconds: args.seconds,
            warmup_seconds: args.warmup,
            rounds: args.rounds,
        },
        seeding,
        server: server.context("nothing was measured")?,
        batching: Batching::of(&cases),
        cases,
        sizes,
        histories,
        idle_connections,
        slow_reader,
        routes,
    })
}

/// Each of them once, the smallest first.
fn ascending<'a>(numbers: impl IntoIterator<Item = &'a u64>) -> Vec<u64> {
    let mut numbers: Vec<u64> = numbers.into_iter().copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What to measure, each once. Those that make contacts come last: the others shall find what was asked for.
fn operations(args: &BenchArgs) -> Vec<Operation> {
    let mut operations = Vec::new();
    for operation in &args.operations {
        if !operations.contains(operation) {
            operations.push(*operation);
        }
    }
    operations.sort_by_key(|operation| operation.adds());
    operations
}

/// What to measure, in the order of the options; batches of one last.
fn kinds(args: &BenchArgs) -> Vec<Kind> {
    let (batch_max, operations) = (usual_batch(), operations(args));
    let connections = || args.connections.iter().map(|count| usize::from(*count));
    let of = |operation: &Operation| {
        let operation = *operation;
        connections().map(move |connections| Kind { operation, connections, batch_max })
    };
    let mut kinds: Vec<Kind> = operations.iter().flat_map(of).collect();
    if args.batch_of_one {
        let connections = largest(connections());
        let writing = operations.into_iter().filter(|operation| operation.writes());
        kinds.extend(writing.map(|operation| Kind { operation, connections, batch_max: 1 }));
    }
    kinds
}

/// Connections with which a growing database is measured, if they are among those asked for.
const GROWTH_CONNECTIONS: u16 = 32;

/// What to measure on a growing database.
fn growth_kinds(args: &BenchArgs) -> Vec<Kind> {
    let all = &args.connections;
    let connections = match all.contains(&GROWTH_CONNECTIONS) {
        true => GROWTH_CONNECTIONS,
        false => largest(all.iter().copied()),
    };
    let kind = |operation| Kind { operation, connections: connections.into(), batch_max: usual_batch() };
    operations(args).into_iter().map(kind).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn args(options: &[&str]) -> Result<Box<BenchArgs>, String> {
        let words = ["contactd", "bench"].iter().chain(options);
        match Cli::try_parse_from(words).map_err(|fault| fault.to_string())?.command {
            Command::Bench(args) => Ok(args),
            other => Err(format!("{other:?}")),
        }
    }

    fn triples(kinds: &[Kind]) -> Vec<(&'static str, usize, usize)> {
        kinds.iter().map(|kind| (kind.operation.name(), kind.connections, kind.batch_max)).collect()
    }

    #[test]
    fn the_options_say_what_is_measured() {
        let of = |options: &[&str]| triples(&kinds(&args(options).unwrap()));
        assert_eq!(of(&[]), [("update", 1, 256), ("update", 32, 256), ("update", 256, 256)]);
        assert_eq!(
            of(&["--connections", "8,2", "--batch-of-one", "--operation", "create,get,update,get"]),
            [
                ("get", 8, 256),
                ("get", 2, 256),
                ("update", 8, 256),
                ("update", 2, 256),
                ("create", 8, 256),
                ("create", 2, 256),
                ("update", 8, 1),
                ("create", 8, 1),
            ]
        );
        let defaults = args(&[]).unwrap();
        assert_eq!((defaults.contacts, defaults.seconds, &defaults.json), (100_000, 5.0, &None));
    }

    #[test]
    fn a_growing_database_is_measured_with_one_number_of_connections() {
        let of = |options: &[&str]| triples(&growth_kinds(&args(options).unwrap()));
        assert_eq!(of(&["--operation", "get,list"]), [("get", 32, 256), ("list", 32, 256)]);
        assert_eq!(of(&["--connections", "8,64,2"]), [("update", 64, 256)]);
        assert_eq!(ascending(&[5, 1, 5, 3]), [1, 3, 5]);
    }

    #[test]
    fn nothing_can_be_measured_with_nothing() {
        for options in [
            ["--connections", "0"],
            ["--connections", "1,,2"],
            ["--connections", ""],
            ["--contacts", "0"],
            ["--seconds", "0"],
            ["--seconds", "NaN"],
            ["--warmup", "-1"],
            ["--rounds", "0"],
            ["--sizes", "0"],
            ["--events", "0"],
            ["--idle-connections", "0"],
            ["--operation", ""],
            ["--operation", "fly"],
        ] {
            assert!(args(&options).is_err(), "{options:?}");
        }
    }

    #[test]
    fn a_database_is_a_folder_or_a_url_and_not_both() {
        assert!(args(&["--database", "postgres://localhost/x", "--database-folder", "/tmp"]).is_err());
    }
}
