//! The vendor's words for how conditions compare.

use model::condition::Order::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
use model::condition::Test::{
    self, Date, DaysAgo, DaysAhead, HoursAgo, HoursAhead, Is, IsNot, IsNotSet, IsSet, NotText, Number, Text,
    Time,
};
use model::condition::TextTest::{Contains, EndsWith, Equals, Matches, StartsWith};

/// All that can be carried out here. The vendor's `day_is` and `day_is_not` are not among them: nothing says what kind
/// of day they compare with.
const METHODS: [(&str, Test); 39] = [
    ("boolean_is", Is),
    ("boolean_is_not", IsNot),
    ("boolean_is_set", IsSet),
    ("boolean_is_not_set", IsNotSet),
    ("date_is", Date(Equal)),
    ("date_after", Date(Greater)),
    ("date_before", Date(Less)),
    ("date_is_or_after", Date(GreaterOrEqual)),
    ("date_is_or_before", Date(LessOrEqual)),
    ("days_ago_is", DaysAgo(Equal)),
    ("days_ago_is_less_than", DaysAgo(Less)),
    ("days_ago_is_more_than", DaysAgo(Greater)),
    ("days_from_now_is", DaysAhead(Equal)),
    ("days_from_now_is_less_than", DaysAhead(Less)),
    ("days_from_now_is_more_than", DaysAhead(Greater)),
    ("number_equals", Number(Equal)),
    ("number_not_equal_to", Number(NotEqual)),
    ("number_greater_than", Number(Greater)),
    ("number_greater_than_or_equal_to", Number(GreaterOrEqual)),
    ("number_less_than", Number(Less)),
    ("number_less_than_or_equal_to", Number(LessOrEqual)),
    ("string_contains", Text(Contains)),
    ("string_does_not_contain", NotText(Contains)),
    ("string_starts_with", Text(StartsWith)),
    ("string_ends_with", Text(EndsWith)),
    ("string_equals", Text(Equals)),
    ("string_not_equal_to", NotText(Equals)),
    ("string_regex_match", Text(Matches)),
    ("hours_ago_is", HoursAgo(Equal)),
    ("hours_ago_is_less_than", HoursAgo(Less)),
    ("hours_ago_is_more_than", HoursAgo(Greater)),
    ("hours_from_now_is", HoursAhead(Equal)),
    ("hours_from_now_is_less_than", HoursAhead(Less)),
    ("hours_from_now_is_more_than", HoursAhead(Greater)),
    ("time_is", Time(Equal)),
    ("time_after", Time(Greater)),
    ("time_before", Time(Less)),
    ("time_at_or_after", Time(GreaterOrEqual)),
    ("time_at_or_before", Time(LessOrEqual)),
];

/// The vendor's word; empty for what only another API could have written.
pub(super) fn code(test: Test) -> &'static str {
    METHODS.iter().find(|(_, each)| *each == test).map_or("", |(code, _)| code)
}

/// How a word compares.
pub(super) fn test(code: &str) -> Option<Test> {
    METHODS.iter().find(|(each, _)| *each == code).map(|(_, test)| *test)
}

/// All words.
pub(super) fn codes() -> Vec<String> {
    METHODS.map(|(code, _)| code.to_owned()).to_vec()
}
