//! Channels: the ways to reach a contact.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ChannelId, ChannelTypeId, Text, email, phone};

/// What a channel is: `phone`, `email`, `whatsapp`, `facebook`, … or a word of the workspace's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    /// A telephone number (voice, SMS, WhatsApp).
    Phone,
    /// An e-mail address.
    Email,
    /// Anything else, by its lower-case word.
    Other(Text),
}

impl ChannelKind {
    /// The word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for ChannelKind {
    fn from(word: &str) -> Self {
        match word {
            "phone" => Self::Phone,
            "email" => Self::Email,
            _ => match word.to_lowercase().as_str() {
                "phone" => Self::Phone,
                "email" => Self::Email,
                lower => Self::Other(lower.into()),
            },
        }
    }
}

impl From<String> for ChannelKind {
    fn from(word: String) -> Self {
        Self::from(word.as_str())
    }
}

impl Serialize for ChannelKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ChannelKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(Text::deserialize(deserializer)?.as_str()))
    }
}

impl std::fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One way to reach a contact. A contact's channels are kept in the order of their ids, which is the order
/// in which they were added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// What it is.
    pub kind: ChannelKind,
    /// The workspace's channel type, when it is one of its own making.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_id: Option<ChannelTypeId>,
    /// The normalised value that is compared and looked up; see [`normalise`].
    pub value: Text,
    /// The value as it was written.
    pub raw: Text,
    /// A label such as `HOME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// ISO 3166-1 alpha-2, phones only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Text>,
    /// The one of its kind that is used first: exactly one per kind while there is any.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub primary: bool,
    /// The one over all kinds that is used first: at most one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// Nothing is accepted from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub block_inbound: bool,
    /// Nothing is sent to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub block_outbound: bool,
}

/// A channel value in the form that is compared and looked up, and the country of a phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalised {
    /// Phones: E.164, or the bare digits when the number cannot be parsed, or the text itself when it has
    /// none. E-mail: lower case. Else: the text.
    pub value: Text,
    /// ISO 3166-1 alpha-2 of a parsed phone number.
    pub country: Option<Text>,
    /// Whether the text is a well-formed value of its kind.
    pub is_valid: bool,
}

/// Normalises a channel value. `country` (ISO 3166-1 alpha-2) reads phone numbers without `+`.
pub fn normalise(kind: &ChannelKind, text: &str, country: Option<&str>) -> Normalised {
    let text = text.trim();
    match kind {
        ChannelKind::Phone => match phone::parse(text, country) {
            Some(number) => {
                let (value, country) = (number.e164.into(), number.country.map(Text::from));
                Normalised { value, country, is_valid: true }
            }
            None => {
                let digits = phone::digits(text);
                let value = if digits.is_empty() { text.into() } else { digits.into() };
                Normalised { value, country: None, is_valid: false }
            }
        },
        ChannelKind::Email => {
            Normalised { value: email::fold(text).into(), country: None, is_valid: email::is_plausible(text) }
        }
        ChannelKind::Other(_) => Normalised { value: text.into(), country: None, is_valid: !text.is_empty() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prelude::ProptestConfig, prop_assert_eq, proptest};

    #[track_caller]
    fn check((kind, text, country): (&str, &str, Option<&str>), expected: &str) {
        let normal = normalise(&kind.into(), text, country);
        let validity = if normal.is_valid { "" } else { " invalid" };
        let country = normal.country.map(|country| format!(" {country}")).unwrap_or_default();
        assert_eq!(format!("{}{country}{validity}", normal.value), expected);
    }

    #[test]
    fn phones_become_e164_else_their_digits_else_stay() {
        check(("phone", " +1 (858) 555-1212 ", None), "+18585551212 US");
        check(("phone", "(858) 555-1212", Some("US")), "+18585551212 US");
        check(("phone", "(858) 555-1212", Some("us")), "+18585551212 US");
        check(("phone", "(858) 555-1212", None), "8585551212 invalid");
        check(("phone", "(858) 555-1212", Some("nowhere")), "8585551212 invalid");
        check(("phone", "911", Some("US")), "911 invalid");
        check(("phone", "+99 12", None), "9912 invalid");
        // Read again it would be another number.
        check(("phone", "+55090000", None), "55090000 invalid");
        // What has a `+` is not read as a number of the given country.
        check(("phone", "+2000001", Some("IT")), "2000001 invalid");
        check(("phone", "call me", Some("US")), "call me invalid");
        check(("phone", "٠١٢", None), "٠١٢ invalid");
        check(("phone", "", Some("US")), " invalid");
    }

    #[test]
    fn numbers_of_many_plans_become_e164() {
        for (text, country, expected) in [
            ("06 6988 1234", "IT", "+390669881234"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("030 901820", "DE", "+4930901820"),
            ("+54 9 11 2345-6789", "US", "+5491123456789"),
            ("+52 55 1234 5678", "US", "+525512345678"),
            ("+225 07 01 23 45 67", "US", "+2250701234567"),
            ("+57 319 2754701", "US", "+573192754701"),
            ("+683 4002", "US", "+6834002"),
            ("+1 555-987-6543", "US", "+15559876543"),
        ] {
            assert_eq!(normalise(&ChannelKind::Phone, text, Some(country)).value, expected);
        }
    }

    #[test]
    fn addresses_are_folded_and_other_texts_stay() {
        check(("email", " Zoë@X.com ", None), "zoë@x.com");
        check(("email", "nobody", None), "nobody invalid");
        check(("Telegram", " @Jane ", None), "@Jane");
        check(("telegram", " ", None), " invalid");
    }

    #[test]
    fn kinds_are_lower_case_words() {
        for (word, kind) in [
            ("Phone", ChannelKind::Phone),
            ("EMAIL", ChannelKind::Email),
            ("WhatsApp", ChannelKind::Other("whatsapp".into())),
        ] {
            assert_eq!(ChannelKind::from(word), kind);
            assert_eq!(ChannelKind::from(kind.to_string()), kind);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_has_a_normal_form_that_is_its_own(
            text in "\\PC{0,20}|[+]?[0-9 ()./-]{0,24}|[+][0-9]{7,15}",
            kind in "phone|email|chat",
            country in "US|NL|IT|ZZ",
        ) {
            let kind = ChannelKind::from(kind);
            let normal = normalise(&kind, &text, Some(&country));
            if normal.is_valid {
                // A normal form means the same everywhere.
                let again = normalise(&kind, &normal.value, None);
                prop_assert_eq!(again.value, normal.value);
            }
        }
    }
}
