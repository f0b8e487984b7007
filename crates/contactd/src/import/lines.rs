//! The lines of a file, read on a thread of their own, so that a slow source keeps nobody waiting.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, stdin};
use std::path::Path;

use tokio::sync::mpsc;

use crate::progress::Total;

/// Bytes of a line at most: those of a request's body.
const LINE_MAX: usize = api_kit::MAX_BODY_BYTES;

/// Lines that are read ahead.
const AHEAD: usize = 32;

/// Bytes that are read at a time, and of a part of a line that is too long.
const CHUNK: usize = 64 << 10;

/// A line, or a part of one that is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The number of the line; the first one is 1.
    pub(super) line: u64,
    pub(super) text: Text,
    /// Bytes of the file up to its end.
    pub(super) end: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// A line, without the end of line.
    Whole(Vec<u8>),
    /// The beginning of a line that is too long.
    Beginning(Vec<u8>),
    /// More of it, up to the end of line.
    More(Vec<u8>),
}

/// What is imported.
pub(super) struct Source {
    read: Box<dyn Read + Send>,
    pub(super) total: Total,
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self { read: Box::new(stdin()), total: Total::SomeBytes });
        }
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let total = if about.is_file() { Total::Bytes(about.len()) } else { Total::SomeBytes };
        Ok(Self { read: Box::new(file), total })
    }

    /// Begins to read.
    pub(super) fn start(self) -> io::Result<mpsc::Receiver<io::Result<Piece>>> {
        let (send, receive) = mpsc::channel(AHEAD);
        let work = move || {
            let mut lines = Lines::of(BufReader::with_capacity(CHUNK, self.read));
            // Nobody waits for it: it ends when nobody listens, and with the process when its source is silent.
            while let Some(piece) = lines.next().transpose() {
                let is_over = piece.is_err();
                if send.blocking_send(piece).is_err() || is_over {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("import-read".to_owned()).spawn(work)?;
        Ok(receive)
    }
}

/// The lines of a text. None is held in memory that is too long.
struct Lines<R> {
    source: R,
    line: u64,
    end: u64,
    is_inside: bool,
}

impl<R: BufRead> Lines<R> {
    fn of(source: R) -> Self {
        Self { source, line: 0, end: 0, is_inside: false }
    }

    fn next(&mut self) -> io::Result<Option<Piece>> {
        let most = if self.is_inside { CHUNK } else { LINE_MAX + 1 };
        let mut text = Vec::new();
        let read = self.source.by_ref().take(most as u64).read_until(b'\n', &mut text)?;
        let was_inside = self.is_inside;
        if read == 0 {
            return Ok(None);
        }
        self.end += read as u64;
        let is_ended = text.last() == Some(&b'\n');
        let text = if was_inside {
            self.is_inside = !is_ended;
            Text::More(text)
        } else {
            self.line += 1;
            self.is_inside = !is_ended && text.len() > LINE_MAX;
            text.truncate(text.len() - usize::from(is_ended));
            if self.is_inside { Text::Beginning(text) } else { Text::Whole(text) }
        };
        Ok(Some(Piece { line: self.line, text, end: self.end }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece as its line, what it is and its length.
    fn pieces(text: &[u8]) -> Vec<(u64, char, usize)> {
        let mut lines = Lines::of(text);
        let mut found = Vec::new();
        while let Some(piece) = lines.next().unwrap() {
            let (kind, bytes) = match piece.text {
                Text::Whole(bytes) => ('w', bytes),
                Text::Beginning(bytes) => ('b', bytes),
                Text::More(bytes) => ('m', bytes),
            };
            found.push((piece.line, kind, bytes.len()));
        }
        assert_eq!(lines.end, text.len() as u64);
        found
    }

    #[test]
    fn lines_are_counted_with_and_without_an_end() {
        assert_eq!(pieces(b""), []);
        assert_eq!(pieces(b"a\n\r\n\nbc"), [(1, 'w', 1), (2, 'w', 1), (3, 'w', 0), (4, 'w', 2)]);
        assert_eq!(pieces(b"a\n"), [(1, 'w', 1)]);
    }

    #[test]
    fn the_longest_line_is_whole_and_a_longer_one_comes_in_parts() {
        let longest = vec![b'x'; LINE_MAX];
        assert_eq!(pieces(&longest), [(1, 'w', LINE_MAX)]);
        assert_eq!(pieces(&[&longest[..], b"\ny"].concat()), [(1, 'w', LINE_MAX), (2, 'w', 1)]);
        let longer = [&longest[..], b"x\ny\n"].concat();
        assert_eq!(pieces(&longer), [(1, 'b', LINE_MAX + 1), (1, 'm', 1), (2, 'w', 1)]);
        let long = vec![b'x'; LINE_MAX + CHUNK + 2];
        assert_eq!(pieces(&long), [(1, 'b', LINE_MAX + 1), (1, 'm', CHUNK), (1, 'm', 1)]);
    }

    #[tokio::test]
    async fn a_source_that_fails_says_so_after_what_it_gave() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("torn"));
                }
                buffer[..2].copy_from_slice(b"a\n");
                Ok(2)
            }
        }
        let source = Source { read: Box::new(Broken(false)), total: Total::SomeBytes };
        let mut pieces = source.start().unwrap();
        let first = Piece { line: 1, text: Text::Whole(b"a".to_vec()), end: 2 };
        assert_eq!(pieces.recv().await.unwrap().unwrap(), first);
        assert_eq!(pieces.recv().await.unwrap().unwrap_err().to_string(), "torn");
        assert!(pieces.recv().await.is_none());
    }
}
