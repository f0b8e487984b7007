//! Decoding the two relationships whose rows are channels of the contact: `emails` and `phone_numbers`.

use api_kit::decode;
use model::{Change, ChannelKind, ChannelWrite, Edit, Json, Violation, ViolationKind, limits, phone};
use serde_json::Map;

use super::{id, relationships};

/// Most digits of a calling code.
const CALLING_CODE_DIGITS: usize = 4;

/// The addresses, each a text or an object.
pub(crate) fn emails(json: &Json, change: &mut Change) {
    replace("emails", ChannelKind::Email, email, json, change);
}

/// The phone numbers, each a text or an object.
pub(crate) fn phone_numbers(json: &Json, change: &mut Change) {
    replace("phone_numbers", ChannelKind::Phone, phone_number, json, change);
}

fn replace(
    name: &str,
    kind: ChannelKind,
    read: fn(&str, &Map<String, Json>) -> Result<ChannelWrite, Violation>,
    json: &Json,
    change: &mut Change,
) {
    let Some(items) = relationships::items(name, limits::CHANNELS, json, change) else { return };
    let mut writes = Vec::new();
    for (at, item) in items {
        let write = match item {
            Json::String(text) => Ok(ChannelWrite::new(at, kind.clone(), text)),
            Json::Object(members) => read(&at, members).and_then(|write| with_row(&at, members, write)),
            _ => Err(Violation::new(at, ViolationKind::WrongType("a string or an object"))),
        };
        match write {
            Ok(write) => writes.push(write),
            Err(violation) => change.violations.push(violation),
        }
    }
    change.push(name, Edit::ReplaceChannelsOf(kind, writes));
}

fn email(at: &str, members: &Map<String, Json>) -> Result<ChannelWrite, Violation> {
    relationships::ignored_but(&["email_address", "id", "is_primary"], at, members);
    let at = format!("{at}.email_address");
    let address = required_text(&at, members.get("email_address"))?;
    Ok(ChannelWrite::new(at, ChannelKind::Email, address))
}

fn phone_number(at: &str, members: &Map<String, Json>) -> Result<ChannelWrite, Violation> {
    relationships::ignored_but(&["phone_number", "country_code", "id", "is_primary"], at, members);
    let code_at = format!("{at}.country_code");
    let at = format!("{at}.phone_number");
    let number = required_text(&at, members.get("phone_number"))?;
    let code = calling_code(members.get("country_code")).map_err(|kind| Violation::new(code_at, kind))?;
    let Some(code) = code else {
        return Ok(ChannelWrite::new(at, ChannelKind::Phone, number));
    };
    let text = compose(&code, number).map_err(|kind| Violation::new(at.clone(), kind))?;
    Ok(ChannelWrite { is_composed: true, ..ChannelWrite::new(at, ChannelKind::Phone, text) })
}

/// A calling code as `+` and digits; `null` and an empty text are none.
fn calling_code(json: Option<&Json>) -> Result<Option<String>, ViolationKind> {
    let text = json.map(decode::nullable_text).transpose()?.flatten().unwrap_or_default().trim();
    let rest = text.strip_prefix('+').unwrap_or(text);
    let digits = phone::digits(rest);
    let is_plain = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' '));
    match digits.len() {
        _ if text.is_empty() => Ok(None),
        1..=CALLING_CODE_DIGITS if is_plain => Ok(Some(format!("+{digits}"))),
        _ => Err(ViolationKind::BadCountry),
    }
}

/// One text from a calling code and a national number. What is more than digits and punctuation is kept.
fn compose(code: &str, number: &str) -> Result<String, ViolationKind> {
    let number = number.trim();
    if number.is_empty() {
        return Err(ViolationKind::Blank);
    }
    if number.starts_with('+') {
        // A whole number beside its code; another code contradicts it.
        let is_same = format!("+{}", phone::digits(number)).starts_with(code);
        return if is_same { Ok(number.to_owned()) } else { Err(ViolationKind::BadPhone) };
    }
    let is_plain = number.chars().all(|c| c.is_ascii_digit() || " ()-./".contains(c));
    Ok(if is_plain { format!("{code}{}", phone::digits(number)) } else { format!("{code} {number}") })
}

/// What an item says beside its value: the row that it means, and whether that is the primary one.
fn with_row(
    at: &str,
    members: &Map<String, Json>,
    mut write: ChannelWrite,
) -> Result<ChannelWrite, Violation> {
    if let Some(json) = members.get("id") {
        let text = decode::nullable_text(json).map_err(|kind| Violation::new(format!("{at}.id"), kind))?;
        write.id = text.and_then(id::channel);
    }
    if let Some(json) = members.get("is_primary") {
        let flag = decode::boolean(json);
        write.primary = Some(flag.map_err(|kind| Violation::new(format!("{at}.is_primary"), kind))?);
    }
    Ok(write)
}

fn required_text<'j>(at: &str, json: Option<&'j Json>) -> Result<&'j str, Violation> {
    let text = json.ok_or(ViolationKind::Missing).and_then(decode::text);
    text.map_err(|kind| Violation::new(at, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &Json, number: &str, expected: Result<&str, ViolationKind>) {
        let composed = calling_code(Some(code)).and_then(|code| match code {
            Some(code) => compose(&code, number),
            None => Ok(number.to_owned()),
        });
        assert_eq!(composed, expected.map(str::to_owned), "{code} {number}");
    }

    #[test]
    fn calling_code_and_number_become_one_text() {
        check(&"+1".into(), "5551234567", Ok("+15551234567"));
        check(&"1".into(), "(555) 123-4567", Ok("+15551234567"));
        check(&"+1-809".into(), "555 1234", Ok("+18095551234"));
        check(&"+1".into(), "+15551234567", Ok("+15551234567"));
        check(&"+1".into(), "555-1234 ext. 5", Ok("+1 555-1234 ext. 5"));
        check(&Json::Null, "555-1234", Ok("555-1234"));
        check(&"".into(), "555-1234", Ok("555-1234"));
    }

    #[test]
    fn contradictions_and_nonsense_are_refused() {
        check(&"+1".into(), "+445551234567", Err(ViolationKind::BadPhone));
        check(&"+1".into(), " ", Err(ViolationKind::Blank));
        for code in ["US", "+", "+12345", "+1x", "++1"] {
            check(&code.into(), "5551234", Err(ViolationKind::BadCountry));
        }
        check(&1.into(), "5551234", Err(ViolationKind::WrongType("a string or null")));
    }
}
