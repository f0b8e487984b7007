//! Where time and fresh ids come from.

use model::Timestamp;
use uuid::Uuid;

/// Time and fresh ids; tests bring their own.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// A UUIDv7 that was never given before, larger than all given before.
    fn fresh_id(&self) -> Uuid;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
        let now = jiff::Timestamp::now();
        Timestamp::from_millis(now.as_millisecond())
    }

    fn fresh_id(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
        let id = Uuid::now_v7();
        id
    }
}
