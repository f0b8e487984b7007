//! The lock of a contact that an outside system owns.

use super::Draft;
use super::guard::is_same_kind;
use crate::{Change, ChannelKind, Contact, ViolationKind};

impl Draft<'_> {
    /// A contact that an outside system owns keeps its name, e-mail and phone numbers, whatever the dialect.
    /// Writing the values that it has already is allowed; so is unlocking it in the same change.
    pub(super) fn check_lock(&mut self, change: &Change) {
        if let Some(owner) = &self.before.locked_by
            && self.contact.locked_by == self.before.locked_by
        {
            let kind = ViolationKind::Locked(owner.to_string());
            self.refuse_writes(change, &touched(self.before, &self.contact), &kind);
        }
    }
}

/// The members that the lock covers and that differ, as paths of a policy. Which channel of the contact is the default one
/// is not among it, since that also changes with channels of other kinds.
pub(super) fn touched(before: &Contact, after: &Contact) -> Vec<&'static str> {
    let is_same = |kind| is_same_kind(kind, &before.channels, &after.channels);
    [
        ("name", before.name == after.name),
        ("salutation", before.salutation == after.salutation),
        ("channels.phone", is_same(&ChannelKind::Phone)),
        ("channels.email", is_same(&ChannelKind::Email)),
    ]
    .into_iter()
    .filter_map(|(path, is_same)| (!is_same).then_some(path))
    .collect()
}
