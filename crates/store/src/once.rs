//! Requests that are carried out once, however often they come
//! (draft-ietf-httpapi-idempotency-key-header).

use std::sync::Arc;

use bytes::Bytes;
use model::{KeyId, Timestamp};
use uuid::Uuid;

use crate::WorkspaceNumber;

/// A request that is carried out once, and which of its commits this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Once {
    /// The API key that it comes with.
    pub api_key: KeyId,
    /// 128 bits of a hash of the idempotency key that its client chose.
    pub hash: Uuid,
    /// The place of the commit among those of the request, from 0 on.
    pub step: u32,
}

/// A commit of such a request, as a write says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which commit of which request.
    pub once: Once,
    /// 128 bits of a hash of what is asked.
    pub fingerprint: Uuid,
    /// Whether its events tell all that the client is answered, so that any server can answer as soon as it is there.
    pub is_exact: bool,
}

/// A commit of such a request that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedOut {
    /// Where.
    pub workspace: WorkspaceNumber,
    /// The place of the commit among those of the request, from 0 on.
    pub step: u32,
    /// A hash of what was asked.
    pub fingerprint: Uuid,
    /// When.
    pub at: Timestamp,
    /// The number of its first event; `None` when nothing changed.
    pub event: Option<u64>,
    /// How many events it has.
    pub events: u64,
    /// Whether its events tell all that the client is answered.
    pub is_exact: bool,
    /// What the client was answered; only the first commit of a request has it, and only once it was rendered.
    pub answer: Option<KeptAnswer>,
}

/// An answer, to be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Its status.
    pub status: u16,
    /// Its headers, one a line: `name: value`.
    pub headers: String,
    /// Its body.
    pub body: Bytes,
}

/// A commit that a batch makes.
#[derive(Clone, Debug)]
pub(crate) struct ClaimSave {
    pub(crate) key: ClaimKey,
    pub(crate) fingerprint: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) event: Option<u64>,
    pub(crate) events: u64,
    pub(crate) is_exact: bool,
}

/// An answer that a batch keeps, at the first commit of its request.
#[derive(Clone, Debug)]
pub(crate) struct AnswerSave {
    pub(crate) key: ClaimKey,
    pub(crate) answer: Arc<KeptAnswer>,
    /// Whether the event of its only commit tells it, too.
    pub(crate) is_told: bool,
}

/// The key of a row.
pub(crate) type ClaimKey = (WorkspaceNumber, Once);
