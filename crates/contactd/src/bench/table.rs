//! The result as text for people.

use std::fmt::{self, Display, Formatter};

use super::report::{Case, Report};

/// A report as lines of text.
pub(super) struct Text<'r>(pub(super) &'r Report);

/// A column: its head, and its cell for a number of connections.
type Column = (&'static str, fn(&Case) -> String);

const THROUGH_HTTP: [Column; 10] = [
    ("connections", |case| case.connections.to_string()),
    ("updates/s", |case| format!("{:.0}", case.http.updates_per_second)),
    ("p50 ms", |case| format!("{:.2}", case.http.p50_ms)),
    ("p99 ms", |case| format!("{:.2}", case.http.p99_ms)),
    ("p99.9 ms", |case| format!("{:.2}", case.http.p999_ms)),
    ("max ms", |case| format!("{:.1}", case.http.max_ms)),
    ("CPU ms/update", |case| format!("{:.3}", case.http.cpu_ms_per_update)),
    ("bytes written/update", |case| format!("{:.0}", case.http.bytes_written_per_update)),
    ("raw updates/s", |case| format!("{:.0}", case.raw.updates_per_second)),
    ("share of raw", |case| format!("{:.2}", case.share_of_raw)),
];

const BEHIND_IT: [Column; 8] = [
    ("connections", |case| case.connections.to_string()),
    ("server cores", |case| format!("{:.2}", case.http.server_cores)),
    ("generator cores", |case| format!("{:.2}", case.http.generator_cores)),
    ("raw cores", |case| format!("{:.2}", case.raw.server_cores)),
    ("raw p50 ms", |case| format!("{:.2}", case.raw.p50_ms)),
    ("raw p99 ms", |case| format!("{:.2}", case.raw.p99_ms)),
    ("raw CPU ms/update", |case| format!("{:.3}", case.raw.cpu_ms_per_update)),
    ("raw bytes written/update", |case| format!("{:.0}", case.raw.bytes_written_per_update)),
];

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(report) = self;
        conditions(report, f)?;
        let is_batched = |case: &&Case| report.batching.is_none() || case.batch_max > 1;
        let (batched, single): (Vec<&Case>, Vec<&Case>) = report.cases.iter().partition(is_batched);
        table(&THROUGH_HTTP, &batched, f)?;
        sharing(report, f)?;
        table(&BEHIND_IT, &batched, f)?;
        if let Some(batching) = &report.batching {
            writeln!(f, "\nWith batches of one:\n")?;
            table(&THROUGH_HTTP, &single, f)?;
            writeln!(
                f,
                "\nBatches make {:.1} times as many updates at {} connections, {:.1} times without HTTP.",
                batching.http, batching.connections, batching.raw
            )?;
        }
        server(report, f)
    }
}

fn conditions(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    let Report { version, machine, settings, seeding, .. } = report;
    writeln!(
        f,
        "contactd {version}: updates of title, status, one tag and two custom fields of random contacts,"
    )?;
    writeln!(f, "durable before the answer, which is the whole record")?;
    writeln!(
        f,
        "{} contacts of {} bytes, made at {:.0} a second; the file has {:.0} MB",
        settings.contacts,
        seeding.contact_bytes,
        seeding.contacts_per_second,
        megabytes(seeding.database_bytes)
    )?;
    let kind = machine.file_system.as_deref().unwrap_or("a file system of unknown kind");
    writeln!(
        f,
        "{} cores; the database is on {kind}, a flush takes {:.2} ms",
        machine.cores, machine.flush_ms
    )?;
    if kind == "tmpfs" {
        writeln!(f, "NOTE: nothing on tmpfs is durable; give --database-folder a folder on a disk")?;
    }
    writeln!(
        f,
        "{} s each after {} s of warm-up, raw and HTTP in turns; medians of {} rounds, max: of all\n",
        settings.seconds, settings.warmup_seconds, settings.rounds
    )
}

fn sharing(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "\nraw: the same batch writer in this process, without HTTP, keys and rendering.")?;
    writeln!(
        f,
        "The load generator shares the {} cores with the server and takes time from it; cores kept busy:\n",
        report.machine.cores
    )
}

fn server(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    let server = &report.server;
    writeln!(f)?;
    writeln!(f, "start               {:>6.0} ms", server.start_ms)?;
    writeln!(f, "memory idle         {:>6.1} MB", megabytes(server.idle_bytes))?;
    writeln!(f, "memory under load   {:>6.1} MB", megabytes(server.peak_bytes))?;
    writeln!(f, "log at most         {:>6.1} MB", megabytes(server.log_max_bytes))
}

/// Columns as wide as their heads or their widest cells, two spaces apart, aligned to the right.
fn table(columns: &[Column], cases: &[&Case], f: &mut Formatter<'_>) -> fmt::Result {
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|(head, _)| (*head).to_owned()).collect()];
    lines.extend(cases.iter().map(|case| columns.iter().map(|(_, cell)| cell(case)).collect()));
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(String::len).max();
    let widths: Vec<usize> = (0..columns.len()).filter_map(width).collect();
    for line in &lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        writeln!(f, "{}", cells.join("  "))?;
    }
    Ok(())
}

/// In units of 2^20, as `VmRSS` of the kernel counts.
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
