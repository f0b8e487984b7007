//! Texts, birthday, flags, instants, opt-in, assignment, extras, aliases.

use super::world::{item, named};
use super::{Case, change, check, some};
use crate::{
    BirthdayPart, Dialect, Edit, Flag, InstantMember, ItemRef, Json, Network, OptIn, Ref, TextMember,
    Timestamp, ViolationKind,
};

fn extra(name: &str, json: &str) -> Edit {
    Edit::Extra(Dialect::Acquire, name.to_owned(), serde_json::from_str(json).ok())
}

#[test]
fn texts_are_set_and_cleared() {
    let members = [
        (TextMember::Salutation, "salutation"),
        (TextMember::JobTitle, "job_title"),
        (TextMember::Description, "description"),
        (TextMember::Remarks, "remarks"),
        (TextMember::Location, "location"),
        (TextMember::City, "city"),
        (TextMember::State, "state"),
        (TextMember::Country, "country"),
        (TextMember::WebsiteUrl, "website_url"),
        (TextMember::ImageUrl, "image_url"),
    ];
    for (member, path) in members {
        let mut case = Case::new();
        case.check([Edit::Text(member, some(" as it is "))], &format!("{path} = \" as it is \""));
        case.check([Edit::Text(member, some(" as it is "))], "");
        case.check([Edit::Text(member, some(""))], &format!("{path} = \"\""));
        case.check([Edit::Text(member, None)], &format!("{path} = null"));
    }
}

#[test]
fn social_names_are_set_and_cleared() {
    let mut case = Case::new();
    case.check([Edit::Social(Network::X, some("jane"))], r#"social.x = "jane""#);
    case.check([Edit::Social(Network::Linkedin, some("js"))], r#"social.linkedin = "js""#);
    case.check([Edit::Social(Network::X, None)], "social.x = null");
    case.check([Edit::Social(Network::Youtube, None)], "");
}

#[test]
fn a_birthday_keeps_to_its_bounds() {
    for (part, path, max) in [
        (BirthdayPart::Day, "day", 31),
        (BirthdayPart::Month, "month", 12),
        (BirthdayPart::Year, "year", 9999),
    ] {
        let mut case = Case::new();
        let refused = format!("refused 0: must be from 1 to {max}");
        for number in [0, -1, max + 1, i64::MAX, i64::MIN] {
            case.check([Edit::Birthday(part, Some(number))], &refused);
        }
        case.check([Edit::Birthday(part, Some(1))], &format!("birthday.{path} = 1"));
        case.check([Edit::Birthday(part, Some(max))], &format!("birthday.{path} = {max}"));
        case.check([Edit::Birthday(part, None)], &format!("birthday.{path} = null"));
    }
}

#[test]
fn only_losing_the_confirmation_is_noted() {
    let confirmed = |flag| Edit::Flag(Flag::Confirmed, flag);
    let mut case = Case::new();
    case.check([confirmed(false)], "");
    case.check([confirmed(true)], "confirmed = true");
    case.check([confirmed(true)], "");
    case.check([confirmed(false)], "confirmed = false\nunconfirmed_at = 1003000");
    case.check([confirmed(false)], "");
    case.check([confirmed(true)], "confirmed = true");
    case.check([confirmed(false), confirmed(true)], "");
    case.check([Edit::Flag(Flag::Starred, true)], "starred = true");
}

#[test]
fn closing_and_blocking_are_stamped_once() {
    for (edit, path) in [(Edit::Closed as fn(bool) -> Edit, "closed_at"), (Edit::Blocked, "blocked_at")] {
        let mut case = Case::new();
        case.check([edit(false)], "");
        case.check([edit(true)], &format!("{path} = 1001000"));
        case.check([edit(true)], "");
        case.check([edit(false), edit(true)], "");
        case.check([edit(false)], &format!("{path} = null"));
    }
}

#[test]
fn instants_are_set_as_they_are_given() {
    let at = Timestamp::from_millis(5);
    let mut case = Case::new();
    case.check([Edit::Instant(InstantMember::CreatedAt, Some(at))], "created_at = 5");
    case.check([Edit::Instant(InstantMember::CreatedAt, None)], "refused 0: must not be null");
    case.check([Edit::Instant(InstantMember::ClosedAt, Some(at)), Edit::Closed(true)], "closed_at = 5");
    case.check([Edit::Instant(InstantMember::ClosedAt, None)], "closed_at = null");
    case.check([Edit::Instant(InstantMember::BlockedAt, Some(at))], "blocked_at = 5");
}

#[test]
fn opt_in_has_three_states() {
    let mut case = Case::new();
    case.check([Edit::OptIn(Some(OptIn::OptedIn))], r#"opt_in = "opted_in""#);
    case.check([Edit::OptIn(Some(OptIn::OptedOut))], r#"opt_in = "opted_out""#);
    case.check([Edit::OptIn(None)], "opt_in = null");
}

#[test]
fn users_are_assigned_by_id_alias_and_email_in_any_case() {
    let id = super::world::id("ann");
    let ways = [
        ItemRef::id_text(Dialect::Rolodex, &format!("user_{}", id.simple())),
        ItemRef::id_text(Dialect::Callbell, &id.to_string()),
        ItemRef::id_text(Dialect::Zingle, "z-ann"),
        ItemRef::NameAnyCase("ANN@example.COM".to_owned()),
        item("ann@Example.com"),
    ];
    for way in ways {
        check([Edit::AssignedUser(Some(way))], r#"assigned_user = "ann""#);
    }
    let unknown = [
        ItemRef::id_text(Dialect::Rolodex, "z-ann"),
        ItemRef::NameAnyCase("z-ann".to_owned()),
        item("ANN@example.COM"),
    ];
    for way in unknown {
        let refused = format!("refused 0: no user '{}'", way.text());
        check([Edit::AssignedUser(Some(way))], &refused);
    }
    let mut case = Case::new().given([Edit::AssignedUser(Some(item("bob@Example.com")))]);
    case.check([Edit::AssignedUser(None)], "assigned_user = null");
}

#[test]
fn teams_are_assigned_and_unassigned() {
    let mut case = Case::new();
    case.check([Edit::AssignedTeam(Some(item("sales")))], r#"assigned_team = "sales""#);
    case.check([Edit::AssignedTeam(Some(item("nobody")))], "refused 0: no team 'nobody'");
    case.check([Edit::AssignedTeam(None)], "assigned_team = null");
}

#[test]
fn extras_are_kept_as_they_came() {
    let mut case = Case::new();
    case.check(
        [extra("ip", r#"{"b":1.50,"a":[null,1e2]}"#)],
        r#"extras.acquire.ip = {"b":1.50,"a":[null,1e+2]}"#,
    );
    case.check([extra("a.b", "[]")], "extras.acquire.a.b = []");
    case.check([extra("ip", "\"\"")], r#"extras.acquire.ip = """#);
    case.check([extra("ip", "")], "extras.acquire.ip = null");
}

#[test]
fn an_extra_that_is_null_is_one_that_is_not_there() {
    let mut case = Case::new();
    case.check([Edit::Extra(Dialect::Acquire, "ip".to_owned(), Some(Json::Null))], "");
    assert!(case.contact.extras.is_empty());
    case.check([extra("ip", "1")], "extras.acquire.ip = 1");
    case.check([extra("ip", "null")], "extras.acquire.ip = null");
}

#[test]
fn aliases_are_replaced_and_repeats_dropped() {
    let aliases = |texts: &[&str]| {
        Edit::Aliases(Dialect::Zingle, texts.iter().map(|text| (*text).to_owned()).collect())
    };
    let mut case = Case::new();
    case.check([aliases(&["b", "a", "b"])], r#"aliases.zingle = ["b","a"]"#);
    case.check([aliases(&["a", ""])], "refused 0: must not be empty");
    case.check([aliases(&["a", &"é".repeat(128)])], "refused 0: must have at most 255 bytes");
    case.check([aliases(&[])], "aliases.zingle = null");
}

#[test]
fn all_violations_are_collected_after_those_of_the_decoder() {
    let unknown = || ItemRef::Id(Ref::number(Dialect::Acquire, "99"));
    let mut change = change([
        Edit::Text(TextMember::City, some("Paris")),
        Edit::AssignedUser(Some(unknown())),
        Edit::Birthday(BirthdayPart::Month, Some(13)),
        Edit::Notes(crate::Set::add(vec![
            ("2.0".to_owned(), named("lost")),
            ("2.1".to_owned(), named("gone")),
        ])),
    ]);
    change.refuse("name", ViolationKind::WrongType("a string"));
    let mut case = Case::new();
    case.check_change(
        &change,
        "refused name: must be a string
         refused 1: no user '99'
         refused 2: must be from 1 to 12
         refused 2.0: no note 'lost'
         refused 2.1: no note 'gone'",
    );
    assert_eq!(case.contact, case.world.blank());
}

#[test]
fn revision_and_time_move_only_when_something_differs() {
    let mut case = Case::new();
    let shown = |case: &Case| (case.contact.revision, case.contact.updated_at.seconds());
    assert_eq!(shown(&case), (0, 900));
    case.check([Edit::Text(TextMember::City, None)], "");
    assert_eq!(shown(&case), (0, 900));
    case.check([Edit::Text(TextMember::City, some("Paris"))], "city = \"Paris\"");
    assert_eq!(shown(&case), (1, 1_001));
    case.contact.updated_at = Timestamp::from_seconds(5_000).unwrap();
    case.check([Edit::Text(TextMember::City, some("Rome"))], "city = \"Rome\"");
    assert_eq!(shown(&case), (2, 5_000));
}
