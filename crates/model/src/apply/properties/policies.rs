//! What holds for every change by a key with a policy.

use std::collections::BTreeMap;

use proptest::prelude::{ProptestConfig, Strategy};
use proptest::{collection, prop_assert, prop_assert_eq, proptest, sample};

use super::generate::{any_change, any_contact};
use super::{apply, assert_sound};
use crate::apply::tests::world::{World, stamp};
use crate::{
    Applied, Catalog, Change, Channel, CompanyLink, Contact, Ground, Json, Member, OnHeldBack, Policy,
    Rejection, Rule, Value, policy,
};

fn apply_under(policy: &Policy, contact: &Contact, change: &Change) -> Result<Applied, Rejection> {
    let world = World::new();
    super::super::apply(contact, change, &Ground { policy: Some(policy), ..world.ground(stamp(9)) })
}

fn policy(rules: impl IntoIterator<Item = (&'static str, Rule)>) -> Policy {
    let rules: BTreeMap<_, _> = rules.into_iter().map(|(path, rule)| (path.to_owned(), rule)).collect();
    Policy::new(rules, OnHeldBack::Tell, &[&World::new().catalog]).unwrap()
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let paths =
        ["*", "tags", "name", "city", "channels.*", "channels.email", "values.*", "companies", "confirmed"];
    collection::vec((sample::select(paths.to_vec()), sample::select(Rule::ALL.to_vec())), 0..5)
        .prop_map(policy)
}

/// Whether everything in one list is in the other.
fn is_in<T: PartialEq>(old: &[T], new: &[T]) -> bool {
    old.iter().all(|each| new.contains(each))
}

/// Whether what was set is still so.
fn keeps<T: PartialEq>(old: Option<&T>, new: Option<&T>) -> bool {
    old.is_none() || old == new
}

/// Whether no set of the first has anything that the second lacks, and nothing that its elements said is gone.
fn lost_nothing(before: &Contact, after: &Contact) -> bool {
    let has_company = |old: &CompanyLink| {
        after.companies.iter().any(|new| {
            new.id == old.id
                && keeps(old.title.as_ref(), new.title.as_ref())
                && keeps(old.start_date.as_ref(), new.start_date.as_ref())
                && new.active >= old.active
        })
    };
    let has_channel = |old: &Channel| {
        after.channels.iter().any(|new| {
            (new.id, &new.kind, &new.value) == (old.id, &old.kind, &old.value)
                && keeps(old.label.as_ref(), new.label.as_ref())
                && keeps(old.country.as_ref(), new.country.as_ref())
                && keeps(old.type_id.as_ref(), new.type_id.as_ref())
                && new.block_inbound >= old.block_inbound
                && new.block_outbound >= old.block_outbound
        })
    };
    let has_value = |(field, value): (_, &Value)| match (value, after.values.get(field)) {
        (Value::Options(old), Some(Value::Options(new))) => is_in(old, new),
        (value, after) => value.is_empty() || after == Some(value),
    };
    is_in(&before.tags, &after.tags)
        && is_in(&before.lists, &after.lists)
        && is_in(&before.notes, &after.notes)
        && before.companies.iter().all(has_company)
        && before.channels.iter().all(has_channel)
        && before.aliases.iter().all(|(dialect, texts)| is_in(texts, after.aliases.of(*dialect)))
        && before.values.iter().all(has_value)
}

fn is_empty(json: &Json) -> bool {
    matches!(json, Json::Null | Json::Bool(false)) || json == ""
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_without_rules_changes_nothing(contact in any_contact(), change in any_change()) {
        prop_assert_eq!(apply_under(&Policy::default(), &contact, &change), apply(&contact, &change, 9));
    }

    #[test]
    fn every_contact_under_a_policy_is_sound(
        contact in any_contact(),
        change in any_change(),
        policy in any_policy(),
    ) {
        if let Ok(applied) = apply_under(&policy, &contact, &change) {
            assert_sound(&applied.contact);
            prop_assert!(applied.contact.revision == contact.revision || !applied.differences.is_empty());
        }
    }

    #[test]
    fn where_is_only_added_no_set_loses_anything(contact in any_contact(), change in any_change()) {
        if let Ok(applied) = apply_under(&policy([("*", Rule::AddOnly)]), &contact, &change) {
            prop_assert!(contact.revision == 0 || lost_nothing(&contact, &applied.contact));
        }
    }

    #[test]
    fn where_is_only_filled_nothing_changes_that_is_set(contact in any_contact(), change in any_change()) {
        if let Ok(applied) = apply_under(&policy([("*", Rule::FillIfEmpty)]), &contact, &change) {
            for difference in applied.differences.iter().filter(|_| contact.revision > 0) {
                let was_empty = match difference.member {
                    Member::NameFull | Member::NameFirst | Member::NameLast => contact.name.is_empty(),
                    Member::Value(field) => contact.values.get(&field).is_none_or(Value::is_empty),
                    // A kind of channel that there was none of.
                    Member::Channels => lost_nothing(&contact, &applied.contact),
                    Member::UnconfirmedAt => true,
                    _ => is_empty(&difference.before),
                };
                prop_assert!(was_empty, "{:?}", difference);
            }
            prop_assert!(applied.contact.unconfirmed_at == contact.unconfirmed_at || !contact.confirmed);
        }
    }

    #[test]
    fn what_is_refused_never_changes(
        contact in any_contact(),
        change in any_change(),
        path in sample::select(vec!["tags", "name", "city", "channels.*", "values.*", "companies", "starred"]),
    ) {
        if let Ok(applied) = apply_under(&policy([(path, Rule::Refuse)]), &contact, &change) {
            let head = path.trim_end_matches(".*");
            for difference in &applied.differences {
                let changed = policy::path(&difference.member, &Catalog::default());
                prop_assert!(changed.split('.').next() != Some(head), "{}", changed);
            }
            prop_assert_eq!(applied.held_back, []);
        }
    }

    #[test]
    fn what_was_held_back_is_refused_where_it_is_to_be(
        contact in any_contact(),
        change in any_change(),
        policy in any_policy(),
    ) {
        let mut strict = policy.clone();
        strict.on_held_back = OnHeldBack::Refuse;
        match (apply_under(&policy, &contact, &change), apply_under(&strict, &contact, &change)) {
            (Ok(told), Ok(same)) => {
                prop_assert!(told.held_back.is_empty());
                prop_assert_eq!(told, same);
            }
            (Ok(told), Err(_)) => prop_assert!(!told.held_back.is_empty()),
            (Err(_), refused) => prop_assert!(refused.is_err()),
        }
    }
}
