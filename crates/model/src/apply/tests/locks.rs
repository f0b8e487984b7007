//! The lock of a contact that an outside system owns.

use serde_json::json;

use super::{Case, some};
use crate::{
    ChannelId, ChannelKind, ChannelWrite, Edit, Flag, ItemRef, NamePart, OnConflict, Set, TextMember,
    ValueWrite,
};

const LOCKED: &str = "is locked by 'PMS'";

fn lock(owner: Option<&str>) -> Edit {
    Edit::Text(TextMember::LockedBy, owner.map(str::to_owned))
}

fn name(text: &str) -> Edit {
    Edit::Name(NamePart::Full, some(text))
}

fn salutation(text: &str) -> Edit {
    Edit::Text(TextMember::Salutation, some(text))
}

fn write(kind: &str, value: &str) -> ChannelWrite {
    ChannelWrite::new("c", kind.into(), value)
}

fn value(key: &str, text: &str) -> Edit {
    let item = ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json: json!(text) };
    Edit::Values(Set::add(vec![item]), |json, field, catalog| {
        crate::value::read(json, field, catalog, crate::Dialect::Native)
    })
}

fn contact() -> Case {
    Case::new().given([
        name("Jane Smith"),
        salutation("red"),
        Edit::MergeChannels(vec![
            write("email", "a@x"),
            write("phone", "+18585551212"),
            write("chat", "jane"),
        ]),
        lock(Some("PMS")),
    ])
}

#[test]
fn a_locked_contact_keeps_name_email_and_phone_whatever_the_edit() {
    let edits = [
        name("Joe"),
        Edit::Name(NamePart::First, None),
        Edit::Name(NamePart::Last, some("Jones")),
        salutation("Mr."),
        value("first name", "Joe"),
        value("title", "blue"),
        Edit::MergeChannels(vec![write("email", "b@x")]),
        Edit::MergeChannels(vec![write("phone", "(858) 555-1212")]),
        Edit::ReplaceChannels(vec![]),
        Edit::ReplaceChannelsOf(ChannelKind::Phone, vec![]),
        Edit::PrimaryChannel(ChannelKind::Email, Some(write("email", "b@x"))),
        Edit::PrimaryChannel(ChannelKind::Phone, None),
        Edit::RemoveChannel(ChannelId(super::world::id("a0"))),
    ];
    for edit in edits {
        contact().check([edit], &format!("refused 0: {LOCKED}"));
    }
}

#[test]
fn undo_keeps_to_the_lock_too() {
    let mut case = Case::new();
    let applied = case.apply(&super::change([name("Jane"), Edit::Flag(Flag::Starred, true)])).unwrap();
    case.contact = applied.contact;
    let mut case = case.given([lock(Some("PMS"))]);
    case.check([Edit::Revert(applied.differences, OnConflict::Overwrite)], &format!("refused 0: {LOCKED}"));
}

#[test]
fn a_locked_contact_takes_the_values_that_it_has() {
    contact().check(
        [
            name("Jane Smith"),
            salutation("red"),
            value("first name", "Jane"),
            Edit::MergeChannels(vec![write("email", "a@x"), write("phone", "+18585551212")]),
            Edit::PrimaryChannel(ChannelKind::Email, Some(write("email", "a@x"))),
        ],
        "",
    );
}

#[test]
fn a_locked_contact_takes_everything_else() {
    contact().check(
        [
            Edit::Text(TextMember::City, some("Paris")),
            value("f_text", "x"),
            Edit::ReplaceChannelsOf("chat".into(), vec![]),
        ],
        r#"city = "Paris"
           channels =
           a0 email a@x primary default
           a1 phone +18585551212 country:US primary
           values.f_text = {"text":"x"}"#,
    );
    let chat = ChannelWrite { default: Some(true), ..write("chat", "jane") };
    contact().check(
        [Edit::PrimaryChannel("chat".into(), Some(chat))],
        "channels =
         a0 email a@x primary
         a1 phone +18585551212 country:US primary
         a2 chat jane primary default",
    );
}

#[test]
fn only_the_edits_that_meet_the_lock_are_named() {
    contact().check(
        [
            name("Jane Smith"),
            salutation("Mr."),
            Edit::PrimaryChannel("chat".into(), None),
            Edit::Text(TextMember::City, some("Paris")),
        ],
        &format!("refused 1: {LOCKED}"),
    );
}

#[test]
fn a_locked_contact_may_be_unlocked_and_changed_at_once() {
    contact().check(
        [name("Joe"), lock(None)],
        r#"name.full = "Joe"
           name.first = "Joe"
           name.last = null
           locked_by = null"#,
    );
}

#[test]
fn a_lock_does_not_bind_the_change_that_sets_it() {
    Case::new().check(
        [lock(Some("PMS")), name("Joe")],
        r#"name.full = "Joe"
           name.first = "Joe"
           locked_by = "PMS""#,
    );
}
