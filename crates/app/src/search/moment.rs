//! Times as searches write them: dates, instants, and how long ago.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::Timestamp;

/// A span of time, in UTC: a whole day, or one millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Its first millisecond.
    pub(super) start: i64,
    /// The first millisecond after it.
    pub(super) end: i64,
}

/// What can be written.
pub(super) const EXPECTED: &str = "a date (2026-01-31), an instant (2026-01-31T12:00:00Z), now, today, yesterday, tomorrow, or so \
                                   long from now: -7d, +2w, -12h, -30min, -3mo, -1y";

impl Moment {
    /// Reads a time.
    pub(super) fn read(text: &str, now: Timestamp) -> Option<Self> {
        let today = civil(now)?.date();
        match text {
            "now" => return Some(Self::at(now.millis())),
            "today" => return Self::day(today),
            "yesterday" => return Self::day(today.yesterday().ok()?),
            "tomorrow" => return Self::day(today.tomorrow().ok()?),
            _ => {}
        }
        if text.starts_with(['-', '+']) {
            let there = civil(now)?.checked_add(distance(text)?).ok()?;
            return Some(Self::at(millis(there)?));
        }
        if let Some(instant) = Timestamp::parse_rfc3339(text) {
            return Some(Self::at(instant.millis()));
        }
        // The parser takes more than a date.
        let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
        Self::day(date)
    }

    fn at(millis: i64) -> Self {
        Self { start: millis, end: millis + 1 }
    }

    fn day(date: Date) -> Option<Self> {
        let start = |date: Date| millis(date.to_datetime(jiff::civil::Time::midnight()));
        Some(Self { start: start(date)?, end: start(date.tomorrow().ok()?)? })
    }

    /// The day that it begins on: `YYYY-MM-DD`.
    pub(super) fn date(self) -> String {
        Timestamp::from_millis(self.start).to_date()
    }
}

/// A whole number of units: `-7d`.
fn distance(text: &str) -> Option<Span> {
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let count: i64 = text.get(..end)?.parse::<i32>().ok()?.into();
    let unit = text.get(end..)?;
    let span = Span::new();
    let span = match unit {
        "min" => span.try_minutes(count),
        "h" => span.try_hours(count),
        "d" => span.try_days(count),
        "w" => span.try_weeks(count),
        "mo" => span.try_months(count),
        "y" => span.try_years(count),
        _ => return None,
    };
    span.ok()
}

fn civil(at: Timestamp) -> Option<DateTime> {
    Some(jiff::Timestamp::from_millisecond(at.millis()).ok()?.to_zoned(TimeZone::UTC).datetime())
}

fn millis(at: DateTime) -> Option<i64> {
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let now = Timestamp::parse_rfc3339("2026-03-31T10:30:00.250Z").unwrap();
        let read = |text: &str| {
            let moment = Moment::read(text, now)?;
            let is_day = moment.end - moment.start == 86_400_000;
            let start = Timestamp::from_millis(moment.start).to_rfc3339_millis();
            Some(if is_day { moment.date() } else { start })
        };
        for (text, expected) in [
            ("now", "2026-03-31T10:30:00.250Z"),
            ("today", "2026-03-31"),
            ("yesterday", "2026-03-30"),
            ("tomorrow", "2026-04-01"),
            ("2024-02-29", "2024-02-29"),
            ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.000Z"),
            ("-7d", "2026-03-24T10:30:00.250Z"),
            ("+2w", "2026-04-14T10:30:00.250Z"),
            ("-12h", "2026-03-30T22:30:00.250Z"),
            ("-90min", "2026-03-31T09:00:00.250Z"),
            ("-1mo", "2026-02-28T10:30:00.250Z"),
            ("-1y", "2025-03-31T10:30:00.250Z"),
            ("-0d", "2026-03-31T10:30:00.250Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "-",
            "-d",
            "7d",
            "-7",
            "-7m",
            "-7 d",
            "--7d",
            "2026-02-30",
            "2026-1-1",
            "20260101",
            "soon",
            "-99999999y",
            "-2147483649d",
            "+2147483647w",
            "2026-01-01T10:00",
            "12:00",
            "-٣d",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
