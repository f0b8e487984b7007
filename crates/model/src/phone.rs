//! Telephone numbers: E.164, national form, and the calling code split.

use std::sync::LazyLock;

use phonenumber::metadata::{DATABASE, Database};
use phonenumber::{Mode, PhoneNumber};

/// A parsed number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// E.164: `+` and digits.
    pub e164: String,
    /// ISO 3166-1 alpha-2, when the number names one country.
    pub country: Option<String>,
}

/// Longest text that is tried; E.164 has 15 digits, the rest is room for punctuation and an extension.
const MAX_BYTES: usize = 64;

/// Digits of a number with its calling code. The shortest are those of small islands; what has fewer is a
/// short code, which means nothing outside its country.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Compiled patterns that the parser keeps. It would keep a hundred, which the numbers of twenty countries exceed; and
/// to compile one takes longer than to read a hundred numbers. Each takes some 75 KB.
const PATTERNS_MAX: usize = 600;

/// The numbering plans of the world.
static PLANS: LazyLock<&'static Database> = LazyLock::new(|| {
    // Poisoned, it would fail on every number; nobody panics while holding it.
    if let Ok(mut patterns) = DATABASE.cache().lock() {
        patterns.set_capacity(PATTERNS_MAX);
    }
    &DATABASE
});

/// Reads a number as a person writes it. `country` (ISO 3166-1 alpha-2) is used when there is no `+`.
pub fn parse(text: &str, country: Option<&str>) -> Option<Phone> {
    let number = number(text, country)?;
    Some(Phone { e164: e164(&number), country: number.country().id().map(|id| id.as_ref().to_owned()) })
}

fn number(text: &str, country: Option<&str>) -> Option<PhoneNumber> {
    // The parser is only shown what can be a number: it was written for trusted text.
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '(' | ')' | '-' | '.' | '/');
    if text.len() > MAX_BYTES || !text.chars().all(plain) {
        return None;
    }
    // With `+` the number says itself where it is from.
    let is_international = text.starts_with('+');
    let country = country.filter(|_| !is_international).and_then(country_id);
    if country.is_none() && !is_international {
        return None;
    }
    phonenumber::parse_with(*PLANS, country, text).ok().filter(|number| is_sound(&e164(number), text))
}

/// Whether this is an E.164 number that names one subscriber: it has the length of one and, where it is not
/// what was `read`, reads back as itself (some numbers lose a digit each time they are read).
fn is_sound(e164_text: &str, read: &str) -> bool {
    let reads_back =
        || phonenumber::parse_with(*PLANS, None, e164_text).is_ok_and(|number| e164(&number) == e164_text);
    DIGITS.contains(&digits(e164_text).len()) && (e164_text == read || reads_back())
}

fn e164(number: &PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

/// A country code, in any case, as ISO 3166-1 alpha-2 writes it; `None` when no country has it.
pub fn country(code: &str) -> Option<String> {
    Some(country_id(code)?.as_ref().to_owned())
}

fn country_id(code: &str) -> Option<phonenumber::country::Id> {
    code.to_ascii_uppercase().parse().ok()
}

/// The national form of an E.164 number, such as `(858) 555-1212`; `None` when it cannot be parsed.
pub fn national(e164: &str) -> Option<String> {
    Some(number(e164, None)?.format().mode(Mode::National).to_string())
}

/// Splits an E.164 number into calling code and national digits: `+15559876543` → `("+1", "5559876543")`.
pub fn split(e164: &str) -> Option<(String, String)> {
    let code = format!("+{}", number(e164, None)?.country().code());
    let rest = e164.strip_prefix(&code)?.to_owned();
    Some((code, rest))
}

/// The ASCII digits of a text.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_parse_format_and_split() {
        let us = parse("+1 (858) 555-1212", None).unwrap();
        assert_eq!((us.e164.as_str(), us.country.as_deref()), ("+18585551212", Some("US")));
        assert_eq!(parse("(858) 555-1212", Some("US")).unwrap().e164, "+18585551212");
        assert_eq!(national("+18585551212").unwrap(), "(858) 555-1212");
        assert_eq!(split("+15559876543").unwrap(), ("+1".into(), "5559876543".into()));
        assert_eq!(split("+31612345678").unwrap(), ("+31".into(), "612345678".into()));
    }

    #[test]
    fn patterns_of_many_countries_are_compiled_once() {
        let numbers = [
            "+18585551212",
            "+14165550123",
            "+18765551234",
            "+18095551234",
            "+4930901820",
            "+442079460958",
            "+33612345678",
            "+390669881234",
            "+34931234567",
            "+31612345678",
            "+46701234567",
            "+4520123456",
            "+358401234567",
            "+48221234567",
            "+420601123456",
            "+436641234567",
            "+41791234567",
            "+32470123456",
            "+351912345678",
            "+302101234567",
            "+905321234567",
            "+972501234567",
            "+919876512345",
            "+8613812345678",
            "+819012345678",
            "+821012345678",
            "+6281234567",
            "+639171234567",
            "+61412345678",
            "+64211234567",
            "+5511912345678",
            "+5491123456789",
            "+573191234567",
            "+525512345678",
            "+27821234567",
            "+254712345678",
            "+2348031234567",
            "+79121234567",
        ];
        for number in numbers {
            parse(number, None).unwrap();
        }
        // More than the parser would keep by itself.
        let patterns = DATABASE.cache().lock().unwrap().len();
        assert!((101..=PATTERNS_MAX).contains(&patterns), "{patterns}");
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "+",
            "123",
            "call me",
            "12345678901234567890123456789012345678901234567890123456789012345",
            "++++",
            "((((((",
        ] {
            assert_eq!(parse(text, None), None, "{text}");
        }
        for text in ["12-34", "911", "+1 234", "+1234567890123456"] {
            assert_eq!(parse(text, Some("US")), None, "{text}");
        }
        assert_eq!(parse("9460731950", None), None);
        assert_eq!(digits("+57 319 2754701"), "573192754701");
    }
}
