//! The real binary as a child process.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};

use testkit::{Connection, HttpReply};

/// The path of the binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_contactd");

/// A server that was started and told its address. It is killed when dropped.
pub(crate) struct Running {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// For what it keeps in temporary folders, which a killed process leaves behind.
    _scratch: tempfile::TempDir,
    /// What it printed before it listened.
    pub(crate) printed: String,
}

impl Running {
    /// Starts `contactd serve --listen 127.0.0.1:0` with more arguments, and waits until it listens.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::logging_to(Stdio::null(), args)
    }

    /// The same, and what it logs.
    pub(crate) fn start_heard(args: &[&str]) -> (Self, BufReader<ChildStderr>) {
        let mut server = Self::logging_to(Stdio::piped(), args);
        let log = BufReader::new(server.child.stderr.take().expect("a pipe"));
        (server, log)
    }

    fn logging_to(log: Stdio, args: &[&str]) -> Self {
        let scratch = tempfile::TempDir::new().expect("a temporary folder");
        let mut child = Command::new(BINARY)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .env_clear()
            .env("TMPDIR", scratch.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the binary starts");
        let mut printed = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let address = loop {
            let mut line = String::new();
            assert_ne!(
                lines.read_line(&mut line).expect("text"),
                0,
                "the server stopped before it listened: {printed}"
            );
            printed.push_str(&line);
            if let Some((_, base)) = line.trim_end().split_once("listens on ") {
                let (_, address) = base.split_once("://").expect("a base URL");
                break address.parse().expect("an address");
            }
        };
        Self { child, address, _scratch: scratch, printed }
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address).expect("the server accepts")
    }

    /// One request on a connection of its own.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> HttpReply {
        self.connect().request(method, path, headers, body).expect("an answer")
    }

    /// One request with a key.
    pub(crate) fn request_as(&self, key: &str, method: &str, path: &str, body: &str) -> HttpReply {
        self.request(method, path, &[("Authorization", &format!("Bearer {key}"))], body)
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Kills it without warning, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a command.
pub(crate) fn started(args: &[&str]) -> Child {
    Command::new(BINARY)
        .args(args)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

/// Sends a signal by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

/// Runs a command to its end with this standard input.
pub(crate) fn contactd_with(args: &[&str], input: &str) -> Output {
    let mut child = started(args);
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

/// Runs a command to its end.
pub(crate) fn contactd(args: &[&str]) -> Output {
    contactd_with(args, "")
}

/// What a command printed, after checking that it succeeded.
#[track_caller]
pub(crate) fn printed(args: &[&str]) -> String {
    let output = contactd(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What a command complained, after checking that it failed and printed nothing else.
#[track_caller]
pub(crate) fn complaint(args: &[&str]) -> String {
    let output = contactd(args);
    assert!(!output.status.success(), "{args:?} succeeded");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    String::from_utf8(output.stderr).expect("text")
}
