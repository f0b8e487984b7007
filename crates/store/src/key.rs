//! API keys: what they open.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use model::{Dialect, KeyId, Policy, Timestamp};
use serde::{Deserialize, Serialize};

use crate::revision::{Revised, RevisionSave};
use crate::{Authored, Cause, StoreError, WorkspaceNumber};

/// The SHA-256 of a key's secret; the secret itself is never stored.
pub type KeyHash = [u8; 32];

/// An API key. Its JSON is the stored document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: String,
    /// The workspaces that it opens; the first is the one that requests without a workspace mean.
    pub workspaces: Vec<WorkspaceNumber>,
    /// What it may do; never empty.
    pub scopes: Vec<Scope>,
    /// The dialects that it speaks; never empty.
    pub dialects: Vec<Dialect>,
    /// Which of two contradicting wire shapes it gets; `None`: the server's setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compat: Option<Compat>,
    /// Whether what a vendor's pages do not have is refused; `None`: the server's setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// What it may do to the members of contacts; `None`: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Arc<Policy>>,
    /// Whether a write to a contact that exists must say which revision it is for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demand_version: bool,
    /// How many requests it may send; `None`: as many as it likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Counts its changes, from 1.
    #[serde(default = "first")]
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// The key whose secret before the last rotation this stands for, until [`expires_at`](Self::expires_at). It is that
    /// key, and is listed nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_of: Option<KeyId>,
}

/// What is done to a stored key.
#[derive(Clone, Debug)]
pub enum KeyEdit {
    /// Revokes it, read at this revision; twice keeps the first time.
    Revoke(u64, Authored),
    /// Puts another in its place, which was made from this revision.
    Replace(Box<Key>, u64, Authored),
    /// Lets it open a workspace.
    Open(WorkspaceNumber, Authored),
    /// Notes that it was used.
    Use(Timestamp),
}

impl KeyEdit {
    /// When it happens.
    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Self::Revoke(_, authored) | Self::Replace(.., authored) | Self::Open(_, authored) => authored.at,
            Self::Use(at) => *at,
        }
    }

    /// Carries it out; the rows that tell of it.
    ///
    /// # Errors
    /// [`StoreError::RecordChanged`] when it is at another revision.
    fn apply(&self, key: &mut Key) -> Result<Vec<RevisionSave>, StoreError> {
        match self {
            Self::Revoke(expected, authored) => {
                key.check_revision(*expected)?;
                if key.revoked_at.is_some() {
                    return Ok(Vec::new());
                }
                let revoked = Key { revoked_at: Some(authored.at), revision: expected + 1, ..key.clone() };
                key.become_another(revoked, Cause::Revoked, authored)
            }
            Self::Replace(new, expected, authored) => {
                key.check_revision(*expected)?;
                let new = Key { id: key.id, revision: expected + 1, used_at: key.used_at, ..Key::clone(new) };
                key.become_another(new, Cause::Updated, authored)
            }
            Self::Open(workspace, authored) => {
                let mut open = Key { revision: key.revision + 1, ..key.clone() };
                open.workspaces.push(*workspace);
                key.become_another(open, Cause::Updated, authored)
            }
            Self::Use(at) => {
                key.used_at = key.used_at.max(Some(*at));
                Ok(Vec::new())
            }
        }
    }

    /// Carries out edits, all or none, on the keys that are there; how many of the edits found theirs, and the rows that
    /// tell of them.
    ///
    /// # Errors
    /// [`StoreError::RecordChanged`] when one of the keys is at another revision than its edit is for.
    pub(crate) fn apply_all(
        edits: &[(KeyId, Self)],
        keys: &mut BTreeMap<KeyId, Key>,
    ) -> Result<(u64, Vec<RevisionSave>), StoreError> {
        let (mut found, mut saves) = (0, Vec::new());
        for (id, edit) in edits {
            if let Some(key) = keys.get_mut(id) {
                saves.extend(edit.apply(key)?);
                found += 1;
            }
        }
        Ok((found, saves))
    }
}

impl Key {
    /// Where the secret stands that the key had before its last rotation: there is one at most.
    pub(crate) fn former_id(id: KeyId) -> KeyId {
        KeyId(uuid::Uuid::from_u128(!id.0.as_u128()))
    }

    /// Puts another in its place; the rows that tell of it.
    fn become_another(
        &mut self,
        new: Self,
        cause: Cause,
        authored: &Authored,
    ) -> Result<Vec<RevisionSave>, StoreError> {
        let saves = RevisionSave::of_change(Some(&*self), &new, cause, authored)?;
        *self = new;
        Ok(saves)
    }

    /// Rotates the key: what stands for its old secret until then, and the rows that tell of it.
    pub(crate) fn rotate(
        &mut self,
        until: Timestamp,
        authored: &Authored,
    ) -> Result<(Self, Vec<RevisionSave>), StoreError> {
        let expires_at = Some(self.expires_at.map_or(until, |expires_at| expires_at.min(until)));
        let former =
            Self { id: Self::former_id(self.id), former_of: Some(self.id), expires_at, ..self.clone() };
        let rotated = Self { revision: self.revision + 1, ..self.clone() };
        Ok((former, self.become_another(rotated, Cause::Rotated, authored)?))
    }
}

fn first() -> u64 {
    1
}

/// A rate of requests: a bucket of `burst` requests that is filled up evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Requests in each period, over time.
    pub requests: NonZeroU32,
    /// The period.
    pub per: Period,
    /// Requests at once, at most.
    pub burst: NonZeroU32,
}

/// What a rate counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl Period {
    /// How long it is.
    pub fn length(self) -> Duration {
        match self {
            Self::Second => Duration::from_secs(1),
            Self::Minute => Duration::from_secs(60),
            Self::Hour => Duration::from_secs(3600),
        }
    }
}

impl Rate {
    /// After how long one more request is allowed.
    pub fn interval(self) -> Duration {
        self.per.length() / self.requests.get()
    }
}

/// `10/second`, `600/minute` or `1000/hour`.
impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.requests, self.per)
    }
}

/// Reads what [`Display`](std::fmt::Display) writes; the burst is that of a period.
impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no rate, such as 10/second, 600/minute or 1000/hour");
        let (requests, per) = text.split_once('/').ok_or_else(wrong)?;
        let requests = requests.parse().map_err(|_| wrong())?;
        Ok(Self { requests, per: per.parse().map_err(|_| wrong())?, burst: requests })
    }
}

/// What a key may do. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Read contacts, the records beside them and the catalog.
    Read,
    /// Change contacts, the records beside them and the catalog, and undo.
    Write,
    /// Change the settings of the workspace.
    Admin,
}

/// Which of two shapes a dialect answers with, where the vendor's pages and its live service disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compat {
    /// As the vendor's pages show it.
    #[default]
    Documented,
    /// As the vendor's live service was observed to answer.
    Observed,
}

macro_rules! words {
    ($type:ident, $what:literal, $($variant:ident $word:literal),*) => {
        impl $type {
            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!(concat!("unknown ", $what, " '{}'; known: {}"), word, [$($word),*].join(", "))),
                }
            }
        }
    };
}

words!(Scope, "scope", Read "read", Write "write", Admin "admin");
words!(Period, "period", Second "second", Minute "minute", Hour "hour");
words!(Compat, "compat", Documented "documented", Observed "observed");
