//! Who asks: a key, seen through one dialect, in one workspace.

use std::sync::Arc;

use model::{Actor, Dialect};
use store::{Compat, Key, Scope, WorkspaceNumber};

use crate::Error;

/// An authenticated request's key and the workspace it means.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) key: Arc<Key>,
    pub(crate) dialect: Dialect,
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) compat: Compat,
    pub(crate) strict: bool,
    pub(crate) request_id: Option<String>,
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

    pub(crate) fn actor(&self) -> Actor {
        Actor { key: Some(self.key.id), dialect: self.dialect, request_id: self.request_id.clone() }
    }
}
