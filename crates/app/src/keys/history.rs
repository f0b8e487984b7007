//! What was done to a key, and taking it back.

use std::collections::BTreeMap;

use model::{KeyId, OnConflict, Precondition, Rejection, Rule};
use store::{Cause, Key};

use super::KeyRequest;
use crate::revisions::{Putting, Revisions, asked, not_undoable};
use crate::{App, Caller, Error};

impl App {
    /// What was done to a key, the newest change first: those of before a revision, so many at most.
    ///
    /// # Errors
    /// As [`get_key`](Self::get_key).
    pub async fn key_history(
        &self,
        caller: Option<&Caller>,
        id: KeyId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Revisions<Key>, Error> {
        self.get_key(caller, id).await?;
        let found = self.store().key_revisions(id, before.unwrap_or(u64::MAX), asked(limit)).await?;
        Ok(Revisions::of(found, limit))
    }

    /// Takes a change of a key back: the members that it changed get what they had before. Yields the key as it is then.
    ///
    /// # Errors
    /// As [`update_key`](Self::update_key); [`Error::NotFound`] for a revision that is not known; [`Error::Rejected`] for
    /// members that were changed again ([`ViolationKind::ChangedSince`](model::ViolationKind::ChangedSince)), where
    /// `on_conflict` says to refuse then, and for what cannot be taken back: that it was made, rotated or revoked.
    pub async fn undo_key_change(
        &self,
        caller: Option<&Caller>,
        (id, precondition): (KeyId, &Precondition),
        revision: u64,
        on_conflict: OnConflict,
    ) -> Result<Key, Error> {
        let history = self.key_history(caller, id, Some(revision.saturating_add(1)), 1).await?;
        let revised = history.take(revision)?;
        let Some(before) = revised.before.filter(|_| revised.revision.cause == Cause::Updated) else {
            return Err(not_undoable(match revised.revision.cause {
                Cause::Created => "a key that was made is not made undone; revoke it",
                Cause::Rotated => "the secret before is gone; rotate the key again",
                Cause::Revoked => "a key that was revoked stays so; make another one",
                Cause::Known | Cause::Updated => "what was before is not known",
            }));
        };
        let before = self.request_of(&before).await?;
        let after = self.request_of(&revised.revision.state).await?;
        self.replace_key(caller, (id, precondition), Some(revision), |now| {
            put_back(now, &before, &after, on_conflict)
        })
        .await
    }
}

/// Puts the members back that a change from one to the other changed.
fn put_back(
    now: &mut KeyRequest,
    before: &KeyRequest,
    after: &KeyRequest,
    on_conflict: OnConflict,
) -> Result<(), Rejection> {
    let mut putting = Putting::new(on_conflict);
    macro_rules! members {
        ($($member:ident),*) => {
            $(putting.put(stringify!($member), &mut now.$member, &before.$member, &after.$member);)*
        };
    }
    members!(
        name,
        workspaces,
        scopes,
        dialects,
        compat,
        strict,
        on_held_back,
        demand_version,
        rate,
        expires_at
    );
    put_rules_back(&mut putting, &mut now.policy, &before.policy, &after.policy);
    putting.finish()
}

/// Each rule is a member of its own.
fn put_rules_back(
    putting: &mut Putting,
    now: &mut BTreeMap<String, Rule>,
    before: &BTreeMap<String, Rule>,
    after: &BTreeMap<String, Rule>,
) {
    for path in before.keys().chain(after.keys().filter(|path| !before.contains_key(*path))) {
        let mut rule = now.get(path).copied();
        putting.put(
            &format!("policy.{path}"),
            &mut rule,
            &before.get(path).copied(),
            &after.get(path).copied(),
        );
        match rule {
            Some(rule) => drop(now.insert(path.clone(), rule)),
            None => drop(now.remove(path)),
        }
    }
}
