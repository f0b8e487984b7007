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
        let usual = self.usual_millis().and_then(|text| String::from_utf8(text.into()).ok());
        usual.unwrap_or_else(|| MILLIS.timestamp_to_string(&self.instant()))
    }

    /// The same, written by hand, as every list has many; `None` beyond what constructors make.
    fn usual_millis(self) -> Option<[u8; 24]> {
        const DAY_MS: i64 = 86_400_000;
        if !RANGE_MS.contains(&self.0) {
            return None;
        }
        let (days, millis) = (self.0.div_euclid(DAY_MS), self.0.rem_euclid(DAY_MS));
        // Years that begin in March, so that the day that leap years add is the last; 400 of them have the same days.
        let from_march = days + 719_468;
        let (age, day) = (from_march.div_euclid(146_097), from_march.rem_euclid(146_097));
        let of_age = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * of_age + of_age / 4 - of_age / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = age * 400 + of_age + later;
        let digit = |number: i64| b'0' + (number % 10) as u8;
        let two = |number: i64| [digit(number / 10), digit(number)];
        let ([y1, y2], [y3, y4]) = (two(year / 100), two(year));
        let ([m1, m2], [d1, d2]) = (two(month), two(day));
        let [[h1, h2], [i1, i2], [s1, s2]] =
            [millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60].map(two);
        let ([f1, f2], f3) = (two(millis / 10 % 100), digit(millis));
        Some([
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2, b'.', f1,
            f2, f3, b'Z',
        ])
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
            assert!(at.usual_millis().is_some());
            assert!(expected.starts_with(&format!("{}T", at.to_date())));
            assert_eq!(Timestamp::parse_rfc3339(&expected), Some(at));
        }
    }

    #[test]
    fn every_day_of_four_centuries_and_each_part_of_one_is_shown() {
        let days = (-146_097..146_097).map(|day| day * 86_400_000 + 12_345_678);
        let parts = (0..86_400_000).step_by(7919);
        for ms in days.chain(parts) {
            let at = Timestamp::from_millis(ms);
            assert_eq!(at.to_rfc3339_millis(), MILLIS.timestamp_to_string(&at.instant()));
        }
        // Only a document that was written elsewhere can hold it.
        assert_eq!(Timestamp(i64::MAX).to_rfc3339_millis(), "1970-01-01T00:00:00.000Z");
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
