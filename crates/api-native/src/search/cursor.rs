//! Cursors of searches: where a page ended, of which list, and when its first page was read.

use app::Behind;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How long the cursors of a list can be used after its first page was read.
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;
/// Bytes of a cursor at most.
const BYTES_MAX: usize = 16 << 10;
/// Bytes of the check at its start.
const CHECK_BYTES: usize = 12;

/// What a list is told by: a hash of everything that decides on it.
pub(super) type Fingerprint = u64;

/// The fingerprint of these texts.
pub(super) fn fingerprint(texts: &[&str]) -> Fingerprint {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    let hash: [u8; 32] = hash.finalize().into();
    hash.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    /// At the start of the list.
    #[serde(rename = "s")]
    Start,
    /// Beyond this number.
    #[serde(rename = "n")]
    Number(u64),
    /// Behind this place.
    #[serde(rename = "b")]
    Behind(Behind),
}

/// What a cursor must be.
pub(super) const CURSOR_MUST: &str = "must be the 'next' of another page";

/// A cursor. As text: the start of its hash and its JSON, in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    #[serde(rename = "l")]
    list: Fingerprint,
    #[serde(rename = "t")]
    begun: i64,
    #[serde(rename = "p")]
    pub(super) place: Place,
}

impl Cursor {
    /// Where a page of a list ended whose first page was read at a time.
    pub(super) fn new(list: Fingerprint, begun: Timestamp, place: Place) -> Self {
        Self { list, begun: begun.millis(), place }
    }

    /// When the first page was read.
    pub(super) fn begun_at(&self) -> Timestamp {
        Timestamp::from_millis(self.begun)
    }

    /// Reads a cursor of a list.
    ///
    /// # Errors
    /// What is wrong with it: `must be …`.
    pub(super) fn read(text: &str, list: Fingerprint, now: Timestamp) -> Result<Self, &'static str> {
        let cursor = Self::parse(text).ok_or(CURSOR_MUST)?;
        if cursor.list != list {
            return Err("must be the 'next' of a page of the same search in the same order");
        }
        if !(0..=LIFE_MS).contains(&(now.millis() - cursor.begun)) {
            return Err("is older than a day: begin again with the first page");
        }
        Ok(cursor)
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() <= BYTES_MAX)?;
        let (check, json) = bytes.split_at_checked(CHECK_BYTES)?;
        if check != hash(json) {
            return None;
        }
        serde_json::from_slice(json).ok()
    }
}

fn hash(json: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hash = Sha256::new();
    hash.update("contactd cursor 1");
    hash.update(json);
    let hash: [u8; 32] = hash.finalize().into();
    hash.first_chunk().copied().unwrap_or_default()
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Plain data, for which this cannot fail.
        let json = serde_json::to_vec(self).unwrap_or_default();
        f.write_str(&URL_SAFE_NO_PAD.encode([hash(&json).as_slice(), &json].concat()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_for_their_list_and_a_day() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let list = fingerprint(&["1", "a", "b"]);
        assert_ne!(list, fingerprint(&["1", "ab", ""]));
        let cursor = Cursor::new(list, now, Place::Behind(Behind::Name("zoë".to_owned(), u64::MAX)));
        let text = cursor.to_string();
        assert_eq!(Cursor::read(&text, list, now).unwrap(), cursor);
        let reason = |text: &str, list, ms| {
            format!("{:?}", Cursor::read(text, list, Timestamp::from_millis(ms)).unwrap_err())
        };
        assert!(reason(&text, list + 1, now.millis()).contains("of the same search"));
        assert!(reason(&text, list, now.millis() + LIFE_MS + 1).contains("older than a day"));
        assert!(reason(&text, list, now.millis() - 1).contains("older than a day"));
        let mut changed = text.clone().into_bytes();
        *changed.last_mut().unwrap() ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        for forged in ["", "o5", "AAAA", "%", &changed, &format!("A{text}"), &"A".repeat(BYTES_MAX * 2)] {
            assert!(reason(forged, list, now.millis()).contains("'next' of another page"), "{forged}");
        }
    }
}
