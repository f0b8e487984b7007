//! The caller behind a secret.

use std::sync::Arc;

use model::Dialect;

use super::secret::hash;
use crate::caller::HeldBackPaths;
use crate::{App, BadKey, Caller, Error, Terms};

impl App {
    /// The caller behind a secret, seen through a dialect, in the key's first workspace.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], [`Error::WrongDialect`], [`Error::RateLimited`], or what the store says.
    pub async fn authenticate(
        &self,
        secret: &str,
        dialect: Dialect,
        request_id: Option<String>,
    ) -> Result<Caller, Error> {
        let hash = hash(secret);
        let key = match self.inner.keys.get(&hash) {
            Some(key) => key,
            None => {
                let found = self.store().find_key(&hash).await?;
                let key = Arc::new(found.ok_or(Error::Unauthenticated(BadKey::Unknown))?);
                self.inner.keys.put(hash, &key);
                self.inner.keys.note_use(key.id, self.clock().now());
                key
            }
        };
        if key.revoked_at.is_some() {
            return Err(Error::Unauthenticated(BadKey::Revoked));
        }
        if key.expires_at.is_some_and(|expires_at| expires_at <= self.clock().now()) {
            return Err(Error::Unauthenticated(BadKey::Expired));
        }
        if !key.dialects.contains(&dialect) {
            return Err(Error::WrongDialect(dialect));
        }
        let workspace = *key.workspaces.first().ok_or(Error::WrongWorkspace)?;
        let compat = key.compat.unwrap_or(self.inner.settings.compat);
        let strict = key.strict.unwrap_or(self.inner.settings.strict);
        let held_back = key.policy.is_some().then(HeldBackPaths::default);
        let allowance = self.inner.rates.take(&key)?;
        let terms = Terms::default();
        let wanted = None;
        Ok(Caller {
            key,
            dialect,
            workspace,
            compat,
            strict,
            request_id,
            held_back,
            allowance,
            wanted,
            terms,
        })
    }
}
