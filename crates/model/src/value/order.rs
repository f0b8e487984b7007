//! In which order values of a field stand: as texts that databases compare byte by byte.

use super::whole_time;
use crate::search::words;
use crate::{FieldType, Timestamp, UserId, Value};

/// Characters of a text that count.
const TEXT_CHARS: usize = 200;

/// What the key of every value begins with, so that nothing, whose key is empty, stands before all.
pub const FIRST_KEY: &str = "\u{1}";

impl Value {
    /// A text that stands among those of other values of this type as the value does: empty for one that says nothing, or
    /// is of another type.
    pub fn order_key(&self, kind: FieldType) -> String {
        if !self.fits(kind) || self.is_empty() {
            return String::new();
        }
        match self {
            Self::Text(text) => text_key(text),
            Self::Number(number) => key(&number.order_key()),
            Self::Date(date) => key(date),
            Self::Time(time) => time_key(time),
            // One vendor's dates are instants: their days count.
            Self::Datetime(at) if kind == FieldType::Date => key(&at.to_date()),
            Self::Datetime(at) => instant_key(*at),
            Self::User(user) => user_key(*user),
            Self::Boolean(_) | Self::Option(_) | Self::Options(_) => String::new(),
        }
    }
}

/// The key of what stands in its own order already.
pub fn key(text: &str) -> String {
    format!("{FIRST_KEY}{text}")
}

/// The key of a text: without case and accents, by its first characters.
pub fn text_key(text: &str) -> String {
    FIRST_KEY.chars().chain(words::key(text).chars().take(TEXT_CHARS)).collect()
}

/// The key of a text of which all characters count.
pub fn whole_text_key(text: &str) -> Option<String> {
    let key = text_key(text);
    (key.chars().count() < TEXT_CHARS).then_some(key)
}

/// The key of a time of day.
pub fn time_key(time: &str) -> String {
    key(&whole_time(time))
}

/// The key of an instant.
pub fn instant_key(at: Timestamp) -> String {
    // The earliest is the smallest, also before 1970.
    key(&format!("{:016x}", at.millis().cast_unsigned() ^ (1 << 63)))
}

/// The key of a user, which stands in no order that means something.
pub fn user_key(user: UserId) -> String {
    key(&user.0.simple().to_string())
}

/// The first key behind this one.
pub fn next_key(mut key: String) -> String {
    key.push('\0');
    key
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Decimal, OptionId};

    #[test]
    fn keys_stand_as_values_do() {
        let text = |text: &str| Value::Text(text.into());
        let number = |text: &str| Value::Number(Decimal::parse(text).unwrap());
        let datetime = |millis| Value::Datetime(Timestamp::from_millis(millis));
        let date = |text: &str| Value::Date(text.into());
        for (kind, values) in [
            (FieldType::Text, vec![text(" "), text("Äb"), text("ac"), text("B"), text("b1")]),
            (FieldType::Number, vec![number("-1e9"), number("-2"), number("0"), number("9"), number("10.5")]),
            (FieldType::Date, vec![date("1969-12-31"), datetime(1), date("2026-01-01")]),
            (FieldType::Time, vec![Value::Time("09:00".into()), Value::Time("09:00:01".into())]),
            (FieldType::Datetime, vec![datetime(i64::MIN), datetime(-1), datetime(0), datetime(i64::MAX)]),
        ] {
            let keys: Vec<_> = values.iter().map(|value| value.order_key(kind)).collect();
            assert!(keys.is_sorted_by(|a, b| a < b && next_key(a.clone()) <= *b), "{keys:?}");
            assert!(keys.iter().all(|key| key.as_str() >= FIRST_KEY));
        }
        assert_eq!(text("ÉCLAIR").order_key(FieldType::Text), text("eclair").order_key(FieldType::Email));
    }

    #[test]
    fn what_says_nothing_has_an_empty_key() {
        for (value, kind) in [
            (Value::Text("5".into()), FieldType::Number),
            (Value::Text("".into()), FieldType::Text),
            (Value::Boolean(true), FieldType::Boolean),
            (Value::Option(OptionId(Uuid::nil())), FieldType::SingleSelect),
        ] {
            assert_eq!(value.order_key(kind), "", "{value:?}");
        }
        assert_ne!(Value::User(UserId(Uuid::nil())).order_key(FieldType::User), "");
    }

    #[test]
    fn long_texts_count_by_their_beginning() {
        let long = |length| "é".repeat(length);
        assert_eq!(text_key(&long(200)), text_key(&long(500)));
        assert_ne!(text_key(&long(199)), text_key(&long(200)));
        assert_eq!(whole_text_key(&long(198)), Some(text_key(&long(198))));
        assert_eq!(whole_text_key(&long(200)), None);
    }
}
