//! What PostgreSQL's errors mean to the store.

use std::error::Error as _;
use std::io;
use std::sync::Arc;

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::StoreError;

/// Codes after which the same batch may succeed: another node was at the same rows (of which two cannot have
/// the same key), or replaced the catalog that the batch ran under.
const CONFLICTS: [SqlState; 5] = [
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::UNIQUE_VIOLATION,
    SqlState::NOT_NULL_VIOLATION,
];

/// Codes of a server that goes, comes, is full, or takes no writes; and of one that ended a transaction because
/// this node did not get on with it.
const AWAY: [SqlState; 10] = [
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::DISK_FULL,
    SqlState::OUT_OF_MEMORY,
    SqlState::READ_ONLY_SQL_TRANSACTION,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    SqlState::INVALID_PASSWORD,
    SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
];

impl From<Error> for StoreError {
    fn from(fault: Error) -> Self {
        let is_one_of = |codes: &[SqlState]| fault.code().is_some_and(|code| codes.contains(code));
        if is_one_of(&CONFLICTS) {
            Self::Conflict(Arc::new(fault))
        } else if is_broken(&fault) || is_one_of(&AWAY) {
            Self::Unavailable(Arc::new(fault))
        } else {
            Self::Postgres(Arc::new(fault))
        }
    }
}

impl From<PoolError> for StoreError {
    fn from(fault: PoolError) -> Self {
        match fault {
            PoolError::Backend(fault) => fault.into(),
            PoolError::Closed => Self::Closing,
            fault => Self::Unavailable(Arc::new(fault)),
        }
    }
}

/// Whether the connection broke, or was never made, so that the server said nothing.
pub(super) fn is_broken(fault: &Error) -> bool {
    let is_connection_code = fault.code().is_some_and(|code| code.code().starts_with("08"));
    let is_io = fault.source().is_some_and(|source| source.is::<io::Error>());
    fault.is_closed() || is_connection_code || is_io || is_connecting(fault)
}

/// Names that cannot be resolved, refused connections and time limits have no other mark than their text.
fn is_connecting(fault: &Error) -> bool {
    fault.code().is_none() && fault.to_string().starts_with("error connecting to server")
}

/// Whether the server said that the transaction had ended before, because of an earlier error.
pub(super) fn is_consequence(fault: &Error) -> bool {
    fault.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
}

/// Whether the server refused a commit in a way that leaves no doubt that nothing was stored.
pub(super) fn is_refused_commit(fault: &Error) -> bool {
    fault.code().is_some_and(|code| code.code().starts_with("40") || code.code().starts_with("23"))
}
