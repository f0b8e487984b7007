//! Log lines, on standard error.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;

use crate::cli::LogFormat;

/// Starts logging; once per process.
pub(crate) fn start(format: LogFormat, level: Level) {
    let lines = fmt().with_writer(std::io::stderr).with_max_level(LevelFilter::from_level(level));
    match format {
        LogFormat::Human => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).init(),
    }
}
