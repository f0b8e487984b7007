//! Who asks: a key, seen through one dialect, in one workspace.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Actor, Dialect, KeyId, Policy, Precondition, Stamp, Timestamp};
use store::{Action, AnyOutcome, Compat, Key, Outcome, Scope, WorkspaceNumber, Write};

use crate::{Allowance, Error, Wanted};

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
}

/// Who a write is by, and what it may do to contacts.
#[derive(Clone, Debug)]
pub(crate) struct By {
    actor: Actor,
    policy: Option<Arc<Policy>>,
}

impl From<Actor> for By {
    fn from(actor: Actor) -> Self {
        Self { actor, policy: None }
    }
}

impl By {
    /// A write by whom this is.
    pub(crate) fn write(self, workspace: WorkspaceNumber, stamp: Stamp, action: Action) -> Write {
        Write { workspace, actor: self.actor, stamp, policy: self.policy, action }
    }
}

/// The members that a policy held back of a request, as paths; clones share them.
#[derive(Clone, Debug, Default)]
pub struct HeldBackPaths(Arc<Mutex<BTreeSet<String>>>);

impl HeldBackPaths {
    /// The paths, in their order.
    pub fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, outcome: &Outcome) {
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

    pub(crate) fn tell_held_back(&self, outcome: &AnyOutcome) {
        if let (Some(told), AnyOutcome::Contact(outcome)) = (&self.held_back, outcome) {
            told.add(outcome);
        }
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
        }
    }

    /// Who its writes are by.
    pub(crate) fn by(&self) -> By {
        By { actor: self.actor(), policy: self.key.policy.clone() }
    }

    fn actor(&self) -> Actor {
        // contactd's own commands have no key.
        let key = Some(self.key.id).filter(|id| !id.0.is_nil());
        Actor { key, dialect: self.dialect, request_id: self.request_id.clone() }
    }
}
