//! Keys that were looked up lately, and when they were used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use model::{KeyId, Timestamp};
use store::{Key, KeyHash};

/// Keys found lately. An entry lives for a second, so a revoked key stops to work within that.
#[derive(Default)]
pub(crate) struct KeyCache {
    found: RwLock<HashMap<KeyHash, (Instant, Arc<Key>)>>,
    /// When keys were used, as far as it is not stored yet: noted when they are looked up, so once a second.
    used: Mutex<HashMap<KeyId, Timestamp>>,
}

const CACHE_TTL: Duration = Duration::from_secs(1);
const CACHE_MAX: usize = 10_000;

impl KeyCache {
    pub(super) fn get(&self, hash: &KeyHash) -> Option<Arc<Key>> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        found.get(hash).filter(|(since, _)| since.elapsed() < CACHE_TTL).map(|(_, key)| Arc::clone(key))
    }

    pub(super) fn put(&self, hash: KeyHash, key: &Arc<Key>) {
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= CACHE_MAX {
            found.retain(|_, (since, _)| since.elapsed() < CACHE_TTL);
        }
        // Full of live keys: the next request looks this one up again.
        if found.len() < CACHE_MAX {
            found.insert(hash, (Instant::now(), Arc::clone(key)));
        }
    }

    /// Looks a key up again at its next request.
    pub(crate) fn forget(&self, id: KeyId) {
        self.found.write().unwrap_or_else(PoisonError::into_inner).retain(|_, (_, key)| key.id != id);
    }

    pub(super) fn note_use(&self, id: KeyId, at: Timestamp) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() < CACHE_MAX || used.contains_key(&id) {
            used.insert(id, at);
        }
    }

    pub(super) fn take_used(&self) -> HashMap<KeyId, Timestamp> {
        std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
