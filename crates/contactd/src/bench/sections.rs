//! The result in sections of text, tables and pictures: the same for the terminal and for a page.

use super::memory::{Idle, Slow};
use super::operation::Operation;
use super::plot::Plot;
use super::plots;
use super::report::{Case, Figures, Point, Report, Seeding};
use super::routes::Route;

/// A section.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
    pub(super) plots: Vec<Plot>,
}

/// A part of a section.
pub(super) enum Part {
    /// A paragraph.
    Text(String),
    Table(Table),
}

/// A table of numbers.
pub(super) struct Table {
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A column: its head, in which `{many}` and `{one}` are what is counted, and its cell.
type Column<T> = (&'static str, fn(&T) -> String);

const THROUGH_HTTP: [Column<Case>; 10] = [
    ("connections", |case| case.connections.to_string()),
    ("{many}/s", |case| rate(&case.http)),
    ("p50 ms", |case| format!("{:.2}", case.http.p50_ms)),
    ("p99 ms", |case| format!("{:.2}", case.http.p99_ms)),
    ("p99.9 ms", |case| format!("{:.2}", case.http.p999_ms)),
    ("max ms", |case| format!("{:.1}", case.http.max_ms)),
    ("CPU ms/{one}", |case| cpu(&case.http)),
    ("bytes written/{one}", |case| written(&case.http)),
    ("raw {many}/s", |case| rate(&case.raw)),
    ("share of raw", |case| format!("{:.2}", case.share_of_raw)),
];

const BEHIND_IT: [Column<Case>; 8] = [
    ("connections", |case| case.connections.to_string()),
    ("server cores", |case| format!("{:.2}", case.http.server_cores)),
    ("generator cores", |case| format!("{:.2}", case.http.generator_cores)),
    ("raw cores", |case| format!("{:.2}", case.raw.server_cores)),
    ("raw p50 ms", |case| format!("{:.2}", case.raw.p50_ms)),
    ("raw p99 ms", |case| format!("{:.2}", case.raw.p99_ms)),
    ("raw CPU ms/{one}", |case| cpu(&case.raw)),
    ("raw bytes written/{one}", |case| written(&case.raw)),
];

const GROWING: [Column<Point>; 12] = [
    ("contacts", |point| point.contacts.to_string()),
    ("events", |point| point.events.to_string()),
    ("file MB", |point| megabytes(point.database_bytes)),
    ("{many}/s", |point| rate(&point.case.http)),
    ("of the first", |point| format!("{:.2}", point.http_of_first)),
    ("p50 ms", |point| format!("{:.2}", point.case.http.p50_ms)),
    ("p99 ms", |point| format!("{:.2}", point.case.http.p99_ms)),
    ("CPU ms/{one}", |point| cpu(&point.case.http)),
    ("bytes written/{one}", |point| written(&point.case.http)),
    ("raw {many}/s", |point| rate(&point.case.raw)),
    ("of the first", |point| format!("{:.2}", point.raw_of_first)),
    ("share of raw", |point| format!("{:.2}", point.case.share_of_raw)),
];

const SEEDING: [Column<Seeding>; 5] = [
    ("contacts", |step| step.contacts.to_string()),
    ("made", |step| step.made.to_string()),
    ("seconds", |step| format!("{:.1}", step.seconds)),
    ("a second", |step| format!("{:.0}", step.contacts_per_second)),
    ("file MB", |step| megabytes(step.database_bytes)),
];

const SERVER: [Column<Report>; 4] = [
    ("start ms", |report| format!("{:.0}", report.server.start_ms)),
    ("memory idle MB", |report| megabytes(Some(report.server.idle_bytes))),
    ("memory under load MB", |report| megabytes(Some(report.server.peak_bytes))),
    ("log at most MB", |report| megabytes(report.server.log_max_bytes)),
];

const IDLE: [Column<Idle>; 4] = [
    ("idle connections", |idle| idle.connections.to_string()),
    ("memory before MB", |idle| megabytes(Some(idle.before_bytes))),
    ("with all of them MB", |idle| megabytes(Some(idle.with_all_bytes))),
    ("KB/connection", |idle| format!("{:.1}", idle.bytes_per_connection / 1024.0)),
];

const SLOW: [Column<Slow>; 6] = [
    ("lists asked for", |slow| slow.requests.to_string()),
    ("MB each", |slow| megabytes(Some(slow.answer_bytes))),
    ("MB read", |slow| megabytes(Some(slow.read_bytes))),
    ("memory before MB", |slow| megabytes(Some(slow.before_bytes))),
    ("at most MB", |slow| megabytes(Some(slow.peak_bytes))),
    ("growth MB", |slow| megabytes(Some(slow.growth_bytes))),
];

const ROUTES: [Column<Route>; 5] = [
    ("request", |route| route.name.to_owned()),
    ("p50 ms", |route| format!("{:.2}", route.p50_ms)),
    ("max ms", |route| format!("{:.2}", route.max_ms)),
    ("answer KB", |route| format!("{:.1}", route.answer_bytes as f64 / 1024.0)),
    ("sent", |route| route.request.clone()),
];

/// All sections of a report; the first says what was measured, and on what.
pub(super) fn of(report: &Report) -> Vec<Section> {
    let mut sections = vec![conditions(report)];
    let operations = &report.settings.operations;
    sections.extend(operations.iter().map(|operation| connections(report, *operation)));
    if !report.batching.is_empty() {
        sections.push(batches(report));
    }
    if !report.sizes.is_empty() {
        let plots: [DrawPoints; _] = [plots::cost_by_size, plots::rate_by_size];
        sections.push(growing("Data size", operations, &report.sizes, &plots));
    }
    if !report.histories.is_empty() {
        let plots: [DrawPoints; _] = [plots::rate_by_history];
        sections.push(growing("Length of the history", operations, &report.histories, &plots));
    }
    if !report.routes.is_empty() {
        sections.push(routes(report));
    }
    sections.push(memory(report));
    sections
}

fn conditions(report: &Report) -> Section {
    let Report { version, machine, settings, seeding, .. } = report;
    let mut parts = Vec::new();
    let bytes = seeding.iter().map(|step| step.contact_bytes).max().unwrap_or_default();
    let mut say = |text: String| parts.push(Part::Text(text));
    say(format!(
        "{} contacts of {bytes} bytes in {}. Writes are durable before the answer, which is the whole record.",
        settings.contacts, settings.database
    ));
    let processor = machine.processor.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let kind = machine.file_system.as_deref().unwrap_or("a file system of unknown kind");
    let disk = match machine.flush_ms {
        Some(ms) => format!("the database is on {kind}, a flush takes {ms:.2} ms"),
        None => {
            "the database is kept by other processes, whose CPU time and writes are not counted".to_owned()
        }
    };
    say(format!("{} cores{processor}; {disk}.", machine.cores));
    if machine.file_system.as_deref() == Some("tmpfs") {
        say("NOTE: nothing on tmpfs is durable; give --database-folder a folder on a disk.".to_owned());
    }
    let rounds = match settings.rounds {
        1 => "one round".to_owned(),
        rounds => format!("medians of {rounds} rounds, max: of all"),
    };
    say(format!(
        "{} s each after {} s of warm-up, raw and HTTP in turns; {rounds}.",
        settings.seconds, settings.warmup_seconds
    ));
    say(format!(
        "raw: the same store in this process, without HTTP, keys and rendering. The load generator shares the \
         {} cores with the server and takes time from it.",
        machine.cores
    ));
    parts.push(table(&SEEDING, seeding, None));
    Section { title: format!("contactd {version} bench"), parts, plots: Vec::new() }
}

fn connections(report: &Report, operation: Operation) -> Section {
    let is_batched = |case: &&Case| report.batching.is_empty() || case.batch_max > 1;
    let is_this = |case: &&Case| case.operation == operation && is_batched(case);
    let cases: Vec<&Case> = report.cases.iter().filter(is_this).collect();
    let parts = vec![
        Part::Text(operation.explanation()),
        table(&THROUGH_HTTP, cases.iter().copied(), Some(operation)),
        Part::Text("Cores kept busy, and the raw store:".to_owned()),
        table(&BEHIND_IT, cases.iter().copied(), Some(operation)),
    ];
    let draw = [plots::latency, plots::throughput, plots::cpu];
    let plots = draw.iter().map(|draw| draw(operation, &cases)).collect();
    Section { title: heading(operation), parts, plots }
}

fn batches(report: &Report) -> Section {
    let mut parts = Vec::new();
    for batching in &report.batching {
        let operation = batching.operation;
        let is_single = |case: &&Case| case.operation == operation && case.batch_max == 1;
        parts.push(Part::Text(format!(
            "Batches make {:.1} times as many {} at {} connections, {:.1} times without HTTP. With batches of one:",
            batching.http,
            operation.many(),
            batching.connections,
            batching.raw
        )));
        parts.push(table(&THROUGH_HTTP, report.cases.iter().filter(is_single), Some(operation)));
    }
    Section { title: "Batches".to_owned(), parts, plots: Vec::new() }
}

/// Draws points of one operation.
type DrawPoints = fn(Operation, &[&Point]) -> Plot;

fn growing(title: &str, operations: &[Operation], points: &[Point], draw: &[DrawPoints]) -> Section {
    let (mut parts, mut plots) = (Vec::new(), Vec::new());
    for operation in operations {
        let points: Vec<&Point> = points.iter().filter(|point| point.case.operation == *operation).collect();
        let connections = points.first().map_or(0, |point| point.case.connections);
        parts.push(Part::Text(format!("{} over {connections} connections:", heading(*operation))));
        parts.push(table(&GROWING, points.iter().copied(), Some(*operation)));
        plots.extend(draw.iter().map(|draw| draw(*operation, &points)));
    }
    Section { title: title.to_owned(), parts, plots }
}

fn routes(report: &Report) -> Section {
    let said =
        "One after the other on one connection, with as many contacts as there are in the end:".to_owned();
    let parts = vec![Part::Text(said), table(&ROUTES, &report.routes, None)];
    Section { title: "Single requests".to_owned(), parts, plots: Vec::new() }
}

fn memory(report: &Report) -> Section {
    let mut parts = vec![table(&SERVER, [report], None)];
    if let Some(idle) = &report.idle_connections {
        parts.push(Part::Text("Connections that do nothing, each after one request:".to_owned()));
        parts.push(table(&IDLE, [idle], None));
    }
    if let Some(slow) = &report.slow_reader {
        parts.push(Part::Text(
            "One client that asks for many long lists without waiting, and reads slowly; before: after one such \
             list was read at once."
                .to_owned(),
        ));
        parts.push(table(&SLOW, [slow], None));
    }
    Section { title: "The server".to_owned(), parts, plots: Vec::new() }
}

fn heading(operation: Operation) -> String {
    plots::capital(operation.many())
}

fn table<'t, T: 't>(
    columns: &[Column<T>],
    rows: impl IntoIterator<Item = &'t T>,
    operation: Option<Operation>,
) -> Part {
    let (one, many) = operation.map_or(("", ""), |operation| (operation.one(), operation.many()));
    let head = |(head, _): &Column<T>| head.replace("{one}", one).replace("{many}", many);
    Part::Table(Table {
        heads: columns.iter().map(head).collect(),
        rows: rows.into_iter().map(|row| columns.iter().map(|(_, cell)| cell(row)).collect()).collect(),
    })
}

fn rate(figures: &Figures) -> String {
    format!("{:.0}", figures.operations_per_second)
}

fn cpu(figures: &Figures) -> String {
    format!("{:.3}", figures.cpu_ms_per_operation)
}

fn written(figures: &Figures) -> String {
    figures.bytes_written_per_operation.map_or_else(|| "-".to_owned(), |bytes| format!("{bytes:.0}"))
}

/// In units of 2^20, as `VmRSS` of the kernel counts.
fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{:.1}", bytes as f64 / f64::from(1 << 20)))
}
