//! A network between a program and a PostgreSQL server that breaks at chosen moments.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// When a connection is cut, around the next commit that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server does not hear of the commit.
    BeforeCommit,
    /// The commit is on its way to the server, which does not hear that the connection is cut.
    WithCommit,
    /// The server has committed, and its answer is lost.
    AfterCommit,
    /// Nothing is cut, but the server hears nothing more.
    Silence,
}

/// Stands before a server, for a program that knows only the proxy's URL. It reads the program's messages to see
/// commits. Closed when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    cut: Mutex<Option<(Cut, bool)>>,
    cuts: AtomicUsize,
    is_refusing: AtomicBool,
    is_closing: AtomicBool,
    /// Both ends of everything that is open.
    streams: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// One that stands before the server in this URL.
    pub fn before(url: &str) -> io::Result<Self> {
        let (head, rest) = url.rsplit_once('@').ok_or_else(|| io::Error::other("a URL with a password"))?;
        let (server, database) = rest.split_once('/').unwrap_or((rest, ""));
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (shared, server) = (Arc::new(Shared::default()), server.to_owned());
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.is_closing.load(Ordering::SeqCst) {
                    return;
                }
                if accepting.is_refusing.load(Ordering::SeqCst) {
                    continue;
                }
                // A server that is away is a connection that is closed at once.
                if let Ok(server) = TcpStream::connect(&server) {
                    let _ = connect(&accepting, client, server);
                }
            }
        });
        Ok(Self { url: format!("{head}@{address}/{database}"), address, shared })
    }

    /// The URL of the same database through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Cuts the connection on which the next commit passes. When `stays` is set, no connection works after that
    /// until [`heal`](Self::heal).
    pub fn cut(&self, cut: Cut, stays: bool) {
        *self.shared.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some((cut, stays));
    }

    /// Cuts all connections and refuses new ones.
    pub fn break_all(&self) {
        self.shared.break_all();
    }

    /// Lets connections be made again.
    pub fn heal(&self) {
        self.shared.is_refusing.store(false, Ordering::SeqCst);
    }

    /// How many connections were cut at a commit.
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_closing.store(true, Ordering::SeqCst);
        self.shared.break_all();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn break_all(&self) {
        self.is_refusing.store(true, Ordering::SeqCst);
        for stream in self.streams.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn take_cut(&self) -> Option<Cut> {
        let (cut, stays) = self.cut.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if stays {
            self.is_refusing.store(true, Ordering::SeqCst);
        }
        Some(cut)
    }

    fn note_cut(&self) {
        self.cuts.fetch_add(1, Ordering::SeqCst);
        if self.is_refusing.load(Ordering::SeqCst) {
            self.break_all();
        }
    }
}

fn connect(shared: &Arc<Shared>, client: TcpStream, server: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let both = [client.try_clone()?, server.try_clone()?];
    shared.streams.lock().unwrap_or_else(PoisonError::into_inner).extend(both);
    let swallows = Arc::new(Mutex::new(None));
    let (forth, back) = ((client.try_clone()?, server.try_clone()?), (server, client));
    let (shared, other) = (Arc::clone(shared), Arc::clone(shared));
    let swallowing = Arc::clone(&swallows);
    thread::spawn(move || {
        let _ = questions(&shared, (&forth.0, &forth.1), &swallows);
        if *swallows.lock().unwrap_or_else(PoisonError::into_inner) != Some(Cut::WithCommit) {
            close(&forth.0, &forth.1);
        }
    });
    thread::spawn(move || {
        let _ = answers(&other, (&back.0, &back.1), &swallowing);
        close(&back.0, &back.1);
    });
    Ok(())
}

fn close(one: &TcpStream, other: &TcpStream) {
    let _ = (one.shutdown(Shutdown::Both), other.shutdown(Shutdown::Both));
}

/// Passes on what the program says, message by message, until it is time to cut.
fn questions(
    shared: &Shared,
    (mut from, mut to): (&TcpStream, &TcpStream),
    swallows: &Mutex<Option<Cut>>,
) -> io::Result<()> {
    let swallow = |cut| *swallows.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    // The first message has no type.
    let mut message = Vec::new();
    body(&mut from, &mut message)?;
    to.write_all(&message)?;
    loop {
        message.resize(1, 0);
        from.read_exact(&mut message)?;
        body(&mut from, &mut message)?;
        let is_commit = message.get(..1) == Some(b"Q") && message.get(5..) == Some(b"COMMIT\0");
        match if is_commit { shared.take_cut() } else { None } {
            None => to.write_all(&message)?,
            Some(Cut::BeforeCommit) => break shared.note_cut(),
            Some(Cut::WithCommit) => {
                swallow(Cut::WithCommit);
                to.write_all(&message)?;
                // Before the program can know, who then asks how many there were.
                shared.note_cut();
                from.shutdown(Shutdown::Both)?;
                break;
            }
            Some(Cut::Silence) => {
                shared.note_cut();
                io::copy(&mut from, &mut io::sink())?;
                break;
            }
            Some(Cut::AfterCommit) => {
                swallow(Cut::AfterCommit);
                to.write_all(&message)?;
            }
        }
    }
    Ok(())
}

/// Reads a message's length and its rest.
fn body(from: &mut &TcpStream, message: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    message.extend_from_slice(&length);
    let start = message.len();
    let rest = usize::try_from(u32::from_be_bytes(length)).unwrap_or_default().saturating_sub(4);
    message.resize(start + rest, 0);
    from.read_exact(message.get_mut(start..).unwrap_or_default())
}

/// Passes on what the server says, until it says that it has committed and nobody shall know.
fn answers(
    shared: &Shared,
    (mut from, mut to): (&TcpStream, &TcpStream),
    swallows: &Mutex<Option<Cut>>,
) -> io::Result<()> {
    let mut bytes = vec![0; 1 << 16];
    let mut swallowed = Vec::new();
    loop {
        let read = from.read(&mut bytes)?;
        let read = bytes.get(..read).unwrap_or_default();
        if read.is_empty() {
            return Ok(());
        }
        let cut = *swallows.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(cut) = cut else {
            to.write_all(read)?;
            continue;
        };
        swallowed.extend_from_slice(read);
        if swallowed.windows(7).any(|part| part == b"COMMIT\0") {
            if cut == Cut::AfterCommit {
                shared.note_cut();
            }
            return Ok(());
        }
    }
}
