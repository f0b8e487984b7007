//! Answers that are on their way to the writer: their clients have them already, and who asks again gets them from here
//! until they are stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::KeptAnswer;
use crate::once::ClaimKey;

/// Answers that are on their way at most.
const PENDING_MAX: usize = 1024;

/// Their bytes at most, headers and bodies together.
const PENDING_BYTES: usize = 8 << 20;

/// What is on its way, within bounds; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answers: HashMap<ClaimKey, Arc<KeptAnswer>>,
    bytes: usize,
}

/// An answer on its way. It has arrived, or is lost, when this is dropped.
#[derive(Debug)]
pub(crate) struct OnItsWay {
    pending: Pending,
    key: ClaimKey,
}

impl Pending {
    /// Takes an answer along; `None` when there is no room, or one of this request is on its way.
    pub(crate) fn take(&self, key: ClaimKey, answer: &Arc<KeptAnswer>) -> Option<OnItsWay> {
        let mut state = self.state();
        let bytes = state.bytes + size(answer);
        let has_room = state.answers.len() < PENDING_MAX && bytes <= PENDING_BYTES;
        if !has_room || state.answers.contains_key(&key) {
            return None;
        }
        state.answers.insert(key, Arc::clone(answer));
        state.bytes = bytes;
        Some(OnItsWay { pending: self.clone(), key })
    }

    /// The answer to a request, if it is on its way.
    pub(crate) fn find(&self, key: &ClaimKey) -> Option<Arc<KeptAnswer>> {
        self.state().answers.get(key).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        let mut state = self.pending.state();
        if let Some(answer) = state.answers.remove(&self.key) {
            state.bytes = state.bytes.saturating_sub(size(&answer));
        }
    }
}

fn size(answer: &KeptAnswer) -> usize {
    answer.headers.len() + answer.body.len()
}

#[cfg(test)]
mod tests {
    use model::KeyId;
    use uuid::Uuid;

    use super::*;
    use crate::{Once, WorkspaceNumber};

    fn key(hash: u128) -> ClaimKey {
        (WorkspaceNumber(1), Once { api_key: KeyId(Uuid::nil()), hash: Uuid::from_u128(hash), step: 0 })
    }

    fn answer(bytes: usize) -> Arc<KeptAnswer> {
        Arc::new(KeptAnswer { status: 200, headers: String::new(), body: vec![b'x'; bytes].into() })
    }

    #[test]
    fn what_is_on_its_way_is_found_until_it_has_arrived() {
        let pending = Pending::default();
        let on_its_way = pending.take(key(1), &answer(3)).unwrap();
        assert_eq!(pending.find(&key(1)), Some(answer(3)));
        assert!(pending.take(key(1), &answer(3)).is_none(), "one at a time");
        assert_eq!(pending.find(&key(2)), None);
        drop(on_its_way);
        assert_eq!(pending.find(&key(1)), None);
    }

    #[test]
    fn only_so_many_and_so_many_bytes_are_on_their_way() {
        for (bytes, most) in [(1, PENDING_MAX), (64 << 10, PENDING_BYTES / (64 << 10))] {
            let pending = Pending::default();
            let mut taken: Vec<_> =
                (0..most as u128).map(|n| pending.take(key(n), &answer(bytes)).unwrap()).collect();
            assert!(pending.take(key(u128::MAX), &answer(bytes)).is_none());
            taken.pop();
            assert!(pending.take(key(u128::MAX), &answer(bytes)).is_some());
            taken.clear();
            assert_eq!(pending.state().bytes, 0);
        }
    }
}
