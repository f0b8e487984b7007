//! A clock that stands still until it is told to move.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use app::Clock;
use model::Timestamp;
use uuid::Uuid;

/// A clock that starts at 2025-01-15T12:45:00Z and stands still; ids count up.
#[derive(Debug)]
pub struct FakeClock {
    now_ms: AtomicI64,
    ids: AtomicU64,
}

impl Default for FakeClock {
    fn default() -> Self {
        Self { now_ms: AtomicI64::new(1_736_945_100_000), ids: AtomicU64::new(1) }
    }
}

impl FakeClock {
    /// Moves the clock on.
    pub fn advance_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_ms.load(Ordering::SeqCst))
    }

    fn fresh_id(&self) -> Uuid {
        // Like UUIDv7: the time, then a count. A thousand apart, for what one change makes.
        let count = self.ids.fetch_add(1000, Ordering::SeqCst);
        let ms = u64::try_from(self.now_ms.load(Ordering::SeqCst)).unwrap_or_default();
        let high = u128::from(ms) << 80 | 0x7000 << 64 | 0x8000 << 48;
        Uuid::from_u128(high + u128::from(count))
    }
}
