//! Colours of tags and lists.

/// Whether a text is a colour: `#rgb` or `#rrggbb`, in any case. It is kept as it is written.
pub fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_three_or_six_digits() {
        for (text, expected) in [
            ("#93623a", true),
            ("#C034EB", true),
            ("#fFf", true),
            ("", false),
            ("#", false),
            ("red", false),
            ("93623a", false),
            ("#93623", false),
            ("#93623aff", false),
            ("#ggg", false),
            ("##fff", false),
            ("#é3", false),
        ] {
            assert_eq!(is_color(text), expected, "{text}");
        }
    }
}
