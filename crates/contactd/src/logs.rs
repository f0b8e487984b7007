//! Log lines, on standard error.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::cli::LogFormat;

/// Starts logging; once per process.
pub(crate) fn start(format: LogFormat, level: Level) {
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Human => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    // HTTP/2's crate tells every frame.
    let allowed = Targets::new().with_default(level).with_target("h2", LevelFilter::OFF);
    registry().with(lines).with(allowed).init();
}
