//! Labels that are for one channel of a contact only.

use super::world::id;
use super::{Case, some};
use crate::{ChannelId, ChannelKind, ChannelWrite, Edit};

fn email(value: &str) -> ChannelWrite {
    ChannelWrite { is_label_unique: true, ..ChannelWrite::new("e", ChannelKind::Email, value) }
}

fn labelled(label: &str, write: ChannelWrite) -> ChannelWrite {
    ChannelWrite { label: Some(some(label)), ..write }
}

/// A write of the label alone to the channel with this id.
fn relabelled(name: &str, label: Option<&str>) -> ChannelWrite {
    let label = Some(label.map(str::to_owned));
    ChannelWrite { id: Some(ChannelId(id(name))), value: None, label, ..email("") }
}

fn merge<const N: usize>(items: [ChannelWrite; N]) -> Edit {
    Edit::MergeChannels(items.into())
}

/// `a0` is a@x, HOME; `a1` is b@x, BUSINESS.
fn contact() -> Case {
    Case::new().given([merge([labelled("HOME", email("a@x")), labelled("BUSINESS", email("b@x"))])])
}

const TAKEN: &str = "refused e.label: is given twice";

#[test]
fn a_label_that_another_channel_has_is_refused() {
    contact().check([merge([labelled("HOME", email("c@x"))])], TAKEN);
    contact().check([merge([labelled("HOME", email("b@x"))])], TAKEN);
    contact().check([merge([relabelled("a1", Some("HOME"))])], TAKEN);
    contact().check([merge([labelled("HOME", email("a@x"))])], "");
}

#[test]
fn of_two_writes_that_give_one_label_the_later_is_refused() {
    let at = |at: &str, write| ChannelWrite { at: at.to_owned(), ..write };
    let first = at("1", labelled("MOBILE", email("c@x")));
    let second = at("2", labelled("MOBILE", email("d@x")));
    contact().check([merge([first, second])], "refused 2.label: is given twice");
    let stays = at("2", labelled("HOME", email("a@x")));
    contact()
        .check([merge([at("1", labelled("HOME", email("c@x"))), stays])], "refused 2.label: is given twice");
}

#[test]
fn labels_change_places_in_one_change() {
    contact().check(
        [merge([relabelled("a0", Some("BUSINESS")), relabelled("a1", Some("HOME"))])],
        "channels =
         a0 email a@x label:BUSINESS primary default
         a1 email b@x label:HOME",
    );
    contact().check(
        [merge([labelled("HOME", email("c@x")), relabelled("a0", None)])],
        "channels =
         a0 email a@x primary default
         a1 email b@x label:BUSINESS
         b0 email c@x label:HOME",
    );
}

#[test]
fn channels_that_share_a_label_already_may_keep_it() {
    let shared = |value: &str| ChannelWrite { is_label_unique: false, ..labelled("Home", email(value)) };
    let mut case = Case::new().given([merge([shared("a@x"), shared("b@x")])]);
    case.check([merge([labelled("Home", email("a@x")), labelled("Home", email("b@x"))])], "");
    case.check([merge([labelled("Home", email("c@x"))])], TAKEN);
}

#[test]
fn a_label_that_need_not_be_unique_is_not_compared() {
    let free = ChannelWrite { is_label_unique: false, ..labelled("HOME", email("b@x")) };
    contact().check(
        [merge([free])],
        "channels =\na0 email a@x label:HOME primary default\na1 email b@x label:HOME",
    );
}
