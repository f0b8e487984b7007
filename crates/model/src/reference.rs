//! How a client names a record: by id, alias, number, name or key.

use uuid::Uuid;

use crate::Dialect;

/// A well-formed id of ours in a client's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Native {
    /// An id.
    Uuid(Uuid),
    /// A number.
    Number(u64),
}

/// A record that a client names by id. An alias of the dialect that has exactly this text wins over the
/// native reading.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ref {
    /// The dialect whose ids these are.
    pub dialect: Dialect,
    /// The id as written.
    pub text: String,
    /// What it is when it is a well-formed id of ours in that dialect.
    pub native: Option<Native>,
}

impl Ref {
    /// Reads an id that is a UUID (hyphenated or 32 hex digits), alone or behind a prefix such as `contact_`.
    pub fn uuid(dialect: Dialect, text: &str) -> Self {
        let tail = text.rsplit('_').next().unwrap_or(text);
        // The parser takes braces and `urn:uuid:` too, which no client was ever given.
        let native = Uuid::try_parse(tail).ok().filter(|_| matches!(tail.len(), 32 | 36)).map(Native::Uuid);
        Self { dialect, text: text.to_owned(), native }
    }

    /// Reads an id that is an integer.
    pub fn number(dialect: Dialect, text: &str) -> Self {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let native = plain.then(|| text.parse().ok()).flatten().map(Native::Number);
        Self { dialect, text: text.to_owned(), native }
    }
}

/// A record of the catalog that a client names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ItemRef {
    /// By id.
    Id(Ref),
    /// By name, exactly.
    Name(String),
    /// By name, exactly if there is one, else in any case.
    NameAnyCase(String),
    /// By key.
    Key(String),
}

impl ItemRef {
    /// By id, as [`Ref::uuid`] reads it.
    pub fn id_text(dialect: Dialect, text: &str) -> Self {
        Self::Id(Ref::uuid(dialect, text))
    }

    /// What the client wrote.
    pub fn text(&self) -> &str {
        match self {
            Self::Id(id) => &id.text,
            Self::Name(text) | Self::NameAnyCase(text) | Self::Key(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prelude::ProptestConfig, prop_assert_eq, proptest};

    const HEX: &str = "f119fe3b4c5d4e6f8a7b9c0d1e2f3a4b";

    fn uuid(text: &str) -> Option<Native> {
        Ref::uuid(Dialect::Rolodex, text).native
    }

    #[test]
    fn uuids_are_read_in_every_form_that_clients_are_given() {
        let id = Uuid::parse_str(HEX).unwrap();
        for text in [
            HEX.to_owned(),
            HEX.to_uppercase(),
            id.to_string(),
            format!("contact_{HEX}"),
            format!("contact_{id}"),
            format!("custom_field_{HEX}"),
        ] {
            assert_eq!(uuid(&text), Some(Native::Uuid(id)), "{text}");
        }
    }

    #[test]
    fn hostile_texts_are_no_uuids() {
        for text in [
            String::new(),
            "_".to_owned(),
            "contact_".to_owned(),
            format!("{{{HEX}}}"),
            format!("urn:uuid:{}", Uuid::parse_str(HEX).unwrap()),
            format!("{HEX}_"),
            format!(" {HEX}"),
            format!("{HEX}\0"),
            format!("{HEX}0"),
            "é".repeat(16),
            "𝕏".repeat(9),
            "_".repeat(100_000),
        ] {
            assert_eq!(uuid(&text), None, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_plain_digits() {
        for (text, expected) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1.0", None),
            (" 1", None),
            ("1e3", None),
            ("٣", None),
            ("0x1", None),
        ] {
            let native = Ref::number(Dialect::Acquire, text).native;
            assert_eq!(native, expected.map(Native::Number), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_reference_keeps_its_text(text in ".*") {
            prop_assert_eq!(&Ref::uuid(Dialect::Zingle, &text).text, &text);
            prop_assert_eq!(&Ref::number(Dialect::Acquire, &text).text, &text);
        }
    }
}
