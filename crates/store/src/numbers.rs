//! Sets of contacts by their numbers, in chunks of 1024: as they are stored, and as filters combine them.

mod chunk;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use self::chunk::PLACE_BITS;
pub(crate) use self::chunk::{CHUNK_BYTES, CHUNK_NUMBERS, Chunk, chunk};

/// A set of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// By chunk, lowest first; none is empty.
    chunks: Vec<(u64, Chunk)>,
}

impl Numbers {
    /// Adds a chunk after all that are there.
    pub(crate) fn push(&mut self, chunk: u64, bits: Chunk) {
        if !bits.is_empty() {
            self.chunks.push((chunk, bits));
        }
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        self.of_chunk(chunk(number)).is_some_and(|bits| bits.contains(number))
    }

    /// Those of a chunk, if there are any.
    pub(crate) fn of_chunk(&self, chunk: u64) -> Option<&Chunk> {
        let place = self.chunks.binary_search_by_key(&chunk, |(chunk, _)| *chunk);
        place.ok().and_then(|place| self.chunks.get(place)).map(|(_, bits)| bits)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(crate) fn len(&self) -> u64 {
        self.chunks.iter().map(|(_, bits)| bits.len()).sum()
    }

    /// The largest number.
    pub(crate) fn last(&self) -> Option<u64> {
        self.descending(None).next()
    }

    /// What is in either.
    pub(crate) fn or(&self, other: &Self) -> Self {
        self.with(other, |a, b| a.or(b))
    }

    /// What is in any of these, however many they are.
    pub(crate) fn union(sets: impl IntoIterator<Item = Self>) -> Self {
        let mut union: BTreeMap<u64, Chunk> = BTreeMap::new();
        for (chunk, bits) in sets.into_iter().flat_map(|set| set.chunks) {
            let all = union.entry(chunk).or_default();
            *all = all.or(bits);
        }
        Self { chunks: union.into_iter().collect() }
    }

    /// What is in both.
    pub(crate) fn and(&self, other: &Self) -> Self {
        self.with(other, |a, b| a.and(b))
    }

    /// What is in this one only.
    pub(crate) fn without(&self, other: &Self) -> Self {
        self.with(other, |a, b| a.without(b))
    }

    fn with(&self, other: &Self, each: impl Fn(Chunk, Chunk) -> Chunk) -> Self {
        let mut both = Self { chunks: Vec::with_capacity(self.chunks.len().max(other.chunks.len())) };
        let (mut left, mut right) = (self.chunks.iter().peekable(), other.chunks.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => return both,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((left, _)), Some((right, _))) => left.cmp(right),
            };
            let left = if order.is_le() { left.next() } else { None };
            let right = if order.is_ge() { right.next() } else { None };
            if let Some((chunk, _)) = left.or(right) {
                let bits = |side: Option<&(u64, Chunk)>| side.map(|(_, bits)| *bits).unwrap_or_default();
                both.push(*chunk, each(bits(left), bits(right)));
            }
        }
    }

    /// Those in a range.
    pub(crate) fn within(&self, range: &Range<u64>) -> Self {
        let mut within = Self::default();
        for (of, bits) in &self.chunks {
            let first = of << PLACE_BITS;
            let numbers = first..first + CHUNK_NUMBERS;
            if range.start <= numbers.start && numbers.end <= range.end {
                within.chunks.push((*of, *bits));
            } else if range.start < numbers.end && numbers.start < range.end {
                let mut some = Chunk::default();
                bits.places()
                    .map(|place| first + place)
                    .filter(|n| range.contains(n))
                    .for_each(|n| some.insert(n));
                within.push(*of, some);
            }
        }
        within
    }

    /// The numbers, lowest first, beyond this one.
    pub(crate) fn ascending(&self, after: Option<u64>) -> impl Iterator<Item = u64> {
        let from = after.map_or(Some(0), |after| after.checked_add(1));
        let chunks = self
            .chunks
            .iter()
            .filter(move |(chunk, _)| from.is_some_and(|from| *chunk >= from >> PLACE_BITS));
        chunks
            .flat_map(|(chunk, bits)| bits.places().map(move |place| (chunk << PLACE_BITS) + place))
            .filter(move |number| from.is_some_and(|from| *number >= from))
    }

    /// The numbers, highest first, beyond this one.
    pub(crate) fn descending(&self, after: Option<u64>) -> impl Iterator<Item = u64> {
        let to = after.unwrap_or(u64::MAX);
        let chunks = self.chunks.iter().rev().filter(move |(chunk, _)| *chunk <= to >> PLACE_BITS);
        chunks
            .flat_map(|(chunk, bits)| {
                let places: Vec<_> = bits.places().collect();
                places.into_iter().rev().map(move |place| (chunk << PLACE_BITS) + place)
            })
            .filter(move |number| after.is_none_or(|after| *number < after))
    }

    /// The numbers, lowest first, after so many of them. Chunks that are skipped are only counted.
    pub(crate) fn ascending_from(&self, skip: u64) -> impl Iterator<Item = u64> {
        let (chunks, left) = after(self.chunks.iter(), skip);
        chunks
            .flat_map(|(chunk, bits)| bits.places().map(move |place| (chunk << PLACE_BITS) + place))
            .skip(left)
    }

    /// The numbers, highest first, after so many of them.
    pub(crate) fn descending_from(&self, skip: u64) -> impl Iterator<Item = u64> {
        let (chunks, left) = after(self.chunks.iter().rev(), skip);
        let places = chunks.flat_map(|(chunk, bits)| {
            let places: Vec<_> = bits.places().collect();
            places.into_iter().rev().map(move |place| (chunk << PLACE_BITS) + place)
        });
        places.skip(left)
    }

    /// Whether one bit for every number up to the largest one would be more than is reasonable: clients may have made
    /// up the numbers.
    pub(crate) fn is_sparse(&self) -> bool {
        const BYTES_MAX: u64 = 8 << 20;
        self.last().is_some_and(|last| last / 8 >= BYTES_MAX)
    }

    /// Unless [sparse](Self::is_sparse), one bit a number, up to the largest one: of byte `n / 8`, the bit of value `2^(n % 8)`.
    pub(crate) fn dense(&self) -> Vec<u8> {
        let bytes = self.last().map_or(0, |last| last / 8 + 1);
        let mut dense = vec![0; usize::try_from(bytes).unwrap_or(0)];
        for number in self.ascending(None) {
            if let Some(byte) = usize::try_from(number / 8).ok().and_then(|place| dense.get_mut(place)) {
                *byte |= 1 << (number % 8);
            }
        }
        dense
    }
}

/// The chunks after those that have no more than so many numbers, and how many are still to be skipped.
fn after<'n, I: Iterator<Item = &'n (u64, Chunk)>>(
    mut chunks: I,
    mut skip: u64,
) -> (impl Iterator<Item = &'n (u64, Chunk)>, usize) {
    let first = chunks.find(|(_, bits)| {
        let is_skipped = bits.len() <= skip;
        if is_skipped {
            skip -= bits.len();
        }
        !is_skipped
    });
    (first.into_iter().chain(chunks), usize::try_from(skip).unwrap_or(usize::MAX))
}

impl FromIterator<u64> for Numbers {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut numbers: Vec<u64> = numbers.into_iter().collect();
        let mut set = Self::default();
        let last = numbers.iter().max().map_or(0, |number| chunk(*number));
        // Where so many are in so few chunks, each goes to its place at once.
        if last < numbers.len() as u64 / 8 {
            let mut chunks = vec![Chunk::default(); usize::try_from(last + 1).unwrap_or_default()];
            for number in numbers {
                if let Some(bits) =
                    usize::try_from(chunk(number)).ok().and_then(|place| chunks.get_mut(place))
                {
                    bits.insert(number);
                }
            }
            chunks.into_iter().zip(0..).for_each(|(bits, chunk)| set.push(chunk, bits));
            return set;
        }
        numbers.sort_unstable();
        for same in numbers.chunk_by(|a, b| chunk(*a) == chunk(*b)) {
            let mut bits = Chunk::default();
            same.iter().for_each(|number| bits.insert(*number));
            set.push(same.first().map_or(0, |number| chunk(*number)), bits);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Numbers that look random, in and beyond a few chunks.
    fn some(seed: u64) -> BTreeSet<u64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        (0..400).map(|n| if n % 50 == 0 { next() << 20 } else { next() % 5000 }).collect()
    }

    #[test]
    fn sets_are_combined_as_sets_are() {
        for seed in 0..20 {
            let (a, b) = (some(seed), some(seed + 100));
            let (left, right): (Numbers, Numbers) =
                (a.iter().copied().collect(), b.iter().copied().collect());
            for (found, expected) in [
                (left.or(&right), a.union(&b).copied().collect::<Vec<_>>()),
                (Numbers::union([left.clone(), right.clone()]), a.union(&b).copied().collect()),
                (left.and(&right), a.intersection(&b).copied().collect()),
                (left.without(&right), a.difference(&b).copied().collect()),
            ] {
                assert_eq!(found.ascending(None).collect::<Vec<_>>(), expected);
                assert_eq!(found.len(), expected.len() as u64);
                assert_eq!(found.last(), expected.last().copied());
                assert_eq!(found, expected.into_iter().collect());
            }
        }
    }

    #[test]
    fn a_range_has_what_is_in_it() {
        let numbers = some(11);
        let set: Numbers = numbers.iter().copied().collect();
        let bounds: Vec<u64> = numbers
            .iter()
            .copied()
            .step_by(9)
            .flat_map(|n| [n, n + 1])
            .chain([0, 1024, 2047, u64::MAX])
            .collect();
        for from in &bounds {
            for until in &bounds {
                let expected: Numbers =
                    numbers.iter().copied().filter(|n| (from..until).contains(&n)).collect();
                assert_eq!(set.within(&(*from..*until)), expected, "{from}..{until}");
            }
        }
    }

    #[test]
    fn walks_begin_after_so_many_numbers() {
        let numbers = some(3);
        let set: Numbers = numbers.iter().copied().collect();
        for skip in (0..420).chain([10_000, usize::MAX]) {
            assert!(set.ascending_from(skip as u64).eq(numbers.iter().copied().skip(skip)), "{skip}");
            assert!(set.descending_from(skip as u64).eq(numbers.iter().rev().copied().skip(skip)), "{skip}");
        }
    }

    #[test]
    fn walks_begin_beyond_a_number() {
        let numbers = some(7);
        let set: Numbers = numbers.iter().copied().collect();
        for after in
            numbers.iter().copied().flat_map(|n| [n.saturating_sub(1), n, n + 1]).chain([0, u64::MAX])
        {
            assert!(set.ascending(Some(after)).eq(numbers.iter().copied().filter(|n| *n > after)), "{after}");
            assert!(
                set.descending(Some(after)).eq(numbers.iter().rev().copied().filter(|n| *n < after)),
                "{after}"
            );
        }
        assert!((0..6000).all(|number| set.contains(number) == numbers.contains(&number)));
        assert!(set.descending(None).eq(numbers.iter().rev().copied()));
    }

    #[test]
    fn chunks_read_back() {
        let set: Numbers = [0, 1, 7, 8, 1023].into_iter().collect();
        let (_, bits) = set.chunks[0];
        let bytes = bits.bytes();
        assert_eq!((bytes[0], bytes[1], bytes[127]), (0b1000_0011, 1, 0b1000_0000));
        assert_eq!(Chunk::read(&bytes), Some(bits));
        assert_eq!(Chunk::read(&bytes[1..]), None);
        assert_eq!(set.dense(), bytes);
        assert!(Numbers::default().dense().is_empty());
    }
}
