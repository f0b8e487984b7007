//! One line on standard error that says what goes on, when a person is looking.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _, stderr};
use std::time::{Duration, Instant};

/// The line; it is wiped in the end.
pub(super) struct Progress {
    is_watched: bool,
}

/// How far something is that takes long.
pub(super) struct Counted<'p> {
    progress: &'p Progress,
    what: &'static str,
    total: u64,
    started: Instant,
    shown: Instant,
}

/// How often a count is shown again.
const SHOW_EVERY: Duration = Duration::from_millis(200);

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

    /// Begins to count something, such as `contacts made`, up to this number.
    pub(super) fn count(&self, what: &'static str, total: u64) -> Counted<'_> {
        let now = Instant::now();
        Counted { progress: self, what, total, started: now, shown: now }
    }
}

impl Counted<'_> {
    /// Shows that so many are done, unless something was shown just now.
    pub(super) fn at(&mut self, done: u64) {
        if self.shown.elapsed() >= SHOW_EVERY {
            self.shown = Instant::now();
            self.progress.show(&line(self.what, done, self.total, self.started.elapsed()));
        }
    }
}

/// How many are done, how fast, and how long the rest takes at that rate.
fn line(what: &str, done: u64, total: u64, elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    let mut text = format!("{done} of {total} {what}, {rate:.0} a second");
    if done > 0 {
        let left = (total.saturating_sub(done) as f64 / rate).ceil() as u64;
        // Writing to a text cannot fail.
        let _ = match left {
            0..60 => write!(text, ", {left} s left"),
            _ => write!(text, ", {} min {:02} s left", left / 60, left % 60),
        };
    }
    text
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.show("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_rate_and_what_is_left() {
        let at = |done, seconds| line("contacts made", done, 1000, Duration::from_secs(seconds));
        assert_eq!(at(100, 2), "100 of 1000 contacts made, 50 a second, 18 s left");
        assert_eq!(at(10, 1), "10 of 1000 contacts made, 10 a second, 1 min 39 s left");
        assert_eq!(at(1000, 2), "1000 of 1000 contacts made, 500 a second, 0 s left");
        assert_eq!(at(0, 0), "0 of 1000 contacts made, 0 a second");
    }
}
