//! What filters of lists compare: patterns and flags in query parameters.

use api_kit::{Problem, Query};
use app::InstantRange;
use model::Timestamp;

/// Whether a text is like the pattern in a parameter, in any case; `*` stands for any run of characters. Without the
/// parameter every text is.
pub(crate) fn is_like(query: &Query, name: &str, text: &str) -> bool {
    query.get(name).is_none_or(|pattern| matches(pattern, text))
}

/// Whether a text is exactly what a parameter says. Without the parameter every text is.
pub(crate) fn is_same(query: &Query, name: &str, text: &str) -> bool {
    query.get(name).is_none_or(|asked| asked == text)
}

/// A flag. QUIRK(zingle): its pages of 2015 say 1 and 0, later ones `true` and `false` (`README.md`); pinned by
/// `labels_are_filtered_by_name_and_flag`.
pub(crate) fn flag(query: &Query, name: &'static str) -> Result<Option<bool>, Problem> {
    match query.get(name) {
        None => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(_) => Err(Problem::BadQuery { name, reason: "must be true or false".to_owned() }),
    }
}

/// Instants between two others, without these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    after_ms: Option<i64>,
    before_ms: Option<i64>,
}

impl Range {
    /// Reads `greater_than(N)`, `less_than(N)`, or both with a comma between. QUIRK(zingle): N is seconds, but one of its
    /// examples has milliseconds (`README.md`); pinned by `ranges_are_read_in_both_units`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut range = Self::default();
        for part in text.split(',').map(str::trim) {
            let (name, number) = part.strip_suffix(')')?.split_once('(')?;
            let at = Some(millis(number.trim().parse().ok()?));
            match name.trim() {
                "greater_than" => range.after_ms = range.after_ms.max(at),
                "less_than" => {
                    range.before_ms = range.before_ms.map_or(at, |before| at.map(|at| at.min(before)));
                }
                _ => return None,
            }
        }
        Some(range)
    }

    pub(crate) fn contains(self, at: Timestamp) -> bool {
        self.instants().contains(at.millis())
    }

    /// The instants in it. Seconds are compared as seconds, which is all that clients are shown.
    pub(crate) fn instants(self) -> InstantRange {
        let next_second = |ms: i64| ms.div_euclid(1000).saturating_add(1).saturating_mul(1000);
        InstantRange {
            from: self.after_ms.map_or(i64::MIN, next_second),
            until: self.before_ms.map(|before| next_second(before.saturating_sub(1))),
        }
    }
}

/// Unix time in milliseconds, from seconds or milliseconds.
fn millis(number: i64) -> i64 {
    const FIRST_MILLIS: i64 = 100_000_000_000;
    if number.unsigned_abs() >= FIRST_MILLIS.unsigned_abs() { number } else { number * 1000 }
}

/// Whether a text is like a pattern, in any case; `*` stands for any run of characters.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = text.strip_prefix(start).and_then(|text| text.strip_suffix(end)) else {
        return false;
    };
    for part in middle.split('*') {
        let Some(at) = left.find(part) else { return false };
        left = left.get(at + part.len()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_both_units() {
        let contains = |text: &str, seconds: i64| {
            Range::parse(text).map(|range| range.contains(Timestamp::from_millis(seconds * 1000 + 999)))
        };
        for (text, expected) in [
            ("greater_than(1420099200)", [false, false, true]),
            ("greater_than(1420099200000)", [false, false, true]),
            ("less_than( 1420099200 )", [true, false, false]),
            ("greater_than(1420099198),less_than(1420099201)", [true, true, false]),
            ("greater_than(1420099198), greater_than(1420099200)", [false, false, true]),
            ("greater_than(0)", [true, true, true]),
            ("less_than(-1)", [false, false, false]),
        ] {
            let found = [1_420_099_199, 1_420_099_200, 1_420_099_201].map(|at| contains(text, at).unwrap());
            assert_eq!(found, expected, "{text}");
        }
        for text in
            ["", "5", "greater_than", "greater_than(x)", "greater_than(1", "between(1)", "less_than(1),"]
        {
            assert_eq!(Range::parse(text), None, "{text}");
        }
        assert_eq!(contains("greater_than(9223372036854775807)", 1), Some(false));
    }

    #[test]
    fn a_star_is_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("VIP", "vip", true),
            ("VIP", "vips", false),
            ("*", "", true),
            ("v*", "VIP", true),
            ("*p", "VIP", true),
            ("v*p", "vp", true),
            ("vi*ip", "vip", false),
            ("*i*", "vip", true),
            ("*x*", "vip", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*aa*aa*", "aaa", false),
            ("**", "vip", true),
            ("é*", "ÉCOLE", true),
            ("", "", true),
            ("", "vip", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
