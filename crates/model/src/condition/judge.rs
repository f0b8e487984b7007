//! Whether a condition holds for a contact: everything that does not depend on the contact is read once.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use regex::{Regex, RegexBuilder};
use uuid::Uuid;

use super::{Condition, Order, Subject, Test, TextTest, distance};
use crate::value::whole_time;
use crate::{
    Catalog, Channel, ChannelKind, Contact, Decimal, Field, FieldId, SystemMember, Timestamp, Value,
};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// Most bytes that a regular expression takes in memory.
const PATTERN_BYTES: usize = 1 << 18;

/// A condition that is ready to be asked.
#[derive(Clone, Debug)]
pub struct Judge {
    subject: Reader,
    asked: Asked,
}

/// What is looked at.
#[derive(Clone, Debug)]
enum Reader {
    First,
    Last,
    CreatedAt,
    Channels(ChannelKind),
    Member(SystemMember),
    /// A custom field, and the texts of what its values refer to.
    Field(FieldId, HashMap<Uuid, Vec<String>>),
}

/// What is asked of it.
#[derive(Clone, Debug)]
enum Asked {
    IsSet(bool),
    /// Whether it is this boolean; whether that is the wanted answer.
    Boolean(bool, bool),
    /// Whether a text is so; whether that is the wanted answer.
    Text(Needle, bool),
    /// As [`Decimal::order_key`] has it.
    Number(Order, String),
    /// Days since 1970.
    Day(Order, i64),
    /// `HH:MM:SS`.
    Time(Order, String),
    /// The sign of the way from now, the length of the unit, how many of them.
    Distance(Order, Way, i64),
    /// What it compares with cannot be read: it holds for nobody.
    Nothing,
}

/// Into which direction of time, from when, in which unit.
#[derive(Clone, Copy, Debug)]
struct Way {
    now_ms: i64,
    is_ahead: bool,
    unit_ms: i64,
}

#[derive(Clone, Debug)]
enum Needle {
    Equals(String),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
}

/// A regular expression, in any case.
pub(super) fn pattern(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).case_insensitive(true).size_limit(PATTERN_BYTES).build()
}

impl Condition {
    /// Makes it ready to be asked, at a time.
    pub fn judge(&self, catalog: &Catalog, now: Timestamp) -> Judge {
        Judge { subject: Reader::of(self.subject, catalog), asked: self.asked(now).unwrap_or(Asked::Nothing) }
    }

    fn asked(&self, now: Timestamp) -> Option<Asked> {
        let text = self.value.as_str();
        let way = |is_ahead, unit_ms| Way { now_ms: now.millis(), is_ahead, unit_ms };
        Some(match self.test {
            Test::IsSet => Asked::IsSet(true),
            Test::IsNotSet => Asked::IsSet(false),
            Test::Is => Asked::Boolean(text.parse().ok()?, true),
            Test::IsNot => Asked::Boolean(text.parse().ok()?, false),
            Test::Text(test) => Asked::Text(Needle::of(test, text)?, true),
            Test::NotText(test) => Asked::Text(Needle::of(test, text)?, false),
            Test::Number(order) => Asked::Number(order, Decimal::parse(text)?.order_key()),
            Test::Date(order) => Asked::Day(order, day(Timestamp::parse_date(text)?)),
            Test::Time(order) => Asked::Time(order, whole_time(text)),
            Test::DaysAgo(order) => Asked::Distance(order, way(false, DAY_MS), distance(text)?),
            Test::DaysAhead(order) => Asked::Distance(order, way(true, DAY_MS), distance(text)?),
            Test::HoursAgo(order) => Asked::Distance(order, way(false, HOUR_MS), distance(text)?),
            Test::HoursAhead(order) => Asked::Distance(order, way(true, HOUR_MS), distance(text)?),
        })
    }
}

impl Judge {
    /// Whether the condition holds for a contact.
    pub fn holds(&self, contact: &Contact) -> bool {
        let subject = &self.subject;
        match &self.asked {
            Asked::Nothing => false,
            Asked::IsSet(wanted) => subject.is_set(contact) == *wanted,
            Asked::Boolean(flag, wanted) => {
                let value = subject.value(contact);
                matches!(value, Some(Value::Boolean(own)) if own == flag) == *wanted
            }
            Asked::Text(needle, wanted) => {
                let mut texts = subject.texts(contact);
                if texts.is_empty() {
                    texts.push("".into());
                }
                texts.iter().any(|text| needle.is_in(text)) == *wanted
            }
            Asked::Number(order, key) => {
                let own = match subject.value(contact) {
                    Some(Value::Number(own)) => Some(own.order_key()),
                    _ => None,
                };
                order.holds(own.map(|own| own.cmp(key)))
            }
            Asked::Day(order, date) => order.holds(subject.instant(contact).map(|own| day(own).cmp(date))),
            Asked::Time(order, time) => order.holds(subject.time(contact).map(|own| own.as_str().cmp(time))),
            Asked::Distance(order, way, count) => {
                order.holds(subject.instant(contact).and_then(|own| way.compare(own, *count)))
            }
        }
    }
}

impl Order {
    /// Whether it holds, with how the contact's compares with the condition's.
    fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            Self::Equal => ordering == Some(Ordering::Equal),
            Self::NotEqual => ordering != Some(Ordering::Equal),
            Self::Less => ordering == Some(Ordering::Less),
            Self::LessOrEqual => ordering.is_some_and(Ordering::is_le),
            Self::Greater => ordering == Some(Ordering::Greater),
            Self::GreaterOrEqual => ordering.is_some_and(Ordering::is_ge),
        }
    }
}

impl Way {
    /// How far an instant is, compared with a count; nothing when it is in the other direction. Days are calendar
    /// days, hours are whole hours.
    fn compare(self, at: Timestamp, count: i64) -> Option<Ordering> {
        let (now, at) = match self.unit_ms {
            DAY_MS => (self.now_ms.div_euclid(DAY_MS) * DAY_MS, day(at) * DAY_MS),
            _ => (self.now_ms, at.millis()),
        };
        let far = if self.is_ahead { at - now } else { now - at };
        (far >= 0).then(|| (far / self.unit_ms).cmp(&count))
    }
}

impl Needle {
    fn of(test: TextTest, text: &str) -> Option<Self> {
        let folded = || text.to_lowercase();
        Some(match test {
            TextTest::Equals => Self::Equals(folded()),
            TextTest::Contains => Self::Contains(folded()),
            TextTest::StartsWith => Self::StartsWith(folded()),
            TextTest::EndsWith => Self::EndsWith(folded()),
            TextTest::Matches => Self::Matches(pattern(text).ok()?),
        })
    }

    fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Equals(needle) => text.to_lowercase() == *needle,
            Self::Contains(needle) => text.to_lowercase().contains(needle),
            Self::StartsWith(needle) => text.to_lowercase().starts_with(needle),
            Self::EndsWith(needle) => text.to_lowercase().ends_with(needle),
            Self::Matches(pattern) => pattern.is_match(text),
        }
    }
}

impl Reader {
    fn of(subject: Subject, catalog: &Catalog) -> Self {
        match subject {
            Subject::FirstName => Self::First,
            Subject::LastName => Self::Last,
            Subject::CreatedAt => Self::CreatedAt,
            Subject::Phone => Self::Channels(ChannelKind::Phone),
            Subject::Email => Self::Channels(ChannelKind::Email),
            Subject::Field(id) => match catalog.fields.get(id.0) {
                Some(Field { system: Some(member), .. }) => Self::Member(*member),
                Some(field) => Self::Field(id, meanings(field, catalog)),
                // Nobody has a value of a field that is gone.
                None => Self::Field(FieldId(Uuid::nil()), HashMap::new()),
            },
        }
    }

    fn value<'c>(&self, contact: &'c Contact) -> Option<&'c Value> {
        match self {
            Self::Field(id, _) => contact.values.get(id),
            _ => None,
        }
    }

    fn texts<'c>(&'c self, contact: &'c Contact) -> Vec<Cow<'c, str>> {
        let one = |text: Option<&'c str>| text.map(Cow::Borrowed).into_iter().collect();
        match self {
            Self::First => one(contact.name.first.as_deref()),
            Self::Last => one(contact.name.last.as_deref()),
            Self::Member(member) => one(member.of(contact)),
            Self::CreatedAt => Vec::new(),
            Self::Channels(kind) => {
                let channels = contact.channels.iter().filter(|channel| channel.kind == *kind);
                channels
                    .flat_map(|Channel { value, raw, .. }| [&**value, &**raw])
                    .map(Cow::Borrowed)
                    .collect()
            }
            Self::Field(id, meanings) => {
                let texts = |id: &Uuid| meanings.get(id).into_iter().flatten().map(|text| Cow::from(&**text));
                match contact.values.get(id) {
                    Some(Value::Text(text)) => vec![Cow::Borrowed(text)],
                    Some(Value::Option(id)) => texts(&id.0).collect(),
                    Some(Value::Options(ids)) => ids.iter().flat_map(|id| texts(&id.0)).collect(),
                    Some(Value::User(id)) => texts(&id.0).collect(),
                    _ => Vec::new(),
                }
            }
        }
    }

    fn instant(&self, contact: &Contact) -> Option<Timestamp> {
        match self {
            Self::CreatedAt => Some(contact.created_at),
            _ => match self.value(contact)? {
                Value::Date(date) => Timestamp::parse_date(date),
                Value::Datetime(instant) => Some(*instant),
                _ => None,
            },
        }
    }

    /// The time of day as `HH:MM:SS`.
    fn time(&self, contact: &Contact) -> Option<String> {
        match self.value(contact) {
            Some(Value::Time(time)) => Some(whole_time(time)),
            _ => self.instant(contact)?.to_sql().split(' ').nth(1).map(str::to_owned),
        }
    }

    fn is_set(&self, contact: &Contact) -> bool {
        match self {
            Self::CreatedAt => true,
            Self::Field(..) => self.value(contact).is_some(),
            _ => self.texts(contact).iter().any(|text| !text.is_empty()),
        }
    }
}

/// The texts of what values of a field refer to: values and names of options, also of those that were taken away, and
/// e-mail addresses of users.
fn meanings(field: &Field, catalog: &Catalog) -> HashMap<Uuid, Vec<String>> {
    let options = field.options.iter().chain(&field.former_options);
    let options = options.map(|option| (option.id.0, vec![option.value.clone(), option.name.clone()]));
    match field.kind {
        crate::FieldType::User => {
            catalog.users.iter().map(|user| (user.id.0, vec![user.email.clone()])).collect()
        }
        _ => options.collect(),
    }
}

/// Days since 1970, in UTC.
fn day(at: Timestamp) -> i64 {
    at.millis().div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests;
