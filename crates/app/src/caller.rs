//! Who asks: a key, seen through one dialect, in one workspace.

use std::sync::Arc;

use model::{Actor, Dialect, KeyId, Timestamp};
use store::{Compat, Key, Scope, WorkspaceNumber};

use crate::{Error, Terms};

/// An authenticated request's key and the workspace it means.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) key: Arc<Key>,
    pub(crate) dialect: Dialect,
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) compat: Compat,
    pub(crate) strict: bool,
    pub(crate) request_id: Option<String>,
    pub(crate) terms: Terms,
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
            created_at: now,
            expires_at: None,
            revoked_at: None,
        };
        let key = Arc::new(key);
        Self {
            key,
            dialect: Dialect::Native,
            workspace,
            compat: Compat::default(),
            strict: false,
            request_id: None,
            terms: Terms::ForGood,
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        // contactd's own commands have no key.
        let key = Some(self.key.id).filter(|id| !id.0.is_nil());
        Actor { key, dialect: self.dialect, request_id: self.request_id.clone() }
    }
}
