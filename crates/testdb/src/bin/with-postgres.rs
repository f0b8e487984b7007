//! `with-postgres COMMAND…` runs a command beside a PostgreSQL server that is there for it alone: the tests, which find
//! the server's URL in `CONTACTD_TEST_POSTGRES`. Ends as the command does.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use testdb::Cluster;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(status) => {
            let code = status.code().unwrap_or(128 + status.signal().unwrap_or(1));
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
        Err(fault) => {
            eprintln!("with-postgres: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> io::Result<ExitStatus> {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().ok_or_else(|| io::Error::other("it needs a command"))?;
    let (mut interrupts, mut terminations) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let cluster = Cluster::shared()?;
    let mut command = Command::new(&program);
    command.args(arguments).env("CONTACTD_TEST_POSTGRES", cluster.url(""));
    let mut child = command
        .spawn()
        .map_err(|fault| io::Error::new(fault.kind(), format!("{}: {fault}", program.display())))?;
    let id = Pid::from_child(&child);
    let ended = tokio::task::spawn_blocking(move || child.wait());
    tokio::pin!(ended);
    loop {
        tokio::select! {
            status = &mut ended => return status.map_err(io::Error::other)?,
            // A terminal sends it to the command as well; the server stays until the command has ended.
            _ = interrupts.recv() => {}
            _ = terminations.recv() => {
                let _ = kill_process(id, Signal::TERM);
            }
        }
    }
}
