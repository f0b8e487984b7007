//! The checksum of a table, by which two databases are found to be the same.

use sha2::{Digest, Sha256};

use super::cell::Cell;
use super::record::Record;

/// How many records there are, and a checksum of all of them in the order of their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    records: u64,
    sum: Sha256,
}

impl Sum {
    pub(super) fn add(&mut self, records: &[Record]) {
        self.records += records.len() as u64;
        for cell in records.iter().flat_map(Record::cells) {
            cell.add_to(&mut self.sum);
        }
    }

    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// The SHA-256, in hexadecimal.
    pub(super) fn hex(&self) -> String {
        self.sum.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Cell<'_> {
    /// What takes part in a checksum: no two lists of values give the same bytes.
    fn add_to(&self, sum: &mut Sha256) {
        let mut sized = |bytes: &[u8]| {
            sum.update((bytes.len() as u64).to_be_bytes());
            sum.update(bytes);
        };
        match self {
            Self::Number(number) => sum.update(number.to_be_bytes()),
            Self::Maybe(None) => sized(&[]),
            Self::Maybe(Some(number)) => sized(&number.to_be_bytes()),
            Self::Id(id) => sum.update(id.as_bytes()),
            Self::Text(text) => sized(text.as_bytes()),
            Self::Bytes(bytes) | Self::Bits(bytes) => sized(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn no_two_lists_of_values_have_the_same_checksum() {
        let channel = |kind: &str, value: &str| {
            let (kind, value) = (kind.to_owned(), value.to_owned());
            let mut sum = Sum::default();
            sum.add(&[Record::Channel { workspace: 1, kind, value, contact: Uuid::nil() }]);
            sum.hex()
        };
        assert_eq!(channel("email", "a"), channel("email", "a"));
        assert_ne!(channel("email", "a"), channel("emai", "la"));
        assert_ne!(channel("email", "é"), channel("email", "e\u{301}"));
    }
}
