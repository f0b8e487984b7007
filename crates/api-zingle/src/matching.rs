//! What filters of lists compare: patterns and flags in query parameters.

use api_kit::{Problem, Query};

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

fn matches(pattern: &str, text: &str) -> bool {
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
