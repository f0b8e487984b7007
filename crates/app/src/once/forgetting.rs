//! Forgetting requests that were carried out long ago.

use std::time::Duration;

use model::Timestamp;

use super::{KEPT_FOR, KEPT_MAX};
use crate::{App, Duty, Error};

/// The work of one server.
const FORGETTING: Duty = Duty { name: "requests", lease: Duration::from_secs(60) };

/// After how long old requests are looked for first.
const FIRST_ROUND: Duration = Duration::from_secs(60);
/// How long it rests after that.
const ROUND: Duration = Duration::from_secs(10 * 60);

/// Requests that are forgotten in one commit at most.
const FORGOTTEN: u64 = 1000;

impl App {
    /// Forgets old requests while no other server does, until the application is closed.
    pub async fn forget_requests(&self) {
        self.on_one_server(FORGETTING, |_| async move {
            // A start has better to do.
            tokio::time::sleep(FIRST_ROUND).await;
            loop {
                if let Err(fault) = self.forget_old_requests().await {
                    tracing::debug!(%fault, "requests are forgotten later");
                }
                tokio::time::sleep(ROUND).await;
            }
        })
        .await;
    }

    /// Forgets requests that are older than [`KEPT_FOR`], and the oldest ones of API keys that have more than
    /// [`KEPT_MAX`]; yields how many.
    ///
    /// # Errors
    /// What the store says; what is forgotten until then is.
    pub async fn forget_old_requests(&self) -> Result<u64, Error> {
        let kept_for = i64::try_from(KEPT_FOR.as_millis()).unwrap_or(i64::MAX);
        let before = Timestamp::from_millis(self.clock().now().millis().saturating_sub(kept_for));
        let mut forgotten = 0;
        loop {
            match self.store().forget_requests(before, FORGOTTEN).await? {
                0 => break,
                old => forgotten += old,
            }
        }
        Ok(forgotten + self.store().forget_surplus_requests(KEPT_MAX, FORGOTTEN).await?)
    }
}
