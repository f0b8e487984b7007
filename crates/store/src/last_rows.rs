//! Where the commits of requests that are carried out once stand that were saved last: there their answers go, too.

use std::collections::HashMap;

use crate::once::ClaimKey;

/// The rows of the first commits of requests, so that those of their answers need not be looked for: the last ones, and
/// those before them.
#[derive(Debug, Default)]
pub(crate) struct LastRows([HashMap<ClaimKey, i64>; 2]);

/// How many of them are remembered at least: more than there are answers on their way.
const LAST_ROWS: usize = 4096;

impl LastRows {
    pub(crate) fn add(&mut self, key: ClaimKey, row: i64) {
        let [last, before] = &mut self.0;
        if last.len() == LAST_ROWS {
            std::mem::swap(last, before);
            last.clear();
        }
        last.insert(key, row);
    }

    pub(crate) fn get(&self, key: &ClaimKey) -> Option<i64> {
        self.0.iter().find_map(|rows| rows.get(key).copied())
    }
}

#[cfg(test)]
mod tests {
    use model::KeyId;
    use uuid::Uuid;

    use super::*;
    use crate::{Once, WorkspaceNumber};

    #[test]
    fn the_last_rows_are_known() {
        let mut last = LastRows::default();
        let key = |n: usize| {
            let hash = Uuid::from_u128(n as u128);
            (WorkspaceNumber(1), Once { api_key: KeyId(Uuid::nil()), hash, step: 0 })
        };
        for n in 0..3 * LAST_ROWS {
            last.add(key(n), i64::try_from(n).unwrap());
            let before = (n + 1).saturating_sub(LAST_ROWS)..=n;
            assert!(before.step_by(97).chain([n]).all(|n| last.get(&key(n)) == i64::try_from(n).ok()), "{n}");
        }
        assert!(last.0.iter().all(|rows| rows.len() <= LAST_ROWS));
    }
}
