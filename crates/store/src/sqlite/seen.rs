//! Which requests that are carried out once the file may know. Most are new, and need not be looked for: a file has one
//! server, through which all of them go.
//!
//! A Bloom filter: what it has not seen is not in the file, what it has seen probably is. It is filled by the look-ups
//! themselves, a part of the table each, so that nobody waits for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::KeyId;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::load::uuid;
use crate::StoreError;
use crate::once::ClaimSave;

/// Bits of the filter: beside a million requests, it takes 2 in 10,000 others for known.
const BITS: usize = 32 << 20;

/// How many requests it sees before it begins anew, without those that the file has forgotten.
const SEEN_MAX: u64 = 1_000_000;

/// Rows that a look-up adds at most.
const PART: usize = 5000;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Empty until it is needed.
    words: Vec<u64>,
    seen: u64,
    /// How often it began anew.
    round: u64,
    /// Up to which row the file was read.
    last_row: i64,
    /// Whether all of it was.
    is_whole: bool,
}

impl Seen {
    /// Adds requests whose commits are about to be saved.
    pub(super) fn add(&self, claims: &[ClaimSave]) {
        if claims.is_empty() {
            return;
        }
        let mut state = self.state();
        // Before these, which nobody finds in the file yet.
        if state.seen > SEEN_MAX {
            *state = State { round: state.round + 1, ..State::default() };
        }
        for claim in claims {
            let (_, once) = &claim.key;
            state.add(once.api_key, once.hash);
        }
    }

    /// Whether there is no such request in the file.
    pub(super) fn is_new(&self, api_key: KeyId, hash: Uuid) -> bool {
        let state = self.state();
        state.is_whole && !state.has(api_key, hash)
    }

    /// Reads a part of the file, if there is something left to read.
    pub(super) fn learn(&self, connection: &Connection) -> Result<(), StoreError> {
        let (round, last_row) = match &*self.state() {
            State { is_whole: true, .. } => return Ok(()),
            State { round, last_row, .. } => (*round, *last_row),
        };
        let sql = "SELECT row, api_key, hash FROM requests WHERE row > ?1 ORDER BY row LIMIT ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, KeyId(uuid(row, 1)?), uuid(row, 2)?));
        let rows = statement.query_map(params![last_row, PART], read)?.collect::<Result<Vec<_>, _>>()?;
        let mut state = self.state();
        // Otherwise somebody else was faster.
        if (state.round, state.last_row) == (round, last_row) && !state.is_whole {
            rows.iter().for_each(|(_, api_key, hash)| state.add(*api_key, *hash));
            state.last_row = rows.last().map_or(last_row, |(row, ..)| *row);
            // What came into the file since was added by its writer.
            state.is_whole = rows.len() < PART;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, api_key: KeyId, hash: Uuid) {
        if self.words.is_empty() {
            self.words = vec![0; BITS / 64];
        }
        for (word, bit) in places(api_key, hash) {
            if let Some(word) = self.words.get_mut(word) {
                *word |= bit;
            }
        }
        self.seen += 1;
    }

    fn has(&self, api_key: KeyId, hash: Uuid) -> bool {
        places(api_key, hash)
            .iter()
            .all(|(word, bit)| self.words.get(*word).is_some_and(|word| word & bit != 0))
    }
}

/// Four bits of the filter: where they stand. The hash is one already, the key makes it that of this client.
fn places(api_key: KeyId, hash: Uuid) -> [(usize, u64); 4] {
    let mixed = hash.as_u128() ^ api_key.0.as_u128();
    [0, 32, 64, 96].map(|shift| {
        let place = usize::try_from((mixed >> shift) % BITS as u128).unwrap_or_default();
        (place / 64, 1 << (place % 64))
    })
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;
    use crate::sqlite::migrate;
    use crate::{Once, WorkspaceNumber};

    const KEY: KeyId = KeyId(Uuid::from_u128(7));

    /// A hash as random as those of keys are.
    fn hash(n: u64) -> Uuid {
        let mut bits = n;
        let mut half = || {
            bits = bits.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x2545_f491_4f6c_dd1d);
            u128::from(bits ^ bits >> 29)
        };
        Uuid::from_u128(half() << 64 | half())
    }

    fn claim(n: u64) -> ClaimSave {
        ClaimSave {
            key: (WorkspaceNumber(1), Once { api_key: KEY, hash: hash(n), step: 0 }),
            fingerprint: Uuid::nil(),
            at: Timestamp::from_millis(0),
            event: None,
            events: 0,
            is_exact: false,
        }
    }

    fn file(requests: u64) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::run(&mut connection).unwrap();
        let sql = "INSERT INTO requests (workspace, api_key, hash, step, fingerprint, at, events, status, headers, body) \
                   VALUES (1, ?1, ?2, 0, x'', 0, 0, 0, '', x'')";
        let mut insert = connection.prepare(sql).unwrap();
        for n in 0..requests {
            insert.execute(params![KEY.0.as_bytes(), hash(n).as_bytes()]).unwrap();
        }
        drop(insert);
        connection
    }

    #[test]
    fn nothing_is_new_before_all_was_read_and_nothing_that_was_read_after() {
        let requests = PART as u64 + 10;
        let (seen, connection) = (Seen::default(), file(requests));
        seen.add(&[claim(requests)]);
        for _ in 0..2 {
            assert!(!seen.is_new(KEY, hash(u64::MAX)));
            seen.learn(&connection).unwrap();
        }
        assert!((0..=requests).all(|n| !seen.is_new(KEY, hash(n))));
        assert!(seen.is_new(KEY, hash(u64::MAX)) && seen.is_new(KeyId(Uuid::nil()), hash(0)));
        seen.add(&[claim(u64::MAX)]);
        assert!(!seen.is_new(KEY, hash(u64::MAX)));
    }

    #[test]
    fn an_empty_file_is_read_at_once() {
        let seen = Seen::default();
        seen.learn(&file(0)).unwrap();
        assert!(seen.is_new(KEY, hash(0)));
    }

    #[test]
    fn when_it_is_full_it_begins_anew() {
        let (seen, connection) = (Seen::default(), file(3));
        let claims: Vec<_> = (0..=SEEN_MAX).map(claim).collect();
        seen.add(&claims);
        seen.learn(&connection).unwrap();
        let unknown = (SEEN_MAX + 1..SEEN_MAX + 1001).filter(|n| seen.is_new(KEY, hash(*n))).count();
        assert!(unknown > 990, "{unknown}");
        // These are saved with the batch that begins it anew.
        seen.add(&[claim(5), claim(6)]);
        assert!(!seen.is_new(KEY, hash(SEEN_MAX - 1)), "nothing is known for sure");
        seen.learn(&connection).unwrap();
        assert!([0, 1, 2, 5, 6].into_iter().all(|n| !seen.is_new(KEY, hash(n))));
        assert!(seen.is_new(KEY, hash(SEEN_MAX - 1)));
    }
}
