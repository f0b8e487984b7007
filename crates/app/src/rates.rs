//! How many requests each key may send to this server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use model::KeyId;
use store::{Key, Rate};

use crate::Error;

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// Keys with a rate that are remembered at most. Beyond them all begin anew, with full buckets.
const KEYS_MAX: usize = 100_000;

/// What a key has left of its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Its rate.
    pub rate: Rate,
    /// Requests that it may send now.
    pub remaining: u32,
    /// Until it may send one more than that; zero when it may send all at once.
    pub wait: Duration,
}

impl Allowance {
    /// In how many seconds an empty bucket is full again, rounded up.
    pub fn window(&self) -> u64 {
        seconds(self.rate.interval() * self.rate.burst.get())
    }

    /// In how many seconds one more request is allowed, rounded up.
    pub fn wait_seconds(&self) -> u64 {
        seconds(self.wait)
    }
}

fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// The buckets of the keys that have a rate.
#[derive(Default)]
pub(crate) struct Rates(Mutex<HashMap<KeyId, (Rate, Arc<Limiter>)>>);

impl Rates {
    /// Takes one request from a key's bucket; `None` when the key has no rate.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when it is empty.
    pub(crate) fn take(&self, key: &Key) -> Result<Option<Allowance>, Error> {
        let Some(rate) = key.rate else { return Ok(None) };
        let limiter = self.limiter(key.id, rate);
        match limiter.check() {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let is_full = remaining >= rate.burst.get();
                let wait = if is_full { Duration::ZERO } else { rate.interval() };
                Ok(Some(Allowance { rate, remaining, wait }))
            }
            Err(until) => {
                let wait = until.wait_time_from(limiter.clock().now());
                Err(Error::RateLimited(Allowance { rate, remaining: 0, wait }))
            }
        }
    }

    fn limiter(&self, key: KeyId, rate: Rate) -> Arc<Limiter> {
        let mut limiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, limiter)) = limiters.get(&key).filter(|(known, _)| *known == rate) {
            return Arc::clone(limiter);
        }
        if limiters.len() >= KEYS_MAX {
            limiters.clear();
        }
        let made = Arc::new(limiter(rate));
        limiters.insert(key, (rate, Arc::clone(&made)));
        made
    }
}

fn limiter(rate: Rate) -> Limiter {
    let quota = Quota::with_period(rate.interval()).unwrap_or_else(|| Quota::per_second(rate.requests));
    RateLimiter::direct(quota.allow_burst(rate.burst)).with_middleware()
}
