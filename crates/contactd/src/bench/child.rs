//! The server as a process of its own, as users run it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use app::Location;
use rustix::process::{Pid, Signal, kill_process};

use super::process::Process;

/// What stands before the address in the line that the server prints when it is ready.
const READY: &str = "contactd listens on http://";
/// More connections than are ever measured, so that none waits to be accepted.
const MAX_CONNECTIONS: &str = "100000";
const START_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// A running server. Killed when dropped.
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
    started_in: Duration,
}

impl Server {
    /// Starts `contactd serve`, this very program, and waits until it listens.
    pub(super) async fn start(location: &Location, batch_max: usize) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-level", "warn"]);
        command.arg("--batch-max").arg(batch_max.to_string()).args(["--max-connections", MAX_CONNECTIONS]);
        // Settings of the user's own server are not meant for this one.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CONTACTD_") {
                command.env_remove(name);
            }
        }
        // Not as an option: everybody can see those, and a URL may hold a password.
        command.env("CONTACTD_DATABASE", text(location));
        let started = Instant::now();
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start the server")?;
        let output = child.stdout.take();
        let unready = SocketAddr::from(([0; 4], 0));
        let mut server = Self { child, address: unready, started_in: Duration::ZERO };
        let output = output.context("the server has no output")?;
        let waiting = tokio::task::spawn_blocking(move || (ready(output), Instant::now()));
        let (ready, ready_at) = tokio::time::timeout(START_TIMEOUT, waiting)
            .await
            .context("the server does not start")?
            .context("cannot wait for the server")?;
        server.address = ready?;
        server.started_in = ready_at.duration_since(started);
        Ok(server)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From its start to the line that says that it listens.
    pub(super) fn started_in(&self) -> Duration {
        self.started_in
    }

    pub(super) fn process(&self) -> Process {
        Process::with_id(self.child.id())
    }

    /// Asks it to stop, and waits until it has.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).context("cannot stop the server")?;
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().context("cannot wait for the server")? {
                ensure!(status.success(), "the server ended with {status}");
                return Ok(());
            }
            if asked.elapsed() > STOP_TIMEOUT {
                bail!("the server does not stop");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both do nothing when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(location: &Location) -> OsString {
    match location {
        Location::Sqlite(path) => path.into(),
        Location::Postgres(url) => url.into(),
    }
}

/// Reads until the server says where it listens.
fn ready(output: ChildStdout) -> anyhow::Result<SocketAddr> {
    for line in BufReader::new(output).lines() {
        if let Some(address) = line.context("cannot read what the server says")?.strip_prefix(READY) {
            return address.parse().context("the server says no address");
        }
    }
    bail!("the server ended before it was ready")
}
