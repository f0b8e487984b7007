//! E-mail addresses: a check that refuses only what no mail system takes, and the form for comparing.

/// Whether the text can be an address: something before and after one last `@`, no white space or control
/// characters, at most 254 bytes (RFC 5321 §4.5.3.1.3).
pub fn is_plausible(text: &str) -> bool {
    text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// The form in which addresses are compared: lower case.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plausible_addresses() {
        for good in ["a@b", "John@acquire.io", "test@gmailc.om", "\"a@b\"@c.d", "zoë@münchen.de"] {
            assert!(is_plausible(good), "{good}");
        }
        for bad in ["", "@", "a@", "@b", "plain", "a b@c", "a@b\n"] {
            assert!(!is_plausible(bad), "{bad}");
        }
        assert!(!is_plausible(&format!("{}@b.c", "a".repeat(300))));
    }
}
