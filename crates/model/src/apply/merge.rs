//! Merging contacts: the one that stays takes what it lacks from the others, and is found by their ids from then on.

use std::collections::BTreeMap;

use super::{Applied, beyond_bounds, lock};
use crate::{
    Aliases, Channel, Contact, ContactId, Dialect, Member, Native, OptIn, Rejection, Timestamp, Violation,
    ViolationKind, difference,
};

/// Merges contacts into one, in the order given; each comes with the member of the client's request that names it.
///
/// What the one that stays has it keeps: of a member with one value it takes another's only where it has none, of sets
/// and channels what it lacks. Two rules protect people: who refused messages or is blocked in one of them stays so. The
/// others' ids lead to the one that stays ([`Contact::former`]). Where a choice says so, it has a member of another one
/// all the same.
///
/// # Errors
/// When an outside system owns the name, e-mail and phone of the one that stays, and these would change; when a choice
/// names none of the contacts; when it would go over a bound.
pub fn merge(
    into: &Contact,
    others: &[(&str, &Contact)],
    choices: &[Choice],
    now: Timestamp,
) -> Result<Applied, Rejection> {
    let mut merged = into.clone();
    let mut violations = Vec::new();
    let locked = |at: &str, before: &Contact, after: &Contact| {
        let owner = into.locked_by.as_deref().filter(|_| !lock::touched(before, after).is_empty());
        owner.map(|owner| Violation::new(at, ViolationKind::Locked(owner.to_owned())))
    };
    for (at, other) in others {
        let before = merged.clone();
        take(&mut merged, other);
        violations.extend(locked(at, &before, &merged));
    }
    for choice in choices {
        let before = merged.clone();
        if let Err(kind) = choose(&mut merged, choice, (into, others)) {
            violations.push(Violation::new(choice.at.as_str(), kind));
        }
        violations.extend(locked(&choice.at, &before, &merged));
    }
    violations.extend(beyond_bounds(&merged));
    if !violations.is_empty() {
        return Err(Rejection { violations });
    }
    let differences = difference::differences(into, &merged);
    if !differences.is_empty() {
        merged.revision = into.revision.saturating_add(1);
        merged.updated_at = now.max(into.updated_at);
    }
    Ok(Applied { contact: merged, differences, held_back: Vec::new() })
}

/// Members that the contact that stays is to have of one of those that are merged.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The member of the client's request that says so.
    pub at: String,
    /// The members, such as the parts of a name.
    pub members: Vec<Member>,
    /// Whose.
    pub of: ContactId,
}

fn choose(
    merged: &mut Contact,
    choice: &Choice,
    (into, others): (&Contact, &[(&str, &Contact)]),
) -> Result<(), ViolationKind> {
    let mut all = std::iter::once(into).chain(others.iter().map(|(_, other)| *other));
    let chosen = all.find(|each| each.id == choice.of);
    let chosen = chosen.ok_or_else(|| ViolationKind::UnknownContact(choice.of.to_string()))?;
    for member in &choice.members {
        let value = difference::get(chosen, member);
        let put = difference::put(merged, member, &value);
        put.map_err(|fault| ViolationKind::Unusable(fault.to_string()))?;
    }
    Ok(())
}

fn take(into: &mut Contact, other: &Contact) {
    take_texts(into, other);
    take_channels(&mut into.channels, &other.channels);
    for link in &other.companies {
        if !into.companies.iter().any(|each| each.id == link.id) {
            into.companies.push(link.clone());
        }
    }
    add(&mut into.tags, &other.tags);
    add(&mut into.lists, &other.lists);
    add(&mut into.notes, &other.notes);
    fill_map(&mut into.values, &other.values);
    into.starred |= other.starred;
    fill(&mut into.closed_at, other.closed_at.as_ref());
    fill(&mut into.blocked_at, other.blocked_at.as_ref());
    into.opt_in = match (into.opt_in, other.opt_in) {
        (Some(OptIn::OptedOut), _) | (_, Some(OptIn::OptedOut)) => Some(OptIn::OptedOut),
        (ours, theirs) => ours.or(theirs),
    };
    fill(&mut into.assigned_user, other.assigned_user.as_ref());
    fill(&mut into.assigned_team, other.assigned_team.as_ref());
    fill(&mut into.locked_by, other.locked_by.as_ref());
    for (dialect, name, value) in other.extras.iter() {
        if into.extras.get(dialect, name).is_none() {
            into.extras.set(dialect, name, Some(value.clone()));
        }
    }
    take_ids(&mut into.former, other);
}

fn take_texts(into: &mut Contact, other: &Contact) {
    // Parts of two names make no name.
    if into.name == crate::Name::default() {
        into.name.clone_from(&other.name);
    }
    for (ours, theirs) in [
        (&mut into.salutation, &other.salutation),
        (&mut into.job_title, &other.job_title),
        (&mut into.description, &other.description),
        (&mut into.remarks, &other.remarks),
        (&mut into.website_url, &other.website_url),
        (&mut into.image_url, &other.image_url),
    ] {
        fill(ours, theirs.as_ref());
    }
    // Nor do parts of two places make a place.
    if [&into.location, &into.city, &into.state, &into.country].into_iter().all(Option::is_none) {
        into.location.clone_from(&other.location);
        into.city.clone_from(&other.city);
        into.state.clone_from(&other.state);
        into.country.clone_from(&other.country);
    }
    fill_map(&mut into.social, &other.social);
    if into.birthday == crate::Birthday::default() {
        into.birthday = other.birthday;
    }
}

/// Adds the channels whose value is not there yet, with their ids. One of a kind that is there already is not the first
/// of its kind.
fn take_channels(ours: &mut Vec<Channel>, theirs: &[Channel]) {
    let has_default = ours.iter().any(|channel| channel.default);
    let kinds: Vec<_> = ours.iter().map(|channel| channel.kind.clone()).collect();
    for channel in theirs {
        match ours.iter_mut().find(|each| each.kind == channel.kind && each.value == channel.value) {
            Some(same) => {
                same.block_inbound |= channel.block_inbound;
                same.block_outbound |= channel.block_outbound;
            }
            None => ours.push(Channel {
                primary: channel.primary && !kinds.contains(&channel.kind),
                default: channel.default && !has_default,
                ..channel.clone()
            }),
        }
    }
    ours.sort_by_key(|channel| channel.id);
}

/// Notes the ids that lead to another contact.
fn take_ids(former: &mut Aliases, other: &Contact) {
    let mut ids: Vec<(Dialect, String)> =
        other.leading_ids().map(|(dialect, text)| (dialect, text.to_owned())).collect();
    let natives = [Native::Uuid(other.id.0), Native::Number(other.number)];
    ids.extend(natives.map(|native| (Dialect::Native, Contact::former_id(native))));
    for (dialect, id) in ids {
        let mut texts = former.of(dialect).to_vec();
        if !texts.contains(&id) {
            texts.push(id);
            former.set(dialect, texts);
        }
    }
}

fn fill<T: Clone>(ours: &mut Option<T>, theirs: Option<&T>) {
    if ours.is_none() {
        *ours = theirs.cloned();
    }
}

fn fill_map<K: Ord + Clone, V: Clone>(ours: &mut BTreeMap<K, V>, theirs: &BTreeMap<K, V>) {
    for (key, value) in theirs {
        ours.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

fn add<T: PartialEq + Copy>(ours: &mut Vec<T>, theirs: &[T]) {
    *ours = super::sets::changed(ours, crate::SetMode::Add, theirs);
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{ChannelId, ChannelKind, CompanyId, CompanyLink, FieldId, TagId, Text, Value};

    fn contact(number: u64) -> Contact {
        Contact::blank(ContactId(Uuid::from_u128(number.into())), number, Timestamp::default())
    }

    fn channel(id: u128, kind: &ChannelKind, value: &str, primary: bool) -> Channel {
        let json = serde_json::json!({
            "id": Uuid::from_u128(id).simple().to_string(),
            "kind": kind.as_str(),
            "value": value,
            "raw": value,
            "primary": primary,
        });
        serde_json::from_value(json).unwrap()
    }

    fn merged(into: &Contact, other: &Contact) -> Contact {
        merge(into, &[("from", other)], &[], Timestamp::from_millis(5)).unwrap().contact
    }

    #[test]
    fn the_one_that_stays_keeps_what_it_has_and_takes_what_it_lacks() {
        let (mut into, mut other) = (contact(1), contact(2));
        into.name.full = Some("Jane".into());
        into.city = Some("Paris".into());
        into.tags = vec![TagId(Uuid::from_u128(20)), TagId(Uuid::from_u128(21))];
        into.values.insert(FieldId(Uuid::from_u128(30)), Value::Boolean(true));
        other.name.full = Some("Janet".into());
        other.name.first = Some("Janet".into());
        other.city = Some("Lyon".into());
        other.country = Some("FR".into());
        other.job_title = Some("CTO".into());
        other.tags = vec![TagId(Uuid::from_u128(21)), TagId(Uuid::from_u128(22))];
        other.values.insert(FieldId(Uuid::from_u128(30)), Value::Boolean(false));
        other.values.insert(FieldId(Uuid::from_u128(31)), Value::Text("x".into()));
        other.starred = true;
        let link = |id| CompanyLink {
            id: CompanyId(Uuid::from_u128(id)),
            number: 1,
            title: None,
            start_date: None,
            active: true,
        };
        into.companies = vec![link(40)];
        other.companies = vec![CompanyLink { title: Some("Boss".into()), ..link(40) }, link(41)];
        let after = merged(&into, &other);
        assert_eq!((after.name.full.as_deref(), after.name.first), (Some("Jane"), None));
        assert_eq!((after.city.as_deref(), after.country), (Some("Paris"), None));
        assert_eq!(after.job_title.as_deref(), Some("CTO"));
        assert_eq!(after.tags, [20, 21, 22].map(|id| TagId(Uuid::from_u128(id))));
        assert_eq!(after.values[&FieldId(Uuid::from_u128(30))], Value::Boolean(true));
        assert_eq!(after.values[&FieldId(Uuid::from_u128(31))], Value::Text("x".into()));
        assert!(after.starred);
        assert_eq!(after.companies, [link(40), link(41)]);
        assert_eq!((after.id, after.number, after.revision), (into.id, 1, 1));
        assert_eq!(after.updated_at, Timestamp::from_millis(5));
    }

    #[test]
    fn who_refused_messages_or_is_blocked_stays_so() {
        let (mut into, mut other) = (contact(1), contact(2));
        into.opt_in = Some(OptIn::OptedIn);
        other.opt_in = Some(OptIn::OptedOut);
        other.blocked_at = Some(Timestamp::from_millis(3));
        let after = merged(&into, &other);
        assert_eq!((after.opt_in, after.blocked_at), (Some(OptIn::OptedOut), other.blocked_at));
        other.opt_in = Some(OptIn::OptedIn);
        into.opt_in = None;
        assert_eq!(merged(&into, &other).opt_in, Some(OptIn::OptedIn));
    }

    #[test]
    fn channels_are_added_once_with_one_first_of_each_kind() {
        let (mut into, mut other) = (contact(1), contact(2));
        into.channels = vec![channel(50, &ChannelKind::Email, "a@x", true)];
        other.channels = vec![
            channel(40, &ChannelKind::Email, "b@x", true),
            channel(60, &ChannelKind::Email, "a@x", false),
            channel(61, &ChannelKind::Phone, "+1", true),
            channel(62, &ChannelKind::Phone, "+2", false),
        ];
        other.channels[1].block_outbound = true;
        let after = merged(&into, &other);
        let shown: Vec<_> = after
            .channels
            .iter()
            .map(|each| (each.id.0.as_u128(), each.value.as_str(), each.primary))
            .collect();
        assert_eq!(shown, [(40, "b@x", false), (50, "a@x", true), (61, "+1", true), (62, "+2", false)]);
        assert!(after.channels[1].block_outbound);
        assert_eq!(after.channels[1].id, ChannelId(Uuid::from_u128(50)));
    }

    #[test]
    fn ids_of_the_others_lead_to_the_one_that_stays() {
        let (into, mut other) = (contact(1), contact(2));
        other.aliases = Aliases::one(Dialect::Zingle, "z").and(Dialect::Zingle, "y");
        other.former = Aliases::one(Dialect::Native, "merged-9");
        let after = merged(&into, &other);
        assert_eq!(after.aliases, Aliases::default(), "it shows no other id than before");
        assert_eq!(after.former.of(Dialect::Zingle), ["z", "y"]);
        let natives = ["merged-9", "merged-00000000-0000-0000-0000-000000000002", "merged-2"];
        assert_eq!(after.former.of(Dialect::Native), natives);
        assert_eq!(after.leading_ids().count(), 5);
    }

    #[test]
    fn several_are_merged_in_their_order() {
        let (into, mut first, mut second) = (contact(1), contact(2), contact(3));
        first.city = Some("Paris".into());
        second.city = Some("Lyon".into());
        second.remarks = Some(Text::from("x"));
        let applied = merge(&into, &[("0", &first), ("1", &second)], &[], Timestamp::default()).unwrap();
        assert_eq!(applied.contact.city.as_deref(), Some("Paris"));
        assert_eq!(applied.contact.remarks.as_deref(), Some("x"));
        let members: Vec<_> = applied.differences.iter().map(|each| each.member.clone()).collect();
        assert_eq!(members, [Member::Remarks, Member::City, Member::Former(Dialect::Native)]);
    }

    #[test]
    fn a_choice_gives_a_member_of_another_one() {
        let (mut into, mut other) = (contact(1), contact(2));
        (into.city, other.city) = (Some("Paris".into()), Some("Lyon".into()));
        (into.job_title, other.name.full) = (Some("CTO".into()), Some("Janet".into()));
        into.name.full = Some("Jane".into());
        let choice = |at: &str, members: &[Member], of: ContactId| Choice {
            at: at.to_owned(),
            members: members.to_vec(),
            of,
        };
        let choices = [
            choice("city", &[Member::City], other.id),
            choice("name", &[Member::NameFull, Member::NameFirst], other.id),
            // Of one that has none it gets none.
            choice("job_title", &[Member::JobTitle], other.id),
        ];
        let after = merge(&into, &[("from", &other)], &choices, Timestamp::default()).unwrap().contact;
        let shown = (after.city.as_deref(), after.name.full.as_deref(), after.job_title);
        assert_eq!(shown, (Some("Lyon"), Some("Janet"), None));
        let foreign = [choice("city", &[Member::City], contact(3).id)];
        let rejection = merge(&into, &[("from", &other)], &foreign, Timestamp::default()).unwrap_err();
        assert_eq!(rejection.to_string(), format!("refused: city: no contact '{}'", contact(3).id));
        into.locked_by = Some("Opera".into());
        let rejection = merge(&into, &[("from", &other)], &choices, Timestamp::default()).unwrap_err();
        assert_eq!(rejection.to_string(), "refused: name: is locked by 'Opera'");
    }

    #[test]
    fn a_locked_contact_takes_no_name_and_no_addresses() {
        let (mut into, mut other) = (contact(1), contact(2));
        into.locked_by = Some("Opera".into());
        other.city = Some("Paris".into());
        assert_eq!(merged(&into, &other).city.as_deref(), Some("Paris"));
        other.channels = vec![channel(40, &ChannelKind::Email, "b@x", true)];
        let rejection = merge(&into, &[("from", &other)], &[], Timestamp::default()).unwrap_err();
        assert_eq!(rejection.to_string(), "refused: from: is locked by 'Opera'");
    }

    #[test]
    fn what_would_be_too_much_is_refused() {
        let (mut into, mut other) = (contact(1), contact(2));
        let tags = |from: u128| (from..from + 600).map(|id| TagId(Uuid::from_u128(id))).collect();
        (into.tags, other.tags) = (tags(0), tags(600));
        let rejection = merge(&into, &[("from", &other)], &[], Timestamp::default()).unwrap_err();
        assert_eq!(rejection.to_string(), "refused: tags: must have at most 1000 items");
    }
}
