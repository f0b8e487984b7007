//! The result: what `--json` writes and pages are made from. Knows neither how it was measured nor how it looks.

use serde::Serialize;

use super::load::Measured;
use super::machine::Machine;
use super::memory::{Idle, Slow};
use super::operation::Operation;
use super::routes::Route;
use super::statistics::{median, quotient};

/// Everything that a run found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The version of contactd.
    pub(crate) version: String,
    pub(crate) machine: Machine,
    pub(crate) settings: Settings,
    /// How the database was filled, step by step.
    pub(crate) seeding: Vec<Seeding>,
    pub(crate) server: Server,
    /// By operation and connections, in the order asked for; those with batches of one last.
    pub(crate) cases: Vec<Case>,
    /// What batches are worth, for each operation that writes, if asked for.
    pub(crate) batching: Vec<Batching>,
    /// Each operation at each size, if asked for.
    pub(crate) sizes: Vec<Point>,
    /// Each operation at each length of the history, if asked for.
    pub(crate) histories: Vec<Point>,
    /// What idle connections cost, if asked for.
    pub(crate) idle_connections: Option<Idle>,
    /// What a slow reader costs, if asked for.
    pub(crate) slow_reader: Option<Slow>,
    /// What single requests take, if asked for.
    pub(crate) routes: Vec<Route>,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Settings {
    /// `SQLite` or `PostgreSQL`.
    pub(crate) database: &'static str,
    pub(crate) operations: Vec<Operation>,
    pub(crate) contacts: u64,
    /// Of each measurement.
    pub(crate) seconds: f64,
    /// Before each measurement.
    pub(crate) warmup_seconds: f64,
    /// Measurements of each kind.
    pub(crate) rounds: u32,
}

/// How contacts were made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Seeding {
    /// How many there were then.
    pub(crate) contacts: u64,
    /// How many were made.
    pub(crate) made: u64,
    pub(crate) seconds: f64,
    pub(crate) contacts_per_second: f64,
    /// The stored size of one contact.
    pub(crate) contact_bytes: usize,
    /// The size of the file with all of them; `None` when there is no such file.
    pub(crate) database_bytes: Option<u64>,
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
    /// The longest that the write-ahead log was, with and without HTTP; `None` when nobody can see it.
    pub(crate) log_max_bytes: Option<u64>,
}

/// One operation over one number of connections.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Case {
    pub(crate) operation: Operation,
    pub(crate) connections: usize,
    /// Writes in one commit at most.
    pub(crate) batch_max: usize,
    /// Through HTTP: the median of the rounds, but the longest of their longest latencies.
    pub(crate) http: Figures,
    /// Straight to the store, the same.
    pub(crate) raw: Figures,
    /// Operations per second through HTTP by those of the raw store: the median of the rounds' quotients.
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
    pub(crate) operations_per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    pub(crate) max_ms: f64,
    /// CPU time of the process that answers. Of the raw store this includes making up the requests; that of a
    /// database server is not in it.
    pub(crate) cpu_ms_per_operation: f64,
    /// `None` when other processes write the database's files.
    pub(crate) bytes_written_per_operation: Option<f64>,
    /// Cores that the process that answers kept busy.
    pub(crate) server_cores: f64,
    /// Cores that the load generator kept busy; with the raw store, both are one process.
    pub(crate) generator_cores: f64,
    /// The whole distribution, as far as there were enough operations to tell.
    pub(crate) percentiles: Vec<Percentile>,
}

/// A point of a distribution.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Percentile {
    /// Of all operations.
    pub(crate) share: f64,
    /// What their latencies did not exceed.
    pub(crate) ms: f64,
}

/// What batches are worth: operations per second with them by those without.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Batching {
    pub(crate) operation: Operation,
    pub(crate) connections: usize,
    pub(crate) http: f64,
    pub(crate) raw: f64,
}

/// One operation on a database that grows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Point {
    pub(crate) contacts: u64,
    /// In the history before this was measured.
    pub(crate) events: u64,
    /// The size of the file; `None` when there is no such file.
    pub(crate) database_bytes: Option<u64>,
    pub(crate) case: Case,
    /// Operations per second by those of the first point, through HTTP.
    pub(crate) http_of_first: f64,
    /// The same straight to the store.
    pub(crate) raw_of_first: f64,
}

/// Points of a distribution for each tenfold of `1 / (1 - share)`.
const POINTS_A_DECADE: u32 = 10;
/// As far as 99.9999 %.
const DECADES: u32 = 6;

impl Case {
    /// Sums up its rounds.
    pub(super) fn new(
        operation: Operation,
        connections: usize,
        batch_max: usize,
        rounds: Vec<Round>,
    ) -> Self {
        let share =
            |round: &Round| quotient(round.http.operations_per_second, round.raw.operations_per_second);
        Self {
            operation,
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
    pub(super) fn new(measured: &Measured) -> Self {
        let latencies = &measured.latencies;
        let operations = latencies.count() as f64;
        let seconds = measured.took.as_secs_f64();
        let point = |step: u32| {
            let share = 1.0 - 10_f64.powf(-f64::from(step) / f64::from(POINTS_A_DECADE));
            // Beyond this, it would be the longest latency again and again.
            let is_told = operations * (1.0 - share) >= 1.0;
            is_told.then(|| Percentile { share, ms: latencies.percentile_ms(share) })
        };
        Self {
            operations_per_second: quotient(operations, seconds),
            p50_ms: latencies.percentile_ms(0.5),
            p99_ms: latencies.percentile_ms(0.99),
            p999_ms: latencies.percentile_ms(0.999),
            max_ms: latencies.percentile_ms(1.0),
            cpu_ms_per_operation: quotient(measured.server_cpu.as_secs_f64() * 1000.0, operations),
            bytes_written_per_operation: measured
                .written_bytes
                .map(|bytes| quotient(bytes as f64, operations)),
            server_cores: quotient(measured.server_cpu.as_secs_f64(), seconds),
            generator_cores: quotient(measured.generator_cpu.as_secs_f64(), seconds),
            percentiles: (0..=POINTS_A_DECADE * DECADES).map_while(point).collect(),
        }
    }

    /// The median of each figure, but the longest latency of all.
    fn middle(all: &[&Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(all.iter().map(|each| figure(each)));
        let written: Option<Vec<f64>> = all.iter().map(|each| each.bytes_written_per_operation).collect();
        let point = |n: usize| {
            let points: Option<Vec<&Percentile>> = all.iter().map(|each| each.percentiles.get(n)).collect();
            let points = points.filter(|points| !points.is_empty())?;
            Some(Percentile { share: points.first()?.share, ms: median(points.iter().map(|point| point.ms)) })
        };
        Self {
            operations_per_second: of(|each| each.operations_per_second),
            p50_ms: of(|each| each.p50_ms),
            p99_ms: of(|each| each.p99_ms),
            p999_ms: of(|each| each.p999_ms),
            max_ms: all.iter().map(|each| each.max_ms).fold(0.0, f64::max),
            cpu_ms_per_operation: of(|each| each.cpu_ms_per_operation),
            bytes_written_per_operation: written.map(median),
            server_cores: of(|each| each.server_cores),
            generator_cores: of(|each| each.generator_cores),
            percentiles: (0..).map_while(point).collect(),
        }
    }
}

impl Point {
    /// Compares these with the first of the same operation.
    pub(super) fn compare(points: &mut [Self]) {
        let rates = |point: &Self| {
            let case = &point.case;
            (case.operation, case.http.operations_per_second, case.raw.operations_per_second)
        };
        let all: Vec<_> = points.iter().map(rates).collect();
        for point in points {
            let (operation, http, raw) = rates(point);
            if let Some((_, first_http, first_raw)) = all.iter().find(|(each, ..)| *each == operation) {
                point.http_of_first = quotient(http, *first_http);
                point.raw_of_first = quotient(raw, *first_raw);
            }
        }
    }
}

impl Batching {
    /// Compares batches of one with the batches of the same number of connections, for each operation.
    pub(super) fn of(cases: &[Case]) -> Vec<Self> {
        let single = cases.iter().filter(|case| case.batch_max == 1);
        let compare = |single: &Case| {
            let is_other = |case: &&Case| {
                let is_same = case.connections == single.connections && case.operation == single.operation;
                is_same && case.batch_max > 1
            };
            let batched = cases.iter().find(is_other)?;
            let worth = |of: fn(&Round) -> f64| {
                let pairs = batched.rounds.iter().zip(&single.rounds);
                median(pairs.map(|(many, one)| quotient(of(many), of(one))))
            };
            Some(Self {
                operation: single.operation,
                connections: single.connections,
                http: worth(|round| round.http.operations_per_second),
                raw: worth(|round| round.raw.operations_per_second),
            })
        };
        single.filter_map(compare).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::statistics::Latencies;

    fn figures(operations_per_second: f64) -> Figures {
        Figures {
            operations_per_second,
            p50_ms: 0.0,
            p99_ms: 0.0,
            p999_ms: 0.0,
            max_ms: 1.0 / operations_per_second,
            cpu_ms_per_operation: 0.0,
            bytes_written_per_operation: Some(operations_per_second),
            server_cores: 0.0,
            generator_cores: 0.0,
            percentiles: vec![Percentile { share: 0.0, ms: operations_per_second }],
        }
    }

    fn case(batch_max: usize, rates: &[f64]) -> Case {
        let round = |rate: &f64| Round { http: figures(*rate), raw: figures(2.0 * rate) };
        Case::new(Operation::Update, 4, batch_max, rates.iter().map(round).collect())
    }

    #[test]
    fn rounds_are_summed_up_by_their_medians() {
        let case = case(256, &[10.0, 50.0, 20.0]);
        assert_eq!((case.http.operations_per_second, case.raw.operations_per_second), (20.0, 40.0));
        assert_eq!((case.share_of_raw, case.http.max_ms), (0.5, 0.1));
        assert_eq!(case.http.bytes_written_per_operation, Some(20.0));
        assert_eq!(case.http.percentiles.iter().map(|each| each.ms).collect::<Vec<_>>(), [20.0]);
    }

    #[test]
    fn batches_are_compared_round_by_round() {
        let cases = [case(256, &[60.0, 10.0]), case(1, &[10.0, 5.0])];
        let batching = Batching::of(&cases);
        assert_eq!(batching.len(), 1);
        assert_eq!((batching[0].connections, batching[0].http), (4, 4.0));
        assert!(Batching::of(&cases[..1]).is_empty());
    }

    #[test]
    fn points_are_compared_with_the_first_of_their_operation() {
        let point = |operation, rate| Point {
            contacts: 0,
            events: 0,
            database_bytes: None,
            case: Case { operation, ..case(256, &[rate]) },
            http_of_first: 0.0,
            raw_of_first: 0.0,
        };
        let of = [(Operation::Update, 10.0), (Operation::Get, 80.0), (Operation::Update, 5.0)];
        let mut points = of.map(|(operation, rate)| point(operation, rate));
        Point::compare(&mut points);
        assert_eq!(points.each_ref().map(|point| point.http_of_first), [1.0, 1.0, 0.5]);
        assert_eq!(points.each_ref().map(|point| point.raw_of_first), [1.0, 1.0, 0.5]);
    }

    #[test]
    fn a_distribution_ends_where_nothing_more_is_known() {
        let mut latencies = Latencies::new().unwrap();
        (1..=1000).for_each(|ms| latencies.record(Duration::from_millis(ms)));
        let measured = Measured {
            took: Duration::from_secs(2),
            latencies,
            server_cpu: Duration::from_secs(1),
            generator_cpu: Duration::ZERO,
            written_bytes: None,
            log_bytes: None,
        };
        let figures = Figures::new(&measured);
        assert_eq!((figures.operations_per_second, figures.cpu_ms_per_operation), (500.0, 1.0));
        assert_eq!(figures.bytes_written_per_operation, None);
        let shares: Vec<f64> = figures.percentiles.iter().map(|point| point.share).collect();
        assert!(shares.is_sorted() && shares[0] == 0.0, "{shares:?}");
        assert!((0.99..1.0).contains(shares.last().unwrap()), "{shares:?}");
        assert!(figures.percentiles.is_sorted_by_key(|point| point.ms));
    }
}
