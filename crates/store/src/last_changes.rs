//! When contacts last changed: what is noted of it behind the log, beside which events are the last ones.
//!
//! No index has this order, because every update would have to write it. Of each chunk of events it is noted whose last
//! events they were and when these contacts changed, once and for all: what is a last event no more, the bits beside it
//! tell ([`last_events`](crate::last_events)).

use crate::numbers::{CHUNK_NUMBERS, Numbers};

/// Instants that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InstantRange {
    /// The first one, in milliseconds since 1970-01-01T00:00:00Z.
    pub from: i64,
    /// The first one behind the last one, if there is a last one.
    pub until: Option<i64>,
}

impl InstantRange {
    /// All instants.
    pub(crate) const ALL: Self = Self { from: i64::MIN, until: None };

    /// Whether it has this instant.
    pub fn contains(self, at: i64) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// The last instant.
    pub(crate) fn last(self) -> i64 {
        self.until.map_or(i64::MAX, |until| until.saturating_sub(1))
    }
}

/// The last change of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastChange {
    /// The event that made it.
    pub(crate) event: u64,
    /// The number of the contact.
    pub(crate) number: u64,
    /// When, as the contact says.
    pub(crate) at: i64,
}

/// The last changes that a chunk of events made, as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    /// The earliest instant among them; without any, a later one than [`last_at`](Self::last_at).
    pub(crate) first_at: i64,
    /// The latest one.
    pub(crate) last_at: i64,
    /// Of each, in the order of their events: how far the event is from the one before, the number of the contact, and
    /// how far the instant is from the earliest. So most take seven bytes.
    pub(crate) packed: Vec<u8>,
}

impl Changes {
    /// These, which are of one chunk, in the order of their events.
    pub(crate) fn pack(changes: &[LastChange]) -> Self {
        let instants = || changes.iter().map(|change| change.at);
        let (first_at, last_at) =
            (instants().min().unwrap_or(i64::MAX), instants().max().unwrap_or(i64::MIN));
        let mut packed = Vec::with_capacity(8 * changes.len());
        let mut before = 0;
        for change in changes {
            let place = change.event % CHUNK_NUMBERS;
            put(&mut packed, place.saturating_sub(before));
            put(&mut packed, change.number);
            put(&mut packed, change.at.abs_diff(first_at));
            before = place;
        }
        Self { first_at, last_at, packed }
    }

    /// The same again, for a chunk; what is damaged ends them.
    pub(crate) fn unpack(
        chunk: u64,
        first_at: i64,
        packed: &[u8],
    ) -> impl Iterator<Item = LastChange> + use<'_> {
        let (mut packed, mut event) = (packed, chunk.saturating_mul(CHUNK_NUMBERS));
        std::iter::from_fn(move || {
            event = event.saturating_add(take(&mut packed)?);
            let number = take(&mut packed)?;
            let at = first_at.saturating_add_unsigned(take(&mut packed)?);
            Some(LastChange { event, number, at })
        })
    }
}

/// Appends a number: seven bits a byte, the lowest first; each byte but the last has its highest bit set.
fn put(packed: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        packed.push(number as u8 | 0x80);
        number >>= 7;
    }
    packed.push(number as u8);
}

/// Takes a number that [`put`] appended; `None` when there is none.
fn take(packed: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = packed.split_first()?;
        *packed = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The last changes in a range, as they are met in the notes and in the log.
pub(crate) struct ChangedIn<'l, S> {
    pub(crate) range: InstantRange,
    /// The last events of all contacts.
    pub(crate) last: &'l Numbers,
    /// Sees them.
    pub(crate) see: S,
}

impl<S: FnMut(LastChange)> ChangedIn<'_, S> {
    /// Meets what is noted of a chunk.
    pub(crate) fn meet_noted(&mut self, chunk: u64, first_at: i64, packed: &[u8]) {
        let Some(last) = self.last.of_chunk(chunk) else { return };
        let changes = Changes::unpack(chunk, first_at, packed);
        changes.filter(|change| last.contains(change.event)).for_each(|change| self.meet(change));
    }

    /// Meets a change that is the last one of its contact.
    pub(crate) fn meet(&mut self, change: LastChange) {
        if self.range.contains(change.at) {
            (self.see)(change);
        }
    }
}

/// Whether so many events are too many to find who changed when, where the rest of a filter leaves over so many contacts at
/// most: to read a contact costs as much as to meet so many changes.
pub(crate) fn is_too_much(events: u64, bound: Option<&Numbers>) -> bool {
    const MET_IN_A_LOOK: u64 = 200;
    bound.is_some_and(|bound| bound.len().saturating_mul(MET_IN_A_LOOK) < events)
}

/// Chunks that are read together.
pub(crate) const CHUNKS_AT_ONCE: u64 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random.
    fn some(seed: u64) -> impl Iterator<Item = u64> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Of every length.
            state.rotate_left(32) >> (state >> 58)
        })
    }

    #[test]
    fn what_is_packed_reads_back() {
        for seed in 0..200 {
            let mut some = some(seed);
            let mut next = || some.next().unwrap();
            let chunk = next() >> 10;
            let places: std::collections::BTreeSet<u64> =
                (0..next() % 40).map(|_| next() % CHUNK_NUMBERS).collect();
            let changes: Vec<LastChange> = places
                .into_iter()
                .map(|place| LastChange {
                    event: chunk * CHUNK_NUMBERS + place,
                    number: next(),
                    at: next().cast_signed() ^ -i64::from(next() % 2 == 0),
                })
                .collect();
            let Changes { first_at, last_at, packed } = Changes::pack(&changes);
            assert_eq!(Changes::unpack(chunk, first_at, &packed).collect::<Vec<_>>(), changes);
            assert!(changes.iter().all(|change| (first_at..=last_at).contains(&change.at)));
            // Whatever is damaged, reading ends.
            for cut in 0..packed.len() {
                let left = Changes::unpack(chunk, first_at, packed.get(..cut).unwrap()).count();
                assert!(left < changes.len());
            }
        }
    }

    #[test]
    fn anything_can_be_unpacked() {
        for seed in 0..200 {
            let bytes: Vec<u8> = some(seed).take(60).map(|number| number as u8).collect();
            assert!(Changes::unpack(u64::MAX, i64::MAX, &bytes).count() <= bytes.len());
        }
    }

    #[test]
    fn only_what_is_still_last_and_in_the_range_is_found() {
        let change = |event, number, at| LastChange { event, number, at };
        let noted = [change(1, 7, 10), change(2, 8, 20), change(3, 9, 20), change(1023, 5, 30)];
        let Changes { first_at, packed, .. } = Changes::pack(&noted);
        let last: Numbers = [1, 2, 1023].into_iter().collect();
        for (from, until, expected) in [
            (i64::MIN, None, vec![7, 8, 5, 6]),
            (20, None, vec![8, 5, 6]),
            (10, Some(20), vec![7]),
            (21, Some(31), vec![5]),
            (41, None, vec![]),
        ] {
            let mut found = Vec::new();
            let see = |change: LastChange| found.push(change.number);
            let mut changed = ChangedIn { range: InstantRange { from, until }, last: &last, see };
            changed.meet_noted(0, first_at, &packed);
            changed.meet(change(1030, 6, 40));
            assert_eq!(found, expected, "{from} {until:?}");
        }
    }

    #[test]
    fn few_contacts_are_read_instead() {
        let few: Numbers = (1..=10).collect();
        assert!(
            !is_too_much(2000, Some(&few)) && is_too_much(2001, Some(&few)) && !is_too_much(u64::MAX, None)
        );
    }
}
