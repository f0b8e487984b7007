//! API keys: making them, revoking them, and finding the caller behind a secret.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use model::{
    Catalog, Dialect, KeyId, OnHeldBack, Policy, Rejection, Rule, Timestamp, Violation, ViolationKind, policy,
};
use rand::Rng;
use sha2::{Digest, Sha256};
use store::{Compat, Key, KeyHash, Rate, Scope, WorkspaceNumber};

use crate::caller::HeldBackPaths;
use crate::{App, BadKey, Caller, Error, Missing, Terms};

/// Shortest secret that a caller may bring.
const MIN_SECRET_CHARS: usize = 20;

/// What a new key should be.
#[derive(Clone, Debug, Default)]
pub struct KeyRequest {
    /// What its owner calls it.
    pub name: String,
    /// Names or ids of the workspaces that it opens; the first is the default one.
    pub workspaces: Vec<String>,
    /// What it may do; empty: read and write.
    pub scopes: Vec<Scope>,
    /// The dialects that it speaks; empty: all.
    pub dialects: Vec<Dialect>,
    /// Which wire shapes it gets; `None`: the server's setting.
    pub compat: Option<Compat>,
    /// Whether it is strict; `None`: the server's setting.
    pub strict: Option<bool>,
    /// What it may do to the members of contacts: rules by path; see [`Policy`].
    pub policy: BTreeMap<String, Rule>,
    /// What becomes of a write of which the policy holds something back.
    pub on_held_back: OnHeldBack,
    /// Whether a write to a contact that exists must say which revision it is for.
    pub demand_version: bool,
    /// How many requests it may send; `None`: as many as it likes.
    pub rate: Option<Rate>,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
    /// The secret to use; `None` makes a random one.
    pub secret: Option<String>,
}

/// A key that was just made. The secret is shown this once and stored nowhere.
#[derive(Clone, Debug)]
pub struct IssuedKey {
    /// The secret.
    pub secret: String,
    /// The key.
    pub key: Key,
}

/// Keys found lately. An entry lives for a second, so a revoked key stops to work within that.
#[derive(Default)]
pub(crate) struct KeyCache {
    found: RwLock<HashMap<KeyHash, (Instant, Arc<Key>)>>,
}

const CACHE_TTL: Duration = Duration::from_secs(1);
const CACHE_MAX: usize = 10_000;

impl KeyCache {
    fn get(&self, hash: &KeyHash) -> Option<Arc<Key>> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        found.get(hash).filter(|(since, _)| since.elapsed() < CACHE_TTL).map(|(_, key)| Arc::clone(key))
    }

    fn put(&self, hash: KeyHash, key: &Arc<Key>) {
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= CACHE_MAX {
            found.retain(|_, (since, _)| since.elapsed() < CACHE_TTL);
        }
        // Full of live keys: the next request looks this one up again.
        if found.len() < CACHE_MAX {
            found.insert(hash, (Instant::now(), Arc::clone(key)));
        }
    }
}

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

    /// Makes a key.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a workspace that does not exist, [`Error::Rejected`] for a secret that is too
    /// short, [`Error::InUse`] for one that is taken.
    pub async fn create_key(&self, request: KeyRequest) -> Result<IssuedKey, Error> {
        let secret = match &request.secret {
            Some(secret) => checked_secret(secret.clone())?,
            None => random_secret(),
        };
        self.issue_key(request, secret).await
    }

    /// Makes a key with this secret, however short.
    pub(crate) async fn issue_key(&self, request: KeyRequest, secret: String) -> Result<IssuedKey, Error> {
        let mut workspaces = Vec::new();
        for name in &request.workspaces {
            workspaces.push(self.find_workspace(name).await?.number);
        }
        if workspaces.is_empty() {
            return Err(Error::NotFound(Missing::Workspace));
        }
        let or_all =
            |dialects: Vec<Dialect>| if dialects.is_empty() { Dialect::ALL.to_vec() } else { dialects };
        let scopes = if request.scopes.is_empty() { vec![Scope::Read, Scope::Write] } else { request.scopes };
        let key = Key {
            id: KeyId(self.clock().fresh_id()),
            name: request.name,
            scopes,
            dialects: or_all(request.dialects),
            compat: request.compat,
            strict: request.strict,
            policy: self.policy(request.policy, request.on_held_back, &workspaces).await?,
            demand_version: request.demand_version,
            rate: request.rate,
            revision: 1,
            workspaces,
            created_at: self.clock().now(),
            expires_at: request.expires_at,
            revoked_at: None,
        };
        self.store().create_key(&hash(&secret), &key).await?;
        Ok(IssuedKey { secret, key })
    }

    /// A policy for these workspaces; `None` without a rule.
    async fn policy(
        &self,
        rules: BTreeMap<String, Rule>,
        on_held_back: OnHeldBack,
        workspaces: &[WorkspaceNumber],
    ) -> Result<Option<Arc<Policy>>, Error> {
        if rules.is_empty() {
            return Ok(None);
        }
        if rules.len() > policy::RULES {
            let kind = ViolationKind::TooLong { max: policy::RULES, unit: "items" };
            return Err(Error::Rejected(Violation::new("policy", kind).into()));
        }
        let mut catalogs = Vec::new();
        for workspace in workspaces {
            catalogs.push(self.store().catalog(*workspace).await?);
        }
        let catalogs: Vec<&Catalog> = catalogs.iter().map(|catalog| &**catalog).collect();
        let made = Policy::new(rules, on_held_back, &catalogs).map_err(|unknown| {
            let violation = |path| Violation::new(format!("policy.{path}"), ViolationKind::UnknownMember);
            Rejection { violations: unknown.into_iter().map(violation).collect() }
        });
        Ok(Some(Arc::new(made?)))
    }

    /// All keys, in the order they were made, revoked ones too.
    ///
    /// # Errors
    /// What the store says.
    pub async fn list_keys(&self) -> Result<Vec<Key>, Error> {
        Ok(self.store().list_keys().await?)
    }

    /// Revokes a key: it stops to work within a second.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none with this id.
    pub async fn revoke_key(&self, id: KeyId) -> Result<(), Error> {
        let is_known = self.store().revoke_key(id, self.clock().now()).await?;
        is_known.then_some(()).ok_or(Error::NotFound(Missing::Key))
    }
}

fn checked_secret(secret: String) -> Result<String, Error> {
    let is_plain = secret.chars().all(|c| c.is_ascii_graphic());
    if secret.chars().count() < MIN_SECRET_CHARS || !is_plain {
        let text = format!("must have {MIN_SECRET_CHARS} or more visible ASCII characters");
        let violation = Violation::new("secret", ViolationKind::Malformed(text));
        return Err(Error::Rejected(violation.into()));
    }
    Ok(secret)
}

/// `ctd_` and 160 random bits in lower-case hex.
fn random_secret() -> String {
    let mut bytes = [0_u8; 20];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().fold(String::from("ctd_"), |text, byte| format!("{text}{byte:02x}"))
}

fn hash(secret: &str) -> KeyHash {
    Sha256::digest(secret.as_bytes()).into()
}
