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

/// Classes of codes of a server that goes or comes, lacks memory, disk or connections, or lets nobody in.
const AWAY_CLASSES: [&str; 4] = ["28", "53", "57", "58"];

/// Codes of a database that is not there or takes no writes; and of a server that ended a transaction because this
/// node did not get on with it.
const AWAY: [SqlState; 3] = [
    SqlState::INVALID_CATALOG_NAME,
    SqlState::READ_ONLY_SQL_TRANSACTION,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

impl From<Error> for StoreError {
    fn from(fault: Error) -> Self {
        if fault.code().is_some_and(|code| CONFLICTS.contains(code)) {
            Self::Conflict(Arc::new(fault))
        } else if is_away(&fault) {
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

/// Whether the server cannot be reached, or does not take what it should.
pub(super) fn is_away(fault: &Error) -> bool {
    is_broken(fault) || fault.code().is_some_and(is_code_of_away)
}

fn is_code_of_away(code: &SqlState) -> bool {
    AWAY.contains(code) || AWAY_CLASSES.iter().any(|class| code.code().starts_with(class))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_does_not() {
        for code in [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::QUERY_CANCELED,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::DISK_FULL,
            SqlState::OUT_OF_MEMORY,
            SqlState::IO_ERROR,
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            SqlState::INVALID_PASSWORD,
            SqlState::INVALID_CATALOG_NAME,
        ] {
            assert!(is_code_of_away(&code) && !CONFLICTS.contains(&code), "{code:?}");
        }
        for code in CONFLICTS.into_iter().chain([
            SqlState::UNDEFINED_TABLE,
            SqlState::INSUFFICIENT_PRIVILEGE,
            SqlState::SYNTAX_ERROR,
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            SqlState::IN_FAILED_SQL_TRANSACTION,
        ]) {
            assert!(!is_code_of_away(&code), "{code:?}");
        }
    }
}
