//! Which pictures a report has.

use super::operation::Operation;
use super::plot::{Axis, Line, Plot, Scale, number};
use super::report::{Case, Figures, Point};

/// The latency that each share of all operations did not exceed, a line for each number of connections.
pub(super) fn latency(operation: Operation, cases: &[&Case]) -> Plot {
    let shares = [(1.0, "0 %"), (2.0, "50 %"), (10.0, "90 %"), (100.0, "99 %"), (1e3, "99.9 %")];
    let rare = [(1e4, "99.99 %"), (1e5, "99.999 %"), (1e6, "99.9999 %")];
    let line = |case: &&Case| Line {
        name: connections(case.connections),
        points: case.http.percentiles.iter().map(|point| (1.0 / (1.0 - point.share), point.ms)).collect(),
        is_dashed: false,
        is_marked: false,
    };
    let lines: Vec<Line> = cases.iter().map(line).collect();
    let rarest = lines.iter().flat_map(|line| &line.points).map(|(x, _)| *x).fold(1.0, f64::max);
    let shown = shares.into_iter().chain(rare).filter(|(at, _)| *at <= rarest);
    Plot {
        name: format!("latency-{}", operation.name()),
        title: format!("Latency of {} through HTTP", operation.many()),
        x: Axis {
            label: "share of operations that took no longer",
            scale: Scale::Log,
            ticks: shown.map(|(at, text)| (at, text.to_owned())).collect(),
        },
        y: Axis { label: "milliseconds", scale: Scale::Log, ticks: Vec::new() },
        lines,
    }
}

/// Operations per second by connections.
pub(super) fn throughput(operation: Operation, cases: &[&Case]) -> Plot {
    Plot {
        name: format!("throughput-{}", operation.name()),
        title: format!("{} per second", capital(operation.many())),
        x: by_connections(cases),
        y: Axis { label: "per second", scale: Scale::Linear, ticks: Vec::new() },
        lines: both(cases, |case| case.connections as f64, |case| case, |each| each.operations_per_second),
    }
}

/// CPU time per operation by connections.
pub(super) fn cpu(operation: Operation, cases: &[&Case]) -> Plot {
    Plot {
        name: format!("cpu-{}", operation.name()),
        title: format!("CPU time per {}", operation.one()),
        x: by_connections(cases),
        y: Axis { label: "milliseconds of CPU", scale: Scale::Linear, ticks: Vec::new() },
        lines: both(cases, |case| case.connections as f64, |case| case, |each| each.cpu_ms_per_operation),
    }
}

/// CPU time per operation by the number of contacts.
pub(super) fn cost_by_size(operation: Operation, points: &[&Point]) -> Plot {
    let contacts = |point: &&Point| point.contacts as f64;
    Plot {
        name: format!("cost-by-size-{}", operation.name()),
        title: format!("CPU time per {} by contacts in the database", operation.one()),
        x: Axis { label: "contacts", scale: Scale::Log, ticks: ticks(points.iter().map(contacts)) },
        y: Axis { label: "milliseconds of CPU", scale: Scale::Linear, ticks: Vec::new() },
        lines: both(points, contacts, |point| &point.case, |each| each.cpu_ms_per_operation),
    }
}

/// Operations per second by the number of contacts.
pub(super) fn rate_by_size(operation: Operation, points: &[&Point]) -> Plot {
    let contacts = |point: &&Point| point.contacts as f64;
    Plot {
        name: format!("rate-by-size-{}", operation.name()),
        title: format!("{} per second by contacts in the database", capital(operation.many())),
        x: Axis { label: "contacts", scale: Scale::Log, ticks: ticks(points.iter().map(contacts)) },
        y: Axis { label: "per second", scale: Scale::Linear, ticks: Vec::new() },
        lines: both(points, contacts, |point| &point.case, |each| each.operations_per_second),
    }
}

/// Operations per second by the length of the history.
pub(super) fn rate_by_history(operation: Operation, points: &[&Point]) -> Plot {
    let events = |point: &&Point| point.events as f64;
    Plot {
        name: format!("rate-by-history-{}", operation.name()),
        title: format!("{} per second by events in the history", capital(operation.many())),
        x: Axis { label: "events", scale: Scale::Log, ticks: ticks(points.iter().map(events)) },
        y: Axis { label: "per second", scale: Scale::Linear, ticks: Vec::new() },
        lines: both(points, events, |point| &point.case, |each| each.operations_per_second),
    }
}

fn by_connections(cases: &[&Case]) -> Axis {
    let counts = cases.iter().map(|case| case.connections as f64);
    Axis { label: "connections", scale: Scale::Log, ticks: ticks(counts) }
}

/// The measured values themselves.
fn ticks(values: impl Iterator<Item = f64>) -> Vec<(f64, String)> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.into_iter().map(|value| (value, rounded(value))).collect()
}

/// Three digits are enough beside a tick.
fn rounded(value: f64) -> String {
    let unit = 10_f64.powf((value.max(1.0).log10().floor() - 2.0).max(0.0));
    number((value / unit).round() * unit)
}

/// One line through HTTP and one straight to the store.
fn both<T>(
    rows: &[T],
    x: impl Fn(&T) -> f64,
    case: impl Fn(&T) -> &Case,
    y: fn(&Figures) -> f64,
) -> Vec<Line> {
    let line = |name: &str, is_dashed, figures: fn(&Case) -> &Figures| {
        let mut points: Vec<(f64, f64)> = rows.iter().map(|row| (x(row), y(figures(case(row))))).collect();
        points.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        Line { name: name.to_owned(), points, is_dashed, is_marked: true }
    };
    vec![line("through HTTP", false, |case| &case.http), line("raw: the store alone", true, |case| &case.raw)]
}

fn connections(count: usize) -> String {
    if count == 1 { "1 connection".to_owned() } else { format!("{count} connections") }
}

/// With its first letter as a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_rounded_to_three_digits() {
        for (value, text) in [(1.0, "1"), (256.0, "256"), (100_000.0, "100k"), (1_234_567.0, "1.23M")] {
            assert_eq!(rounded(value), text);
        }
    }

    #[test]
    fn titles_begin_with_a_capital() {
        assert_eq!(capital("updates"), "Updates");
        assert_eq!(capital(""), "");
    }
}
