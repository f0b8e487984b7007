//! Doing again what was planned by something that somebody else changed in between.

use store::StoreError;

use crate::Error;

/// How often something is read again that somebody else changed between reading and writing it.
pub(crate) const TRIES: usize = 16;

/// What comes of something that is tried from its start again while it fails for this reason.
///
/// # Errors
/// What the last try says.
pub(crate) async fn retried<T, F: Future<Output = Result<T, Error>> + Send>(
    is_outdated: fn(&Error) -> bool,
    attempt: impl Fn() -> F,
) -> Result<T, Error> {
    for _ in 1..TRIES {
        match attempt().await {
            Err(fault) if is_outdated(&fault) => {}
            done => return done,
        }
    }
    attempt().await
}

/// Whether a record is no more what it was when it was read.
pub(crate) fn has_changed(fault: &Error) -> bool {
    matches!(fault, Error::Unavailable(StoreError::RecordChanged))
}

/// Whether the catalog is no more what it was when it was read.
pub(crate) fn has_changed_catalog(fault: &Error) -> bool {
    matches!(fault, Error::Unavailable(StoreError::CatalogChanged))
}
