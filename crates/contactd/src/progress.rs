//! How far something is that takes long: a bar on standard error where a person looks, else a line now and then.

use std::cell::Cell;
use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often a line says how far it is, when nobody looks at a bar.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How often the bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(50);

/// The bar; it is wiped in the end.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    unwatched: Unwatched,
    told_at: Cell<Option<Instant>>,
}

/// What is told when nobody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwatched {
    /// A line now and then.
    Lines,
    /// Nothing.
    Nothing,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Total {
    /// So many records.
    Records(u64),
    /// So many bytes.
    Bytes(u64),
    /// Bytes, and nobody knows how many.
    SomeBytes,
}

impl Total {
    fn amount(self) -> Option<u64> {
        match self {
            Self::Records(total) | Self::Bytes(total) => Some(total),
            Self::SomeBytes => None,
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Records(_) => "{msg:22} {wide_bar} {pos} of {len} {rate:>9} {eta:>4} left",
            Self::Bytes(_) => "{msg:22} {wide_bar} {bytes} of {total_bytes} {byte_rate:>12} {eta:>4} left",
            Self::SomeBytes => "{msg:22} {bytes} {byte_rate:>12}",
        }
    }

    fn style(self) -> ProgressStyle {
        // Nobody is told less than nothing by a text that cannot be written.
        let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        let byte_rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            let _ = write!(out, "{}/s", HumanBytes(state.per_sec() as u64));
        };
        let style = ProgressStyle::with_template(self.template());
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        style.with_key("rate", rate).with_key("byte_rate", byte_rate)
    }
}

impl Progress {
    pub(crate) fn new(unwatched: Unwatched) -> Self {
        Self::on(stderr().is_terminal().then(ProgressDrawTarget::stderr), unwatched)
    }

    fn on(target: Option<ProgressDrawTarget>, unwatched: Unwatched) -> Self {
        let bar = target.map(|target| ProgressBar::with_draw_target(None, target));
        Self { bar, unwatched, told_at: Cell::new(None) }
    }

    /// Says what goes on, where there is nothing to count.
    pub(crate) fn show(&self, text: &str) {
        if let Some(bar) = &self.bar {
            if let Ok(plain) = ProgressStyle::with_template("{msg}") {
                bar.set_style(plain);
            }
            bar.set_message(text.to_owned());
            bar.tick();
        }
    }

    /// Begins to count, when so many are done already.
    pub(crate) fn begin(&self, total: Total, done: u64) {
        self.told_at.set(None);
        if let Some(bar) = &self.bar {
            bar.set_style(total.style());
            match total.amount() {
                Some(amount) => bar.set_length(amount),
                None => bar.unset_length(),
            }
            bar.set_position(done);
            bar.reset_elapsed();
            bar.reset_eta();
        }
    }

    /// Shows that so many are done. `what` goes on is asked for when it is shown, and whether that is in a line of its
    /// own.
    pub(crate) fn at(&self, done: u64, what: impl FnOnce(Shown) -> String) {
        let every = if self.bar.is_some() { DRAW_EVERY } else { LINE_EVERY };
        if self.told_at.get().is_some_and(|at| at.elapsed() < every) {
            return;
        }
        self.told_at.set(Some(Instant::now()));
        match (&self.bar, self.unwatched) {
            (Some(bar), _) => {
                bar.set_message(what(Shown::InBar));
                bar.set_position(done);
            }
            (None, Unwatched::Lines) => self.say(&what(Shown::InLine)),
            (None, Unwatched::Nothing) => {}
        }
    }

    /// Says something that stays, above the bar.
    pub(crate) fn say(&self, text: &str) {
        let write = || {
            // Nobody may be reading; that is no reason to stop.
            let _ = writeln!(stderr(), "{text}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// Where something is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Beside the bar, which tells how much.
    InBar,
    /// In a line, which must tell all.
    InLine,
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar() -> Progress {
        Progress::on(Some(ProgressDrawTarget::hidden()), Unwatched::Nothing)
    }

    #[test]
    fn every_look_can_be_drawn() {
        for total in [Total::Records(3), Total::Bytes(3), Total::SomeBytes] {
            ProgressStyle::with_template(total.template()).unwrap();
        }
    }

    #[test]
    fn a_bar_counts_from_where_it_begins() {
        let progress = bar();
        progress.begin(Total::Records(10), 4);
        progress.at(5, |shown| format!("{shown:?}"));
        let drawn = progress.bar.as_ref().unwrap();
        assert_eq!((drawn.length(), drawn.position(), drawn.message()), (Some(10), 5, "InBar".to_owned()));
        progress.begin(Total::SomeBytes, 0);
        assert_eq!((drawn.length(), drawn.position()), (None, 0));
    }

    #[test]
    fn lines_are_said_now_and_then_and_after_a_beginning() {
        let progress = Progress::on(None, Unwatched::Lines);
        let asked = Cell::new(0);
        let at = |done| {
            progress.at(done, |_| {
                asked.set(asked.get() + 1);
                String::new()
            });
        };
        at(1);
        at(2);
        assert_eq!(asked.get(), 1);
        progress.begin(Total::Records(3), 0);
        at(3);
        assert_eq!(asked.get(), 2);
        Progress::on(None, Unwatched::Nothing).at(1, |_| unreachable!());
    }
}
