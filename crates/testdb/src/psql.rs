//! SQL through `psql`, which comes with the server: enough for tests, and no driver.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::place::programs;

/// What `psql` prints when a text was carried out.
const DONE: &str = "-- done --";

fn psql(url: &str) -> Command {
    let mut command = Command::new(programs("psql").unwrap_or_else(|fault| panic!("{fault}")).join("psql"));
    command
        .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url])
        .env_clear()
        .env("PGCLIENTENCODING", "UTF8")
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Carries out SQL on a connection of its own and gives its output: a line for each row, `|` between values.
pub(crate) fn run(url: &str, sql: &str) -> Result<String, String> {
    let mut child = psql(url).spawn().map_err(|fault| format!("psql does not start: {fault}"))?;
    // Where it cannot connect it reads nothing, and says why.
    let _ = child.stdin.take().expect("a pipe").write_all(sql.as_bytes());
    let output = child.wait_with_output().map_err(|fault| format!("psql does not end: {fault}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// A connection that stays open, for what needs a transaction of its own beside a server.
#[derive(Debug)]
pub struct Session {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Session {
    /// Connects to the database with this URL.
    pub fn open(url: &str) -> Self {
        let mut child = psql(url).spawn().expect("psql starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    /// Carries out SQL, and gives its output once it is done.
    #[track_caller]
    pub fn run(&mut self, sql: &str) -> String {
        let mut text = String::new();
        let sent = writeln!(self.input, "{sql};\n\\echo {DONE}").and_then(|()| self.input.flush());
        while sent.is_ok() && self.output.read_line(&mut text).expect("text") > 0 {
            if let Some(done) = text.strip_suffix(&format!("{DONE}\n")) {
                return done.trim_end().to_owned();
            }
        }
        let mut fault = String::new();
        let _ = self.child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut fault));
        panic!("{sql}: {fault}");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
