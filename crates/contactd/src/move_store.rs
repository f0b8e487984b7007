//! `contactd move`: a whole store to another database, with a bar that says how far it is.

use std::io::{Write, stdout};
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use store::{MoveError, Moved, Progress as MoveProgress, Stage, StoreError, move_all};

use crate::cli::MoveArgs;
use crate::config::location;
use crate::progress::{Progress, Shown, Total, Unwatched};
use crate::serve::stop_signal;

pub(crate) async fn run(args: &MoveArgs) -> anyhow::Result<()> {
    let (from, to) = (location(&args.from)?, location(&args.to)?);
    let stop = stop_signal()?;
    let is_stopping = Arc::new(AtomicBool::new(false));
    let mut watched = Watched { progress: Progress::new(Unwatched::Lines), stage: None };
    let asked = Arc::clone(&is_stopping);
    let watch = move |moved: MoveProgress| {
        watched.show(moved);
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

/// How far a move is.
struct Watched {
    progress: Progress,
    stage: Option<Stage>,
}

impl Watched {
    fn show(&mut self, moved: MoveProgress) {
        let MoveProgress { stage, table, done, total } = moved;
        if self.stage.replace(stage) != Some(stage) {
            self.progress.begin(Total::Records(total), done);
        }
        let what = match stage {
            Stage::Copying => "copying",
            Stage::Comparing => "comparing",
        };
        self.progress.at(done, |shown| match shown {
            Shown::InBar => format!("{what} {table}"),
            Shown::InLine => format!("{what} {table}: {done} of {total} records"),
        });
    }
}
