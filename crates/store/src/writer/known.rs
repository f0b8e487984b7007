//! What a batch knows about records: what it loaded, and what it changed since.

use std::collections::HashMap;

use model::{Dialect, Native, Ref};
use uuid::Uuid;

use crate::WorkspaceNumber;
use crate::backend::{AliasKey, Found, Keys};

/// Records of one kind. A key that leads nowhere is known, too.
pub(super) struct Known<T> {
    aliases: HashMap<AliasKey, Option<Uuid>>,
    numbers: HashMap<(WorkspaceNumber, u64), Option<Uuid>>,
    pub(super) rows: HashMap<(WorkspaceNumber, Uuid), T>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { aliases: HashMap::new(), numbers: HashMap::new(), rows: HashMap::new() }
    }
}

impl<T> Known<T> {
    /// Adds what was loaded. What is known already may have changed since, and stays.
    pub(super) fn learn<S>(&mut self, keys: Keys, found: Found<S>, make: impl Fn(S) -> T) {
        for (key, id) in keys.aliases.into_iter().zip(found.aliases) {
            self.aliases.entry(key).or_insert(id);
        }
        for (key, id) in keys.numbers.into_iter().zip(found.numbers) {
            self.numbers.entry(key).or_insert(id);
        }
        for (workspace, id, row) in found.rows {
            self.rows.entry((workspace, id)).or_insert_with(|| make(row));
        }
    }

    /// The record that a client names: an alias of its dialect wins over a well-formed id of ours.
    pub(super) fn resolve(&self, workspace: WorkspaceNumber, named: &Ref) -> Option<Uuid> {
        let key = (workspace, named.dialect, named.text.clone());
        self.aliases.get(&key).copied().flatten().or_else(|| match named.native? {
            Native::Uuid(id) => Some(id),
            Native::Number(number) => self.numbered(workspace, number),
        })
    }

    /// Whom an alias names; `None` when that was not loaded.
    pub(super) fn aliased(
        &self,
        workspace: WorkspaceNumber,
        dialect: Dialect,
        text: &str,
    ) -> Option<Option<Uuid>> {
        self.aliases.get(&(workspace, dialect, text.to_owned())).copied()
    }

    /// Makes an alias name a record, or nobody.
    pub(super) fn set_alias(&mut self, key: AliasKey, id: Option<Uuid>) {
        self.aliases.insert(key, id);
    }

    /// Whom a number names, as far as is known.
    pub(super) fn numbered(&self, workspace: WorkspaceNumber, number: u64) -> Option<Uuid> {
        self.numbers.get(&(workspace, number)).copied().flatten()
    }

    /// Makes a number name a record, or nobody.
    pub(super) fn set_number(&mut self, workspace: WorkspaceNumber, number: u64, id: Option<Uuid>) {
        self.numbers.insert((workspace, number), id);
    }
}

impl Keys {
    /// Adds the keys by which a client's reference may be found.
    pub(crate) fn push(&mut self, workspace: WorkspaceNumber, named: &Ref) {
        self.aliases.push((workspace, named.dialect, named.text.clone()));
        match named.native {
            Some(Native::Uuid(id)) => self.ids.push((workspace, id)),
            Some(Native::Number(number)) => self.numbers.push((workspace, number)),
            None => {}
        }
    }
}
