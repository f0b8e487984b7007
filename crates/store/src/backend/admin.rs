//! The writes that are no changes of records.

use std::sync::Arc;

use model::{Catalog, KeyId, Timestamp, WorkspaceId};
use uuid::Uuid;

use crate::last_events::Notes;
use crate::once::ClaimSave;
use crate::{Authored, CatalogIndex, Claim, Key, KeyEdit, KeyHash, Picture, WorkspaceNumber};

/// A write that is no change of records, and the row of the request that it is a commit of, if that is carried out once.
#[derive(Debug)]
pub(crate) struct Administered {
    pub(crate) command: Admin,
    pub(crate) claim: Option<ClaimSave>,
}

impl Administered {
    /// One that happens now, as the next commit of this request in its workspace.
    pub(crate) fn new(command: Admin, claim: Option<(WorkspaceNumber, Claim)>, at: Timestamp) -> Self {
        let claim = claim.map(|(workspace, Claim { once, fingerprint, is_exact })| ClaimSave {
            key: (workspace, once),
            fingerprint,
            at,
            event: None,
            events: 0,
            is_exact,
        });
        Self { command, claim }
    }
}

impl From<Admin> for Administered {
    fn from(command: Admin) -> Self {
        Self { command, claim: None }
    }
}

/// The writes that are no changes of records.
#[derive(Debug)]
pub(crate) enum Admin {
    /// Nothing: whether the writer works.
    Check,
    /// Makes a workspace, which this key opens from then on.
    CreateWorkspace {
        id: WorkspaceId,
        name: String,
        authored: Authored,
        catalog: Arc<Catalog>,
        opened_by: Option<KeyId>,
    },
    /// Gives a workspace, read at this revision, another name.
    RenameWorkspace { number: WorkspaceNumber, expected: u64, name: String, authored: Authored },
    /// Stores a key.
    CreateKey(KeyHash, Key, Authored),
    /// Does this to keys; those that are not there are passed over.
    EditKeys(Vec<(KeyId, KeyEdit)>),
    /// Gives a key, read at this revision, another secret; the old one works until then.
    RotateKey { id: KeyId, expected: u64, hash: KeyHash, until: Timestamp, authored: Authored },
    /// Stores a picture.
    PutPicture(WorkspaceNumber, Picture),
    /// Notes which events are a contact's last, unless another server has just done so.
    Note(WorkspaceNumber, Notes),
    /// Fills an index with the values of the next contacts.
    FillIndex(WorkspaceNumber, CatalogIndex),
    /// Forgets an index, or the next values of it.
    ForgetIndex(WorkspaceNumber, u64),
    /// Removes a picture that nothing shows.
    RemovePicture(WorkspaceNumber, Uuid),
    /// Forgets requests of before this time, so many at most and the first ones first.
    ForgetRequests(Timestamp, u64),
    /// Forgets so many of the first requests of an API key.
    ForgetFirst(WorkspaceNumber, KeyId, u64),
}
