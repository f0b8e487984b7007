//! What a channel's value, label, country and type can be.

use super::world::item;
use super::{Case, check, some};
use crate::{ChannelKind, ChannelKindRef, ChannelWrite, Edit};

fn write(kind: &str, value: &str) -> ChannelWrite {
    ChannelWrite::new("c", kind.into(), value)
}

fn merge(write: ChannelWrite) -> Edit {
    Edit::MergeChannels(vec![write])
}

fn made(text: &str) -> String {
    format!("channels =\na0 {text} primary default")
}

#[test]
fn values_are_normalised_and_kept_as_written() {
    for (kind, value, expected) in [
        ("email", " Jane@X.com ", "email jane@x.com raw:Jane@X.com"),
        ("phone", "+1 (858) 555-1212", "phone +18585551212 raw:+1 (858) 555-1212 country:US"),
        ("phone", "858.555.1212", "phone +18585551212 raw:858.555.1212 country:US"),
        ("phone", "ext 12-34", "phone 1234 raw:ext 12-34"),
        ("phone", "call me", "phone call me"),
        ("WhatsApp", "Any Text", "whatsapp Any Text"),
    ] {
        check([merge(write(kind, value))], &made(expected));
    }
}

#[test]
fn values_that_cannot_be_are_refused() {
    for (kind, value, expected) in [
        ("email", "nobody", "refused c: must be a valid e-mail address"),
        ("email", " ", "refused c: must not be empty"),
        ("phone", "", "refused c: must not be empty"),
        ("chat", "\t", "refused c: must not be empty"),
        ("", "text", "refused c: must not be empty"),
    ] {
        check([merge(write(kind, value))], expected);
    }
    let long = "é".repeat(1_001);
    check([merge(write("chat", &long))], "refused c: must have at most 1000 characters");
    check([merge(write(&long, "text"))], "refused c: must have at most 1000 characters");
    let labelled = ChannelWrite { label: Some(Some(long)), ..write("chat", "text") };
    check([merge(labelled)], "refused c: must have at most 1000 characters");
}

#[test]
fn a_strict_phone_must_parse() {
    let strict = |value| merge(ChannelWrite { is_strict: true, ..write("phone", value) });
    check([strict("12-34")], "refused c: must be a valid phone number");
    check([strict("(858) 555-1212")], &made("phone +18585551212 raw:(858) 555-1212 country:US"));
}

#[test]
fn a_country_reads_the_number_and_is_kept() {
    let from = |country: &str, value| merge(ChannelWrite { country: some(country), ..write("phone", value) });
    check([from("NL", "06 12345678")], &made("phone +31612345678 raw:06 12345678 country:NL"));
    check([from("nl", "06 12345678")], &made("phone +31612345678 raw:06 12345678 country:NL"));
    check([from("CA", "+18585551212")], &made("phone +18585551212 country:CA"));
    for bad in ["", "ZZ", "Netherlands", "é"] {
        check([from(bad, "+18585551212")], "refused c: must be an ISO 3166-1 alpha-2 country code");
    }
    let email = ChannelWrite { country: some("nonsense"), ..write("email", "a@x") };
    check([merge(email)], &made("email a@x"));
}

#[test]
fn a_country_once_given_stays_while_the_number_does() {
    let mut case =
        Case::new().given([merge(ChannelWrite { country: some("CA"), ..write("phone", "+18585551212") })]);
    case.check([merge(write("phone", "+18585551212"))], "");
    let kept = ChannelKind::Phone;
    case.check(
        [Edit::PrimaryChannel(kept, Some(write("phone", "+31612345678")))],
        &made("phone +31612345678 country:NL"),
    );
}

#[test]
fn a_composed_text_keeps_what_was_written() {
    let composed = |value| merge(ChannelWrite { is_composed: true, ..write("phone", value) });
    let mut case = Case::new().given([merge(write("phone", "(858) 555-1212"))]);
    case.check([composed("18585551212")], "");
    let other = Edit::PrimaryChannel(
        ChannelKind::Phone,
        Some(ChannelWrite { is_composed: true, ..write("phone", "1 858 555 0000") }),
    );
    case.check([other], &made("phone +18585550000 raw:1 858 555 0000 country:US"));
}

#[test]
fn labels_are_set_and_cleared() {
    let labelled = |label| merge(ChannelWrite { label: Some(label), ..write("email", "a@x") });
    let mut case = Case::new();
    case.check([labelled(some("HOME"))], &made("email a@x label:HOME"));
    case.check([merge(write("email", "a@x"))], "");
    case.check([labelled(None)], &made("email a@x"));
}

#[test]
fn an_exclusive_channel_must_be_free() {
    let exclusive = |value| merge(ChannelWrite { exclusive: true, ..write("email", value) });
    check([exclusive("Taken@x.com")], "refused c: belongs to another contact");
    check([exclusive("mine@x.com")], &made("email mine@x.com"));
    check([exclusive("free@x.com")], &made("email free@x.com"));
    check([merge(write("email", "taken@x.com"))], &made("email taken@x.com"));
}

#[test]
fn channel_types_of_the_workspace_are_noted_unless_global() {
    let typed =
        |name, value| merge(ChannelWrite { kind: ChannelKindRef::Type(item(name)), ..write("email", value) });
    check([typed("chat", "jane")], "channels =\na0 chat type_id:chat jane primary default");
    check([typed("emails", "a@x")], &made("email a@x"));
    check([typed("nosuch", "a@x")], "refused c: no channel type 'nosuch'");
}

#[test]
fn a_number_that_was_read_with_a_country_can_be_written_back_without_it() {
    let from = ChannelWrite { country: some("NL"), ..write("phone", "06 12345678") };
    let mut case = super::Case::new().given([merge(from)]);
    let plain = || write("phone", "06 12345678");
    let strict = ChannelWrite { is_strict: true, ..plain() };
    let kind = ChannelKind::Phone;
    for edit in [
        merge(plain()),
        merge(strict),
        Edit::PrimaryChannel(kind.clone(), Some(plain())),
        Edit::ReplaceChannelsOf(kind, vec![plain()]),
        Edit::ReplaceChannels(vec![ChannelWrite { default: Some(true), ..plain() }]),
    ] {
        case.check([edit], "");
    }
}
