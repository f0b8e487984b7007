//! What keys and workspaces were: a row for each of their revisions, saved in the commit that makes it.
//!
//! They belong to no workspace alone, so their changes stand in no workspace's log of events, which more may read than may
//! know of keys.

use model::{Actor, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Claim, Key, StoreError, Workspace, WorkspaceNumber, document};

/// Revisions of one key or workspace that are kept at most; the oldest ones are forgotten.
pub const REVISIONS_MAX: u64 = 1000;

/// A key, or the name of a workspace, as a change left it. Its JSON is the stored document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revision<T> {
    /// What was done.
    pub cause: Cause,
    /// By whom; `None` where that was before anything was noted.
    #[serde(default = "nobody", skip_serializing_if = "Option::is_none")]
    pub authored: Option<Authored>,
    /// What came of it.
    pub state: T,
}

fn nobody<T>() -> Option<T> {
    None
}

/// When and by whom a key or workspace is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authored {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// The revision whose change it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
}

/// Who asks for a change of a key or workspace, and which request it is the next commit of, if that is carried out once.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// When and by whom.
    pub authored: Authored,
    /// The request, in its workspace.
    pub claim: Option<(WorkspaceNumber, Claim)>,
}

impl From<Authored> for Asked {
    fn from(authored: Authored) -> Self {
        Self { authored, claim: None }
    }
}

/// What is done to a key or workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// It was there before its revisions were kept.
    Known,
    /// It is made.
    Created,
    /// Its members are changed.
    Updated,
    /// It gets another secret.
    Rotated,
    /// It stops to work.
    Revoked,
}

/// What has revisions that are kept, as its number in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RevisedKind {
    Key = 1,
    Workspace = 2,
}

impl RevisedKind {
    pub(crate) fn number(self) -> i64 {
        self as i64
    }
}

/// What has revisions that are kept.
pub(crate) trait Revised {
    const KIND: RevisedKind;

    /// What is kept of it.
    type State: Serialize + Clone;

    /// Its id.
    fn id(&self) -> Uuid;

    /// Counts its changes, from 1.
    fn revision(&self) -> u64;

    /// What is kept of it.
    fn state(&self) -> Self::State;

    /// Passes if it is at this revision.
    fn check_revision(&self, expected: u64) -> Result<(), StoreError> {
        if self.revision() == expected { Ok(()) } else { Err(StoreError::RecordChanged) }
    }
}

impl Revised for Key {
    const KIND: RevisedKind = RevisedKind::Key;

    type State = Self;

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn revision(&self) -> u64 {
        self.revision
    }

    /// When it was used is no change of it.
    fn state(&self) -> Self {
        Self { used_at: None, ..self.clone() }
    }
}

impl Revised for Workspace {
    const KIND: RevisedKind = RevisedKind::Workspace;

    type State = String;

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn revision(&self) -> u64 {
        self.revision
    }

    fn state(&self) -> String {
        self.name.clone()
    }
}

/// A row to save, unless there is one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RevisionSave {
    pub(crate) kind: RevisedKind,
    pub(crate) id: Uuid,
    pub(crate) revision: u64,
    pub(crate) doc: String,
}

impl RevisionSave {
    /// The rows of a change: what it made, and what was there before, which may be older than the rows are.
    pub(crate) fn of_change<T: Revised>(
        before: Option<&T>,
        after: &T,
        cause: Cause,
        authored: &Authored,
    ) -> Result<Vec<Self>, StoreError> {
        let known = before.map(|before| Self::of(before, Cause::Known, None)).transpose()?;
        let made = Self::of(after, cause, Some(authored.clone()))?;
        Ok(known.into_iter().chain([made]).collect())
    }

    fn of<T: Revised>(what: &T, cause: Cause, authored: Option<Authored>) -> Result<Self, StoreError> {
        let doc = document::write("revision", &Revision { cause, authored, state: what.state() })?;
        Ok(Self { kind: T::KIND, id: what.id(), revision: what.revision(), doc })
    }

    /// The newest revision that is too old to be kept beside this one; 0 when none is.
    pub(crate) fn too_old(&self) -> u64 {
        self.revision.saturating_sub(REVISIONS_MAX)
    }
}
