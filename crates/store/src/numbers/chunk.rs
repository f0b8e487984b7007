//! A chunk of a set of numbers: 1024 of them that follow each other, a bit each.

/// Bits of a number that say where in its chunk it stands.
pub(super) const PLACE_BITS: u32 = 10;

/// Numbers of a chunk.
pub(crate) const CHUNK_NUMBERS: u64 = 1 << PLACE_BITS;

const WORDS: usize = 16;

/// Bytes of a chunk as it is stored.
pub(crate) const CHUNK_BYTES: usize = WORDS * 8;

/// Which of 1024 contacts, whose numbers follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chunk([u64; WORDS]);

impl Chunk {
    /// Reads what [`bytes`](Self::bytes) writes.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; CHUNK_BYTES] = bytes.try_into().ok()?;
        let mut chunk = Self::default();
        for (word, bytes) in chunk.0.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Some(chunk)
    }

    /// As it is stored.
    pub(crate) fn bytes(&self) -> [u8; CHUNK_BYTES] {
        let mut bytes = [0; CHUNK_BYTES];
        for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.0) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    /// Adds a number of this chunk.
    pub(crate) fn insert(&mut self, number: u64) {
        let place = place(number);
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// Whether it has a number of this chunk.
    pub(crate) fn contains(&self, number: u64) -> bool {
        let place = place(number);
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// What is in either.
    pub(crate) fn or(self, other: Self) -> Self {
        self.with(other, |a, b| a | b)
    }

    /// What is in both.
    pub(crate) fn and(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    /// What is in this one only.
    pub(crate) fn without(self, other: Self) -> Self {
        self.with(other, |a, b| a & !b)
    }

    fn with(mut self, other: Self, each: fn(u64, u64) -> u64) -> Self {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word = each(*word, other);
        }
        self
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The places that are set, lowest first.
    pub(super) fn places(self) -> impl Iterator<Item = u64> {
        self.0.into_iter().zip(0_u64..).flat_map(|(word, index)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.wrapping_sub(1);
                (bit < 64).then(|| index * 64 + u64::from(bit))
            })
        })
    }
}

pub(super) fn place(number: u64) -> usize {
    (number & ((1 << PLACE_BITS) - 1)) as usize
}

/// The chunk that a number stands in.
pub(crate) fn chunk(number: u64) -> u64 {
    number >> PLACE_BITS
}
