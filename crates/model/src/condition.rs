//! Conditions: what contacts must fulfil to be on a dynamic list.

mod judge;
mod memberships;

use serde::{Deserialize, Serialize};

pub use self::judge::Judge;
pub use self::memberships::Memberships;
use crate::{Catalog, Decimal, FieldId, FieldType, ViolationKind, limits, value};

/// Something that holds for a contact or does not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// What is looked at.
    pub subject: Subject,
    /// How it is compared.
    pub test: Test,
    /// With what, as the client wrote it: a text, a number, `true`, `YYYY-MM-DD`, `HH:MM`, a number of days or hours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

/// What of a contact is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// When it was made.
    CreatedAt,
    /// Its phone numbers.
    Phone,
    /// Its e-mail addresses.
    Email,
    /// The value of a field.
    Field(FieldId),
}

/// How it is compared. Texts are compared in any case, dates and times of day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// There is one.
    IsSet,
    /// There is none.
    IsNotSet,
    /// A boolean is this.
    Is,
    /// A boolean is not this; also when there is none.
    IsNot,
    /// A text. Of several, such as phone numbers, one that fulfils it is enough. One that is not there is empty.
    Text(TextTest),
    /// No text fulfils it.
    NotText(TextTest),
    /// A number.
    Number(Order),
    /// The calendar date.
    Date(Order),
    /// The time of day.
    Time(Order),
    /// How many days it is past; today is 0, what is to come is no number of days past.
    DaysAgo(Order),
    /// In how many days it comes; today is 0, what is past does not come.
    DaysAhead(Order),
    /// How many hours it is past.
    HoursAgo(Order),
    /// In how many hours it comes.
    HoursAhead(Order),
}

/// How a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextTest {
    /// It is the same.
    Equals,
    /// It has it somewhere.
    Contains,
    /// It begins with it.
    StartsWith,
    /// It ends with it.
    EndsWith,
    /// The regular expression is found in it.
    Matches,
}

/// How things that have an order are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The same.
    Equal,
    /// Another, or none.
    NotEqual,
    /// Smaller, earlier.
    Less,
    /// Smaller or the same.
    LessOrEqual,
    /// Larger, later.
    Greater,
    /// Larger or the same.
    GreaterOrEqual,
}

/// What kind of thing a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Boolean,
    Instant,
    Time,
}

impl Subject {
    /// `None` when there is no such field.
    fn kind(self, catalog: &Catalog) -> Option<Kind> {
        Some(match self {
            Self::FirstName | Self::LastName | Self::Phone | Self::Email => Kind::Text,
            Self::CreatedAt => Kind::Instant,
            Self::Field(id) => match catalog.fields.get(id.0)?.kind {
                FieldType::Number => Kind::Number,
                FieldType::Boolean => Kind::Boolean,
                FieldType::Date | FieldType::Datetime => Kind::Instant,
                FieldType::Time => Kind::Time,
                FieldType::Text
                | FieldType::Email
                | FieldType::Url
                | FieldType::Phone
                | FieldType::SingleSelect
                | FieldType::MultiSelect
                | FieldType::User => Kind::Text,
            },
        })
    }
}

impl Condition {
    /// Whether its subject can be compared so. What is looked at in a field that does not exist is nothing.
    pub fn fits(&self, catalog: &Catalog) -> bool {
        let Some(kind) = self.subject.kind(catalog) else { return false };
        match self.test {
            Test::IsSet | Test::IsNotSet => true,
            Test::Is | Test::IsNot => kind == Kind::Boolean,
            Test::Text(_) | Test::NotText(_) => kind == Kind::Text,
            Test::Number(_) => kind == Kind::Number,
            Test::Date(_)
            | Test::DaysAgo(_)
            | Test::DaysAhead(_)
            | Test::HoursAgo(_)
            | Test::HoursAhead(_) => kind == Kind::Instant,
            Test::Time(_) => matches!(kind, Kind::Instant | Kind::Time),
        }
    }

    /// Whether what it compares with can be read.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_value(&self) -> Result<(), ViolationKind> {
        let max = limits::SHORT_TEXT_CHARS;
        if self.value.chars().count() > max {
            return Err(ViolationKind::TooLong { max, unit: "characters" });
        }
        match self.test {
            Test::IsSet | Test::IsNotSet => Ok(()),
            Test::Is | Test::IsNot => match self.value.as_str() {
                "true" | "false" => Ok(()),
                _ => Err(ViolationKind::BadBoolean),
            },
            Test::Text(TextTest::Matches) | Test::NotText(TextTest::Matches) => judge::pattern(&self.value)
                .map(drop)
                .map_err(|_| ViolationKind::Unusable("is no regular expression that can be used".to_owned())),
            Test::Text(_) | Test::NotText(_) => Ok(()),
            Test::Number(_) => Decimal::parse(&self.value).map(drop).ok_or(ViolationKind::BadNumber),
            Test::Date(_) => value::date(&self.value).map(drop),
            Test::Time(_) => value::time(&self.value).map(drop),
            Test::DaysAgo(_) | Test::DaysAhead(_) | Test::HoursAgo(_) | Test::HoursAhead(_) => {
                distance(&self.value).map(drop).ok_or(ViolationKind::BadNumber)
            }
        }
    }
}

/// A number of days or hours, not negative.
fn distance(text: &str) -> Option<i64> {
    text.trim().parse::<u32>().ok().map(i64::from)
}
