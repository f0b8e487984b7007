//! The lines that were refused: why, and as they came.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use app::Error;

/// Reasons of one line that are told.
const REASONS_MAX: usize = 5;

/// Characters of a reason that are told.
const REASON_CHARS: usize = 300;

/// The file of `--rejects`, if there is one.
pub(super) struct Rejects {
    file: Option<(PathBuf, BufWriter<File>)>,
    is_empty: bool,
}

impl Rejects {
    /// Makes the file, which must not be there.
    pub(super) fn make(path: Option<PathBuf>) -> io::Result<Self> {
        let file = match path {
            Some(path) => {
                let file = File::create_new(&path)?;
                Some((path, BufWriter::new(file)))
            }
            None => None,
        };
        Ok(Self { file, is_empty: true })
    }

    /// Keeps a line, or the beginning of one.
    pub(super) fn keep(&mut self, text: &[u8]) -> io::Result<()> {
        self.is_empty = false;
        self.file.as_mut().map_or(Ok(()), |(_, file)| file.write_all(text))
    }

    /// Ends the file; one without a line is removed again.
    pub(super) fn end(self) -> io::Result<()> {
        let Some((path, mut file)) = self.file else { return Ok(()) };
        if self.is_empty { std::fs::remove_file(path) } else { file.flush() }
    }
}

/// Whether this concerns only one line.
pub(super) fn is_refusal(fault: &Error) -> bool {
    matches!(fault, Error::Rejected(_) | Error::InUse(_))
}

/// Why a line was refused, in one line.
pub(super) fn reason(fault: &Error) -> String {
    let reasons = match fault {
        Error::Rejected(rejection) => api_native::reasons(rejection),
        fault => vec![fault.to_string()],
    };
    let mut told: Vec<_> = reasons.iter().take(REASONS_MAX).map(|reason| printable(reason)).collect();
    if reasons.len() > REASONS_MAX {
        told.push(format!("and {} more", reasons.len() - REASONS_MAX));
    }
    told.join("; ")
}

/// A text that may hold what a client wrote, as a terminal can show it.
fn printable(text: &str) -> String {
    // A document is one line.
    let text = text.replace(" at line 1 column ", " at column ");
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut shown: String = text.chars().take(REASON_CHARS).map(shown).collect();
    if text.chars().nth(REASON_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use model::{Rejection, Violation, ViolationKind};

    use super::*;

    #[track_caller]
    fn check(document: &str, expected: &str) {
        let violations = api_native::decode(document.as_bytes()).violations;
        assert_eq!(reason(&Error::Rejected(Rejection { violations })), expected);
    }

    #[test]
    fn reasons_name_the_member() {
        check("{\"a\":tru}", "a: invalid JSON: expected ident at column 9");
        check(r#"{"city":1,"city":2}"#, "city: is given twice");
        check(r#"{"city":1,"stat":2}"#, "city: must be a string or null; stat: is not known");
        check("[]", "the body must be a JSON object");
        check(
            r#"{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1}"#,
            "1: is not known; 2: is not known; 3: is not known; 4: is not known; 5: is not known; and 2 more",
        );
        assert_eq!(reason(&Error::InUse("x".to_owned())), "x is in use");
    }

    #[test]
    fn what_a_document_holds_does_nothing_to_a_terminal() {
        let violation = Violation::new("a\u{1b}[2J", ViolationKind::UnknownTag("x".repeat(400)));
        let told = reason(&Error::Rejected(Rejection::from(violation)));
        assert!(told.starts_with("a\u{fffd}[2J: no tag has the id 'xxx"), "{told}");
        assert!(told.ends_with("xx…") && told.chars().count() == REASON_CHARS + 1, "{told}");
    }

    #[test]
    fn a_file_of_rejects_is_new_and_goes_away_when_it_is_empty() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("rejects");
        Rejects::make(Some(path.clone())).unwrap().end().unwrap();
        assert!(!path.exists());
        let mut rejects = Rejects::make(Some(path.clone())).unwrap();
        rejects.keep(b"{\n").unwrap();
        rejects.end().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{\n");
        assert_eq!(Rejects::make(Some(path)).err().unwrap().kind(), io::ErrorKind::AlreadyExists);
        let mut nowhere = Rejects::make(None).unwrap();
        nowhere.keep(b"{\n").unwrap();
        nowhere.end().unwrap();
    }
}
