//! The change engine: `apply` turns a contact and a change into a new contact and its differences, or into
//! every reason why not. It is a pure function; all rules about contacts live here and in its parts.

mod channels;
mod guard;
mod lock;
mod merge;
mod names;
mod paths;
mod sets;
mod values;

use std::collections::HashMap;

use uuid::Uuid;

pub use self::guard::check_policy;
pub use self::merge::{Choice, merge};

use crate::{
    BirthdayPart, Catalog, Change, ChannelKind, CompanyId, Contact, ContactId, Dialect, Difference, Edit,
    Flag, HeldBack, InstantMember, ItemRef, Json, NamePart, Network, NoteId, OnConflict, Policy, Ref,
    Rejection, Text, TextMember, Timestamp, Violation, ViolationKind, difference, limits, value,
};

/// What a change meets: the catalog, what its references point at, the time and the fresh ids.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The workspace's catalog.
    pub catalog: &'a Catalog,
    /// The records outside the catalog that the change names.
    pub linked: &'a Linked,
    /// Time and ids.
    pub stamp: Stamp,
    /// What the key that asks may do, where it may not do everything.
    pub policy: Option<&'a Policy>,
}

/// The records outside the catalog that a change names, looked up beforehand.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// The companies, with their numbers.
    pub companies: HashMap<Ref, (CompanyId, u64)>,
    /// The notes.
    pub notes: HashMap<Ref, NoteId>,
    /// The owners of the channels that must be nobody else's, by kind and normalised value.
    pub channel_owners: HashMap<(ChannelKind, String), ContactId>,
}

/// The time of a change, and the source of the ids that it makes.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// When the change happens.
    pub now: Timestamp,
    /// A fresh UUIDv7. The ids of what the change makes count up from it.
    pub seed: Uuid,
}

impl Stamp {
    /// The `n`th id made by this change, larger than all before it.
    fn id(&self, n: u64) -> Uuid {
        Uuid::from_u128(self.seed.as_u128().wrapping_add(u128::from(n)))
    }
}

/// A change that was carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The contact as it is now.
    pub contact: Contact,
    /// What differs; empty when the change changed nothing, and then revision and `updated_at` are as before.
    pub differences: Vec<Difference>,
    /// What the policy held back of it.
    pub held_back: Vec<HeldBack>,
}

/// Applies a change to a contact: validates all of it, collects all violations, and yields the new contact
/// and its differences, or nothing.
///
/// # Errors
/// That the contact is at another revision than the change is for; else every violation: those that the dialect found while decoding, those of the edits in their order, then those
/// of the contact as a whole: the policy of the key, its lock and its bounds.
pub fn apply(contact: &Contact, change: &Change, ground: &Ground<'_>) -> Result<Applied, Rejection> {
    if let Some(precondition) = &change.precondition {
        precondition.check(contact.revision)?;
    }
    let mut draft = Draft {
        before: contact,
        contact: contact.clone(),
        ground: *ground,
        fresh_ids: 0,
        written_names: Vec::new(),
        violations: change.violations.clone(),
    };
    for (at, edit) in &change.edits {
        draft.edit(at, edit);
    }
    let held_back = ground.policy.map(|policy| draft.guard(policy, change)).unwrap_or_default();
    draft.check_lock(change);
    draft.check_bounds();
    if !draft.violations.is_empty() {
        return Err(Rejection { violations: draft.violations });
    }
    let mut after = draft.contact;
    let differences = difference::differences(contact, &after);
    if !differences.is_empty() {
        after.revision = contact.revision.saturating_add(1);
        // Never back in time, even where two servers' clocks differ.
        after.updated_at = ground.stamp.now.max(contact.updated_at);
    }
    Ok(Applied { contact: after, differences, held_back })
}

/// A contact in the making, and what was found wrong so far.
struct Draft<'a> {
    before: &'a Contact,
    contact: Contact,
    ground: Ground<'a>,
    fresh_ids: u64,
    /// The parts of the name that the change wrote itself.
    written_names: Vec<NamePart>,
    violations: Vec<Violation>,
}

impl Draft<'_> {
    fn refuse(&mut self, at: &str, kind: ViolationKind) {
        self.violations.push(Violation::new(at, kind));
    }

    fn fresh_id(&mut self) -> Uuid {
        let id = self.ground.stamp.id(self.fresh_ids);
        self.fresh_ids += 1;
        id
    }

    fn edit(&mut self, at: &str, edit: &Edit) {
        if let Some(max) = exceeded(edit) {
            return self.refuse(at, ViolationKind::TooLong { max, unit: "items" });
        }
        match edit {
            Edit::Text(member, text) => self.text(at, *member, text.as_deref()),
            Edit::Name(part, text) => self.name(at, *part, text.as_deref()),
            Edit::Birthday(part, number) => self.birthday(at, *part, *number),
            Edit::Social(network, text) => self.social(at, *network, text.as_deref()),
            Edit::Flag(Flag::Starred, flag) => self.contact.starred = *flag,
            Edit::Flag(Flag::Confirmed, flag) => self.confirm(*flag),
            Edit::Instant(InstantMember::CreatedAt, Some(instant)) => self.contact.created_at = *instant,
            Edit::Instant(InstantMember::CreatedAt, None) => self.refuse(at, ViolationKind::NotNullable),
            Edit::Instant(InstantMember::ClosedAt, instant) => self.contact.closed_at = *instant,
            Edit::Instant(InstantMember::BlockedAt, instant) => self.contact.blocked_at = *instant,
            Edit::Closed(flag) => {
                self.contact.closed_at = self.since(*flag, self.contact.closed_at, self.before.closed_at);
            }
            Edit::Blocked(flag) => {
                self.contact.blocked_at = self.since(*flag, self.contact.blocked_at, self.before.blocked_at);
            }
            Edit::OptIn(state) => self.contact.opt_in = *state,
            Edit::AssignedUser(user) => self.assign_user(at, user.as_ref()),
            Edit::AssignedTeam(team) => self.assign_team(at, team.as_ref()),
            Edit::Tags(set) => self.tags(set),
            Edit::Lists(set) => self.lists(set),
            Edit::Notes(set) => self.notes(set),
            Edit::Companies(set) => self.companies(set),
            Edit::PrimaryCompany(write) => self.primary_company(write.as_ref()),
            Edit::ReplaceChannels(items) => self.replace_channels(None, items),
            Edit::ReplaceChannelsOf(kind, items) => self.replace_channels(Some(kind), items),
            Edit::MergeChannels(items) => self.merge_channels(items),
            Edit::PrimaryChannel(kind, item) => self.primary_channel(kind, item.as_ref()),
            Edit::RemoveChannel(id) => self.remove_channel(at, *id),
            Edit::Values(set, read) => self.values(set, *read),
            Edit::Extra(dialect, name, value) => self.extra(at, (*dialect, name), value.as_ref()),
            Edit::Aliases(dialect, texts) => self.aliases(at, *dialect, texts),
            Edit::Convert(field, on_unconvertible) => self.convert(at, *field, *on_unconvertible),
            Edit::Forget(what, id) if self.ground.catalog.has(*what, *id) => {}
            Edit::Forget(what, id) => self.contact.forget(*what, *id),
            Edit::Revert(differences, on_conflict) => self.revert(differences, *on_conflict),
        }
    }

    /// Checks the length of a text: in characters, as every vendor that states a limit counts.
    fn bounded(&mut self, at: &str, text: &str, max: usize) -> bool {
        let is_within = text.len() <= max || text.chars().count() <= max;
        if !is_within {
            self.refuse(at, ViolationKind::TooLong { max, unit: "characters" });
        }
        is_within
    }

    fn text(&mut self, at: &str, member: TextMember, text: Option<&str>) {
        let contact = &mut self.contact;
        let (slot, max) = match member {
            TextMember::Salutation => (&mut contact.salutation, limits::SHORT_TEXT_CHARS),
            TextMember::JobTitle => (&mut contact.job_title, limits::SHORT_TEXT_CHARS),
            TextMember::Description => (&mut contact.description, limits::LONG_TEXT_CHARS),
            TextMember::Remarks => (&mut contact.remarks, limits::LONG_TEXT_CHARS),
            TextMember::Location => (&mut contact.location, limits::SHORT_TEXT_CHARS),
            TextMember::City => (&mut contact.city, limits::SHORT_TEXT_CHARS),
            TextMember::State => (&mut contact.state, limits::SHORT_TEXT_CHARS),
            TextMember::Country => (&mut contact.country, limits::SHORT_TEXT_CHARS),
            TextMember::WebsiteUrl => (&mut contact.website_url, limits::LONG_TEXT_CHARS),
            TextMember::ImageUrl => (&mut contact.image_url, limits::LONG_TEXT_CHARS),
            TextMember::LockedBy => (&mut contact.locked_by, limits::SHORT_TEXT_CHARS),
        };
        *slot = text.map(Text::from);
        if let Some(text) = text {
            self.bounded(at, text, max);
        }
    }

    /// Going from true to false, compared with the state before the whole change, is noted.
    fn confirm(&mut self, flag: bool) {
        let is_lost = self.before.confirmed && !flag;
        let now = self.ground.stamp.now;
        self.contact.unconfirmed_at = if is_lost { Some(now) } else { self.before.unconfirmed_at };
        self.contact.confirmed = flag;
    }

    /// Since when a state holds: since now, unless it held already.
    fn since(&self, flag: bool, set: Option<Timestamp>, before: Option<Timestamp>) -> Option<Timestamp> {
        flag.then(|| set.or(before).unwrap_or(self.ground.stamp.now))
    }

    fn extra(&mut self, at: &str, (dialect, name): (Dialect, &str), value: Option<&Json>) {
        if value.is_some_and(|value| name.len() + value.to_string().len() > limits::EXTRA_BYTES) {
            return self.refuse(at, ViolationKind::TooLong { max: limits::EXTRA_BYTES, unit: "bytes" });
        }
        self.contact.extras.set(dialect, name, value.cloned());
    }

    fn aliases(&mut self, at: &str, dialect: Dialect, texts: &[String]) {
        if texts.iter().any(|text| text.len() > limits::ALIAS_BYTES) {
            return self.refuse(at, ViolationKind::TooLong { max: limits::ALIAS_BYTES, unit: "bytes" });
        }
        if texts.iter().any(String::is_empty) {
            return self.refuse(at, ViolationKind::Blank);
        }
        let mut distinct: Vec<String> = Vec::new();
        for text in texts {
            if !distinct.contains(text) {
                distinct.push(text.clone());
            }
        }
        self.contact.aliases.set(dialect, distinct);
    }

    fn social(&mut self, at: &str, network: Network, text: Option<&str>) {
        match text {
            Some(text) if self.bounded(at, text, limits::SHORT_TEXT_CHARS) => {
                self.contact.social.insert(network, text.into());
            }
            Some(_) => {}
            None => {
                self.contact.social.remove(&network);
            }
        }
    }

    fn birthday(&mut self, at: &str, part: BirthdayPart, number: Option<i64>) {
        let max = match part {
            BirthdayPart::Day => 31,
            BirthdayPart::Month => 12,
            BirthdayPart::Year => 9999,
        };
        if number.is_some_and(|number| !(1..=max).contains(&number)) {
            return self.refuse(at, ViolationKind::OutOfRange { min: 1, max });
        }
        let birthday = &mut self.contact.birthday;
        match part {
            BirthdayPart::Day => birthday.day = number.and_then(|number| number.try_into().ok()),
            BirthdayPart::Month => birthday.month = number.and_then(|number| number.try_into().ok()),
            BirthdayPart::Year => birthday.year = number.and_then(|number| number.try_into().ok()),
        }
    }

    fn assign_user(&mut self, at: &str, user: Option<&ItemRef>) {
        let found = user.map(|user| self.ground.catalog.users.find(user).ok_or(user));
        match found {
            None => self.contact.assigned_user = None,
            Some(Ok(user)) => self.contact.assigned_user = Some(user.id),
            Some(Err(user)) => self.refuse(at, ViolationKind::UnknownUser(user.text().to_owned())),
        }
    }

    fn assign_team(&mut self, at: &str, team: Option<&ItemRef>) {
        let found = team.map(|team| self.ground.catalog.teams.find(team).ok_or(team));
        match found {
            None => self.contact.assigned_team = None,
            Some(Ok(team)) => self.contact.assigned_team = Some(team.id),
            Some(Err(team)) => self.refuse(at, ViolationKind::UnknownTeam(team.text().to_owned())),
        }
    }

    fn revert(&mut self, differences: &[Difference], on_conflict: OnConflict) {
        for difference in differences {
            if let Err(kind) = difference::revert(&mut self.contact, difference, on_conflict) {
                self.refuse(&difference.member.to_string(), kind);
            }
        }
        self.settle_channels();
        value::settle(&mut self.contact.values, self.ground.catalog);
    }

    fn check_bounds(&mut self) {
        self.violations.extend(beyond_bounds(&self.contact));
    }
}

/// Every member of a contact that has more than a contact can hold.
fn beyond_bounds(contact: &Contact) -> Vec<Violation> {
    let counts = [
        ("channels", contact.channels.len(), limits::CHANNELS),
        ("companies", contact.companies.len(), limits::SET_ITEMS),
        ("tags", contact.tags.len(), limits::SET_ITEMS),
        ("lists", contact.lists.len(), limits::SET_ITEMS),
        ("notes", contact.notes.len(), limits::SET_ITEMS),
        ("values", contact.values.len(), limits::VALUES),
        ("extras", contact.extras.len(), limits::EXTRAS),
        ("aliases", contact.aliases.pairs().count(), limits::ALIASES),
        ("former", contact.former.pairs().count(), limits::FORMER_IDS),
    ];
    let too_long = |max| ViolationKind::TooLong { max, unit: "items" };
    let beyond = counts.into_iter().filter(|(_, count, max)| count > max);
    beyond.map(|(at, _, max)| Violation::new(at, too_long(max))).collect()
}

/// The bound of an edit that has more items than a contact can hold. It is refused unread, so that the work
/// of a change is bounded too.
fn exceeded(edit: &Edit) -> Option<usize> {
    let (count, max) = match edit {
        Edit::Tags(set) | Edit::Lists(set) => (set.items.len(), limits::SET_ITEMS),
        Edit::Notes(set) => (set.items.len(), limits::SET_ITEMS),
        Edit::Companies(set) => (set.items.len(), limits::SET_ITEMS),
        Edit::Values(set, _) => (set.items.len(), limits::VALUES),
        Edit::ReplaceChannels(items) | Edit::ReplaceChannelsOf(_, items) | Edit::MergeChannels(items) => {
            (items.len(), limits::CHANNELS)
        }
        Edit::Aliases(_, texts) => (texts.len(), limits::ALIASES),
        _ => return None,
    };
    (count > max).then_some(max)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
