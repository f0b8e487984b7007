//! The lock of a contact that an outside system owns.

use super::Draft;
use crate::{
    Change, Channel, ChannelKind, Contact, Difference, Edit, Member, Set, SystemMember, TextMember,
    ValueWrite, Violation, ViolationKind,
};

/// What the lock covers.
#[derive(Clone, Copy, PartialEq)]
enum Locked {
    Name,
    Salutation,
    Channels,
}

impl Draft<'_> {
    /// A contact that an outside system owns keeps its name, e-mail and phone numbers, whatever the dialect.
    /// Writing the values that it has already is allowed; so is unlocking it in the same change.
    pub(super) fn check_lock(&mut self, change: &Change) {
        let (Some(owner), true) = (&self.before.locked_by, self.contact.locked_by == self.before.locked_by)
        else {
            return;
        };
        let changed = changed(self.before, &self.contact);
        let touches = |edit: &Edit| self.lockable(edit).iter().any(|each| changed.contains(each));
        let locked: Vec<_> = change
            .edits
            .iter()
            .filter(|(_, edit)| touches(edit))
            .map(|(at, _)| Violation::new(at.clone(), ViolationKind::Locked(owner.to_string())))
            .collect();
        self.violations.extend(locked);
    }

    /// The locked members that an edit may change.
    fn lockable(&self, edit: &Edit) -> Vec<Locked> {
        match edit {
            Edit::Name(..) => vec![Locked::Name],
            Edit::Text(TextMember::Salutation, _) => vec![Locked::Salutation],
            Edit::Values(set, _) => self.lockable_values(set),
            Edit::ReplaceChannelsOf(ChannelKind::Other(_), _)
            | Edit::PrimaryChannel(ChannelKind::Other(_), _) => Vec::new(),
            Edit::ReplaceChannels(_)
            | Edit::ReplaceChannelsOf(..)
            | Edit::MergeChannels(_)
            | Edit::PrimaryChannel(..)
            | Edit::RemoveChannel(_) => vec![Locked::Channels],
            Edit::Revert(differences, _) => differences.iter().filter_map(lockable_member).collect(),
            _ => Vec::new(),
        }
    }

    /// Fields that show a member of the record write that member.
    fn lockable_values(&self, set: &Set<ValueWrite>) -> Vec<Locked> {
        let fields = set.items.iter().filter_map(|write| self.ground.catalog.fields.find(&write.field));
        fields
            .filter_map(|field| match field.system? {
                SystemMember::FirstName | SystemMember::LastName => Some(Locked::Name),
                SystemMember::Salutation => Some(Locked::Salutation),
            })
            .collect()
    }
}

fn lockable_member(difference: &Difference) -> Option<Locked> {
    match difference.member {
        Member::NameFull | Member::NameFirst | Member::NameLast => Some(Locked::Name),
        Member::Salutation => Some(Locked::Salutation),
        Member::Channels => Some(Locked::Channels),
        _ => None,
    }
}

/// Whether anything that the lock covers differs.
pub(super) fn is_touched(before: &Contact, after: &Contact) -> bool {
    !changed(before, after).is_empty()
}

fn changed(before: &Contact, after: &Contact) -> Vec<Locked> {
    [
        (Locked::Name, before.name != after.name),
        (Locked::Salutation, before.salutation != after.salutation),
        (Locked::Channels, owned(before) != owned(after)),
    ]
    .into_iter()
    .filter_map(|(each, is_changed)| is_changed.then_some(each))
    .collect()
}

/// The channels that the owner owns. Which channel of the contact is the default one is not among it, since
/// that also changes with channels of other kinds.
fn owned(contact: &Contact) -> Vec<Channel> {
    let channels = contact.channels.iter().filter(|channel| !matches!(channel.kind, ChannelKind::Other(_)));
    channels.map(|channel| Channel { default: false, ..channel.clone() }).collect()
}
