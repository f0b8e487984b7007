//! Instants with millisecond precision, and their text forms.

use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// 0000-01-01T00:00:00Z and 9999-12-30T00:00:00Z: what both RFC 3339 and every calendar in use can show.
const RANGE_MS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_128_000_000;

impl Timestamp {
    /// From milliseconds since the epoch; clamped to the years that RFC 3339 can show.
    pub fn from_millis(ms: i64) -> Self {
        Self(ms.clamp(*RANGE_MS.start(), *RANGE_MS.end()))
    }

    /// From whole seconds since the epoch; `None` outside the years that RFC 3339 can show.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let ms = seconds.checked_mul(1000)?;
        RANGE_MS.contains(&ms).then_some(Self(ms))
    }

    /// Milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads an RFC 3339 instant with any offset, such as `2025-01-15T10:30:00Z`; sub-milliseconds are cut.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let ms = text.parse::<jiff::Timestamp>().ok()?.as_millisecond();
        RANGE_MS.contains(&ms).then_some(Self(ms))
    }

    /// Reads a calendar date, `2025-01-15`, as its first instant in UTC.
    pub fn parse_date(text: &str) -> Option<Self> {
        let date: jiff::civil::Date = text.parse().ok()?;
        Self::from_seconds(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
    }

    /// `2025-01-15T10:30:00Z`: seconds, no fraction.
    pub fn to_rfc3339_seconds(self) -> String {
        SECONDS.timestamp_to_string(&self.instant())
    }

    /// `2025-01-15T10:30:00.000Z`: always three digits of milliseconds.
    pub fn to_rfc3339_millis(self) -> String {
        MILLIS.timestamp_to_string(&self.instant())
    }

    /// `2025-01-15 10:30:00`, in UTC.
    pub fn to_sql(self) -> String {
        SECONDS.separator(b' ').datetime_to_string(&self.utc())
    }

    /// `2025-01-15`, in UTC.
    pub fn to_date(self) -> String {
        SECONDS.date_to_string(&self.utc().date())
    }

    fn instant(self) -> jiff::Timestamp {
        // Nothing is replaced: every constructor keeps to RANGE_MS, which jiff covers.
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default()
    }

    fn utc(self) -> jiff::civil::DateTime {
        jiff::tz::Offset::UTC.to_datetime(self.instant())
    }
}

/// Much faster than `strftime`.
const SECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
const MILLIS: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_are_exact() {
        let at = Timestamp::parse_rfc3339("2025-01-15T12:30:00.123456+02:00").unwrap();
        assert_eq!(at.to_rfc3339_millis(), "2025-01-15T10:30:00.123Z");
        assert_eq!(at.to_rfc3339_seconds(), "2025-01-15T10:30:00Z");
        assert_eq!(at.to_sql(), "2025-01-15 10:30:00");
        assert_eq!(at.to_date(), "2025-01-15");
        assert_eq!(at.seconds(), 1_736_937_000);
    }

    #[test]
    fn every_day_is_shown_as_the_calendar_has_it() {
        let (first, last) = RANGE_MS.into_inner();
        for ms in (first..=last).step_by(86_399_877_000 / 7).chain([-1, 0, 999, last]) {
            let at = Timestamp::from_millis(ms);
            let expected = jiff::Timestamp::from_millisecond(ms).unwrap();
            let expected = expected.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
            assert_eq!(at.to_rfc3339_millis(), expected);
            assert!(expected.starts_with(&format!("{}T", at.to_date())));
            assert_eq!(Timestamp::parse_rfc3339(&expected), Some(at));
        }
    }

    #[test]
    fn nonsense_is_not_an_instant() {
        for text in ["", "string", "2025-01-15", "2025-13-15T10:30:00Z", "99999-01-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse_rfc3339(text), None, "{text}");
        }
        assert_eq!(Timestamp::from_seconds(i64::MAX), None);
        assert_eq!(Timestamp::from_millis(i64::MIN).to_rfc3339_seconds(), "0000-01-01T00:00:00Z");
    }
}
