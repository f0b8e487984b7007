//! One line on standard error that says what goes on, when a person is looking.

use std::io::{IsTerminal, Write, stderr};

/// The line; it is wiped in the end.
pub(super) struct Progress {
    is_watched: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { is_watched: stderr().is_terminal() }
    }

    /// Shows this instead of what was there.
    pub(super) fn show(&self, text: &str) {
        if self.is_watched {
            let mut out = stderr().lock();
            // Nobody is told less than nothing by this failing.
            let _ = write!(out, "\r\x1b[K{text}").and_then(|()| out.flush());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.show("");
    }
}
