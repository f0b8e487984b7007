//! When keys were last used: noted in memory, and stored now and then.

use std::time::Duration;

use store::KeyEdit;

use crate::{App, Error};

/// How often is stored when keys were used.
const USES_PACE: Duration = Duration::from_secs(60);

impl App {
    /// Stores when keys were last used, since the last time that it was called.
    ///
    /// # Errors
    /// What the store says.
    pub async fn store_key_uses(&self) -> Result<(), Error> {
        let used = self.inner.keys.take_used();
        if !used.is_empty() {
            self.store().edit_keys(used.into_iter().map(|(id, at)| (id, KeyEdit::Use(at))).collect()).await?;
        }
        Ok(())
    }

    /// Stores once a minute when keys were last used, until the application is closed.
    pub async fn keep_key_uses(&self) {
        let mut closing = self.inner.duties.closing();
        while !*closing.borrow_and_update() {
            // The sender lives as long as the application.
            let _ = tokio::time::timeout(USES_PACE, closing.wait_for(|is_closing| *is_closing)).await;
            if let Err(fault) = self.store_key_uses().await {
                tracing::debug!(%fault, "when keys were used is not stored");
            }
        }
    }
}
