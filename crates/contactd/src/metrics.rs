//! Metrics in the Prometheus text format.

use std::fmt::Write;
use std::time::Duration;

use app::{App, WriterStats};
use model::Dialect;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<DialectLabel, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    dialect: &'static str,
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DialectLabel {
    dialect: &'static str,
}

/// Upper bounds of the histogram's buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// A request that was answered.
pub(crate) struct Answered<'a> {
    pub(crate) dialect: Dialect,
    /// The route's pattern; `None` for an unknown route.
    pub(crate) route: Option<&'a str>,
    pub(crate) method: &'a hyper::Method,
    pub(crate) status: u16,
    pub(crate) took: Duration,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("contactd");
        let requests = Family::default();
        registry.register("requests", "Requests answered", requests.clone());
        let seconds = Family::new_with_constructor(histogram as fn() -> Histogram);
        registry.register(
            "request_seconds",
            "Time from a request's head to its answer's head",
            seconds.clone(),
        );
        Self { registry, requests, seconds }
    }

    pub(crate) fn count(&self, answered: &Answered<'_>) {
        let dialect = answered.dialect.as_str();
        // Only methods and routes that exist become labels, so that clients cannot make up new ones.
        let method = if answered.route.is_some() { answered.method.as_str() } else { "" };
        let labels = RequestLabels {
            dialect,
            route: answered.route.unwrap_or_default().to_owned(),
            method: method.to_owned(),
            status: answered.status,
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds.get_or_create(&DialectLabel { dialect }).observe(answered.took.as_secs_f64());
    }

    /// The text of `/metrics`.
    pub(crate) fn render(&self, app: &App) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail; the text is complete either way.
        let _ = encode(&mut text, &self.registry);
        let end = text.rfind("# EOF").unwrap_or(text.len());
        let tail = text.split_off(end);
        let _ = writer_lines(&mut text, app.writer_stats());
        text + &tail
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

fn writer_lines(text: &mut String, stats: WriterStats) -> std::fmt::Result {
    let seconds = Duration::from_micros(stats.busy_micros).as_secs_f64();
    let counters = [
        ("writer_batches", "Batches committed", stats.batches.to_string()),
        ("writer_writes", "Writes in the batches committed", stats.writes.to_string()),
        ("writer_alone", "Writes that did not wait for the writer's thread", stats.alone.to_string()),
        ("writer_events", "Events appended to the log", stats.events.to_string()),
        ("writer_busy_seconds", "Time spent from taking a batch to its commit", seconds.to_string()),
    ];
    for (name, help, value) in counters {
        writeln!(
            text,
            "# HELP contactd_{name} {help}.\n# TYPE contactd_{name} counter\ncontactd_{name}_total {value}"
        )?;
    }
    let gauges = [
        ("writer_waiting", "Writes that wait now", stats.waiting),
        ("log_bytes", "Size of the write-ahead log now", stats.log_bytes),
    ];
    for (name, help, value) in gauges {
        writeln!(
            text,
            "# HELP contactd_{name} {help}.\n# TYPE contactd_{name} gauge\ncontactd_{name} {value}"
        )?;
    }
    Ok(())
}
