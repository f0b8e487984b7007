//! Which channels a contact has after an edit: matching, primary, default.

use super::world::id;
use super::{Case, check, some};
use crate::{ChannelId, ChannelKind, ChannelWrite, Edit};

fn email(value: &str) -> ChannelWrite {
    ChannelWrite::new("e", ChannelKind::Email, value)
}

fn phone(value: &str) -> ChannelWrite {
    ChannelWrite::new("p", ChannelKind::Phone, value)
}

/// A write that names a channel by id.
fn of(name: &str, write: ChannelWrite) -> ChannelWrite {
    ChannelWrite { id: Some(ChannelId(id(name))), ..write }
}

fn primary(write: ChannelWrite) -> ChannelWrite {
    ChannelWrite { primary: Some(true), ..write }
}

fn default(write: ChannelWrite) -> ChannelWrite {
    ChannelWrite { default: Some(true), ..write }
}

fn labelled(label: &str, write: ChannelWrite) -> ChannelWrite {
    ChannelWrite { label: Some(some(label)), ..write }
}

fn valueless(write: ChannelWrite) -> ChannelWrite {
    ChannelWrite { value: None, ..write }
}

fn merge<const N: usize>(items: [ChannelWrite; N]) -> Edit {
    Edit::MergeChannels(items.into())
}

fn replace<const N: usize>(items: [ChannelWrite; N]) -> Edit {
    Edit::ReplaceChannels(items.into())
}

fn emails<const N: usize>(items: [ChannelWrite; N]) -> Edit {
    Edit::ReplaceChannelsOf(ChannelKind::Email, items.into())
}

fn the_email(write: ChannelWrite) -> Edit {
    Edit::PrimaryChannel(ChannelKind::Email, Some(write))
}

/// `a0` is a@x, `a1` is b@x, `a2` is a phone.
fn contact() -> Case {
    Case::new().given([replace([email("a@x"), email("b@x"), phone("+18585551212")])])
}

const PHONE: &str = "a2 phone +18585551212 country:US primary";

#[test]
fn the_first_flagged_channel_is_primary_else_the_first_item() {
    check(
        [replace([email("a@x"), primary(email("b@x")), primary(email("c@x"))])],
        "channels =\na0 email a@x\na1 email b@x primary\na2 email c@x",
    );
    check(
        [replace([email("a@x"), phone("+18585551212"), email("b@x")])],
        "channels =\na0 email a@x primary\na1 phone +18585551212 country:US primary\na2 email b@x",
    );
    let mut case = contact();
    case.check(
        [emails([email("b@x"), email("a@x")])],
        &format!("channels =\na0 email a@x\na1 email b@x primary\n{PHONE}"),
    );
}

#[test]
fn replacing_one_kind_keeps_ids_and_other_kinds() {
    let mut case = contact();
    case.check(
        [emails([email("new@x"), email("B@X")])],
        &format!("channels =\na1 email b@x raw:B@X\n{PHONE}\nb0 email new@x primary"),
    );
    case.check([emails([])], &format!("channels =\n{PHONE}"));
}

#[test]
fn replacing_matches_ids_before_values() {
    contact().check(
        [emails([email("a@x"), of("a0", email("c@x"))])],
        &format!("channels =\na0 email c@x\n{PHONE}\nb0 email a@x primary"),
    );
    // Two channels swap their values.
    contact().check(
        [emails([of("a0", email("b@x")), of("a1", email("a@x"))])],
        &format!("channels =\na0 email b@x primary\na1 email a@x\n{PHONE}"),
    );
    // An id of another kind, or of nobody, leaves it to the value.
    contact().check(
        [emails([of("a2", email("b@x")), of("f0", email("a@x"))])],
        &format!("channels =\na0 email a@x\na1 email b@x primary\n{PHONE}"),
    );
}

#[test]
fn replacing_collapses_duplicates() {
    let [written, plain] = ["(858) 555-1212", "+18585551212"].map(phone);
    contact().check(
        [replace([email("a@x"), email("A@x"), email("b@x"), written, plain])],
        "channels =
         a0 email a@x primary
         a1 email b@x
         a2 phone +18585551212 raw:(858) 555-1212 country:US primary",
    );
    // Ids that end with the same value.
    contact().check(
        [emails([of("a0", email("c@x")), of("a1", email("c@x"))])],
        &format!("channels =\na0 email c@x primary\n{PHONE}"),
    );
    // The one that stays takes the id that any of them names.
    contact().check(
        [emails([email("c@x"), of("a1", email("c@x"))])],
        &format!("channels =\na1 email c@x primary\n{PHONE}"),
    );
    contact().check(
        [emails([email("b@x"), of("a1", valueless(email("")))])],
        &format!("channels =\na1 email b@x primary\n{PHONE}"),
    );
    contact().check(
        [emails([of("a0", email("b@x")), of("a1", valueless(email("")))])],
        &format!("channels =\na0 email b@x primary\n{PHONE}"),
    );
}

#[test]
fn replacing_keeps_the_value_that_a_write_by_id_leaves_out() {
    contact().check(
        [replace([of("a1", labelled("HOME", valueless(email(""))))])],
        "channels =\na1 email b@x label:HOME primary",
    );
    contact().check(
        [replace([of("a1", email("c@x")), of("a1", valueless(email("")))])],
        "channels =\na1 email c@x primary",
    );
    contact()
        .check([replace([of("f0", valueless(email("")))])], "refused e: the contact has no channel 'f0'");
    contact().check([replace([valueless(email(""))])], "refused e: is required");
}

#[test]
fn channels_of_another_kind_are_refused_where_one_kind_is_replaced() {
    contact().check([emails([phone("+18585550000")])], "refused p: must be one of: email");
    contact().check([the_email(phone("+18585550000"))], "refused p: must be one of: email");
}

#[test]
fn replacing_keeps_the_default_unless_told() {
    let mut case = contact().given([merge([default(email("b@x"))])]);
    case.check([emails([email("a@x"), email("b@x")])], "");
    case.check(
        [emails([default(email("a@x")), default(email("b@x"))])],
        &format!("channels =\na0 email a@x primary default\na1 email b@x\n{PHONE}"),
    );
    let cleared = ChannelWrite { default: Some(false), ..email("a@x") };
    case.check([emails([cleared])], &format!("channels =\na0 email a@x primary\n{PHONE}"));
}

#[test]
fn merging_adds_and_updates_without_duplicates() {
    let mut case = Case::new();
    case.check(
        [merge([email("a@x"), email("b@x"), phone("+18585551212")])],
        &format!("channels =\na0 email a@x primary default\na1 email b@x\n{PHONE}"),
    );
    case.check([merge([email("a@x"), email("b@x"), phone("858-555-1212"), phone("+18585551212")])], "");
    case.check(
        [merge([labelled("WORK", email("B@x"))])],
        &format!("channels =\na0 email a@x primary default\na1 email b@x raw:B@x label:WORK\n{PHONE}"),
    );
    case.check([merge([])], "");
}

#[test]
fn merging_sets_flags() {
    let mut case = contact();
    case.check(
        [merge([primary(default(email("b@x")))])],
        &format!("channels =\na0 email a@x\na1 email b@x primary default\n{PHONE}"),
    );
    case.check(
        [merge([default(phone("+18585551212"))])],
        &format!("channels =\na0 email a@x\na1 email b@x primary\n{PHONE} default"),
    );
    let undefault = ChannelWrite { default: Some(false), ..phone("+18585551212") };
    case.check([merge([undefault])], &format!("channels =\na0 email a@x\na1 email b@x primary\n{PHONE}"));
    let unflagged = ChannelWrite { primary: Some(false), ..email("b@x") };
    case.check([merge([unflagged])], "");
}

#[test]
fn merging_by_id_may_leave_out_the_value() {
    // The kind of such a write says nothing: the id does.
    contact().check(
        [merge([of("a1", primary(valueless(phone(""))))])],
        &format!("channels =\na0 email a@x\na1 email b@x primary\n{PHONE}"),
    );
    contact().check([merge([of("f0", valueless(email("")))])], "refused e: the contact has no channel 'f0'");
    contact().check([merge([valueless(email(""))])], "refused e: is required");
}

#[test]
fn merging_by_id_changes_the_value() {
    contact().check(
        [merge([of("a0", email("c@x"))])],
        &format!("channels =\na0 email c@x primary\na1 email b@x\n{PHONE}"),
    );
    contact().check(
        [merge([of("a0", email("b@x")), of("a1", email("a@x"))])],
        &format!("channels =\na0 email b@x primary\na1 email a@x\n{PHONE}"),
    );
    // A value that moves on is not mistaken for the channel that it leaves.
    contact().check(
        [merge([email("a@x"), of("a0", email("c@x")), labelled("HOME", email("c@x"))])],
        &format!("channels =\na0 email c@x label:HOME primary\na1 email b@x\n{PHONE}\nb0 email a@x"),
    );
}

#[test]
fn merging_by_id_never_makes_two_channels_of_one_value() {
    contact().check([merge([of("a0", email("B@x"))])], "refused e: is given twice");
    contact().check(
        [merge([of("a0", email("c@x")), of("a1", email("c@x"))])],
        "refused e: is given twice\nrefused e: is given twice",
    );
}

#[test]
fn merging_by_an_id_of_another_kind_leaves_it_to_the_value() {
    contact().check(
        [merge([of("a2", email("c@x"))])],
        &format!("channels =\na0 email a@x primary\na1 email b@x\n{PHONE}\nb0 email c@x"),
    );
}

#[test]
fn the_primary_channel_is_changed_in_place() {
    let mut case = Case::new();
    case.check([the_email(email("a@x"))], "channels =\na0 email a@x primary");
    case.check([the_email(email("b@x"))], "channels =\na0 email b@x primary");
    case.check([the_email(email("b@x"))], "");
    case.check([the_email(default(email("b@x")))], "channels =\na0 email b@x primary default");
}

#[test]
fn a_value_that_another_channel_has_makes_that_one_primary() {
    contact().check(
        [the_email(email("B@x"))],
        &format!("channels =\na0 email a@x\na1 email b@x raw:B@x primary\n{PHONE}"),
    );
}

#[test]
fn clearing_the_primary_channel_removes_its_kind() {
    let mut case = contact();
    case.check([Edit::PrimaryChannel(ChannelKind::Email, None)], &format!("channels =\n{PHONE}"));
    case.check([Edit::PrimaryChannel(ChannelKind::Email, None)], "");
}

#[test]
fn removing_the_primary_channel_promotes_the_next() {
    let mut case = contact();
    case.check(
        [Edit::RemoveChannel(ChannelId(id("a0")))],
        &format!("channels =\na1 email b@x primary\n{PHONE}"),
    );
    case.check([Edit::RemoveChannel(ChannelId(id("a0")))], "refused 0: the contact has no channel 'a0'");
}
