//! What holds for every contact and every change.

mod generate;
mod policies;

use generate::{any_change, any_contact, any_stored_value, any_value_json};
use proptest::prelude::{ProptestConfig, any};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::json;

use super::tests::world::{World, item, named, stamp};
use crate::{
    Actor, Applied, Change, ChannelWrite, CompanyWrite, Contact, Dialect, Edit, Event, EventKind, ItemRef,
    Json, OnConflict, Rejection, Set, Value, ValueWrite, ViolationKind, difference,
};

const MODES: [OnConflict; 3] = [OnConflict::Refuse, OnConflict::Skip, OnConflict::Overwrite];

fn apply(contact: &Contact, change: &Change, step: u8) -> Result<Applied, Rejection> {
    super::apply(contact, change, &World::new().ground(stamp(step)))
}

fn one(edit: Edit) -> Change {
    Change { edits: vec![("at".to_owned(), edit)], ..Change::default() }
}

fn undo(contact: &Contact, applied: &Applied, (mode, step): (OnConflict, u8)) -> Result<Applied, Rejection> {
    apply(contact, &one(Edit::Revert(applied.differences.clone(), mode)), step)
}

/// The contact without what every change moves.
fn content(contact: &Contact) -> Contact {
    Contact { revision: 0, updated_at: contact.created_at, ..contact.clone() }
}

/// A document without members that are empty: whether those are written does not matter.
fn without_empty(json: Json) -> Json {
    let is_empty = |json: &Json| match json {
        Json::Null | Json::Bool(false) => true,
        Json::Number(number) => number.as_u64() == Some(0),
        Json::Array(rows) => rows.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(true) | Json::String(_) => false,
    };
    match json {
        Json::Array(rows) => rows.into_iter().map(without_empty).collect(),
        Json::Object(members) => {
            let members = members.into_iter().map(|(name, json)| (name, without_empty(json)));
            Json::Object(members.filter(|(_, json)| !is_empty(json)).collect())
        }
        other => other,
    }
}

/// What is true of every contact.
fn assert_sound(contact: &Contact) {
    let channels = &contact.channels;
    assert!(channels.is_sorted_by(|one, next| one.id < next.id), "in the order of ids");
    for channel in channels {
        let twins = channels.iter().filter(|each| each.kind == channel.kind && each.value == channel.value);
        assert_eq!(twins.count(), 1, "one channel for one value");
        let primary = channels.iter().filter(|each| each.kind == channel.kind && each.primary);
        assert_eq!(primary.count(), 1, "one primary of a kind");
    }
    assert!(channels.iter().filter(|each| each.default).count() <= 1, "at most one default");
    assert_distinct(&contact.tags);
    assert_distinct(&contact.lists);
    assert_distinct(&contact.notes);
    assert_distinct(&contact.companies.iter().map(|link| link.id).collect::<Vec<_>>());
    for (_, texts) in contact.aliases.iter() {
        assert!(!texts.is_empty());
        assert_distinct(texts);
    }
    assert!(contact.extras.iter().all(|(_, _, value)| !value.is_null()));
    let world = World::new();
    let custom: Vec<_> = world.catalog.custom_fields().map(|field| field.id).collect();
    assert!(contact.values.keys().all(|field| custom.contains(field)), "values of custom fields only");
}

fn assert_distinct<T: PartialEq + std::fmt::Debug>(items: &[T]) {
    for item in items {
        assert_eq!(items.iter().filter(|each| *each == item).count(), 1, "{items:?}");
    }
}

fn reread<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_read_in_place_says_what_the_contact_says(mut contact in any_contact()) {
        // What no answer shows.
        contact.former = crate::Aliases::default();
        for channel in &mut contact.channels {
            channel.type_id = None;
            (channel.block_inbound, channel.block_outbound) = (false, false);
        }
        for link in &mut contact.companies {
            link.number = 0;
        }
        let text = serde_json::to_string(&contact).unwrap();
        let expected = without_empty(serde_json::from_str(&text).unwrap());
        let read: crate::ContactDocument<'_> = serde_json::from_str(&text).unwrap();
        for document in [read, crate::ContactDocument::from(&contact)] {
            prop_assert_eq!(&without_empty(serde_json::to_value(&document).unwrap()), &expected);
        }
    }

    #[test]
    fn documents_are_read_and_written_as_by_serde_json(contact in any_contact()) {
        let expected = serde_json::to_string(&contact).unwrap();
        let mut text = Vec::new();
        crate::compact::write(&mut text, &contact).unwrap();
        let text = String::from_utf8(text).unwrap();
        prop_assert_eq!(&text, &expected);
        prop_assert_eq!(&crate::compact::read::<Contact>(&text).unwrap(), &contact);
        let read: crate::ContactDocument<'_> = crate::compact::read(&text).unwrap();
        let expected: crate::ContactDocument<'_> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), serde_json::to_string(&expected).unwrap());
        // Whatever stands between its parts.
        let spaced = serde_json::to_string_pretty(&contact).unwrap();
        prop_assert_eq!(crate::compact::read::<Contact>(&spaced).unwrap(), contact);
    }

    #[test]
    fn every_contact_is_sound(contact in any_contact(), change in any_change()) {
        assert_sound(&contact);
        if let Ok(applied) = apply(&contact, &change, 9) {
            assert_sound(&applied.contact);
        }
    }

    #[test]
    fn a_change_applied_twice_is_applied_once(contact in any_contact(), change in any_change()) {
        let removes = change.edits.iter().any(|(_, edit)| matches!(edit, Edit::RemoveChannel(_)));
        if let Ok(once) = apply(&contact, &change, 9) {
            match apply(&once.contact, &change, 10) {
                Ok(twice) => prop_assert_eq!(twice, Applied { differences: Vec::new(), ..once }),
                Err(rejection) => prop_assert!(removes, "{}", rejection),
            }
        }
    }

    #[test]
    fn revision_and_time_move_only_with_differences(contact in any_contact(), change in any_change()) {
        if let Ok(applied) = apply(&contact, &change, 0) {
            let moved = u64::from(!applied.differences.is_empty());
            prop_assert_eq!(applied.contact.revision, contact.revision + moved);
            prop_assert!(applied.contact.updated_at >= contact.updated_at);
            if moved == 0 {
                prop_assert_eq!(applied.contact, contact);
            }
        }
    }

    #[test]
    fn an_undo_and_a_redo_are_exact(contact in any_contact(), change in any_change()) {
        if let Ok(done) = apply(&contact, &change, 9) {
            for mode in MODES {
                let undone = undo(&done.contact, &done, (mode, 10)).unwrap();
                prop_assert_eq!(content(&undone.contact), content(&contact));
                let redone = undo(&undone.contact, &undone, (mode, 11)).unwrap();
                prop_assert_eq!(content(&redone.contact), content(&done.contact));
            }
        }
    }

    #[test]
    fn a_late_undo_is_sound_and_does_nothing_twice(
        contact in any_contact(),
        changes in [any_change(), any_change()],
    ) {
        let Ok(first) = apply(&contact, &changes[0], 9) else { return Ok(()) };
        let Ok(second) = apply(&first.contact, &changes[1], 10) else { return Ok(()) };
        for mode in MODES {
            match undo(&second.contact, &first, (mode, 11)) {
                Ok(undone) => {
                    assert_sound(&undone.contact);
                    if let Ok(again) = undo(&undone.contact, &first, (mode, 12)) {
                        prop_assert_eq!(again.differences, Vec::new());
                    }
                }
                Err(rejection) => for violation in rejection.violations {
                    let is_locked = matches!(violation.kind, ViolationKind::Locked(_));
                    let is_conflict = mode == OnConflict::Refuse && violation.kind == ViolationKind::ChangedSince;
                    prop_assert!(is_locked || is_conflict, "{}", violation);
                },
            }
        }
    }

    #[test]
    fn a_refused_change_says_why(contact in any_contact(), change in any_change()) {
        let before = contact.clone();
        if let Err(rejection) = apply(&contact, &change, 9) {
            prop_assert!(!rejection.violations.is_empty());
            prop_assert!(rejection.violations.starts_with(&change.violations));
        } else {
            prop_assert!(change.violations.is_empty());
        }
        prop_assert_eq!(contact, before);
    }

    #[test]
    fn there_are_differences_exactly_where_contents_differ(one in any_contact(), other in any_contact()) {
        let differences = difference::differences(&one, &other);
        prop_assert_eq!(differences.is_empty(), content(&one) == Contact { created_at: one.created_at, ..content(&other) }
            && one.created_at == other.created_at);
        prop_assert!(differences.iter().all(|each| each.before != each.after));
        prop_assert!(difference::differences(&one, &one).is_empty());
    }

    #[test]
    fn what_is_stored_reads_back_equal(contact in any_contact(), change in any_change(), deleted in any::<bool>()) {
        prop_assert_eq!(&reread(&contact), &contact);
        if let Ok(applied) = apply(&contact, &change, 9) {
            for difference in &applied.differences {
                prop_assert_eq!(&reread(difference), difference);
                let path = difference.member.to_string();
                prop_assert_eq!(path.parse(), Ok(difference.member.clone()));
            }
            let event = Event {
                subject: crate::RecordKind::Contact,
                record: contact.id.0,
                kind: if deleted { EventKind::Deleted } else { EventKind::Updated },
                revision: applied.contact.revision,
                at: applied.contact.updated_at,
                number: Some(applied.contact.number),
                actor: Actor { key: None, dialect: Dialect::Rolodex, request_id: Some("r".to_owned()) },
                differences: applied.differences,
                held_back: vec![crate::HeldBack { member: crate::Member::Tags, wanted: json!(["a"]) }],
                deleted: deleted.then(|| crate::Deleted::Contact(Box::new(contact))),
                merged: Vec::new(),
                undoes: None,
                part: None,
                previous: None,
            };
            prop_assert_eq!(&reread(&event), &event);
        }
    }

    #[test]
    fn a_merge_is_sound_loses_nothing_and_is_taken_back(into in any_contact(), other in any_contact()) {
        let other = stranger(other);
        let merged = super::merge(&into, &[("from", &other)], &[], stamp(9).now);
        let Ok(merged) = merged else {
            // The lock is all that can stand in the way of contacts this small.
            prop_assert!(into.locked_by.is_some());
            return Ok(());
        };
        assert_sound(&merged.contact);
        for channel in into.channels.iter().chain(&other.channels) {
            let is_there = |each: &&crate::Channel| each.kind == channel.kind && each.value == channel.value;
            prop_assert_eq!(merged.contact.channels.iter().filter(is_there).count(), 1);
        }
        prop_assert!(into.tags.iter().chain(&other.tags).all(|tag| merged.contact.tags.contains(tag)));
        prop_assert!(into.values.iter().all(|(field, value)| merged.contact.values.get(field) == Some(value)));
        prop_assert!(other.values.keys().all(|field| merged.contact.values.contains_key(field)));
        prop_assert!(other.leading_ids().all(|id| merged.contact.leading_ids().any(|each| each == id)));
        prop_assert_eq!(&merged.contact.aliases, &into.aliases);
        prop_assert_eq!(&reread(&merged.contact), &merged.contact);
        let undone = undo(&merged.contact, &merged, (OnConflict::Refuse, 10));
        // Taking back what a locked contact got is a change of what is locked.
        if merged.contact.locked_by.is_none() {
            prop_assert_eq!(content(&undone.unwrap().contact), content(&into));
        }
    }

    #[test]
    fn a_value_written_in_any_form_reads_back_equal((key, json) in any_value_json()) {
        let world = World::new();
        let field = world.catalog.fields.find(&ItemRef::Key(key.to_owned())).unwrap();
        let read = |json: &Json| crate::value::read(json, field, &world.catalog, Dialect::Native);
        if let Ok(Some(value)) = read(&json) {
            prop_assert_eq!(read(&canonical(&value)), Ok(Some(value)));
        }
    }

    #[test]
    fn values_survive_the_record((key, json) in any_stored_value()) {
        let write = ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json };
        let change = one(Edit::Values(Set::add(vec![write]), generate::read));
        let applied = apply(&World::new().blank(), &change, 1).unwrap();
        prop_assert_eq!(&reread(&applied.contact), &applied.contact);
    }

    #[test]
    fn an_undo_of_one_addition_leaves_another(
        start in any::<[bool; 3]>(),
        first in any::<[bool; 3]>(),
        second in any::<[bool; 3]>(),
    ) {
        // What the second adds, the first did not.
        let second = [0, 1, 2].map(|at| second[at] && !first[at]);
        let expected = [0, 1, 2].map(|at| start[at] || second[at]);
        for adds in [add_tags, add_companies, add_channels] {
            let [start, expected] = [start, expected].map(|chosen| apply(&World::new().blank(), &adds(chosen), 0).unwrap().contact);
            let first = apply(&start, &adds(first), 1).unwrap();
            let second = apply(&first.contact, &adds(second), 2).unwrap();
            for mode in MODES {
                let undone = undo(&second.contact, &first, (mode, 3)).unwrap();
                prop_assert_eq!(names(&undone.contact), names(&expected));
            }
        }
    }
}

/// The same contact as another one: no two contacts have the same ids.
fn stranger(contact: Contact) -> Contact {
    let far = |id: uuid::Uuid| uuid::Uuid::from_u128(id.as_u128() ^ (1 << 100));
    let channels = contact
        .channels
        .into_iter()
        .map(|channel| crate::Channel { id: far(channel.id.0).into(), ..channel });
    Contact {
        id: far(contact.id.0).into(),
        number: contact.number + 1,
        channels: channels.collect(),
        aliases: crate::Aliases::one(Dialect::Zingle, "of the other"),
        ..contact
    }
}

fn canonical(value: &Value) -> Json {
    match value {
        Value::Text(text) | Value::Date(text) | Value::Time(text) => text.as_str().into(),
        Value::Number(number) => number.to_json(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(at) => at.to_rfc3339_millis().as_str().into(),
        Value::Option(id) => id.hex().into(),
        Value::Options(ids) => ids.iter().map(|id| Json::from(id.to_string())).collect(),
        Value::User(id) => id.hex().into(),
    }
}

fn chosen<T>(flags: [bool; 3], items: [T; 3]) -> Vec<T> {
    items.into_iter().zip(flags).filter_map(|(item, flag)| flag.then_some(item)).collect()
}

fn add_tags(flags: [bool; 3]) -> Change {
    let items = ["vip", "lead", "old"].map(|name| (String::new(), item(name)));
    one(Edit::Tags(Set::add(chosen(flags, items))))
}

fn add_companies(flags: [bool; 3]) -> Change {
    let items = ["acme", "globex", "initech"].map(|name| CompanyWrite {
        at: String::new(),
        company: named(name),
        title: None,
        start_date: None,
        active: None,
    });
    one(Edit::Companies(Set::add(chosen(flags, items))))
}

fn add_channels(flags: [bool; 3]) -> Change {
    let items = ["a@x", "b@x", "c@x"]
        .map(|value| ChannelWrite { default: Some(false), ..ChannelWrite::new("", "email".into(), value) });
    one(Edit::MergeChannels(chosen(flags, items)))
}

/// What a contact has, sorted.
fn names(contact: &Contact) -> Vec<String> {
    let tags = contact.tags.iter().map(ToString::to_string);
    let companies = contact.companies.iter().map(|link| link.id.to_string());
    let channels = contact.channels.iter().map(|channel| channel.value.to_string());
    let mut names: Vec<_> = tags.chain(companies).chain(channels).collect();
    names.sort();
    names
}
