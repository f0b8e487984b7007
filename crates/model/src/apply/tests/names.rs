//! Names: what is derived, what is kept.

use super::{Case, check, some};
use crate::NamePart::{First, Full, Last};
use crate::{Edit, NamePart};

fn name(part: NamePart, text: &str) -> Edit {
    Edit::Name(part, some(text))
}

#[test]
fn the_full_name_derives_its_parts_at_the_first_white_space() {
    check(
        [name(Full, "Jane van der Berg")],
        r#"name.full = "Jane van der Berg"
           name.first = "Jane"
           name.last = "van der Berg""#,
    );
    check([name(Full, "Jane")], "name.full = \"Jane\"\nname.first = \"Jane\"");
    check([name(Full, "")], r#"name.full = """#);
    check([name(Full, " \t")], r#"name.full = " \t""#);
}

#[test]
fn the_full_name_is_kept_exactly() {
    check(
        [name(Full, "  Zoë \u{a0} Smith ")],
        "name.full = \"  Zoë \u{a0} Smith \"\nname.first = \"Zoë\"\nname.last = \"Smith\"",
    );
}

#[test]
fn parts_derive_the_full_name() {
    let mut case = Case::new();
    case.check([name(First, "Jane")], "name.full = \"Jane\"\nname.first = \"Jane\"");
    case.check([name(Last, "Smith")], "name.full = \"Jane Smith\"\nname.last = \"Smith\"");
    case.check([name(First, "")], "name.full = \"Smith\"\nname.first = \"\"");
    case.check([Edit::Name(Last, None)], "name.full = null\nname.last = null");
}

#[test]
fn parts_are_kept_exactly() {
    check(
        [name(First, "Anna Maria "), name(Last, " Smith")],
        r#"name.full = "Anna Maria   Smith"
           name.first = "Anna Maria "
           name.last = " Smith""#,
    );
}

#[test]
fn clearing_the_full_name_clears_its_parts() {
    Case::new()
        .given([name(Full, "Jane Smith")])
        .check([Edit::Name(Full, None)], "name.full = null\nname.first = null\nname.last = null");
}

#[test]
fn writing_back_what_was_read_changes_nothing() {
    let mut case = Case::new().given([name(Full, "Dr.  Jane  Smith"), name(First, "Jane")]);
    case.check([name(First, "Jane"), name(Last, "Jane  Smith"), name(Full, "Dr.  Jane  Smith")], "");
    case.check([name(Full, "Dr.  Jane  Smith")], "");
    case.check([name(Last, "Jane  Smith")], "");
}

#[test]
fn all_parts_written_in_one_change_are_kept_whatever_their_order() {
    let expected = r#"name.full = "Dr. Jane Smith"
                      name.first = "Jane"
                      name.last = "Smith""#;
    let [full, first, last] = [name(Full, "Dr. Jane Smith"), name(First, "Jane"), name(Last, "Smith")];
    check([full.clone(), first.clone(), last.clone()], expected);
    check([first.clone(), last.clone(), full.clone()], expected);
    check([last, full, first], expected);
}

#[test]
fn a_later_write_of_one_part_wins() {
    check([name(First, "A"), name(First, "B")], "name.full = \"B\"\nname.first = \"B\"");
}

#[test]
fn a_name_is_bounded_also_when_it_is_derived() {
    let long = "é".repeat(1_000);
    let mut case = Case::new().given([name(First, &long)]);
    case.check([name(Last, &format!("{long}x"))], "refused 0: must have at most 1000 characters");
    case.check([name(Last, "x")], "refused 0: must have at most 1000 characters");
}
