//! Indexes of values: filling them, forgetting them, asking those that have all contacts.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::Store;
use crate::backend::{Admin, Backend};
use crate::{CatalogIndex, ContactQuery, StoreError, StoredIndex, WorkspaceNumber};

/// The indexes that are known to have all contacts: which one has them, it keeps having, and none gets its number again.
#[derive(Debug, Default)]
pub(super) struct Filled(Mutex<HashSet<(WorkspaceNumber, u64)>>);

impl Filled {
    fn has(&self, workspace: WorkspaceNumber, index: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&(workspace, index))
    }

    fn put(&self, stored: &[StoredIndex]) {
        let filled = stored.iter().filter(|each| each.is_filled).map(|each| (each.workspace, each.number));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = filled.collect();
    }
}

impl Store {
    /// The indexes of which anything is stored, of all workspaces.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_indexes(&self) -> Result<Vec<StoredIndex>, StoreError> {
        let stored = self.shared.backend.indexes().await?;
        self.shared.filled.put(&stored);
        Ok(stored)
    }

    /// Fills an index of the catalog with the values of the next contacts. How many they were: 0 when it has all of them,
    /// from when on it is asked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn fill_index(
        &self,
        workspace: WorkspaceNumber,
        indexed: CatalogIndex,
    ) -> Result<u64, StoreError> {
        self.administer(Admin::FillIndex(workspace, indexed)).await
    }

    /// Forgets an index that the catalog does not have any more, or the next values of it. How many they were, 0 when
    /// there are none left.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_index(&self, workspace: WorkspaceNumber, index: u64) -> Result<u64, StoreError> {
        self.administer(Admin::ForgetIndex(workspace, index)).await
    }

    /// The same list with documents asked in the place of indexes that do not have all contacts yet.
    pub(super) async fn by_filled_indexes<'q>(
        &self,
        workspace: WorkspaceNumber,
        query: &'q ContactQuery,
    ) -> Result<Cow<'q, ContactQuery>, StoreError> {
        let indexes = query.indexes();
        if indexes.is_empty() {
            return Ok(Cow::Borrowed(query));
        }
        let is_unknown = |index: u64| !self.shared.filled.has(workspace, index);
        if indexes.into_iter().any(is_unknown) {
            self.list_indexes().await?;
        }
        Ok(Cow::Owned(query.without_indexes(&is_unknown)))
    }
}
