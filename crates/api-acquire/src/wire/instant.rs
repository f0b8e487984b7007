//! Instants in the three forms that Acquire's own pages write.

use model::Timestamp;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads RFC 3339, `YYYY-MM-DD HH:MM:SS` and `YYYY-MM-DD` (both in UTC), or what JavaScript's
/// `Date.toString()` gives.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    match text.len() {
        10 => Timestamp::parse_date(text),
        19 => Timestamp::parse_rfc3339(&format!("{}Z", text.replacen(' ', "T", 1))),
        _ => Timestamp::parse_rfc3339(text).or_else(|| javascript(text)),
    }
}

/// `Wed Mar 03 2021 10:19:49 GMT+0000 (Coordinated Universal Time)`
fn javascript(text: &str) -> Option<Timestamp> {
    let mut words = text.split(' ').skip(1);
    let (month, day, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let (hours, minutes) = words.next()?.strip_prefix("GMT")?.split_at_checked(3)?;
    Timestamp::parse_rfc3339(&format!("{year}-{month:02}-{day}T{time}{hours}:{minutes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_forms_are_read() {
        for text in [
            "2021-03-03T10:19:49.000Z",
            "2021-03-03T12:19:49+02:00",
            "2021-03-03 10:19:49",
            "2021-03-03T10:19:49",
            "Wed Mar 03 2021 10:19:49 GMT+0000 (Coordinated Universal Time)",
            "Wed Mar 03 2021 05:19:49 GMT-0500 (Eastern Standard Time)",
        ] {
            let read = parse(text).map(Timestamp::to_rfc3339_millis);
            assert_eq!(read.as_deref(), Some("2021-03-03T10:19:49.000Z"), "{text}");
        }
        let date = parse("2021-03-03").map(Timestamp::to_rfc3339_millis);
        assert_eq!(date.as_deref(), Some("2021-03-03T00:00:00.000Z"));
    }

    #[test]
    fn other_texts_are_no_instants() {
        for text in
            ["", "string", "2021-02-30", "2021-03-03 25:00:00", "Wed Foo 03 2021 10:19:49 GMT+0000", "é"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
