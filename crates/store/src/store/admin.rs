//! Workspaces, keys and pictures.

use std::sync::Arc;

use model::{Catalog, KeyId, Timestamp, WorkspaceId};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Store;
use crate::backend::{Admin, Administered, Backend, KeysWanted};
use crate::revision::{Revised, RevisedKind};
use crate::{
    Asked, Authored, Claim, Key, KeyEdit, KeyHash, Picture, Revision, StoreError, Verified, Workspace,
    WorkspaceNumber, document,
};

impl Asked {
    /// The write, and the row of its request.
    fn to(self, command: impl FnOnce(Authored) -> Admin) -> Administered {
        let at = self.authored.at;
        Administered::new(command(self.authored), self.claim, at)
    }
}

impl Store {
    /// Makes a workspace with this catalog, which a key opens from then on. [`StoreError::InUse`] when the id or the name is
    /// taken.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn create_workspace(
        &self,
        id: WorkspaceId,
        name: &str,
        asked: impl Into<Asked>,
        catalog: &Catalog,
        opened_by: Option<KeyId>,
    ) -> Result<Workspace, StoreError> {
        let (name, mut catalog) = (name.to_owned(), catalog.clone());
        catalog.settle_indexes();
        let (catalog, asked) = (Arc::new(catalog), asked.into());
        let created_at = asked.authored.at;
        let command =
            |authored| Admin::CreateWorkspace { id, name: name.clone(), authored, catalog, opened_by };
        let number = WorkspaceNumber(self.administer(asked.to(command)).await?.cast_signed());
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
        asked: impl Into<Asked>,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let command = |authored| Admin::RenameWorkspace { number, expected, name, authored };
        Ok(self.administer(asked.into().to(command)).await? > 0)
    }

    /// Stores a key under the hash of its secret. [`StoreError::InUse`] when the hash is taken.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub async fn create_key(
        &self,
        hash: &KeyHash,
        key: &Key,
        asked: impl Into<Asked>,
    ) -> Result<(), StoreError> {
        let command = |authored| Admin::CreateKey(*hash, key.clone(), authored);
        self.administer(asked.into().to(command)).await.map(drop)
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

    /// Changes a key; `false` when there is none with this id. `claim` is the request that it is a commit of, if that is
    /// carried out once.
    ///
    /// # Errors
    /// [`StoreError::RecordChanged`]; [`StoreError::CarriedOut`]; why it could not be stored.
    pub async fn edit_key(
        &self,
        id: KeyId,
        edit: KeyEdit,
        claim: Option<(WorkspaceNumber, Claim)>,
    ) -> Result<bool, StoreError> {
        let at = edit.at();
        let command = Admin::EditKeys(vec![(id, edit)]);
        Ok(self.administer(Administered::new(command, claim, at)).await? > 0)
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
        asked: impl Into<Asked>,
    ) -> Result<bool, StoreError> {
        let command = |authored| Admin::RotateKey { id, expected, hash: *hash, until, authored };
        Ok(self.administer(asked.into().to(command)).await? > 0)
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

    /// What is kept of keys and workspaces can be read, and the last of it is what they are.
    pub(super) async fn verify_revisions(&self, verified: &mut Verified) -> Result<(), StoreError> {
        for key in self.list_keys().await? {
            self.verify_last(&format!("key {}", key.id), &key, verified).await?;
        }
        for workspace in self.list_workspaces().await? {
            self.verify_last(&format!("workspace {}", workspace.id), &workspace, verified).await?;
        }
        Ok(())
    }

    async fn verify_last<T: Revised<State: PartialEq + DeserializeOwned>>(
        &self,
        name: &str,
        what: &T,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        let rows = self.shared.backend.revisions((T::KIND, what.id()), u64::MAX, u32::MAX).await?;
        for (place, (number, doc)) in rows.iter().enumerate() {
            match document::read::<Revision<T::State>>("revision", doc) {
                Err(fault) => verified.fault(format!("{name}: revision {number} cannot be read: {fault}")),
                // A server of before there were revisions may have made a later one.
                Ok(last) if place == 0 => {
                    let is_other = *number == what.revision() && last.state != what.state();
                    if is_other || *number > what.revision() {
                        verified.fault(format!("{name} is not what its last revision says"));
                    }
                }
                Ok(_) => {}
            }
        }
        Ok(())
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
