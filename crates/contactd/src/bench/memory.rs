//! What the server needs for connections that do little: idle ones, and one that reads slowly.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::child::Server;
use super::http;
use super::load::Target;
use super::operation::Operation;
use super::session::{SETTLE, Session, usual_batch};
use super::statistics::quotient;

/// What connections cost that do nothing, each after one request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Idle {
    pub(crate) connections: usize,
    /// The server's memory before they were opened, after one request.
    pub(crate) before_bytes: u64,
    /// And with all of them open.
    pub(crate) with_all_bytes: u64,
    pub(crate) bytes_per_connection: f64,
}

/// What one client costs that asks for many long lists and reads slowly.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Slow {
    /// Lists that it asked for, without waiting for an answer.
    pub(crate) requests: usize,
    /// How long one of the answers is.
    pub(crate) answer_bytes: u64,
    /// What it has read of all.
    pub(crate) read_bytes: u64,
    /// The server's memory before, after one such answer was read at once.
    pub(crate) before_bytes: u64,
    /// The most while it was read slowly.
    pub(crate) peak_bytes: u64,
    pub(crate) growth_bytes: u64,
}

/// Open files that are no connections.
const OTHER_FILES: u64 = 64;
/// Lists that the slow reader asks for at once.
const LISTS: usize = 64;
/// The longest page that the server gives.
const LONGEST_PAGE: u32 = 1000;
/// What the slow reader takes at a time, and how long it rests or waits then.
const SIP: usize = 16 << 10;
const REST: Duration = Duration::from_millis(10);

/// Lets this process, and servers that it starts, have as many files open as the system allows at all, which
/// must be enough for so many connections.
pub(super) fn raise_file_limit(connections: usize) -> anyhow::Result<()> {
    let needed = connections as u64 + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < needed) {
        let raised = limit.maximum.unwrap_or(needed);
        let enough = || {
            anyhow!("hint: `ulimit -Hn` shows the limit; ask for fewer connections, or raise it").context(
                format!("{connections} connections need {needed} open files, and {raised} are allowed"),
            )
        };
        ensure!(raised >= needed, enough());
        setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum })
            .context("cannot raise the limit of open files")?;
    }
    Ok(())
}

impl Session<'_> {
    /// Opens so many connections and leaves them alone.
    pub(super) async fn idle_connections(&self, count: usize) -> anyhow::Result<Idle> {
        self.show(&format!("opening {count} connections"));
        let server = Server::start(self.database.location(), usual_batch()).await?;
        let mut first = http::connect(server.address(), 1, &self.seeded.secret).await?;
        self.ask_once(&mut first).await?;
        let before_bytes = settled(&server).await?;
        let mut all = http::connect(server.address(), count, &self.seeded.secret).await?;
        self.ask_once(&mut all).await?;
        let with_all_bytes = settled(&server).await?;
        drop((first, all));
        server.stop().await?;
        let growth = with_all_bytes.saturating_sub(before_bytes);
        let bytes_per_connection = quotient(growth as f64, count as f64);
        Ok(Idle { connections: count, before_bytes, with_all_bytes, bytes_per_connection })
    }

    async fn ask_once(&self, connections: &mut [http::Connection]) -> anyhow::Result<()> {
        for connection in connections {
            let request = self.seeded.workload.next(Operation::Get).context("there are no contacts")?;
            connection.carry_out(&request).await?;
        }
        Ok(())
    }

    /// Asks for many long lists at once and reads slowly, for as long as this.
    pub(super) async fn slow_reader(&self, lasts: Duration) -> anyhow::Result<Slow> {
        self.show("reading slowly");
        let server = Server::start(self.database.location(), usual_batch()).await?;
        let address = server.address();
        let answer_bytes = read_whole(address, &request(address, &self.seeded.secret, "close")).await?;
        let before_bytes = settled(&server).await?;
        let asked = request(address, &self.seeded.secret, "keep-alive").repeat(LISTS);
        let mut stream = TcpStream::connect(address).await.context("cannot reach the server")?;
        stream.write_all(asked.as_bytes()).await.context("the server takes no requests")?;
        let (mut read_bytes, mut peak_bytes) = (0, before_bytes);
        let mut sip = vec![0; SIP];
        let until = Instant::now() + lasts;
        // In the end the time is over, or it has read everything.
        while Instant::now() < until && read_bytes < answer_bytes * LISTS as u64 {
            if let Ok(read) = timeout(REST, stream.read(&mut sip)).await {
                let read = read.context("the server broke off an answer")?;
                ensure!(read > 0, "the server closed the connection of a slow reader");
                read_bytes += read as u64;
                sleep(REST).await;
            }
            peak_bytes = peak_bytes.max(server.process().memory()?.now_bytes);
        }
        drop(stream);
        server.stop().await?;
        let growth_bytes = peak_bytes.saturating_sub(before_bytes);
        Ok(Slow { requests: LISTS, answer_bytes, read_bytes, before_bytes, peak_bytes, growth_bytes })
    }
}

/// The server's memory when it has come to rest.
async fn settled(server: &Server) -> anyhow::Result<u64> {
    sleep(SETTLE).await;
    Ok(server.process().memory()?.now_bytes)
}

/// A request for the longest page of contacts.
fn request(address: SocketAddr, secret: &str, connection: &str) -> String {
    format!(
        "GET /api/v1/contacts?limit={LONGEST_PAGE} HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {secret}\r\nConnection: {connection}\r\n\r\n"
    )
}

/// Sends this and reads until the server closes; how much that was.
async fn read_whole(address: SocketAddr, request: &str) -> anyhow::Result<u64> {
    let mut stream = TcpStream::connect(address).await.context("cannot reach the server")?;
    stream.write_all(request.as_bytes()).await.context("the server takes no request")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.context("the server broke off an answer")?;
    ensure!(answer.starts_with(b"HTTP/1.1 200 "), "the server refused to list contacts");
    Ok(answer.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_does_not_allow_is_refused_with_a_hint() {
        raise_file_limit(1).unwrap();
        let Some(maximum) = getrlimit(Resource::Nofile).maximum else { return };
        let fault = raise_file_limit(usize::try_from(maximum).unwrap()).unwrap_err();
        assert!(fault.chain().any(|cause| cause.to_string().starts_with("hint: ")), "{fault:?}");
    }
}
