//! Typed values of custom fields, the checks that make them from JSON, and what becomes of them when their field gets
//! another type.

mod convert;
pub mod order;

use serde::{Deserialize, Serialize};

use crate::{
    Catalog, Dialect, Field, FieldOption, FieldType, ItemRef, Json, Native, OptionId, Ref, Text, Timestamp,
    UserId, ViolationKind, email, limits,
};

pub use self::convert::{OnUnconvertible, convert, convert_in, settle};

/// The value of a custom field, in the type of its field. A date field may also hold an instant, because
/// one vendor's date fields do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Text, e-mail, URL and phone fields: as written.
    Text(Text),
    /// Number fields.
    Number(Decimal),
    /// Boolean fields.
    Boolean(bool),
    /// Date fields: `YYYY-MM-DD`.
    Date(Text),
    /// Time fields: `HH:MM` or `HH:MM:SS`.
    Time(Text),
    /// Instants.
    Datetime(Timestamp),
    /// Single select fields.
    Option(OptionId),
    /// Multi select fields: without repeats, in the order given.
    Options(Vec<OptionId>),
    /// User fields.
    User(UserId),
}

impl Value {
    /// Whether fields of this type have such values.
    pub fn fits(&self, kind: FieldType) -> bool {
        match self {
            Self::Text(_) => {
                matches!(kind, FieldType::Text | FieldType::Email | FieldType::Url | FieldType::Phone)
            }
            Self::Number(_) => kind == FieldType::Number,
            Self::Boolean(_) => kind == FieldType::Boolean,
            Self::Date(_) => kind == FieldType::Date,
            Self::Time(_) => kind == FieldType::Time,
            Self::Datetime(_) => matches!(kind, FieldType::Date | FieldType::Datetime),
            Self::Option(_) => kind == FieldType::SingleSelect,
            Self::Options(_) => kind == FieldType::MultiSelect,
            Self::User(_) => kind == FieldType::User,
        }
    }

    /// Whether it says nothing: an empty text, no option at all. That a box is not ticked is a value.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Options(options) => options.is_empty(),
            _ => false,
        }
    }
}

/// A decimal number of any precision, kept as its JSON text: `88`, `1.50`, `-2e3`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(Text);

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Self(number.to_string().into())
    }
}

impl Decimal {
    /// Reads a number as JSON writes it; leading zeros, a leading `+` and white space around it are taken off.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > limits::NUMBER_BYTES {
            return None;
        }
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let stripped = rest.trim_start_matches('0');
        let rest = if stripped.starts_with(|c: char| c.is_ascii_digit()) {
            stripped.to_owned()
        } else if stripped.len() < rest.len() {
            format!("0{stripped}")
        } else {
            rest.to_owned()
        };
        let number: serde_json::Number = format!("{sign}{rest}").parse().ok()?;
        number.as_f64().filter(|value| value.is_finite())?;
        Some(Self(number.to_string().into()))
    }

    /// The text, which is a JSON number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, if it is a whole one that fits and is written like one.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok().filter(|_| !self.0.starts_with("-0"))
    }

    /// A text that stands among those of other numbers as the number does. What is beyond 10^±99999 is all the same.
    pub fn order_key(&self) -> String {
        const FAR: i64 = 99_999;
        let (is_negative, number) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, &*self.0),
        };
        let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        if significant.is_empty() {
            return "1".to_owned();
        }
        // The number is 0.d1d2… times 10 to this.
        let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') { -FAR } else { FAR });
        let places =
            i64::try_from(significant.len()).unwrap_or(0) - i64::try_from(fraction.len()).unwrap_or(0);
        let power = exponent.saturating_add(places).clamp(-FAR, FAR) + FAR;
        let text = format!("{power:06}{}", significant.trim_end_matches('0'));
        if is_negative {
            // Turned around; what goes on comes before what ends.
            let turned = text.bytes().map(|digit| char::from(b'0' + b'9' - digit));
            return format!("0{}~", turned.collect::<String>());
        }
        format!("2{text}")
    }

    /// The number as JSON, with every digit.
    pub fn to_json(&self) -> Json {
        match self.0.parse() {
            Ok(number) => Json::Number(number),
            // Unreachable: `parse` checked the text.
            Err(_) => Json::String(self.0.to_string()),
        }
    }
}

/// Text of a bounded length.
pub fn text(text: &str) -> Result<Text, ViolationKind> {
    let max = limits::LONG_TEXT_CHARS;
    if text.len() > max && text.chars().count() > max {
        return Err(ViolationKind::TooLong { max, unit: "characters" });
    }
    Ok(text.into())
}

/// A calendar date, `YYYY-MM-DD`.
pub fn date(text: &str) -> Result<Value, ViolationKind> {
    let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if is_plain => Ok(Value::Date(date.to_string().into())),
        _ => Err(ViolationKind::BadDate),
    }
}

/// A time of day, `HH:MM` or `HH:MM:SS`, 24 hours.
pub fn time(text: &str) -> Result<Value, ViolationKind> {
    let is_plain = matches!(text.len(), 5 | 8)
        && text.bytes().enumerate().all(|(i, b)| if i % 3 == 2 { b == b':' } else { b.is_ascii_digit() });
    match text.parse::<jiff::civil::Time>() {
        Ok(_) if is_plain => Ok(Value::Time(text.into())),
        _ => Err(ViolationKind::BadTime),
    }
}

/// A time of day with its seconds, so that texts of times stand as times do.
pub fn whole_time(time: &str) -> String {
    if time.len() == 5 { format!("{time}:00") } else { time.to_owned() }
}

/// The option that a text names: by its id in any form, an alias of the dialect, its value or its name.
pub fn option<'a>(field: &'a Field, dialect: Dialect, text: &str) -> Result<&'a FieldOption, ViolationKind> {
    let options = || field.options.iter();
    options()
        .find(|option| option.aliases.of(dialect).iter().any(|alias| alias == text))
        .or_else(|| {
            let native = Ref::uuid(dialect, text).native;
            options().find(|option| native == Some(Native::Uuid(option.id.0)))
        })
        .or_else(|| field.option_valued(text))
        .or_else(|| options().find(|option| option.name == text))
        .ok_or_else(|| ViolationKind::UnknownOption {
            field: field.name.clone(),
            text: text.to_owned(),
            options: options().map(|option| option.value.clone()).collect(),
        })
}

/// Reads a value as the native API writes it: text as string, numbers as number or numeric string, booleans
/// as such or as `"true"` and `"false"`, dates and times as strings, options by id, alias, value or name,
/// users by id or e-mail address. `null` clears. Dialects that differ bring their own
/// [`ReadValue`](crate::ReadValue) and use this one's parts.
pub fn read(
    json: &Json,
    field: &Field,
    catalog: &Catalog,
    dialect: Dialect,
) -> Result<Option<Value>, ViolationKind> {
    let value = match (field.kind, json) {
        (_, Json::Null) => return Ok(None),
        (FieldType::Text | FieldType::Phone, Json::String(written)) => Value::Text(text(written)?),
        (FieldType::Email, Json::String(written)) => {
            if !email::is_plausible(written.trim()) {
                return Err(ViolationKind::BadEmail);
            }
            Value::Text(text(written)?)
        }
        (FieldType::Url, Json::String(written)) => {
            if !written.contains("://") || written.chars().any(|c| c.is_whitespace() || c.is_control()) {
                return Err(ViolationKind::BadUrl);
            }
            Value::Text(text(written)?)
        }
        (FieldType::Number, Json::Number(number)) => number_from(&number.to_string())?,
        (FieldType::Number, Json::String(written)) => number_from(written)?,
        (FieldType::Number, _) => return Err(ViolationKind::BadNumber),
        (FieldType::Boolean, Json::Bool(flag)) => Value::Boolean(*flag),
        (FieldType::Boolean, Json::String(written)) if written == "true" => Value::Boolean(true),
        (FieldType::Boolean, Json::String(written)) if written == "false" => Value::Boolean(false),
        (FieldType::Boolean, _) => return Err(ViolationKind::BadBoolean),
        (FieldType::Date, Json::String(written)) => date(written)?,
        (FieldType::Date, _) => return Err(ViolationKind::BadDate),
        (FieldType::Time, Json::String(written)) => time(written)?,
        (FieldType::Time, _) => return Err(ViolationKind::BadTime),
        (FieldType::Datetime, Json::String(written)) => {
            Value::Datetime(Timestamp::parse_rfc3339(written).ok_or(ViolationKind::BadInstant)?)
        }
        (FieldType::Datetime, _) => return Err(ViolationKind::BadInstant),
        (FieldType::SingleSelect, Json::String(written)) => {
            Value::Option(option(field, dialect, written)?.id)
        }
        (FieldType::MultiSelect, Json::Array(items)) => {
            let mut chosen = Vec::new();
            for item in items {
                let written = item.as_str().ok_or(ViolationKind::WrongType("an array of strings"))?;
                let id = option(field, dialect, written)?.id;
                if !chosen.contains(&id) {
                    chosen.push(id);
                }
            }
            Value::Options(chosen)
        }
        (FieldType::MultiSelect, _) => return Err(ViolationKind::WrongType("an array of strings")),
        (FieldType::User, Json::String(written)) => user(catalog, dialect, written)?,
        _ => return Err(ViolationKind::WrongType("a string")),
    };
    Ok(Some(value))
}

/// A number from its text.
pub fn number_from(text: &str) -> Result<Value, ViolationKind> {
    Decimal::parse(text).map(Value::Number).ok_or(ViolationKind::BadNumber)
}

/// A user by id in any form, alias of the dialect, or e-mail address in any case.
pub fn user(catalog: &Catalog, dialect: Dialect, text: &str) -> Result<Value, ViolationKind> {
    catalog
        .users
        .find(&ItemRef::id_text(dialect, text))
        .or_else(|| catalog.users.find(&ItemRef::NameAnyCase(text.to_owned())))
        .map(|user| Value::User(user.id))
        .ok_or_else(|| ViolationKind::UnknownUser(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        for (text, kept) in [
            ("88", "88"),
            (" 1.50 ", "1.50"),
            ("-0.1", "-0.1"),
            ("-0", "-0"),
            ("-00", "-0"),
            ("9223372036854775808", "9223372036854775808"),
            ("007", "7"),
            ("+5", "5"),
            ("000", "0"),
            ("00.5", "0.5"),
            ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ] {
            let number = Decimal::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(number.as_str(), kept);
            assert_eq!(number.to_json().to_string(), kept);
            assert!(number.as_i64().is_none_or(|whole| whole.to_string() == kept));
        }
        for text in [
            "",
            "abc",
            "1e999",
            ".5",
            "5.",
            "0x10",
            "NaN",
            "--1",
            "+-1",
            "-+1",
            "- 1",
            "1 2",
            "∞",
            &"9".repeat(65),
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_have_an_order() {
        let rising = [
            "-1e99999999999999999999",
            "-12345678901234567890123.5",
            "-100",
            "-99.5",
            "-99.45",
            "-99.4",
            "-1",
            "-0.02",
            "-0.01",
            "-1e-9",
            "0",
            "1e-300",
            "0.01",
            "0.011",
            "0.02",
            "1",
            "1.5",
            "9",
            "10",
            "10.01",
            "88",
            "100",
            "1e3",
            "1001",
            "12345678901234567890123.4",
            "12345678901234567890123.5",
            "1e300",
        ];
        let key = |text: &str| Decimal(text.into()).order_key();
        for pair in rising.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "{pair:?}");
        }
        for (a, b) in [("1.50", "1.5"), ("-0", "0.000"), ("1e2", "100"), ("1E+2", "100.0"), ("0.1", "1e-1")] {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
    }

    #[test]
    fn dates_and_times_are_strict() {
        assert_eq!(date("2026-02-28"), Ok(Value::Date("2026-02-28".into())));
        for text in ["2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00:00", "x"] {
            assert!(date(text).is_err(), "{text}");
        }
        assert_eq!(time("14:30"), Ok(Value::Time("14:30".into())));
        for text in ["24:00", "1:30", "14:30:", "1430", "14:30Z"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
