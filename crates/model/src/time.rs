//! Instants with millisecond precision, and their text forms.

use serde::{Deserialize, Serialize};

use crate::Text;

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
        let mut text = self.written(b'T');
        text[19] = b'Z';
        first(&text, 20).into()
    }

    /// `2025-01-15T10:30:00.000Z`: always three digits of milliseconds.
    pub fn to_rfc3339_millis(self) -> Text {
        first(&self.written(b'T'), 24).into()
    }

    /// `2025-01-15 10:30:00`, in UTC.
    pub fn to_sql(self) -> String {
        first(&self.written(b' '), 19).into()
    }

    /// `2025-01-15`, in UTC.
    pub fn to_date(self) -> String {
        first(&self.written(b'T'), 10).into()
    }

    /// `2025-01-15T10:30:00.000Z` with this byte between date and time.
    fn written(self, between: u8) -> [u8; 24] {
        // Nothing is replaced: every constructor keeps to RANGE_MS, which jiff covers.
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        let at = jiff::tz::Offset::UTC.to_datetime(instant);
        let year = at.year().unsigned_abs();
        let millis = self.0.rem_euclid(1000).unsigned_abs() as u16;
        let [c, y] = [two(year / 100), two(year % 100)];
        let [month, day, hour, minute, second] = [at.month(), at.day(), at.hour(), at.minute(), at.second()]
            .map(|part| two(part.unsigned_abs().into()));
        let [m, [s, t]] = [two(millis / 100), two(millis % 100)];
        [
            c[0], c[1], y[0], y[1], b'-', month[0], month[1], b'-', day[0], day[1], between, hour[0],
            hour[1], b':', minute[0], minute[1], b':', second[0], second[1], b'.', m[1], s, t, b'Z',
        ]
    }
}

/// The two digits of a number below 100.
fn two(number: u16) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

fn first(text: &[u8; 24], bytes: usize) -> &str {
    // All of it is ASCII, and it has that many bytes.
    text.get(..bytes).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

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
