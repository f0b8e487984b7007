//! The upper bounds on what a contact can hold.

use super::world::{item, named};
use super::{Case, check, some};
use crate::{ChannelWrite, Dialect, Edit, ItemRef, Json, Network, Set, TextMember, ValueWrite, limits};

fn too_many(at: &str, max: usize) -> String {
    format!("refused {at}: must have at most {max} items")
}

#[test]
fn texts_are_counted_in_characters() {
    for (member, max) in [
        (TextMember::Salutation, limits::SHORT_TEXT_CHARS),
        (TextMember::JobTitle, limits::SHORT_TEXT_CHARS),
        (TextMember::Description, limits::LONG_TEXT_CHARS),
        (TextMember::Remarks, limits::LONG_TEXT_CHARS),
        (TextMember::Location, limits::SHORT_TEXT_CHARS),
        (TextMember::City, limits::SHORT_TEXT_CHARS),
        (TextMember::State, limits::SHORT_TEXT_CHARS),
        (TextMember::Country, limits::SHORT_TEXT_CHARS),
        (TextMember::WebsiteUrl, limits::LONG_TEXT_CHARS),
        (TextMember::ImageUrl, limits::LONG_TEXT_CHARS),
        (TextMember::LockedBy, limits::SHORT_TEXT_CHARS),
    ] {
        let _ = Case::new().given([Edit::Text(member, Some("é".repeat(max)))]);
        let refused = format!("refused 0: must have at most {max} characters");
        check([Edit::Text(member, Some("é".repeat(max + 1)))], &refused);
    }
    check(
        [Edit::Social(Network::X, Some("é".repeat(1_001)))],
        "refused 0: must have at most 1000 characters",
    );
}

#[test]
fn an_edit_with_too_many_items_is_refused_unread() {
    let tags = vec![(String::new(), item("nosuch")); limits::SET_ITEMS + 1];
    let notes = vec![(String::new(), named("nosuch")); limits::SET_ITEMS + 1];
    let value = ValueWrite { at: String::new(), field: item("nosuch"), json: Json::Null };
    let channels = vec![ChannelWrite::new("", "email".into(), "bad"); limits::CHANNELS + 1];
    let read = |_: &Json, _: &crate::Field, _: &crate::Catalog| Ok(None);
    check([Edit::Tags(Set::remove(tags.clone()))], &too_many("0", limits::SET_ITEMS));
    check([Edit::Lists(Set::add(tags))], &too_many("0", limits::SET_ITEMS));
    check([Edit::Notes(Set::add(notes))], &too_many("0", limits::SET_ITEMS));
    check([Edit::Values(Set::add(vec![value; limits::VALUES + 1]), read)], &too_many("0", limits::VALUES));
    check([Edit::ReplaceChannels(channels.clone())], &too_many("0", limits::CHANNELS));
    check([Edit::ReplaceChannelsOf("email".into(), channels.clone())], &too_many("0", limits::CHANNELS));
    check([Edit::MergeChannels(channels)], &too_many("0", limits::CHANNELS));
    let aliases = vec!["x".to_owned(); limits::ALIASES + 1];
    check([Edit::Aliases(Dialect::Zingle, aliases)], &too_many("0", limits::ALIASES));
}

#[test]
fn a_contact_does_not_grow_over_its_bounds_step_by_step() {
    let channels = |from: usize, count: usize| {
        let items = (from..from + count).map(|n| ChannelWrite::new("", "chat".into(), n.to_string()));
        Edit::MergeChannels(items.collect())
    };
    let mut case = Case::new().given([channels(0, limits::CHANNELS)]);
    case.check([channels(0, limits::CHANNELS)], "");
    case.check([channels(limits::CHANNELS, 1)], &too_many("channels", limits::CHANNELS));
    let aliases = |dialect, count: usize| Edit::Aliases(dialect, (0..count).map(|n| n.to_string()).collect());
    let mut case = Case::new().given([aliases(Dialect::Zingle, limits::ALIASES)]);
    case.check([aliases(Dialect::Acquire, 1)], &too_many("aliases", limits::ALIASES));
}

#[test]
fn extras_are_bounded_in_number_and_size() {
    let extra = |name: &str, text: &str| Edit::Extra(Dialect::Acquire, name.to_owned(), Some(text.into()));
    let refused = format!("refused 0: must have at most {} bytes", limits::EXTRA_BYTES);
    check([extra("a", &"x".repeat(limits::EXTRA_BYTES))], &refused);
    check([extra(&"x".repeat(limits::EXTRA_BYTES), "a")], &refused);
    let mut case = Case::new();
    for n in 0..limits::EXTRAS {
        case.contact.extras.set(Dialect::Acquire, &n.to_string(), Some(Json::Bool(true)));
    }
    case.check([extra("one more", "a")], &too_many("extras", limits::EXTRAS));
}

#[test]
fn a_reference_of_any_text_is_only_unknown() {
    for text in ["", "\0", "'; drop table", "𝕏é", &"x".repeat(100_000)] {
        let refused = format!("refused 0: no user '{text}'");
        check([Edit::AssignedUser(Some(ItemRef::id_text(Dialect::Zingle, text)))], &refused);
    }
    check([Edit::Text(TextMember::City, some("\0\u{202e}"))], "city = \"\\u0000\u{202e}\"");
}
