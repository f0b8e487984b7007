//! What a key may do to other keys: nothing that gives more than it has itself.

use model::{Rejection, Violation, ViolationKind};
use store::{Key, Scope};

use crate::Error;

/// Whether a key may know of another: it opens all its workspaces.
pub(super) fn sees(key: &Key, other: &Key) -> bool {
    other.workspaces.iter().all(|workspace| key.workspaces.contains(workspace))
}

/// Passes if a key may nothing that the one does not that asks for it.
///
/// # Errors
/// [`Error::Rejected`] with every member that goes further.
pub(super) fn check(asks: &Key, key: &Key) -> Result<(), Error> {
    let most = |key: &Key| key.scopes.iter().max().copied().unwrap_or(Scope::Read);
    let is_later = match (asks.expires_at, key.expires_at) {
        (Some(ours), Some(theirs)) => theirs > ours,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let is_faster = match (asks.rate, key.rate) {
        (Some(ours), Some(theirs)) => theirs.interval() < ours.interval() || theirs.burst > ours.burst,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let beyond = [
        ("workspaces", !sees(asks, key)),
        ("scopes", most(key) > most(asks)),
        ("dialects", key.dialects.iter().any(|dialect| !asks.dialects.contains(dialect))),
        // Which of two policies allows more is no simple question.
        ("policy", asks.policy.is_some() && asks.policy != key.policy),
        ("demand_version", asks.demand_version && !key.demand_version),
        ("rate", is_faster),
        ("expires_at", is_later),
    ];
    let violation = |(at, _)| Violation::new(at, ViolationKind::BeyondRights);
    let violations: Vec<_> = beyond.into_iter().filter(|(_, is_beyond)| *is_beyond).map(violation).collect();
    if violations.is_empty() { Ok(()) } else { Err(Error::Rejected(Rejection { violations })) }
}
