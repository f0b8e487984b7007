//! Workspaces, keys and pictures.

use std::sync::Arc;

use model::{Catalog, KeyId, Timestamp, WorkspaceId};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Store;
use crate::backend::{Admin, Backend, KeysWanted};
use crate::revision::RevisedKind;
use crate::{
    Authored, Key, KeyEdit, KeyHash, Picture, Revision, StoreError, Workspace, WorkspaceNumber, document,
};

impl Store {
    /// Makes a workspace with this catalog. [`StoreError::InUse`] when the id or the name is taken.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn create_workspace(
        &self,
        id: WorkspaceId,
        name: &str,
        authored: Authored,
        catalog: &Catalog,
    ) -> Result<Workspace, StoreError> {
        let (name, mut catalog) = (name.to_owned(), catalog.clone());
        catalog.settle_indexes();
        let (catalog, created_at) = (Arc::new(catalog), authored.at);
        let command = Admin::CreateWorkspace { id, name: name.clone(), authored, catalog };
        let number = WorkspaceNumber(self.administer(command).await?.cast_signed());
        Ok(Workspace { number, id, name, revision: 1, created_at })
    }

    /// All workspaces, in the order they were made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        self.shared.backend.workspaces().await
    }

    /// Gives a workspace, read at this revision, another name; `false` when there is none with this number.
    /// [`StoreError::InUse`] when another one has the name.
    ///
    /// # Errors
    /// [`StoreError::RecordChanged`]; why it could not be stored.
    pub async fn rename_workspace(
        &self,
        (number, expected): (WorkspaceNumber, u64),
        name: &str,
        authored: Authored,
    ) -> Result<bool, StoreError> {
        let command = Admin::RenameWorkspace { number, expected, name: name.to_owned(), authored };
        Ok(self.administer(command).await? > 0)
    }

    /// Stores a key under the hash of its secret. [`StoreError::InUse`] when the hash is taken.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn create_key(&self, hash: &KeyHash, key: &Key, authored: Authored) -> Result<(), StoreError> {
        self.administer(Admin::CreateKey(*hash, key.clone(), authored)).await.map(drop)
    }

    /// All keys, in the order they were made, revoked ones too.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_keys(&self) -> Result<Vec<Key>, StoreError> {
        let mut keys = self.shared.backend.keys(KeysWanted::All).await?;
        keys.retain(|key| key.former_of.is_none());
        Ok(keys)
    }

    /// Changes keys, all in one commit; how many of them there are.
    ///
    /// # Errors
    /// [`StoreError::RecordChanged`]; why it could not be stored.
    pub async fn edit_keys(&self, edits: Vec<(KeyId, KeyEdit)>) -> Result<u64, StoreError> {
        self.administer(Admin::EditKeys(edits)).await
    }

    /// Gives a key, read at this revision, another secret; the one it has works until then, those before it no more.
    /// `false` when there is no key with this id; [`StoreError::InUse`] when the hash is taken.
    ///
    /// # Errors
    /// [`StoreError::RecordChanged`]; why it could not be stored.
    pub async fn rotate_key(
        &self,
        (id, expected): (KeyId, u64),
        hash: &KeyHash,
        until: Timestamp,
        authored: Authored,
    ) -> Result<bool, StoreError> {
        Ok(self.administer(Admin::RotateKey { id, expected, hash: *hash, until, authored }).await? > 0)
    }

    /// What a key was: its revisions of before this one, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn key_revisions(
        &self,
        id: KeyId,
        before: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Revision<Key>)>, StoreError> {
        self.revisions((RevisedKind::Key, id.0), before, limit).await
    }

    /// What a workspace was called: its revisions of before this one, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn workspace_revisions(
        &self,
        id: WorkspaceId,
        before: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Revision<String>)>, StoreError> {
        self.revisions((RevisedKind::Workspace, id.0), before, limit).await
    }

    async fn revisions<T: DeserializeOwned>(
        &self,
        what: (RevisedKind, Uuid),
        before: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Revision<T>)>, StoreError> {
        let rows = self.shared.backend.revisions(what, before, limit).await?;
        rows.into_iter().map(|(revision, doc)| Ok((revision, document::read("revision", &doc)?))).collect()
    }

    /// The key whose secret has this hash. By a secret that it had before, it expires when that does.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_key(&self, hash: &KeyHash) -> Result<Option<Key>, StoreError> {
        let found = self.shared.backend.keys(KeysWanted::Hashed(*hash)).await?.into_iter().next();
        let Some(Key { former_of: Some(id), expires_at: until, .. }) = found else { return Ok(found) };
        let key = self.key(id).await?;
        // Whichever comes first.
        Ok(key.map(|key| Key { expires_at: key.expires_at.into_iter().chain(until).min(), ..key }))
    }

    /// The key with this id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn key(&self, id: KeyId) -> Result<Option<Key>, StoreError> {
        let found = self.shared.backend.keys(KeysWanted::Numbered(id)).await?.into_iter().next();
        Ok(found.filter(|key| key.former_of.is_none()))
    }

    /// Stores a picture; durable when it returns.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn put_picture(&self, workspace: WorkspaceNumber, picture: Picture) -> Result<(), StoreError> {
        self.administer(Admin::PutPicture(workspace, picture)).await.map(drop)
    }

    /// Removes a picture; `false` when there is none with this id.
    ///
    /// # Errors
    /// Why it could not be removed.
    pub async fn remove_picture(&self, workspace: WorkspaceNumber, id: Uuid) -> Result<bool, StoreError> {
        Ok(self.administer(Admin::RemovePicture(workspace, id)).await? > 0)
    }

    /// The picture with this id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_picture(
        &self,
        workspace: WorkspaceNumber,
        id: Uuid,
    ) -> Result<Option<Picture>, StoreError> {
        self.shared.backend.picture(workspace, id).await
    }
}
