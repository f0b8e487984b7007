//! Who asks: a key, seen through one dialect, in one workspace.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Actor, Dialect, KeyId, Policy, Precondition, Revisions, Timestamp};
use store::{Compat, Key, Outcome, Scope, WorkspaceNumber};

use crate::{Allowance, Error, Terms, Wanted};

/// An authenticated request's key and the workspace it means.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) key: Arc<Key>,
    pub(crate) dialect: Dialect,
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) compat: Compat,
    pub(crate) strict: bool,
    pub(crate) request_id: Option<String>,
    /// The members that the key's policy held back, for the answer; only where there is a policy.
    pub(crate) held_back: Option<HeldBackPaths>,
    /// What it has left of its rate.
    pub(crate) allowance: Option<Allowance>,
    /// The revision that the contact must have which the request is about.
    pub(crate) wanted: Option<Arc<Wanted>>,
    /// On what terms it writes.
    pub(crate) terms: Terms,
}

/// The members that a policy held back of a request, as paths; clones share them.
#[derive(Clone, Debug, Default)]
pub struct HeldBackPaths(Arc<Mutex<BTreeSet<String>>>);

impl HeldBackPaths {
    /// The paths, in their order.
    pub fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes what was held back of a write.
    pub(crate) fn add(&self, outcome: &Outcome) {
        let paths = outcome.held_back.iter().map(|held| held.member.path(&outcome.catalog));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(paths);
    }
}

impl Caller {
    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The workspace.
    pub fn workspace(&self) -> WorkspaceNumber {
        self.workspace
    }

    /// Which of two contradicting wire shapes to answer with.
    pub fn compat(&self) -> Compat {
        self.compat
    }

    /// Whether to refuse what the vendor's pages do not have.
    pub fn is_strict(&self) -> bool {
        self.strict
    }

    /// Passes if the key may do this; a scope includes those before it.
    ///
    /// # Errors
    /// [`Error::MissingScope`].
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if scope == Scope::Read {
            self.note_read();
        }
        self.check(scope)
    }

    /// Notes that records are read, so that the answer may tell of more than what is written.
    pub(crate) fn note_read(&self) {
        if let Terms::Once(once) = &self.terms {
            once.note_read();
        }
    }

    /// The same where no record is read.
    ///
    /// # Errors
    /// [`Error::MissingScope`].
    pub(crate) fn check(&self, scope: Scope) -> Result<(), Error> {
        if self.key.scopes.iter().any(|held| *held >= scope) {
            Ok(())
        } else {
            Err(Error::MissingScope(scope))
        }
    }

    /// Where the members are told that the key's policy holds back; `None` when it has none.
    pub fn held_back(&self) -> Option<&HeldBackPaths> {
        self.held_back.as_ref()
    }

    /// What it has left of its rate, if it has one.
    pub fn allowance(&self) -> Option<Allowance> {
        self.allowance
    }

    /// The same caller, whose request is about a contact at this revision.
    #[must_use]
    pub fn wanting(self, wanted: Option<Arc<Wanted>>) -> Self {
        Self { wanted, ..self }
    }

    /// The revision that the record must have which the request is about.
    pub fn wanted(&self) -> Option<&Arc<Wanted>> {
        self.wanted.as_ref()
    }

    /// What must hold of the contact that the request changes, where the change does not say it itself.
    ///
    /// # Errors
    /// [`Error::VersionRequired`] when the key must name a revision, and does not.
    pub(crate) fn precondition(
        &self,
        own: Option<Box<Precondition>>,
    ) -> Result<Option<Box<Precondition>>, Error> {
        let asked = || self.wanted.as_ref().map(|wanted| Box::new(wanted.of_write().clone()));
        let precondition = own.or_else(asked);
        if self.key.demand_version && !precondition.as_deref().is_some_and(Wanted::names_one) {
            return Err(Error::VersionRequired);
        }
        Ok(precondition)
    }

    /// The same for a contact that may not exist: that it must not is as good as its revision.
    ///
    /// # Errors
    /// As [`precondition`](Self::precondition).
    pub(crate) fn precondition_of_upsert(
        &self,
        own: Option<Box<Precondition>>,
    ) -> Result<Option<Box<Precondition>>, Error> {
        let asked = own.or_else(|| self.wanted.as_ref().map(|wanted| Box::new(wanted.of_write().clone())));
        match asked {
            Some(asked) if asked.is_not == Some(Revisions::Any) => Ok(Some(asked)),
            asked => self.precondition(asked),
        }
    }

    /// Whether the request names a revision, where the key must.
    ///
    /// # Errors
    /// [`Error::VersionRequired`].
    pub fn check_version(&self) -> Result<(), Error> {
        self.precondition(None).map(drop)
    }

    /// What the key may do to contacts, where it may not do everything.
    pub(crate) fn policy(&self) -> Option<&Arc<Policy>> {
        self.key.policy.as_ref()
    }

    /// The same caller on other terms.
    #[must_use]
    pub fn on(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// Whether nothing may be stored, because it is only to be found out what would come of it. What is written
    /// otherwise than as an event must ask.
    pub fn is_on_trial(&self) -> bool {
        matches!(self.terms, Terms::OnTrial(_))
    }

    /// contactd itself in a workspace, for its own commands.
    pub(crate) fn own(workspace: WorkspaceNumber, now: Timestamp) -> Self {
        let key = Key {
            id: KeyId(uuid::Uuid::nil()),
            name: String::new(),
            workspaces: vec![workspace],
            scopes: vec![Scope::Admin],
            dialects: vec![Dialect::Native],
            compat: None,
            strict: None,
            policy: None,
            demand_version: false,
            rate: None,
            revision: 1,
            created_at: now,
            expires_at: None,
            revoked_at: None,
            used_at: None,
            former_of: None,
        };
        let key = Arc::new(key);
        Self {
            key,
            dialect: Dialect::Native,
            workspace,
            compat: Compat::default(),
            strict: false,
            request_id: None,
            held_back: None,
            allowance: None,
            wanted: None,
            terms: Terms::ForGood,
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        // contactd's own commands have no key.
        let key = Some(self.key.id).filter(|id| !id.0.is_nil());
        Actor { key, dialect: self.dialect, request_id: self.request_id.clone() }
    }
}
