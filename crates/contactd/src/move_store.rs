//! `contactd move`: a whole store to another database, with a bar that says how far it is.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use store::{MoveError, Moved, Progress, Stage, StoreError, move_all};

use crate::cli::MoveArgs;
use crate::config::location;
use crate::serve::stop_signal;

/// How often a line says how far it is, when nobody looks at a bar.
const LINE_EVERY: Duration = Duration::from_secs(5);

pub(crate) async fn run(args: &MoveArgs) -> anyhow::Result<()> {
    let (from, to) = (location(&args.from)?, location(&args.to)?);
    let stop = stop_signal()?;
    let is_stopping = Arc::new(AtomicBool::new(false));
    let mut shown = Shown::new();
    let asked = Arc::clone(&is_stopping);
    let watch = move |progress: Progress| {
        shown.show(progress);
        if asked.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut moving = pin!(move_all(&from, &to, watch));
    let moved = tokio::select! {
        moved = &mut moving => moved,
        () = stop => {
            is_stopping.store(true, Ordering::Relaxed);
            moving.await
        }
    };
    let moved = moved.map_err(explained)?;
    writeln!(stdout(), "{}", summary(&moved)).context("cannot write to standard output")
}

fn summary(moved: &Moved) -> String {
    let count = |name: &str| {
        moved.tables.iter().find(|table| table.name == name).map_or(0, |table| table.records).to_string()
    };
    let all: u64 = moved.tables.iter().map(|table| table.records).sum();
    let [workspaces, contacts, events, keys] = ["workspaces", "contacts", "events", "keys"].map(count);
    format!(
        "moved: {workspaces} workspaces, {contacts} contacts, {events} events, {keys} keys; all {all} records are \
         the same in both databases"
    )
}

/// With what can be done about it.
fn explained(fault: MoveError) -> anyhow::Error {
    let hint = match &fault {
        MoveError::SamePlace(_) => "hint: --from is the database to move, --to another one",
        MoveError::NoStore(_) | MoveError::NothingToMove(_) => "hint: --from names the database to move",
        MoveError::NotEmpty { .. } => "hint: --to is a path without a file, or an empty PostgreSQL database",
        MoveError::OtherMove { .. } => "hint: go on with that move, or delete the database of --to",
        MoveError::SourceChanged(_) => "hint: delete the database of --to, and move again",
        MoveError::Different { .. } => {
            "hint: one of them was written to meanwhile, or since an interruption: delete the database of --to, and \
             move again"
        }
        MoveError::Source { fault: StoreError::InUseByOther(_), .. }
        | MoveError::Target { fault: StoreError::InUseByOther(_), .. } => {
            "hint: stop the server; nothing may be written while a store is moved"
        }
        MoveError::Source { fault: StoreError::UnfinishedMove(_), .. } => {
            return anyhow::Error::new(fault);
        }
        MoveError::Stopped | MoveError::Source { .. } | MoveError::Target { .. } => {
            "hint: the same command goes on where it stopped"
        }
    };
    anyhow::Error::new(fault).context(hint)
}

/// How far it is: a bar for people, else a line now and then.
struct Shown {
    /// `None` when nobody looks.
    bar: Option<ProgressBar>,
    stage: Option<Stage>,
    said_at: Option<Instant>,
}

impl Shown {
    fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Nobody is told less than nothing by this failing.
                let _ = write!(out, "{:.0}/s", state.per_sec());
            };
            let style =
                ProgressStyle::with_template("{msg:22} {wide_bar} {pos} of {len} {rate:>9} {eta:>4} left");
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("rate", rate));
            bar
        });
        Self { bar, stage: None, said_at: None }
    }

    fn show(&mut self, progress: Progress) {
        let Progress { stage, table, done, total } = progress;
        let is_new = self.stage.replace(stage) != Some(stage);
        let what = match stage {
            Stage::Copying => "copying",
            Stage::Comparing => "comparing",
        };
        if let Some(bar) = &self.bar {
            if is_new {
                bar.set_length(total);
                bar.set_position(done);
                bar.reset_eta();
            }
            bar.set_message(format!("{what} {table}"));
            bar.set_position(done);
        } else if is_new || self.said_at.is_none_or(|at| at.elapsed() >= LINE_EVERY) {
            self.said_at = Some(Instant::now());
            let _ = writeln!(stderr(), "{what} {table}: {done} of {total} records");
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
