//! The one internal error: what can stop a use case, without a word of HTTP.

use model::{Dialect, RecordKind, Rejection};
use store::{Scope, Slow, StoreError};

use crate::Allowance;
use crate::Repeated;

/// Why a use case did not do what it was asked. Each dialect maps it to its own answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no valid key with the request.
    #[error("{0}")]
    Unauthenticated(BadKey),
    /// The key does not speak this dialect.
    #[error("the key is not for the {0} API")]
    WrongDialect(Dialect),
    /// The key lacks this scope.
    #[error("the key lacks the scope '{0}'")]
    MissingScope(Scope),
    /// The key does not open this workspace.
    #[error("the key does not open this workspace")]
    WrongWorkspace,
    /// There is no such thing in the caller's workspace.
    #[error("no such {0}")]
    NotFound(Missing),
    /// The change was refused; nothing was stored.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The key may only change a contact that exists at a revision that the request names.
    #[error("the key must name the revision of the contact that it changes")]
    VersionRequired,
    /// The key sends more requests than it may.
    #[error("the key sends more requests than it may ({} at once, then {})", .0.rate.burst, .0.rate)]
    RateLimited(Allowance),
    /// The request came before, or comes with the idempotency key of another one; nothing was stored.
    #[error(transparent)]
    Repeated(#[from] Repeated),
    /// A name, an id or a secret is taken.
    #[error("{0} is in use")]
    InUse(String),
    /// Too many requests wait; nothing was stored, and trying again soon is right.
    #[error("too many requests wait")]
    Busy,
    /// There is so much to look at for a list that its time was up.
    #[error("the list takes too long, because there is too much to look at")]
    TooSlow(Slow),
    /// The server is stopping; nothing was stored.
    #[error("the server is stopping")]
    Stopping,
    /// The database is away, or others are at the same records all the time; nothing was stored, and trying
    /// again soon is right.
    #[error("the database is not available")]
    Unavailable(#[source] StoreError),
    /// Whether the change took effect is unknown; reading the contact will tell.
    #[error("it is unknown whether the change took effect")]
    OutcomeUnknown(#[source] StoreError),
    /// The store failed; nothing was stored.
    #[error("the store failed")]
    Store(#[source] StoreError),
}

/// What is wrong with a request's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// No key at all.
    #[error("an API key is required")]
    Missing,
    /// A header that cannot be read, or two of them.
    #[error("the API key cannot be read")]
    Malformed,
    /// Nobody's key.
    #[error("the API key is unknown")]
    Unknown,
    /// It has expired.
    #[error("the API key has expired")]
    Expired,
    /// It was revoked.
    #[error("the API key was revoked")]
    Revoked,
}

/// What was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// A workspace.
    #[error("workspace")]
    Workspace,
    /// A contact.
    #[error("contact")]
    Contact,
    /// A change.
    #[error("change")]
    Change,
    /// A key.
    #[error("key")]
    Key,
    /// A company, a note, a task, or what stands in the catalog.
    #[error("{0}")]
    Record(RecordKind),
}

impl Missing {
    /// A record of this kind.
    pub(crate) fn of(kind: RecordKind) -> Self {
        if kind.is_contact() { Self::Contact } else { Self::Record(kind) }
    }
}

impl From<StoreError> for Error {
    fn from(fault: StoreError) -> Self {
        match fault.alone() {
            StoreError::NoSuchContact => Self::NotFound(Missing::Contact),
            StoreError::NoSuchRecord(kind) => Self::NotFound(Missing::Record(kind)),
            StoreError::NoSuchEvent => Self::NotFound(Missing::Change),
            StoreError::Rejected(rejection) => Self::Rejected(rejection),
            StoreError::InUse(what) => Self::InUse(what),
            StoreError::CarriedOut { is_same: true } => Self::Repeated(Repeated::InFlight),
            StoreError::CarriedOut { is_same: false } => Self::Repeated(Repeated::OtherRequest),
            StoreError::Busy | StoreError::BusyReading => Self::Busy,
            StoreError::TooSlow(slow) => Self::TooSlow(slow),
            StoreError::Closing => Self::Stopping,
            fault @ (StoreError::Unavailable(_)
            | StoreError::Conflict(_)
            | StoreError::RecordChanged
            | StoreError::CatalogChanged) => Self::Unavailable(fault),
            fault @ StoreError::OutcomeUnknown(_) => Self::OutcomeUnknown(fault),
            fault => Self::Store(fault),
        }
    }
}
