//! Reading records beside contacts.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Company, CompanyId, Document, Note, NoteId, Record, RecordKind, Ref};
use uuid::Uuid;

use super::Store;
use crate::backend::{Backend, Keys, Wanted};
use crate::{RecordPage, RecordQuery, StoreError, WorkspaceNumber};

impl Store {
    /// The company, note or task that a client names.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_record(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        named: &Ref,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        let mut keys = Keys::default();
        keys.push(workspace, named);
        let wanted = Wanted { records: BTreeMap::from([(kind, keys)]), ..Wanted::default() };
        let loaded = self.shared.backend.load(wanted).await?.records.remove(&kind);
        let Some(found) = loaded else { return Ok(None) };
        // An alias wins over a well-formed id of ours.
        let id = found.aliases.into_iter().chain(found.numbers).flatten().next();
        let row = match id {
            Some(id) => found.rows.into_iter().find(|(_, row_id, _)| *row_id == id),
            None => found.rows.into_iter().next(),
        };
        Ok(row.and_then(|(.., stored)| stored.record).map(Arc::new))
    }

    /// The ids of the companies, notes or tasks that a client names, in one look-up; `None` where there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_record_ids(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        named: &[Ref],
    ) -> Result<Vec<Option<Uuid>>, StoreError> {
        let mut keys = Keys::default();
        named.iter().for_each(|each| keys.push(workspace, each));
        let wanted = Wanted { records: BTreeMap::from([(kind, keys)]), ..Wanted::default() };
        let mut found = self.shared.backend.load(wanted).await?.records.remove(&kind).unwrap_or_default();
        found.rows.retain(|(.., stored)| stored.record.is_some());
        Ok(found.ids(named))
    }

    /// The companies, notes or tasks with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_records(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<Record>, StoreError> {
        let keys = Keys { ids: ids.into_iter().map(|id| (workspace, id)).collect(), ..Keys::default() };
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = Wanted { records: BTreeMap::from([(kind, keys)]), ..Wanted::default() };
        let loaded = self.shared.backend.load(wanted).await?.records.remove(&kind).unwrap_or_default();
        Ok(loaded.rows.into_iter().filter_map(|(.., stored)| stored.record).collect())
    }

    /// The companies with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_companies(
        &self,
        workspace: WorkspaceNumber,
        ids: &[CompanyId],
    ) -> Result<Vec<Company>, StoreError> {
        self.find_documents(workspace, ids.iter().map(|id| id.0)).await
    }

    /// The notes with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_notes(
        &self,
        workspace: WorkspaceNumber,
        ids: &[NoteId],
    ) -> Result<Vec<Note>, StoreError> {
        self.find_documents(workspace, ids.iter().map(|id| id.0)).await
    }

    async fn find_documents<D: Document>(
        &self,
        workspace: WorkspaceNumber,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<Vec<D>, StoreError> {
        let records = self.find_records(workspace, D::KIND, ids.collect::<Vec<_>>()).await?;
        Ok(records.iter().filter_map(D::of).cloned().collect())
    }

    /// A page of companies, notes or tasks.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_records(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        query: &RecordQuery,
    ) -> Result<RecordPage, StoreError> {
        self.shared.backend.list_records(workspace, kind, query.clone()).await
    }
}
