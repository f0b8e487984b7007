//! `contactd import`: contacts from a file of documents, with a bar that says how far it is.

mod lines;
mod rejects;

use std::io::{self, Write, stdout};
use std::pin::pin;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use app::{App, Error, Import, Settings, Storing, SystemClock};
use tokio::sync::mpsc;

use self::lines::{Piece, Source, Text};
use self::rejects::{Rejects, is_refusal, reason};
use crate::admin;
use crate::cli::ImportArgs;
use crate::config::location;
use crate::progress::{Progress, Shown, Unwatched};
use crate::serve::{self, stop_signal};

pub(crate) async fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let file = args.file.display();
    let source = Source::open(&args.file).with_context(|| format!("cannot read {file}"))?;
    let app = open(args).await?;
    let workspace = admin::find_workspace(&app, &args.workspace).await?.number;
    let rejects = Rejects::make(args.rejects.clone()).map_err(|fault| {
        anyhow!("hint: --rejects names a new file; its folder must exist and be writable")
            .context(fault)
            .context("cannot make the file of --rejects")
    })?;
    let progress = Progress::new(Unwatched::Lines);
    progress.begin(source.total, 0);
    let pieces = source.start().with_context(|| format!("cannot read {file}"))?;
    let mut running = Running {
        import: Import::new(&app, workspace, storing(args)),
        progress,
        rejects,
        counts: Counts::default(),
        long: None,
        end: End::File,
    };
    running.go(pieces, stop).await;
    let id = running.import.id().to_owned();
    let Running { rejects, counts, end, progress, .. } = running;
    drop(progress);
    app.close().await;
    rejects.end().context("cannot write the file of --rejects")?;
    report(args, &counts, end, &id)
}

fn storing(args: &ImportArgs) -> Storing {
    if args.dry_run { Storing::Nothing } else { Storing::Durably }
}

async fn open(args: &ImportArgs) -> anyhow::Result<App> {
    match storing(args) {
        Storing::Nothing => admin::open_existing(&args.database).await,
        Storing::Durably => {
            let location = location(&args.database.database)?;
            admin::check_exists(&location)?;
            let store = serve::open(&location, Import::<Line>::options()).await?;
            Ok(App::new(store, Arc::new(SystemClock), Settings::default()))
        }
    }
}

/// A line in flight, as it came.
struct Line {
    number: u64,
    text: Vec<u8>,
    end: u64,
}

/// What came of the lines so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    /// The number of the last line that was taken.
    taken: u64,
    made: u64,
    refused: u64,
    /// Lines of which nothing came, because of a fault.
    failed: u64,
}

/// Why it ended.
enum End {
    /// All was read.
    File,
    /// It was asked to.
    Stopped,
    Fault(anyhow::Error),
}

struct Running {
    import: Import<Line>,
    progress: Progress,
    rejects: Rejects,
    counts: Counts,
    /// The beginning of a line that is too long, until the lines before it are settled.
    long: Option<Vec<u8>>,
    end: End,
}

impl Running {
    /// Takes lines until there are no more, or something ends it, and settles all that were taken.
    async fn go(&mut self, mut pieces: mpsc::Receiver<io::Result<Piece>>, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut is_reading = true;
        loop {
            is_reading &= matches!(self.end, End::File);
            if self.import.is_empty()
                && let Some(beginning) = self.long.take()
            {
                self.refuse(&beginning, "the line has more than 1 MiB");
            }
            tokio::select! {
                () = &mut stop, if is_reading => self.end = End::Stopped,
                piece = pieces.recv(), if is_reading && self.long.is_none() && self.import.has_room() => {
                    match piece {
                        Some(Ok(piece)) => self.take(piece),
                        Some(Err(fault)) => self.fail(anyhow::Error::new(fault).context("cannot read on")),
                        None => is_reading = false,
                    }
                }
                Some((line, result)) = self.import.next(), if !self.import.is_empty() => self.settle(&line, result),
                else => break,
            }
        }
    }

    fn take(&mut self, piece: Piece) {
        self.counts.taken = piece.line;
        match piece.text {
            Text::Whole(text) if text.trim_ascii().is_empty() => {}
            Text::Whole(text) => {
                let bytes = text.len();
                let change = api_native::decode(&text);
                self.import.push(change, bytes, Line { number: piece.line, text, end: piece.end });
            }
            Text::Beginning(text) => self.long = Some(text),
            Text::More(text) => self.keep(&text),
        }
    }

    fn settle(&mut self, line: &Line, result: Result<(), Error>) {
        match result {
            Ok(()) => self.counts.made += 1,
            Err(fault) => {
                if is_refusal(&fault) {
                    self.counts.refused += 1;
                    self.progress.say(&format!("line {}: {}", line.number, reason(&fault)));
                } else {
                    self.counts.failed += 1;
                    self.fail(anyhow::Error::new(fault).context(format!("line {}", line.number)));
                }
                self.keep(&line.text);
                self.keep(b"\n");
            }
        }
        let Counts { made, refused, .. } = self.counts;
        self.progress.at(line.end, |shown| match shown {
            Shown::InBar => format!("{made} contacts"),
            Shown::InLine => format!("line {}: {made} contacts so far, {refused} lines refused", line.number),
        });
    }

    /// Refuses the line that was taken last.
    fn refuse(&mut self, text: &[u8], why: &str) {
        self.counts.refused += 1;
        self.progress.say(&format!("line {}: {why}", self.counts.taken));
        self.keep(text);
    }

    fn keep(&mut self, text: &[u8]) {
        if let Err(fault) = self.rejects.keep(text) {
            self.fail(anyhow::Error::new(fault).context("cannot write the file of --rejects"));
        }
    }

    /// Takes no more lines; the first fault is told.
    fn fail(&mut self, fault: anyhow::Error) {
        if !matches!(self.end, End::Fault(_)) {
            self.end = End::Fault(fault);
        }
    }
}

/// What came of it: on standard output when all is well, else an error.
fn report(args: &ImportArgs, counts: &Counts, end: End, id: &str) -> anyhow::Result<()> {
    let Counts { taken, made, refused, failed } = counts;
    let summary = match storing(args) {
        Storing::Durably => format!("{made} contacts made as {id}"),
        Storing::Nothing => format!("{made} contacts would be made, nothing was stored"),
    };
    let on =
        format!("hint: `tail -n +{} FILE | contactd import … -` goes on with the lines after it", taken + 1);
    let again = match &args.rejects {
        Some(path) => format!("hint: mend these lines in {}, and import that", path.display()),
        None => "hint: --rejects FILE keeps these lines as they came, to be mended and imported".to_owned(),
    };
    match end {
        End::File if *refused == 0 => {
            writeln!(stdout(), "{taken} lines: {summary}").context("cannot write to standard output")
        }
        End::File => Err(anyhow!(again).context(format!("{refused} lines refused of {taken}, {summary}"))),
        End::Stopped => {
            let said = format!("stopped after line {taken}: {summary}, {refused} lines refused");
            let fault = anyhow!(on).context(said);
            Err(if *refused == 0 { fault } else { fault.context(again) })
        }
        End::Fault(fault) => {
            let said = format!(
                "stopped after line {taken}: {summary}, {refused} lines refused, {failed} lines without a result"
            );
            let fault = fault.context(said).context(on);
            Err(if refused + failed == 0 { fault } else { fault.context(again) })
        }
    }
}
