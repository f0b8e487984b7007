//! Workspaces: the isolation unit.

use model::{Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// A workspace's number in this database; every primary key begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkspaceNumber(pub i64);

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its number in this database.
    pub number: WorkspaceNumber,
    /// Its id, the same in every database it is moved to.
    pub id: WorkspaceId,
    /// Its name, unique in this database.
    pub name: String,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
}
