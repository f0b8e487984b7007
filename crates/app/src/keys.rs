//! API keys: making, changing and revoking them.

mod authenticate;
mod cache;
mod history;
mod rights;
mod secret;
mod uses;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{
    Actor, Catalog, Dialect, KeyId, OnHeldBack, Policy, Precondition, Rejection, Rule, Timestamp, Violation,
    ViolationKind, policy,
};
use store::{Asked, Authored, Compat, Key, KeyEdit, Rate, Scope, WorkspaceNumber};

pub(crate) use self::cache::KeyCache;
use self::secret::{checked_secret, hash, random_secret};
use crate::retry::{has_changed, retried};
use crate::{App, Caller, Error, Missing, Terms};

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

impl App {
    /// Makes a key; in contactd's own name without a caller.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a workspace that does not exist or that the caller does not open; [`Error::Rejected`] for a
    /// secret that is too short, a policy that names no member, and what the caller has not itself; [`Error::InUse`] for a
    /// secret that is taken; [`Error::MissingScope`].
    pub async fn create_key(&self, caller: Option<&Caller>, request: KeyRequest) -> Result<IssuedKey, Error> {
        let secret = match &request.secret {
            Some(secret) => checked_secret(secret.clone())?,
            None => random_secret(),
        };
        self.issue_key(caller, request, secret).await
    }

    /// Makes a key with this secret, however short.
    pub(crate) async fn issue_key(
        &self,
        caller: Option<&Caller>,
        request: KeyRequest,
        secret: String,
    ) -> Result<IssuedKey, Error> {
        keep_secret(caller);
        self.check_once(caller).await?;
        let id = KeyId(self.clock().fresh_id());
        let key = self.key_of(caller, request, (id, self.clock().now()), None).await?;
        if !is_on_trial(caller) {
            let create = async |claim| {
                let asked = Asked { authored: self.authored(caller, None), claim };
                self.store().create_key(&hash(&secret), &key, asked).await
            };
            self.commit_once(caller, create).await?;
        }
        Ok(IssuedKey { secret, key })
    }

    /// The key that a request asks for, instead of the one before, if the caller may have it.
    async fn key_of(
        &self,
        caller: Option<&Caller>,
        request: KeyRequest,
        (id, created_at): (KeyId, Timestamp),
        before: Option<&Key>,
    ) -> Result<Key, Error> {
        caller.map_or(Ok(()), |caller| caller.require(Scope::Admin))?;
        let mut workspaces: Vec<WorkspaceNumber> = Vec::new();
        for name in &request.workspaces {
            let found = self.find_workspace(name).await?.number;
            if caller.is_some_and(|caller| !caller.key.workspaces.contains(&found)) {
                return Err(Error::NotFound(Missing::Workspace));
            }
            if !workspaces.contains(&found) {
                workspaces.push(found);
            }
        }
        if workspaces.is_empty() {
            return Err(Error::NotFound(Missing::Workspace));
        }
        let or_all =
            |dialects: Vec<Dialect>| if dialects.is_empty() { Dialect::ALL.to_vec() } else { dialects };
        let scopes = if request.scopes.is_empty() { vec![Scope::Read, Scope::Write] } else { request.scopes };
        let key = Key {
            id,
            name: request.name,
            scopes,
            dialects: or_all(request.dialects),
            compat: request.compat,
            strict: request.strict,
            policy: self.policy(before, (request.policy, request.on_held_back), &workspaces).await?,
            demand_version: request.demand_version,
            rate: request.rate,
            revision: 1,
            workspaces,
            created_at,
            expires_at: request.expires_at,
            revoked_at: None,
            used_at: None,
            former_of: None,
        };
        caller.map_or(Ok(()), |caller| rights::check(&caller.key, &key))?;
        Ok(key)
    }

    /// A policy for these workspaces, in the place of the one that a key had before; `None` without a rule.
    async fn policy(
        &self,
        before: Option<&Key>,
        (rules, on_held_back): (BTreeMap<String, Rule>, OnHeldBack),
        workspaces: &[WorkspaceNumber],
    ) -> Result<Option<Arc<Policy>>, Error> {
        if rules.is_empty() {
            return Ok(None);
        }
        let former = before.and_then(|key| key.policy.as_ref());
        if let (Some(former), Some(before)) = (former, before)
            && former.rules == rules
            && former.on_held_back == on_held_back
            && before.workspaces == workspaces
        {
            return Ok(Some(Arc::clone(former)));
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
        let former = former.map(|former| Policy::clone(former)).unwrap_or_default();
        let made = former.changed(rules, on_held_back, &catalogs).map_err(|unknown| {
            let violation = |path| Violation::new(format!("policy.{path}"), ViolationKind::UnknownMember);
            Rejection { violations: unknown.into_iter().map(violation).collect() }
        });
        Ok(Some(Arc::new(made?)))
    }

    /// All keys, in the order they were made, revoked ones too; of a caller, those that open none but its workspaces.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn list_keys(&self, caller: Option<&Caller>) -> Result<Vec<Key>, Error> {
        caller.map_or(Ok(()), |caller| caller.require(Scope::Admin))?;
        let mut keys = self.store().list_keys().await?;
        keys.retain(|key| caller.is_none_or(|caller| rights::sees(&caller.key, key)));
        Ok(keys)
    }

    /// One key.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`], also when the caller does not open all its workspaces.
    pub async fn get_key(&self, caller: Option<&Caller>, id: KeyId) -> Result<Key, Error> {
        caller.map_or(Ok(()), |caller| caller.require(Scope::Admin))?;
        let found = self.store().key(id).await?;
        let is_seen = |key: &Key| caller.is_none_or(|caller| rights::sees(&caller.key, key));
        found.filter(is_seen).ok_or(Error::NotFound(Missing::Key))
    }

    /// Changes a key: `edit` gets what would make it anew.
    ///
    /// # Errors
    /// As [`get_key`](Self::get_key) and [`create_key`](Self::create_key); [`Error::Rejected`] when it is at another revision
    /// than wanted, or may more than the caller.
    pub async fn update_key(
        &self,
        caller: Option<&Caller>,
        (id, precondition): (KeyId, &Precondition),
        edit: impl Fn(&mut KeyRequest) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<Key, Error> {
        self.replace_key(caller, (id, precondition), None, edit).await
    }

    /// Changes a key, where `undoes` is the revision whose change this takes back.
    async fn replace_key(
        &self,
        caller: Option<&Caller>,
        (id, precondition): (KeyId, &Precondition),
        undoes: Option<u64>,
        edit: impl Fn(&mut KeyRequest) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<Key, Error> {
        let edit = &edit;
        self.at_revision(caller, (id, precondition), |before| async move {
            let mut request = self.request_of(&before).await?;
            edit(&mut request)?;
            let mut after = self.key_of(caller, request, (id, before.created_at), Some(&before)).await?;
            (after.revision, after.revoked_at, after.used_at) =
                (before.revision, before.revoked_at, before.used_at);
            if after == before {
                return Ok(after);
            }
            if !is_on_trial(caller) {
                let authored = self.authored(caller, undoes);
                let new = Box::new(after.clone());
                self.edit_key(caller, id, KeyEdit::Replace(new, before.revision, authored)).await?;
            }
            Ok(Key { revision: before.revision + 1, ..after })
        })
        .await
    }

    /// Gives a key another secret; the old one works for so long, and those before it no more.
    ///
    /// # Errors
    /// As [`update_key`](Self::update_key); [`Error::Rejected`] for a key that was revoked.
    pub async fn rotate_key(
        &self,
        caller: Option<&Caller>,
        (id, precondition): (KeyId, &Precondition),
        overlap: Duration,
    ) -> Result<IssuedKey, Error> {
        keep_secret(caller);
        let secret = random_secret();
        let hash = &hash(&secret);
        let millis = i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX);
        let until = Timestamp::from_millis(self.clock().now().millis().saturating_add(millis));
        let rotated = self.at_revision(caller, (id, precondition), |before| async move {
            if before.revoked_at.is_some() {
                let kind = ViolationKind::Unusable("the key was revoked; make another one".to_owned());
                return Err(Error::Rejected(Violation::new("", kind).into()));
            }
            if is_on_trial(caller) {
                return Ok(before);
            }
            let rotate = async |claim| {
                let asked = Asked { authored: self.authored(caller, None), claim };
                self.store().rotate_key((id, before.revision), hash, until, asked).await
            };
            let is_known = self.commit_once(caller, rotate).await?;
            self.inner.keys.forget(id);
            is_known.then_some(()).ok_or(Error::NotFound(Missing::Key))?;
            Ok(Key { revision: before.revision + 1, ..before })
        });
        let key = rotated.await?;
        Ok(IssuedKey { secret, key })
    }

    /// Revokes a key: it stops to work within a second.
    ///
    /// # Errors
    /// As [`update_key`](Self::update_key).
    pub async fn revoke_key(
        &self,
        caller: Option<&Caller>,
        (id, precondition): (KeyId, &Precondition),
    ) -> Result<(), Error> {
        self.at_revision(caller, (id, precondition), |before| async move {
            if is_on_trial(caller) {
                return Ok(());
            }
            let revoke = KeyEdit::Revoke(before.revision, self.authored(caller, None));
            self.edit_key(caller, id, revoke).await
        })
        .await
    }

    /// Does something to a key that may be changed, at the revision at which it was read; again, when somebody else was
    /// faster.
    async fn at_revision<T, F: Future<Output = Result<T, Error>> + Send>(
        &self,
        caller: Option<&Caller>,
        (id, precondition): (KeyId, &Precondition),
        change: impl Fn(Key) -> F + Sync,
    ) -> Result<T, Error> {
        self.check_once(caller).await?;
        retried(has_changed, || async {
            let before = self.get_key_to_change(caller, id).await?;
            precondition.check(before.revision)?;
            change(before).await
        })
        .await
    }

    async fn get_key_to_change(&self, caller: Option<&Caller>, id: KeyId) -> Result<Key, Error> {
        let key = self.get_key(caller, id).await?;
        // One that may more than the caller would be a way to more.
        caller.map_or(Ok(()), |caller| rights::check(&caller.key, &key))?;
        Ok(key)
    }

    async fn edit_key(&self, caller: Option<&Caller>, id: KeyId, edit: KeyEdit) -> Result<(), Error> {
        let edited = async |claim| self.store().edit_key(id, edit, claim).await;
        let is_known = self.commit_once(caller, edited).await?;
        self.inner.keys.forget(id);
        is_known.then_some(()).ok_or(Error::NotFound(Missing::Key))
    }

    /// Who changes a key or workspace now: contactd's own commands without a caller.
    pub(crate) fn authored(&self, caller: Option<&Caller>, undoes: Option<u64>) -> Authored {
        let own = Actor { key: None, dialect: Dialect::Native, request_id: None };
        Authored { at: self.clock().now(), actor: caller.map_or(own, Caller::actor), undoes }
    }

    /// What would make a key anew.
    async fn request_of(&self, key: &Key) -> Result<KeyRequest, Error> {
        let all = self.list_workspaces().await?;
        let id = |number: &WorkspaceNumber| all.iter().find(|each| each.number == *number);
        Ok(KeyRequest {
            name: key.name.clone(),
            workspaces: key.workspaces.iter().filter_map(id).map(|each| each.id.to_string()).collect(),
            scopes: key.scopes.clone(),
            dialects: key.dialects.clone(),
            compat: key.compat,
            strict: key.strict,
            policy: key.policy.as_ref().map(|policy| policy.rules.clone()).unwrap_or_default(),
            on_held_back: key.policy.as_ref().map(|policy| policy.on_held_back).unwrap_or_default(),
            demand_version: key.demand_version,
            rate: key.rate,
            expires_at: key.expires_at,
            secret: None,
        })
    }
}

/// The answer to the caller's request has a secret.
fn keep_secret(caller: Option<&Caller>) {
    if let Some(Terms::Once(once)) = caller.map(|caller| &caller.terms) {
        once.keep_secret();
    }
}

/// Whether nothing may be stored: keys are no records, whose writes see to that themselves.
fn is_on_trial(caller: Option<&Caller>) -> bool {
    caller.is_some_and(Caller::is_on_trial)
}
